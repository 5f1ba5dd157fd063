//! A TOML table, read key by key, with everything wrong in it collected with its line.
//!
//! `serde` would stop at the first mistake; whoever writes rules wants all mistakes at once.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use hawkshaw_model::Usd;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::RuleProblem;

/// A rule file is read up to this size, in bytes.
pub(super) const FILE_BYTES_MAX: usize = 1 << 20;

/// A list in a rule has up to so many items.
const ITEMS_MAX: usize = 1_000;

/// A text has up to so many characters.
const CHARACTERS_MAX: usize = 1_000;

/// What was found wrong in a file so far.
#[derive(Debug)]
pub(super) struct Found<'f> {
    text: &'f str,
    problems: RefCell<Vec<RuleProblem>>,
}

impl<'f> Found<'f> {
    pub(super) fn in_text(text: &'f str) -> Self {
        Self { text, problems: RefCell::default() }
    }

    pub(super) fn add(&self, line: usize, key: String, what: impl Into<String>) {
        self.problems.borrow_mut().push(RuleProblem { line, key, what: what.into() });
    }

    pub(super) fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.as_bytes().get(..span.start).unwrap_or_default();
        before.iter().filter(|&&byte| byte == b'\n').count() + 1
    }

    pub(super) fn into_problems(self) -> Vec<RuleProblem> {
        self.problems.into_inner()
    }
}

/// A table. Keys that nobody asked for are reported by [`Table::finish`].
#[derive(Debug)]
pub(super) struct Table<'f> {
    found: &'f Found<'f>,
    fields: &'f DeTable<'f>,
    /// The line on which it begins.
    pub(super) line: usize,
    path: String,
    asked: RefCell<BTreeSet<String>>,
}

impl<'f> Table<'f> {
    pub(super) fn new(
        found: &'f Found<'f>,
        fields: &'f DeTable<'f>,
        span: &Range<usize>,
        path: String,
    ) -> Self {
        Self { found, fields, line: found.line(span), path, asked: RefCell::default() }
    }

    /// Whether nothing wrong was found so far, here or anywhere else in the file.
    pub(super) fn is_sound(&self) -> bool {
        self.found.problems.borrow().is_empty()
    }

    /// Calls the table by a name in what is found wrong from now on.
    pub(super) fn call(&mut self, path: String) {
        self.path = path;
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }

    /// Reports something wrong with a key.
    pub(super) fn wrong(&self, key: &str, what: impl Into<String>) {
        let line = self.fields.get(key).map_or(self.line, |value| self.found.line(&value.span()));
        self.found.add(line, self.path_of(key), what);
    }

    /// Reports something wrong on another line.
    pub(super) fn at(&self, line: usize, key: String, what: String) {
        self.found.add(line, key, what);
    }

    fn path_of(&self, key: &str) -> String {
        match (self.path.is_empty(), key.is_empty()) {
            (true, _) => key.to_owned(),
            (false, true) => self.path.clone(),
            (false, false) => format!("{}: {key}", self.path),
        }
    }

    fn value(&self, key: &str) -> Option<&'f Spanned<DeValue<'f>>> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.fields.get(key)
    }

    pub(super) fn text(&self, key: &str) -> Option<&'f str> {
        let value = self.value(key)?;
        self.text_of(key, value)
    }

    fn text_of(&self, key: &str, value: &'f Spanned<DeValue<'f>>) -> Option<&'f str> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.as_ref(),
            other => {
                self.wrong(key, format!("is {}, and has to be text in quotes", article(other)));
                return None;
            }
        };
        if text.trim().is_empty() {
            self.wrong(key, "is empty: leave the key out, or write something");
            return None;
        }
        if text.chars().count() > CHARACTERS_MAX {
            self.wrong(key, format!("is longer than {CHARACTERS_MAX} characters"));
            return None;
        }
        Some(text)
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        match self.value(key)?.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            other => {
                let found = article(other);
                self.wrong(key, format!("is {found}, and has to be true or false without quotes"));
                None
            }
        }
    }

    pub(super) fn parsed<T: FromStr<Err: Display>>(&self, key: &str) -> Option<T> {
        let text = self.text(key)?;
        text.parse().map_err(|error: T::Err| self.wrong(key, error.to_string())).ok()
    }

    /// One text or a list of them, each parsed.
    pub(super) fn parsed_list<T: FromStr<Err: Display> + PartialEq>(&self, key: &str) -> Vec<T> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let texts: Vec<&str> = match value.get_ref() {
            DeValue::Array(items) if items.is_empty() => {
                self.wrong(key, "is an empty list: nothing could be in it; leave the key out");
                return Vec::new();
            }
            DeValue::Array(items) if items.len() > ITEMS_MAX => {
                self.wrong(key, format!("has over {ITEMS_MAX} items"));
                return Vec::new();
            }
            DeValue::Array(items) => {
                items.iter().filter_map(|item| self.text_of(key, item)).collect()
            }
            _ => self.text_of(key, value).into_iter().collect(),
        };
        let mut parsed = Vec::new();
        for text in texts {
            match text.parse::<T>() {
                Ok(item) if parsed.contains(&item) => {
                    self.wrong(key, format!("names `{text}` twice"));
                }
                Ok(item) => parsed.push(item),
                Err(error) => self.wrong(key, error.to_string()),
            }
        }
        parsed
    }

    /// A whole number up to a limit.
    pub(super) fn number(&self, key: &str, max: u64) -> Option<u64> {
        match self.value(key)?.get_ref() {
            DeValue::Integer(integer) => {
                let read = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
                let number = read.filter(|number| *number <= max);
                if number.is_none() {
                    self.wrong(key, format!("has to be a whole number from 0 to {max}"));
                }
                number
            }
            other => {
                let found = article(other);
                self.wrong(key, format!("is {found}, and has to be a whole number"));
                None
            }
        }
    }

    /// US dollars: a whole number, or text with cents.
    pub(super) fn usd(&self, key: &str) -> Option<Usd> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Integer(_) => {
                let dollars = self.number(key, 1_000_000_000_000)?;
                Some(Usd::from_cents(u128::from(dollars) * 100))
            }
            DeValue::String(text) => {
                let usd = dollars(text);
                if usd.is_none() {
                    self.wrong(key, "is no sum of US dollars such as 1000 or \"1000.50\"");
                }
                usd
            }
            other => {
                let found = article(other);
                let hint = "has to be US dollars such as 1000 or \"1000.50\"";
                self.wrong(key, format!("is {found}, and {hint}"));
                None
            }
        }
    }

    pub(super) fn table(&self, key: &str) -> Option<Self> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::Table(fields) => {
                Some(Self::new(self.found, fields, &value.span(), self.section(key)))
            }
            other => {
                let found = article(other);
                self.wrong(key, format!("is {found}, and has to be a section `[{key}]`"));
                None
            }
        }
    }

    /// The tables of `[[key]]`.
    pub(super) fn tables(&self, key: &str, max: usize) -> Vec<Self> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(key, format!("each is written under `[[{key}]]`, in double brackets"));
            return Vec::new();
        };
        if items.len() > max {
            self.wrong(key, format!("there are over {max} of them"));
        }
        let mut tables = Vec::new();
        for item in items.iter().take(max) {
            match item.get_ref() {
                DeValue::Table(fields) => {
                    tables.push(Self::new(self.found, fields, &item.span(), self.section(key)));
                }
                _ => self.wrong(key, format!("each is written under `[[{key}]]`")),
            }
        }
        tables
    }

    fn section(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Every key as it is written; they all count as known.
    pub(super) fn keys(&self) -> Vec<String> {
        let keys: Vec<String> = self.fields.keys().map(|key| key.get_ref().to_string()).collect();
        self.asked.borrow_mut().extend(keys.iter().cloned());
        keys
    }

    /// Reports every key that nobody asked for.
    pub(super) fn finish(&self) {
        let asked = self.asked.borrow();
        for (key, value) in self.fields {
            let name: &str = key.get_ref();
            if asked.contains(name) {
                continue;
            }
            let near = asked.iter().map(|known| (strsim::levenshtein(name, known), known)).min();
            let hint = match near {
                Some((edits, known)) if edits <= (name.len() / 3).max(1) => {
                    format!("did you mean `{known}`?")
                }
                _ => {
                    let known: Vec<&str> = asked.iter().map(String::as_str).collect();
                    format!("known here are {}", known.join(", "))
                }
            };
            let line = self.found.line(&value.span());
            self.found.add(line, self.path_of(name), format!("is no known key: {hint}"));
        }
    }
}

/// Dollars and up to two digits of cents.
fn dollars(text: &str) -> Option<Usd> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "00"));
    let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_sane = (1..=15).contains(&whole.len()) && (1..=2).contains(&part.len());
    if !is_sane || !is_number(whole) || !is_number(part) {
        return None;
    }
    let cents: u128 = format!("{part:0<2}").parse().ok()?;
    Some(Usd::from_cents(whole.parse::<u128>().ok()?.checked_mul(100)? + cents))
}

fn article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a point without quotes",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date without quotes",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a section",
    }
}
