//! Folders of block files as a node would write them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use bitcoin::hashes::{Hash as _, sha256d};
use hawkshaw_model::BlockSource as _;
use hawkshaw_model::rows::Rows;
use hawkshaw_source::{BlockFiles, SourceError};
use tempfile::TempDir;

use crate::made::Made;

pub(crate) const REGTEST: [u8; 4] = [0xfa, 0xbf, 0xb5, 0xda];

/// Files that are put together in memory and then written, combined with the key.
pub(crate) struct Folder {
    dir: TempDir,
    key: [u8; 8],
    magic: [u8; 4],
    files: BTreeMap<String, Vec<u8>>,
    /// How many zeros stand behind each file.
    zeros: usize,
}

impl Folder {
    pub(crate) fn new(key: [u8; 8], magic: [u8; 4]) -> Self {
        Self { dir: tempfile::tempdir().unwrap(), key, magic, files: BTreeMap::new(), zeros: 0 }
    }

    pub(crate) fn plain() -> Self {
        Self::new([0; 8], REGTEST)
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The bytes of a file before they are combined with the key.
    pub(crate) fn file(&mut self, name: &str) -> &mut Vec<u8> {
        self.files.entry(name.to_owned()).or_default()
    }

    pub(crate) fn bytes(&mut self, name: &str, bytes: &[u8]) {
        self.file(name).extend(bytes);
    }

    pub(crate) fn block(&mut self, number: u32, bytes: &[u8]) {
        let record = [&self.magic[..], &length(bytes), bytes].concat();
        self.bytes(&format!("blk{number:05}.dat"), &record);
    }

    /// The undo record of a block behind one with a hash in the byte order of the wire.
    pub(crate) fn undo(&mut self, number: u32, parent: [u8; 32], undo: &[u8]) {
        let checksum = sha256d::Hash::hash(&[&parent, undo].concat()).to_byte_array();
        let record = [&self.magic[..], &length(undo), undo, &checksum].concat();
        self.bytes(&format!("rev{number:05}.dat"), &record);
    }

    /// A block with its undo record.
    pub(crate) fn connected(&mut self, number: u32, made: &Made) {
        self.block(number, &made.bytes());
        self.undo_of(number, made);
    }

    pub(crate) fn undo_of(&mut self, number: u32, made: &Made) {
        if made.height > 0 {
            let parent = made.block.header.prev_blockhash.to_byte_array();
            self.undo(number, parent, &made.undo());
        }
    }

    /// Makes every file so much longer.
    pub(crate) fn pad(&mut self, zeros: usize) {
        self.zeros = zeros;
    }

    /// Writes everything anew.
    pub(crate) fn write(&self) {
        for (name, bytes) in &self.files {
            let mixed = bytes.iter().enumerate().map(|(at, byte)| byte ^ self.key[at % 8]);
            let mut mixed: Vec<u8> = mixed.collect();
            // The system makes room with zeros, which are combined with nothing.
            mixed.resize(mixed.len() + self.zeros, 0);
            fs::write(self.path().join(name), mixed).unwrap();
        }
        if self.key != [0; 8] {
            fs::write(self.path().join("xor.dat"), self.key).unwrap();
        }
    }

    pub(crate) fn open(&self) -> Result<BlockFiles, SourceError> {
        self.write();
        BlockFiles::open(self.path())
    }
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap().to_le_bytes()
}

/// All blocks that files hold.
pub(crate) fn read(files: &BlockFiles) -> Result<Vec<Rows>, SourceError> {
    let tip = files.tip()?;
    files.blocks(files.first_height()..=tip.height).collect()
}
