//! The folder in which Bitcoin Core keeps its blocks.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// How many bytes of the key stand in `xor.dat`.
///
/// Source: `InitBlocksdirXorKey` in Bitcoin Core's `src/node/blockstorage.cpp`, since 28.0.
const KEY_BYTES: usize = 8;
/// How many are read of it: one more, so that a longer key is noticed.
const KEY_READ: u64 = 9;

/// Where the files lie, and the key that every byte in them is combined with.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
    key: [u8; KEY_BYTES],
}

/// Which of the two files of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `blk00000.dat`.
    Blocks,
    /// `rev00000.dat`.
    Undo,
}

impl Kind {
    pub(super) fn file_name(self, number: u32) -> String {
        match self {
            Self::Blocks => format!("blk{number:05}.dat"),
            Self::Undo => format!("rev{number:05}.dat"),
        }
    }
}

impl Folder {
    /// A folder of block files, or one with a folder `blocks` inside that is.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let inner = path.join("blocks");
        let has_blocks = |path: &Path| Ok::<_, io::Error>(!numbers(path)?.is_empty());
        let path = if !has_blocks(path)? && inner.is_dir() { inner } else { path.to_owned() };
        if !has_blocks(&path)? {
            return Err(io::Error::other("it holds no file named like blk00000.dat"));
        }
        let key = match read_key(&path) {
            Ok(bytes) => bytes.try_into().map_err(|_| {
                io::Error::other("its file xor.dat should hold the key of 8 bytes, and does not")
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => [0; KEY_BYTES],
            Err(error) => return Err(error),
        };
        Ok(Self { path, key })
    }

    /// The numbers of the block files, in order.
    pub(super) fn numbers(&self) -> io::Result<Vec<u32>> {
        numbers(&self.path)
    }

    /// Whether there is a file of a kind and number.
    pub(super) fn has(&self, kind: Kind, number: u32) -> bool {
        self.path.join(kind.file_name(number)).is_file()
    }

    pub(super) fn file(&self, kind: Kind, number: u32) -> io::Result<PlainFile> {
        let file = open_regular(&self.path.join(kind.file_name(number)))?;
        Ok(PlainFile { file, key: self.key })
    }
}

/// Opens a file. Whoever opens a pipe waits until somebody writes to it, and devices never end.
fn open_regular(path: &Path) -> io::Result<File> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    File::open(path)
}

/// The bytes of `xor.dat`, as far as one more than the key has.
fn read_key(folder: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = match open_regular(&folder.join("xor.dat")) {
        Err(error) if error.kind() == io::ErrorKind::Other => {
            return Err(io::Error::other("its file xor.dat is no regular file"));
        }
        file => file?,
    };
    file.take(KEY_READ).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn numbers(path: &Path) -> io::Result<Vec<u32>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name();
        let digits = name.to_str().and_then(|name| name.strip_prefix("blk")?.strip_suffix(".dat"));
        let number = digits.and_then(|digits| digits.parse().ok());
        numbers.extend(number.filter(|number| name == *Kind::Blocks.file_name(*number)));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// A file whose bytes are given as they were before they were combined with the key.
#[derive(Debug)]
pub(super) struct PlainFile {
    file: File,
    key: [u8; KEY_BYTES],
}

impl PlainFile {
    /// How long it is.
    pub(super) fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// Its length, and when it was last written: if neither changes, nor did the file.
    pub(super) fn state(&self) -> io::Result<(u64, Option<std::time::SystemTime>)> {
        let data = self.file.metadata()?;
        Ok((data.len(), data.modified().ok()))
    }

    /// Reads from a byte on until the buffer is full or the file ends; gives how much was read.
    pub(super) fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.file.seek(SeekFrom::Start(offset))?;
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read(rest) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.restore(offset, buffer.get_mut(..filled).unwrap_or_default());
        Ok(filled)
    }

    /// Reads so many bytes from a byte on, which must all be there.
    pub(super) fn bytes_at(&mut self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        match self.read_at(offset, &mut bytes)? {
            count if count == length => Ok(bytes),
            _ => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
        }
    }

    /// Every byte is combined by exclusive or with the byte of the key that its offset in the
    /// file names.
    fn restore(&self, offset: u64, bytes: &mut [u8]) {
        if self.key == [0; KEY_BYTES] {
            return;
        }
        let turn = usize::try_from(offset % 8).unwrap_or(0);
        let mut key = self.key;
        key.rotate_left(turn);
        for chunk in bytes.chunks_mut(KEY_BYTES) {
            for (byte, key) in chunk.iter_mut().zip(key) {
                *byte ^= key;
            }
        }
    }
}
