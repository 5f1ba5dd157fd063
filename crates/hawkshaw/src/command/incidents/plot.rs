//! `hawkshaw incidents plot`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use hawkshaw_incidents::{Incident, IncidentLedger, Launches, Statistics};
use hawkshaw_report::incidents::{charts, to_csv, to_json, to_page, to_parquet, to_png};

use crate::bundle;
use crate::cli::incidents::FilterArguments;
use crate::exit::Failure;
use crate::screen::{self, Activity};

pub(super) fn run(
    ledger: &IncidentLedger,
    filter: &FilterArguments,
    launches: &[Launches],
    folder: &Path,
    quiet: bool,
) -> Result<(), Failure> {
    bundle::check_folder(folder)?;
    let activity = Activity::start(quiet);
    activity.now("counting");
    let selection = super::read::selection(ledger, filter)?;
    let statistics = Statistics::of(ledger, &selection, launches);
    let incidents: Vec<&Incident> = selection.counted.iter().map(|one| one.incident).collect();
    activity.now("drawing");
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for picture in charts(ledger, &statistics) {
        let png = to_png(&picture.svg).context("cannot draw a picture");
        files.insert(format!("{}.png", picture.name), png.map_err(Failure::BadData)?);
        files.insert(format!("{}.svg", picture.name), picture.svg);
    }
    files.insert("index.html".into(), to_page(ledger, &statistics, &ledger.compare_all()));
    files.insert("incidents.csv".into(), to_csv(ledger, &incidents));
    files.insert("incidents.json".into(), to_json(ledger, &incidents));
    let parquet = to_parquet(ledger, &incidents).map_err(Failure::bad_data)?;
    files.insert("incidents.parquet".into(), parquet);
    let statistics = format!("{:#}\n", super::stats::to_json(&statistics));
    files.insert("statistics.json".into(), statistics.into_bytes());
    activity.now("writing");
    bundle::write_files(folder, &files)?;
    drop(activity);
    let page = folder.join("index.html");
    let said = format!("{} files written: open {} in a browser", files.len(), page.display());
    screen::say(quiet, &said);
    Ok(())
}
