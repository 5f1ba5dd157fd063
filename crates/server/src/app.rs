//! What every request shares.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::{ArcSwap, ArcSwapOption};
use hawkshaw_records::{AuditError, AuditLog, Keys, KeysError, Records, RecordsError, Role};
use hawkshaw_screening::{Answer, NameIndex, Query, ScreenError, Screener};
use serde_json::{Map, Value, json};
use tokio::sync::Semaphore;

use crate::client::Client;
use crate::clock;
use crate::edge::RequestIds;
use crate::gate::Gate;
use crate::keeper::Keeper;
use crate::limits::Limits;
use crate::listen::Connections;
use crate::metrics::Metrics;
use crate::opening::State;
use crate::problem::{Kind, Problem};
use crate::retro::Retro;
use crate::webhooks::{Reach, WebhookSettings, Webhooks};

/// Why a service cannot begin with its state.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The records or their folder.
    #[error(transparent)]
    Records(#[from] RecordsError),
    /// The audit log.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeysError),
}

/// What works beside requests.
#[derive(Debug)]
struct Background {
    retro: Retro,
    webhooks: Webhooks,
}

/// What every request shares.
#[derive(Debug)]
pub struct App {
    screener: ArcSwapOption<Screener>,
    rules: ArcSwap<String>,
    names: ArcSwapOption<NameIndex>,
    records: Arc<Records>,
    audit: Arc<AuditLog>,
    keys: Arc<Keys>,
    pub(crate) keeper: Keeper,
    is_stopping: AtomicBool,
    /// Whether a lookup failed in what answers now: it is damaged.
    is_damaged: AtomicBool,
    /// Whether the audit log could not be written when that was last tried.
    is_unlogged: AtomicBool,
    background: OnceLock<Background>,
    pub(crate) gate: Gate,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    pub(crate) request_ids: RequestIds,
    pub(crate) connections: Connections,
    /// Places for requests that are worked on.
    pub(crate) places: Arc<Semaphore>,
    /// Places for batches.
    pub(crate) batch_places: Arc<Semaphore>,
}

impl App {
    /// A service with its records, that has nothing to answer from yet. `is_open`: as long as
    /// there has never been a key, who asks needs none.
    ///
    /// # Errors
    ///
    /// When the state folder cannot be used, is another process's, or is damaged.
    pub fn open(state: &Path, is_open: bool, limits: Limits) -> Result<Self, OpenError> {
        let State { keys, records, audit, keeper } = State::open(state)?;
        let most = |limit: u64| Limits::count(limit).min(Semaphore::MAX_PERMITS);
        Ok(Self {
            screener: ArcSwapOption::empty(),
            rules: ArcSwap::default(),
            names: ArcSwapOption::empty(),
            records,
            audit,
            keeper,
            is_stopping: AtomicBool::new(false),
            is_damaged: AtomicBool::new(false),
            is_unlogged: AtomicBool::new(false),
            background: OnceLock::new(),
            gate: Gate::new(keys.clone(), is_open, &limits),
            keys,
            metrics: Metrics::new(),
            request_ids: RequestIds::new(),
            connections: Connections::default(),
            places: Arc::new(Semaphore::new(most(limits.requests_in_flight))),
            batch_places: Arc::new(Semaphore::new(most(limits.batches_in_flight))),
            limits,
        })
    }

    /// What has to be kept.
    pub fn records(&self) -> &Arc<Records> {
        &self.records
    }

    /// Who may ask.
    pub fn keys(&self) -> &Arc<Keys> {
        &self.keys
    }

    /// Brings to the disk what is on its way there, and ends the writers.
    pub fn close(&self) -> Result<(), AuditError> {
        if let Some(background) = self.background.get() {
            background.retro.close();
            background.webhooks.close();
        }
        let closed = self.audit.close();
        if let Err(error) = self.keeper.note_head() {
            crate::log::error(&format!("how far the audit log is cannot be noted: {error}"));
        }
        self.records.close();
        closed
    }

    /// What the service holds itself and its clients to.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What answers now.
    ///
    /// # Errors
    ///
    /// Before anything is loaded: [`Kind::Unavailable`].
    pub fn screener(&self) -> Result<Arc<Screener>, Problem> {
        let missing = || Problem::new(Kind::Unavailable, "nothing is loaded yet").retry_after(1);
        self.screener.load_full().ok_or_else(missing)
    }

    /// Answers from other data from now on. Requests that are under way keep what they began with.
    pub fn replace_screener(&self, screener: Arc<Screener>) {
        let before = self.screener.swap(Some(screener.clone()));
        self.is_damaged.store(false, Ordering::Relaxed);
        if let Some(background) = self.background.get() {
            background.retro.replaced(before, screener);
        }
    }

    /// Begins to deliver events, and to look again at what was answered earlier whenever what is
    /// answered from changes. To be called before the first load.
    ///
    /// # Errors
    ///
    /// When the system gives no threads.
    pub fn start_background(&self, settings: WebhookSettings) -> std::io::Result<()> {
        let retro = Retro::start(self.records.clone())?;
        let webhooks = Webhooks::start(self.records.clone(), settings)?;
        // Whoever calls twice has the second pair ended at once.
        let _ = self.background.set(Background { retro, webhooks });
        Ok(())
    }

    /// Where events may be delivered.
    pub(crate) fn reach(&self) -> Reach {
        let settings = self.background.get().map(|background| *background.webhooks.settings());
        settings.unwrap_or_default().reach
    }

    /// The text of the rules that decide.
    pub(crate) fn rules_text(&self) -> Arc<String> {
        self.rules.load_full()
    }

    /// Who stands on lists by name; `None` where no list has names.
    pub(crate) fn names(&self) -> Option<Arc<NameIndex>> {
        self.names.load_full()
    }

    pub(crate) fn replace_names(&self, names: Option<Arc<NameIndex>>) {
        self.names.store(names);
    }

    pub(crate) fn replace_rules_text(&self, text: String) {
        self.rules.store(Arc::new(text));
    }

    /// Whether the service can answer. Where the audit log could not be written it is tried
    /// again, with a line that says so: nobody else might ask any more.
    pub(crate) async fn ready(&self) -> Result<(), Problem> {
        let unavailable = |why: &str| Err(Problem::new(Kind::Unavailable, why));
        if self.is_stopping.load(Ordering::Relaxed) {
            return unavailable("the service is stopping");
        }
        if self.is_damaged.load(Ordering::Relaxed) {
            return unavailable("a lookup failed: what is answered from is damaged");
        }
        if self.is_unlogged.load(Ordering::Relaxed) || self.audit.problem().is_some() {
            let line = Map::from_iter([("what".to_owned(), "whether it can be written".into())]);
            self.audit_event("audit.tried", &line).await?;
        }
        self.screener().map(|_| ())
    }

    /// Asks, and remembers where that failed.
    pub(crate) fn look_up(&self, screener: &Screener, query: &Query) -> Result<Answer, Problem> {
        // Rules ask how long ago something was: every answer knows when it was given.
        let dated;
        let query = match query.now {
            Some(_) => query,
            None => {
                dated = Query { now: Some(clock::now()), ..query.clone() };
                &dated
            }
        };
        screener.screen(query).map_err(|error| {
            // A test address that fails on purpose is no damage.
            if matches!(error, ScreenError::Index(_)) {
                self.is_damaged.store(true, Ordering::Relaxed);
            }
            Problem::internal(error)
        })
    }

    /// Says from now on that it is not ready.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// Answers a query, once its line stands in the audit log.
    ///
    /// # Errors
    ///
    /// When the key may not screen, nothing is loaded, the lookup fails, or the line cannot be
    /// written: whatever fails, there is no answer.
    pub async fn screen(&self, client: &Client, query: Query) -> Result<Answer, Problem> {
        let mut answers = self.screen_all(client, vec![query]).await?;
        answers.pop().ok_or_else(|| Problem::internal("a question got no answer"))
    }

    /// Answers queries from the same data, once their line stands in the audit log.
    ///
    /// # Errors
    ///
    /// As [`screen`](Self::screen): all are answered, or none.
    pub async fn screen_all(
        &self,
        client: &Client,
        queries: Vec<Query>,
    ) -> Result<Vec<Answer>, Problem> {
        client.require(Role::Screen)?;
        let screener = self.screener()?;
        let answers: Result<Vec<Answer>, Problem> =
            queries.iter().map(|query| self.look_up(&screener, query)).collect();
        let answers = answers?;
        let told: Vec<Value> = answers.iter().map(told).collect();
        self.audit(client, json!({ "answers": told, "data_version": screener.data_version() }))
            .await?;
        self.metrics.screened.increment(u64::try_from(answers.len()).unwrap_or(u64::MAX));
        Ok(answers)
    }

    /// The answer to a query, of which no line stands in the audit log yet: to be told only
    /// behind [`audit`](Self::audit).
    ///
    /// # Errors
    ///
    /// When nothing is loaded, or the lookup fails.
    pub(crate) fn answer(&self, query: &Query) -> Result<Answer, Problem> {
        let answer = self.look_up(&*self.screener()?, query)?;
        self.metrics.screened.increment(1);
        Ok(answer)
    }

    /// Runs what reads the disk away from the threads that serve.
    pub(crate) async fn blocking<T: Send + 'static, E: Into<Problem> + Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, Problem> {
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(|_| Problem::internal("a lookup met a fault"))?.map_err(Into::into)
    }

    /// Writes a line of the audit log: what was asked and answered. It is with the operating
    /// system when this returns.
    ///
    /// # Errors
    ///
    /// When it cannot be written: then nothing may be answered.
    pub async fn audit(&self, client: &Client, what: Value) -> Result<(), Problem> {
        let mut line = Map::new();
        line.insert("key".to_owned(), client.id().as_str().into());
        line.insert("request".to_owned(), (&*client.request).into());
        line.insert("route".to_owned(), (&*client.route).into());
        line.insert("what".to_owned(), what);
        self.audit_event("request", &line).await
    }

    /// Writes a line of the audit log about something else than a request.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub async fn audit_event(&self, event: &str, line: &Map<String, Value>) -> Result<(), Problem> {
        let written = self.audit.append(event, line).await;
        self.is_unlogged.store(written.is_err(), Ordering::Relaxed);
        written.map(|_| ()).map_err(|error| {
            self.metrics.audit_failures.increment(1);
            crate::log::error(&format!("the audit log cannot be written: {error}"));
            Problem::new(Kind::Unavailable, "the audit log cannot be written: nothing is answered")
        })
    }
}

/// What the audit log is told of an answer.
pub(crate) fn told(answer: &Answer) -> Value {
    json!({
        "asked": answer.asked,
        "chain": answer.chain.as_ref().map(hawkshaw_model::ChainId::as_str),
        "status": answer.status,
        "action": answer.decision.action,
        "rule": answer.decision.rule,
        "as_of": answer.as_of,
    })
}
