//! Every movement of a chain that was just made, against what its node says of balances.

use hawkshaw_model::rows::Rows;
use hawkshaw_model::{BlockSource, Lack, TransferKind};
use hawkshaw_source::{EvmNode, ReceiptsBy, TraceChoice, TracesBy};

use crate::account::Balances;
use crate::anvil::Node;
use crate::scenario::{HEIR, NOBODY, Scenario, play};

/// The first block of the test chain: behind the rewards of proof of work.
const START: &str = "20000000";

fn read(source: &EvmNode, scenario: &Scenario) -> Vec<Rows> {
    source.blocks(scenario.first..=scenario.last).map(Result::unwrap).collect()
}

/// Blocks come one after the other, each with its own header.
fn check_links(blocks: &[Rows], scenario: &Scenario) {
    let heights: Vec<u64> = blocks.iter().map(|rows| rows.blocks[0].height).collect();
    assert_eq!(heights, (scenario.first..=scenario.last).collect::<Vec<_>>());
    for pair in blocks.windows(2) {
        assert_eq!(pair[1].blocks[0].parent, pair[0].blocks[0].hash);
    }
}

/// What a failed transaction cost is all that it moved.
fn check_failed(blocks: &[Rows], scenario: &Scenario) {
    let rows = blocks.iter().flat_map(|rows| &rows.transfers);
    let failed = rows.filter(|row| {
        let hash = row.spot.tx.map(|tx| alloy_primitives::hex::encode(tx.as_bytes()));
        hash.is_some_and(|hash| scenario.failed.contains(&format!("0x{hash}")))
    });
    let kinds: Vec<TransferKind> = failed.map(|row| row.kind).collect();
    assert_eq!(kinds, [TransferKind::Fee; 2]);
}

#[test]
fn balances_are_those_of_the_node_at_every_block() {
    let Some(node) = Node::anvil(&["--chain-id", "1", "--number", START]) else { return };
    let scenario = play(&node, true);
    let source = node.source(TraceChoice::Offered);
    assert_eq!(source.chain().as_str(), "eip155:1");
    assert!(source.version().starts_with("anvil/"), "{}", source.version());
    assert_eq!((source.receipts_by(), source.traces_by()), (ReceiptsBy::BlockHash, TracesBy::Flat));
    assert!(source.lacks().is_empty());
    let blocks = read(&source, &scenario);
    check_links(&blocks, &scenario);
    check_failed(&blocks, &scenario);
    let native = source.network().native().to_string();
    let mut balances = Balances::new(&scenario, &native);
    for rows in &blocks {
        balances.add(rows);
        balances.check_native(&node, &native, rows.blocks[0].height);
    }
    let of = |account: &str| balances.of(&native).into_iter().find(|(known, _)| *known == account);
    assert_eq!(of(NOBODY), None, "what failed calls paid was moved back");
    // 3 wei and 2 ether of the splitter, 2 of the daredevil, 2 of creations that ended at once.
    assert_eq!(of(HEIR).unwrap().1, 6_000_000_000_000_000_003);
    let last = scenario.last;
    let holders = scenario.tokens.iter();
    let holders = holders.map(|token| balances.check_token(&node, "eip155:1", token, last));
    assert_eq!(holders.collect::<Vec<_>>(), [4, 4, 4, 2]);
    assert_eq!(balances.check_unique(&node, &scenario.collectible, last), 3);
    assert_eq!(balances.check_several(&node, &scenario.several, last), 4);
}

#[test]
fn both_kinds_of_traces_give_the_same_rows() {
    let Some(node) = Node::anvil(&["--chain-id", "1", "--number", START]) else { return };
    let scenario = play(&node, true);
    let flat = node.source(TraceChoice::Flat);
    let nested = node.source(TraceChoice::Nested);
    assert_eq!([flat.traces_by(), nested.traces_by()], [TracesBy::Flat, TracesBy::NestedHash]);
    let [by_flat, by_nested] = [&flat, &nested].map(|source| read(source, &scenario));
    for (left, right) in by_flat.iter().zip(&by_nested) {
        assert_eq!(left, right);
    }
    assert_eq!(by_flat.len(), by_nested.len());
    let without = node.source(TraceChoice::None);
    assert_eq!(without.lacks(), [Lack::InternalTransfers]);
    let count = |blocks: &[Rows], kind: TransferKind| {
        blocks.iter().flat_map(|rows| &rows.transfers).filter(|row| row.kind == kind).count()
    };
    let bare = read(&without, &scenario);
    assert!(count(&by_flat, TransferKind::Internal) > 8);
    assert_eq!(count(&bare, TransferKind::Internal), 0);
    assert_eq!(count(&bare, TransferKind::Fee), count(&by_flat, TransferKind::Fee));
}

#[test]
fn a_node_tells_what_it_can_do() {
    let Some(node) = Node::anvil(&[]) else { return };
    let scenario = play(&node, false);
    let found = node.source(TraceChoice::Offered).capabilities().unwrap();
    assert_eq!(found.chain.as_str(), "eip155:31337");
    assert_eq!((found.tip.height, found.traces_from), (scenario.last, Some(1)));
    assert_eq!((found.syncing, found.sample.blocks), (None, 16));
    assert!(found.sample.rows > 16 && found.latency > std::time::Duration::ZERO);
    assert!(found.safe.is_some() && found.finalized.unwrap().height <= scenario.last);
}
