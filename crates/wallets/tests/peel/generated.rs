//! Generated wallets whose truth is known: how often the follower is right, wrong, or stops.
//!
//! `cargo test -p hawkshaw-wallets --test peel -- --nocapture generated` prints the figures of
//! `docs/benchmarks.md`.

#![expect(clippy::print_stdout, reason = "figures of the documentation are printed")]

use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_ledger::{MemoryLedger, OutputRow, Side};
use hawkshaw_model::{
    Account, Address, ChainId, Ledger as _, Mix, MixClass, OutPoint, ReadError, Stop, TerminalKind,
    Timestamp, TxHash, TxId, TxIx, UtxoTx,
};
use hawkshaw_wallets::change::{Surroundings, Verdict, change};
use hawkshaw_wallets::peel::{PeelSettings, carried, follow};

/// A small generator of numbers: SplitMix64 (Steele and others, OOPSLA 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }
}

type Coin = (TxHash, u32);
type Paid = (Account, u64);

/// How the wallets of thieves and payees are made.
#[derive(Debug, Clone, Copy)]
struct Habits {
    /// Percent of payees with the wallet's own kind of script.
    same_kind: u64,
    /// Percent of payees that are people; the rest are services.
    people: u64,
    /// Percent of people who spend what they got as a peeling wallet does.
    spend_alike: u64,
    /// Percent of payments of round sums.
    round: u64,
    /// Percent of steps at which the thief does what misleads: a round change, a change smaller
    /// than the payment, a change of another kind, a change to an address used before.
    tricks: u64,
}

/// What the payees of a thief later do with their coins.
enum Later {
    Spend { coin: Coin, account: Account, amount: u64 },
    Empty { coin: Coin, account: Account, amount: u64, hot: Account },
}

struct World {
    dice: Dice,
    rows: Vec<OutputRow>,
    height: u64,
    names: u64,
    later: Vec<(u64, Later)>,
    /// Deposits that wait to be swept together.
    deposits: Vec<(Coin, Account, u64)>,
    used: Vec<Account>,
    hot: Vec<Account>,
    tagged: BTreeSet<Account>,
    mixes: BTreeSet<TxHash>,
    /// The change of every transaction of a chain.
    truth: BTreeMap<TxHash, u32>,
    starts: Vec<Coin>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut world = Self {
            dice: Dice(seed),
            rows: Vec::new(),
            height: 0,
            names: 0,
            later: Vec::new(),
            deposits: Vec::new(),
            used: Vec::new(),
            hot: Vec::new(),
            tagged: BTreeSet::new(),
            mixes: BTreeSet::new(),
            truth: BTreeMap::new(),
            starts: Vec::new(),
        };
        for number in 0..12 {
            let account = world.fresh(number % 4);
            world.mint(&account, 10_000);
            if number % 3 == 0 {
                world.tagged.insert(account.clone());
            }
            world.hot.push(account);
            let used = world.fresh(number % 4);
            world.mint(&used, 10_000);
            world.used.push(used);
        }
        world
    }

    /// An account of a kind: P2WPKH, P2PKH, P2SH, P2TR.
    fn fresh(&mut self, kind: u64) -> Account {
        self.names += 1;
        let mut body = vec![0xab; 24];
        body.extend(self.names.to_be_bytes());
        let short = &body[12..];
        let script = match kind {
            0 => [&[0x00, 0x14][..], short].concat(),
            1 => [&[0x76, 0xa9, 0x14][..], short, &[0x88, 0xac]].concat(),
            2 => [&[0xa9, 0x14][..], short, &[0x87]].concat(),
            _ => [&[0x51, 0x20][..], &body].concat(),
        };
        Account::new(ChainId::bitcoin(), Address::Script(script.into_boxed_slice()))
    }

    fn tx(&mut self, inputs: &[(Coin, Account, u64)], outputs: &[Paid]) -> TxHash {
        self.height += 1 + self.dice.below(3);
        self.names += 1;
        let mut hash = [0x11; 32];
        hash[..8].copy_from_slice(&self.names.to_be_bytes());
        let hash = TxHash::from(hash);
        let time = 1_600_000_000 + 600 * i64::try_from(self.height).unwrap();
        let row = |side, at: usize, outpoint, account: &Account, amount: u64| OutputRow {
            chain: ChainId::bitcoin(),
            height: self.height,
            tx_index: u32::from(!inputs.is_empty()),
            time: Timestamp::from_unix(time).unwrap(),
            tx: hash,
            side,
            leg_index: u32::try_from(at).unwrap(),
            outpoint,
            holder: Some(account.clone()),
            amount: amount.into(),
        };
        for (at, ((tx, vout), account, amount)) in inputs.iter().enumerate() {
            let spent = OutPoint::new(TxId::new(ChainId::bitcoin(), *tx), *vout);
            self.rows.push(row(Side::In, at, Some(spent), account, *amount));
        }
        for (at, (account, amount)) in outputs.iter().enumerate() {
            self.rows.push(row(Side::Out, at, None, account, *amount));
        }
        hash
    }

    fn mint(&mut self, account: &Account, amount: u64) -> Coin {
        (self.tx(&[], &[(account.clone(), amount)]), 0)
    }

    /// A fee between 5 and 60 satoshi for a virtual byte.
    fn fee(&mut self) -> u64 {
        700 + self.dice.below(7_800)
    }

    /// A payee, and what he will do.
    fn payee(&mut self, habits: Habits, kind: u64) -> (Account, u64) {
        let kind = if self.dice.percent(habits.same_kind) { kind } else { self.dice.below(4) };
        let choice = match self.dice.percent(habits.people) {
            true if self.dice.percent(habits.spend_alike) => 0,
            true => 1,
            false => 2 + self.dice.below(5),
        };
        match choice {
            // A service by its tagged address, or one that is used again and again.
            5 => (self.hot[usize::try_from(self.dice.below(12)).unwrap()].clone(), choice),
            6 => (self.used[usize::try_from(self.dice.below(12)).unwrap()].clone(), choice),
            _ => (self.fresh(kind), choice),
        }
    }

    fn promise(&mut self, choice: u64, coin: Coin, account: Account, amount: u64) {
        let due = self.height + self.dice.below(60);
        match choice {
            0 => self.later.push((due, Later::Spend { coin, account, amount })),
            2 | 3 => self.deposits.push((coin, account, amount)),
            4 => {
                let hot = self.hot[usize::try_from(self.dice.below(12)).unwrap()].clone();
                self.later.push((due, Later::Empty { coin, account, amount, hot }));
            }
            _ => {}
        }
        if self.deposits.len() >= 12 + usize::try_from(self.dice.below(8)).unwrap() {
            let deposits = std::mem::take(&mut self.deposits);
            let sum: u64 = deposits.iter().map(|(_, _, amount)| amount).sum();
            let hot = self.hot[1].clone();
            self.tx(&deposits, &[(hot, sum - 9_000)]);
        }
    }

    fn kept_promises(&mut self, all: bool) {
        let now = self.height;
        let (due, later) =
            std::mem::take(&mut self.later).into_iter().partition(|(due, _)| all || *due <= now);
        self.later = later;
        for (_, promise) in due {
            let fee = self.fee();
            match promise {
                Later::Empty { coin, account, amount, hot } => {
                    self.tx(&[(coin, account, amount)], &[(hot, amount - fee)]);
                }
                Later::Spend { coin, account, amount } => {
                    let Address::Script(script) = account.address() else { unreachable!() };
                    let kind = [0, 1, 2, 3].into_iter().find(|kind| {
                        let Address::Script(like) = self.fresh(*kind).address().clone() else {
                            unreachable!()
                        };
                        like[..2] == script[..2]
                    });
                    let (own, payee) = (self.fresh(kind.unwrap()), self.fresh(0));
                    let paid = amount / (2 + self.dice.below(6));
                    let mut outputs = vec![(own, amount - paid - fee), (payee, paid)];
                    if self.dice.percent(50) {
                        outputs.reverse();
                    }
                    self.tx(&[(coin, account, amount)], &outputs);
                }
            }
        }
    }

    /// A thief peels until little is left.
    fn chain(&mut self, habits: Habits) {
        let kind = self.dice.below(4);
        let mut own = self.fresh(kind);
        let mut amount = 1_000_000_000 + self.dice.below(90_000_000_000);
        let mut coin = self.mint(&own, amount);
        self.starts.push(coin);
        for _ in 0..4 + self.dice.below(37) {
            self.kept_promises(false);
            let fee = self.fee();
            let is_trick = self.dice.percent(habits.tricks);
            let trick = self.dice.below(4);
            let mut paid = amount / 100 * (1 + self.dice.below(45));
            if is_trick && trick == 0 {
                paid = amount / 100 * (55 + self.dice.below(35));
            }
            if self.dice.percent(habits.round) {
                let unit =
                    [10_000, 100_000, 1_000_000][usize::try_from(self.dice.below(3)).unwrap()];
                paid = (paid / unit).max(1) * unit;
            }
            if amount < 3_000_000 || paid + fee + 1_000 > amount {
                break;
            }
            if is_trick && trick == 1 {
                // The rest is round, the payment is not.
                let rest = (amount - paid - fee) / 1_000_000 * 1_000_000;
                if rest > 0 {
                    paid = amount - fee - rest;
                }
            }
            let next = match (is_trick, trick) {
                (true, 2) => self.fresh((kind + 1) % 4),
                (true, 3) => {
                    let used = self.fresh(kind);
                    self.mint(&used, 5_000);
                    used
                }
                _ if self.dice.percent(3) => own.clone(),
                _ => self.fresh(kind),
            };
            let (payee, choice) = self.payee(habits, kind);
            let mut outputs = vec![(next.clone(), amount - paid - fee), (payee.clone(), paid)];
            let mut place = 0;
            if self.dice.percent(50) {
                outputs.reverse();
                place = 1;
            }
            let tx = self.tx(&[(coin, own, amount)], &outputs);
            self.truth.insert(tx, place);
            self.promise(choice, (tx, 1 - place), payee, paid);
            (coin, own, amount) = ((tx, place), next, amount - paid - fee);
        }
        self.end(coin, own, amount);
        self.kept_promises(true);
    }

    /// What becomes of the rest.
    fn end(&mut self, coin: Coin, own: Account, amount: u64) {
        let fee = self.fee();
        if amount < 20_000 {
            return;
        }
        match self.dice.below(4) {
            0 => {}
            1 => {
                let hot = self.hot[usize::try_from(self.dice.below(12)).unwrap()].clone();
                self.tx(&[(coin, own, amount)], &[(hot, amount - fee)]);
            }
            2 => {
                let other = self.fresh(0);
                let more = self.mint(&other, 5_000_000);
                let (a, b) = (self.fresh(0), self.fresh(1));
                let inputs = [(coin, own, amount), (more, other, 5_000_000)];
                self.tx(&inputs, &[(a, amount - fee), (b, 5_000_000)]);
            }
            _ => {
                let other = self.fresh(0);
                let more = self.mint(&other, amount);
                let (a, b) = (self.fresh(0), self.fresh(0));
                let inputs = [(coin, own, amount), (more, other, amount)];
                let mix = self.tx(&inputs, &[(a, amount - fee), (b, amount - fee)]);
                self.mixes.insert(mix);
            }
        }
    }
}

/// How a follower did.
#[derive(Debug, Default, Clone, Copy)]
struct Score {
    /// Transactions of the chains.
    hops: usize,
    /// Verdicts on each of them.
    right: usize,
    wrong: usize,
    abstained: usize,
    /// Steps of the chains as they were followed from their beginnings.
    followed_right: usize,
    followed_wrong: usize,
    stopped: usize,
    /// Chains that were followed to where they end.
    whole: usize,
    chains: usize,
}

fn measure(world: World) -> Score {
    let World { rows, truth, starts, tagged, mixes, .. } = world;
    let (ledger, _) = MemoryLedger::from_rows(Vec::new(), rows).unwrap();
    let hash = |tx: TxIx| ledger.transaction(tx).unwrap().hash.unwrap();
    let stop = |account: &Account| {
        let kind = TerminalKind::Exchange;
        tagged.contains(account).then(|| Stop { kind, actor: Some("exchange".to_owned()) })
    };
    let mix = |tx: &UtxoTx| -> Result<Option<Mix>, ReadError> {
        let is_mix = mixes.contains(&hash(tx.tx));
        let mix = Mix { class: MixClass::Wasabi2, confidence: 999, rule: "", equal: Vec::new() };
        Ok(is_mix.then_some(mix))
    };
    let around = Surroundings { ledger: &ledger, mix: &mix, stop: &stop };
    let mut score = Score::default();
    for (tx, own) in &truth {
        let tx = ledger.find_tx(&TxId::new(ChainId::bitcoin(), *tx)).unwrap().unwrap();
        let tx = ledger.utxo_tx(tx).unwrap().unwrap();
        score.hops += 1;
        match change(&around, &tx).unwrap().verdict {
            Verdict::Change { outputs, .. } if outputs == [*own] => score.right += 1,
            Verdict::Change { .. } => score.wrong += 1,
            Verdict::Abstains(_) => score.abstained += 1,
        }
    }
    let known = BTreeSet::new();
    for (tx, vout) in starts {
        let output = OutPoint::new(TxId::new(ChainId::bitcoin(), tx), vout);
        let output = ledger.find_output(&output).unwrap().unwrap();
        let start = carried(&ledger, output).unwrap().unwrap();
        let chain = follow(&around, &PeelSettings::default(), &known, vec![start]).unwrap();
        assert!(chain.totals.adds_up(chain.amount_in));
        score.chains += 1;
        let mut is_right = true;
        for hop in chain.hops.iter().filter(|hop| !hop.next.is_empty()) {
            let own = truth.get(&hash(hop.tx));
            let next = hop.next.iter().map(|one| ledger.maker(one.output).unwrap().1);
            // A transaction behind the chain's own ones is judged with its last step.
            is_right &= own.is_none_or(|own| next.eq([*own]));
            match is_right {
                true => score.followed_right += usize::from(own.is_some()),
                false => score.followed_wrong += 1,
            }
        }
        let last = chain.hops.last().is_some_and(|hop| truth.contains_key(&hash(hop.tx)));
        let is_unresolved = chain.end.as_str() == "unresolved";
        score.stopped += usize::from(is_right && last && is_unresolved);
        score.whole += usize::from(is_right && !(last && is_unresolved));
    }
    score
}

fn world(seed: u64, chains: usize, habits: Habits) -> World {
    let mut world = World::new(seed);
    for _ in 0..chains {
        world.chain(habits);
    }
    world
}

const PLAIN: Habits = Habits { same_kind: 30, people: 20, spend_alike: 40, round: 40, tricks: 0 };
const HARD: Habits = Habits { same_kind: 80, people: 60, spend_alike: 60, round: 10, tricks: 0 };
const TRICKY: Habits = Habits { same_kind: 60, people: 40, spend_alike: 50, round: 20, tricks: 30 };

/// Measures wallets of some habits, prints the figures, and asserts how often it may be wrong, in
/// steps of ten thousand.
fn check(name: &str, habits: Habits, wrong_max: usize) {
    let score = measure(world(7, 400, habits));
    println!("{name}: {score:?}");
    let most = |all: usize| all * wrong_max / 10_000;
    assert!(score.wrong <= most(score.hops), "{score:?}");
    let followed = score.followed_right + score.followed_wrong;
    assert!(score.followed_wrong <= most(followed), "{score:?}");
    assert!(score.right * 4 > score.hops, "{score:?}");
}

#[test]
fn generated_ordinary_wallets() {
    check("ordinary", PLAIN, 100);
}

#[test]
fn generated_payees_who_look_like_the_wallet() {
    check("look-alikes", HARD, 100);
}

#[test]
fn generated_thieves_who_mislead() {
    check("tricks", TRICKY, 100);
}
