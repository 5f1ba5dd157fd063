//! One value of one row, as its container holds it.

use arrow_array::types::{ArrowPrimitiveType, Decimal256Type};
use arrow_array::{Array, ArrayRef, StructArray};
use serde_json::value::RawValue;

use crate::source::{arrow_cell, json_cell, json_items, json_member};

/// One value of one row.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    /// Nothing, or an empty text.
    Null,
    /// A text, not necessarily UTF-8.
    Text(&'a [u8]),
    /// Bytes as such.
    Bytes(&'a [u8]),
    /// A whole number.
    Int(i64),
    /// A whole number beyond the others.
    UInt(u64),
    /// A decimal: a whole number and how many of its digits stand behind the point.
    Decimal(&'a i128, i8),
    /// The same with 256 bits.
    Decimal256(&'a <Decimal256Type as ArrowPrimitiveType>::Native, i8),
    /// A floating-point number.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// Unix seconds.
    Seconds(i64),
    /// Several values.
    List(List<'a>),
    /// Several named values.
    Struct(Struct<'a>),
    /// What no decoder reads.
    Other,
}

/// The values of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum List<'a> {
    Arrow { values: &'a ArrayRef, start: usize, len: usize },
    Json(&'a RawValue),
}

/// A value with names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Struct<'a> {
    Arrow { values: &'a StructArray, row: usize },
    Json(&'a RawValue),
}

impl<'a> List<'a> {
    /// The values, or `None` where the list is damaged.
    pub(crate) fn cells(self) -> Option<Vec<Cell<'a>>> {
        match self {
            Self::Arrow { values, start, len } => {
                let end = start.checked_add(len).filter(|end| *end <= values.len())?;
                Some((start..end).map(|row| arrow_cell(values, row)).collect())
            }
            Self::Json(raw) => Some(json_items(raw)?.into_iter().map(json_cell).collect()),
        }
    }
}

impl<'a> Struct<'a> {
    /// The value of a name; nothing where there is none.
    pub(crate) fn cell(self, name: &str) -> Cell<'a> {
        match self {
            Self::Arrow { values, row } => {
                values.column_by_name(name).map_or(Cell::Null, |column| arrow_cell(column, row))
            }
            Self::Json(raw) => json_member(raw, name).map_or(Cell::Null, json_cell),
        }
    }
}

impl Cell<'_> {
    /// What it is, for errors.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Text(_) => "a text",
            Self::Bytes(_) => "bytes",
            Self::Int(_) | Self::UInt(_) => "a whole number",
            Self::Decimal(..) | Self::Decimal256(..) => "a decimal",
            Self::Float(_) => "a floating-point number",
            Self::Bool(_) => "yes or no",
            Self::Seconds(_) => "a time",
            Self::List(_) => "a list",
            Self::Struct(_) => "a structure",
            Self::Other => "a value of a type that is not read",
        }
    }
}
