//! The reverse of the reverse is the ledger.

use hawkshaw_fixture::random::RandomLedger;
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{AccountIx, Batch, Ledger, OutputIx, TxIx};
use hawkshaw_screening::ReversedLedger;

use crate::ledger;

/// All that a ledger says, as text.
fn told(ledger: &dyn Ledger) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    for chain in ledger.chains() {
        told.push(format!("{chain:?}"));
        let (first, end) = (TxIx(chain.txs.start), TxIx(chain.txs.end));
        let mut next = first.0;
        for segment in ledger.segments(first, end) {
            assert_eq!(segment.txs().start, next, "segments follow each other");
            next = segment.txs().end;
            let mut handed = Vec::new();
            segment.with_batch(&mut |batch| handed = rows(batch)).unwrap();
            assert_eq!(handed, rows(&segment.batch().unwrap()), "both ways to the columns agree");
            told.extend(handed);
        }
        assert_eq!(next, end.0);
        for tx in chain.txs.clone() {
            told.push(format!("{:?}", ledger.transaction(TxIx(tx)).unwrap()));
            told.push(format!("{:?}", ledger.utxo_tx(TxIx(tx)).unwrap()));
        }
        for number in 0..u32::try_from(ledger.account_count()).unwrap() {
            let account = AccountIx(number);
            if ledger.account(account).unwrap().chain() != &chain.id {
                continue;
            }
            for before in chain.txs.clone().step_by(7).chain([end.0]) {
                // The order of the rows of one transaction decides nothing.
                let mut postings: Vec<String> = ledger
                    .history(account, TxIx(before))
                    .map(|posting| format!("{before} {:?}", posting.unwrap()))
                    .collect();
                postings.sort();
                told.extend(postings);
            }
            told.push(format!("{:?}", ledger.outputs_of(account).collect::<Vec<_>>()));
        }
    }
    for output in 0..u64::try_from(ledger.output_count()).unwrap() {
        let output = OutputIx(output);
        // Backwards nobody makes an unspent output, which is refused, and so its reverse is.
        let spender = ledger.spender(output).ok().flatten();
        told.push(format!("{:?} {spender:?}", ledger.output(output)));
        if spender.is_some() {
            told.push(format!("{:?}", ledger.maker(output).unwrap()));
        }
    }
    told
}

fn rows(batch: &Batch<'_>) -> Vec<String> {
    match batch {
        Batch::Transfers(batch) => (0..batch.tx_rows.len() - 1)
            .flat_map(|at| {
                let tx = batch.tx_first.0 + at as u64;
                (batch.tx_rows[at] as usize..batch.tx_rows[at + 1] as usize).map(move |row| {
                    let detail = batch.details.detail(row).unwrap();
                    format!("{tx} {} {} {detail:?}", batch.payers[row], batch.payees[row])
                })
            })
            .collect(),
        Batch::Outputs(batch) => (0..batch.tx_count())
            .map(|at| format!("{:?}", batch.transaction(at).unwrap()))
            .collect(),
    }
}

fn check(ledger: &MemoryLedger) {
    let once = ReversedLedger::new(ledger, None).unwrap();
    let twice = ReversedLedger::new(&once, None).unwrap();
    assert_eq!(told(ledger), told(&twice));
    for chain in ledger.chains() {
        for tx in chain.txs.clone() {
            assert_eq!(once.turned(once.turned(TxIx(tx))), TxIx(tx));
            let time = ledger.transaction(TxIx(tx)).unwrap().time;
            assert_eq!(once.time(once.turned(TxIx(tx))).unwrap(), time);
        }
    }
}

#[test]
fn on_random_account_ledgers() {
    (0..300).for_each(|seed| check(&ledger(&RandomLedger::of_accounts(seed).story)));
}

#[test]
fn on_random_chains_of_outputs() {
    (0..300).for_each(|seed| check(&ledger(&RandomLedger::of_outputs(seed).story)));
}
