//! A report on disk: what `trace --out` writes and `verify` reads.
//!
//! Beside the rendered files it holds copies of the inputs in `inputs/`, each named by the
//! SHA-256 digest of its bytes. So a report can be run again by somebody who has nothing else,
//! and no path that a manifest names is ever opened.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use hawkshaw_model::Digest;
use hawkshaw_report::{InputRole, Manifest};

use crate::exit::Failure;
use crate::input::{self, InputFile};

/// The folder of copies.
const INPUTS: &str = "inputs";

/// The rendered file that holds the manifest.
pub(crate) const TRACE_FILE: &str = "trace.json";

/// Inputs are copied up to this many bytes together; larger ones stay where they are.
const COPIES_BYTES_MAX: u64 = 256 << 20;

/// Makes sure that a report can be written to a folder: it is new, or empty.
pub(crate) fn check_folder(folder: &Path) -> Result<(), Failure> {
    let mut entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            let error = anyhow::Error::new(error);
            let context = format!("cannot use {} as a folder", folder.display());
            return Err(Failure::Unavailable(error.context(context)));
        }
    };
    if entries.next().is_some() {
        let error = anyhow!(
            "{} is not empty: name a new folder, so that no report is overwritten",
            folder.display()
        );
        return Err(Failure::Usage(error));
    }
    Ok(())
}

/// Writes a report. Says which inputs are too large to be copied.
pub(crate) fn write(
    folder: &Path,
    rendered: &BTreeMap<String, Vec<u8>>,
    inputs: &[InputFile],
) -> Result<Vec<String>, Failure> {
    let copies = folder.join(INPUTS);
    std::fs::create_dir_all(&copies)
        .with_context(|| format!("cannot make {}", copies.display()))
        .map_err(Failure::Unavailable)?;
    let mut left_out = Vec::new();
    let mut copied = 0;
    for input in inputs {
        let bytes = input.bytes.len() as u64;
        if copied + bytes > COPIES_BYTES_MAX {
            left_out.push(input.shown());
            continue;
        }
        copied += bytes;
        write_file(&copies.join(input.digest.to_string()), &input.bytes)?;
    }
    write_files(folder, rendered)?;
    Ok(left_out)
}

/// Writes files below a folder. Folders are made where they are not there.
pub(crate) fn write_files(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<(), Failure> {
    for (name, bytes) in files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .with_context(|| format!("cannot make {}", parent.display()))
            .map_err(Failure::Unavailable)?;
        write_file(&path, bytes)?;
    }
    Ok(())
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes)
        .with_context(|| format!("cannot write {}", path.display()))
        .map_err(Failure::Unavailable)
}

/// The files of a report that no renderer wrote.
pub(crate) fn strangers(
    folder: &Path,
    rendered: &BTreeMap<String, Vec<u8>>,
) -> Result<Vec<String>, Failure> {
    let entries = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("cannot list {}", folder.display()))
        .map_err(Failure::Unavailable)?;
    let names = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> =
        names.filter(|name| name != INPUTS && !rendered.contains_key(name)).collect();
    names.sort();
    Ok(names)
}

/// The files that a manifest lists, from the copies in a report and from files that the user
/// named. A file is taken for what its digest says that it is.
pub(crate) fn inputs(
    folder: &Path,
    manifest: &Manifest,
    named: &[PathBuf],
) -> Result<Vec<InputFile>, Failure> {
    let mut known: BTreeMap<Digest, Vec<u8>> = BTreeMap::new();
    for path in named {
        for file in input::any_files(path)? {
            let bytes = input::read(&file)?;
            known.insert(Digest::of(&bytes), bytes);
        }
    }
    let mut inputs = Vec::new();
    let mut missing = Vec::new();
    let copies = folder.join(INPUTS);
    let has_copies = std::fs::symlink_metadata(&copies).is_ok_and(|kind| kind.is_dir());
    for input in manifest.inputs().iter().filter(|input| input.role != InputRole::Store) {
        let copy = copies.join(input.sha256.to_string());
        let bytes = match known.get(&input.sha256) {
            Some(bytes) => Some(bytes.clone()),
            None if has_copies && is_plain_file(&copy) => Some(input::read(&copy)?),
            None => None,
        };
        match bytes {
            Some(bytes) if Digest::of(&bytes) == input.sha256 => {
                inputs.push(InputFile::new(input.role, input.name.clone(), bytes));
            }
            Some(_) => {
                let error = anyhow!(
                    "the copy of {} in the report was changed: its digest is not {}",
                    hawkshaw_model::Printable(&input.name),
                    input.sha256
                );
                return Err(Failure::BadData(error));
            }
            None => missing.push(format!(
                "{} ({} bytes, sha256 {})",
                hawkshaw_model::Printable(&input.name),
                input.bytes,
                input.sha256
            )),
        }
    }
    if missing.is_empty() {
        return Ok(inputs);
    }
    let list = missing.join("\n  ");
    let error = anyhow!("the report has no copy of, name it with --input PATH:\n  {list}");
    Err(Failure::Unavailable(error))
}

/// Whether a path is a file itself and no link to one elsewhere: nothing outside a report is
/// opened because the report says so.
pub(crate) fn is_plain_file(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|kind| kind.is_file())
}
