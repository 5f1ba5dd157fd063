//! Taking deliveries out of the outbox and handing them to threads that send.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use hawkshaw_records::{Claimed, Failed, Records, RecordsError, UnixMillis};
use ureq::Agent;

use super::delivery::{Outcome, agent, send};
use super::reach::Reach;
use super::schedule::Schedule;

/// How often the outbox is looked into while nothing is sent.
const LOOK: Duration = Duration::from_millis(100);

/// How long to rest where the outbox could not be read or written.
const REST: Duration = Duration::from_secs(1);

/// How deliveries are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WebhookSettings {
    /// Where they may go.
    pub reach: Reach,
    /// How many are made at a time.
    pub senders: usize,
    /// How many of them to one receiver.
    pub each: usize,
    /// How long an attempt may take, from the name of the receiver to his answer.
    pub timeout: Duration,
    /// How long to wait behind the first attempt; behind each further one twice as long.
    pub first_wait: Duration,
    /// How long to wait at most.
    pub longest_wait: Duration,
    /// How often a delivery is tried before it is given up.
    pub attempts: u32,
}

impl Default for WebhookSettings {
    /// Sixteen attempts within about a day.
    fn default() -> Self {
        Self {
            reach: Reach::default(),
            senders: 8,
            each: 2,
            timeout: Duration::from_secs(10),
            first_wait: Duration::from_secs(5),
            longest_wait: Duration::from_secs(6 * 3600),
            attempts: 16,
        }
    }
}

/// The threads that deliver. Dropped, they finish what is being sent, and end.
#[derive(Debug)]
pub struct Webhooks {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    records: Arc<Records>,
    settings: WebhookSettings,
    agent: Agent,
    busy: AtomicUsize,
    is_stopping: AtomicBool,
    /// What looks into the outbox: woken when a sender is free, since a receiver may be sent to
    /// again only then.
    outbox: OnceLock<Thread>,
}

impl Webhooks {
    /// Starts to deliver.
    ///
    /// # Errors
    ///
    /// When no thread can be started.
    pub fn start(records: Arc<Records>, settings: WebhookSettings) -> std::io::Result<Self> {
        let agent = agent(settings.reach, settings.timeout);
        let senders = settings.senders.max(1);
        let shared = Arc::new(Shared {
            records,
            settings,
            agent,
            busy: AtomicUsize::new(0),
            is_stopping: AtomicBool::new(false),
            outbox: OnceLock::new(),
        });
        let (sender, receiver) = sync_channel(senders);
        let receiver = Arc::new(Mutex::new(receiver));
        let mut threads = Vec::with_capacity(senders + 1);
        for _ in 0..senders {
            let (shared, receiver) = (Arc::clone(&shared), Arc::clone(&receiver));
            let named = std::thread::Builder::new().name("webhooks".to_owned());
            threads.push(named.spawn(move || shared.send_all(&receiver))?);
        }
        let own = Arc::clone(&shared);
        let named = std::thread::Builder::new().name("outbox".to_owned());
        threads.push(named.spawn(move || own.dispatch(&sender))?);
        Ok(Self { shared, threads: Mutex::new(threads) })
    }

    /// How deliveries are made.
    pub fn settings(&self) -> &WebhookSettings {
        &self.shared.settings
    }

    /// Begins no delivery any more, waits for those that are being made, and ends.
    pub fn close(&self) {
        self.shared.is_stopping.store(true, Ordering::Relaxed);
        let threads = std::mem::take(&mut *lock(&self.threads));
        for thread in threads {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

impl Drop for Webhooks {
    fn drop(&mut self) {
        self.close();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    fn dispatch(&self, sender: &SyncSender<Claimed>) {
        self.outbox.get_or_init(std::thread::current);
        while !self.is_stopping() {
            match self.claim() {
                Ok(claimed) if claimed.is_empty() => std::thread::park_timeout(LOOK),
                Ok(claimed) => {
                    for one in claimed {
                        // There is room: only as many are taken out as can be sent at once.
                        if sender.send(one).is_err() {
                            return;
                        }
                    }
                }
                Err(error) => {
                    crate::log::error(&format!("the outbox: {error}"));
                    std::thread::park_timeout(REST);
                }
            }
        }
    }

    /// Takes out what is due and can be sent at once.
    fn claim(&self) -> Result<Vec<Claimed>, RecordsError> {
        let idle = self.settings.senders.max(1).saturating_sub(self.busy.load(Ordering::Relaxed));
        let now = UnixMillis::now();
        let is_due = self.records.next_due()?.is_some_and(|due| due <= now);
        if idle == 0 || !is_due {
            return Ok(Vec::new());
        }
        let claimed = self.records.claim(now, idle, self.settings.each.max(1)).wait()?;
        self.busy.fetch_add(claimed.len(), Ordering::Relaxed);
        Ok(claimed)
    }

    fn send_all(&self, receiver: &Mutex<Receiver<Claimed>>) {
        loop {
            let Ok(claimed) = lock(receiver).recv() else { return };
            let now = UnixMillis::now().to_timestamp();
            let outcome = send(&self.agent, self.settings.reach, &claimed, now);
            self.report(&claimed, outcome);
            self.busy.fetch_sub(1, Ordering::Relaxed);
            if let Some(outbox) = self.outbox.get() {
                outbox.unpark();
            }
        }
    }

    /// Writes down what came of an attempt. Where that cannot be written it is tried until the
    /// service ends: when it begins again, the delivery is due as a further attempt.
    fn report(&self, claimed: &Claimed, outcome: Outcome) {
        while let Err(error) = self.write_down(claimed, outcome.clone()) {
            crate::log::error(&format!("what came of a delivery cannot be written: {error}"));
            if self.is_stopping() {
                return;
            }
            std::thread::sleep(REST);
        }
    }

    fn write_down(&self, claimed: &Claimed, outcome: Outcome) -> Result<(), RecordsError> {
        let now = UnixMillis::now();
        let (answered, error, may_repeat) = match outcome {
            Outcome::Taken(status) => {
                return self.records.delivered(claimed.id, status, now).wait();
            }
            Outcome::NotNow(answered, error) => (answered, error, true),
            Outcome::Never(answered, error) => (answered, error, false),
        };
        let settings = &self.settings;
        let schedule = Schedule {
            first: settings.first_wait,
            most: settings.longest_wait,
            attempts: settings.attempts,
        };
        let wait = schedule.wait(claimed.id, claimed.attempt).filter(|_| may_repeat);
        let why = Failed { answered, error, next: wait.map(|wait| now.plus(wait)) };
        self.records.failed(claimed.id, why, now).wait()
    }
}
