//! What holds for every input.

use hawkshaw_model::{
    Account, AccountIx, Address, Batch, ChainId, ChainPoint, Ledger, Posting, Timestamp,
    TransferKind, TxHash, TxIx,
};
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest,
};

use super::{OUTPUTS, TRANSFERS, streamed};
use crate::{Defects, LedgerBuilder, MemoryLedger, Place, TransferRow};

type RawRow = (bool, u64, u32, u8, u8, u64, bool);

/// A row on one of two chains: hash, place and time hang together so that rows agree.
fn any_row() -> impl Strategy<Value = RawRow> {
    (
        any::<bool>(),
        0..6u64,
        0..3u32,
        0..5u8,
        0..5u8,
        prop_oneof![0..9u64, Just(u64::MAX)],
        any::<bool>(),
    )
}

fn rows_of(raw: &[RawRow]) -> Vec<TransferRow> {
    let row = |(number, raw): (usize, &RawRow)| {
        let (is_other, height, tx_index, from, to, amount, is_reported) = *raw;
        let chain: ChainId = if is_other { "eip155:10" } else { "eip155:1" }.parse().unwrap();
        let account = |n: u8| Account::new(chain.clone(), Address::Evm([n; 20]));
        let event_index = u32::try_from(number).unwrap();
        let mut hash = [u8::from(is_other); 32];
        hash[0] = u8::try_from(height).unwrap();
        hash[1] = u8::try_from(tx_index).unwrap();
        TransferRow {
            point: (!is_reported).then_some(ChainPoint { height, tx_index, event_index }),
            time: Timestamp::from_unix(i64::try_from(height).unwrap() * 10).unwrap(),
            tx: (!is_reported).then_some(TxHash::from(hash)),
            kind: TransferKind::Mint,
            asset: format!("{chain}/slip44:60").parse().unwrap(),
            from: (from > 0).then(|| account(from)),
            to: Some(account(to + 1)),
            amount: amount.into(),
            sender: None,
            source: is_reported.then(|| "s".to_owned()),
            chain,
        }
    };
    raw.iter().enumerate().map(row).collect()
}

fn built(rows: &[TransferRow], batch: usize) -> MemoryLedger {
    let mut builder = LedgerBuilder::new().with_batch_txs_max(batch);
    for row in rows {
        builder.add_transfer(row, &Place::new("t", 1)).unwrap();
    }
    let (ledger, defects) = builder.finish().unwrap();
    assert!(defects.iter().all(|(reason, _)| reason == Defects::REPEATED_REPORT));
    ledger
}

/// The postings of an account as a scan over the batches finds them.
fn scanned(ledger: &MemoryLedger, account: AccountIx, before: TxIx) -> Vec<Posting> {
    let mut postings = Vec::new();
    let end = ledger.chains().last().map_or(0, |chain| chain.txs.end);
    for segment in ledger.segments(TxIx(0), TxIx(end)) {
        let Batch::Transfers(b) = segment.batch().unwrap() else { continue };
        for (tx, range) in (b.tx_first.0..).zip(b.tx_rows.windows(2)) {
            for row in range[0] as usize..range[1] as usize {
                let detail = b.details.detail(row).unwrap();
                for (is_credit, own, other) in
                    [(false, b.payers[row], b.payees[row]), (true, b.payees[row], b.payers[row])]
                {
                    if own == account.0 && tx < before.0 {
                        postings.push(Posting {
                            tx: TxIx(tx),
                            asset: detail.asset,
                            amount: detail.amount,
                            is_credit,
                            is_fee: detail.kind == hawkshaw_model::TransferKind::Fee,
                            counterparty: Some(other)
                                .filter(|o| *o != AccountIx::NONE)
                                .map(AccountIx),
                        });
                    }
                }
            }
        }
    }
    postings
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_row_is_streamed_once_in_chain_order(
        raw in prop::collection::vec(any_row(), 0..40), batch in 1..5usize,
    ) {
        let rows = rows_of(&raw);
        let ledger = built(&rows, batch);
        let mut expected = Vec::new();
        for chain in ["eip155:1", "eip155:10"] {
            let mut of_chain: Vec<_> = rows.iter().filter(|r| r.chain.as_str() == chain).collect();
            // Reported rows stand behind the rows of their time, which here is a block.
            of_chain.sort_by_key(|r| (r.time, r.point.is_none(), r.point));
            expected.extend(of_chain.iter().map(|r| r.amount));
        }
        let mut found = Vec::new();
        let mut tx_next = 0;
        for chain in ledger.chains() {
            for segment in ledger.segments(TxIx(chain.txs.start), TxIx(chain.txs.end)) {
                let Batch::Transfers(b) = segment.batch().unwrap() else { panic!("no outputs") };
                assert_eq!(segment.txs(), tx_next..tx_next + b.tx_rows.len() as u64 - 1);
                assert_eq!((b.tx_first.0, b.tx_rows[0]), (tx_next, 0));
                assert_eq!(*b.tx_rows.last().unwrap() as usize, b.payers.len());
                assert!(b.tx_rows.len() <= batch + 1 && b.tx_rows.is_sorted());
                tx_next += b.tx_rows.len() as u64 - 1;
                found.extend((0..b.payers.len()).map(|row| b.details.detail(row).unwrap().amount));
            }
            assert_eq!(tx_next, chain.txs.end);
        }
        prop_assert_eq!(found, expected);
        for tx in 0..tx_next {
            let known = ledger.transaction(TxIx(tx)).unwrap();
            let chain = ledger.chains().iter().find(|c| c.txs.contains(&tx)).unwrap();
            if let Some(hash) = known.hash {
                let id = hawkshaw_model::TxId::new(chain.id.clone(), hash);
                prop_assert_eq!(ledger.find_tx(&id), Ok(Some(TxIx(tx))));
            }
        }
    }

    #[test]
    fn history_is_what_a_scan_finds(
        raw in prop::collection::vec(any_row(), 0..40), batch in 1..5usize, before in 0..40u64,
    ) {
        let ledger = built(&rows_of(&raw), batch);
        for account in (0..u32::try_from(ledger.account_count()).unwrap()).map(AccountIx) {
            let history: Vec<_> =
                ledger.history(account, TxIx(before)).collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(history, scanned(&ledger, account, TxIx(before)));
            let all = scanned(&ledger, account, TxIx(u64::MAX)).len();
            prop_assert_eq!(ledger.history_txs_max(account), Ok(all as u64));
        }
    }

    #[test]
    fn the_order_of_placed_rows_decides_nothing(
        raw in prop::collection::vec(any_row(), 0..30), turn in 0..30usize,
    ) {
        let mut rows: Vec<_> = rows_of(&raw).into_iter().filter(|r| r.point.is_some()).collect();
        let straight = streamed(&built(&rows, 2));
        rows.reverse();
        let middle = turn.min(rows.len());
        rows.rotate_left(middle);
        prop_assert_eq!(streamed(&built(&rows, 3)), straight);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = MemoryLedger::from_files([("f", &bytes[..])]);
        for header in [TRANSFERS, OUTPUTS] {
            let text = [header.as_bytes(), b"\n", &bytes].concat();
            if let Err(error) = MemoryLedger::from_files([("f.csv", &text[..])]) {
                assert!(error.to_string().contains("f.csv line "), "{error}");
            }
        }
    }

    #[test]
    fn no_likely_fields_panic(
        picks in prop::collection::vec(prop::collection::vec(0..FIELDS.len(), 13), 0..6),
    ) {
        for (header, width) in [(TRANSFERS, 13), (OUTPUTS, 10)] {
            let mut text = format!("{header}\n");
            for pick in &picks {
                let fields: Vec<&str> = pick.iter().take(width).map(|at| FIELDS[*at]).collect();
                text.push_str(&fields.join(","));
                text.push('\n');
            }
            let _ = super::read("f.csv", &text);
        }
    }
}

const FIELDS: &[&str] = &[
    "",
    "0",
    "1",
    "in",
    "out",
    "native",
    "fee",
    "mint",
    "eip155:1",
    "eip155:1/slip44:60",
    "bip122:000000000019d6689c085ae165831e93",
    "script:51",
    "\"",
    "4294967295",
    "0x0000000000000000000000000000000000000001",
    "0101010101010101010101010101010101010101010101010101010101010101",
    "0101010101010101010101010101010101010101010101010101010101010101:0",
];
