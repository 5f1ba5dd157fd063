//! A chain that changes while it is known.

use hawkshaw_model::BlockSource;
use hawkshaw_source::TraceChoice;
use serde_json::json;

use crate::anvil::Node;
use crate::scenario::{STRANGER, play};

#[test]
fn reorganisations_are_seen_by_hashes() {
    let Some(node) = Node::anvil(&[]) else { return };
    let scenario = play(&node, false);
    let source = node.source(TraceChoice::Offered);
    let tip = source.tip().unwrap();
    assert_eq!(tip.height, scenario.last);
    let kept = source.block_at(tip.height - 3).unwrap().unwrap();
    let gone = source.block_at(tip.height - 2).unwrap().unwrap();
    let paid = json!({"from": scenario.accounts[9], "to": STRANGER, "value": "0x5"});
    node.call("anvil_reorg", json!([3, [[paid, 0]]]));
    assert_eq!(source.block_at(kept.height).unwrap(), Some(kept));
    let new = source.block_at(gone.height).unwrap().unwrap();
    assert_ne!(new.hash, gone.hash);
    let blocks: Vec<_> = source.blocks(kept.height..=tip.height).map(Result::unwrap).collect();
    assert_eq!(blocks.len(), 4);
    assert_eq!(blocks[1].blocks[0].parent, kept.hash);
    let of_stranger = blocks.iter().flat_map(|rows| &rows.transfers);
    assert!(of_stranger.filter(|row| row.amount.to_string() == "5").count() == 1);
    // A chain that became shorter: blocks end where it ends.
    node.call("anvil_rollback", json!([2]));
    assert_eq!(source.tip().unwrap().height, tip.height - 2);
    assert_eq!(source.block_at(tip.height).unwrap(), None);
    assert_eq!(source.blocks(kept.height..=tip.height).map(Result::unwrap).count(), 2);
    assert_eq!(source.blocks(tip.height..=tip.height + 100).count(), 0);
}
