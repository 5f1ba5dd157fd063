//! What the ledger of a trace holds beside movements: logs, calls and memos, as transactions
//! that decoders read, and what issuers froze.

mod files;
mod freezes;
mod memos;
mod stored;

use std::collections::BTreeMap;

use hawkshaw_bridges::{Log, TxRecord, reads_call, reads_log};
use hawkshaw_model::{
    Account, Amount, Batch, Case, ChainId, ChainSummary, Freeze, Ledger, LedgerKind, ReadError,
    Stolen, Timestamp, TransferKind, TxHash, TxId, TxIx,
};

pub(crate) use files::{is_evidence, of_files};
pub(crate) use stored::of_store;

/// Transactions with logs, calls or memos, in the order of chain and hash.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) records: Vec<TxRecord>,
    pub(crate) freezes: Vec<Freeze>,
    /// What was left out, by reason.
    pub(crate) defects: BTreeMap<String, u64>,
}

/// Transactions of bridges that are kept: about a gigabyte.
const RECORDS_MAX: usize = 1_000_000;

/// Transactions on the way into [`Evidence`].
#[derive(Debug, Default)]
struct Drafts {
    records: BTreeMap<(ChainId, TxHash), TxRecord>,
    freezes: Vec<Freeze>,
    defects: BTreeMap<String, u64>,
}

impl Drafts {
    /// The record of a transaction, made where there is none yet and its time is known.
    fn record(
        &mut self,
        chain: &ChainId,
        tx: TxHash,
        height: u64,
        time: Option<Timestamp>,
    ) -> Option<&mut TxRecord> {
        let key = (chain.clone(), tx);
        let new = || TxRecord {
            chain: chain.clone(),
            height,
            time: time.unwrap_or_default(),
            tx,
            sender: None,
            to: None,
            success: None,
            value: None,
            calldata: Vec::new(),
            logs: Vec::new(),
            outputs: Vec::new(),
        };
        if !self.records.contains_key(&key) {
            let defect = match time {
                None => Some("evidence: transaction-without-time"),
                Some(_) if self.records.len() >= RECORDS_MAX => {
                    Some("evidence: beyond-a-million-transactions")
                }
                Some(_) => None,
            };
            if let Some(defect) = defect {
                *self.defects.entry(defect.to_owned()).or_default() += 1;
                return None;
            }
        }
        Some(self.records.entry(key).or_insert_with(new))
    }

    /// Adds a log to its transaction, once.
    fn log(&mut self, chain: &ChainId, tx: TxHash, height: u64, time: Timestamp, log: Log) {
        self.freezes.extend(freezes::freeze(chain, tx, height, time, &log));
        if !log.topics.first().is_some_and(reads_log) {
            return;
        }
        let Some(record) = self.record(chain, tx, height, Some(time)) else { return };
        match record.logs.binary_search_by_key(&log.event, |log| log.event) {
            Ok(_) => {
                *self.defects.entry("evidence: repeated-log".to_owned()).or_default() += 1;
            }
            Err(at) => record.logs.insert(at, log),
        }
    }

    /// Whether a call is of use: it says something by itself, or logs of its transaction do.
    fn wants_call(&self, chain: &ChainId, tx: TxHash, calldata: &[u8]) -> bool {
        reads_call(calldata) || self.records.contains_key(&(chain.clone(), tx))
    }

    /// Completes the records from the movements of a ledger.
    fn finish(mut self, ledger: &dyn Ledger) -> Result<Evidence, ReadError> {
        for record in self.records.values_mut() {
            let tx = TxId::new(record.chain.clone(), record.tx);
            let Some(tx) = ledger.find_tx(&tx)? else { continue };
            if record.sender.is_none() {
                let sender = ledger.transaction(tx)?.sender;
                record.sender = sender.map(|sender| ledger.account(sender)).transpose()?;
            }
            record.value = native_value(ledger, tx)?;
        }
        self.freezes.sort();
        self.freezes.dedup();
        let records = self.records.into_values().collect();
        Ok(Evidence { records, freezes: self.freezes, defects: self.defects })
    }
}

/// The native value that a transaction of an account chain carries itself.
fn native_value(ledger: &dyn Ledger, tx: TxIx) -> Result<Option<Amount>, ReadError> {
    for segment in ledger.segments(tx, TxIx(tx.0 + 1)) {
        let Batch::Transfers(batch) = segment.batch()? else { return Ok(None) };
        let at = usize::try_from(tx.0.saturating_sub(batch.tx_first.0)).unwrap_or(usize::MAX);
        let (Some(first), Some(end)) = (batch.tx_rows.get(at), batch.tx_rows.get(at + 1)) else {
            return Ok(None);
        };
        for row in *first..*end {
            let detail = batch.details.detail(usize::try_from(row).unwrap_or(usize::MAX))?;
            if detail.kind == TransferKind::Native {
                return Ok(Some(detail.amount));
            }
        }
    }
    Ok(None)
}

/// When the first theft of a case happened, as far as the ledger holds it.
fn first_theft(ledger: &dyn Ledger, case: &Case) -> Result<Option<Timestamp>, ReadError> {
    let mut first = None;
    for stolen in &case.stolen {
        let tx = match stolen {
            Stolen::Transfer { tx, .. } => tx,
            Stolen::Output(outpoint) => outpoint.tx(),
        };
        if let Some(tx) = ledger.find_tx(tx)? {
            let time = ledger.transaction(tx)?.time;
            first = Some(first.map_or(time, |first: Timestamp| first.min(time)));
        }
    }
    Ok(first)
}

/// How far the clocks of two chains may be apart: block times of Bitcoin may be two hours
/// ahead, <https://en.bitcoin.it/wiki/Block_timestamp>.
const CLOCKS_APART_SECONDS: i64 = 2 * 3_600;

/// The first transaction of a chain from a time on. Block times of UTXO chains are not quite
/// monotonic, which the allowance for clocks covers.
fn first_since(
    ledger: &dyn Ledger,
    chain: &ChainSummary,
    since: Option<Timestamp>,
) -> Result<TxIx, ReadError> {
    let Some(since) = since else { return Ok(TxIx(chain.txs.start)) };
    let since = since.to_unix().saturating_sub(CLOCKS_APART_SECONDS);
    let (mut low, mut high) = (chain.txs.start, chain.txs.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if ledger.transaction(TxIx(middle))?.time.to_unix() < since {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(TxIx(low))
}

/// The time of a transaction, where the ledger holds it.
fn time_of(
    ledger: &dyn Ledger,
    chain: &ChainId,
    tx: TxHash,
) -> Result<Option<Timestamp>, ReadError> {
    let found = ledger.find_tx(&TxId::new(chain.clone(), tx))?;
    found.map(|tx| Ok(ledger.transaction(tx)?.time)).transpose()
}

/// Whether a log with this first topic is of use.
fn is_of_use(topic: &[u8; 32]) -> bool {
    freezes::is_freeze(topic) || reads_log(topic)
}

/// Whether a chain keeps value in outputs.
fn is_utxo(chain: &ChainSummary) -> bool {
    chain.kind == LedgerKind::Outputs
}

/// An account of a chain.
fn account(chain: &ChainId, address: &hawkshaw_model::Address) -> Account {
    Account::new(chain.clone(), address.clone())
}
