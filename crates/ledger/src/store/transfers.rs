//! A segment of an account chain.
//!
//! Who pays whom stands in plain columns of 32 bits, which a replay streams without decoding;
//! asset and kind are a code of 16 bits, and exact amounts are packed, to be read where a row
//! matters.

use std::collections::BTreeMap;
use std::sync::Arc;

use hawkshaw_model::{
    AccountIx, AssetIx, Batch, LedgerSegment, ReadError, TransferBatch, TransferDetail,
    TransferDetails, TransferKind, TxIx, rows::Transfer,
};
use rustc_hash::FxHashMap;

use crate::segment::TransferSegment;
use crate::store::amount_writer::AmountPoolWriter;
use crate::store::amounts::AmountPool;
use crate::store::batch::FEE_EVENT;
use crate::store::container::{Container, Format, Section};
use crate::store::container_writer::ContainerWriter;
use crate::store::error::StoreError;
use crate::store::posting_lists::{self, PostingLists, pair};
use crate::store::tx_table::{self, BlockHashes, TxEntry, TxTable, to_usize};

/// What files of this kind are marked with.
pub(crate) const FORMAT: Format = Format { kind: *b"HKTR", version: 1 };

/// The most pairs of asset and kind that a segment can name.
pub(crate) const CODES_MAX: usize = 1 << 16;

/// Writes a run of transactions. `txs` are those of `rows`, in order.
pub(crate) fn write(
    out: &mut ContainerWriter,
    txs: &[TxEntry],
    rows: &TransferSegment,
    headers: &BTreeMap<u64, BlockHashes>,
) -> Result<(), StoreError> {
    out.column("tx_rows", &rows.tx_rows)?;
    out.column("payers", &rows.payers)?;
    out.column("payees", &rows.payees)?;
    write_codes(out, rows)?;
    let mut pool = AmountPoolWriter::default();
    for (row, event) in rows.events.iter().enumerate() {
        // A fee that no file places takes no byte for its event.
        let event = if *event == FEE_EVENT { Transfer::UNPLACED } else { *event };
        pool.push(rows.amounts.get(row), event);
    }
    pool.write(out, "amount")?;
    tx_table::write(out, txs, |height| headers.get(&height).copied())?;
    posting_lists::write(out, pairs(rows))
}

fn write_codes(out: &mut ContainerWriter, rows: &TransferSegment) -> Result<(), StoreError> {
    let mut numbers: FxHashMap<(u32, TransferKind), u16> = FxHashMap::default();
    let mut table = Vec::new();
    let mut codes = Vec::with_capacity(rows.len());
    let mut last = None;
    for key in rows.assets.iter().copied().zip(rows.kinds.iter().copied()) {
        if let Some((_, code)) = last.filter(|(known, _)| *known == key) {
            codes.push(code);
            continue;
        }
        let code = match numbers.get(&key) {
            Some(code) => *code,
            None => {
                let next = u16::try_from(numbers.len()).map_err(|_| StoreError::Limit {
                    what: "pairs of asset and kind in one segment",
                    max: CODES_MAX as u64,
                })?;
                numbers.insert(key, next);
                table.extend([key.0, u32::from(code_of_kind(key.1))]);
                next
            }
        };
        last = Some((key, code));
        codes.push(code);
    }
    out.column("codes", &codes)?;
    Ok(out.column("code_table", &table)?)
}

/// Who took part in which transaction.
fn pairs(rows: &TransferSegment) -> Vec<u64> {
    let mut pairs = Vec::with_capacity(rows.len() * 2);
    for (tx, bounds) in (0u32..).zip(rows.tx_rows.windows(2)) {
        for row in to_usize(bounds[0])..to_usize(bounds[1]) {
            for account in [rows.payers[row], rows.payees[row]] {
                // Rows of a transaction mostly repeat its sender.
                let pair = pair(account, tx);
                let is_repeated = pairs.len() > 1 && pairs[pairs.len() - 2] == pair;
                if account != AccountIx::NONE && !is_repeated {
                    pairs.push(pair);
                }
            }
        }
    }
    pairs
}

const KINDS: [TransferKind; 8] = [
    TransferKind::Native,
    TransferKind::Internal,
    TransferKind::Token,
    TransferKind::Fee,
    TransferKind::Mint,
    TransferKind::Burn,
    TransferKind::Wrap,
    TransferKind::Unwrap,
];

/// The number of a kind on disk, which never changes.
pub(crate) fn code_of_kind(kind: TransferKind) -> u8 {
    let at = KINDS.iter().position(|known| *known == kind).unwrap_or(0);
    u8::try_from(at).unwrap_or(0)
}

/// A segment, mapped.
#[derive(Debug)]
pub(crate) struct StoredTransfers {
    /// The first transaction, among those of the ledger.
    pub(crate) tx_first: u64,
    pub(crate) txs: TxTable,
    pub(crate) postings: PostingLists,
    tx_rows: Section<u32>,
    payers: Section<u32>,
    payees: Section<u32>,
    codes: Section<u16>,
    code_table: Vec<(AssetIx, TransferKind)>,
    amounts: AmountPool,
}

impl StoredTransfers {
    /// How many pairs of asset and kind there are.
    pub(crate) fn codes(&self) -> usize {
        self.code_table.len()
    }

    /// The segment of a file.
    pub(crate) fn open(file: &Arc<Container>) -> Result<Self, ReadError> {
        let table: Section<u32> = file.section("code_table")?;
        let mut code_table = Vec::with_capacity(table.len() / 2);
        for at in (0..table.len() & !1).step_by(2) {
            let kind = KINDS.get(to_usize(table.at(at + 1)?)).copied();
            let kind = kind.ok_or_else(|| table.error(at + 1, "it is no kind of transfer"))?;
            code_table.push((AssetIx(table.at(at)?), kind));
        }
        let segment = Self {
            tx_first: 0,
            txs: TxTable::open(file)?,
            postings: PostingLists::open(file)?,
            tx_rows: file.section("tx_rows")?,
            payers: file.section("payers")?,
            payees: file.section("payees")?,
            codes: file.section("codes")?,
            code_table,
            amounts: AmountPool::open(file, "amount")?,
        };
        segment.check_lengths()?;
        Ok(segment)
    }

    fn check_lengths(&self) -> Result<(), ReadError> {
        let rows = self.payers.len();
        if self.tx_rows.len() != self.txs.len() + 1 {
            return Err(self.tx_rows.error(0, "its length is not that of the transactions"));
        }
        let lengths = [self.payees.len(), self.codes.len(), self.amounts.len()];
        if lengths.iter().any(|length| *length != rows) {
            return Err(self.payers.error(0, "the columns have different lengths"));
        }
        Ok(())
    }

    /// How many rows there are.
    pub(crate) fn row_count(&self) -> usize {
        self.payers.len()
    }

    /// The rows of a transaction.
    pub(crate) fn rows_of(&self, tx: usize) -> Result<std::ops::Range<usize>, ReadError> {
        let bounds = self.tx_rows.get(tx..tx + 2)?;
        let range = to_usize(bounds[0])..to_usize(bounds[1]);
        if range.start > range.end || range.end > self.row_count() {
            return Err(self.tx_rows.error(tx, "the rows of a transaction lie outside"));
        }
        Ok(range)
    }

    /// Brings what transactions hold near, so that reading them one after the other does not
    /// wait for memory each time.
    pub(crate) fn warm(&self, txs: &[usize]) -> Result<(), ReadError> {
        let mut sum = 0;
        for tx in txs {
            sum ^= self.tx_rows.at(*tx)?;
        }
        for tx in txs {
            let row = to_usize(self.tx_rows.at(*tx)?);
            if row < self.row_count() {
                sum ^= self.payers.at(row)? ^ self.payees.at(row)?;
                sum ^= u32::from(self.codes.at(row)?) ^ self.amounts.warm(row)?;
            }
        }
        std::hint::black_box(sum);
        Ok(())
    }

    /// Who pays and who is paid in a row.
    pub(crate) fn sides(&self, row: usize) -> Result<(u32, u32), ReadError> {
        Ok((self.payers.at(row)?, self.payees.at(row)?))
    }

    /// Adds rows to columns in memory: faster than one by one.
    pub(crate) fn read(
        &self,
        rows: std::ops::Range<usize>,
        to: &mut TransferSegment,
    ) -> Result<(), ReadError> {
        to.payers.extend_from_slice(self.payers.get(rows.clone())?);
        to.payees.extend_from_slice(self.payees.get(rows.clone())?);
        for row in rows.clone() {
            let (asset, kind) = self.code(row)?;
            to.assets.push(asset.0);
            to.kinds.push(kind);
        }
        self.amounts.for_each(rows, |amount, event| {
            to.amounts.push(amount);
            to.events.push(if event == Transfer::UNPLACED { FEE_EVENT } else { event });
        })
    }

    /// Who pays the fee of a transaction.
    pub(crate) fn fee_payer(&self, tx: usize) -> Result<Option<AccountIx>, ReadError> {
        for row in self.rows_of(tx)?.rev() {
            if self.code(row)?.1 == TransferKind::Fee {
                let payer = self.payers.at(row)?;
                return Ok((payer != AccountIx::NONE).then_some(AccountIx(payer)));
            }
        }
        Ok(None)
    }

    fn code(&self, row: usize) -> Result<(AssetIx, TransferKind), ReadError> {
        let code = usize::from(self.codes.at(row)?);
        let known = self.code_table.get(code).copied();
        known.ok_or_else(|| self.codes.error(row, "it names no asset of the segment"))
    }
}

impl TransferDetails for StoredTransfers {
    fn detail(&self, row: usize) -> Result<TransferDetail, ReadError> {
        let (asset, kind) = self.code(row)?;
        let (amount, event) = self.amounts.get(row)?;
        let event = if event == Transfer::UNPLACED { FEE_EVENT } else { event };
        Ok(TransferDetail { asset, kind, amount, event })
    }
}

impl LedgerSegment for StoredTransfers {
    fn txs(&self) -> std::ops::Range<u64> {
        self.tx_first..self.tx_first + self.txs.len() as u64
    }

    fn may_touch(&self, accounts: &[u32]) -> Result<bool, ReadError> {
        // A lookup costs about as much as streaming a few dozen rows.
        if accounts.len() > self.row_count() / 32 {
            return Ok(true);
        }
        self.postings.has_any(accounts)
    }

    fn batch(&self) -> Result<Batch<'_>, ReadError> {
        let tx_rows = self.tx_rows.all()?;
        if !tx_rows.is_sorted()
            || tx_rows.last().map(|end| to_usize(*end)) != Some(self.row_count())
        {
            return Err(self.tx_rows.error(0, "the rows of the transactions are out of order"));
        }
        Ok(Batch::Transfers(TransferBatch {
            tx_first: TxIx(self.tx_first),
            tx_rows,
            payers: self.payers.all()?,
            payees: self.payees.all()?,
            details: self,
        }))
    }
}
