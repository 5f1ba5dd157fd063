//! What a transaction is taken for.

use hawkshaw_model::Mix;

/// What a transaction is taken for, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A mix, or the preparation of one.
    Mix(Mix),
    /// Nothing of the kind.
    Nothing {
        /// How sure, in thousandths.
        confidence: u16,
        /// What speaks against a mix.
        rule: &'static str,
    },
}

impl Verdict {
    /// A transaction that is no candidate at all: its numbers of legs and amounts fit no rule.
    pub const PLAIN: Self = Self::Nothing { confidence: 999, rule: "no-shape" };

    /// A candidate that something speaks against.
    pub(crate) fn not(rule: &'static str) -> Self {
        Self::Nothing { confidence: 900, rule }
    }

    /// The mix, where it is one.
    pub fn mix(self) -> Option<Mix> {
        match self {
            Self::Mix(mix) => Some(mix),
            Self::Nothing { .. } => None,
        }
    }

    /// The word for its class: that of the mix, or `none`.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Mix(mix) => mix.class.as_str(),
            Self::Nothing { .. } => "none",
        }
    }

    /// How sure, in thousandths.
    pub fn confidence(&self) -> u16 {
        match self {
            Self::Mix(mix) => mix.confidence,
            Self::Nothing { confidence, .. } => *confidence,
        }
    }

    /// The rule that says so.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Mix(mix) => mix.rule,
            Self::Nothing { rule, .. } => rule,
        }
    }
}
