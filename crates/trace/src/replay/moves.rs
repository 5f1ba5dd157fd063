//! The rows of one transaction of an account chain.

use hawkshaw_model::{AccountIx, TransferBatch, TransferDetail, TransferKind, TxIx};

use crate::netting::Move;
use crate::replay::book::Halt;
use crate::units::Units;

/// What a transaction moved, fees apart, without rows that move nothing.
#[derive(Debug)]
pub(crate) struct Movements<U> {
    pub(crate) moves: Vec<Move<U>>,
    pub(crate) fees: Vec<Move<U>>,
    /// The payer of the first fee row, also of one of value zero.
    pub(crate) fee_payer: Option<u32>,
}

impl<U: Units> Movements<U> {
    /// Reads the transaction at an index of a batch; `None` if it is not in the batch.
    pub(crate) fn read(batch: &TransferBatch<'_>, at: usize) -> Option<Result<Self, Halt>> {
        let first = *batch.tx_rows.get(at)? as usize;
        let end = *batch.tx_rows.get(at + 1)? as usize;
        let tx = TxIx(batch.tx_first.0 + at as u64);
        Some(Self::read_rows(batch, first, end, tx))
    }

    /// Reads rows of a batch, those of a transaction.
    pub(crate) fn read_rows(
        batch: &TransferBatch<'_>,
        first: usize,
        end: usize,
        tx: TxIx,
    ) -> Result<Self, Halt> {
        let moves = Vec::with_capacity(end - first);
        let mut movements = Self { moves, fees: Vec::new(), fee_payer: None };
        for row in first..end {
            let (one, is_fee) = read_row(batch, row, tx)?;
            if is_fee && movements.fee_payer.is_none() {
                movements.fee_payer = somebody(batch.payers[row]);
            }
            let Some(one) = one else { continue };
            if is_fee { movements.fees.push(one) } else { movements.moves.push(one) }
        }
        Ok(movements)
    }
}

/// The account of a column, where there is one.
fn somebody(account: u32) -> Option<u32> {
    (account != AccountIx::NONE).then_some(account)
}

/// A row of a transaction as a move, `None` if it moves nothing; and whether it is a fee.
#[inline]
pub(crate) fn read_row<U: Units>(
    batch: &TransferBatch<'_>,
    row: usize,
    tx: TxIx,
) -> Result<(Option<Move<U>>, bool), Halt> {
    let (payer, payee) = (batch.payers[row], batch.payees[row]);
    let TransferDetail { asset, kind, amount, .. } = batch.details.detail(row)?;
    let is_fee = kind == TransferKind::Fee;
    if amount.is_zero() || (payer == payee && payer != AccountIx::NONE) {
        return Ok((None, is_fee));
    }
    let amount = U::from_amount(amount).ok_or(Halt::TooWide(tx))?;
    let (from, to) = (somebody(payer), somebody(payee));
    Ok((Some(Move { from, to, asset: asset.0, amount, row }), is_fee))
}
