//! Values of Arrow arrays as cells.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, BinaryArray, Float64Array, Int32Array, Int64Array, StringArray, UInt32Array,
    UInt64Array,
};
use arrow_schema::{DataType, TimeUnit};

use crate::cell::{Cell, List, Struct};

/// A column of a batch, with its type looked up once.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ArrowColumn<'a> {
    Text(&'a StringArray),
    Bytes(&'a BinaryArray),
    Int32(&'a Int32Array),
    Int64(&'a Int64Array),
    UInt32(&'a UInt32Array),
    UInt64(&'a UInt64Array),
    Float(&'a Float64Array),
    Any(&'a ArrayRef),
}

impl<'a> ArrowColumn<'a> {
    pub(crate) fn new(array: &'a ArrayRef) -> Self {
        match array.data_type() {
            DataType::Utf8 => Self::Text(array.as_string()),
            DataType::Binary => Self::Bytes(array.as_binary()),
            DataType::Int32 => Self::Int32(array.as_primitive()),
            DataType::Int64 => Self::Int64(array.as_primitive()),
            DataType::UInt32 => Self::UInt32(array.as_primitive()),
            DataType::UInt64 => Self::UInt64(array.as_primitive()),
            DataType::Float64 => Self::Float(array.as_primitive()),
            _ => Self::Any(array),
        }
    }

    pub(crate) fn cell(self, row: usize) -> Cell<'a> {
        match self {
            Self::Text(array) if array.is_null(row) => Cell::Null,
            Self::Text(array) => text(array.value(row).as_bytes()),
            Self::Bytes(array) if array.is_null(row) => Cell::Null,
            Self::Bytes(array) => Cell::Bytes(array.value(row)),
            Self::Int32(array) if array.is_null(row) => Cell::Null,
            Self::Int32(array) => Cell::Int(array.value(row).into()),
            Self::Int64(array) if array.is_null(row) => Cell::Null,
            Self::Int64(array) => Cell::Int(array.value(row)),
            Self::UInt32(array) if array.is_null(row) => Cell::Null,
            Self::UInt32(array) => Cell::UInt(array.value(row).into()),
            Self::UInt64(array) if array.is_null(row) => Cell::Null,
            Self::UInt64(array) => Cell::UInt(array.value(row)),
            Self::Float(array) if array.is_null(row) => Cell::Null,
            Self::Float(array) => Cell::Float(array.value(row)),
            Self::Any(array) => arrow_cell(array, row),
        }
    }
}

fn text(bytes: &[u8]) -> Cell<'_> {
    if bytes.is_empty() { Cell::Null } else { Cell::Text(bytes) }
}

/// A value of an array of any type.
pub(crate) fn arrow_cell(array: &ArrayRef, row: usize) -> Cell<'_> {
    if row >= array.len() || array.is_null(row) {
        return Cell::Null;
    }
    match array.data_type() {
        DataType::Utf8 => text(array.as_string::<i32>().value(row).as_bytes()),
        DataType::LargeUtf8 => text(array.as_string::<i64>().value(row).as_bytes()),
        DataType::Utf8View => text(array.as_string_view().value(row).as_bytes()),
        DataType::Binary => Cell::Bytes(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => Cell::Bytes(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => Cell::Bytes(array.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => Cell::Bytes(array.as_fixed_size_binary().value(row)),
        DataType::Boolean => Cell::Bool(array.as_boolean().value(row)),
        DataType::Int8 => Cell::Int(array.as_primitive::<Int8Type>().value(row).into()),
        DataType::Int16 => Cell::Int(array.as_primitive::<Int16Type>().value(row).into()),
        DataType::Int32 => Cell::Int(array.as_primitive::<Int32Type>().value(row).into()),
        DataType::Int64 => Cell::Int(array.as_primitive::<Int64Type>().value(row)),
        DataType::UInt8 => Cell::UInt(array.as_primitive::<UInt8Type>().value(row).into()),
        DataType::UInt16 => Cell::UInt(array.as_primitive::<UInt16Type>().value(row).into()),
        DataType::UInt32 => Cell::UInt(array.as_primitive::<UInt32Type>().value(row).into()),
        DataType::UInt64 => Cell::UInt(array.as_primitive::<UInt64Type>().value(row)),
        DataType::Float32 => Cell::Float(array.as_primitive::<Float32Type>().value(row).into()),
        DataType::Float64 => Cell::Float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Date32 => {
            Cell::Seconds(i64::from(array.as_primitive::<Date32Type>().value(row)) * 86_400)
        }
        DataType::Timestamp(unit, _) => Cell::Seconds(seconds(array, *unit, row)),
        DataType::Decimal32(_, scale) => {
            small_decimal(array.as_primitive::<Decimal32Type>().value(row).into(), *scale)
        }
        DataType::Decimal64(_, scale) => {
            small_decimal(array.as_primitive::<Decimal64Type>().value(row), *scale)
        }
        DataType::Decimal128(_, scale) => {
            let values = array.as_primitive::<Decimal128Type>().values();
            values.get(row).map_or(Cell::Null, |number| Cell::Decimal(number, *scale))
        }
        DataType::Decimal256(_, scale) => {
            let values = array.as_primitive::<Decimal256Type>().values();
            values.get(row).map_or(Cell::Null, |number| Cell::Decimal256(number, *scale))
        }
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            slice(list.values(), list.value_offsets().get(row..row + 2))
        }
        DataType::LargeList(_) => {
            let list = array.as_list::<i64>();
            slice(list.values(), list.value_offsets().get(row..row + 2))
        }
        DataType::Struct(_) => Cell::Struct(Struct::Arrow { values: array.as_struct(), row }),
        _ => Cell::Other,
    }
}

/// A decimal of few digits: a whole number where it has no places.
fn small_decimal(number: i64, scale: i8) -> Cell<'static> {
    match u32::try_from(scale) {
        Ok(0) => Cell::Int(number),
        Ok(scale) => match 10i64.checked_pow(scale) {
            Some(ten) if number % ten == 0 => Cell::Int(number / ten),
            _ => Cell::Other,
        },
        Err(_) => Cell::Other,
    }
}

fn slice<'a, O: Copy + TryInto<usize>>(values: &'a ArrayRef, ends: Option<&[O]>) -> Cell<'a> {
    let ends = ends.and_then(|ends| Some((ends.first()?, ends.get(1)?)));
    let ends =
        ends.and_then(|(start, end)| Some(((*start).try_into().ok()?, (*end).try_into().ok()?)));
    match ends {
        Some((start, end)) if start <= end => {
            Cell::List(List::Arrow { values, start, len: end - start })
        }
        _ => Cell::Other,
    }
}

/// A time in whole seconds, down.
fn seconds(array: &ArrayRef, unit: TimeUnit, row: usize) -> i64 {
    match unit {
        TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value(row),
        TimeUnit::Millisecond => {
            array.as_primitive::<TimestampMillisecondType>().value(row).div_euclid(1_000)
        }
        TimeUnit::Microsecond => {
            array.as_primitive::<TimestampMicrosecondType>().value(row).div_euclid(1_000_000)
        }
        TimeUnit::Nanosecond => {
            array.as_primitive::<TimestampNanosecondType>().value(row).div_euclid(1_000_000_000)
        }
    }
}
