//! What an explorer has told so far, as a ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use hawkshaw_ledger::store::{Snapshot, StoreWriter};
use hawkshaw_ledger::{MemoryLedger, OutputRow, Side};
use hawkshaw_model::rows::{Leg, Rows};
use hawkshaw_model::{Account, ChainId, Ledger, LedgerKind, OutPoint, TxHash, TxId, TxIx};
use hawkshaw_report::ledger::{LegRow, leg_csv, leg_header};

use crate::exit::Failure;
use crate::store::failure;

/// What an explorer has told of one chain.
#[derive(Debug)]
pub(crate) enum Book {
    /// Histories of accounts, which overlap and lack indices: a store knows how to join them.
    Accounts(Box<Histories>),
    /// Transactions of a UTXO chain, each of them whole.
    Outputs(BTreeMap<TxHash, Vec<OutputRow>>),
}

/// A store in a folder of its own.
#[derive(Debug)]
pub(crate) struct Histories {
    folder: PathBuf,
    writer: StoreWriter,
}

impl Book {
    /// An empty book of a chain; a folder of it is made anew.
    pub(crate) fn new(chain: &ChainId, folder: &Path) -> Result<Self, Failure> {
        if chain.ledger_kind() == LedgerKind::Outputs {
            return Ok(Self::Outputs(BTreeMap::new()));
        }
        if folder.exists() {
            std::fs::remove_dir_all(folder)
                .with_context(|| format!("cannot empty {}", folder.display()))
                .map_err(Failure::Unavailable)?;
        }
        let writer = StoreWriter::open(folder).map_err(failure)?;
        Ok(Self::Accounts(Box::new(Histories { folder: folder.to_owned(), writer })))
    }

    /// Adds what was told of one account or transaction.
    pub(crate) fn add(&mut self, told: Rows) -> Result<(), Failure> {
        match self {
            Self::Accounts(histories) => {
                histories.writer.begin(&[]);
                histories.writer.add(told).map_err(failure)?;
                histories.writer.end().map_err(failure)?;
            }
            Self::Outputs(txs) => {
                for legs in told.legs.chunk_by(|a, b| a.spot.tx == b.spot.tx) {
                    let Some(tx) = legs[0].spot.tx else { continue };
                    let rows: Result<Vec<_>, _> =
                        legs.iter().map(|leg| output_row(leg, &told.chain, tx)).collect();
                    txs.insert(tx, rows?);
                }
            }
        }
        Ok(())
    }

    /// The ledger of all that was told; `None` as long as that is nothing.
    pub(crate) fn ledger(&self) -> Result<Option<Box<dyn Ledger>>, Failure> {
        let ledger: Box<dyn Ledger> = match self {
            Self::Accounts(histories) => {
                Box::new(Snapshot::open(&histories.folder).map_err(failure)?)
            }
            Self::Outputs(txs) => {
                let rows = txs.values().flatten().cloned().collect();
                let read = MemoryLedger::from_rows(Vec::new(), rows);
                Box::new(read.map_err(Failure::bad_data)?.0)
            }
        };
        Ok((!ledger.chains().is_empty()).then_some(ledger))
    }

    /// The transactions that are known to have moved something of an account's.
    pub(crate) fn txs_of(&self, account: &Account) -> Result<BTreeSet<TxHash>, Failure> {
        let mut found = BTreeSet::new();
        if let Self::Outputs(txs) = self {
            let has =
                |rows: &Vec<OutputRow>| rows.iter().any(|row| row.holder.as_ref() == Some(account));
            found.extend(txs.iter().filter(|(_, rows)| has(rows)).map(|(tx, _)| *tx));
            return Ok(found);
        }
        let Some(ledger) = self.ledger()? else { return Ok(found) };
        let number = ledger.find_account(account).map_err(Failure::bad_data)?;
        let end = ledger.chains().iter().map(|chain| chain.txs.end).max().unwrap_or(0);
        for posting in number.into_iter().flat_map(|number| ledger.history(number, TxIx(end))) {
            let posting = posting.map_err(Failure::bad_data)?;
            if !posting.is_fee && !posting.amount.is_zero() {
                let known = ledger.transaction(posting.tx).map_err(Failure::bad_data)?;
                found.extend(known.hash);
            }
        }
        Ok(found)
    }

    /// Writes all that was told as a canonical table of a case folder.
    pub(crate) fn write(&self, case: &Path) -> Result<(), Failure> {
        match self {
            Self::Accounts(histories) => {
                let snapshot = Snapshot::open(&histories.folder).map_err(failure)?;
                let path = case.join(TRANSFERS);
                let next = case.join(format!("{TRANSFERS}.next"));
                // A run that was killed may have left it.
                let _ = std::fs::remove_file(&next);
                crate::command::ledger::export_csv(&snapshot, &next)?;
                super::folder::put(&next, &path)
            }
            Self::Outputs(txs) => {
                let mut text = leg_header();
                let mut rows: Vec<&OutputRow> = txs.values().flatten().collect();
                rows.sort_by_key(|row| {
                    (row.height, row.tx_index, row.tx, row.side != Side::In, row.leg_index)
                });
                rows.into_iter().for_each(|row| leg_csv(&mut text, &leg_row(row)));
                super::folder::write(&case.join(OUTPUTS), &text)
            }
        }
    }
}

/// The names of the canonical tables of a case.
pub(crate) const TRANSFERS: &str = "transfers.csv";
pub(crate) const OUTPUTS: &str = "outputs.csv";

fn output_row(leg: &Leg, chain: &ChainId, tx: TxHash) -> Result<OutputRow, Failure> {
    let lacks =
        |what: &str| Failure::bad_data(anyhow!("the explorer gives no {what} of transaction {tx}"));
    let outpoint = leg.spends.map(|(tx, vout)| OutPoint::new(TxId::new(chain.clone(), tx), vout));
    Ok(OutputRow {
        chain: chain.clone(),
        height: leg.spot.height,
        tx_index: leg.spot.tx_index.ok_or_else(|| lacks("index in its block"))?,
        time: leg.spot.time.ok_or_else(|| lacks("time"))?,
        tx,
        side: if outpoint.is_some() { Side::In } else { Side::Out },
        leg_index: leg.index,
        outpoint,
        holder: leg.holder.clone().map(|holder| Account::new(chain.clone(), holder)),
        amount: leg.amount,
    })
}

fn leg_row(row: &OutputRow) -> LegRow<'_> {
    LegRow {
        chain: &row.chain,
        height: row.height,
        time: row.time,
        tx_index: row.tx_index,
        tx: row.tx,
        index: row.leg_index,
        is_input: row.side == Side::In,
        spends: row.outpoint.clone(),
        holder: row.holder.as_ref(),
        amount: row.amount,
    }
}
