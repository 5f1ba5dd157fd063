//! Readers beside a writer, and UTXO chains taken back.

use std::sync::atomic::{AtomicBool, Ordering};

use hawkshaw_model::{ChainId, Ledger as _};

use super::chains::{
    Block, Move, account_rows, account_rows_in_memory, output_rows, output_rows_in_memory,
};
use super::dump;
use crate::MemoryLedger;
use crate::store::{Snapshot, StoreWriter, verify};

fn blocks(count: u64) -> Vec<Block> {
    let small = |n: u64| u8::try_from(n % 9 + 1).unwrap();
    let one = |n: u64| Move {
        from: small(n),
        to: small(n * 5 + 2),
        asset: u8::try_from(n % 3).unwrap(),
        amount: u128::from(n) * 1_000_000_000_000_007,
    };
    let txs = |height: u64| (0..2).map(|tx| vec![one(height + tx), one(height * 3)]).collect();
    (1..=count).map(|height| Block { height, txs: txs(height) }).collect()
}

#[test]
fn readers_never_see_a_mixed_state() {
    let chain = ChainId::ethereum();
    let blocks = blocks(30);
    let states: Vec<String> = (1..=blocks.len())
        .map(|count| {
            let rows = account_rows_in_memory(&chain, 1, &blocks[..count]);
            dump(&MemoryLedger::from_rows(rows, Vec::new()).unwrap().0)
        })
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(dir.path()).unwrap();
    writer.begin(&[]);
    writer.add(account_rows(&chain, 1, &blocks[..1])).unwrap();
    writer.end().unwrap();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let reader = || {
            let (mut last, mut reads) = (0, 0);
            while !is_done.load(Ordering::Relaxed) || reads == 0 {
                let snapshot = Snapshot::open(dir.path()).unwrap();
                // Between opening and reading the writer goes on.
                std::thread::yield_now();
                let said = dump(&snapshot);
                let state = states.iter().position(|state| *state == said);
                let state = state.expect("a state that the writer committed");
                assert!(state >= last, "readers do not go back in time");
                last = state;
                reads += 1;
            }
            reads
        };
        let readers: Vec<_> = (0..2).map(|_| scope.spawn(reader)).collect();
        for (at, block) in blocks.iter().enumerate().skip(1) {
            writer.begin(&[]);
            writer.add(account_rows(&chain, 1, std::slice::from_ref(block))).unwrap();
            writer.end().unwrap();
            if at % 7 == 0 {
                writer.compact(&mut |_| {}).unwrap();
            }
        }
        is_done.store(true, Ordering::Relaxed);
        for reader in readers {
            assert!(reader.join().unwrap() > 0);
        }
    });
    assert_eq!(dump(&Snapshot::open(dir.path()).unwrap()), states[states.len() - 1]);
}

#[test]
fn a_utxo_chain_is_taken_back_compacted_and_grows_again() {
    let chain = ChainId::bitcoin();
    let blocks = blocks(24);
    let expected = |count: usize| {
        let rows = output_rows_in_memory(&chain, 1, &blocks[..count]);
        dump(&MemoryLedger::from_rows(Vec::new(), rows).unwrap().0)
    };
    let dir = tempfile::tempdir().unwrap();
    let said = || dump(&Snapshot::open(dir.path()).unwrap());
    let mut writer = StoreWriter::open(dir.path()).unwrap();
    let grow = |writer: &mut StoreWriter, from: usize, to: usize| {
        for end in from + 1..=to {
            writer.begin(&[]);
            let mut rows = output_rows(&chain, 1, &blocks[..end]);
            writer.add(rows.split_off(end as u64)).unwrap();
            writer.end().unwrap();
        }
    };
    grow(&mut writer, 0, 24);
    assert_eq!(said(), expected(24));
    writer.compact(&mut |_| {}).unwrap();
    assert_eq!(said(), expected(24));
    for height in [17, 9] {
        let unwound = writer.unwind(&chain, height).unwrap();
        assert!(unwound.txs > 0 && unwound.rows >= unwound.txs);
        assert_eq!(said(), expected(usize::try_from(height).unwrap()));
    }
    grow(&mut writer, 9, 20);
    assert_eq!(said(), expected(20));
    writer.compact(&mut |_| {}).unwrap();
    assert_eq!(said(), expected(20));
    assert!(verify(dir.path(), &mut |_, _| {}).unwrap().is_sound());
    writer.unwind(&chain, 0).unwrap();
    assert!(Snapshot::open(dir.path()).unwrap().chains().is_empty());
}
