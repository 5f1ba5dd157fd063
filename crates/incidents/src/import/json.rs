//! A list of objects in JSON as a table of texts. Numbers keep their digits.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::import::ImportError;
use crate::import::sheet::{ROWS_MAX, Sheet, SheetRow};

impl Sheet {
    /// Reads a list of objects; the columns are their keys.
    ///
    /// # Errors
    ///
    /// Where the text is no JSON or no list of objects, is nested too deeply, or is too large.
    pub(super) fn from_json(text: &str) -> Result<Self, ImportError> {
        let Items(items) = serde_json::from_str(text).map_err(|error| {
            let what = format!("is no list of objects in JSON: {}", message(&error));
            ImportError::Malformed { line: error.line().max(1), what }
        })?;
        let mut sheet = Self::default();
        let mut counted = (0, 1);
        for item in items {
            let start = offset(text, item.get());
            let passed = text.as_bytes().get(counted.0..start).unwrap_or_default();
            counted = (start, counted.1 + passed.iter().filter(|&&byte| byte == b'\n').count());
            sheet.add_object(item, counted.1)?;
        }
        Ok(sheet)
    }

    fn add_object(&mut self, item: &RawValue, line: usize) -> Result<(), ImportError> {
        let malformed = |what: String| ImportError::Malformed { line, what };
        let object: Object<'_> = serde_json::from_str(item.get()).map_err(|error| {
            malformed(format!("the row that begins here is no object: {}", message(&error)))
        })?;
        let mut cells: Vec<(usize, String)> = Vec::with_capacity(object.0.len());
        for (key, value) in object.0 {
            let text = cell(value).map_err(|error| {
                malformed(format!("a value of the row that begins here: {}", message(&error)))
            })?;
            let mut at = self.column(&key, line)?;
            if cells.iter().any(|(taken, _)| *taken == at) {
                // The key stands in the object twice: neither value is dropped.
                at = self.add_column(&key, line)?;
            }
            if !text.is_empty() {
                cells.push((at, text));
            }
        }
        self.add_row(SheetRow { line, cells })
    }
}

/// Where a part of a text begins in it.
fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len())
}

/// The text of a value: of a string what it says, of `null` nothing, of others their JSON.
fn cell(value: &RawValue) -> Result<String, serde_json::Error> {
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'"') => serde_json::from_str(text),
        Some(b'n') => Ok(String::new()),
        Some(b'[' | b'{') => {
            // Raw values are nested as deeply as they like; this refuses what is hostile.
            serde_json::from_str::<serde_json::Value>(text).map(|_| text.to_owned())
        }
        _ => Ok(text.to_owned()),
    }
}

/// The message without the place, which is one inside of the row.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    hawkshaw_model::Printable(&text[..end]).to_string()
}

/// The items of a list, of which no more are kept than can be rows.
#[derive(Debug)]
struct Items<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Items<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ItemsVisitor)
    }
}

struct ItemsVisitor;

impl<'de> Visitor<'de> for ItemsVisitor {
    type Value = Items<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Items<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            if items.len() == ROWS_MAX {
                let what = format!("there are more rows, and at most {ROWS_MAX} are read");
                return Err(serde::de::Error::custom(what));
            }
            items.push(item);
        }
        Ok(Items(items))
    }
}

/// Keys and values of an object, in its order, also where a key stands in it twice.
#[derive(Debug)]
struct Object<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Object(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::Sheet;
    use crate::import::ImportError;

    #[test]
    fn numbers_keep_their_digits_and_rows_their_lines() {
        let text = "[\n {\"a\": 4800000.10, \"b\": null,\n  \"c\": [\"x\"]},\n {\"d\": \"é\\n\", \"a\": 1e6, \"a\": 2}]";
        let sheet = Sheet::from_json(text).unwrap();
        assert_eq!(sheet.columns, ["a", "b", "c", "d", "a (2)"]);
        assert_eq!((sheet.rows[0].line, sheet.rows[1].line), (2, 4));
        assert_eq!(sheet.rows[0].cell(0), "4800000.10");
        assert_eq!(sheet.rows[0].cell(2), "[\"x\"]");
        assert_eq!((sheet.rows[1].cell(0), sheet.rows[1].cell(4)), ("1e6", "2"));
        assert_eq!(sheet.rows[1].cell(3), "é\n");
    }

    #[test]
    fn what_is_cut_off_or_nested_too_deeply_is_refused() {
        for (text, line) in [
            ("[{\"a\": 1},\n{\"a\": 2", 2),
            ("[{\"a\": NaN}]", 1),
            ("[1]", 1),
            ("[\n\n[]]", 3),
            ("{\"a\": 1}", 1),
            ("[{\"a\": 1}] [", 1),
        ] {
            let error = Sheet::from_json(text).unwrap_err();
            let ImportError::Malformed { line: found, .. } = error else { panic!("{error:?}") };
            assert_eq!(found, line, "{text}");
        }
        let deep = format!("[{{\"a\":{}1{}}}]", "[".repeat(30_000), "]".repeat(30_000));
        let error = Sheet::from_json(&deep).unwrap_err();
        assert!(error.to_string().contains("recursion limit"), "{error}");
        let many = format!("[{}{{}}]", "{},".repeat(1_000_000));
        let error = Sheet::from_json(&many).unwrap_err();
        assert!(error.to_string().contains("at most 1000000 are read"), "{error}");
        let deep = "[".repeat(1_000_000);
        assert!(matches!(Sheet::from_json(&deep), Err(ImportError::Malformed { .. })));
    }
}
