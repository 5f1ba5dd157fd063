//! The rows of one transaction of an account chain.

use hawkshaw_model::{AccountIx, TransferBatch, TransferKind};

use crate::netting::{Move, TooWide};
use crate::units::Units;

/// What a transaction moved, fees apart, without rows that move nothing.
#[derive(Debug)]
pub(crate) struct Movements<U> {
    pub(crate) moves: Vec<Move<U>>,
    pub(crate) fees: Vec<Move<U>>,
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
        let mut movements = Self { moves: Vec::with_capacity(end - first), fees: Vec::new() };
        for row in first..end {
            let Some(one) = read_row(batch, row)? else {
                continue;
            };
            match batch.kinds[row] {
                TransferKind::Fee => movements.fees.push(one),
                _ => movements.moves.push(one),
            }
        }
        Ok(movements)
    }
}

/// A row as a move; `None` if it moves nothing.
#[inline]
pub(crate) fn read_row<U: Units>(
    batch: &TransferBatch<'_>,
    row: usize,
) -> Result<Option<Move<U>>, TooWide> {
    let somebody = |account: u32| (account != AccountIx::NONE).then_some(account);
    let (payer, payee) = (batch.payers[row], batch.payees[row]);
    let amount = batch.amounts.get(row);
    if amount.is_zero() || (payer == payee && payer != AccountIx::NONE) {
        return Ok(None);
    }
    let amount = U::from_amount(amount).ok_or(TooWide)?;
    let (from, to) = (somebody(payer), somebody(payee));
    Ok(Some(Move { from, to, asset: batch.assets[row], amount, row }))
}
