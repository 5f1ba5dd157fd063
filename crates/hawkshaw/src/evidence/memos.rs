//! Transactions of UTXO chains that carry a memo: an output that nobody can spend.

use hawkshaw_bridges::OutputScript;
use hawkshaw_model::{
    AccountIx, Address, Batch, ChainSummary, Ledger, OutputBatch, ReadError, Timestamp, TxIx,
};

use crate::evidence::{Drafts, first_since, is_utxo};

/// `OP_RETURN`, by which an output can hold data and cannot be spent.
const OP_RETURN: u8 = 0x6a;

/// Adds the transactions with memos of every UTXO chain from a time on.
pub(super) fn add(
    drafts: &mut Drafts,
    ledger: &dyn Ledger,
    since: Option<Timestamp>,
) -> Result<(), ReadError> {
    for chain in ledger.chains().iter().filter(|chain| is_utxo(chain)) {
        let first = first_since(ledger, chain, since)?;
        for segment in ledger.segments(first, TxIx(chain.txs.end)) {
            if let Batch::Outputs(batch) = segment.batch()? {
                for at in 0..batch.tx_rows.len().saturating_sub(1) {
                    let tx = TxIx(batch.tx_first.0 + at as u64);
                    if tx >= first && has_memo(ledger, &batch, at)? {
                        add_tx(drafts, ledger, chain, &batch, at, tx)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// Whether an output of a transaction is held by a script that begins with `OP_RETURN`. Such
/// outputs mostly hold nothing, which is cheaper to see than whose they are.
fn has_memo(ledger: &dyn Ledger, batch: &OutputBatch<'_>, at: usize) -> Result<bool, ReadError> {
    for row in batch.tx_outputs[at] as usize..batch.tx_rows[at + 1] as usize {
        let holder = batch.holders[row];
        if holder == AccountIx::NONE || !batch.amounts.amount(row)?.is_zero() {
            continue;
        }
        let account = ledger.account(AccountIx(holder))?;
        if matches!(account.address(), Address::Script(script) if script.first() == Some(&OP_RETURN))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn add_tx(
    drafts: &mut Drafts,
    ledger: &dyn Ledger,
    chain: &ChainSummary,
    batch: &OutputBatch<'_>,
    at: usize,
    tx: TxIx,
) -> Result<(), ReadError> {
    let transaction = ledger.transaction(tx)?;
    let Some(hash) = transaction.hash else { return Ok(()) };
    let height = transaction.point.map_or(0, |point| point.height);
    let mut outputs = Vec::new();
    for (vout, row) in (0..).zip(batch.tx_outputs[at] as usize..batch.tx_rows[at + 1] as usize) {
        let holder = batch.holders[row];
        let holder = (holder != AccountIx::NONE).then_some(AccountIx(holder));
        let holder = holder.map(|holder| ledger.account(holder)).transpose()?;
        outputs.push(OutputScript { vout, holder, amount: batch.amounts.amount(row)? });
    }
    if let Some(record) = drafts.record(&chain.id, hash, height, Some(transaction.time)) {
        record.outputs = outputs;
    }
    Ok(())
}
