//! The names of the rules, and which of them are on.

use std::fmt;
use std::str::FromStr;

/// A rule that says of a movement that it is noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoiseRule {
    /// A movement of nothing that the account did not send.
    ZeroValue,
    /// A token that bears the name of a curated asset and is another contract.
    Counterfeit,
    /// A token that is said to leave an account that never had it and did not send it.
    SpoofedLog,
    /// Next to nothing from an address that looks like one the account dealt with lately.
    Poisoning,
    /// One transaction that hands a token to fifty addresses or more.
    Airdrop,
    /// Next to nothing from a stranger.
    Dust,
}

impl NoiseRule {
    /// All of them, in the order of their names in documents.
    pub const ALL: [Self; 6] = [
        Self::ZeroValue,
        Self::Counterfeit,
        Self::SpoofedLog,
        Self::Poisoning,
        Self::Airdrop,
        Self::Dust,
    ];

    /// The name on the command line and in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ZeroValue => "zero-value",
            Self::Counterfeit => "counterfeit",
            Self::SpoofedLog => "spoofed-log",
            Self::Poisoning => "poisoning",
            Self::Airdrop => "airdrop",
            Self::Dust => "dust",
        }
    }

    fn bit(self) -> u8 {
        match self {
            Self::ZeroValue => 1,
            Self::Counterfeit => 1 << 1,
            Self::SpoofedLog => 1 << 2,
            Self::Poisoning => 1 << 3,
            Self::Airdrop => 1 << 4,
            Self::Dust => 1 << 5,
        }
    }
}

impl fmt::Display for NoiseRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no noise rule has this name: there are {}", names())]
pub struct UnknownNoiseRule;

fn names() -> String {
    NoiseRule::ALL.map(NoiseRule::as_str).join(", ")
}

impl FromStr for NoiseRule {
    type Err = UnknownNoiseRule;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == text).ok_or(UnknownNoiseRule)
    }
}

/// Which noise is kept, by rule. By default none is: all rules are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Noise {
    kept: u8,
}

impl Noise {
    /// All rules are applied: what they match counts for nothing.
    pub const DROPPED: Self = Self { kept: 0 };
    /// No rule is applied.
    pub const KEPT: Self = Self { kept: 0b11_1111 };

    /// What these rules match is kept; the others are applied.
    pub fn keeping(rules: impl IntoIterator<Item = NoiseRule>) -> Self {
        Self { kept: rules.into_iter().fold(0, |kept, rule| kept | rule.bit()) }
    }

    /// Whether a rule is applied.
    pub fn drops(self, rule: NoiseRule) -> bool {
        self.kept & rule.bit() == 0
    }

    /// The rules that are not applied, in their order.
    pub fn kept(self) -> impl Iterator<Item = NoiseRule> {
        NoiseRule::ALL.into_iter().filter(move |rule| !self.drops(*rule))
    }
}

#[cfg(test)]
mod tests {
    use super::{Noise, NoiseRule};

    #[test]
    fn every_rule_has_a_switch_of_its_own() {
        for rule in NoiseRule::ALL {
            assert_eq!(rule.as_str().parse(), Ok(rule));
            let noise = Noise::keeping([rule]);
            assert_eq!(noise.kept().collect::<Vec<_>>(), [rule]);
            assert!(NoiseRule::ALL.into_iter().all(|other| noise.drops(other) == (other != rule)));
        }
        assert_eq!(Noise::keeping(NoiseRule::ALL), Noise::KEPT);
        assert_eq!(Noise::keeping([]), Noise::DROPPED);
        let error = "Dust".parse::<NoiseRule>().unwrap_err().to_string();
        assert!(error.contains("spoofed-log, poisoning"), "{error}");
    }
}
