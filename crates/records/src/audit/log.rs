//! Writing the log.

use std::collections::VecDeque;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use hawkshaw_model::Digest;
use serde_json::{Map, Value, json};

use super::error::AuditError;
use super::file;
use super::head::AuditHead;
use super::line;
use super::recover::{self, Recovered};
use super::sync::Syncer;
use crate::clock::UnixMillis;
use crate::folder::{self, StateFolder, private};
use crate::promise::{Keeper, Promise, promise};

/// So many lines may wait; more are refused.
const QUEUE_MAX: usize = 65_536;

/// So many lines are written at a time.
const GROUP_MAX: usize = 4096;

/// So many bytes are written at a time, and a line.
const GROUP_BYTES: usize = 4 << 20;

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditSettings {
    /// A file that has so many bytes is followed by another.
    pub file_bytes: u64,
}

/// The audit log of a state folder. Cheap to share in an `Arc`.
///
/// Whoever appends a line while nobody writes writes it, and those that come meanwhile: no thread
/// has to be woken for a line, and lines that come together are written together.
#[derive(Debug)]
pub struct AuditLog {
    waiting: Mutex<Queue>,
    tail: Mutex<Tail>,
    settings: AuditSettings,
    syncer: Syncer,
    folder: PathBuf,
    _state: StateFolder,
}

/// Lines that nobody writes yet.
#[derive(Debug, Default)]
struct Queue {
    lines: VecDeque<Waiting>,
    is_closed: bool,
}

#[derive(Debug)]
struct Waiting {
    body: String,
    keeper: Keeper<Result<u64, AuditError>>,
}

/// The end of the chain, and the file that it is in.
#[derive(Debug)]
pub(crate) struct Tail {
    pub(crate) folder: PathBuf,
    pub(crate) file: Arc<File>,
    pub(crate) number: u64,
    pub(crate) bytes: u64,
    pub(crate) head: AuditHead,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self { file_bytes: 64 << 20 }
    }
}

impl AuditLog {
    /// Opens the log of a state folder, or begins it. The last file is read through. A last line
    /// that a crash tore is cut off, and a line says so.
    ///
    /// # Errors
    ///
    /// When the chain is broken or shorter than the stored head, or the operating system refuses.
    pub fn open(state: &StateFolder, settings: AuditSettings) -> Result<Self, AuditError> {
        Self::open_behind(state, settings, None)
    }

    /// The same where a line is known from elsewhere to have been on the disk: a log that does
    /// not hold it was cut short or replaced. Where there is no log at all any more, a new one
    /// begins, and its first line says what is missing.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and where the line is not in the log.
    pub fn open_behind(
        state: &StateFolder,
        settings: AuditSettings,
        anchor: Option<AuditHead>,
    ) -> Result<Self, AuditError> {
        let folder = state.path().join(file::FOLDER);
        folder::make(&folder).map_err(|error| AuditError::Refused(error.to_string()))?;
        let Recovered { mut tail, notes } = recover::open(&folder, anchor)?;
        let syncer = Syncer::start(&folder)?;
        for (event, fields) in notes {
            let text = line::body(event, &fields, UnixMillis::now())?;
            tail.write(&[&text])?;
        }
        syncer.written(Arc::clone(&tail.file), tail.head);
        Ok(Self {
            waiting: Mutex::default(),
            tail: Mutex::new(tail),
            settings,
            syncer,
            folder,
            _state: state.clone(),
        })
    }

    /// Writes a line. The promise is kept with its number when the line is with the operating
    /// system: it survives the death of this process then. It is on the disk within a second.
    ///
    /// The line is mostly written before this returns; where the operating system keeps the
    /// writer waiting, it keeps one caller, and the others' promises.
    pub fn append(
        &self,
        event: &str,
        fields: &Map<String, Value>,
    ) -> Promise<Result<u64, AuditError>> {
        let body = match line::body(event, fields, UnixMillis::now()) {
            Ok(body) => body,
            Err(error) => return Promise::kept(Err(error)),
        };
        let (keeper, promise) = promise(|| Err(AuditError::Closed));
        let mut waiting = lock(&self.waiting);
        if waiting.is_closed {
            return Promise::kept(Err(AuditError::Closed));
        }
        if waiting.lines.len() >= QUEUE_MAX {
            return Promise::kept(Err(AuditError::Busy));
        }
        waiting.lines.push_back(Waiting { body, keeper });
        drop(waiting);
        self.work();
        promise
    }

    /// Writes what waits, unless somebody is at it: he looks again when he is done.
    fn work(&self) {
        while !lock(&self.waiting).lines.is_empty() {
            let mut tail = match self.tail.try_lock() {
                Ok(tail) => tail,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => return,
            };
            self.write_waiting(&mut tail);
        }
    }

    fn write_waiting(&self, tail: &mut Tail) {
        loop {
            let group = lock(&self.waiting).take();
            if group.is_empty() {
                return;
            }
            let is_full = tail.bytes >= self.settings.file_bytes;
            let rotated = if is_full { tail.rotate() } else { Ok(()) };
            let bodies: Vec<&str> = group.iter().map(|one| one.body.as_str()).collect();
            let first = tail.head.lines + 1;
            let written = rotated.and_then(|()| tail.write(&bodies));
            if written.is_ok() {
                self.syncer.written(Arc::clone(&tail.file), tail.head);
            }
            for (waiting, number) in group.into_iter().zip(first..) {
                waiting.keeper.keep(written.clone().map(|()| number));
            }
        }
    }

    /// The last line that is on the disk.
    pub fn head(&self) -> AuditHead {
        self.syncer.synced()
    }

    /// Why the log could not be brought to the disk when that was last tried; `None`: it could.
    pub fn problem(&self) -> Option<AuditError> {
        self.syncer.problem()
    }

    /// The folder of the log.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes no more lines, writes those that wait, and brings them to the disk.
    ///
    /// # Errors
    ///
    /// When the operating system refuses.
    pub fn close(&self) -> Result<(), AuditError> {
        lock(&self.waiting).is_closed = true;
        self.write_waiting(&mut lock(&self.tail));
        self.syncer.close();
        self.syncer.problem().map_or(Ok(()), Err)
    }
}

impl Drop for AuditLog {
    fn drop(&mut self) {
        let _ = self.close();
    }
}

impl Queue {
    /// What is written at a time.
    fn take(&mut self) -> Vec<Waiting> {
        let mut bytes = 0;
        let mut fits = |one: &Waiting| {
            bytes += one.body.len();
            bytes <= GROUP_BYTES
        };
        let count = self.lines.iter().take(GROUP_MAX).take_while(|one| fits(one)).count();
        let most = self.lines.len().min(count.max(1));
        self.lines.drain(..most).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tail {
    /// Appends lines in one go: all of them are in the file, or none.
    pub(crate) fn write(&mut self, bodies: &[&str]) -> Result<(), AuditError> {
        let mut head = self.head;
        let mut text = String::new();
        for body in bodies {
            let line = line::whole(head.digest, head.lines + 1, body);
            head = AuditHead { lines: head.lines + 1, digest: Digest::of(line.as_bytes()) };
            text.push_str(&line);
            text.push('\n');
        }
        let path = self.folder.join(file::name(self.number));
        let mut file = &*self.file;
        if let Err(error) = file.write_all(text.as_bytes()) {
            // A piece of a line may be there: without it the next line stands where it should.
            let cut = self.file.set_len(self.bytes);
            cut.map_err(|error| AuditError::disk("cut a torn line off", &path, &error))?;
            return Err(AuditError::disk("write", &path, &error));
        }
        self.bytes += u64::try_from(text.len()).unwrap_or(u64::MAX);
        self.head = head;
        Ok(())
    }

    /// Goes on in another file, which begins with a line that names the last one of this.
    fn rotate(&mut self) -> Result<(), AuditError> {
        let path = self.folder.join(file::name(self.number));
        self.file.sync_all().map_err(|error| AuditError::disk("write", &path, &error))?;
        let earlier = file::name(self.number);
        let mut next = Self {
            folder: self.folder.clone(),
            file: create(&self.folder, self.number + 1)?,
            number: self.number + 1,
            bytes: 0,
            head: self.head,
        };
        next.begin(Some(&earlier))?;
        *self = next;
        Ok(())
    }

    /// Writes the first line of a file.
    pub(crate) fn begin(&mut self, earlier: Option<&str>) -> Result<(), AuditError> {
        let mut fields = Map::new();
        fields.insert("format".to_owned(), json!("hawkshaw.audit/1"));
        fields.insert("file".to_owned(), json!(self.number));
        fields.insert("earlier".to_owned(), json!(earlier));
        let text = line::body("audit.file", &fields, UnixMillis::now())?;
        self.write(&[&text])
    }
}

/// Makes a file of the log. An empty one, left where the disk was full, is taken over.
pub(crate) fn create(folder: &Path, number: u64) -> Result<Arc<File>, AuditError> {
    let path = folder.join(file::name(number));
    let failed = |error: std::io::Error| AuditError::disk("make", &path, &error);
    let mut options = File::options();
    options.create(true).append(true).read(true);
    private(&mut options);
    let file = options.open(&path).map_err(failed)?;
    if file.metadata().map_err(failed)?.len() > 0 {
        let why = format!("{} is there already, and nobody should have made it", path.display());
        return Err(AuditError::Broken(why));
    }
    // The name has to be on the disk too.
    let folder = File::open(folder).and_then(|folder| folder.sync_all());
    folder.map_err(failed)?;
    Ok(Arc::new(file))
}
