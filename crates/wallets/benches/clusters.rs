//! How fast accounts are joined.
//!
//! `cargo bench -p hawkshaw-wallets --bench clusters`
//!
//! - *Unions*: 300 million pairs of accounts, drawn evenly from 20 million, which is the order
//!   that misses the caches the most. They are made on the fly, because they would take 2.4 GB.
//!   Beside it the textbook's way (a hash map of parents, ranks, a recursive search) and the same
//!   on a plain list, at a tenth of the size, where the first one ends.
//! - *A day*: 400,000 transactions with a million inputs, added to clusters of 20 million
//!   accounts with all guards but the classes of CoinJoins, which another crate knows; a rule
//!   that looks at all outputs stands in for them.
//! - *The file*: writing and reading those clusters.

#![expect(clippy::print_stdout, reason = "a benchmark says what it measured")]
#![expect(clippy::float_arithmetic, reason = "times are told in seconds")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on fails")]

use std::collections::HashMap;
use std::fmt;
use std::time::Instant;

use hawkshaw_model::{
    Account, AccountIx, Address, ChainId, Mix, OutputIx, ReadError, TxIx, UtxoLeg, UtxoTx,
};
use hawkshaw_wallets::{Clusters, Forest};

const IDS: u32 = 20_000_000;
const PAIRS: u32 = 300_000_000;
/// The part of the size at which the textbook's way is measured.
const SMALLER: u32 = 10;
/// Pairs that are handed over at once.
const BLOCK: u32 = 1 << 14;
const DAY_TXS: u32 = 400_000;
const DAY_INPUTS: usize = 1_000_000;

fn main() {
    unions();
    day();
}

/// What a clock of the wall and one of this process say.
struct Clock(Instant, f64);

/// Seconds by both.
struct Seconds(f64, f64);

impl Clock {
    fn start() -> Self {
        Self(Instant::now(), own_seconds())
    }

    fn stop(&self) -> Seconds {
        Seconds(self.0.elapsed().as_secs_f64(), own_seconds() - self.1)
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} s ({:.2} s of processor time)", self.0, self.1)
    }
}

/// Processor time of this thread so far, where the system tells it.
fn own_seconds() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds: Option<u64> = told.split(' ').next().and_then(|first| first.parse().ok());
    nanoseconds
        .map_or(f64::NAN, |nanoseconds| std::time::Duration::from_nanos(nanoseconds).as_secs_f64())
}

/// Numbers that look random, the same every time: SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    /// A number below a bound.
    fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(((self.next() >> 32) * u64::from(bound)) >> 32).unwrap_or(0)
    }

    /// Two accounts.
    fn pair(&mut self, ids: u32) -> (u32, u32) {
        let both = self.next();
        let scaled = |half: u64| u32::try_from((half * u64::from(ids)) >> 32).unwrap_or(0);
        (scaled(both >> 32), scaled(both & 0xffff_ffff))
    }
}

fn unions() {
    let begun = Clock::start();
    let mut chance = Chance(1);
    let mut sum = 0u64;
    for _ in 0..PAIRS {
        let (one, other) = chance.pair(IDS);
        sum = sum.wrapping_add(u64::from(one ^ other));
    }
    let making = begun.stop();
    println!("making {PAIRS} pairs alone takes {making} (sum {sum})");
    let (seconds, made) = forest(IDS, PAIRS);
    println!("{PAIRS} pairs of {IDS}: {seconds} with making them, {made} unions");
    let (seconds, again) = singly(IDS, PAIRS);
    assert_eq!(again, made);
    println!("  a pair at a time: {seconds}");
    let (ids, pairs) = (IDS / SMALLER, PAIRS / SMALLER);
    let (seconds, made) = forest(ids, pairs);
    println!("{pairs} pairs of {ids}: {seconds}, {made} unions");
    let (seconds, unions) = textbook(ids, pairs, &mut Hashed::default());
    assert_eq!(unions, made);
    println!("  with a hash map, ranks and recursion: {seconds}");
    let (seconds, unions) = textbook(ids, pairs, &mut Listed::new(ids));
    assert_eq!(unions, made);
    println!("  with a list, ranks and recursion: {seconds}");
}

fn forest(ids: u32, pairs: u32) -> (Seconds, u64) {
    let begun = Clock::start();
    let mut forest = Forest::new(ids as usize);
    let (mut chance, mut unions, mut done) = (Chance(1), 0, 0);
    let mut block = Vec::with_capacity(BLOCK as usize);
    while done < pairs {
        block.clear();
        block.extend((0..BLOCK.min(pairs - done)).map(|_| chance.pair(ids)));
        unions += forest.join_pairs(&block, done);
        done += BLOCK.min(pairs - done);
    }
    (begun.stop(), unions)
}

/// The same, a pair at a time.
fn singly(ids: u32, pairs: u32) -> (Seconds, u64) {
    let begun = Clock::start();
    let mut forest = Forest::new(ids as usize);
    let (mut chance, mut unions) = (Chance(1), 0);
    for pair in 0..pairs {
        let (one, other) = chance.pair(ids);
        unions += u64::from(forest.join(one, other, pair).is_some());
    }
    (begun.stop(), unions)
}

/// Where the textbook's way keeps parents and ranks.
trait Kept {
    fn parent(&mut self, id: u32) -> u32;
    fn set_parent(&mut self, id: u32, parent: u32);
    fn rank(&mut self, id: u32) -> u8;
    fn raise(&mut self, id: u32);
}

#[derive(Default)]
struct Hashed(HashMap<u32, (u32, u8)>);

impl Kept for Hashed {
    fn parent(&mut self, id: u32) -> u32 {
        self.0.entry(id).or_insert((id, 0)).0
    }
    fn set_parent(&mut self, id: u32, parent: u32) {
        self.0.entry(id).or_insert((id, 0)).0 = parent;
    }
    fn rank(&mut self, id: u32) -> u8 {
        self.0.entry(id).or_insert((id, 0)).1
    }
    fn raise(&mut self, id: u32) {
        self.0.entry(id).or_insert((id, 0)).1 += 1;
    }
}

struct Listed(Vec<u32>, Vec<u8>);

impl Listed {
    fn new(ids: u32) -> Self {
        Self((0..ids).collect(), vec![0; ids as usize])
    }
}

impl Kept for Listed {
    fn parent(&mut self, id: u32) -> u32 {
        self.0[id as usize]
    }
    fn set_parent(&mut self, id: u32, parent: u32) {
        self.0[id as usize] = parent;
    }
    fn rank(&mut self, id: u32) -> u8 {
        self.1[id as usize]
    }
    fn raise(&mut self, id: u32) {
        self.1[id as usize] += 1;
    }
}

fn search(kept: &mut impl Kept, id: u32) -> u32 {
    let parent = kept.parent(id);
    if parent == id {
        return id;
    }
    let root = search(kept, parent);
    kept.set_parent(id, root);
    root
}

fn textbook(ids: u32, pairs: u32, kept: &mut impl Kept) -> (Seconds, u64) {
    let begun = Clock::start();
    let (mut chance, mut unions) = (Chance(1), 0);
    for _ in 0..pairs {
        let (one, other) = chance.pair(ids);
        let (one, other) = (search(kept, one), search(kept, other));
        if one == other {
            continue;
        }
        unions += 1;
        let (one_rank, other_rank) = (kept.rank(one), kept.rank(other));
        let (above, below) = if one_rank < other_rank { (other, one) } else { (one, other) };
        kept.set_parent(below, above);
        if one_rank == other_rank {
            kept.raise(above);
        }
    }
    (begun.stop(), unions)
}

/// A transaction of the day: its accounts and its outputs.
struct Made {
    spent: Vec<u32>,
    inputs: Vec<u64>,
    outputs: Vec<(u32, u64)>,
}

impl Made {
    fn new(chance: &mut Chance, inputs: usize) -> Self {
        // Wallets that spend much are likelier: half of the inputs are of a tenth of the accounts.
        let account = |chance: &mut Chance| {
            let bound = if chance.below(2) == 0 { IDS / 10 } else { IDS };
            chance.below(bound)
        };
        let spent: Vec<u32> = (0..inputs).map(|_| account(chance)).collect();
        let inputs: Vec<u64> =
            spent.iter().map(|_| 10_000 + u64::from(chance.below(50_000_000))).collect();
        let total: u64 = inputs.iter().sum();
        let first = chance.next() % total;
        let outputs = vec![(account(chance), first), (account(chance), total - first)];
        Self { spent, inputs, outputs }
    }

    fn legs(&self, tx: u32) -> UtxoTx {
        let leg = |(holder, amount): (u32, u64)| UtxoLeg {
            output: Some(OutputIx(0)),
            holder: Some(AccountIx(holder)),
            amount: amount.into(),
        };
        UtxoTx {
            tx: TxIx(u64::from(tx)),
            inputs: self.spent.iter().copied().zip(self.inputs.iter().copied()).map(leg).collect(),
            outputs: self.outputs.iter().copied().map(leg).collect(),
        }
    }
}

/// Looks at all outputs, as a rule on equal amounts does.
fn equal_outputs(tx: &UtxoTx) -> Result<Option<Mix>, ReadError> {
    let mut amounts: Vec<_> = tx.outputs.iter().map(|leg| leg.amount).collect();
    amounts.sort_unstable();
    assert!(!amounts.windows(5).any(|five| five[0] == five[4]), "the day has no mixes");
    Ok(None)
}

fn day() {
    let mut clusters = Clusters::new();
    let script = [&[0x00, 0x14][..], &[7; 20]].concat().into_boxed_slice();
    let account = Account::new(ChainId::bitcoin(), Address::Script(script));
    let begun = Clock::start();
    (0..IDS).for_each(|_| clusters.push_account(&account));
    for actor in 0..1_000 {
        clusters.tag(AccountIx(actor * 19_997), &format!("actor {}", actor % 100));
    }
    // Half of the accounts in small clusters, as they are on a chain.
    let mut chance = Chance(2);
    for tx in 0..IDS / 4 {
        let first = chance.below(IDS - 8);
        let made = Made {
            spent: vec![first, first + 1 + chance.below(6)],
            inputs: vec![5, 5],
            outputs: vec![(first, 10)],
        };
        clusters.add(tx, &made.spent, || Ok(made.legs(tx)), &equal_outputs).unwrap();
    }
    let seconds = begun.stop();
    let (sets, accounts) = clusters.joined();
    println!("{IDS} accounts, {accounts} of them in {sets} clusters: made in {seconds}");

    let mut inputs = vec![1; DAY_TXS as usize];
    for _ in DAY_TXS as usize..DAY_INPUTS {
        // Every tenth input goes to one of a few transactions that gather many.
        let bound = if chance.below(10) == 0 { DAY_TXS / 1_000 } else { DAY_TXS };
        inputs[chance.below(bound) as usize] += 1;
    }
    let txs: Vec<Made> = inputs.iter().map(|count| Made::new(&mut chance, *count)).collect();
    let before = *clusters.counts();
    let begun = Clock::start();
    for (tx, made) in (IDS..).zip(&txs) {
        clusters.add(tx, &made.spent, || Ok(made.legs(tx)), &equal_outputs).unwrap();
    }
    let seconds = begun.stop();
    let after = clusters.counts();
    println!(
        "a day of {DAY_TXS} transactions with {DAY_INPUTS} inputs: {seconds}, {} joined, {} \
         withheld, {} of them vetoed",
        after.joining - before.joining,
        after.withheld() - before.withheld(),
        after.vetoes - before.vetoes,
    );

    let chain = ChainId::bitcoin();
    let path = std::env::temp_dir().join(format!("hawkshaw-bench-{}.hkc", std::process::id()));
    let begun = Clock::start();
    let file = std::fs::File::create(&path).unwrap();
    let mut out = std::io::BufWriter::with_capacity(1 << 20, file);
    clusters.write(chain.as_str(), 1, &mut out).unwrap();
    out.get_ref().sync_all().unwrap();
    let seconds = begun.stop();
    let bytes = std::fs::metadata(&path).unwrap().len();
    println!("the file of {bytes} bytes: written in {seconds}");
    let begun = Clock::start();
    let file = std::fs::File::open(&path).unwrap();
    let input = std::io::BufReader::with_capacity(1 << 20, file);
    let read = Clusters::read(chain.as_str(), 1, bytes, input);
    let seconds = begun.stop();
    std::fs::remove_file(&path).unwrap();
    println!(
        "  read, with its checksum and all checks: {seconds} ({} accounts)",
        read.unwrap().account_count()
    );
}
