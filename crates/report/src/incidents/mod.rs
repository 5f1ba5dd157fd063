//! The ledger of incidents in the forms in which others read it.

mod chart;
mod column;
mod csv;
mod day;
mod json;
mod misp;
mod page;
mod parquet;
mod png;
mod stix;
mod text;
mod wording;

pub use chart::{Picture, charts};
pub use csv::to_csv;
pub use json::to_json;
pub use misp::to_misp;
pub use page::to_page;
pub use parquet::{ExportError, to_parquet};
pub use png::{PngError, to_png};
pub use stix::to_stix;
pub use text::{
    Detail, to_comparison_text, to_cross_check_text, to_import_text, to_incident_text,
    to_list_text, to_statistics_text, to_yearly_text,
};
