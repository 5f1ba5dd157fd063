//! What every request shares.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arc_swap::ArcSwapOption;
use hawkshaw_screening::{Answer, Query};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::client::Client;
use crate::clock;
use crate::edge::RequestIds;
use crate::gate::Gate;
use crate::limits::Limits;
use crate::listen::Connections;
use crate::metrics::Metrics;
use crate::problem::{Kind, Problem};
use crate::stand_in::{AuditLog, Keys, Role, Screener};

/// What every request shares.
#[derive(Debug)]
pub struct App {
    screener: ArcSwapOption<Screener>,
    audit: AuditLog,
    is_stopping: AtomicBool,
    pub(crate) gate: Gate,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    pub(crate) request_ids: RequestIds,
    pub(crate) connections: Connections,
    /// Places for requests that are worked on.
    pub(crate) places: Semaphore,
    /// Places for batches.
    pub(crate) batch_places: Arc<Semaphore>,
}

impl App {
    /// A service that has nothing to answer from yet.
    pub fn new(keys: Keys, audit: AuditLog, limits: Limits) -> Self {
        let most = |limit: u64| Limits::count(limit).min(Semaphore::MAX_PERMITS);
        Self {
            screener: ArcSwapOption::empty(),
            audit,
            is_stopping: AtomicBool::new(false),
            gate: Gate::new(keys, &limits),
            metrics: Metrics::new(),
            request_ids: RequestIds::new(),
            connections: Connections::default(),
            places: Semaphore::new(most(limits.requests_in_flight)),
            batch_places: Arc::new(Semaphore::new(most(limits.batches_in_flight))),
            limits,
        }
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
        self.screener.store(Some(screener));
    }

    /// Whether the service can answer.
    pub(crate) fn ready(&self) -> Result<(), Problem> {
        if self.is_stopping.load(Ordering::Relaxed) {
            return Err(Problem::new(Kind::Unavailable, "the service is stopping"));
        }
        self.screener().map(|_| ())
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
        let answers: Result<Vec<Answer>, _> =
            queries.iter().map(|query| screener.screen(query)).collect();
        let answers = answers.map_err(Problem::internal)?;
        let told: Vec<Value> = answers.iter().map(told).collect();
        self.audit(client, json!({ "answers": told, "data_version": screener.data_version() }))
            .await?;
        self.metrics.screened.increment(u64::try_from(answers.len()).unwrap_or(u64::MAX));
        Ok(answers)
    }

    /// Writes a line of the audit log: what was asked and answered. It is with the operating
    /// system when this returns.
    ///
    /// # Errors
    ///
    /// When it cannot be written: then nothing may be answered.
    pub async fn audit(&self, client: &Client, what: Value) -> Result<(), Problem> {
        let line = json!({
            "time": clock::now(),
            "key": *client.key,
            "request": *client.request,
            "route": *client.route,
            "what": what,
        });
        self.audit.append(&line).map_err(|error| {
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
