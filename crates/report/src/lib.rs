//! Here is a trace: how does a person read it, and how does somebody else check it?
//!
//! Every renderer takes the same [`Findings`] and returns bytes. *Useful for* a table at a
//! glance ([`to_table`]), a page to hand to a prosecutor ([`to_html`]), files for other programs
//! ([`to_json`], [`to_edges_csv`], [`to_terminals_csv`], [`to_patterns_csv`], [`to_graphml`]) and the [`Manifest`] by
//! which a report is run again. *Not useful for* deciding anything: all figures come from
//! `hawkshaw-trace`.
//!
//! **Invariants:** no file, no clock, no network; same findings, same bytes; outside text is
//! never shown raw; a figure that was rounded for people stands exact in `trace.json`; without
//! prices nothing is said of US dollars, and nothing that they say decides anything.
//!
//! ```
//! use hawkshaw_report::{Manifest, Parameters};
//!
//! let manifest =
//!     Manifest::new("hawkshaw 0.1.0", "ronin-bridge-2022".parse()?, vec![], Parameters::default());
//! let text = manifest.to_json();
//! assert_eq!(Manifest::from_json(&text)?, manifest);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod act;
mod csv;
mod figures;
mod findings;
mod graph;
mod graphml;
mod group;
mod html;
pub mod incidents;
mod interval;
mod json;
mod kind;
pub mod ledger;
mod manifest;
mod markup;
mod outline;
mod page;
mod patterns;
mod patterns_csv;
mod poor_swaps;
mod source;
mod statement;
mod steps;
mod summary;
mod table;
mod text;
mod usd;

pub use csv::{to_edges_csv, to_terminals_csv};
pub use findings::{Findings, to_files};
pub use graphml::to_graphml;
pub use html::to_html;
pub use json::to_json;
pub use manifest::{Input, InputRole, Manifest, ManifestError, Parameters, StopRule};
pub use page::{Colour, TableStyle};
pub use patterns_csv::to_patterns_csv;
pub use source::{SourceAnswer, SourceFact, to_source_json, to_source_text};
pub use table::to_table;
