//! Made-up thieves in made-up and in real pools: who took out what is known then, so precision,
//! recall and the stated error can be measured. No habit of theirs is known to the program.
#![allow(clippy::print_stderr, reason = "measurements are printed")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::float_arithmetic, reason = "precision and recall")]

use std::collections::BTreeSet;
use std::path::Path;

use hawkshaw_mixers::{Deposit, KnownBatch, Pool, Question, Report, Withdrawal, demix};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const START: i64 = 1_600_000_000;

/// Numbers that are as good as random and the same every time (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from the first to before the second.
    fn within(&mut self, from: i64, to: i64) -> i64 {
        let width = u64::try_from(to - from).unwrap();
        from + i64::try_from(self.next() % width).unwrap()
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        let count = i64::try_from(choices.len()).unwrap();
        choices[usize::try_from(self.within(0, count)).unwrap()]
    }
}

/// How a made-up thief takes notes out.
#[derive(Clone, Copy)]
struct Thief {
    name: &'static str,
    fees: Fees,
    /// Withdrawals of a recipient.
    counts: &'static [u32],
    /// Hours from the last deposit of a batch to the first withdrawals.
    lag: (i64, i64),
    batches: usize,
}

#[derive(Clone, Copy)]
enum Fees {
    /// None: the thief pays for gas.
    None,
    /// As the command line client works them out.
    WholeGwei,
    /// As strangers pay them at that time.
    LikeStrangers,
}

const THIEVES: &[Thief] = &[
    Thief {
        name: "no fee, 5 or 6 notes",
        fees: Fees::None,
        counts: &[5, 6],
        lag: (0, 2),
        batches: 6,
    },
    Thief { name: "no fee, 20 notes", fees: Fees::None, counts: &[20], lag: (0, 2), batches: 6 },
    Thief {
        name: "whole gwei, 4 to 9 notes",
        fees: Fees::WholeGwei,
        counts: &[4, 6, 9],
        lag: (0, 4),
        batches: 6,
    },
    Thief {
        name: "whole gwei, 1 or 2 notes",
        fees: Fees::WholeGwei,
        counts: &[1, 2],
        lag: (0, 1),
        batches: 6,
    },
    Thief {
        name: "like strangers, 2 or 3 notes",
        fees: Fees::LikeStrangers,
        counts: &[2, 3],
        lag: (0, 2),
        batches: 6,
    },
    Thief {
        name: "like strangers, 5 or 6 notes",
        fees: Fees::LikeStrangers,
        counts: &[5, 6],
        lag: (0, 2),
        batches: 6,
    },
    Thief {
        name: "like strangers, 8 to 12 notes",
        fees: Fees::LikeStrangers,
        counts: &[8, 10, 12],
        lag: (0, 10),
        batches: 6,
    },
    Thief {
        name: "like strangers, a day later",
        fees: Fees::LikeStrangers,
        counts: &[5, 9],
        lag: (24, 30),
        batches: 6,
    },
    Thief {
        name: "one batch, 5 or 6 notes",
        fees: Fees::LikeStrangers,
        counts: &[5, 6],
        lag: (0, 2),
        batches: 1,
    },
    Thief {
        name: "twenty batches, 3 to 6 notes",
        fees: Fees::LikeStrangers,
        counts: &[3, 4, 6],
        lag: (0, 6),
        batches: 20,
    },
];

fn deposit(time: i64) -> Deposit {
    let block = u64::try_from(time / 12).unwrap();
    Deposit { block, time, tx: None, leaf: None, depositor: None, gas_price: None }
}

fn withdrawal(time: i64, who: i64, fee: i64) -> Withdrawal {
    Withdrawal {
        block: u64::try_from(time / 12).unwrap(),
        time,
        tx: None,
        nullifier: None,
        recipient: format!("0x{who:040x}").parse().unwrap(),
        fee: fee.try_into().unwrap(),
        relayer: None,
        gas_price: None,
    }
}

/// A year of strangers: one to thirty recipients a day, most with a note or two, a tenth paying
/// for gas alone, some coming back for weeks.
fn strangers(seed: u64) -> Pool {
    let mut dice = Dice(seed);
    let mut pool = Pool::default();
    let mut who = 1_000_000_000_000;
    for day in 0..365 {
        let gas = dice.within(20, 120);
        for _ in 0..dice.within(1, 30) {
            who += 1;
            let mut time = START + day * DAY + dice.within(0, DAY);
            let count = dice.of(&[1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 7, 10, 20]);
            let pace = dice.of(&[HOUR / 4, HOUR / 4, 3 * HOUR, 20 * HOUR]);
            let is_alone = dice.within(0, 10) == 0;
            let rate = dice.of(&[300, 360, 380, 400, 400, 400]);
            for _ in 0..count {
                pool.deposits.push(deposit(time - dice.within(HOUR, 30 * DAY)));
                let gas = gas * 1_000 + dice.within(0, 20_000);
                let fee = rate * 1_000_000_000_000_000 + gas * 500_000 * 1_000_000;
                pool.withdrawals.push(withdrawal(time, who, if is_alone { 0 } else { fee }));
                time += dice.within(1, pace);
            }
        }
    }
    ordered(pool)
}

fn ordered(mut pool: Pool) -> Pool {
    pool.deposits.sort_by_key(|deposit| (deposit.block, deposit.time));
    pool.withdrawals.sort_by_key(|own| (own.time, own.recipient, own.fee));
    pool
}

/// A pool with a thief in it, the batches, and who took them out.
fn with_thief(
    pool: &Pool,
    thief: Thief,
    seed: u64,
    start: i64,
) -> (Pool, Vec<KnownBatch>, BTreeSet<String>) {
    let mut dice = Dice(seed);
    let mut pool = pool.clone();
    let near: Vec<i64> = pool
        .withdrawals
        .iter()
        .filter(|own| (own.time - start).abs() < 20 * DAY && !own.fee.is_zero())
        .map(|own| i64::try_from(own.fee).unwrap())
        .collect();
    let (mut batches, mut truth) = (Vec::new(), BTreeSet::new());
    let (mut begin, mut who) = (start, 1);
    for batch in 0..thief.batches {
        let notes = dice.within(21, 40);
        let mut times: Vec<i64> = (0..notes).map(|_| begin + dice.within(0, 3 * HOUR)).collect();
        times.sort_unstable();
        pool.deposits.extend(times.iter().copied().map(deposit));
        let last = *times.last().unwrap();
        batches.push(KnownBatch {
            depositor: format!("0x{:040x}", 0xdead_0000 + batch).parse().unwrap(),
            deposits: u32::try_from(notes).unwrap(),
            first: times[0],
            last,
        });
        let open = last + dice.within(thief.lag.0 * HOUR, thief.lag.1 * HOUR);
        let mut left = u32::try_from(notes).unwrap();
        while left > 0 {
            let count = dice.of(thief.counts).min(left);
            left -= count;
            who += 1;
            let mut time = open + dice.within(0, 3 * HOUR);
            for _ in 0..count {
                let fee = match thief.fees {
                    Fees::None => 0,
                    Fees::WholeGwei => {
                        let rate = dice.of(&[300, 360, 500]) * 1_000_000_000_000_000;
                        rate + dice.within(30, 120) * 500_000_000_000_000
                    }
                    Fees::LikeStrangers => dice.of(&near),
                };
                pool.withdrawals.push(withdrawal(time, who, fee));
                time += dice.within(60, HOUR / 2);
            }
            truth.insert(format!("0x{who:040x}"));
        }
        begin += dice.within(12 * HOUR, 30 * HOUR);
    }
    (ordered(pool), batches, truth)
}

fn ask(pool: &Pool, batches: &[KnownBatch], from: Option<i64>, to: Option<i64>) -> Report {
    let question = Question { pool, pool_name: None, other_pools: &[], batches, from, to };
    demix(&question).unwrap()
}

/// What was claimed, what of it was right, what should have been, and what was said of it.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    claimed: f64,
    right: f64,
    wanted: f64,
    expected: f64,
}

impl Tally {
    fn of(report: &Report, truth: &BTreeSet<String>) -> Self {
        let number = |count: usize| f64::from(u32::try_from(count).unwrap());
        let claimed = report.recipients.iter().filter(|own| own.claimed);
        let right = claimed.clone().filter(|own| truth.contains(&format!("{:#x}", own.recipient)));
        Self {
            claimed: number(claimed.clone().count()),
            right: number(right.count()),
            wanted: number(truth.len()),
            expected: claimed.map(|own| own.score).sum(),
        }
    }

    fn add(&mut self, other: Self) {
        self.claimed += other.claimed;
        self.right += other.right;
        self.wanted += other.wanted;
        self.expected += other.expected;
    }

    fn precision(self) -> f64 {
        self.right / self.claimed.max(1.0)
    }

    fn recall(self) -> f64 {
        self.right / self.wanted.max(1.0)
    }

    fn said(self) -> f64 {
        self.expected / self.claimed.max(1.0)
    }
}

/// Every thief at several times in a pool.
fn measured(pool: &Pool, starts: &[i64]) -> Tally {
    let mut all = Tally::default();
    for (at, thief) in THIEVES.iter().enumerate() {
        let mut own = Tally::default();
        for (round, start) in starts.iter().enumerate() {
            let seed = u64::try_from(at * 100 + round).unwrap();
            let (pool, batches, truth) = with_thief(pool, *thief, seed, *start);
            own.add(Tally::of(&ask(&pool, &batches, None, None), &truth));
        }
        eprintln!(
            "{}: precision {:.3} (said {:.3}), recall {:.3}",
            thief.name,
            own.precision(),
            own.said(),
            own.recall()
        );
        all.add(own);
    }
    eprintln!(
        "all: precision {:.3} (said {:.3}), recall {:.3}",
        all.precision(),
        all.said(),
        all.recall()
    );
    all
}

#[test]
fn made_up_thieves_are_found_at_the_stated_error() {
    let pool = strangers(7);
    let starts = [START + 100 * DAY, START + 180 * DAY, START + 250 * DAY];
    let all = measured(&pool, &starts);
    assert!(all.precision() > 0.9, "{all:?}");
    assert!(all.recall() > 0.8, "{all:?}");
    // What is said of the claims is true of them.
    assert!((all.precision() - all.said()).abs() < 0.05, "{all:?}");
}

#[test]
fn made_up_thieves_are_found_in_the_real_pool() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/tornado_events/static/events");
    if !folder.is_dir() {
        eprintln!("skipped: {} is absent", folder.display());
        return;
    }
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let pool = Pool::read(
        ("deposits", &read("deposits_eth_100.json.zip")),
        ("withdrawals", &read("withdrawals_eth_100.json.zip")),
    )
    .unwrap();
    // 2021-03-15, 2021-08-01 and 2021-12-01: far from KuCoin and from Ronin.
    let all = measured(&pool, &[1_615_766_400, 1_627_776_000, 1_638_316_800]);
    assert!(all.precision() > 0.85, "{all:?}");
    assert!(all.recall() > 0.8, "{all:?}");
    assert!((all.precision() - all.said()).abs() < 0.1, "{all:?}");
}

#[test]
fn without_a_thief_a_window_claims_next_to_nothing() {
    let pool = strangers(3);
    for month in 1..10 {
        let from = START + month * 30 * DAY;
        let report = ask(&pool, &[], Some(from), Some(from + 30 * DAY));
        let claimed = report.recipients.iter().filter(|own| own.claimed).count();
        assert_eq!(claimed, 0, "month {month}");
    }
}

#[test]
fn a_window_shows_the_thief_who_is_in_it() {
    let pool = strangers(5);
    let mut all = Tally::default();
    for (at, thief) in THIEVES.iter().filter(|thief| thief.batches > 1).enumerate() {
        if matches!(thief.fees, Fees::LikeStrangers) || thief.counts[0] < 3 {
            continue;
        }
        let start = START + 200 * DAY;
        let (pool, _, truth) = with_thief(&pool, *thief, u64::try_from(at).unwrap(), start);
        let report = ask(&pool, &[], Some(start - 10 * DAY), Some(start + 30 * DAY));
        let own = Tally::of(&report, &truth);
        eprintln!("{}: {own:?}, {:?}", thief.name, report.settings.series);
        all.add(own);
    }
    eprintln!("windows: precision {:.3}, recall {:.3}", all.precision(), all.recall());
    // More right than wrong is what a window promises.
    assert!(all.precision() > 0.6 && all.recall() > 0.85, "{all:?}");
    assert!((all.precision() - all.said()).abs() < 0.1, "{all:?}");
}

/// Whoever cuts the files to the time of the theft leaves no history to tell strangers from: a
/// few days of a busy pool are a poor substitute.
#[test]
fn files_of_a_few_days_alone_still_show_something() {
    let pool = strangers(11);
    let mut all = Tally::default();
    for (at, thief) in THIEVES.iter().enumerate().filter(|(_, thief)| thief.batches > 1) {
        let start = START + 200 * DAY;
        let seed = u64::try_from(at).unwrap();
        let (mut pool, batches, truth) = with_thief(&pool, *thief, seed, start);
        let end = batches.last().unwrap().last + 2 * DAY;
        pool.deposits.retain(|own| (start..end).contains(&own.time));
        pool.withdrawals.retain(|own| (start..end).contains(&own.time));
        all.add(Tally::of(&ask(&pool, &batches, None, None), &truth));
    }
    eprintln!(
        "cut: precision {:.3} (said {:.3}), recall {:.3}",
        all.precision(),
        all.said(),
        all.recall()
    );
    assert!(all.precision() > 0.6 && all.recall() > 0.3, "{all:?}");
}
