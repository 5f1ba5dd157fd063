//! Walking along the chain.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use hawkshaw_model::Digest;
use serde::Serialize;

use super::error::AuditError;
use super::file;
use super::head::AuditHead;
use super::line::LINE_MAX;
use super::recover::follow;

/// What walking along the chain gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// How many files were read.
    pub files: usize,
    /// How many lines continue the chain.
    pub lines: u64,
    /// The number of the first line: above 1 where earlier files were taken away.
    pub first: u64,
    /// The last line that continues the chain.
    pub head: AuditHead,
    /// The first break.
    pub first_break: Option<Break>,
    /// Of the heads that were to be found in the chain those that are not.
    pub missing_heads: Vec<Digest>,
}

/// Where the chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Break {
    /// The file.
    pub file: PathBuf,
    /// The line in it, from 1.
    pub line: u64,
    /// What is wrong.
    pub why: String,
}

impl Verified {
    /// Whether nothing is wrong.
    pub fn is_whole(&self) -> bool {
        self.first_break.is_none() && self.missing_heads.is_empty()
    }
}

/// Walks along the chain of a state folder, or of the folder of a log. `heads` are digests of
/// lines that have to be in it: the stored head, and what somebody noted.
///
/// # Errors
///
/// When a file cannot be read. A broken chain is an answer.
pub fn verify_audit(folder: &Path, heads: &[Digest]) -> Result<Verified, AuditError> {
    let folder = file::folder(folder);
    let files = file::list(&folder)?;
    let mut walk = Walk { head: None, first: 0, lines: 0, missing: heads.to_vec(), broken: None };
    walk.missing.retain(|digest| *digest != AuditHead::start().digest);
    let mut before: Option<u64> = None;
    for (number, path) in &files {
        if let Some(before) = before.filter(|before| before + 1 != *number) {
            let why = format!("{} is not here", file::name(before + 1));
            walk.broken = Some(Break { file: path.clone(), line: 1, why });
        }
        if walk.broken.is_some() {
            break;
        }
        walk.file(path)?;
        before = Some(*number);
    }
    Ok(Verified {
        files: files.len(),
        lines: walk.lines,
        first: walk.first,
        head: walk.head.unwrap_or_else(AuditHead::start),
        first_break: walk.broken,
        missing_heads: walk.missing,
    })
}

struct Walk {
    head: Option<AuditHead>,
    first: u64,
    lines: u64,
    missing: Vec<Digest>,
    broken: Option<Break>,
}

impl Walk {
    fn file(&mut self, path: &Path) -> Result<(), AuditError> {
        let failed = |error: std::io::Error| AuditError::disk("read", path, &error);
        let mut reader = BufReader::with_capacity(1 << 20, File::open(path).map_err(failed)?);
        let mut text = Vec::new();
        let most = u64::try_from(LINE_MAX).unwrap_or(u64::MAX);
        for line in 1.. {
            text.clear();
            let read = reader.by_ref().take(most).read_until(b'\n', &mut text).map_err(failed)?;
            if read == 0 {
                break;
            }
            let followed = match text.pop() {
                Some(b'\n') => follow(&text, self.head),
                _ => Err("it has no end".to_owned()),
            };
            match followed.and_then(|head| self.starts_well(head, &text)) {
                Ok(head) => self.went_on(head),
                Err(why) => {
                    self.broken = Some(Break { file: path.to_path_buf(), line, why });
                    break;
                }
            }
        }
        Ok(())
    }

    /// The very first line of a log follows nothing.
    fn starts_well(&self, head: AuditHead, text: &[u8]) -> Result<AuditHead, String> {
        let start = AuditHead::start();
        match self.head {
            None if head.lines == 1 => follow(text, Some(start)),
            _ => Ok(head),
        }
    }

    fn went_on(&mut self, head: AuditHead) {
        if self.head.is_none() {
            self.first = head.lines;
        }
        self.head = Some(head);
        self.lines += 1;
        self.missing.retain(|digest| *digest != head.digest);
    }
}
