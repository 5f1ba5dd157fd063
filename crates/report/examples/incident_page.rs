//! Writes page and pictures of the ledger that comes with Hawkshaw into a folder, for looking at:
//! once of the thefts attributed to North Korea, once of all.
//!
//! ```sh
//! cargo run -p hawkshaw-report --example incident_page -- /tmp/incidents
//! ```

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use hawkshaw_incidents::{IncidentLedger, InclusionRule, Loot, Pricing, Selection, Statistics};
use hawkshaw_report::incidents::{charts, to_page, to_png};

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let ledger = IncidentLedger::built_in();
    let loot = Some(Loot::Crypto);
    let dprk = InclusionRule { actor: Some("dprk".to_owned()), loot, ..InclusionRule::default() };
    write(&ledger, dprk, &folder.join("dprk"))?;
    write(&ledger, InclusionRule { loot, ..InclusionRule::default() }, &folder.join("all"))
}

fn write(ledger: &IncidentLedger, rule: InclusionRule, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let selection = Selection::new(ledger, rule, Pricing::Ledger);
    let statistics = Statistics::of(ledger, &selection, ledger.launches());
    let page = to_page(ledger, &statistics, &ledger.compare_all());
    std::fs::write(folder.join("index.html"), page)?;
    let began = Instant::now();
    for picture in charts(ledger, &statistics) {
        let png = to_png(&picture.svg).map_err(std::io::Error::other)?;
        std::fs::write(folder.join(format!("{}.png", picture.name)), png)?;
        std::fs::write(folder.join(format!("{}.svg", picture.name)), picture.svg)?;
    }
    writeln!(std::io::stdout(), "{}: drawn in {:?}", folder.display(), began.elapsed())
}
