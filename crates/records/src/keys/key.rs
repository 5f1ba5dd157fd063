//! Keys.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use hawkshaw_model::Timestamp;
use serde::{Serialize, Serializer};

use super::role::Role;

/// The id of a key: public, and what records are owned by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(Arc<str>);

/// How much a key may ask; `None`: as much as the service allows to anybody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct KeyLimits {
    /// Requests a second.
    pub per_second: Option<u32>,
    /// Requests that may come at once.
    pub burst: Option<u32>,
    /// Addresses in a batch.
    pub batch: Option<u32>,
}

/// What a key is made with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewKey {
    /// Whose it is, for people.
    pub name: String,
    /// What it may do.
    pub roles: Vec<Role>,
    /// How much.
    pub limits: KeyLimits,
    /// Until when.
    pub expires: Option<Timestamp>,
}

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// Whose it is, for people: outside text.
    pub name: String,
    /// What it may do, in order.
    pub roles: Vec<Role>,
    /// How much.
    pub limits: KeyLimits,
    /// When it was made.
    pub created: Timestamp,
    /// Until when it is good.
    pub expires: Option<Timestamp>,
    /// Until when the secret before the last rotation is good too.
    pub old_until: Option<Timestamp>,
    /// Since when it is taken back.
    pub revoked: Option<Timestamp>,
    /// When it was last used, to within some seconds.
    pub last_used: Option<Timestamp>,
}

/// A key with its secret, which is shown this once.
#[derive(Clone, PartialEq, Eq)]
pub struct CreatedKey {
    /// The key.
    pub key: ApiKey,
    /// What is sent with requests: `hk_<id>_<secret>`.
    pub text: String,
}

/// Something that was done with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEvent {
    /// Its number.
    pub number: i64,
    /// When.
    pub time: Timestamp,
    /// With which key.
    pub key: KeyId,
    /// What: `created`, `rotated`, `revoked`.
    pub what: String,
}

impl KeyId {
    /// The owner of what is done without keys, which a service allows on loopback alone.
    pub fn local() -> Self {
        Self("local".into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sane = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if (1..=32).contains(&text.len()) && text.bytes().all(sane) {
            Ok(Self(text.into()))
        } else {
            let shown: String = text.chars().take(60).collect();
            Err(format!("`{shown}` is no id of a key: it is the part behind `hk_`"))
        }
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl ApiKey {
    /// Whether it may do this; an administrator may everything.
    pub fn may(&self, role: Role) -> bool {
        self.roles.contains(&role) || self.roles.contains(&Role::Admin)
    }
}

impl fmt::Debug for CreatedKey {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreatedKey").field("key", &self.key).finish_non_exhaustive()
    }
}
