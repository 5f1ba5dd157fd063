//! The one thread that writes: what many callers want at a time is committed in one go, because
//! a commit waits for the disk and a thousand rows wait no longer than one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::clock::UnixMillis;
use crate::error::RecordsError;
use crate::outbox;
use crate::promise::{Keeper, Promise, promise};
use crate::responses;

/// So many jobs may wait; more are refused.
const QUEUE_MAX: usize = 16_384;

/// So many jobs are committed at a time.
const GROUP_MAX: usize = 1024;

/// How often what has expired is thrown away.
const TIDY: Duration = Duration::from_secs(30);

type Outcome<T> = Result<T, RecordsError>;

/// The handle of the thread.
#[derive(Debug)]
pub(crate) struct Writer {
    jobs: Mutex<Option<SyncSender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Something to be written, and whoever waits for it.
trait Job: Send {
    /// Writes; whether that went well.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Answers, after the commit.
    fn answer(self: Box<Self>, committed: Outcome<()>);
}

struct Task<H, T, F> {
    /// What is let go of after the commit, before anybody hears of it.
    held: H,
    work: Option<F>,
    outcome: Option<Outcome<T>>,
    keeper: Keeper<Outcome<T>>,
}

impl<H, T, F> Job for Task<H, T, F>
where
    H: Send,
    T: Send,
    F: FnOnce(&Connection, &H) -> Outcome<T> + Send,
{
    fn run(&mut self, connection: &Connection) -> bool {
        let Some(work) = self.work.take() else { return false };
        let outcome = catch_unwind(AssertUnwindSafe(|| work(connection, &self.held)));
        let outcome = outcome.unwrap_or_else(|_| {
            Err(RecordsError::Database("a write panicked and was undone".to_owned()))
        });
        let is_ok = outcome.is_ok();
        self.outcome = Some(outcome);
        is_ok
    }

    fn answer(self: Box<Self>, committed: Outcome<()>) {
        let Self { held, outcome, keeper, .. } = *self;
        drop(held);
        let outcome = outcome.unwrap_or(Err(RecordsError::Closed));
        // What went wrong inside the job says more than that the commit failed.
        keeper.keep(outcome.and_then(|value| committed.map(|()| value)));
    }
}

impl Writer {
    pub(crate) fn start(connection: Connection, path: PathBuf) -> Outcome<Self> {
        let (sender, receiver) = sync_channel(QUEUE_MAX);
        let named = std::thread::Builder::new().name("records".to_owned());
        let owned = path.clone();
        let thread = named
            .spawn(move || work(&connection, &owned, &receiver))
            .map_err(|error| RecordsError::disk("start the writer of", &path, &error))?;
        Ok(Self { jobs: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// Has something written. The promise is kept when it is on the disk.
    pub(crate) fn write<H, T, F>(&self, held: H, work: F) -> Promise<Outcome<T>>
    where
        H: Send + 'static,
        T: Send + 'static,
        F: FnOnce(&Connection, &H) -> Outcome<T> + Send + 'static,
    {
        let (keeper, promise) = promise(|| Err(RecordsError::Closed));
        let task = Box::new(Task { held, work: Some(work), outcome: None, keeper });
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(sender) = jobs.as_ref() else { return promise };
        if let Err(TrySendError::Full(task)) = sender.try_send(task) {
            drop(task);
            return Promise::kept(Err(RecordsError::Busy));
        }
        promise
    }

    /// Writes what is waiting, and ends the thread.
    pub(crate) fn close(&self) {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

fn work(connection: &Connection, path: &Path, jobs: &Receiver<Box<dyn Job>>) {
    let mut tidied: Option<Instant> = None;
    loop {
        match jobs.recv_timeout(TIDY) {
            Ok(first) => write_group(connection, path, first, jobs),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if tidied.is_none_or(|at| at.elapsed() >= TIDY) {
            // What could not be thrown away now is the next time.
            let now = UnixMillis::now();
            let _ = responses::forget_expired(connection, now);
            let _ = outbox::forget_delivered(connection, now);
            tidied = Some(Instant::now());
        }
    }
    let _ = connection.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
}

/// Writes a job and those that wait behind it in one transaction, and answers all of them.
fn write_group(
    connection: &Connection,
    path: &Path,
    first: Box<dyn Job>,
    jobs: &Receiver<Box<dyn Job>>,
) {
    let failed = |error: rusqlite::Error| RecordsError::sqlite(path, &error);
    let mut group = Vec::new();
    let mut next = Some(first);
    let mut outcome = connection.execute_batch("BEGIN IMMEDIATE").map_err(failed);
    while let Some(mut job) = next {
        if outcome.is_ok() {
            outcome = run(connection, job.as_mut()).map_err(failed);
        }
        group.push(job);
        next = if group.len() < GROUP_MAX { jobs.try_recv().ok() } else { None };
    }
    if outcome.is_ok() {
        outcome = connection.execute_batch("COMMIT").map_err(failed);
    }
    if !connection.is_autocommit() {
        let undone = connection.execute_batch("ROLLBACK").map_err(failed);
        outcome = outcome.and(undone);
    }
    for job in group {
        job.answer(outcome.clone());
    }
}

/// Runs a job so that it is undone alone where it fails. An error means that all of the group is
/// undone: SQLite gives up a whole transaction when the disk is full or fails.
fn run(connection: &Connection, job: &mut dyn Job) -> Result<(), rusqlite::Error> {
    let plain = |sql: &str| connection.prepare_cached(sql)?.execute([]).map(|_| ());
    plain("SAVEPOINT job")?;
    if !job.run(connection) {
        if connection.is_autocommit() {
            // The transaction is gone; the next statement says why it cannot go on.
            return Err(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_FULL),
                Some("the transaction was given up".to_owned()),
            ));
        }
        plain("ROLLBACK TO job")?;
    }
    plain("RELEASE job")
}
