//! What holds tables, and how each hands out rows as cells.

mod arrow;
mod blocks;
mod csv;
mod json;
mod parquet;

pub(crate) use arrow::arrow_cell;
pub(crate) use blocks::{Block, BlockError, Blocks};
pub(crate) use csv::{decode_csv, header_of};
pub(crate) use json::{decode_json, json_cell, json_items, json_member, keys_of};
pub(crate) use parquet::ParquetTable;

use std::sync::Arc;

use crate::format::Container;
use crate::table::Table;

/// How the columns of a file fill the fields of a decoder.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) file: Arc<str>,
    pub(crate) container: Container,
    pub(crate) table: &'static Table,
    /// The columns of the file.
    pub(crate) names: Vec<String>,
    /// The field that each of them fills.
    pub(crate) fields: Vec<Option<usize>>,
}

impl Layout {
    /// The layout of a file that is recognised as a table. Where several columns may fill a
    /// field, the first that the table lists and the file has does.
    pub(crate) fn new(
        file: &Arc<str>,
        container: Container,
        table: &'static Table,
        names: Vec<String>,
    ) -> Self {
        let mut fields = vec![None; names.len()];
        let mut is_filled = vec![false; table.decoder.fields];
        for column in table.columns {
            let at = names.iter().position(|name| name == column.name);
            // Some columns only tell what table it is.
            if let Some(at) = at
                && is_filled.get(column.field) == Some(&false)
            {
                fields[at] = Some(column.field);
                is_filled[column.field] = true;
            }
        }
        Self { file: Arc::clone(file), container, table, names, fields }
    }
}
