//! A JSON object a line. Numbers are kept as their digits, so that none is rounded.

use std::borrow::Cow;
use std::fmt;

use memchr::memchr;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Block, Layout};
use crate::cell::{Cell, List, Struct};
use crate::error::{IngestError, Refusal};
use crate::fields::Fields;
use crate::sink::Sink;

/// The members of an object, in order.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::new();
                while let Some((name, value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    members.push((name.0, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// A name, borrowed where it can be.
#[derive(serde::Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// The names of an object.
pub(crate) fn keys_of(line: &[u8]) -> Option<Vec<String>> {
    let members: Members<'_> = serde_json::from_slice(line).ok()?;
    Some(members.0.into_iter().map(|(name, _)| name.into_owned()).collect())
}

/// A value as a cell. Escapes in texts are not resolved: no value that is read has any.
pub(crate) fn json_cell(raw: &RawValue) -> Cell<'_> {
    let text = raw.get().as_bytes();
    match text {
        [b'"', b'"'] => Cell::Null,
        [b'"', inner @ .., b'"'] => Cell::Text(inner),
        b"null" => Cell::Null,
        b"true" => Cell::Bool(true),
        b"false" => Cell::Bool(false),
        [b'[', ..] => Cell::List(List::Json(raw)),
        [b'{', ..] => Cell::Struct(Struct::Json(raw)),
        number => Cell::Text(number),
    }
}

/// The values of a list.
pub(crate) fn json_items(raw: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw.get()).ok()
}

/// The value of a name in an object.
pub(crate) fn json_member<'a>(raw: &'a RawValue, name: &str) -> Option<&'a RawValue> {
    let members: Members<'a> = serde_json::from_str(raw.get()).ok()?;
    members.0.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// Decodes the lines of a block.
pub(crate) fn decode_json(
    block: &Block,
    layout: &Layout,
    sink: &mut Sink,
) -> Result<(), IngestError> {
    let mut cells = vec![Cell::Null; layout.table.decoder.fields];
    let mut rest = &block.bytes[..];
    let mut line = block.line;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let text = rest[..end].trim_ascii();
        rest = rest.get(end + 1..).unwrap_or_default();
        if !text.is_empty() {
            decode_line(text, line, layout, &mut cells, sink)
                .map_err(|refusal| refusal.at(&layout.file, "line", line))?;
        }
        line += 1;
    }
    Ok(())
}

fn decode_line<'a>(
    text: &'a [u8],
    line: u64,
    layout: &Layout,
    cells: &mut [Cell<'a>],
    sink: &mut Sink,
) -> Result<(), Refusal> {
    let members: Members<'a> = serde_json::from_slice(text)
        .map_err(|error| Refusal::row(format!("the line is no JSON object: {error}")))?;
    cells.fill(Cell::Null);
    let mut seen = vec![false; cells.len()];
    for (at, (name, value)) in members.0.iter().enumerate() {
        // Objects of one file have their members in the same order.
        let is_here = layout.names.get(at).is_some_and(|known| known == name);
        let position = if is_here { Some(at) } else { None };
        let position = position.or_else(|| layout.names.iter().position(|known| known == name));
        let Some(field) = position.and_then(|at| layout.fields[at]) else {
            continue;
        };
        if std::mem::replace(&mut seen[field], true) {
            return Err(Refusal::field(name.clone(), "it stands twice"));
        }
        cells[field] = json_cell(value);
    }
    let fields = Fields { cells, table: layout.table, names: &layout.names, line };
    (layout.table.decoder.row)(&fields, sink)
}
