//! Canonical tables as Apache Parquet.
//!
//! The columns of the CSV: `chain`, `kind`, `asset`, `side`, addresses, hashes, outpoints and
//! amounts are `STRING`; heights, times and indices `INT64`. What is empty in CSV is null.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use hawkshaw_model::LedgerKind;
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::canonical_row::{LEG_COLUMNS, LegRow, TRANSFER_COLUMNS, TransferRow};
use super::words::kind_name;

/// Rows of a group: what is held in memory while a table is written.
const GROUP_ROWS: usize = 256 << 10;
/// What the file says it was written by. It names no version, so that the same rows are the
/// same bytes whatever wrote them.
const CREATED_BY: &str = "hawkshaw";
/// Columns that hold numbers; the others hold text.
const NUMBERS: [&str; 5] = ["block_number", "block_time", "tx_index", "event_index", "leg_index"];

/// A canonical table could not be written as Parquet.
#[derive(Debug, thiserror::Error)]
#[error("the table cannot be written as Parquet")]
pub struct TableError(#[from] ParquetError);

/// A canonical table while it is written.
pub struct ParquetTable<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<Cells>,
    rows: usize,
}

/// The cells of a column in a group that is not written yet.
enum Cells {
    Numbers(Vec<Option<i64>>),
    Texts(Vec<Option<ByteArray>>),
}

impl<W: Write + Send> ParquetTable<W> {
    /// A table of transfers or of outputs.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn new(out: W, kind: LedgerKind) -> Result<Self, TableError> {
        let names: &[&str] = match kind {
            LedgerKind::Accounts => &TRANSFER_COLUMNS,
            LedgerKind::Outputs => &LEG_COLUMNS,
        };
        let fields = names.iter().map(|name| field(name).map(Arc::new));
        let fields = fields.collect::<Result<Vec<_>, ParquetError>>()?;
        let schema = Type::group_type_builder("rows").with_fields(fields).build()?;
        let properties = WriterProperties::builder()
            .set_created_by(CREATED_BY.to_owned())
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .build();
        let file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
        let columns = names.iter().map(|name| Cells::new(name)).collect();
        Ok(Self { file, columns, rows: 0 })
    }

    /// Adds a movement.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn transfer(&mut self, row: &TransferRow<'_>) -> Result<(), TableError> {
        let address = |account: Option<&hawkshaw_model::Account>| {
            account.map(hawkshaw_model::Account::address_in_files)
        };
        self.row([
            Cell::Text(Some(row.chain.to_string())),
            Cell::Number(i64::try_from(row.height).ok()),
            Cell::Number(Some(row.time.to_unix())),
            Cell::Number(row.tx_index.map(i64::from)),
            Cell::Number(row.event.map(i64::from)),
            Cell::Text(row.tx.map(|tx| tx.on(row.chain))),
            Cell::Text(Some(kind_name(row.kind).to_owned())),
            Cell::Text(Some(row.asset.as_str().to_owned())),
            Cell::Text(address(row.from)),
            Cell::Text(address(row.to)),
            Cell::Text(Some(row.amount.to_string())),
            Cell::Text(address(row.sender)),
        ])
    }

    /// Adds a leg.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn leg(&mut self, row: &LegRow<'_>) -> Result<(), TableError> {
        self.row([
            Cell::Text(Some(row.chain.to_string())),
            Cell::Number(i64::try_from(row.height).ok()),
            Cell::Number(Some(row.time.to_unix())),
            Cell::Number(Some(i64::from(row.tx_index))),
            Cell::Text(Some(row.tx.on(row.chain))),
            Cell::Text(Some(row.side().to_owned())),
            Cell::Number(Some(i64::from(row.index))),
            Cell::Text(row.outpoint()),
            Cell::Text(row.holder.map(hawkshaw_model::Account::address_in_files)),
            Cell::Text(Some(row.amount.to_string())),
        ])
    }

    /// Writes what is left, and the end of the file.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<W, TableError> {
        self.write_group()?;
        Ok(self.file.into_inner()?)
    }

    fn row<const N: usize>(&mut self, cells: [Cell; N]) -> Result<(), TableError> {
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            match (column, cell) {
                (Cells::Numbers(cells), Cell::Number(number)) => cells.push(number),
                (Cells::Texts(cells), Cell::Text(text)) => {
                    cells.push(text.map(|text| ByteArray::from(text.into_bytes())));
                }
                (Cells::Numbers(cells), Cell::Text(_)) => cells.push(None),
                (Cells::Texts(cells), Cell::Number(_)) => cells.push(None),
            }
        }
        self.rows += 1;
        if self.rows == GROUP_ROWS {
            self.write_group()?;
        }
        Ok(())
    }

    fn write_group(&mut self) -> Result<(), TableError> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let mut group = self.file.next_row_group()?;
        for column in &mut self.columns {
            match column {
                Cells::Numbers(cells) => write::<Int64Type, W>(&mut group, std::mem::take(cells))?,
                Cells::Texts(cells) => {
                    write::<ByteArrayType, W>(&mut group, std::mem::take(cells))?;
                }
            }
        }
        group.close()?;
        Ok(())
    }
}

impl<W: Write + Send> fmt::Debug for ParquetTable<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParquetTable").field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// A cell of a row.
enum Cell {
    Number(Option<i64>),
    Text(Option<String>),
}

impl Cells {
    fn new(name: &str) -> Self {
        if NUMBERS.contains(&name) { Self::Numbers(Vec::new()) } else { Self::Texts(Vec::new()) }
    }
}

fn field(name: &str) -> Result<Type, ParquetError> {
    let builder = if NUMBERS.contains(&name) {
        Type::primitive_type_builder(name, Physical::INT64)
    } else {
        Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_logical_type(Some(LogicalType::String))
    };
    builder.with_repetition(Repetition::OPTIONAL).build()
}

/// Writes the next column of a group. Level 1 is a value, level 0 a null.
fn write<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    cells: Vec<Option<T::T>>,
) -> Result<(), ParquetError> {
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.into_iter().flatten().collect();
    let column = group.next_column()?;
    let mut column =
        column.ok_or_else(|| ParquetError::General("more columns than the schema".to_owned()))?;
    column.typed::<T>().write_batch(&values, Some(&levels), None)?;
    column.close()
}
