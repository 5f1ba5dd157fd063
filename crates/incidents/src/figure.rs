//! The amount of an incident, chosen among its claims by a stated rule.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::claim::AmountClaim;
use crate::incident::Incident;
use crate::usd::Usd;
use crate::vocabulary::{Priced, Reach};

/// Which claim gives the amount of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Pricing {
    /// The first claim in US dollars: the figure that the authors of the ledger hold best
    /// supported.
    #[default]
    Ledger,
    /// The lowest claim.
    Lowest,
    /// The highest claim.
    Highest,
    /// The first claim at the prices of the time of the theft.
    AtTheft,
    /// The first claim of this claimant.
    By(String),
}

/// A text that is no price rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no price rule: use ledger, lowest, highest, theft, or by:CLAIMANT")]
pub struct UnknownPricing(String);

impl Pricing {
    /// The rule as a sentence, for people.
    pub fn text(&self) -> String {
        match self {
            Self::Ledger => "the first claim in US dollars of each incident, which its file holds \
                             best supported"
                .to_owned(),
            Self::Lowest => "the lowest claim of each incident".to_owned(),
            Self::Highest => "the highest claim of each incident".to_owned(),
            Self::AtTheft => "the first claim of each incident that is priced at the time of the \
                              theft"
                .to_owned(),
            Self::By(name) => format!("the first claim of each incident by {name}"),
        }
    }
}

impl FromStr for Pricing {
    type Err = UnknownPricing;

    fn from_str(text: &str) -> Result<Self, UnknownPricing> {
        match text {
            "ledger" => Ok(Self::Ledger),
            "lowest" => Ok(Self::Lowest),
            "highest" => Ok(Self::Highest),
            "theft" => Ok(Self::AtTheft),
            _ => match text.strip_prefix("by:").map(str::trim) {
                Some(name) if !name.is_empty() => Ok(Self::By(name.to_owned())),
                _ => Err(UnknownPricing(hawkshaw_model::Printable(text).to_string())),
            },
        }
    }
}

impl fmt::Display for Pricing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ledger => f.pad("ledger"),
            Self::Lowest => f.pad("lowest"),
            Self::Highest => f.pad("highest"),
            Self::AtTheft => f.pad("theft"),
            Self::By(name) => write!(f, "by:{name}"),
        }
    }
}

/// The amount of an incident under a price rule, and between which amounts its claims lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Figure {
    /// The amount; `None` where no claim fits the rule.
    pub usd: Option<Usd>,
    /// The least that any claim allows for. A claim of "more than" contradicts no larger one, so
    /// that bounds count only where there is nothing else.
    pub low: Option<Usd>,
    /// The most that any claim allows for.
    pub high: Option<Usd>,
    /// The position of the claim that gives the amount.
    pub claim: Option<usize>,
    /// Whether that claim is an estimate for which no range was given.
    pub estimate_without_range: bool,
}

impl Figure {
    /// The amount of an incident. Claims of what was only attempted, of a part, or of a face value
    /// never count.
    pub fn of(incident: &Incident, pricing: &Pricing) -> Self {
        let is_priced =
            |claim: &AmountClaim| claim.what == Reach::Taken && claim.value.point().is_some();
        let taken = || incident.amounts.iter().enumerate().filter(|(_, claim)| is_priced(claim));
        let chosen = match pricing {
            Pricing::Ledger => taken().next(),
            Pricing::Lowest => taken().min_by_key(|(at, claim)| (claim.value.low(), *at)),
            Pricing::Highest => {
                taken().max_by_key(|(at, claim)| (claim.value.high(), std::cmp::Reverse(*at)))
            }
            Pricing::AtTheft => taken().find(|(_, claim)| claim.priced == Priced::Theft),
            Pricing::By(name) => taken().find(|(_, claim)| claim.basis.by == *name),
        };
        let usd = chosen.and_then(|(_, claim)| match pricing {
            Pricing::Lowest => claim.value.low(),
            Pricing::Highest => claim.value.high(),
            _ => claim.value.point(),
        });
        let has_figure = taken().any(|(_, claim)| !claim.value.is_bound());
        let values = || {
            taken().map(|(_, claim)| claim.value).filter(|value| !(has_figure && value.is_bound()))
        };
        Self {
            usd,
            low: values().filter_map(|value| value.low()).chain(usd).min(),
            high: values().filter_map(|value| value.high()).chain(usd).max(),
            claim: chosen.map(|(at, _)| at),
            estimate_without_range: chosen
                .is_some_and(|(_, claim)| claim.is_estimate_without_range()),
        }
    }
}
