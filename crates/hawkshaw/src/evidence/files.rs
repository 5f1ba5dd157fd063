//! Logs, calls and memos in canonical files.

use hawkshaw_bridges::Log;
use hawkshaw_ingest::{EventChoice, ReadOptions, Recognised, open_bytes};
use hawkshaw_model::{Case, Ledger, rows};

use crate::evidence::{Drafts, Evidence, account, first_theft, memos, time_of};
use crate::exit::Failure;
use crate::input::InputFile;

/// The tables that hold no movements.
const TABLES: &[&str] = &["events", "transactions"];

/// Whether a file is a canonical table of logs or of transactions.
pub(crate) fn is_evidence(file: &InputFile) -> bool {
    let header = file.bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let has = |name: &[u8]| header.split(|byte| *byte == b',').any(|cell| trimmed(cell) == name);
    (has(b"emitter") && has(b"topic0")) || (has(b"calldata") && has(b"success"))
}

/// A cell of a header without what spreadsheets put around it.
fn trimmed(cell: &[u8]) -> &[u8] {
    let cell = cell.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cell).trim_ascii();
    cell.strip_prefix(b"\"").and_then(|cell| cell.strip_suffix(b"\"")).unwrap_or(cell)
}

/// What the files of a trace say beside movements.
pub(crate) fn of_files<'a>(
    files: impl Iterator<Item = &'a InputFile>,
    ledger: &dyn Ledger,
    case: &Case,
) -> Result<Evidence, Failure> {
    let mut drafts = Drafts::default();
    // Calls have no time of their own: logs come first.
    let mut calls = Vec::new();
    for file in files {
        let options = ReadOptions::default().events(EventChoice::All).calldata(true);
        let shown = file.shown();
        let mut chunks =
            open_bytes(&shown, file.bytes.clone(), &options).map_err(Failure::bad_data)?;
        let Recognised { table, .. } = chunks.recognised();
        if !TABLES.contains(table) {
            continue;
        }
        for chunk in &mut chunks {
            let chunk = chunk.map_err(Failure::bad_data)?;
            logs(&mut drafts, ledger, &chunk)?;
            calls.push(chunk);
        }
        for (defect, count) in chunks.defects().iter() {
            *drafts.defects.entry(format!("evidence: {defect}")).or_default() += count;
        }
    }
    for chunk in &calls {
        self::calls(&mut drafts, ledger, chunk)?;
    }
    let since = first_theft(ledger, case).map_err(Failure::bad_data)?;
    memos::add(&mut drafts, ledger, since).map_err(Failure::bad_data)?;
    drafts.finish(ledger).map_err(Failure::bad_data)
}

fn logs(drafts: &mut Drafts, ledger: &dyn Ledger, chunk: &rows::Rows) -> Result<(), Failure> {
    let chain = &chunk.chain;
    for row in &chunk.events {
        let Some(tx) = row.spot.tx else { continue };
        let time = match row.spot.time {
            Some(time) => Some(time),
            None => time_of(ledger, chain, tx).map_err(Failure::bad_data)?,
        };
        let Some(time) = time else { continue };
        let log = Log {
            event: row.event,
            emitter: account(chain, &row.emitter),
            topics: row.topics.clone(),
            data: row.data.to_vec(),
        };
        drafts.log(chain, tx, row.spot.height, time, log);
    }
    Ok(())
}

fn calls(drafts: &mut Drafts, ledger: &dyn Ledger, chunk: &rows::Rows) -> Result<(), Failure> {
    let chain = &chunk.chain;
    for row in &chunk.calls {
        let Some(tx) = row.spot.tx else { continue };
        if !drafts.wants_call(chain, tx, &row.data) {
            continue;
        }
        let time = time_of(ledger, chain, tx).map_err(Failure::bad_data)?;
        let Some(record) = drafts.record(chain, tx, row.spot.height, time) else { continue };
        record.sender = row.sender.as_ref().map(|sender| account(chain, sender));
        record.to = row.to.as_ref().map(|to| account(chain, to));
        record.success = row.success;
        record.calldata = row.data.to_vec();
    }
    Ok(())
}
