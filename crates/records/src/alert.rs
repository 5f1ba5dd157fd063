//! Alerts: something that a person has to look at.

use hawkshaw_model::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::id::RecordId;
use crate::keys::KeyId;
use crate::registration::RegistrationKind;
use crate::verdict::Verdict;

/// Bytes that a comment, a reason or a name may have.
pub const TEXT_MAX: usize = 4096;

/// Where an alert waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertQueue {
    /// Raised by the answer to a request.
    Immediate,
    /// Raised because an earlier answer would be another one now.
    Retroactive,
}

/// What is done about an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertState {
    /// Somebody has to look at it.
    Open,
    /// It is open again at a time.
    Snoozed,
    /// Nothing is to be done any more.
    Closed,
}

/// An alert that is raised outside of a registration.
#[derive(Debug, Clone)]
pub struct NewAlert {
    /// The registration that it is about.
    pub registration: RecordId,
    /// Where it waits.
    pub queue: AlertQueue,
    /// When.
    pub time: Timestamp,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its id.
    pub id: RecordId,
    /// Whose it is.
    pub owner: KeyId,
    /// Where it waits.
    pub queue: AlertQueue,
    /// The registration that it is about.
    pub registration: RecordId,
    /// What that is.
    pub kind: RegistrationKind,
    /// The address, as it was given.
    pub address: String,
    /// Its chain, where it was given.
    pub chain: Option<String>,
    /// Whose transfer it is, in the caller's own words.
    pub user: Option<String>,
    /// What the caller calls the transfer.
    pub reference: Option<String>,
    /// What was said before; `None`: nothing was.
    pub earlier: Option<Verdict>,
    /// What is said now.
    pub verdict: Verdict,
    /// The whole answer, as JSON.
    pub answer: String,
    /// What is done about it.
    pub state: AlertState,
    /// Who looks at it.
    pub assignee: Option<String>,
    /// Until when it is snoozed.
    pub snoozed_until: Option<Timestamp>,
    /// Why it was closed.
    pub reason: Option<String>,
    /// When it was raised.
    pub created: Timestamp,
    /// When somebody last did something.
    pub updated: Timestamp,
}

/// Which alerts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// In this queue.
    pub queue: Option<AlertQueue>,
    /// In this state.
    pub state: Option<AlertState>,
    /// About this registration.
    pub registration: Option<RecordId>,
}

/// What is done with an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlertChange {
    /// Somebody looks at it, or nobody.
    Assign(Option<String>),
    /// Something is said about it.
    Comment(String),
    /// It is to be open again at this time.
    Snooze(Timestamp),
    /// Nothing is to be done any more, because of this.
    Close(String),
    /// It is open again.
    Reopen,
}

/// Something that happened to an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AlertEvent {
    /// When, in Unix seconds.
    pub time: Timestamp,
    /// Who did it; `hawkshaw` where nobody did.
    pub who: String,
    /// What: `raised`, `assigned`, `commented`, `snoozed`, `closed`, `reopened`.
    pub what: String,
    /// The comment, the reason, the assignee or the time.
    pub text: Option<String>,
}

impl AlertQueue {
    /// Its name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::Retroactive => "retroactive",
        }
    }
}

impl AlertState {
    /// Its name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Snoozed => "snoozed",
            Self::Closed => "closed",
        }
    }
}

impl AlertChange {
    /// What history and events call it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Assign(_) => "assigned",
            Self::Comment(_) => "commented",
            Self::Snooze(_) => "snoozed",
            Self::Close(_) => "closed",
            Self::Reopen => "reopened",
        }
    }

    pub(crate) fn text(&self) -> Option<String> {
        match self {
            Self::Assign(who) => who.clone(),
            Self::Comment(text) | Self::Close(text) => Some(text.clone()),
            Self::Snooze(until) => Some(until.to_string()),
            Self::Reopen => None,
        }
    }
}

impl Alert {
    /// The alert as receivers of events and readers of the API see it. Times are RFC 3339.
    pub fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "queue": self.queue.as_str(),
            "state": self.state.as_str(),
            "registration": {
                "id": self.registration,
                "kind": self.kind.as_str(),
                "address": self.address,
                "chain": self.chain,
                "user": self.user,
                "reference": self.reference,
            },
            "earlier": self.earlier,
            "now": self.verdict,
            "assignee": self.assignee,
            "snoozed_until": self.snoozed_until.map(|time| time.to_string()),
            "reason": self.reason,
            "created": self.created.to_string(),
            "updated": self.updated.to_string(),
        })
    }
}

impl std::str::FromStr for AlertQueue {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Self::Immediate, Self::Retroactive];
        all.into_iter().find(|queue| queue.as_str() == text).ok_or_else(|| {
            let shown: String = text.chars().take(60).collect();
            format!("`{shown}` is no queue: they are `immediate` and `retroactive`")
        })
    }
}

impl std::str::FromStr for AlertState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let all = [Self::Open, Self::Snoozed, Self::Closed];
        all.into_iter().find(|state| state.as_str() == text).ok_or_else(|| {
            let shown: String = text.chars().take(60).collect();
            format!("`{shown}` is no state: they are `open`, `snoozed` and `closed`")
        })
    }
}

impl Serialize for AlertQueue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for AlertState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
