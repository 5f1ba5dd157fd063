//! The movements of one transaction of an account chain.

use hawkshaw_bridges::Movement;
use hawkshaw_model::{
    AccountIx, Batch, ChainId, Ledger, ReadError, TransferKind, TxHash, TxId, TxIx,
};

/// What a transaction moved, fees apart; nothing where the ledger does not hold it.
pub(super) fn of(
    ledger: &dyn Ledger,
    chain: &ChainId,
    tx: TxHash,
) -> Result<Vec<Movement>, ReadError> {
    let mut found = Vec::new();
    let Some(tx) = ledger.find_tx(&TxId::new(chain.clone(), tx))? else { return Ok(found) };
    for segment in ledger.segments(tx, TxIx(tx.0 + 1)) {
        let Batch::Transfers(batch) = segment.batch()? else { break };
        let at = usize::try_from(tx.0.saturating_sub(batch.tx_first.0)).unwrap_or(usize::MAX);
        let (Some(first), Some(end)) = (batch.tx_rows.get(at), batch.tx_rows.get(at + 1)) else {
            continue;
        };
        for row in *first as usize..*end as usize {
            let detail = batch.details.detail(row)?;
            if detail.kind == TransferKind::Fee || detail.amount.is_zero() {
                continue;
            }
            let account = |column: u32| {
                let is_somebody = column != AccountIx::NONE;
                is_somebody.then(|| ledger.account(AccountIx(column))).transpose()
            };
            found.push(Movement {
                asset: ledger.asset(detail.asset).clone(),
                amount: detail.amount,
                from: account(batch.payers[row])?,
                to: account(batch.payees[row])?,
            });
        }
    }
    Ok(found)
}
