//! Where following stops.

use std::fmt;

use crate::tag::ConceptId;

/// Why the value of a case is not followed further at some place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TerminalKind {
    /// A service that keeps accounts for customers and can know who they are.
    Exchange,
    /// A mixing service.
    Mixer,
    /// A bridge whose far side is not followed.
    Bridge,
    /// A service that swaps assets and is not followed through.
    SwapService,
    /// A further kind of service, named by the concept of its tag.
    Service(ConceptId),
    /// An untagged address that behaves like a service: stopped here, unverified.
    InferredService,
    /// Value that its issuer froze.
    Frozen,
    /// Value sent where nobody can spend it.
    Burned,
    /// Fees of transactions.
    Fee,
    /// Value that is still in the holding.
    Held,
    /// Value in a holding that the data do not cover: where it is now is not known.
    NoData,
    /// Earlier taint of value that the case lists as stolen a second time.
    StolenAgain,
    /// The terminals that stay below the reporting floor, in one sum.
    BelowFloor,
    /// A limit of the engine was reached.
    Limit,
}

impl TerminalKind {
    /// The name in files: `swap-service`. A further service has the name of its concept.
    pub fn name(&self) -> String {
        match self {
            Self::Exchange => "exchange",
            Self::Mixer => "mixer",
            Self::Bridge => "bridge",
            Self::SwapService => "swap-service",
            Self::Service(concept) => return concept.as_str().replace('_', "-"),
            Self::InferredService => "inferred-service",
            Self::Frozen => "frozen",
            Self::Burned => "burned",
            Self::Fee => "fee",
            Self::Held => "held",
            Self::NoData => "no-data",
            Self::StolenAgain => "stolen-again",
            Self::BelowFloor => "below-floor",
            Self::Limit => "limit",
        }
        .to_owned()
    }
}

impl fmt::Display for TerminalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

/// The answer to "does following stop at this account", where it is yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// The kind of terminal.
    pub kind: TerminalKind,
    /// Who runs the service, as a person reads it, where that is known.
    pub actor: Option<String>,
}
