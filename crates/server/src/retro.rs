//! Looking again at what was answered earlier, whenever what is answered from changes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use hawkshaw_model::ChainId;
use hawkshaw_records::{
    Changed, GivenAnswer, Records, RecordsError, Rescreen, UnixMillis, Verdict,
};
use hawkshaw_screening::{ListId, Query, Screener, Shapes};

/// How often it is looked whether something is marked: what failed, and what was answered from
/// older data at the moment of a change.
const REST: Duration = Duration::from_secs(2);

/// The thread that looks again. Dropped, it ends after the step that it is at; what is left is
/// looked at when a service begins again.
#[derive(Debug)]
pub struct Retro {
    changes: Mutex<Option<Sender<Change>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    is_stopping: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Change {
    before: Option<Arc<Screener>>,
    now: Arc<Screener>,
}

/// What a search over all registrations did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Found {
    screened: usize,
    alerts: usize,
    failed: usize,
}

/// Answers of a screener as records know them.
struct Asked<'a>(&'a Screener);

impl Rescreen for Asked<'_> {
    fn answer(&self, query: &Query) -> Result<GivenAnswer, String> {
        let answer = self.0.screen(query).map_err(|error| error.to_string())?;
        Ok(GivenAnswer { verdict: Verdict::of(&answer), json: answer.to_json_text() })
    }
}

impl Retro {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// When it cannot be started.
    pub fn start(records: Arc<Records>) -> std::io::Result<Self> {
        let (sender, receiver) = channel();
        let is_stopping = Arc::new(AtomicBool::new(false));
        let worker = Worker { records, is_stopping: Arc::clone(&is_stopping) };
        let named = std::thread::Builder::new().name("retro".to_owned());
        let thread = named.spawn(move || worker.work(&receiver))?;
        Ok(Self {
            changes: Mutex::new(Some(sender)),
            thread: Mutex::new(Some(thread)),
            is_stopping,
        })
    }

    /// Says that requests are answered from `now` since a moment ago, and from `before` until
    /// then; `None`: nobody knows from what. To be called after every replacement, also the
    /// first of a process.
    pub fn replaced(&self, before: Option<Arc<Screener>>, now: Arc<Screener>) {
        let changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(changes) = changes.as_ref() {
            // The thread ends only when this does.
            let _ = changes.send(Change { before, now });
        }
    }

    /// Ends after the step that is being made.
    pub fn close(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        drop(self.changes.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Drop for Retro {
    fn drop(&mut self) {
        self.close();
    }
}

struct Worker {
    records: Arc<Records>,
    is_stopping: Arc<AtomicBool>,
}

impl Worker {
    fn work(&self, changes: &Receiver<Change>) {
        let mut current: Option<Arc<Screener>> = None;
        let mut untold: Option<Change> = None;
        let mut is_open = true;
        while is_open && !self.is_stopping.load(Ordering::Relaxed) {
            match changes.recv_timeout(REST) {
                Ok(change) => {
                    // What could not be told of an earlier change is told with this one.
                    let before = match untold.take() {
                        Some(earlier) => earlier.before,
                        None => change.before.clone(),
                    };
                    untold = Some(Change { before, now: change.now });
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => is_open = false,
            }
            if let Some(change) = untold.take() {
                match self.tell(&change) {
                    Ok(()) => current = Some(change.now),
                    Err(error) => {
                        crate::log::error(&format!("a change of answers: {error}"));
                        untold = Some(change);
                        continue;
                    }
                }
            }
            if let Some(screener) = &current {
                self.search(screener);
            }
        }
    }

    /// Marks what has to be looked at.
    fn tell(&self, change: &Change) -> Result<(), RecordsError> {
        let version = change.now.data_version();
        if self.records.data_version()?.as_deref() == Some(version) {
            return Ok(());
        }
        let changed = match &change.before {
            // Only what was known when the last search began can be compared with.
            Some(before) if self.is_known(before)? => changed(before, &change.now),
            _ => Changed::Everything,
        };
        let (began, asked) = (Instant::now(), matches!(changed, Changed::Everything));
        let marked = self.records.answers_change(version, &changed)?;
        let milliseconds = began.elapsed().as_millis();
        match marked {
            Some(marked) => crate::log::info(&format!(
                "{marked} registered addresses are looked at again, found in {milliseconds} ms"
            )),
            None if asked => crate::log::info("all registrations are looked at again"),
            None => {}
        }
        Ok(())
    }

    fn is_known(&self, before: &Screener) -> Result<bool, RecordsError> {
        Ok(self.records.data_version()?.as_deref() == Some(before.data_version()))
    }

    /// Looks at everything that is marked.
    fn search(&self, screener: &Screener) {
        let (began, mut found, mut from) = (Instant::now(), Found::default(), None);
        let mut reason = None;
        while !self.is_stopping.load(Ordering::Relaxed) {
            let now = UnixMillis::now().to_timestamp();
            match self.records.recheck(&Asked(screener), from, now) {
                Ok(step) => {
                    found.screened += step.screened;
                    found.alerts += step.alerts;
                    found.failed += step.failed;
                    reason = reason.or(step.reason);
                    from = step.next;
                }
                Err(error) => {
                    crate::log::error(&format!("looking again at what was answered: {error}"));
                    return;
                }
            }
            if from.is_none() {
                break;
            }
        }
        let Found { screened, alerts, failed } = found;
        if screened > 0 {
            let milliseconds = began.elapsed().as_millis();
            crate::log::info(&format!(
                "looked again at {screened} registrations in {milliseconds} ms: {alerts} alerts"
            ));
        }
        if let Some(reason) = reason {
            crate::log::error(&format!("{failed} lookups failed and are made again: {reason}"));
        }
    }
}

/// What is answered otherwise by a newer screener: the addresses, where only what is known of
/// addresses changed, and everything where rules, the chains that are covered, or the lists that
/// stand in place of the index did.
fn changed(before: &Screener, now: &Screener) -> Changed {
    let chains = |screener: &Screener| -> Vec<(ChainId, Shapes)> {
        let all = screener.coverage().chains();
        all.map(|(chain, known)| (chain.clone(), known.shapes)).collect()
    };
    let lists = |screener: &Screener| -> Vec<ListId> {
        screener.overlay().whole_lists().map(|list| list.id.clone()).collect()
    };
    let is_alike = before.rules().digest() == now.rules().digest()
        && chains(before) == chains(now)
        && lists(before) == lists(now);
    if !is_alike {
        return Changed::Everything;
    }
    let mut keys = before.overlay().changed_keys(now.overlay());
    if before.index().checksum() != now.index().checksum() {
        match before.index().changed_keys(now.index()) {
            Ok(changed) => keys.extend(changed),
            Err(error) => {
                crate::log::error(&format!("indexes cannot be compared: {error}"));
                return Changed::Everything;
            }
        }
    }
    Changed::Keys(keys)
}
