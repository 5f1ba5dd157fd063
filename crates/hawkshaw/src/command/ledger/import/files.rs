//! Which files are imported, and what each of them is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use hawkshaw_ingest::{IngestError, ReadOptions, open};

use crate::cli::ledger::{FormatArgument, ImportArguments};
use crate::exit::Failure;
use crate::{input, screen};

/// Files that are named one by one when it is said what they are.
const NAMED_MAX: usize = 5;

/// A file that can be read.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) path: PathBuf,
    /// The first height in it, as far as that is known before it is read.
    pub(super) first_height: Option<u64>,
}

/// How files are read.
pub(super) fn options(arguments: &ImportArguments) -> ReadOptions {
    let format = match arguments.format {
        FormatArgument::Auto => None,
        FormatArgument::Named(format) => Some(format),
    };
    ReadOptions::default()
        .chain(arguments.chain.clone())
        .format(format)
        .events(arguments.events)
        .calldata(arguments.calldata)
}

/// The files to import, each recognised; none if one of them is not.
pub(super) fn tables(arguments: &ImportArguments, quiet: bool) -> Result<Vec<Table>, Failure> {
    let options = options(arguments);
    let mut known: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    let (mut tables, mut unknown) = (Vec::new(), Vec::new());
    for path in expand(&arguments.paths)? {
        match open(&path, &options) {
            Ok(rows) => {
                known.entry(rows.recognised().to_string()).or_default().push(path.clone());
                tables.push(Table { path, first_height: rows.first_height() });
            }
            Err(error @ IngestError::Io { .. }) => return Err(Failure::Unavailable(error.into())),
            Err(error) => unknown.push(error),
        }
    }
    if !unknown.is_empty() && !arguments.skip_unknown {
        let count = unknown.len();
        let mut text: Vec<String> =
            unknown.iter().take(NAMED_MAX).map(ToString::to_string).collect();
        if count > NAMED_MAX {
            text.push(format!("and {} more", count - NAMED_MAX));
        }
        text.push(
            "nothing was imported: name other files, say what they are with --format, or leave \
             out what is not recognised with --skip-unknown"
                .to_owned(),
        );
        return Err(Failure::BadData(anyhow!("{}", text.join("\n"))));
    }
    for (what, paths) in &known {
        match &paths[..] {
            [first, .., last] if paths.len() > NAMED_MAX => screen::say(
                quiet,
                &format!(
                    "{} files: {what} ({} … {})",
                    paths.len(),
                    first.display(),
                    last.display()
                ),
            ),
            paths => paths
                .iter()
                .for_each(|path| screen::say(quiet, &format!("{}: {what}", path.display()))),
        }
    }
    for error in unknown.iter().take(NAMED_MAX) {
        screen::say(quiet, &format!("left out: {error}"));
    }
    if unknown.len() > NAMED_MAX {
        screen::say(quiet, &format!("left out: {} more files", unknown.len() - NAMED_MAX));
    }
    if tables.is_empty() {
        return Err(Failure::Usage(anyhow!("there is no file to import")));
    }
    Ok(tables)
}

/// The files that paths, folders and patterns name, each once, in the order of the arguments.
fn expand(paths: &[String]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut seen = BTreeSet::new();
    for text in paths {
        for path in named(text)? {
            let is_folder = path.is_dir();
            for file in input::any_files(&path)? {
                // Spark and others leave markers such as _SUCCESS and .part-0.crc behind.
                let is_hidden = is_folder && is_hidden(&path, &file);
                let same = file.canonicalize().unwrap_or_else(|_| file.clone());
                if !is_hidden && seen.insert(same) {
                    files.push(file);
                }
            }
        }
    }
    Ok(files)
}

/// The paths that an argument names: itself, or what matches it.
fn named(text: &str) -> Result<Vec<PathBuf>, Failure> {
    let path = Path::new(text);
    if path.exists() || !text.contains(['*', '?', '[']) {
        return Ok(vec![path.to_owned()]);
    }
    let matches = glob::glob(text)
        .with_context(|| format!("`{text}` is no pattern"))
        .map_err(Failure::Usage)?;
    let paths = matches
        .collect::<Result<Vec<_>, _>>()
        .with_context(|| format!("cannot list {text}"))
        .map_err(Failure::Unavailable)?;
    if paths.is_empty() {
        return Err(Failure::Usage(anyhow!("no file matches {text}")));
    }
    Ok(paths)
}

/// Whether a part of a path below a folder begins with a dot or an underscore.
fn is_hidden(folder: &Path, file: &Path) -> bool {
    let below = file.strip_prefix(folder).unwrap_or(file);
    below.iter().any(|part| part.to_string_lossy().starts_with(['.', '_']))
}
