//! What a transaction is taken for.

use hawkshaw_model::Mix;

use crate::whirlpool;

/// What a transaction is taken for, and by which rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A mix, or the preparation of one.
    Mix(Mix),
    /// It has every sign of a mix but one that the published definition of its class asks for:
    /// lists that are to be compared with those of others do not name it. Whoever follows or
    /// groups coins has to take it for one.
    Resembles(Mix),
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

    /// The mix, where it is one or resembles one.
    pub fn mix(self) -> Option<Mix> {
        match self {
            Self::Mix(mix) | Self::Resembles(mix) => Some(mix),
            Self::Nothing { .. } => None,
        }
    }

    /// The mix, for whoever only looks.
    pub fn as_mix(&self) -> Option<&Mix> {
        match self {
            Self::Mix(mix) | Self::Resembles(mix) => Some(mix),
            Self::Nothing { .. } => None,
        }
    }

    /// The same, as lists name it.
    pub(crate) fn by_definition(self) -> Self {
        match self {
            Self::Mix(mix) if mix.rule == whirlpool::OTHER_SCRIPTS => Self::Resembles(mix),
            other => other,
        }
    }

    /// The word for its class: that of the mix, or `none`.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Mix(mix) => mix.class.as_str(),
            Self::Resembles(_) | Self::Nothing { .. } => "none",
        }
    }

    /// How sure, in thousandths: that it is of its class, and of `none` that it is no mix.
    pub fn confidence(&self) -> u16 {
        match self {
            Self::Mix(mix) => mix.confidence,
            Self::Resembles(mix) => 1_000 - mix.confidence.min(1_000),
            Self::Nothing { confidence, .. } => *confidence,
        }
    }

    /// The rule that says so.
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Mix(mix) | Self::Resembles(mix) => mix.rule,
            Self::Nothing { rule, .. } => rule,
        }
    }
}
