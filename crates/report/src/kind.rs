//! Kinds of terminal as people read them.

use hawkshaw_model::TerminalKind;

/// How a kind of terminal is spoken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KindWords {
    /// The class of its colour in pages.
    pub(crate) class: &'static str,
    /// One place of it: `exchange`.
    pub(crate) one: &'static str,
    /// What happened to the value: `reached exchanges`.
    pub(crate) happened: &'static str,
}

/// The words for a kind.
pub(crate) fn words(kind: &TerminalKind) -> KindWords {
    let (class, one, happened) = match kind {
        TerminalKind::Exchange => ("exchange", "exchange", "reached exchanges"),
        TerminalKind::Mixer => ("mixer", "mixer", "went into mixers"),
        TerminalKind::Bridge => ("bridge", "bridge", "left over bridges"),
        TerminalKind::SwapService => ("swap", "swap service", "went to swap services"),
        TerminalKind::Service(_) => ("service", "service", "reached other services"),
        TerminalKind::InferredService => {
            ("inferred", "inferred service", "stopped at inferred services")
        }
        TerminalKind::Frozen => ("frozen", "frozen", "is frozen"),
        TerminalKind::Burned => ("burned", "burned", "was burned"),
        TerminalKind::Fee => ("fee", "fees", "was paid as fees"),
        TerminalKind::Held => ("held", "still held", "is still held"),
        TerminalKind::NoData => ("nodata", "no data", "is where the data end"),
        TerminalKind::StolenAgain => ("again", "stolen again", "was stolen again"),
        TerminalKind::BelowFloor => {
            ("floor", "below the reporting floor", "lies below the reporting floor")
        }
        TerminalKind::Limit => {
            ("limit", "limit reached", "was not followed because a limit was reached")
        }
    };
    KindWords { class, one, happened }
}

/// What a reader must know of a kind.
pub(crate) fn meaning(kind: &TerminalKind) -> &'static str {
    match kind {
        TerminalKind::Exchange => {
            "A service that keeps accounts for customers and can know who they are."
        }
        TerminalKind::Mixer => "A mixing service: what leaves it is not linked to what entered it.",
        TerminalKind::Bridge => "A bridge whose far side is not in the data.",
        TerminalKind::SwapService => "A service that swaps assets and is not followed through.",
        TerminalKind::Service(_) => "A service of another kind, named by the concept of its tag.",
        TerminalKind::InferredService => {
            "An untagged address that behaves like a service: stopped here, unverified."
        }
        TerminalKind::Frozen => "Value that its issuer has frozen.",
        TerminalKind::Burned => "Value sent where nobody can spend it.",
        TerminalKind::Fee => "Fees of transactions.",
        TerminalKind::Held => "Value that has not moved on by the last transaction of the data.",
        TerminalKind::NoData => {
            "Value at an address that the data do not cover: it may have moved on."
        }
        TerminalKind::StolenAgain => {
            "Value that the case lists as stolen a second time; it is counted anew from there."
        }
        TerminalKind::BelowFloor => {
            "The sum of places that each stay below the reporting floor under every policy."
        }
        TerminalKind::Limit => "A limit of the engine was reached here.",
    }
}

/// The name of a kind, safe to show: `swap-service`.
pub(crate) fn name(kind: &TerminalKind) -> String {
    crate::text::label(&kind.name())
}

/// The kinds as a page lists them: what can be acted on first.
pub(crate) fn rank(kind: &TerminalKind) -> u8 {
    match kind {
        TerminalKind::Frozen => 0,
        TerminalKind::Held => 1,
        TerminalKind::Exchange => 2,
        TerminalKind::SwapService => 3,
        TerminalKind::Service(_) => 4,
        TerminalKind::Bridge => 5,
        TerminalKind::InferredService => 6,
        TerminalKind::Mixer => 7,
        TerminalKind::NoData => 8,
        TerminalKind::Limit => 9,
        TerminalKind::StolenAgain => 10,
        TerminalKind::Burned => 11,
        TerminalKind::Fee => 12,
        TerminalKind::BelowFloor => 13,
    }
}
