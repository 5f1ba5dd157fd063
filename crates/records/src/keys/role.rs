//! What a key may do.

use serde::{Serialize, Serializer};

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Ask about addresses and transfers.
    Screen,
    /// Register transfers, withdrawal attempts and addresses, and see them.
    Register,
    /// See and work on alerts.
    Alerts,
    /// Say where events are delivered, and see what was.
    Webhooks,
    /// Read metrics.
    Metrics,
    /// Read the audit log.
    Audit,
    /// Everything, and the records of all keys.
    Admin,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Screen, Self::Register, Self::Alerts, Self::Webhooks, Self::Metrics, Self::Admin];

    /// Its name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Screen => "screen",
            Self::Register => "register",
            Self::Alerts => "alerts",
            Self::Webhooks => "webhooks",
            Self::Metrics => "metrics",
            Self::Audit => "audit",
            Self::Admin => "admin",
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or_else(|| {
            let shown: String = text.chars().take(60).collect();
            let names = Self::ALL.map(Self::as_str).join(", ");
            format!("`{shown}` is no role: they are {names}")
        })
    }
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
