//! New rows of a UTXO chain, put in order and tied to the outputs that are stored.

use std::sync::Arc;

use hawkshaw_model::{
    AccountIx, ChainId, ChainPoint,
    rows::{self, Rows},
};

use crate::finished::Before;
use crate::output_draft::{EarlierOutput, Leg, OutputDraft};
use crate::place::Place;
use crate::row::Side;
use crate::segment::{OutputSegment, Segment};
use crate::store::batch::{BlockFacts, Numbers};
use crate::store::error::StoreError;
use crate::store::load::Run;
use crate::store::tx_table::{TxEntry, to_usize};
use crate::transactions::TxHeader;

/// Looks an output up among those that are stored.
pub(crate) trait EarlierOutputs {
    /// The output of a transaction with an index.
    fn find(
        &self,
        tx: &hawkshaw_model::TxHash,
        vout: u32,
    ) -> Result<Option<EarlierOutput>, StoreError>;
}

/// Rows of a UTXO chain on the way to their order.
#[derive(Debug)]
pub(crate) struct OutputBatch {
    draft: OutputDraft,
}

impl OutputBatch {
    /// No rows yet.
    pub(crate) fn new(chain: ChainId) -> Self {
        Self { draft: OutputDraft::new(chain) }
    }

    /// Adds the legs of rows that a file gave.
    pub(crate) fn add(
        &mut self,
        rows: &Rows,
        facts: &BlockFacts,
        numbers: &mut dyn Numbers,
    ) -> Result<(), StoreError> {
        let mut place = Place { file: Arc::clone(&rows.file), line: 0 };
        for row in &rows.legs {
            place.line = row.spot.line;
            self.add_leg(row, facts, numbers, &place)?;
        }
        Ok(())
    }

    fn add_leg(
        &mut self,
        row: &rows::Leg,
        facts: &BlockFacts,
        numbers: &mut dyn Numbers,
        place: &Place,
    ) -> Result<(), StoreError> {
        let time = facts.time_of(&row.spot, &place.file)?;
        let header = TxHeader {
            hash: row.spot.tx,
            point: row.spot.tx_index.map(|tx_index| ChainPoint {
                height: row.spot.height,
                tx_index,
                event_index: 0,
            }),
            time,
            sender: None,
            source: None,
        };
        let holder = match &row.holder {
            Some(address) => Some(AccountIx(numbers.account(address)?)),
            None => None,
        };
        let leg = Leg {
            side: if row.spends.is_some() { Side::In } else { Side::Out },
            leg_index: row.index,
            spends: row.spends,
            holder,
            amount: row.amount,
        };
        self.draft.add(&header, &leg, place)?;
        Ok(())
    }

    /// Puts everything in order; outputs are numbered from `first`. Gives how many rows repeat
    /// another, too.
    pub(crate) fn finish(
        mut self,
        first: u64,
        mut facts: BlockFacts,
        earlier: &dyn EarlierOutputs,
    ) -> Result<(Run<OutputSegment>, u64), StoreError> {
        let outside: Vec<_> = self.draft.spends_outside().collect();
        for ((tx, vout), hash) in outside {
            if let Some(output) = earlier.find(&hash, vout)? {
                self.draft.earlier.insert((tx, vout), output);
            }
        }
        let before = Before { segment_txs_max: usize::MAX, outputs: first, ..Before::default() };
        let finished = self.draft.finish(before)?;
        let rows = finished.segments.into_iter().find_map(|segment| match segment {
            Segment::Outputs(rows) => Some(rows),
            Segment::Transfers(_) => None,
        });
        let rows = rows.unwrap_or_else(|| OutputSegment::new(0, 0, 0));
        let columns = &finished.columns;
        let txs: Vec<TxEntry> = finished
            .order
            .iter()
            .map(|tx| {
                let tx = to_usize(*tx);
                let (height, tx_index) = columns.position(tx).unwrap_or_default();
                TxEntry {
                    hash: columns.hash(tx),
                    height,
                    tx_index,
                    time: columns.time(tx),
                    sender: None,
                }
            })
            .collect();
        if let (Some(first), Some(last)) = (txs.first(), txs.last()) {
            facts.headers.retain(|height, _| (first.height..=last.height).contains(height));
        }
        let repeated = finished.duplicates + finished.overwritten;
        Ok((Run { txs, rows, headers: facts.headers }, repeated))
    }
}
