//! Incidents as an Apache Parquet file: the columns of the CSV with their types.

use std::sync::Arc;

use hawkshaw_incidents::{Incident, IncidentLedger};
use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;

use super::column::{COLUMNS, Column, Row};

/// What the file says it was written by. It names no version, so that files of the same ledger
/// are the same bytes whatever wrote them.
const CREATED_BY: &str = "hawkshaw";

/// Incidents could not be written in a format.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The Parquet writer refused them.
    #[error("the incidents cannot be written as Parquet")]
    Parquet(#[from] ParquetError),
}

/// Incidents as Apache Parquet, one row each, in the order in which they are handed over.
///
/// The columns are those of [`to_csv`](super::to_csv). Amounts are whole **cents** (`INT64`)
/// and their columns end in `_cents`: `usd_cents`, `usd_low_cents`, `frozen_usd_low_cents`.
/// Days are `DATE`, numbers `INT64`, `contested` is `BOOLEAN`, and the rest `STRING`; lists are
/// joined by `;` as in the CSV. Every column can be null, which means that nobody claims
/// anything. Pages are not compressed, and the file holds no time: same incidents, same bytes.
///
/// # Errors
///
/// When the Parquet library refuses a row, which no incident of a ledger makes it do.
pub fn to_parquet(
    ledger: &IncidentLedger,
    incidents: &[&Incident],
) -> Result<Vec<u8>, ExportError> {
    let rows: Vec<Row<'_>> = incidents.iter().map(|incident| Row::new(ledger, incident)).collect();
    let properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.to_owned())
        .set_compression(Compression::UNCOMPRESSED)
        .build();
    let mut file =
        SerializedFileWriter::new(Vec::new(), Arc::new(schema()?), Arc::new(properties))?;
    // A group without rows is no error of the format, but some readers refuse it.
    if !rows.is_empty() {
        let mut group = file.next_row_group()?;
        for column in COLUMNS {
            write_column(&mut group, column, &rows)?;
        }
        group.close()?;
    }
    Ok(file.into_inner()?)
}

fn schema() -> Result<Type, ParquetError> {
    let fields = COLUMNS.iter().map(|column| field(column).map(Arc::new));
    let fields = fields.collect::<Result<Vec<_>, ParquetError>>()?;
    Type::group_type_builder("incident").with_fields(fields).build()
}

fn field(column: &Column) -> Result<Type, ParquetError> {
    let name = column.name();
    let builder = match column {
        Column::Text(..) => Type::primitive_type_builder(name, Physical::BYTE_ARRAY)
            .with_logical_type(Some(LogicalType::String)),
        Column::Usd(..) => {
            return Type::primitive_type_builder(&format!("{name}_cents"), Physical::INT64)
                .with_repetition(Repetition::OPTIONAL)
                .build();
        }
        Column::Day(..) => Type::primitive_type_builder(name, Physical::INT32)
            .with_logical_type(Some(LogicalType::Date)),
        Column::Count(..) => Type::primitive_type_builder(name, Physical::INT64),
        Column::Flag(..) => Type::primitive_type_builder(name, Physical::BOOLEAN),
    };
    builder.with_repetition(Repetition::OPTIONAL).build()
}

fn write_column(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    column: &Column,
    rows: &[Row<'_>],
) -> Result<(), ParquetError> {
    match column {
        Column::Text(_, cell) => {
            let bytes = |row| cell(row).map(|text| ByteArray::from(text.into_bytes()));
            write::<ByteArrayType>(group, rows.iter().map(bytes))
        }
        Column::Usd(_, cell) => {
            let cents = |row| cell(row).map(|usd| whole(usd.cents()));
            write::<Int64Type>(group, rows.iter().map(cents))
        }
        Column::Day(_, cell) => {
            write::<Int32Type>(group, rows.iter().map(|row| cell(row).map(|day| day.since_epoch)))
        }
        Column::Count(_, cell) => {
            write::<Int64Type>(group, rows.iter().map(|row| Some(whole(cell(row)))))
        }
        Column::Flag(_, cell) => write::<BoolType>(group, rows.iter().map(|row| Some(cell(row)))),
    }
}

/// Amounts of a ledger are at most 10^14 cents, and counts are smaller still.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Writes the next column of a group. Level 1 is a value, level 0 a null.
fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    cells: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let cells: Vec<Option<T::T>> = cells.collect();
    let levels: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.into_iter().flatten().collect();
    let column = group.next_column()?;
    let mut column =
        column.ok_or_else(|| ParquetError::General("more columns than the schema".to_owned()))?;
    column.typed::<T>().write_batch(&values, Some(&levels), None)?;
    column.close()
}
