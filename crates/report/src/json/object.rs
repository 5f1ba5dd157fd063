//! A JSON object in lines, in which no character is invisible.

use std::io;

use hawkshaw_model::Printable;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// A JSON object whose fields stand on lines of their own, and so do the members of its lists.
pub(crate) struct Object(Vec<u8>);

impl Object {
    pub(crate) fn new() -> Self {
        Self(b"{".to_vec())
    }

    fn name(&mut self, name: &str) {
        let separator = if self.0.len() == 1 { "\n  " } else { ",\n  " };
        self.0.extend_from_slice(separator.as_bytes());
        self.value(&name);
        self.0.extend_from_slice(b": ");
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) {
        let mut serializer = Serializer::with_formatter(&mut self.0, Visible);
        value.serialize(&mut serializer).expect("memory can be written, keys are strings");
    }

    pub(crate) fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        self.name(name);
        self.value(value);
    }

    pub(crate) fn lines<T: Serialize>(&mut self, name: &str, rows: impl Iterator<Item = T>) {
        self.name(name);
        self.0.push(b'[');
        for (index, row) in rows.enumerate() {
            self.0.extend_from_slice(if index == 0 { b"\n    " } else { b",\n    " });
            self.value(&row);
        }
        self.0.extend_from_slice(if self.0.ends_with(b"[") { b"]" } else { b"\n  ]" });
    }

    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.0.extend_from_slice(b"\n}\n");
        self.0
    }
}

/// Writes characters that act on a screen instead of being shown on it as `\u` escapes: a
/// program reads the same text, and a person who looks at the file is not deceived.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        let mut start = 0;
        for (at, c) in fragment.char_indices().filter(|(_, c)| !is_shown(*c)) {
            writer.write_all(&fragment.as_bytes()[start..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            start = at + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[start..])
    }
}

fn is_shown(c: char) -> bool {
    let is_plain = matches!(c, ' '..='~');
    is_plain || Printable(c.encode_utf8(&mut [0; 4])).to_string().starts_with(c)
}

#[cfg(test)]
mod tests {
    use super::Object;

    #[test]
    fn what_is_invisible_is_escaped_and_nothing_is_lost() {
        let text = "a\u{202e}b\u{7f}\0\n\"é\u{e0041}z\u{fffd}";
        let mut object = Object::new();
        object.field("text", text);
        let bytes = object.finish();
        let shown = String::from_utf8(bytes.clone()).unwrap();
        assert_eq!(
            shown,
            "{\n  \"text\": \"a\\u202eb\\u007f\\u0000\\n\\\"é\\udb40\\udc41z\u{fffd}\"\n}\n"
        );
        let read: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(read["text"], text);
    }
}
