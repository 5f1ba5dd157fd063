//! A chain of outputs, wherever it lies: a store, a table, or a folder of tables.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use hawkshaw_ledger::store::{Snapshot, StoreError};
use hawkshaw_ledger::{Defects, LedgerError, MemoryLedger};
use hawkshaw_model::{ChainSummary, Ledger, LedgerKind};
use hawkshaw_report::InputRole;

use crate::evidence;
use crate::exit::Failure;
use crate::input::{self, InputFile};
use crate::{screen, store};

/// What a path names.
pub(super) enum Place {
    /// A store.
    Store(Box<Snapshot>),
    /// Tables.
    Tables(Vec<InputFile>),
}

impl Place {
    /// Opens a store, or reads the tables of a file, of a case or of a folder.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        if !path.is_dir() {
            return Ok(Self::Tables(vec![InputFile::read(InputRole::Ledger, path)?]));
        }
        match Snapshot::open(path) {
            Ok(snapshot) => return Ok(Self::Store(Box::new(snapshot))),
            Err(StoreError::NoStore(_) | StoreError::NotAStore(_)) => {}
            Err(error) => return Err(store::failure(error)),
        }
        let mut tables = Vec::new();
        for path in tables_of(path)? {
            let file = InputFile::read(InputRole::Ledger, &path)?;
            if !evidence::is_evidence(&file) {
                tables.push(file);
            }
        }
        if tables.is_empty() {
            let shown = path.display();
            let error = anyhow!("{shown} holds neither a store nor a table of outputs");
            return Err(Failure::Usage(error));
        }
        Ok(Self::Tables(tables))
    }
}

/// The tables of a case, or the files of a folder.
fn tables_of(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !folder.join("case.toml").is_file() {
        let mut files = input::ledger_files(folder)?;
        files.retain(|file| file.file_name().is_none_or(|name| name != crate::asset_names::FILE));
        return Ok(files);
    }
    let own = ["outputs.csv", "transfers.csv"].map(|name| folder.join(name));
    let found = own.into_iter().find(|path| path.symlink_metadata().is_ok());
    found.map(|path| vec![path]).ok_or_else(|| {
        let shown = folder.display();
        Failure::Usage(anyhow!("the case {shown} has no outputs.csv: name its ledger or store"))
    })
}

/// A ledger in memory of tables, whose defects are said.
pub(super) fn ledger_of(tables: &[InputFile], quiet: bool) -> Result<MemoryLedger, LedgerError> {
    let named: Vec<_> = tables.iter().map(|file| (file.shown(), &file.bytes)).collect();
    let named = named.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    let (ledger, defects) = MemoryLedger::from_files(named)?;
    say_defects(&defects, quiet);
    Ok(ledger)
}

pub(super) fn say_defects(defects: &Defects, quiet: bool) {
    for (reason, count) in defects.iter() {
        screen::say(quiet, &format!("defects of the table: {reason} ({count})"));
    }
}

/// The chains of a ledger that keep outputs; it is wrong usage if there are none but others.
pub(super) fn output_chains<'a>(
    ledger: &'a dyn Ledger,
    path: &Path,
) -> Result<Vec<&'a ChainSummary>, Failure> {
    let chains = ledger.chains();
    let outputs = chains.iter().filter(|chain| chain.kind == LedgerKind::Outputs);
    let outputs: Vec<_> = outputs.collect();
    match chains.first() {
        Some(other) if outputs.is_empty() => Err(Failure::Usage(anyhow!(
            "{} holds transfers of {}, a chain of accounts: CoinJoins and peel chains are made of \
             outputs, as on Bitcoin",
            path.display(),
            other.id.name()
        ))),
        _ => Ok(outputs),
    }
}
