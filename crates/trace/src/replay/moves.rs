//! The rows of one transaction of an account chain.

use hawkshaw_model::{AccountIx, TransferBatch, TransferKind};

use crate::netting::{Move, TooWide};
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
    pub(crate) fn read(batch: &TransferBatch<'_>, at: usize) -> Option<Result<Self, TooWide>> {
        let first = *batch.tx_rows.get(at)? as usize;
        let end = *batch.tx_rows.get(at + 1)? as usize;
        Some(Self::read_rows(batch, first, end))
    }

    /// Reads rows of a batch.
    pub(crate) fn read_rows(
        batch: &TransferBatch<'_>,
        first: usize,
        end: usize,
    ) -> Result<Self, TooWide> {
        let moves = Vec::with_capacity(end - first);
        let mut movements = Self { moves, fees: Vec::new(), fee_payer: None };
        for row in first..end {
            let is_fee = batch.kinds[row] == TransferKind::Fee;
            if is_fee && movements.fee_payer.is_none() {
                movements.fee_payer = somebody(batch.payers[row]);
            }
            let Some(one) = read_row(batch, row)? else { continue };
            if is_fee { movements.fees.push(one) } else { movements.moves.push(one) }
        }
        Ok(movements)
    }
}

/// The account of a column, where there is one.
fn somebody(account: u32) -> Option<u32> {
    (account != AccountIx::NONE).then_some(account)
}

/// A row as a move; `None` if it moves nothing.
#[inline]
pub(crate) fn read_row<U: Units>(
    batch: &TransferBatch<'_>,
    row: usize,
) -> Result<Option<Move<U>>, TooWide> {
    let (payer, payee) = (batch.payers[row], batch.payees[row]);
    let amount = batch.amounts.get(row);
    if amount.is_zero() || (payer == payee && payer != AccountIx::NONE) {
        return Ok(None);
    }
    let amount = U::from_amount(amount).ok_or(TooWide)?;
    let (from, to) = (somebody(payer), somebody(payee));
    Ok(Some(Move { from, to, asset: batch.assets[row], amount, row }))
}
