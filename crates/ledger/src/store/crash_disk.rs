//! A disk for tests that fails when it is told to, and loses what was not safe.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::store::disk::{Disk, DiskFile, RealDisk};
use crate::store::error::DiskError;
use crate::store::pages::checksum;

/// A disk on a real folder. Files that were there before it, and those that others make, are safe
/// or none of its business.
#[derive(Debug, Clone)]
pub(crate) struct CrashDisk {
    state: Arc<Mutex<State>>,
}

/// What follows on an operation that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crash {
    /// The next one works, as after a moment without space.
    Once,
    /// All fail until the power was lost.
    ForGood,
}

#[derive(Debug, Default)]
struct State {
    inodes: Vec<Inode>,
    /// The names that a program sees.
    names: BTreeMap<PathBuf, usize>,
    /// The names that a loss of power leaves for sure.
    safe: BTreeMap<PathBuf, usize>,
    /// What changed the names of a folder since it was synced.
    changes: Vec<Change>,
    operations: u64,
    failure: Option<(u64, Crash)>,
}

#[derive(Debug)]
struct Inode {
    bytes: Vec<u8>,
    synced: usize,
}

/// A change of names, done as a whole or not at all.
#[derive(Debug)]
struct Change {
    set: Option<(PathBuf, usize)>,
    clear: Option<PathBuf>,
}

#[derive(Debug)]
struct CrashFile {
    disk: CrashDisk,
    file: Box<dyn DiskFile>,
    path: PathBuf,
    inode: usize,
}

impl CrashDisk {
    /// A disk on which the files of a folder are safe.
    pub(crate) fn new(dir: &Path) -> Self {
        let mut state = State::default();
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let bytes = fs::read(&path).unwrap();
                state.names.insert(path, state.inodes.len());
                state.inodes.push(Inode { synced: bytes.len(), bytes });
            }
        }
        state.safe = state.names.clone();
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// How many operations there were.
    pub(crate) fn operations(&self) -> u64 {
        self.state().operations
    }

    /// Lets an operation fail: 0 is the next one.
    pub(crate) fn fail_after(&self, operations: u64, crash: Crash) {
        let mut state = self.state();
        state.failure = Some((state.operations + operations, crash));
    }

    /// Puts the folder into a state in which it may be found after a loss of power, chosen by the
    /// seed; after that the disk works. Maps of files stay as they are.
    pub(crate) fn lose_power(&self, seed: u64) {
        let mut state = self.state();
        let mut dice = Dice { seed, throws: 0 };
        for change in std::mem::take(&mut state.changes) {
            let is_kept = match seed % 4 {
                0 => false,
                1 => true,
                _ => dice.below(2) == 1,
            };
            if is_kept {
                change.apply(&mut state.safe);
            }
        }
        for path in state.names.keys() {
            fs::remove_file(path).unwrap();
        }
        let safe = std::mem::take(&mut state.safe);
        for (path, inode) in &safe {
            let inode = &mut state.inodes[*inode];
            if inode.synced < inode.bytes.len() {
                inode.tear(&mut dice);
            }
            fs::write(path, &inode.bytes).unwrap();
        }
        state.names = safe.clone();
        state.safe = safe;
        state.failure = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn step(&self, action: &'static str, path: &Path) -> Result<(), DiskError> {
        let mut state = self.state();
        let now = state.operations;
        state.operations += 1;
        let fails = match state.failure {
            Some((at, Crash::Once)) => at == now,
            Some((at, Crash::ForGood)) => at <= now,
            None => false,
        };
        let failed = || DiskError::new(action, path, io::Error::other("it failed as it was told"));
        if fails { Err(failed()) } else { Ok(()) }
    }
}

impl Disk for CrashDisk {
    fn create(&self, path: &Path) -> Result<Box<dyn DiskFile>, DiskError> {
        self.step("create", path)?;
        let file = RealDisk.create(path)?;
        let mut state = self.state();
        let inode = state.inodes.len();
        state.inodes.push(Inode { bytes: Vec::new(), synced: 0 });
        state.change(Change { set: Some((path.to_owned(), inode)), clear: None });
        Ok(Box::new(CrashFile { disk: self.clone(), file, path: path.to_owned(), inode }))
    }

    fn rename(&self, from: &Path, to: &Path) -> Result<(), DiskError> {
        self.step("rename", to)?;
        RealDisk.rename(from, to)?;
        let mut state = self.state();
        let inode = state.names[from];
        let clear = Some(from.to_owned());
        state.change(Change { set: Some((to.to_owned(), inode)), clear });
        Ok(())
    }

    fn remove(&self, path: &Path) -> Result<(), DiskError> {
        self.step("remove", path)?;
        RealDisk.remove(path)?;
        self.state().change(Change { set: None, clear: Some(path.to_owned()) });
        Ok(())
    }

    fn create_dir(&self, dir: &Path) -> Result<(), DiskError> {
        self.step("create the folder", dir)?;
        RealDisk.create_dir(dir)
    }

    fn sync_dir(&self, dir: &Path) -> Result<(), DiskError> {
        self.step("sync the folder", dir)?;
        RealDisk.sync_dir(dir)?;
        let mut state = self.state();
        let changes = std::mem::take(&mut state.changes);
        let (here, elsewhere) = changes.into_iter().partition(|change| change.dir() == Some(dir));
        state.changes = elsewhere;
        let here: Vec<Change> = here;
        here.into_iter().for_each(|change| change.apply(&mut state.safe));
        Ok(())
    }

    fn read(&self, path: &Path) -> Result<Option<Vec<u8>>, DiskError> {
        self.step("read", path)?;
        RealDisk.read(path)
    }

    fn list(&self, dir: &Path) -> Result<Vec<OsString>, DiskError> {
        self.step("list", dir)?;
        RealDisk.list(dir)
    }
}

impl DiskFile for CrashFile {
    /// Writes the first half of the bytes when it fails.
    fn append(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        let step = self.disk.step("write", &self.path);
        let written = if step.is_ok() { bytes } else { &bytes[..bytes.len() / 2] };
        self.file.append(written)?;
        self.disk.state().inodes[self.inode].bytes.extend_from_slice(written);
        step
    }

    fn sync(&mut self) -> Result<(), DiskError> {
        self.disk.step("sync", &self.path)?;
        let inode = &mut self.disk.state().inodes[self.inode];
        inode.synced = inode.bytes.len();
        Ok(())
    }
}

impl State {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.names);
        self.changes.push(change);
    }
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        if let Some(path) = &self.clear {
            names.remove(path);
        }
        if let Some((path, inode)) = &self.set {
            names.insert(path.clone(), *inode);
        }
    }

    fn dir(&self) -> Option<&Path> {
        let set = self.set.as_ref().map(|(path, _)| path);
        set.or(self.clear.as_ref()).and_then(|path| path.parent())
    }
}

impl Inode {
    /// Loses some of what was not synced: the end is cut off, or zeros.
    fn tear(&mut self, dice: &mut Dice) {
        let kept = self.synced + dice.below(self.bytes.len() - self.synced + 1);
        if dice.below(2) == 0 {
            self.bytes.truncate(kept);
        } else {
            self.bytes[kept..].fill(0);
        }
        self.synced = self.bytes.len();
    }
}

/// Numbers that look random.
struct Dice {
    seed: u64,
    throws: u64,
}

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.throws += 1;
        let bytes = [self.seed.to_le_bytes(), self.throws.to_le_bytes()].concat();
        usize::try_from(checksum(&bytes) % bound as u64).unwrap()
    }
}

mod tests {
    use super::{Crash, CrashDisk};
    use crate::store::container::{Container, Format};
    use crate::store::container_writer::ContainerWriter;
    use crate::store::disk::Disk;
    use crate::store::error::DiskError;
    use std::path::Path;

    const FORMAT: Format = Format { kind: *b"TEST", version: 1 };

    /// Replaces a file in the way that a store does.
    fn replace(disk: &dyn Disk, dir: &Path, number: u32) -> Result<(), DiskError> {
        let next = dir.join("next");
        if disk.read(&next)?.is_some() {
            disk.remove(&next)?;
        }
        let mut file = ContainerWriter::create(disk, &next, FORMAT)?;
        file.column("number", &vec![number; 100_000])?;
        file.finish()?;
        disk.rename(&next, &dir.join("file"))?;
        disk.sync_dir(dir)
    }

    fn number(dir: &Path) -> u32 {
        let file = Container::open(&dir.join("file"), FORMAT).unwrap();
        assert!(file.verify_all().is_empty());
        file.section("number").unwrap().at(99_999).unwrap()
    }

    #[test]
    fn a_file_is_replaced_whole_wherever_the_power_is_lost() {
        for crash in [Crash::Once, Crash::ForGood] {
            for operation in 0.. {
                let dir = tempfile::tempdir().unwrap();
                let disk = CrashDisk::new(dir.path());
                replace(&disk, dir.path(), 1).unwrap();
                disk.fail_after(operation, crash);
                let result = replace(&disk, dir.path(), 2);
                assert_eq!(number(dir.path()), if result.is_ok() { 2 } else { number(dir.path()) });
                let seen = number(dir.path());
                disk.lose_power(operation);
                assert!(number(dir.path()) == seen || result.is_err());
                replace(&disk, dir.path(), 3).unwrap();
                assert_eq!(number(dir.path()), 3);
                if result.is_ok() {
                    break;
                }
            }
        }
    }

    #[test]
    fn what_was_not_synced_can_be_lost() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let mut ends = std::collections::BTreeSet::new();
        for seed in 0..40 {
            let disk = CrashDisk::new(dir.path());
            let mut file = disk.create(&path).unwrap();
            file.append(b"safe").unwrap();
            file.sync().unwrap();
            file.append(b" or not").unwrap();
            assert_eq!(disk.operations(), 4);
            disk.lose_power(seed);
            let found = disk.read(&path).unwrap();
            assert!(found.as_ref().is_none_or(|bytes| bytes.starts_with(b"safe")));
            ends.insert(found.clone());
            if found.is_some() {
                disk.remove(&path).unwrap();
                disk.sync_dir(dir.path()).unwrap();
            }
        }
        assert!(ends.contains(&None) && ends.len() > 5, "{ends:?}");
    }
}
