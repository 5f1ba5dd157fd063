//! Reading the log.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use hawkshaw_model::Timestamp;
use serde_json::Value;

use super::error::AuditError;
use super::file;
use super::line::{self, AuditLine, LINE_MAX};

/// Which lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// From this time on.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// Of this event, or of all whose names begin with it and a point.
    pub event: Option<String>,
    /// In which these members have these texts or numbers.
    pub fields: Vec<(String, String)>,
}

impl AuditFilter {
    /// Whether a line is wanted.
    pub fn wants(&self, line: &AuditLine) -> bool {
        let is_event = |wanted: &String| {
            let rest = line.event.strip_prefix(wanted.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let has = |(name, wanted): &(String, String)| match line.fields.get(name) {
            Some(Value::String(text)) => text == wanted,
            Some(other) => {
                let text = other.to_string();
                text == *wanted
            }
            None => false,
        };
        self.since.is_none_or(|since| since <= line.at)
            && self.until.is_none_or(|until| line.at < until)
            && self.event.as_ref().is_none_or(is_event)
            && self.fields.iter().all(has)
    }
}

/// Hands the lines of a log that a filter wants to `each`, in order, until it says `false`. The
/// text of each is handed with it. Gives the number of lines that are none: they are not shown,
/// and `verify` says where they are.
///
/// # Errors
///
/// When a file cannot be read.
pub fn read_audit(
    folder: &Path,
    filter: &AuditFilter,
    mut each: impl FnMut(&AuditLine, &str) -> bool,
) -> Result<u64, AuditError> {
    let mut bad = 0;
    for (_, path) in file::list(&file::folder(folder))? {
        let failed = |error: std::io::Error| AuditError::disk("read", &path, &error);
        let mut reader = BufReader::with_capacity(1 << 20, File::open(&path).map_err(failed)?);
        let mut text = Vec::new();
        let most = u64::try_from(LINE_MAX).unwrap_or(u64::MAX);
        loop {
            text.clear();
            if reader.by_ref().take(most).read_until(b'\n', &mut text).map_err(failed)? == 0 {
                break;
            }
            let trimmed = text.trim_ascii_end();
            let read = line::read(trimmed).ok().zip(std::str::from_utf8(trimmed).ok());
            match read {
                None => bad += 1,
                Some((line, text)) if filter.wants(&line) && !each(&line, text) => return Ok(bad),
                Some(_) => {}
            }
        }
    }
    Ok(bad)
}
