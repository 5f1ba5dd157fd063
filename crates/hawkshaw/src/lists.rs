//! The folder of a book of lists.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use hawkshaw_screening::{ListBook, ListId};

use crate::exit::Failure;

/// How files of lists end.
const ENDING: &str = "jsonl";

/// The file that whoever changes the book holds.
const LOCK: &str = ".lock";

/// Reads the lists of a folder.
pub(crate) fn open(folder: &Path) -> Result<ListBook, Failure> {
    let shown = folder.display();
    let entries = std::fs::read_dir(folder)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("cannot list {shown}"))
        .map_err(Failure::Unavailable)?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.extension().is_some_and(|ending| ending == ENDING) && path.is_file() {
            files.push((name, crate::input::read(&path)?));
        }
    }
    files.sort();
    let files = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    ListBook::from_files(files)
        .with_context(|| format!("the lists in {shown} cannot be relied on"))
        .map_err(Failure::BadData)
}

/// The right to change a book; it ends when it is dropped, also where the program is killed.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes it, and makes the folder where there is none.
    pub(crate) fn take(folder: &Path) -> Result<Self, Failure> {
        let shown = folder.display();
        let unavailable = |error: std::io::Error| {
            let context = format!("cannot write into {shown}");
            Failure::Unavailable(anyhow::Error::new(error).context(context))
        };
        std::fs::create_dir_all(folder).map_err(unavailable)?;
        let options = std::fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(LOCK));
        let file = options.map_err(unavailable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(std::fs::TryLockError::WouldBlock) => {
                Err(Failure::Unavailable(anyhow!("{shown} is being changed by another process")))
            }
            Err(std::fs::TryLockError::Error(error)) => Err(unavailable(error)),
        }
    }

    /// Replaces the file of a list, so that a reader sees the old one or the new one, and a
    /// crash leaves one of them.
    pub(crate) fn replace(
        &self,
        folder: &Path,
        book: &ListBook,
        id: &ListId,
    ) -> Result<(), Failure> {
        let Some((name, bytes)) = book.file_of(id) else { return Ok(()) };
        let (fresh, path) = (folder.join(format!("{name}.new")), folder.join(&name));
        let write = || {
            let mut file = File::create(&fresh)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            std::fs::rename(&fresh, &path)?;
            File::open(folder)?.sync_all()
        };
        write()
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(Failure::Unavailable)
    }
}
