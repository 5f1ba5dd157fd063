//! Files that were named on the command line.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use hawkshaw_model::{Digest, Printable};
use hawkshaw_report::InputRole;

use crate::exit::Failure;

/// A file that a trace rests on, read.
#[derive(Debug, Clone)]
pub(crate) struct InputFile {
    pub(crate) role: InputRole,
    /// Its name without the directory, as the manifest shows it.
    pub(crate) name: String,
    pub(crate) digest: Digest,
    pub(crate) bytes: Vec<u8>,
    /// Where it was read; `None` for a copy in a report.
    pub(crate) path: Option<PathBuf>,
}

impl InputFile {
    pub(crate) fn new(role: InputRole, name: String, bytes: Vec<u8>) -> Self {
        Self { role, name, digest: Digest::of(&bytes), bytes, path: None }
    }

    pub(crate) fn read(role: InputRole, path: &Path) -> Result<Self, Failure> {
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        // The name as the manifest has it: files are put in order by it, also when they are
        // read from a report.
        let file = Self::new(role, Printable(&name).to_string(), read(path)?);
        Ok(Self { path: Some(path.to_owned()), ..file })
    }

    /// A file that another one includes by a path.
    pub(crate) fn included(by: Digest, path: &str, bytes: Vec<u8>) -> Self {
        Self::new(InputRole::Included, included_name(by, path), bytes)
    }

    /// What messages call it.
    pub(crate) fn shown(&self) -> String {
        self.path.as_ref().map_or_else(|| self.name.clone(), |path| path.display().to_string())
    }
}

/// What a manifest calls a file that another one includes: the digest of that other file and
/// the path, written so that it is a plain name.
pub(crate) fn included_name(by: Digest, path: &str) -> String {
    const PATH_BYTES_MAX: usize = 100;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let plain: String = path.chars().map(|c| if is_plain(c) { c } else { '~' }).collect();
    if plain == path && path.len() <= PATH_BYTES_MAX {
        return format!("{by}-{plain}");
    }
    let tail: String = plain.chars().rev().take(20).collect::<Vec<_>>().into_iter().rev().collect();
    format!("{by}-{}-{tail}", Digest::of(path.as_bytes()))
}

/// The bytes of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let is_special = std::fs::metadata(path).is_ok_and(|kind| !kind.is_file());
    if is_special {
        return Err(Failure::Usage(anyhow!("{} is no ordinary file", path.display())));
    }
    std::fs::read(path)
        .with_context(|| format!("cannot read {}", path.display()))
        .map_err(Failure::Unavailable)
}

/// Files that a trace can rest on, by their endings.
const LEDGER_ENDINGS: &[&str] = &["csv"];
const TAG_ENDINGS: &[&str] = &["yaml", "yml", "json", "jsonl", "txt", "csv", "xml"];

/// The ledger files that a path names.
pub(crate) fn ledger_files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    files(path, LEDGER_ENDINGS)
}

/// The files of tags that a path names.
pub(crate) fn tag_files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    files(path, TAG_ENDINGS)
}

/// The files that a path names, of those with one of these endings.
pub(crate) fn files_ending_in(path: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, Failure> {
    files(path, endings)
}

/// Every file that a path names, whatever its ending.
pub(crate) fn any_files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    files(path, &[])
}

/// A file itself, or the files of a folder and of folders in it, by path.
fn files(path: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, Failure> {
    const FOLDERS_DEEP_MAX: usize = 8;
    let kind = std::fs::metadata(path)
        .with_context(|| format!("cannot read {}", path.display()))
        .map_err(Failure::Unavailable)?;
    if !kind.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut open = vec![(path.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        let entries = std::fs::read_dir(&folder)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .with_context(|| format!("cannot list {}", folder.display()))
            .map_err(Failure::Unavailable)?;
        for entry in entries {
            let path = entry.path();
            if path.is_dir() {
                if depth == FOLDERS_DEEP_MAX {
                    let shown = path.display();
                    let error = anyhow!("{shown} is over {FOLDERS_DEEP_MAX} folders deep: name it");
                    return Err(Failure::Usage(error));
                }
                open.push((path, depth + 1));
                continue;
            }
            let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
            if endings.is_empty() || endings.contains(&ending.to_ascii_lowercase().as_str()) {
                found.push(path);
            }
        }
    }
    found.sort();
    if found.is_empty() {
        let shown = path.display();
        let error = match endings {
            [] => anyhow!("{shown} holds no file"),
            _ => anyhow!("{shown} holds no file ending in any of: {}", endings.join(", ")),
        };
        return Err(Failure::Usage(error));
    }
    Ok(found)
}
