//! `hawkshaw ledger verify`.

use std::path::Path;

use anyhow::anyhow;
use hawkshaw_ledger::store::verify;
use hawkshaw_model::Printable;
use serde_json::json;

use crate::exit::Failure;
use crate::screen::{self, Meter};
use crate::store::failure;

pub(super) fn run(store: &Path, json: bool, quiet: bool) -> Result<(), Failure> {
    let meter = Meter::bytes(quiet, "checking");
    let report = verify(store, &mut |done, total| meter.at(done, total)).map_err(failure)?;
    drop(meter);
    let problems = &report.problems;
    if json {
        let problems: Vec<_> = problems
            .iter()
            .map(|problem| {
                json!({
                    "file": problem.file(),
                    "offset": problem.offset(),
                    "problem": problem.to_string(),
                })
            })
            .collect();
        super::answer_json(&json!({
            "schema": "hawkshaw.ledger.verify/1",
            "files": report.files,
            "bytes": report.bytes,
            "transactions": report.txs,
            "movements": report.rows,
            "sound": report.is_sound(),
            "problems": problems,
        }))?;
    } else {
        let mut text = String::new();
        for problem in problems {
            text.push_str(&format!("{}\n", Printable(&problem.to_string())));
        }
        if report.is_sound() {
            text.push_str(&format!(
                "Whole: {} files, {} bytes, {} transactions, {} movements.\n",
                report.files, report.bytes, report.txs, report.rows
            ));
        }
        screen::answer(text.as_bytes())?;
    }
    match problems.len() {
        0 => Ok(()),
        count => Err(Failure::BadData(anyhow!(
            "{} is damaged in {count} places: import the files that it was made of into a new \
             store",
            store.display()
        ))),
    }
}
