//! Tables that each say a part, lists of one account, and the same files again.

use std::sync::Arc;

use hawkshaw_model::rows::{Block, Call, Event, Extent, Rows, Spot, Transfer};
use hawkshaw_model::{Account, AccountIx, Ledger, TransferKind, TxIx};

use super::chains::{address, asset, hash, time};
use super::dump;
use crate::store::{ImportSummary, InputFile, Snapshot, Source, StoreError, StoreWriter, feed};
use hawkshaw_model::ChainId;

fn rows(file: &str) -> Rows {
    let chain = ChainId::ethereum();
    let mut rows = Rows::new(chain.clone(), Arc::from(file));
    rows.assets = vec![asset(&chain, 0), asset(&chain, 1)];
    rows
}

fn spot(height: u64, tx: usize) -> Spot {
    let tx_index = Some(u32::try_from(tx).unwrap());
    Spot { height, time: Some(time(height)), tx_index, tx: Some(hash(1, height, tx)), line: 2 }
}

fn transfer(spot: Spot, event: u32, from: u8, to: u8, amount: u64) -> Transfer {
    Transfer {
        spot,
        event,
        kind: TransferKind::Native,
        asset: 0,
        from: Some(address(from)),
        to: Some(address(to)),
        sender: None,
        amount: amount.into(),
    }
}

fn fee(spot: Spot, event: u32, from: u8) -> Transfer {
    Transfer { kind: TransferKind::Fee, to: None, ..transfer(spot, event, from, 1, 21_000) }
}

fn import(writer: &mut StoreWriter, all: Vec<Rows>) -> Result<ImportSummary, StoreError> {
    writer.begin(&[]);
    for rows in all {
        writer.add(rows)?;
    }
    writer.end()
}

fn said(dir: &std::path::Path) -> String {
    dump(&Snapshot::open(dir).unwrap())
}

#[test]
fn a_table_without_times_and_indices_takes_them_from_others() {
    let bare = Spot { time: None, tx_index: None, ..spot(7, 1) };
    let mut tokens = rows("token_transfers");
    tokens.transfers =
        vec![Transfer { asset: 1, kind: TransferKind::Token, ..transfer(bare, 9, 2, 3, 50) }];
    let mut blocks = rows("blocks");
    let (number, parent) = ([7; 32], [6; 32]);
    blocks.blocks = vec![Block { height: 7, time: time(7), hash: number, parent }];
    let mut txs = rows("transactions");
    let bare = |tx| Spot { time: None, ..spot(7, tx) };
    txs.transfers = vec![transfer(bare(0), 0, 4, 5, 6), transfer(bare(1), 0, 2, 3, 4)];

    let dir = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(dir.path()).unwrap();
    let error = import(&mut writer, vec![tokens.clone()]).unwrap_err().to_string();
    assert!(
        error.starts_with("token_transfers line 2: no file gives the time of block 7"),
        "{error}"
    );
    drop(writer);

    let mut writer = StoreWriter::open(dir.path()).unwrap();
    let all = vec![tokens.clone(), blocks.clone(), txs.clone()];
    let summary = import(&mut writer, all).unwrap();
    assert_eq!((summary.txs, summary.stored, summary.inferred_indices), (2, 3, 0));
    let together = said(dir.path());

    // One after the other they come to the same.
    let other = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(other.path()).unwrap();
    let summary = import(&mut writer, vec![tokens, blocks]).unwrap();
    assert_eq!(summary.inferred_indices, 1);
    import(&mut writer, vec![txs]).unwrap();
    assert_eq!(said(other.path()), together);
    let snapshot = Snapshot::open(other.path()).unwrap();
    let point = snapshot.transaction(TxIx(1)).unwrap().point.unwrap();
    assert_eq!((point.height, point.tx_index), (7, 1));
}

#[test]
fn a_list_of_one_account_adds_nothing_to_whole_blocks() {
    let mut whole = rows("whole");
    whole.transfers = vec![
        transfer(spot(5, 0), 0, 2, 3, 10),
        transfer(spot(5, 0), 4, 3, 2, 1),
        fee(spot(5, 0), Transfer::UNPLACED, 2),
        transfer(spot(6, 2), 0, 3, 4, 9),
        fee(spot(6, 2), Transfer::UNPLACED, 3),
    ];
    let listed = |height, tx| Spot { tx_index: None, ..spot(height, tx) };
    let mut list = rows("export-of-3");
    list.extent = Extent::Account(None);
    list.transfers = vec![
        transfer(listed(6, 2), Transfer::UNPLACED, 3, 4, 9),
        fee(listed(6, 2), Transfer::UNPLACED, 3),
        transfer(listed(5, 0), Transfer::UNPLACED, 2, 3, 10),
        transfer(listed(5, 0), Transfer::UNPLACED, 3, 2, 1),
        fee(listed(5, 0), Transfer::UNPLACED, 2),
    ];
    let dir = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(dir.path()).unwrap();
    import(&mut writer, vec![whole.clone()]).unwrap();
    let before = said(dir.path());
    let summary = import(&mut writer, vec![list.clone()]).unwrap();
    assert_eq!((summary.stored, summary.duplicates, summary.txs), (0, 5, 0));
    assert_eq!(said(dir.path()), before);

    // The other way round: the list first, twice, then the blocks.
    let other = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(other.path()).unwrap();
    let summary = import(&mut writer, vec![list.clone()]).unwrap();
    assert_eq!((summary.stored, summary.txs, summary.inferred_indices), (5, 2, 2));
    let alone = said(other.path());
    let summary = import(&mut writer, vec![list]).unwrap();
    assert_eq!((summary.stored, summary.duplicates), (0, 5));
    assert_eq!(said(other.path()), alone);
    import(&mut writer, vec![whole]).unwrap();
    assert_eq!(said(other.path()), before);
    drop(writer);
    let manifest = Snapshot::open(other.path()).unwrap().manifest;
    let histories = &manifest.chains[0].histories;
    assert_eq!(histories.len(), 1);
    assert_eq!(
        (histories[0].account.as_str(), histories[0].heights),
        ("0x0303030303030303030303030303030303030303", [5, 6])
    );
    assert_eq!(manifest.chains[0].covered, [[5, 6]]);
}

#[test]
fn rewards_without_a_transaction_stand_behind_those_of_their_block() {
    let lone = Spot { tx: None, tx_index: None, ..spot(5, 0) };
    let reward = |to: u8, amount: u64| Transfer {
        from: None,
        kind: TransferKind::Mint,
        ..transfer(lone, Transfer::UNPLACED, 1, to, amount)
    };
    let mut first = rows("first");
    first.transfers = vec![reward(9, 2), transfer(spot(5, 0), 0, 2, 3, 10)];
    let mut second = rows("second");
    second.transfers = vec![reward(8, 2), reward(9, 2), reward(9, 3)];
    let dir = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(dir.path()).unwrap();
    import(&mut writer, vec![first]).unwrap();
    let summary = import(&mut writer, vec![second]).unwrap();
    assert_eq!((summary.stored, summary.duplicates, summary.txs), (2, 1, 2));
    let snapshot = Snapshot::open(dir.path()).unwrap();
    assert_eq!(snapshot.chains()[0].txs, 0..4);
    assert!(snapshot.transaction(TxIx(0)).unwrap().hash.is_some());
    assert!(snapshot.transaction(TxIx(1)).unwrap().hash.is_none());
}

#[test]
fn a_row_that_contradicts_what_is_stored_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(dir.path()).unwrap();
    let mut good = rows("good");
    good.transfers = vec![transfer(spot(5, 0), 0, 2, 3, 10)];
    import(&mut writer, vec![good]).unwrap();
    let before = said(dir.path());
    let mut bad = rows("bad");
    bad.transfers = vec![transfer(spot(5, 0), 0, 2, 3, 11)];
    let error = import(&mut writer, vec![bad]).unwrap_err().to_string();
    assert!(error.starts_with("bad line 2 contradicts block 5 in the store:"), "{error}");
    assert_eq!(said(dir.path()), before);
}

#[test]
fn logs_and_calls_are_kept_found_and_taken_back() {
    let mut given = rows("logs");
    given.transfers = vec![transfer(spot(5, 0), 0, 2, 3, 10), transfer(spot(9, 0), 0, 2, 3, 10)];
    let event = |height, number: u8| Event {
        spot: spot(height, 0),
        event: u32::from(number),
        emitter: address(40 + number),
        topics: vec![[number; 32]; usize::from(number)],
        data: vec![number; usize::from(number) * 3].into(),
    };
    given.events = vec![event(9, 2), event(5, 1), event(5, 0), event(5, 1)];
    let call = |height| Call {
        spot: spot(height, 0),
        sender: Some(address(2)),
        to: None,
        success: Some(true),
        data: vec![1, 2, 3].into(),
    };
    given.calls = vec![call(5), call(9)];
    let dir = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(dir.path()).unwrap();
    let summary = import(&mut writer, vec![given.clone()]).unwrap();
    assert_eq!((summary.events, summary.repeated_events), (5, 1));
    let summary = import(&mut writer, vec![given]).unwrap();
    assert_eq!((summary.events, summary.repeated_events), (0, 6));
    let heights = |dir: &std::path::Path| {
        let snapshot = Snapshot::open(dir).unwrap();
        let events = snapshot.events(0, 0..u64::MAX).map(|event| event.unwrap());
        let events: Vec<_> = events.map(|event| (event.height, event.event)).collect();
        let calls: Vec<_> = snapshot.calls(0, 0..6).map(|call| call.unwrap().height).collect();
        (events, calls)
    };
    assert_eq!(heights(dir.path()), (vec![(5, 0), (5, 1), (9, 2)], vec![5]));
    let snapshot = Snapshot::open(dir.path()).unwrap();
    let emitter = Account::new(ChainId::ethereum(), address(41));
    let emitter: AccountIx = snapshot.find_account(&emitter).unwrap().unwrap();
    let found: Vec<_> = snapshot.events_of(emitter).map(|event| event.unwrap()).collect();
    assert_eq!((found.len(), found[0].topics.len(), &*found[0].data), (1, 1, &[1u8, 1, 1][..]));
    writer.unwind(&ChainId::ethereum(), 5).unwrap();
    assert_eq!(heights(dir.path()), (vec![(5, 0), (5, 1)], vec![5]));
}

struct Table(Vec<Rows>);

impl Source for Table {
    type Error = StoreError;

    fn first_height(&self) -> Option<u64> {
        self.0.first().and_then(Rows::heights).map(|[low, _]| low)
    }

    fn next_rows(&mut self) -> Result<Option<Rows>, StoreError> {
        Ok((!self.0.is_empty()).then(|| self.0.remove(0)))
    }
}

#[test]
fn tables_are_read_side_by_side_and_an_interrupted_import_goes_on() {
    let tables = || {
        let of = |name: &str, event: u32| {
            let chunk = |heights: std::ops::Range<u64>| {
                let mut chunk = rows(name);
                let bare =
                    |height| Spot { time: (event == 0).then(|| time(height)), ..spot(height, 0) };
                chunk.transfers =
                    heights.map(|height| transfer(bare(height), event, 2, 3, height)).collect();
                chunk
            };
            Table((0..10).map(|at| chunk(at * 10 + 1..at * 10 + 11)).collect())
        };
        vec![of("transactions", 0), of("traces", 2)]
    };
    let whole = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(whole.path()).unwrap().with_batch_rows(25);
    let files = [InputFile { name: "a".into(), bytes: 1, digest: "d".into() }];
    assert!(!writer.begin(&files));
    feed(&mut writer, tables(), &mut || Ok(())).unwrap();
    assert_eq!(writer.end().unwrap().stored, 200);
    assert_eq!(writer.stored(&files), [true]);
    assert!(Snapshot::open(whole.path()).unwrap().manifest.chains[0].segments.len() > 4);
    writer.compact(&mut |_| {}).unwrap();
    assert_eq!(Snapshot::open(whole.path()).unwrap().manifest.chains[0].segments.len(), 1);

    let stopped = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(stopped.path()).unwrap().with_batch_rows(25);
    writer.begin(&files);
    let mut chunks = 0;
    let stop = feed(&mut writer, tables(), &mut || {
        chunks += 1;
        if chunks < 12 { Ok(()) } else { Err(StoreError::Unfit("stopped".into())) }
    });
    assert!(stop.is_err());
    drop(writer);
    let part = Snapshot::open(stopped.path()).unwrap().row_count();
    assert!((50..120).contains(&part), "{part}");
    let mut writer = StoreWriter::open(stopped.path()).unwrap().with_batch_rows(25);
    assert_eq!(writer.stored(&files), [false]);
    assert!(writer.begin(&files));
    feed(&mut writer, tables(), &mut || Ok(())).unwrap();
    let summary = writer.end().unwrap();
    assert_eq!((summary.stored, summary.resumed, summary.duplicates), (200 - part, part, 0));
    assert_eq!(said(stopped.path()), said(whole.path()));
}

#[test]
fn a_utxo_chain_grows_at_its_tip_only() {
    let chain = ChainId::bitcoin();
    let blocks: Vec<super::chains::Block> =
        (1..9).map(|height| super::chains::Block { height, txs: Vec::new() }).collect();
    let dir = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(dir.path()).unwrap();
    import(&mut writer, vec![super::chains::output_rows(&chain, 1, &blocks[4..])]).unwrap();
    let again = import(&mut writer, vec![super::chains::output_rows(&chain, 1, &blocks[4..])]);
    assert_eq!(again.unwrap().duplicates, 4);
    let error = import(&mut writer, vec![super::chains::output_rows(&chain, 1, &blocks)]);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("a UTXO chain is imported in order"), "{error}");
}

#[test]
fn an_interrupted_import_of_rows_out_of_order_loses_none() {
    // The file goes up to block 60, then gives blocks that lie before.
    let chunk = |heights: Vec<u64>| {
        let mut chunk = rows("disordered");
        chunk.transfers =
            heights.iter().map(|height| transfer(spot(*height, 0), 0, 2, 3, *height)).collect();
        chunk
    };
    let early = (1..61).filter(|height| height % 3 == 0).collect::<Vec<_>>();
    let late = (1..61).filter(|height| height % 3 != 0).collect::<Vec<_>>();
    let chunks: Vec<Rows> =
        early.chunks(5).chain(late.chunks(5)).map(|heights| chunk(heights.to_vec())).collect();
    let files = [InputFile { name: "a".into(), bytes: 1, digest: "d".into() }];
    let whole = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(whole.path()).unwrap().with_batch_rows(8);
    writer.begin(&files);
    feed(&mut writer, vec![Table(chunks.clone())], &mut || Ok(())).unwrap();
    assert_eq!(writer.end().unwrap().stored, 60);

    for stop in 1..chunks.len() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = StoreWriter::open(dir.path()).unwrap().with_batch_rows(8);
        writer.begin(&files);
        let mut count = 0;
        let stopped = feed(&mut writer, vec![Table(chunks.clone())], &mut || {
            count += 1;
            if count < stop { Ok(()) } else { Err(StoreError::Unfit("stopped".into())) }
        });
        assert!(stopped.is_err());
        drop(writer);
        let mut writer = StoreWriter::open(dir.path()).unwrap().with_batch_rows(8);
        writer.begin(&files);
        feed(&mut writer, vec![Table(chunks.clone())], &mut || Ok(())).unwrap();
        writer.end().unwrap();
        assert_eq!(said(dir.path()), said(whole.path()), "stopped after {stop} chunks");
    }
}

#[test]
fn what_another_table_says_failed_did_not_move() {
    let bare = |height| Spot { time: None, ..spot(height, 0) };
    let mut txs = rows("transactions");
    txs.transfers = vec![
        transfer(spot(5, 0), 0, 2, 3, 10),
        fee(spot(5, 0), Transfer::UNPLACED, 2),
        transfer(spot(6, 0), 0, 2, 3, 11),
    ];
    let mut receipts = rows("receipts");
    let call = |height, success| Call {
        spot: bare(height),
        sender: None,
        to: None,
        success: Some(success),
        data: Box::default(),
    };
    receipts.calls = vec![call(5, false), call(6, true)];
    let together = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(together.path()).unwrap();
    let summary = import(&mut writer, vec![txs.clone(), receipts.clone()]).unwrap();
    assert_eq!((summary.stored, summary.left_out, summary.events), (2, 1, 1));
    let after = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(after.path()).unwrap();
    import(&mut writer, vec![txs.clone()]).unwrap();
    import(&mut writer, vec![txs, receipts]).unwrap();
    assert_eq!(said(after.path()), said(together.path()));
    assert!(!said(after.path()).contains("slip44:60 10\n"));
}

#[test]
fn a_token_of_its_kind_is_no_amount() {
    let mut logs = rows("logs");
    logs.assets[1] =
        "eip155:1/erc721:0x0101010101010101010101010101010101010101/77".parse().unwrap();
    logs.transfers = vec![Transfer { asset: 1, ..transfer(spot(5, 0), 9, 2, 3, 1) }];
    let mut tokens = rows("token_transfers");
    tokens.transfers = vec![
        Transfer { asset: 1, ..transfer(spot(5, 0), 9, 2, 3, 77) },
        Transfer { asset: 1, ..transfer(spot(5, 0), 11, 2, 3, 5) },
    ];
    let orders = [[&logs, &tokens], [&tokens, &logs]];
    let stores: Vec<String> = orders
        .iter()
        .flat_map(|order| {
            let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let mut writer = StoreWriter::open(one.path()).unwrap();
            import(&mut writer, order.iter().map(|rows| (*rows).clone()).collect()).unwrap();
            let mut writer = StoreWriter::open(two.path()).unwrap();
            for rows in order {
                // The list of tokens alone does not know better, and is corrected later.
                let alone = import(&mut writer, vec![(*rows).clone(), logs.clone()]);
                alone.unwrap();
            }
            [said(one.path()), said(two.path())]
        })
        .collect();
    assert!(stores.iter().all(|store| *store == stores[0]), "{stores:#?}");
    assert!(stores[0].contains("erc721") && !stores[0].contains(" 77\n"));
}

#[test]
fn holes_between_files_stay_and_headers_alone_are_wanted_again() {
    let chunk = |file: &str, heights: std::ops::Range<u64>| {
        let mut chunk = rows(file);
        chunk.transfers =
            heights.map(|height| transfer(spot(height, 0), 0, 2, 3, height)).collect();
        chunk
    };
    let dir = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(dir.path()).unwrap();
    let mut headers = rows("folder/blocks.csv");
    headers.blocks = vec![Block { height: 3, time: time(3), hash: [3; 32], parent: [2; 32] }];
    let files = ["a.csv", "b.csv", "blocks.csv"].map(|name| InputFile {
        name: name.into(),
        bytes: 1,
        digest: name.into(),
    });
    writer.begin(&files);
    for rows in [chunk("folder/a.csv", 1..5), chunk("folder/b.csv", 9..12), headers] {
        writer.add(rows).unwrap();
    }
    writer.end().unwrap();
    assert_eq!(writer.stored(&files), [true, true, false]);
    let manifest = Snapshot::open(dir.path()).unwrap().manifest;
    assert_eq!(manifest.chains[0].covered, [[1, 4], [9, 11]]);
}

#[test]
fn the_account_of_a_list_is_who_took_part_in_every_transaction() {
    let listed = |height| Spot { tx_index: None, ..spot(height, 0) };
    let mut list = rows("export");
    list.extent = Extent::Account(None);
    // The account is 3: 2 pays it and the fee, then it pays 4.
    list.transfers = vec![
        transfer(listed(5), Transfer::UNPLACED, 2, 3, 10),
        fee(listed(5), Transfer::UNPLACED, 2),
        transfer(listed(6), Transfer::UNPLACED, 3, 4, 9),
        fee(listed(6), Transfer::UNPLACED, 3),
    ];
    let dir = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(dir.path()).unwrap();
    import(&mut writer, vec![list]).unwrap();
    let manifest = Snapshot::open(dir.path()).unwrap().manifest;
    assert_eq!(manifest.chains[0].histories[0].account, address(3).to_string());
    assert!(manifest.chains[0].covered.is_empty());
}

#[test]
fn a_store_without_its_manifest_is_neither_read_nor_emptied() {
    let dir = tempfile::tempdir().unwrap();
    let mut writer = StoreWriter::open(dir.path()).unwrap();
    let mut good = rows("good");
    good.transfers = vec![transfer(spot(5, 0), 0, 2, 3, 10)];
    import(&mut writer, vec![good]).unwrap();
    drop(writer);
    let count = std::fs::read_dir(dir.path()).unwrap().count();
    std::fs::remove_file(dir.path().join("manifest.json")).unwrap();
    for error in [
        StoreWriter::open(dir.path()).map(drop).unwrap_err(),
        Snapshot::open(dir.path()).map(drop).unwrap_err(),
        crate::store::verify(dir.path(), &mut |_, _| {}).map(drop).unwrap_err(),
    ] {
        assert!(error.to_string().contains("manifest.json, byte 0: it is gone"), "{error}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), count - 1);
}
