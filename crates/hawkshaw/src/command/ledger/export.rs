//! `hawkshaw ledger export`.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use hawkshaw_ledger::store::Snapshot;
use hawkshaw_model::{Account, AccountIx, ChainId, Ledger as _, LedgerKind, TxIx};
use hawkshaw_report::ledger::{
    LegRow, ParquetTable, TransferRow, leg_csv, leg_header, transfer_csv, transfer_header,
};

use super::question;
use crate::bundle;
use crate::cli::ledger::{ExportArguments, TableFormat};
use crate::exit::Failure;
use crate::screen::{self, Meter};
use crate::store;

/// Text that is gathered before it is written.
const BUFFER_BYTES: usize = 1 << 20;

pub(super) fn run(arguments: &ExportArguments, quiet: bool) -> Result<(), Failure> {
    let snapshot = store::open(&arguments.store.store)?;
    let wanted: Vec<usize> = (0..snapshot.chains().len())
        .filter(|place| {
            question::is_wanted(&snapshot.chains()[*place].id, arguments.chain.as_ref())
        })
        .collect();
    if wanted.is_empty() {
        return Err(question::no_chain(&snapshot, arguments.chain.as_ref()));
    }
    let files = files(&snapshot, &wanted, arguments)?;
    let (mut rows, mut spends_unknown) = (0, 0);
    for (place, path) in wanted.iter().zip(&files) {
        let txs = question::txs(&snapshot, *place, arguments.range)?;
        let mut export = Export::new(&snapshot, *place, path, arguments.format)?;
        export.run(txs, &Meter::rows(quiet, "exporting"))?;
        rows += export.rows;
        spends_unknown += export.spends_unknown;
        export.table.finish(path)?;
    }
    if spends_unknown > 0 {
        screen::say(
            quiet,
            &format!(
                "{spends_unknown} inputs spend outputs from before the first block of the store, \
                 which are not kept: their column `outpoint` is empty, and the table cannot be \
                 imported again"
            ),
        );
    }
    for lacks in wanted.iter().flat_map(|place| store::lacks_of(&snapshot, *place)) {
        screen::say(quiet, &format!("the tables do not say it themselves: {lacks}"));
    }
    let names: Vec<String> = files.iter().map(|path| path.display().to_string()).collect();
    screen::answer(format!("{rows} rows in {}\n", names.join(", ")).as_bytes())
}

/// Writes the only chain of a store as a CSV file, which must not be there.
pub(crate) fn export_csv(snapshot: &Snapshot, path: &Path) -> Result<(), Failure> {
    if snapshot.chains().is_empty() {
        return std::fs::write(path, transfer_header()).map_err(|error| cannot_write(path, error));
    }
    let mut export = Export::new(snapshot, 0, path, TableFormat::Csv)?;
    let txs = &snapshot.chains()[0].txs;
    export.run(TxIx(txs.start)..TxIx(txs.end), &Meter::rows(true, "exporting"))?;
    export.table.finish(path)
}

/// The file for each chain.
fn files(
    snapshot: &Snapshot,
    wanted: &[usize],
    arguments: &ExportArguments,
) -> Result<Vec<PathBuf>, Failure> {
    let out = &arguments.out;
    let ending = match arguments.format {
        TableFormat::Csv => "csv",
        TableFormat::Parquet => "parquet",
    };
    let is_file = out.extension().is_some_and(|found| found == ending);
    if is_file {
        if let [_, _, ..] = wanted {
            let error = anyhow!(
                "the store holds {} chains: name a folder for a file each, or one chain with \
                 --chain",
                wanted.len()
            );
            return Err(Failure::Usage(error));
        }
        return Ok(vec![out.clone()]);
    }
    bundle::check_folder(out)?;
    std::fs::create_dir_all(out)
        .with_context(|| format!("cannot make {}", out.display()))
        .map_err(Failure::Unavailable)?;
    let name = |chain: &ChainId, kind: LedgerKind| {
        let what = match kind {
            LedgerKind::Accounts => "transfers",
            LedgerKind::Outputs => "outputs",
        };
        out.join(format!("{}-{what}.{ending}", chain.as_str().replace(':', "-")))
    };
    let chains = wanted.iter().map(|place| &snapshot.chains()[*place]);
    Ok(chains.map(|chain| name(&chain.id, chain.kind)).collect())
}

/// A chain on its way into a file.
struct Export<'a> {
    snapshot: &'a Snapshot,
    chain: &'a ChainId,
    kind: LedgerKind,
    table: Table,
    rows: u64,
    spends_unknown: u64,
    /// Accounts that were shown last, by number: neighbours repeat.
    recent: Vec<Option<(AccountIx, Account)>>,
}

/// A file of rows.
enum Table {
    Csv(String, BufWriter<File>),
    Parquet(Box<ParquetTable<BufWriter<File>>>),
}

/// Accounts that are remembered.
const RECENT: usize = 1 << 16;

impl<'a> Export<'a> {
    fn new(
        snapshot: &'a Snapshot,
        place: usize,
        path: &Path,
        format: TableFormat,
    ) -> Result<Self, Failure> {
        let chain = &snapshot.chains()[place];
        let file = File::options().write(true).create_new(true).open(path);
        let file = BufWriter::new(file.map_err(|error| cannot_write(path, error))?);
        let table = match format {
            TableFormat::Csv => Table::Csv(
                match chain.kind {
                    LedgerKind::Accounts => transfer_header(),
                    LedgerKind::Outputs => leg_header(),
                },
                file,
            ),
            TableFormat::Parquet => Table::Parquet(Box::new(
                ParquetTable::new(file, chain.kind).map_err(|error| cannot_write(path, error))?,
            )),
        };
        let (chain, kind, recent) = (&chain.id, chain.kind, vec![None; RECENT]);
        Ok(Self { snapshot, chain, kind, table, rows: 0, spends_unknown: 0, recent })
    }

    fn run(&mut self, txs: Range<TxIx>, meter: &Meter) -> Result<(), Failure> {
        const STEP: u64 = 4096;
        for tx in txs.start.0..txs.end.0 {
            match self.kind {
                LedgerKind::Accounts => self.transfers(TxIx(tx))?,
                LedgerKind::Outputs => self.legs(TxIx(tx))?,
            }
            if tx % STEP == 0 {
                meter.at(tx - txs.start.0, txs.end.0 - txs.start.0);
            }
        }
        Ok(())
    }

    fn transfers(&mut self, tx: TxIx) -> Result<(), Failure> {
        let header = self.snapshot.transaction(tx).map_err(Failure::bad_data)?;
        let moves = self.snapshot.transfers_of(tx).map_err(Failure::bad_data)?;
        let point = header.point.unwrap_or(hawkshaw_model::ChainPoint {
            height: 0,
            tx_index: 0,
            event_index: 0,
        });
        let sender = self.account(header.sender)?;
        for one in moves {
            let (from, to) = (self.account(one.payer)?, self.account(one.payee)?);
            let row = TransferRow {
                chain: self.chain,
                height: point.height,
                time: header.time,
                tx_index: header.hash.map(|_| point.tx_index),
                event: header.hash.map(|_| one.detail.event),
                tx: header.hash,
                kind: one.detail.kind,
                asset: self.snapshot.asset(one.detail.asset),
                from: from.as_ref(),
                to: to.as_ref(),
                amount: one.detail.amount,
                sender: sender.as_ref(),
            };
            self.rows += 1;
            match &mut self.table {
                Table::Csv(text, _) => transfer_csv(text, &row),
                Table::Parquet(table) => table.transfer(&row).map_err(unwritable)?,
            }
        }
        self.table.flush()
    }

    fn legs(&mut self, tx: TxIx) -> Result<(), Failure> {
        let header = self.snapshot.transaction(tx).map_err(Failure::bad_data)?;
        let (Some(hash), Some(point)) = (header.hash, header.point) else { return Ok(()) };
        for leg in self.snapshot.legs_of(tx).map_err(Failure::bad_data)? {
            let holder = self.account(leg.holder)?;
            let spends = match leg.output {
                Some(output) if leg.is_input => {
                    Some(self.snapshot.output(output).map_err(Failure::bad_data)?)
                }
                _ => None,
            };
            self.spends_unknown += u64::from(leg.is_input && spends.is_none());
            let row = LegRow {
                chain: self.chain,
                height: point.height,
                time: header.time,
                tx_index: point.tx_index,
                tx: hash,
                index: leg.index,
                is_input: leg.is_input,
                spends,
                holder: holder.as_ref(),
                amount: leg.amount,
            };
            self.rows += 1;
            match &mut self.table {
                Table::Csv(text, _) => leg_csv(text, &row),
                Table::Parquet(table) => table.leg(&row).map_err(unwritable)?,
            }
        }
        self.table.flush()
    }

    fn account(&mut self, number: Option<AccountIx>) -> Result<Option<Account>, Failure> {
        let Some(number) = number else { return Ok(None) };
        let slot = usize::try_from(number.0).unwrap_or(0) % RECENT;
        if let Some((known, account)) = &self.recent[slot]
            && *known == number
        {
            return Ok(Some(account.clone()));
        }
        let account = self.snapshot.account(number).map_err(Failure::bad_data)?;
        self.recent[slot] = Some((number, account.clone()));
        Ok(Some(account))
    }
}

impl Table {
    /// Writes what has come together, if it is much.
    fn flush(&mut self) -> Result<(), Failure> {
        if let Self::Csv(text, file) = self
            && text.len() >= BUFFER_BYTES
        {
            file.write_all(text.as_bytes()).map_err(unwritable)?;
            text.clear();
        }
        Ok(())
    }

    /// Writes what is left and waits until it is safe.
    fn finish(self, path: &Path) -> Result<(), Failure> {
        let mut file = match self {
            Self::Csv(text, mut file) => {
                file.write_all(text.as_bytes()).map_err(|error| cannot_write(path, error))?;
                file
            }
            Self::Parquet(table) => table.finish().map_err(|error| cannot_write(path, error))?,
        };
        file.flush()
            .and_then(|()| file.get_ref().sync_all())
            .map_err(|error| cannot_write(path, error))
    }
}

fn cannot_write(path: &Path, error: impl Into<anyhow::Error>) -> Failure {
    Failure::Unavailable(error.into().context(format!("cannot write {}", path.display())))
}

fn unwritable(error: impl Into<anyhow::Error>) -> Failure {
    Failure::Unavailable(error.into().context("cannot write the table"))
}
