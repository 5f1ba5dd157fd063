//! The ledger of thefts: who stole how much, when, by whose account, and statistics over it.
//!
//! *Useful for* reading, checking, counting and comparing what is claimed about thefts, with
//! the claimant and the source behind every figure.
//! *Not useful for* following the money of a theft: see `hawkshaw-trace`.
//!
//! **Invariants:** no claim without claimant, date and source; contradictory claims stand side
//! by side and none is chosen in silence; US dollars are whole cents, and only statistics such
//! as correlations use floating point; no file, clock or network is touched.

mod actor;
mod chain;
mod claim;
mod claimant;
mod comparison;
mod correlation;
mod date;
mod figure;
mod group;
mod import;
mod incident;
mod launches;
mod ledger;
mod measures;
mod percent;
mod problem;
mod reader;
mod selection;
mod series;
mod share;
mod shared;
mod source;
mod statistics;
mod timeline;
mod total;
mod usd;
mod vocabulary;

pub use actor::{Actor, Actors};
pub use chain::{Chain, UnknownChain};
pub use claim::{AmountClaim, AttributionClaim, Basis, NativeAmount, RecoveryClaim, UsdClaim};
pub use claimant::Claimants;
pub use comparison::{Comparison, Explanation, Interval, Peers, Reason, Verdict};
pub use correlation::{Aspect, Chance, CorrelationTest, Form, LAG_MONTHS_MAX, Lag, Thousandths};
pub use date::{PartialDate, PartialDateError};
pub use figure::{Figure, Pricing, UnknownPricing};
pub use group::{Group, GroupBy};
pub use import::{
    CrossCheck, DateOrder, Draft, DraftActor, DraftError, DraftOptions, DraftSource, ImportColumn,
    ImportDefect, ImportDefectReason, ImportError, ImportField, ImportOptions, Imported,
    ImportedAmount, ImportedRow, ImportedTable, MatchCandidate, MatchEvidence, MatchVerdict,
    PrintedTotal, RowMatch, RowPlace, TableFacts, TableFormat, TotalDifference, UnmappedWord,
    YearDifference, YearSum, YearSums, YearlyColumn, YearlyFigure, YearlyTable, draft, match_lists,
    match_rows, read_table,
};
pub use incident::{
    Beginning, Dates, Incident, IncidentId, KnownAddress, Laundering, Victim, is_country,
};
pub use launches::{Launches, read_launches};
pub use ledger::{IncidentLedger, LedgerFile};
pub use measures::{Concentration, Delays, Recovered};
pub use percent::Percent;
pub use problem::{Problem, Problems};
pub use reader::Place;
pub use selection::{Counted, InclusionRule, Omission, Selection};
pub use series::{Point, Series, SeriesKind, SeriesUnit};
pub use share::{Share, Span, Whole};
pub use source::{Source, Sources, is_link};
pub use statistics::{Grouping, Statistics};
pub use timeline::{Month, Timeline, first_day, launches_by_year};
pub use total::{Measure, Total, TotalRule};
pub use usd::{Usd, UsdError};
pub use vocabulary::{
    Certainty, Channel, ClaimantKind, Kind, Loot, Outcome, Priced, Reach, Role, Seen, Standing,
    Technique, UnknownWord, VictimKind, Vocabulary,
};
