//! `hawkshaw incidents export`.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use hawkshaw_incidents::{Incident, IncidentLedger};
use hawkshaw_report::incidents::{to_csv, to_json, to_misp, to_parquet, to_stix};

use crate::cli::incidents::{ExportFormat, FilterArguments};
use crate::exit::Failure;
use crate::screen;

pub(super) fn run(
    ledger: &IncidentLedger,
    filter: &FilterArguments,
    format: ExportFormat,
    out: Option<&Path>,
) -> Result<(), Failure> {
    let selection = super::read::selection(ledger, filter)?;
    let incidents: Vec<&Incident> = selection.counted.iter().map(|one| one.incident).collect();
    let bytes = match format {
        ExportFormat::Csv => to_csv(ledger, &incidents),
        ExportFormat::Json => to_json(ledger, &incidents),
        ExportFormat::Parquet => to_parquet(ledger, &incidents).map_err(Failure::bad_data)?,
        ExportFormat::Stix => to_stix(ledger, &incidents),
        ExportFormat::Misp => to_misp(ledger, &incidents),
    };
    match out {
        Some(path) => create(path, &bytes),
        None if format == ExportFormat::Parquet && std::io::stdout().is_terminal() => {
            Err(Failure::Usage(anyhow!("Parquet is not for a terminal: name a file with --out")))
        }
        None => screen::answer(&bytes),
    }
}

/// Writes a file that must not exist yet.
fn create(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write as _;
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(bytes))
        .with_context(|| format!("cannot write {}", path.display()))
        .map_err(Failure::Unavailable)
}
