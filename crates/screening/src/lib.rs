//! What is known of an address when money comes from it or goes to it, and what rules say.
//!
//! The question it answers: may this deposit be credited, may this address be paid?
//! *Useful for* embedding: a [`Screener`] answers from memory and mapped files, in microseconds.
//! *Not useful for* finding out where stolen value went: `hawkshaw-trace` does that, and what is
//! kept here of it is exposure per address.
//!
//! **Invariants:** a lookup that fails is an error and never an answer; what is not known is
//! `not_found` or `not_covered`, never clean; the crate contacts nobody and reads no clock:
//! callers hand in bytes, maps and times; value is an integer.

mod answer;
mod answer_json;
mod category;
mod coverage;
mod exposure;
mod facts;
mod index;
mod key;
mod listing;
mod lists;
pub mod magic;
mod names;
mod notation;
mod overlay;
mod query;
mod replay;
mod rules;
mod screener;
mod shapes;

pub use answer::{Answer, Decision, Evidence, Match, Reason, Shadowed, Status};
pub use answer_json::ANSWER_SCHEMA;
pub use category::{Category, Severity, UnknownCategory};
pub use coverage::{ChainCoverage, Coverage};
pub use exposure::{
    Amounts, Exposed, ExposureEntry, ExposureKind, ExposureTable, POLICIES, PathNode, PathStep,
    SOURCES_MAX, Source, SourceIx, Total, UsdAmounts,
};
pub use facts::Facts;
pub use hawkshaw_attribution::{EntityKind, chain_named};
pub use index::{AddressIndex, IndexBuilder, IndexError, PATH_STEPS_MAX};
pub use key::AddressKey;
pub use listing::{ListId, ListInfo, ListKind, Listing};
pub use lists::{
    BookError, DatedBy, DiffEntry, Edition, ListBook, ListDiff, ListEntry, ListStatus, Shrinking,
};
pub use names::{NameHit, NameHits, NameIndex, NameQuery, NamedEntity, SCORE_MAX};
pub use overlay::{Change, Overlay};
pub use query::{Action, Direction, Query};
pub use replay::{
    BookedSource, ExposureRun, Progress, ReplayError, ReplaySettings, ReversedLedger, SourceBook,
    World, replay,
};
pub use rules::{RuleProblem, RuleProblems, RuleSet};
pub use screener::{Decide, ScreenError, Screener};
pub use shapes::Shapes;
