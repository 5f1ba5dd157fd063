//! Thefts put at random into real blocks: the engine, the plain implementation and the queue
//! agree on where every satoshi is. Without `../shared/data` the tests say so and pass.

use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_fixture::random::{RandomLedger, Seeded};
use hawkshaw_fixture::text::{Story, case_of};
use hawkshaw_ledger::{OutputRow, Side};
use hawkshaw_model::{
    Account, AssetList, Case, CoverageClaim, MixClass, OutPoint, Policy, Stolen, TerminalKind, TxId,
};
use hawkshaw_trace::{Detail, Trace};

use crate::blocks::{Earlier, framed, read, stored, story};
use crate::compare::Question;
use crate::queue::{Found, follow};

/// What is done with a story: how many cases, from which seed.
struct Plan<'a> {
    story: &'a Story,
    seeds: std::ops::Range<u64>,
    /// Whether transactions are taken for mixes at random.
    mixes: bool,
}

impl Plan<'_> {
    fn check(&self) {
        let made = outputs(self.story);
        assert!(!made.is_empty());
        for seed in self.seeds.clone() {
            let mut rng = Seeded::new(seed);
            let stolen = thefts(&made, &mut rng);
            let mut case = case_of(&[]);
            case.stolen = stolen.iter().cloned().map(Stolen::Output).collect();
            self.check_case(&case, &stolen, seed);
        }
    }

    fn check_case(&self, case: &Case, stolen: &BTreeSet<OutPoint>, seed: u64) {
        let mixes: BTreeMap<TxId, MixClass> = match self.mixes {
            true => random_mixes(self.story, seed),
            false => BTreeMap::new(),
        };
        let assets = AssetList::built_in();
        let question = Question {
            story: self.story,
            case,
            assets: &assets,
            stop: &|_| None,
            mix: &|tx| mixes.get(tx).copied(),
            prices: None,
            detail: if seed.is_multiple_of(3) { Detail::Full } else { Detail::Totals },
        };
        assert_eq!(question.difference(), "", "seed {seed}, stolen {stolen:?}");
        let trace = question.ask_engine().unwrap();
        assert_eq!(trace.policies.len(), 7);
        assert_adds_up(&trace);
        if !self.mixes {
            let burned = |row: &OutputRow| row.holder.as_ref().is_some_and(is_burn);
            assert_eq!(by_engine(&trace, self.story), follow(self.story, stolen, &burned));
        }
    }
}

fn is_burn(holder: &Account) -> bool {
    holder.address().is_burn()
}

/// Every conserving policy accounts for what was stolen, by the sum over the terminals too.
fn assert_adds_up(trace: &Trace) {
    let stolen = trace.stolen[0].amount;
    for (at, policy) in trace.policies.iter().enumerate() {
        let Some(balance) = &trace.balance[at] else {
            assert_eq!(*policy, Policy::Poison);
            continue;
        };
        assert_eq!((balance[0].stolen, balance[0].accounted), (stolen, stolen));
        let sum = |amounts: &dyn Fn(usize) -> hawkshaw_model::Amount| {
            let parts = (0..trace.terminals.len()).map(amounts);
            parts.fold(hawkshaw_model::Amount::ZERO, |sum, part| sum.checked_add(part).unwrap())
        };
        let origins = sum(&|row| trace.terminals[row].origins[at].as_ref().unwrap()[0]);
        let amounts = sum(&|row| trace.terminals[row].amounts[at]);
        assert_eq!((origins, amounts), (stolen, stolen), "{policy}: bitcoin stays bitcoin");
    }
}

/// The engine's answer under FIFO in the words of the queue. Burned value has no outpoint there
/// and is summed by its holder.
fn by_engine(trace: &Trace, story: &Story) -> Found {
    let fifo = trace.policies.iter().position(|policy| *policy == Policy::Fifo).unwrap();
    let mut found = Found::default();
    for terminal in &trace.terminals {
        let amount = terminal.amounts[fifo].to_u256().to::<u64>();
        if amount == 0 {
            continue;
        }
        match (&terminal.kind, &terminal.output) {
            (TerminalKind::Fee, None) => found.fees += amount,
            (TerminalKind::StolenAgain, Some(point)) => {
                found.again.insert(point.clone(), amount);
            }
            (TerminalKind::Held, Some(point)) => {
                found.outputs.insert(point.clone(), amount);
            }
            (TerminalKind::Burned, None) => {
                // Real blocks burn value by one output of a script at most.
                let is_it = |row: &&OutputRow| {
                    row.side == Side::Out && row.holder == terminal.account && !row.amount.is_zero()
                };
                let row = story.outputs.iter().find(is_it).unwrap();
                let tx = TxId::new(row.chain.clone(), row.tx);
                found.outputs.insert(OutPoint::new(tx, row.leg_index), amount);
            }
            (kind, _) => panic!("nothing of a case without tags ends as {kind}"),
        }
    }
    found
}

/// The outputs of some value: those that are spent, and all.
struct Made {
    spent: Vec<OutPoint>,
    all: Vec<OutPoint>,
}

impl Made {
    fn is_empty(&self) -> bool {
        self.all.is_empty() || self.spent.is_empty()
    }
}

fn outputs(story: &Story) -> Made {
    let spent: BTreeSet<&OutPoint> =
        story.outputs.iter().filter_map(|row| row.outpoint.as_ref()).collect();
    let paying = |row: &&OutputRow| row.side == Side::Out && !row.amount.is_zero();
    let all: Vec<OutPoint> = story
        .outputs
        .iter()
        .filter(paying)
        .map(|row| OutPoint::new(TxId::new(row.chain.clone(), row.tx), row.leg_index))
        .collect();
    Made { spent: all.iter().filter(|point| spent.contains(point)).cloned().collect(), all }
}

/// One to sixty outputs, three of four of which are spent.
fn thefts(made: &Made, rng: &mut Seeded) -> BTreeSet<OutPoint> {
    let count = [1, 2, 5, 20, 60][rng.index(5)];
    let pick = |_: u32| {
        let some = if rng.chance(75) { &made.spent } else { &made.all };
        rng.pick(some).clone()
    };
    (0..count).map(pick).collect()
}

fn random_mixes(story: &Story, seed: u64) -> BTreeMap<TxId, MixClass> {
    let mut rng = Seeded::new(seed ^ 0x6d69_7865);
    let ids: BTreeSet<TxId> =
        story.outputs.iter().map(|row| TxId::new(row.chain.clone(), row.tx)).collect();
    let mut mixes = BTreeMap::new();
    for tx in ids {
        if rng.chance(20) {
            mixes.insert(tx, *rng.pick(&MixClass::ALL));
        }
    }
    mixes
}

fn check_with_and_without_mixes(story: &Story, seeds: std::ops::Range<u64>) {
    Plan { story, seeds: seeds.clone(), mixes: false }.check();
    Plan { story, seeds, mixes: true }.check();
}

#[test]
fn blocks_1_to_255() {
    let Some(bytes) = read("database/testdata/blocks1-256.bz2") else { return };
    let blocks = framed(&bytes);
    assert_eq!(blocks.len(), 255);
    check_with_and_without_mixes(&story(&blocks, &Earlier::new()), 0..40);
}

/// With the outputs that it spends, as they were.
#[test]
fn block_277647() {
    let Some(bytes) = read("blockchain/testdata/277647.dat.bz2") else { return };
    let Some(unspent) = read("blockchain/testdata/277647.utxostore.bz2") else { return };
    let (blocks, earlier) = (framed(&bytes), stored(&unspent));
    assert_eq!((blocks.len(), earlier.len()), (1, 732));
    let inputs = blocks[0].txdata.iter().skip(1).flat_map(|tx| &tx.input);
    let is_known = |point: &bitcoin::OutPoint| {
        use bitcoin::hashes::Hash as _;
        let is_own = blocks[0].txdata.iter().any(|tx| tx.compute_txid() == point.txid);
        is_own || earlier.contains_key(&(point.txid.to_byte_array(), point.vout))
    };
    assert!(inputs.map(|input| input.previous_output).all(|point| is_known(&point)));
    let story = story(&blocks, &earlier);
    // What the outputs that were decoded are worth is right to the satoshi.
    let sum = |side| {
        let rows = story.outputs.iter().filter(|row| row.tx_index > 0 && row.side == side);
        rows.map(|row| row.amount.to_u256().to::<u64>()).sum::<u64>()
    };
    assert_eq!(sum(Side::In) - sum(Side::Out), 4_737_355);
    check_with_and_without_mixes(&story, 100..106);
}

/// Nothing says what these blocks spend of earlier ones: those amounts are made up. Who spends
/// which output and what is paid is real, and so are 2,000 transactions that spend each other.
#[test]
fn blocks_540107_and_574200() {
    for (name, seeds) in [
        ("00000000000000000021868c2cefc52a480d173c849412fe81c4e5ab806f94ab", 200..202),
        ("0000000000000000001602407ac49862a7bca9d00f7f402db20b7be2f5de59d2", 300..302),
    ] {
        let Some(bytes) = read(&format!("wire/testdata/block-{name}.blk")) else { return };
        let block: bitcoin::Block = bitcoin::consensus::deserialize(&bytes).unwrap();
        let outputs = || block.txdata.iter().flat_map(|tx| &tx.output);
        assert!(outputs().any(|output| output.script_pubkey.is_op_return()));
        check_with_and_without_mixes(&story(&[block], &Earlier::new()), seeds);
    }
}

/// The queue and the engine on random graphs, with stops.
#[test]
fn the_queue_on_random_graphs() {
    let mut checked = 0;
    for seed in 0..1_500 {
        let ledger = RandomLedger::of_outputs(seed);
        let fits =
            |row: &OutputRow| row.amount.to_u256() < alloy_primitives::U256::from(1u64 << 40);
        if !ledger.story.outputs.iter().all(fits) {
            continue;
        }
        let mut case = ledger.case.clone();
        case.coverage = CoverageClaim::Everything;
        let stolen = case.stolen.iter().filter_map(|stolen| match stolen {
            Stolen::Output(point) => Some(point.clone()),
            Stolen::Transfer { .. } => None,
        });
        let stolen: BTreeSet<OutPoint> = stolen.collect();
        let assets = AssetList::built_in();
        let question = Question {
            story: &ledger.story,
            case: &case,
            assets: &assets,
            stop: &|account| ledger.stop(account),
            mix: &|_| None,
            prices: None,
            detail: Detail::Totals,
        };
        let trace = question.ask_engine().unwrap();
        assert_adds_up(&trace);
        let stops = |row: &OutputRow| {
            row.holder
                .as_ref()
                .is_some_and(|holder| is_burn(holder) || ledger.stop(holder).is_some())
        };
        let found = follow(&ledger.story, &stolen, &stops);
        let sums = |kind: &dyn Fn(&TerminalKind) -> bool| {
            let fifo = trace.policies.iter().position(|policy| *policy == Policy::Fifo).unwrap();
            let terminals = trace.terminals.iter().filter(|terminal| kind(&terminal.kind));
            terminals.map(|t| t.amounts[fifo].to_u256().to::<u64>()).sum::<u64>()
        };
        assert_eq!(sums(&|kind| *kind == TerminalKind::Fee), found.fees, "{ledger}");
        let again = sums(&|kind| *kind == TerminalKind::StolenAgain);
        assert_eq!(again, found.again.values().sum::<u64>(), "{ledger}");
        for terminal in trace.terminals.iter().filter(|t| t.kind == TerminalKind::Held) {
            let fifo = trace.policies.iter().position(|policy| *policy == Policy::Fifo).unwrap();
            let by_queue = found.outputs.get(terminal.output.as_ref().unwrap());
            let amount = terminal.amounts[fifo].to_u256().to::<u64>();
            assert_eq!(by_queue.copied().unwrap_or(0), amount, "{ledger}");
        }
        checked += 1;
    }
    assert!(checked > 1_000, "{checked}");
}
