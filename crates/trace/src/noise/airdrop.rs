//! Airdrops: one transaction that hands out a token.

use hawkshaw_model::{AccountIx, AssetIx, Batch, Ledger, ReadError, TransferKind, TxIx};
use rustc_hash::{FxHashMap, FxHashSet};

/// A transaction that pays a token to this many hands it out.
pub(super) const RECIPIENTS_MIN: usize = 50;

/// Rows of a transaction that are looked at: more only add recipients.
const ROWS_MAX: usize = 100_000;

/// Whom the last transaction that was asked about paid what. Movements of one transaction are
/// asked about one after the other.
#[derive(Debug, Default)]
pub(super) struct Handouts {
    of: Option<TxIx>,
    /// How many a token was paid to, of tokens that were handed out.
    handed_out: FxHashMap<u32, usize>,
}

impl Handouts {
    /// Whether a transaction hands a token out, as far as the ledger holds the transaction.
    pub(super) fn hands_out(
        &mut self,
        ledger: &dyn Ledger,
        tx: TxIx,
        asset: AssetIx,
    ) -> Result<bool, ReadError> {
        if self.of != Some(tx) {
            self.handed_out = handed_out(ledger, tx)?;
            self.of = Some(tx);
        }
        Ok(self.handed_out.contains_key(&asset.0))
    }
}

fn handed_out(ledger: &dyn Ledger, tx: TxIx) -> Result<FxHashMap<u32, usize>, ReadError> {
    let mut recipients: FxHashMap<u32, FxHashSet<u32>> = FxHashMap::default();
    let Some(segment) = ledger.segments(tx, TxIx(tx.0.saturating_add(1))).next() else {
        return Ok(FxHashMap::default());
    };
    let Batch::Transfers(batch) = segment.batch()? else { return Ok(FxHashMap::default()) };
    let at = usize::try_from(tx.0.saturating_sub(batch.tx_first.0)).unwrap_or(usize::MAX);
    let end = at.checked_add(1).and_then(|next| batch.tx_rows.get(next));
    let (Some(first), Some(end)) = (batch.tx_rows.get(at), end) else {
        return Ok(FxHashMap::default());
    };
    let (first, end) = (*first as usize, *end as usize);
    if end - first < RECIPIENTS_MIN {
        return Ok(FxHashMap::default());
    }
    for row in (first..end).take(ROWS_MAX) {
        let payee = batch.payees[row];
        if payee == AccountIx::NONE {
            continue;
        }
        let detail = batch.details.detail(row)?;
        if detail.kind != TransferKind::Fee && !detail.amount.is_zero() {
            recipients.entry(detail.asset.0).or_default().insert(payee);
        }
    }
    let counts = recipients.into_iter().map(|(asset, paid)| (asset, paid.len()));
    Ok(counts.filter(|(_, paid)| *paid >= RECIPIENTS_MIN).collect())
}
