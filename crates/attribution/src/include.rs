//! Files beside a file: the only place where the crate reads from disk.

use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

/// Gives the files that a file asks for: the header that a TagPack includes
/// (`header: !include header.yaml`) and the companions of `sdn.csv`.
pub trait Includes {
    /// The bytes of a file beside the one that asks.
    ///
    /// # Errors
    ///
    /// Why it is refused or cannot be read, as a sentence part for people.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// Refuses every include.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoIncludes;

impl Includes for NoIncludes {
    fn read(&self, _path: &str) -> Result<Vec<u8>, String> {
        Err("no folder to include from was given".to_owned())
    }
}

/// Reads from one folder and below it, and from nowhere else.
#[derive(Debug, Clone)]
pub struct FolderIncludes {
    folder: PathBuf,
}

/// An included file is at most this long.
const INCLUDE_BYTES_MAX: u64 = 256 << 20;

impl FolderIncludes {
    /// Includes from `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Includes from the folder that holds `file`.
    pub fn beside(file: &Path) -> Self {
        let parent = file.parent().filter(|p| !p.as_os_str().is_empty());
        Self::new(parent.unwrap_or_else(|| Path::new(".")))
    }
}

impl Includes for FolderIncludes {
    /// Refuses absolute paths, `..`, and links that lead out of the folder.
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        if path.is_empty() || path.contains(['\\', '\0']) {
            return Err("it is no plain relative path".to_owned());
        }
        let plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        if !Path::new(path).components().all(plain) {
            return Err("it leaves the folder of its file".to_owned());
        }
        let folder = self.folder.canonicalize().map_err(|e| format!("no folder: {e}"))?;
        let target = folder.join(path).canonicalize().map_err(|e| e.to_string())?;
        if !target.starts_with(&folder) {
            return Err("it leads out of the folder of its file by a link".to_owned());
        }
        if !target.is_file() {
            return Err("it is no ordinary file".to_owned());
        }
        let file = std::fs::File::open(&target).map_err(|e| e.to_string())?;
        let mut bytes = Vec::new();
        let taken = file.take(INCLUDE_BYTES_MAX + 1).read_to_end(&mut bytes);
        taken.map_err(|e| e.to_string())?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length > INCLUDE_BYTES_MAX) {
            return Err(format!("it is over {INCLUDE_BYTES_MAX} bytes"));
        }
        Ok(bytes)
    }
}
