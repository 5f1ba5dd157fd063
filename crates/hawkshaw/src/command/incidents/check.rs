//! `hawkshaw incidents check`.

use std::path::PathBuf;

use hawkshaw_incidents::IncidentLedger;

use crate::exit::Failure;
use crate::screen;

pub(super) fn run(paths: &[PathBuf]) -> Result<(), Failure> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(super::read::files(path)?);
    }
    let ledger = if paths.is_empty() {
        IncidentLedger::built_in()
    } else {
        IncidentLedger::from_files(files).map_err(Failure::bad_data)?
    };
    let text = format!("{} incidents: nothing wrong\n", ledger.len());
    screen::answer(text.as_bytes())
}
