//! The store against the ledger in memory, and against a disk that fails.

mod chains;
mod damage;
mod equals_memory;
mod merging;
mod operations;
mod readers;
mod syncing;

use std::fmt::Write as _;

use hawkshaw_model::{AccountIx, Batch, Ledger, TxIx};

/// Everything that a ledger says, as text: the same for ledgers that hold the same.
pub(super) fn dump(ledger: &dyn Ledger) -> String {
    let mut text = String::new();
    let account = |number: u32| match number {
        AccountIx::NONE => "-".to_owned(),
        number => ledger.account(AccountIx(number)).unwrap().to_string(),
    };
    for chain in ledger.chains() {
        writeln!(text, "{} {:?} {:?}", chain.id, chain.heights, chain.times).unwrap();
        let (first, end) = (TxIx(chain.txs.start), TxIx(chain.txs.end));
        for segment in ledger.segments(first, end) {
            let txs = segment.txs();
            for (at, tx) in txs.enumerate() {
                let one = ledger.transaction(TxIx(tx)).unwrap();
                write!(text, "{:?} {:?} {:?}", one.hash, one.point, one.time).unwrap();
                match segment.batch().unwrap() {
                    Batch::Transfers(batch) => {
                        let rows = batch.tx_rows[at] as usize..batch.tx_rows[at + 1] as usize;
                        let mut fee_payer = None;
                        for row in rows {
                            let detail = batch.details.detail(row).unwrap();
                            if detail.kind == hawkshaw_model::TransferKind::Fee {
                                fee_payer = Some(account(batch.payers[row]));
                            }
                            let (payer, payee) = (batch.payers[row], batch.payees[row]);
                            let (asset, kind) = (ledger.asset(detail.asset), detail.kind);
                            let (amount, event) = (detail.amount, detail.event);
                            let (payer, payee) = (account(payer), account(payee));
                            write!(text, "\n  {event} {kind:?} {payer} {payee} {asset} {amount}")
                                .unwrap();
                        }
                        // Who pays the fee is the sender where nobody else is named.
                        let sender = one.sender.map(|sender| account(sender.0)).or(fee_payer);
                        writeln!(text, "\n  sent by {sender:?}").unwrap();
                    }
                    Batch::Outputs(batch) => {
                        let legs = batch.tx_rows[at] as usize..batch.tx_rows[at + 1] as usize;
                        for row in legs {
                            let output = match batch.outputs[row] {
                                hawkshaw_model::OutputIx::NONE => "-".to_owned(),
                                output => {
                                    let output = hawkshaw_model::OutputIx(output);
                                    let point = ledger.output(output).unwrap();
                                    let found = ledger.find_output(&point).unwrap();
                                    assert_eq!(found, Some(output));
                                    point.to_string()
                                }
                            };
                            let side =
                                if row < batch.tx_outputs[at] as usize { "in" } else { "out" };
                            let holder = account(batch.holders[row]);
                            let amount = batch.amounts.amount(row).unwrap();
                            write!(text, "\n  {side} {output} {holder} {amount}").unwrap();
                        }
                        writeln!(text).unwrap();
                        spending_must_agree(ledger, TxIx(tx), &batch.transaction(at).unwrap());
                    }
                }
                if let Some(hash) = one.hash {
                    let id = hawkshaw_model::TxId::new(chain.id.clone(), hash);
                    assert_eq!(ledger.find_tx(&id).unwrap(), Some(TxIx(tx)), "{id}");
                }
            }
        }
        writeln!(text, "native {:?}", ledger.native_asset(&chain.id).map(|a| ledger.asset(a)))
            .unwrap();
    }
    text.push_str(&histories(ledger));
    text
}

/// What is asked about single outputs is what the stream of legs says.
fn spending_must_agree(ledger: &dyn Ledger, tx: TxIx, whole: &hawkshaw_model::UtxoTx) {
    assert_eq!(ledger.utxo_tx(tx).unwrap().as_ref(), Some(whole));
    for leg in &whole.inputs {
        if let Some(output) = leg.output {
            assert_eq!(ledger.spender(output).unwrap(), Some(tx), "{output:?}");
        }
    }
    for (leg, vout) in whole.outputs.iter().zip(0u32..) {
        let output = leg.output.unwrap();
        assert_eq!(ledger.maker(output).unwrap(), (tx, vout));
        let spends = |spender: &TxIx| {
            let spender = ledger.utxo_tx(*spender).unwrap().unwrap();
            spender.inputs.iter().any(|leg| leg.output == Some(output))
        };
        assert!(ledger.spender(output).unwrap().is_none_or(|spender| spends(&spender)));
        if let Some(holder) = leg.holder {
            let of_holder: Vec<_> = ledger.outputs_of(holder).map(Result::unwrap).collect();
            assert_eq!(of_holder.iter().filter(|own| **own == output).count(), 1);
            assert!(of_holder.is_sorted());
        }
    }
}

/// The histories of all accounts of account chains that have one, by account.
fn histories(ledger: &dyn Ledger) -> String {
    let mut lines = Vec::new();
    for number in 0..u32::try_from(ledger.account_count()).unwrap() {
        let account = ledger.account(AccountIx(number)).unwrap();
        assert_eq!(ledger.find_account(&account).unwrap(), Some(AccountIx(number)));
        let Some(chain) = ledger.chains().iter().find(|chain| chain.id == *account.chain()) else {
            continue;
        };
        if chain.kind == hawkshaw_model::LedgerKind::Outputs {
            continue;
        }
        let mut line = format!("{account}:");
        let mut txs = std::collections::BTreeSet::new();
        for posting in ledger.history(AccountIx(number), TxIx(chain.txs.end)) {
            let posting = posting.unwrap();
            txs.insert(posting.tx);
            let other = posting.counterparty.map(|other| ledger.account(other).unwrap());
            write!(
                line,
                " ({} {} {} {} {} {other:?})",
                posting.tx.0 - chain.txs.start,
                ledger.asset(posting.asset),
                posting.amount,
                posting.is_credit,
                posting.is_fee
            )
            .unwrap();
        }
        assert!(ledger.history_txs_max(AccountIx(number)).unwrap() >= txs.len() as u64);
        if !txs.is_empty() {
            lines.push(line);
        }
    }
    lines.sort();
    lines.join("\n")
}
