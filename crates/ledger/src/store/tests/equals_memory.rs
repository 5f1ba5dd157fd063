//! A snapshot reads as the ledger in memory made of the same rows.

use hawkshaw_model::ChainId;
use proptest::prelude::*;

use super::chains::{
    Block, Move, account_rows, account_rows_in_memory, output_rows, output_rows_in_memory,
};
use super::dump;
use crate::MemoryLedger;
use crate::store::{Snapshot, StoreWriter, verify};

pub(super) fn any_move() -> impl Strategy<Value = Move> {
    let amount = prop_oneof![
        Just(0u128),
        1u128..1_000,
        (0u32..128).prop_map(|bits| u128::MAX >> bits),
        (1u128..50).prop_map(|n| n * 1_000_000_000_000_000_000),
    ];
    (1u8..12, 1u8..12, 0u8..3, amount).prop_map(|(from, to, asset, amount)| Move {
        from,
        to,
        asset,
        amount,
    })
}

pub(super) fn any_blocks(max: usize) -> impl Strategy<Value = Vec<Block>> {
    let txs = prop::collection::vec(prop::collection::vec(any_move(), 0..4), 0..4);
    prop::collection::vec(txs, 1..max).prop_map(|blocks| {
        let numbered = blocks.into_iter().zip(1u64..);
        numbered.map(|(txs, height)| Block { height, txs }).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn three_chains_in_one_store(
        ethereum in any_blocks(20),
        polygon in any_blocks(8),
        bitcoin in any_blocks(20),
        batch in 1usize..60,
    ) {
        let ids = [ChainId::ethereum(), "eip155:137".parse().unwrap(), ChainId::bitcoin()];
        let dir = tempfile::tempdir().unwrap();
        let mut writer = StoreWriter::open(dir.path()).unwrap().with_batch_rows(batch);
        writer.begin(&[]);
        for blocks in ethereum.chunks(3) {
            writer.add(account_rows(&ids[0], 1, blocks)).unwrap();
            writer.store_below(&ids[0], blocks.last().unwrap().height).unwrap();
        }
        for blocks in bitcoin.chunks(3) {
            let from = usize::try_from(blocks[0].height).unwrap() - 1;
            // Rows of these blocks, as all blocks before them say.
            let mut rows = output_rows(&ids[2], 3, &bitcoin[..from + blocks.len()]);
            let rows = rows.split_off(blocks[0].height);
            writer.add(rows).unwrap();
            writer.store_below(&ids[2], blocks.last().unwrap().height).unwrap();
        }
        writer.add(account_rows(&ids[1], 2, &polygon)).unwrap();
        writer.end().unwrap();
        drop(writer);

        let mut transfers = account_rows_in_memory(&ids[0], 1, &ethereum);
        transfers.extend(account_rows_in_memory(&ids[1], 2, &polygon));
        let outputs = output_rows_in_memory(&ids[2], 3, &bitcoin);
        let (memory, _) = MemoryLedger::from_rows(transfers, outputs).unwrap();
        let snapshot = Snapshot::open(dir.path()).unwrap();
        prop_assert_eq!(dump(&snapshot), dump(&memory));
        let report = verify(dir.path(), &mut |_, _| {}).unwrap();
        prop_assert!(report.is_sound(), "{:?}", report.problems);
    }
}
