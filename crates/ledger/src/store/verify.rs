//! Proof that a store is whole.

use std::path::Path;

use hawkshaw_model::{ChainId, LedgerKind, ReadError};

use crate::store::address_part::ADDRESSES;
use crate::store::assets;
use crate::store::container::{Container, Format};
use crate::store::error::StoreError;
use crate::store::manifest::{self, FileEntry, Manifest};
use crate::store::snapshot::Snapshot;
use crate::store::{events, outputs, transfers};
use hawkshaw_model::{Batch, Ledger as _, TxIx};

/// What was looked at, and what is wrong.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Files whose every page was checked.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Transactions whose rows were read.
    pub txs: u64,
    /// Movements and legs that were read.
    pub rows: u64,
    /// Everything that is wrong, each with file and offset.
    pub problems: Vec<ReadError>,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Reads every byte of a store: the checksum of every page, that every row can be decoded, that
/// every number is one of the store, that transactions are in order, and that the index finds
/// each. `progress` is told how many bytes of how many were checked.
///
/// # Errors
///
/// When there is no store, or its manifest is damaged; damage of other files is in the report.
pub fn verify(dir: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<VerifyReport, StoreError> {
    let Some(manifest) = Manifest::read(dir)? else {
        manifest::must_not_be_lost(dir)?;
        return Err(StoreError::NoStore(dir.to_path_buf()));
    };
    let mut report = VerifyReport::default();
    let total = manifest.files().map(|entry| entry.bytes).sum();
    for (entry, format) in files(&manifest) {
        match check_pages(dir, entry, format) {
            Ok(problems) => report.problems.extend(problems),
            Err(problem) => report.problems.push(problem),
        }
        report.files += 1;
        report.bytes += entry.bytes;
        progress(report.bytes, total);
    }
    if report.problems.is_empty() {
        match Snapshot::open(dir) {
            Ok(snapshot) => check_rows(&snapshot, &mut report),
            Err(StoreError::Damaged(problem)) => report.problems.push(problem),
            Err(other) => return Err(other),
        }
    }
    Ok(report)
}

fn files(manifest: &Manifest) -> Vec<(&FileEntry, Format)> {
    let mut files = Vec::new();
    files.extend(manifest.address_parts.iter().map(|entry| (entry, ADDRESSES)));
    files.extend(manifest.asset_parts.iter().map(|entry| (entry, assets::FORMAT)));
    for chain in &manifest.chains {
        let format = match chain.id.parse::<ChainId>().map(|id| id.ledger_kind()) {
            Ok(LedgerKind::Outputs) => outputs::FORMAT,
            _ => transfers::FORMAT,
        };
        files.extend(chain.segments.iter().map(|segment| (&segment.file, format)));
        files.extend(chain.events.iter().map(|events| (&events.file, events::FORMAT)));
    }
    files
}

fn check_pages(dir: &Path, entry: &FileEntry, format: Format) -> Result<Vec<ReadError>, ReadError> {
    let file = Container::open(&dir.join(&entry.file), format)?;
    entry.must_be(&file)?;
    Ok(file.verify_all())
}

/// Decodes every row.
fn check_rows(snapshot: &Snapshot, report: &mut VerifyReport) {
    for chain in snapshot.chains() {
        let segments = snapshot.segments(TxIx(chain.txs.start), TxIx(chain.txs.end));
        let mut last = None;
        for segment in segments {
            match check_segment(snapshot, segment, &mut last) {
                Ok((txs, rows)) => {
                    report.txs += txs;
                    report.rows += rows;
                }
                Err(problem) => report.problems.push(problem),
            }
        }
    }
}

type Position = (u64, u32);

fn check_segment(
    snapshot: &Snapshot,
    segment: &dyn hawkshaw_model::LedgerSegment,
    last: &mut Option<Position>,
) -> Result<(u64, u64), ReadError> {
    let (accounts, assets) = (snapshot.account_count(), snapshot.asset_count());
    let outputs = snapshot.output_count();
    let bad = |what: &str| {
        Err(ReadError::new(
            snapshot.dir.display().to_string(),
            0,
            format!("{what} (is the program that wrote the store at fault?)"),
        ))
    };
    let is_account = |number: &u32| {
        *number == hawkshaw_model::AccountIx::NONE
            || usize::try_from(*number).is_ok_and(|n| n < accounts)
    };
    let rows = match segment.batch()? {
        Batch::Transfers(batch) => {
            if !batch.payers.iter().chain(batch.payees).all(is_account) {
                return bad("a row names an account that the store does not have");
            }
            for row in 0..batch.payers.len() {
                let detail = batch.details.detail(row)?;
                if usize::try_from(detail.asset.0).is_ok_and(|asset| asset >= assets) {
                    return bad("a row names an asset that the store does not have");
                }
            }
            batch.payers.len()
        }
        Batch::Outputs(batch) => {
            let is_output = |number: &u64| {
                *number == hawkshaw_model::OutputIx::NONE
                    || usize::try_from(*number).is_ok_and(|n| n < outputs)
            };
            if !batch.holders.iter().all(is_account) || !batch.outputs.iter().all(is_output) {
                return bad("a leg names an account or output that the store does not have");
            }
            for row in 0..batch.holders.len() {
                batch.amounts.amount(row)?;
            }
            batch.holders.len()
        }
    };
    for tx in segment.txs() {
        let (stored, local) = snapshot.locate(TxIx(tx));
        let entry = stored.txs().entry(local)?;
        let position = (entry.height, entry.tx_index);
        if last.is_some_and(|last| last > position) {
            return bad("transactions are out of order");
        }
        *last = Some(position);
        if let Some(hash) = entry.hash
            && stored.find(&hash)?.is_none()
        {
            return bad("the index does not find a transaction");
        }
    }
    Ok((segment.txs().end - segment.txs().start, rows as u64))
}
