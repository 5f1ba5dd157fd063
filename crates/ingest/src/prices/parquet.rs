//! Prices as Apache Parquet.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use bytes::Bytes;
use hawkshaw_model::{Timestamp, UsdPrice};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use super::{
    ASSET, CURRENCY, Columns, PRICE, PriceFile, Reader, SOURCE, TIME, check_currency, checked_time,
    read_price, read_time,
};
use crate::cell::Cell;
use crate::error::{IngestError, Refusal};
use crate::source::arrow_cell;

/// Reads the rows.
pub(super) fn read(file: &Arc<str>, bytes: &[u8]) -> Result<PriceFile, IngestError> {
    let bytes = Bytes::copy_from_slice(bytes);
    let builder = guarded(file, || {
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        ParquetRecordBatchReaderBuilder::try_new_with_options(bytes, options)
    })?;
    let schema = Arc::clone(builder.schema());
    let names: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let columns = Columns::of(file, &names)?;
    let wanted = [Some(columns.asset), Some(columns.time), Some(columns.price)];
    let wanted = wanted.into_iter().chain([columns.source, columns.currency]).flatten();
    let mut batches = guarded(file, || {
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
        builder.with_projection(mask).build()
    })?;
    let mut reader = Reader::new(file, "row");
    let mut line = 0;
    while let Some(batch) = guarded(file, || batches.next().transpose().map_err(Into::into))? {
        for at in 0..batch.num_rows() {
            line += 1;
            row(&mut reader, &batch, at, line).map_err(|refusal| reader.error(refusal, line))?;
        }
    }
    Ok(reader.found)
}

fn row(reader: &mut Reader, batch: &RecordBatch, at: usize, line: u64) -> Result<(), Refusal> {
    if batch.column_by_name(CURRENCY).is_some() {
        check_currency(&text(batch, CURRENCY, at)?)?;
    }
    let asset = text(batch, ASSET, at)?;
    if asset.is_empty() {
        return Err(Refusal::field(ASSET, "there is no asset"));
    }
    let time = time(column(batch, TIME)?, at)?;
    let (price, is_double) = price(column(batch, PRICE)?, at)?;
    reader.found.doubles += u64::from(is_double);
    let has_source = batch.column_by_name(SOURCE).is_some();
    let source = if has_source { text(batch, SOURCE, at)? } else { String::new() };
    reader.add(line, &asset, time, price, &source)
}

fn column<'a>(batch: &'a RecordBatch, name: &'static str) -> Result<&'a ArrayRef, Refusal> {
    batch.column_by_name(name).ok_or_else(|| Refusal::field(name, "the column is not there"))
}

/// The text of a column of text; nothing is the empty text.
fn text(batch: &RecordBatch, name: &'static str, at: usize) -> Result<String, Refusal> {
    let array = column(batch, name)?;
    match arrow_cell(array, at) {
        Cell::Null => Ok(String::new()),
        Cell::Text(bytes) | Cell::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.trim().to_owned()),
            Err(_) => Err(Refusal::field(name, "it is not UTF-8")),
        },
        cell => Err(Refusal::field(name, format!("it is {}, and a text is wanted", cell.kind()))),
    }
}

fn time(array: &ArrayRef, at: usize) -> Result<Timestamp, Refusal> {
    let number = |seconds: Option<i64>| {
        let time = seconds.and_then(|seconds| Timestamp::from_unix(seconds).ok());
        let reason = "it is no Unix time in seconds (milliseconds are not read as a number)";
        checked_time(time.ok_or_else(|| Refusal::field(TIME, reason))?)
    };
    match arrow_cell(array, at) {
        Cell::Int(seconds) | Cell::Seconds(seconds) => number(Some(seconds)),
        Cell::UInt(seconds) => number(i64::try_from(seconds).ok()),
        Cell::Text(bytes) => read_time(&String::from_utf8_lossy(bytes)),
        cell => {
            let reason = format!("it is {}, and a time is wanted", cell.kind());
            Err(Refusal::field(TIME, reason))
        }
    }
}

/// A price, and whether it is a double.
fn price(array: &ArrayRef, at: usize) -> Result<(UsdPrice, bool), Refusal> {
    if array.is_null(at) {
        return Err(Refusal::field(PRICE, "there is no price: leave the row out"));
    }
    let decimal = match array.data_type() {
        DataType::Float64 => {
            // Rust writes the shortest decimal that gives the same double back.
            let text = array.as_primitive::<Float64Type>().value(at).to_string();
            return Ok((read_price(&text)?, true));
        }
        DataType::Float16 | DataType::Float32 => {
            let reason = "single precision keeps 7 digits: use a double, a decimal or a text";
            return Err(Refusal::field(PRICE, reason));
        }
        DataType::Decimal32(..) => array.as_primitive::<Decimal32Type>().value_as_string(at),
        DataType::Decimal64(..) => array.as_primitive::<Decimal64Type>().value_as_string(at),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(at),
        DataType::Decimal256(..) => array.as_primitive::<Decimal256Type>().value_as_string(at),
        _ => match arrow_cell(array, at) {
            Cell::Int(number) => number.to_string(),
            Cell::UInt(number) => number.to_string(),
            Cell::Text(bytes) => String::from_utf8_lossy(bytes).trim().to_owned(),
            cell => {
                let reason = format!("it is {}, and a price is wanted", cell.kind());
                return Err(Refusal::field(PRICE, reason));
            }
        },
    };
    Ok((read_price(&decimal)?, false))
}

/// Runs the Parquet library, which may panic where a file is damaged.
fn guarded<T>(
    file: &Arc<str>,
    run: impl FnOnce() -> Result<T, ParquetError>,
) -> Result<T, IngestError> {
    let damaged = |reason| IngestError::Damaged { file: Arc::clone(file), reason };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(damaged(error.to_string())),
        Err(_) => Err(damaged("the Parquet reader cannot make sense of it".to_owned())),
    }
}
