//! Apache Parquet, a row group at a time.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;

use super::Layout;
use super::arrow::ArrowColumn;
use crate::cell::Cell;
use crate::error::IngestError;
use crate::fields::Fields;
use crate::sink::Sink;

/// Rows that are decoded at a time.
const BATCH_ROWS: usize = 8_192;

/// An open Parquet file.
#[derive(Debug)]
pub(crate) struct ParquetTable {
    name: Arc<str>,
    path: PathBuf,
    metadata: ArrowReaderMetadata,
}

impl ParquetTable {
    /// Reads the schema of a file.
    pub(crate) fn open(name: &Arc<str>, path: &Path, file: &File) -> Result<Self, IngestError> {
        let metadata = guarded(name, || {
            // What another program noted of its own types is not needed, and one more thing
            // that may be wrong.
            let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
            ArrowReaderMetadata::load(file, options)
        })?;
        Ok(Self { name: Arc::clone(name), path: path.to_owned(), metadata })
    }

    /// The names of its columns.
    pub(crate) fn names(&self) -> Vec<String> {
        self.metadata.schema().fields().iter().map(|field| field.name().clone()).collect()
    }

    /// How many row groups it has.
    pub(crate) fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// The rows before a group, and the bytes of the group.
    fn before(&self, group: usize) -> (u64, u64) {
        let groups = self.metadata.metadata().row_groups();
        let rows = groups.iter().take(group).map(|g| u64::try_from(g.num_rows()).unwrap_or(0));
        let bytes = groups.get(group).map_or(0, |group| group.compressed_size());
        (rows.fold(0, u64::saturating_add), u64::try_from(bytes).unwrap_or(0))
    }

    /// A reader of one group that gives only the columns that a layout needs.
    fn reader(
        &self,
        group: usize,
        layout: &Layout,
        wanted: impl Fn(usize) -> bool,
        rows: usize,
    ) -> Result<ParquetRecordBatchReader, IngestError> {
        // A clone of an open file would share its position with the other threads.
        let file = File::open(&self.path);
        let file =
            file.map_err(|source| IngestError::Io { file: Arc::clone(&self.name), source })?;
        guarded(&self.name, || {
            let metadata = self.metadata.clone();
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
            let columns = layout.fields.iter().enumerate();
            let columns = columns.filter(|(_, field)| field.is_some_and(&wanted));
            let roots = columns.map(|(at, _)| at).collect::<Vec<_>>();
            let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
            builder.with_projection(mask).with_row_groups(vec![group]).with_batch_size(rows).build()
        })
    }

    /// The height of the first row, where it can be read.
    pub(crate) fn first_height(&self, layout: &Layout) -> Option<u64> {
        let height = layout.table.decoder.height;
        let mut reader = self.reader(0, layout, |field| field == height, 1).ok()?;
        let batch = guarded(&self.name, || Ok(reader.next())).ok()??.ok()?;
        let mut cells = vec![Cell::Null; layout.table.decoder.fields];
        *cells.get_mut(height)? = ArrowColumn::new(batch.columns().first()?).cell(0);
        let fields = Fields { cells: &cells, table: layout.table, names: &layout.names, line: 1 };
        fields.number(height).ok()?
    }

    /// Decodes a group; `each` is called after every batch with the bytes that it stands for.
    pub(crate) fn decode(
        &self,
        group: usize,
        layout: &Layout,
        sink: &mut Sink,
        mut each: impl FnMut(&mut Sink, u64) -> bool,
    ) -> Result<(), IngestError> {
        let mut reader = self.reader(group, layout, |_| true, BATCH_ROWS)?;
        let (mut line, bytes) = self.before(group);
        let group_rows = self.metadata.metadata().row_group(group).num_rows();
        let group_rows = u64::try_from(group_rows).unwrap_or(0).max(1);
        while let Some(batch) =
            guarded(&self.name, || reader.next().transpose().map_err(Into::into))?
        {
            decode_batch(&batch, line, layout, sink)?;
            let rows = u64::try_from(batch.num_rows()).unwrap_or(0);
            line = line.saturating_add(rows);
            let share = u128::from(bytes) * u128::from(rows) / u128::from(group_rows);
            if !each(sink, u64::try_from(share).unwrap_or(bytes)) {
                break;
            }
        }
        Ok(())
    }
}

fn decode_batch(
    batch: &RecordBatch,
    before: u64,
    layout: &Layout,
    sink: &mut Sink,
) -> Result<(), IngestError> {
    let schema = batch.schema();
    let mut columns = Vec::with_capacity(batch.num_columns());
    for (at, array) in batch.columns().iter().enumerate() {
        let name = schema.field(at).name();
        let position = layout.names.iter().position(|known| known == name);
        if let Some(field) = position.and_then(|position| layout.fields[position]) {
            columns.push((field, ArrowColumn::new(array)));
        }
    }
    let mut cells = vec![Cell::Null; layout.table.decoder.fields];
    let mut line = before;
    for row in 0..batch.num_rows() {
        line = line.saturating_add(1);
        for (field, column) in &columns {
            cells[*field] = column.cell(row);
        }
        let fields = Fields { cells: &cells, table: layout.table, names: &layout.names, line };
        (layout.table.decoder.row)(&fields, sink)
            .map_err(|refusal| refusal.at(&layout.file, "row", line))?;
    }
    Ok(())
}

/// Runs the Parquet library, which may panic where a file is damaged.
fn guarded<T>(
    name: &Arc<str>,
    run: impl FnOnce() -> Result<T, ParquetError>,
) -> Result<T, IngestError> {
    let damaged = |reason| IngestError::Damaged { file: Arc::clone(name), reason };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(damaged(error.to_string())),
        Err(_) => Err(damaged("the Parquet reader cannot make sense of it".to_owned())),
    }
}
