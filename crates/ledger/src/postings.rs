//! Which movements an account took part in.

use hawkshaw_model::{AccountIx, AssetIx, Posting, TransferKind, TxIx};

use crate::amount_column::ROWS_MAX;
use crate::error::LedgerError;
use crate::grouped::Grouped;
use crate::segment::{Segment, TransferSegment};

/// The rows of every account in chain order, 4 bytes an entry: twice the row number, and one
/// more where the account is paid.
#[derive(Debug, Default)]
pub(crate) struct Postings(Grouped);

impl Postings {
    /// Indexes the movements of all account chains. Movement rows are numbered through.
    pub(crate) fn new<'a>(
        accounts: usize,
        segments: impl Iterator<Item = &'a TransferSegment> + Clone,
    ) -> Result<Self, LedgerError> {
        let rows: u64 = segments.clone().map(|segment| segment.len() as u64).sum();
        if rows > u64::from(ROWS_MAX) {
            return Err(LedgerError::Limit {
                what: "rows of account chains",
                max: ROWS_MAX.into(),
            });
        }
        let pairs = || {
            let sides = segments.clone().flat_map(|s| s.payers.iter().zip(&s.payees));
            (0u32..)
                .zip(sides)
                .flat_map(|(row, (payer, payee))| [(*payer, row << 1), (*payee, row << 1 | 1)])
                .filter(|(account, _)| *account != AccountIx::NONE)
        };
        Ok(Self(Grouped::new(accounts, pairs)))
    }

    /// The entries of an account before a row, as a part of [`Self::of`].
    pub(crate) fn before(&self, account: AccountIx, row_end: u64) -> &[u32] {
        let entries = self.of(account);
        &entries[..entries.partition_point(|entry| u64::from(entry >> 1) < row_end)]
    }

    /// All entries of an account.
    pub(crate) fn of(&self, account: AccountIx) -> &[u32] {
        if account.0 < self.0.len() { self.0.of(account.0) } else { &[] }
    }
}

/// The movements of an account, read from the columns. Rows come in ascending order, so each
/// is looked for from where the last was found.
#[derive(Debug)]
pub(crate) struct History<'a> {
    entries: std::slice::Iter<'a, u32>,
    segments: &'a [Segment],
    /// The transaction of the last row, in the first of the segments.
    tx: usize,
}

impl<'a> History<'a> {
    /// The movements that entries name.
    pub(crate) fn new(entries: &'a [u32], segments: &'a [Segment]) -> Self {
        Self { entries: entries.iter(), segments, tx: 0 }
    }

    /// Goes on to the segment that holds a row.
    fn seek(&mut self, row: u64) -> Option<&'a TransferSegment> {
        loop {
            match self.segments.first()? {
                Segment::Transfers(segment) if row < segment.row_end() => return Some(segment),
                _ => {
                    self.segments = &self.segments[1..];
                    self.tx = 0;
                }
            }
        }
    }
}

impl Iterator for History<'_> {
    type Item = Posting;

    fn next(&mut self) -> Option<Posting> {
        let entry = *self.entries.next()?;
        let is_credit = entry & 1 == 1;
        let row = u64::from(entry >> 1);
        let segment = self.seek(row)?;
        let row = usize::try_from(row - segment.row_first).ok()?;
        self.tx = tx_of_row(&segment.tx_rows, row, self.tx);
        let counterparty = if is_credit { segment.payers[row] } else { segment.payees[row] };
        Some(Posting {
            tx: TxIx(segment.tx_first + self.tx as u64),
            asset: AssetIx(segment.assets[row]),
            amount: segment.amounts.get(row),
            is_credit,
            is_fee: segment.kinds[row] == TransferKind::Fee,
            counterparty: Some(counterparty).filter(|c| *c != AccountIx::NONE).map(AccountIx),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

/// The transaction that holds a row, which is `first` or a later one: steps that double, then
/// halving.
fn tx_of_row(tx_rows: &[u32], row: usize, first: usize) -> usize {
    let is_before = |start: &u32| *start as usize <= row;
    let mut step = 1;
    while tx_rows.get(first + step).is_some_and(is_before) {
        step *= 2;
    }
    let low = first + step / 2;
    let high = tx_rows.len().min(first + step);
    low + tx_rows[low..high].partition_point(is_before) - 1
}

#[cfg(test)]
mod tests {
    use super::tx_of_row;

    #[test]
    fn a_row_is_found_from_every_earlier_transaction() {
        let tx_rows = [0u32, 1, 4, 5, 9, 10, 30, 31];
        for row in 0..31 {
            let tx = tx_rows.iter().rposition(|start| *start as usize <= row).unwrap();
            for first in 0..=tx {
                assert_eq!(tx_of_row(&tx_rows, row, first), tx, "row {row} from {first}");
            }
        }
    }
}
