//! Who wants to hear of events.

use hawkshaw_model::Timestamp;
use serde::{Serialize, Serializer};

use crate::id::RecordId;
use crate::keys::KeyId;

/// What receivers hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventKind {
    /// An alert was raised.
    AlertRaised,
    /// Somebody did something with an alert.
    AlertChanged,
}

/// A secret with which deliveries are signed. It has to be kept as it is: a signature cannot be
/// made from a digest.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// The secret: `whsec_` and 64 hex digits.
    pub text: String,
    /// Until when it is used; `None`: until it is replaced.
    pub until: Option<Timestamp>,
}

/// A wish to hear of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSubscription {
    /// Whose it is: he hears of his own alerts alone.
    pub owner: KeyId,
    /// Where to.
    pub url: String,
    /// What it is for.
    pub description: Option<String>,
    /// Of what.
    pub events: Vec<EventKind>,
}

/// Who wants to hear of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: RecordId,
    /// Whose it is.
    pub owner: KeyId,
    /// Where to.
    pub url: String,
    /// What it is for.
    pub description: Option<String>,
    /// Of what.
    pub events: Vec<EventKind>,
    /// What deliveries are signed with: the newest first.
    pub secrets: Vec<Secret>,
    /// Whether events are delivered; what happens meanwhile is not delivered later.
    pub is_active: bool,
    /// Since when.
    pub created: Timestamp,
}

/// What is changed of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubscriptionChange {
    /// Deliver to another place.
    Url(String),
    /// Deliver other events.
    Events(Vec<EventKind>),
    /// Deliver, or do not.
    Active(bool),
    /// Make a new secret; sign with the old one too, until this time.
    Rotate(Timestamp),
}

impl EventKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::AlertRaised, Self::AlertChanged];

    /// Its name in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AlertRaised => "alert.raised",
            Self::AlertChanged => "alert.changed",
        }
    }
}

impl std::str::FromStr for EventKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            let shown: String = text.chars().take(60).collect();
            format!("`{shown}` is no event: they are `alert.raised` and `alert.changed`")
        })
    }
}

impl Serialize for EventKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl std::fmt::Debug for Secret {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").field("until", &self.until).finish_non_exhaustive()
    }
}
