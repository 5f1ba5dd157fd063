//! Stored segments as rows in memory, to be merged, cut and written again.

use std::collections::BTreeMap;
use std::hash::{Hash as _, Hasher as _};
use std::ops::Range;

use hawkshaw_model::{AccountIx, OutputIx, ReadError};

use crate::segment::{OutputSegment, TransferSegment};
use crate::store::outputs::StoredOutputs;
use crate::store::transfers::StoredTransfers;
use crate::store::tx_table::{BlockHashes, TxEntry, TxTable};
use hawkshaw_model::LegAmounts as _;

/// A run of transactions of one chain, with their rows.
#[derive(Debug)]
pub(crate) struct Run<R> {
    pub(crate) txs: Vec<TxEntry>,
    pub(crate) rows: R,
    pub(crate) headers: BTreeMap<u64, BlockHashes>,
}

impl Run<TransferSegment> {
    /// A digest of where transactions and movements stand: it changes when a file gives a place
    /// that none gave before.
    pub(crate) fn places(&self) -> u64 {
        let mut hasher = rustc_hash::FxHasher::default();
        for tx in &self.txs {
            (tx.height, tx.tx_index).hash(&mut hasher);
        }
        self.rows.events.hash(&mut hasher);
        hasher.finish()
    }

    /// No transactions yet.
    pub(crate) fn empty() -> Self {
        let rows = TransferSegment::new(0, 0, 0, 0);
        Self { txs: Vec::new(), rows, headers: BTreeMap::new() }
    }

    /// Appends transactions of a stored segment.
    pub(crate) fn append(
        &mut self,
        segment: &StoredTransfers,
        txs: Range<usize>,
    ) -> Result<(), ReadError> {
        load_txs(&segment.txs, txs.clone(), &mut self.txs, &mut self.headers)?;
        let (Some(first), Some(last)) = (txs.clone().next(), txs.clone().next_back()) else {
            return Ok(());
        };
        let rows = segment.rows_of(first)?.start..segment.rows_of(last)?.end;
        let before = self.rows.len();
        segment.read(rows.clone(), &mut self.rows)?;
        for tx in txs {
            let end = segment.rows_of(tx)?.end - rows.start + before;
            self.rows.tx_rows.push(u32::try_from(end).unwrap_or(u32::MAX));
        }
        Ok(())
    }
}

impl Run<OutputSegment> {
    /// No transactions yet.
    pub(crate) fn empty() -> Self {
        let rows = OutputSegment::new(0, 0, 0);
        Self { txs: Vec::new(), rows, headers: BTreeMap::new() }
    }

    /// Appends transactions of a stored segment.
    pub(crate) fn append(
        &mut self,
        segment: &StoredOutputs,
        txs: Range<usize>,
    ) -> Result<(), ReadError> {
        load_txs(&segment.txs, txs.clone(), &mut self.txs, &mut self.headers)?;
        for tx in txs {
            let (inputs, outputs) = segment.legs_of(tx)?;
            for row in inputs {
                self.push_leg(segment, row)?;
            }
            self.rows.begin_outputs();
            for row in outputs {
                self.push_leg(segment, row)?;
            }
            self.rows.end_tx();
        }
        Ok(())
    }

    fn push_leg(&mut self, segment: &StoredOutputs, row: usize) -> Result<(), ReadError> {
        let output = segment.output_of(row)?.map_or(OutputIx::NONE, |o| o - segment.output_base);
        let holder = segment.holder_of(row)?.map_or(AccountIx::NONE, |holder| holder.0);
        self.rows.outputs.push(output);
        self.rows.holders.push(holder);
        self.rows.amounts.push(segment.amount(row)?);
        Ok(())
    }
}

fn load_txs(
    table: &TxTable,
    txs: Range<usize>,
    entries: &mut Vec<TxEntry>,
    headers: &mut BTreeMap<u64, BlockHashes>,
) -> Result<(), ReadError> {
    let mut last = None;
    for tx in txs {
        let entry = table.entry(tx)?;
        if last != Some(entry.height) {
            last = Some(entry.height);
            if let Some(hashes) = table.header(table.block_of_tx(tx)?)? {
                headers.insert(entry.height, hashes);
            }
        }
        entries.push(entry);
    }
    Ok(())
}
