//! A TOML table, read field by field, with everything wrong in it collected with its line.
//!
//! `serde` would stop at the first mistake and knows no line of a value that parses and makes
//! no sense; whoever writes twenty incidents wants all mistakes at once.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::problem::Problem;

/// A file in reading: its name, its text, and what was found wrong with it.
#[derive(Debug)]
pub(crate) struct File<'f> {
    name: &'f str,
    text: &'f str,
    problems: RefCell<Vec<Problem>>,
}

/// Names, titles and the texts of lists have up to so many characters.
const LINE_CHARACTERS_MAX: usize = 200;

/// A file of the ledger is read up to this size, in bytes.
const FILE_BYTES_MAX: usize = 1 << 20;

impl<'f> File<'f> {
    pub(crate) fn new(name: &'f str, text: &'f str) -> Self {
        Self { name, text, problems: RefCell::default() }
    }

    /// Reads the file by a function, and gives back what it made if nothing was wrong.
    pub(crate) fn read<T>(
        name: &'f str,
        text: &'f str,
        problems: &mut Vec<Problem>,
        make: impl FnOnce(&Table<'_>) -> Option<T>,
    ) -> Option<T> {
        let file = Self::new(name, text);
        let made = file.parse().and_then(|root| {
            let table = Table::new(&file, root.get_ref(), root.span(), String::new());
            let made = make(&table);
            table.finish();
            made
        });
        let found = file.problems.into_inner();
        let made = made.filter(|_| found.is_empty());
        problems.extend(found);
        made
    }

    fn parse(&self) -> Option<Spanned<DeTable<'f>>> {
        if self.text.len() > FILE_BYTES_MAX {
            self.report(0, String::new(), format!("is larger than {FILE_BYTES_MAX} bytes"));
            return None;
        }
        match DeTable::parse(self.text) {
            Ok(root) => Some(root),
            Err(error) => {
                let line = error.span().map_or(0, |span| self.line(&span));
                self.report(line, String::new(), error.message().replace('\n', ", "));
                None
            }
        }
    }

    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.as_bytes().get(..span.start).unwrap_or_default();
        before.iter().filter(|&&byte| byte == b'\n').count() + 1
    }

    fn report(&self, line: usize, field: String, what: String) {
        self.problems.borrow_mut().push(Problem { file: self.name.to_owned(), line, field, what });
    }
}

/// A table of a file. Fields that nobody asked for are reported by [`Table::finish`].
#[derive(Debug)]
pub(crate) struct Table<'f> {
    file: &'f File<'f>,
    fields: &'f DeTable<'f>,
    span: Range<usize>,
    path: String,
    asked: RefCell<BTreeSet<&'static str>>,
    takes_any: Cell<bool>,
}

/// Where a value stands: its field and its line, for what is found wrong with it later.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    pub(crate) field: String,
    pub(crate) line: usize,
}

impl<'f> Table<'f> {
    fn new(file: &'f File<'f>, fields: &'f DeTable<'f>, span: Range<usize>, path: String) -> Self {
        let asked = RefCell::default();
        Self { file, fields, span, path, asked, takes_any: Cell::new(false) }
    }

    /// Whether the table has a field.
    pub(crate) fn has(&self, field: &'static str) -> bool {
        self.value(field).is_some()
    }

    /// Where the table stands.
    pub(crate) fn place(&self) -> Place {
        let line = if self.path.is_empty() { 0 } else { self.file.line(&self.span) };
        Place { field: self.path.clone(), line }
    }

    /// Where a field of the table stands, or the table if it has no such field.
    pub(crate) fn place_of(&self, field: &str) -> Place {
        match self.fields.get(field) {
            Some(value) => {
                Place { field: self.path_of(field), line: self.file.line(&value.span()) }
            }
            None => Place { field: self.path_of(field), ..self.place() },
        }
    }

    /// Reports something wrong with a field.
    pub(crate) fn wrong(&self, field: &str, what: impl Into<String>) {
        let place = if field.is_empty() { self.place() } else { self.place_of(field) };
        self.file.report(place.line, place.field, what.into());
    }

    fn path_of(&self, field: &str) -> String {
        if self.path.is_empty() { field.to_owned() } else { format!("{}.{field}", self.path) }
    }

    fn value(&self, field: &'static str) -> Option<&'f Spanned<DeValue<'f>>> {
        self.asked.borrow_mut().insert(field);
        self.fields.get(field)
    }

    /// Text, if the field is there. Text of more than 4,000 characters or of spaces is refused.
    pub(crate) fn text(&self, field: &'static str) -> Option<&'f str> {
        const CHARACTERS_MAX: usize = 4_000;
        let text = match self.value(field)?.get_ref() {
            DeValue::String(text) => text.as_ref(),
            other => {
                self.wrong(field, format!("is {}, and has to be text", article(other)));
                return None;
            }
        };
        if text.trim().is_empty() {
            self.wrong(field, "is empty");
            return None;
        }
        if text.chars().count() > CHARACTERS_MAX {
            self.wrong(field, format!("is longer than {CHARACTERS_MAX} characters"));
            return None;
        }
        Some(text)
    }

    /// Text of at most 200 characters that has to be there.
    pub(crate) fn line_needed(&self, field: &'static str) -> Option<&'f str> {
        let text = self.text_needed(field)?;
        if text.chars().count() > LINE_CHARACTERS_MAX {
            self.wrong(field, format!("is longer than {LINE_CHARACTERS_MAX} characters"));
            return None;
        }
        Some(text)
    }

    /// Text that has to be there.
    pub(crate) fn text_needed(&self, field: &'static str) -> Option<&'f str> {
        self.needed(field)?;
        self.text(field)
    }

    fn needed(&self, field: &'static str) -> Option<()> {
        if self.value(field).is_none() {
            self.file.report(self.place().line, self.path_of(field), "is missing".to_owned());
            return None;
        }
        Some(())
    }

    /// A value written as text, if the field is there.
    pub(crate) fn parsed<T: FromStr<Err: std::fmt::Display>>(
        &self,
        field: &'static str,
    ) -> Option<T> {
        let text = self.text(field)?;
        text.parse().map_err(|error: T::Err| self.wrong(field, error.to_string())).ok()
    }

    /// A value written as text, that has to be there.
    pub(crate) fn parsed_needed<T: FromStr<Err: std::fmt::Display>>(
        &self,
        field: &'static str,
    ) -> Option<T> {
        self.needed(field)?;
        self.parsed(field)
    }

    /// A number without sign, if the field is there.
    pub(crate) fn number(&self, field: &'static str) -> Option<u64> {
        match self.value(field)?.get_ref() {
            DeValue::Integer(integer) => {
                let parsed = u64::from_str_radix(integer.as_str(), integer.radix());
                parsed.map_err(|_| self.wrong(field, "is negative or too large")).ok()
            }
            other => {
                self.wrong(field, format!("is {}, and has to be a whole number", article(other)));
                None
            }
        }
    }

    /// Whole dollars as a number, or dollars and cents as text.
    pub(crate) fn usd(&self, field: &'static str) -> Option<crate::Usd> {
        match self.value(field)?.get_ref() {
            DeValue::String(_) => self.parsed(field),
            DeValue::Integer(_) => {
                let dollars = self.number(field)?;
                let usd = crate::Usd::from_dollars(dollars);
                if usd.is_none() {
                    self.wrong(field, "is more than 10^12 US dollars");
                }
                usd
            }
            other => {
                let found = article(other);
                self.wrong(field, format!("is {found}, and has to be whole US dollars"));
                None
            }
        }
    }

    /// A list of texts; empty where the field is not there. A text twice is refused.
    pub(crate) fn texts(&self, field: &'static str) -> Vec<&'f str> {
        let Some(value) = self.value(field) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(field, format!("is {}, and has to be a list", article(value.get_ref())));
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let line = self.file.line(&item.span());
            let path = format!("{}[{at}]", self.path_of(field));
            match item.get_ref() {
                DeValue::String(text) if text.trim().is_empty() => {
                    self.file.report(line, path, "is empty".to_owned());
                }
                DeValue::String(text) if texts.contains(&text.as_ref()) => {
                    self.file.report(line, path, "stands in the list twice".to_owned());
                }
                DeValue::String(text) if text.chars().count() > LINE_CHARACTERS_MAX => {
                    let what = format!("is longer than {LINE_CHARACTERS_MAX} characters");
                    self.file.report(line, path, what);
                }
                DeValue::String(text) => texts.push(text.as_ref()),
                other => {
                    let what = format!("is {}, and has to be text", article(other));
                    self.file.report(line, path, what);
                }
            }
        }
        texts
    }

    /// A list of values written as text.
    pub(crate) fn parsed_list<T: FromStr<Err: std::fmt::Display>>(
        &self,
        field: &'static str,
    ) -> Vec<T> {
        let parse = |text: &str| text.parse().map_err(|e: T::Err| self.wrong(field, e.to_string()));
        self.texts(field).into_iter().filter_map(|text| parse(text).ok()).collect()
    }

    /// A table, if the field is there.
    pub(crate) fn table(&self, field: &'static str) -> Option<Self> {
        let value = self.value(field)?;
        let path = self.path_of(field);
        match value.get_ref() {
            DeValue::Table(fields) => Some(Self::new(self.file, fields, value.span(), path)),
            other => {
                self.wrong(field, format!("is {}, and has to be a table", article(other)));
                None
            }
        }
    }

    /// A list of tables; empty where the field is not there.
    pub(crate) fn tables(&self, field: &'static str) -> Vec<Self> {
        let Some(value) = self.value(field) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            let found = article(value.get_ref());
            self.wrong(field, format!("is {found}, and has to be a list of tables"));
            return Vec::new();
        };
        if items.is_empty() {
            self.wrong(field, "is an empty list");
        }
        let mut tables = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let path = format!("{}[{at}]", self.path_of(field));
            match item.get_ref() {
                DeValue::Table(fields) => {
                    tables.push(Self::new(self.file, fields, item.span(), path));
                }
                other => {
                    let what = format!("is {}, and has to be a table", article(other));
                    self.file.report(self.file.line(&item.span()), path, what);
                }
            }
        }
        tables
    }

    /// Every field of the table as a table of its own, with its name.
    pub(crate) fn named_tables(&self) -> Vec<(&'f str, Self)> {
        self.takes_any.set(true);
        let mut tables = Vec::with_capacity(self.fields.len());
        for (name, value) in self.fields {
            let name: &DeString<'_> = name.get_ref();
            let path = self.path_of(name);
            match value.get_ref() {
                DeValue::Table(fields) => {
                    tables.push((&**name, Self::new(self.file, fields, value.span(), path)));
                }
                other => {
                    let what = format!("is {}, and has to be a table", article(other));
                    self.file.report(self.file.line(&value.span()), path, what);
                }
            }
        }
        tables
    }

    /// Reports every field that nobody asked for.
    pub(crate) fn finish(&self) {
        if self.takes_any.get() {
            return;
        }
        let asked = self.asked.borrow();
        for (name, value) in self.fields {
            let name: &str = name.get_ref();
            if !asked.contains(name) {
                let near = nearest(name, &asked);
                let hint =
                    near.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
                let line = self.file.line(&value.span());
                self.file.report(
                    line,
                    self.path_of(name),
                    format!("is no field that is known{hint}"),
                );
            }
        }
    }
}

/// The known field that a mistyped one is nearest to, if one is near.
fn nearest(name: &str, known: &BTreeSet<&'static str>) -> Option<&'static str> {
    // Of a short name every other one would be near.
    let changes_max = (name.len() / 3).min(2);
    let distances = known.iter().map(|field| (strsim::levenshtein(name, field), *field));
    distances.min().filter(|(edits, _)| *edits <= changes_max).map(|(_, field)| field)
}

fn article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date without quotes",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
