//! `hawkshaw ledger import`.

mod digest;
mod files;
mod reading;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::anyhow;
use hawkshaw_ingest::IngestError;
use hawkshaw_ledger::store::{ImportSummary, InputFile, Snapshot, StoreWriter, feed};
use hawkshaw_model::Ledger as _;
use hawkshaw_report::ledger::{ImportAnswer, ImportedChain, to_import_json, to_import_text};

use self::files::Table;
use self::reading::{Reading, Stop, Tally};
use crate::cli::ledger::ImportArguments;
use crate::exit::Failure;
use crate::screen::{self, Meter};
use crate::store::{self, failure};

pub(super) fn run(arguments: &ImportArguments, quiet: bool) -> Result<(), Failure> {
    let started = Instant::now();
    let interrupt = screen::interrupt()?;
    let tables = files::tables(arguments, quiet)?;
    let inputs = digest::inputs(&tables, &files::options(arguments), &interrupt, quiet)?;
    let mut writer = StoreWriter::open(&arguments.store.store).map_err(failure)?;
    if let Some(rows) = arguments.batch_rows {
        writer = writer.with_batch_rows(rows);
    }
    let (tables, inputs, known) = missing(&writer, tables, inputs, quiet);
    let imported = if tables.is_empty() {
        Imported::default()
    } else {
        store(&mut writer, tables, &inputs, arguments, &interrupt, quiet)?
    };
    drop(writer);
    let mut answer = answer(arguments, &imported, inputs.len(), known)?;
    answer.millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    if arguments.json {
        return super::answer_json(&to_import_json(&answer));
    }
    screen::answer(to_import_text(&answer).as_bytes())
}

/// Leaves out the files that the store holds. Gives how many.
fn missing(
    writer: &StoreWriter,
    tables: Vec<Table>,
    inputs: Vec<InputFile>,
    quiet: bool,
) -> (Vec<Table>, Vec<InputFile>, u64) {
    let stored = writer.stored(&inputs);
    let mut known = 0;
    let mut seen = std::collections::BTreeSet::new();
    let (mut kept_tables, mut kept_inputs) = (Vec::new(), Vec::new());
    for ((table, input), is_stored) in tables.into_iter().zip(inputs).zip(stored) {
        if is_stored {
            known += 1;
            screen::say(quiet, &format!("already stored: {}", table.path.display()));
        } else if !seen.insert(input.digest.clone()) {
            screen::say(quiet, &format!("the same file again: {}", table.path.display()));
        } else {
            kept_tables.push(table);
            kept_inputs.push(input);
        }
    }
    (kept_tables, kept_inputs, known)
}

/// What came of an import.
#[derive(Default)]
struct Imported {
    summary: ImportSummary,
    defects: Vec<(String, u64)>,
}

fn store(
    writer: &mut StoreWriter,
    tables: Vec<Table>,
    inputs: &[InputFile],
    arguments: &ImportArguments,
    interrupt: &AtomicBool,
    quiet: bool,
) -> Result<Imported, Failure> {
    if writer.begin(inputs) {
        screen::say(quiet, "an interrupted import of these files goes on where it stopped");
    }
    let tally = Tally::new(inputs.iter().map(|input| input.bytes).sum());
    let meter = Meter::bytes(quiet, "importing");
    let started = Instant::now();
    let sources = tables.into_iter().map(|table| Reading::new(table, arguments, &tally)).collect();
    let mut watch = || {
        let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        let rate = tally.rows().saturating_mul(1000) / millis;
        meter.with(tally.bytes(), tally.bytes_total, || format!("{rate} rows/s"));
        if interrupt.load(Ordering::Relaxed) { Err(Stop::Interrupted) } else { Ok(()) }
    };
    let fed = feed(writer, sources, &mut watch);
    let ended = fed.and_then(|()| writer.end().map_err(Stop::from));
    drop(meter);
    tally.say(quiet);
    match ended {
        Ok(summary) => Ok(Imported { summary, defects: tally.defects() }),
        Err(stop) => Err(stopped(stop, arguments, quiet)),
    }
}

/// Why an import ended before its end. What is stored all the same is said first.
fn stopped(stop: Stop, arguments: &ImportArguments, quiet: bool) -> Failure {
    let kept = kept(arguments);
    if !matches!(stop, Stop::Interrupted) {
        screen::say(quiet, &format!("the import ended before its end: {kept}"));
    }
    match stop {
        Stop::Interrupted => Failure::Interrupted(anyhow!("interrupted: {kept}")),
        Stop::Store(error) => failure(error),
        Stop::Reading(error @ IngestError::Io { .. }) => Failure::Unavailable(error.into()),
        Stop::Reading(error) => Failure::bad_data(error),
    }
}

/// What an import that ended early has stored.
fn kept(arguments: &ImportArguments) -> String {
    let info = Snapshot::open(&arguments.store.store).ok().and_then(|found| found.info().ok());
    let through = info.and_then(|info| info.unfinished).unwrap_or_default();
    if through.is_empty() {
        return "nothing of it is stored".to_owned();
    }
    let stretches: Vec<String> =
        through.iter().map(|(chain, height)| format!("block {height} of {chain}")).collect();
    format!(
        "everything up to {} is stored, and the same command goes on there",
        stretches.join(" and ")
    )
}

fn answer(
    arguments: &ImportArguments,
    imported: &Imported,
    files: usize,
    known: u64,
) -> Result<ImportAnswer, Failure> {
    let summary = &imported.summary;
    let mut answer = ImportAnswer {
        files: files as u64,
        known_files: known,
        rows: summary.rows,
        stored: summary.stored,
        duplicates: summary.duplicates,
        resumed: summary.resumed,
        txs: summary.txs,
        inferred_indices: summary.inferred_indices,
        left_out: summary.left_out,
        defects: imported.defects.clone(),
        ..ImportAnswer::default()
    };
    let snapshot = store::open(&arguments.store.store)?;
    answer.bytes = snapshot.info().map_err(Failure::bad_data)?.bytes;
    answer.chains = snapshot
        .chains()
        .iter()
        .map(|chain| ImportedChain {
            chain: chain.id.clone(),
            heights: chain.heights,
            times: chain.times,
            txs: chain.txs.end - chain.txs.start,
        })
        .collect();
    Ok(answer)
}
