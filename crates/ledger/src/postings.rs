//! Which movements an account took part in.

use std::ops::Range;

use hawkshaw_model::{AccountIx, AssetIx, Posting, TxIx};

use crate::amount_column::ROWS_MAX;
use crate::error::LedgerError;
use crate::grouped::Grouped;
use crate::segment::TransferSegment;

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
        let too_many = || LedgerError::Limit {
            what: "rows of account chains",
            max: ROWS_MAX.into(),
        };
        let rows: u64 = segments.clone().map(|segment| segment.len() as u64).sum();
        if rows > u64::from(ROWS_MAX) {
            return Err(too_many());
        }
        let pairs = || {
            let sides = segments.clone().flat_map(|s| s.payers.iter().zip(&s.payees));
            (0u32..)
                .zip(sides)
                .flat_map(|(row, (payer, payee))| [(*payer, row << 1), (*payee, row << 1 | 1)])
                .filter(|(account, _)| *account != AccountIx::NONE)
        };
        Grouped::new(accounts, pairs).map(Self).ok_or_else(too_many)
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
    segments: &'a [&'a TransferSegment],
    tx: usize,
}

