//! Writes the exports of an incident ledger into a directory: of the ledger that comes with
//! Hawkshaw, and below it, in `invented/`, of one whose text is made to break readers.
//!
//! ```sh
//! cargo run -p hawkshaw-report --example incident_exports -- /tmp/exports
//! ```

#[path = "../tests/incident_exports/invented.rs"]
mod invented;

use std::path::{Path, PathBuf};

use hawkshaw_incidents::{Incident, IncidentLedger};
use hawkshaw_report::incidents::{to_csv, to_json, to_misp, to_parquet, to_stix};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::args_os().nth(1).map(PathBuf::from);
    let directory = directory.ok_or("usage: incident_exports DIRECTORY")?;
    write(&directory, &IncidentLedger::built_in())?;
    write(&directory.join("invented"), &invented::ledger()?)
}

fn write(directory: &Path, ledger: &IncidentLedger) -> Result<(), Box<dyn std::error::Error>> {
    let incidents: Vec<&Incident> = ledger.incidents().collect();
    std::fs::create_dir_all(directory)?;
    for (name, bytes) in [
        ("incidents.csv", to_csv(ledger, &incidents)),
        ("incidents.json", to_json(ledger, &incidents)),
        ("incidents.parquet", to_parquet(ledger, &incidents)?),
        ("incidents.stix.json", to_stix(ledger, &incidents)),
        ("incidents.misp.json", to_misp(ledger, &incidents)),
    ] {
        std::fs::write(directory.join(name), bytes)?;
    }
    Ok(())
}
