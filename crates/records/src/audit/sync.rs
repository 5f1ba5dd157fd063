//! Bringing lines to the disk, on a thread of its own: writers do not wait for it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::error::AuditError;
use super::head::{self, AuditHead};

/// Lines wait for the disk no longer than this, and however long the disk takes.
const WAIT: Duration = Duration::from_millis(500);

/// Brings lines to the disk and stores the head.
#[derive(Debug)]
pub(crate) struct Syncer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// What was written and is not known to be on the disk.
    written: Option<(Arc<File>, AuditHead)>,
    synced: AuditHead,
    problem: Option<AuditError>,
    is_closed: bool,
}

impl Syncer {
    pub(crate) fn start(folder: &Path) -> Result<Self, AuditError> {
        let state =
            State { written: None, synced: AuditHead::start(), problem: None, is_closed: false };
        let shared = Arc::new(Shared {
            folder: folder.to_path_buf(),
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        let own = Arc::clone(&shared);
        let named = std::thread::Builder::new().name("audit-sync".to_owned());
        let thread = named
            .spawn(move || own.work())
            .map_err(|error| AuditError::disk("start the writer of", folder, &error))?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Lines were written up to a head. Of a file before the last one all is on the disk.
    pub(crate) fn written(&self, file: Arc<File>, head: AuditHead) {
        let mut state = self.shared.lock();
        let is_first = state.written.is_none();
        state.written = Some((file, head));
        drop(state);
        if is_first {
            self.shared.changed.notify_all();
        }
    }

    pub(crate) fn synced(&self) -> AuditHead {
        self.shared.lock().synced
    }

    pub(crate) fn problem(&self) -> Option<AuditError> {
        self.shared.lock().problem.clone()
    }

    /// Brings everything to the disk, and ends the thread.
    pub(crate) fn close(&self) {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Drop for Syncer {
    fn drop(&mut self) {
        self.close();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        loop {
            let mut state = self.lock();
            while state.written.is_none() && !state.is_closed {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            if !state.is_closed {
                // More lines come while it waits, and go to the disk with the first.
                let waited = self.changed.wait_timeout_while(state, WAIT, |state| !state.is_closed);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
            let Some((file, head)) = state.written.take() else { return };
            let is_closed = state.is_closed;
            drop(state);
            let done = file
                .sync_data()
                .map_err(|error| AuditError::disk("write", &self.folder, &error))
                .and_then(|()| head::store(&self.folder, head));
            let mut state = self.lock();
            match done {
                Ok(()) => {
                    state.synced = head;
                    state.problem = None;
                }
                Err(error) => {
                    state.problem = Some(error);
                    if is_closed {
                        return;
                    }
                    // It is tried again with what comes, or after another wait.
                    state.written.get_or_insert((file, head));
                }
            }
        }
    }
}
