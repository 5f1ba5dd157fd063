//! Who makes and who spends an output of a stored UTXO chain.

use std::sync::PoisonError;

use hawkshaw_model::{
    AccountIx, Ledger as _, LegAmounts as _, OutputIx, ReadError, TxIx, UtxoLeg, UtxoTx,
};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::store::outputs::StoredOutputs;
use crate::store::segments::StoredSegment;
use crate::store::snapshot::Snapshot;

/// Transactions of a holder up to which they are read again for each of its outputs; few in
/// tests, so that both ways are taken.
const SCANNED_MAX: u64 = if cfg!(test) { 2 } else { 256 };

/// Spent outputs of busy holders that are remembered, 16 bytes each and their place in a table.
const REMEMBERED_MAX: usize = 1 << 24;

/// Who spends the outputs of holders with many transactions.
#[derive(Debug, Default)]
pub(crate) struct Busy {
    /// The holders that were read.
    holders: FxHashSet<u32>,
    /// Their outputs that are spent, each with the transaction that spends it.
    spenders: FxHashMap<u64, u64>,
}

impl Snapshot {
    /// The segment that makes an output, and the place of its chain.
    pub(crate) fn segment_of_output(
        &self,
        output: OutputIx,
    ) -> Result<(&StoredOutputs, usize), ReadError> {
        let chain = self.chain_of_output(output);
        let is_after = |segment: &StoredSegment| match segment {
            StoredSegment::Outputs(segment) => segment.output_first > output.0,
            StoredSegment::Transfers(_) => false,
        };
        let segments = chain.map(|chain| self.segments_of(chain)).unwrap_or_default();
        let at = segments.partition_point(|segment| !is_after(segment)).saturating_sub(1);
        match (segments.get(at), chain) {
            (Some(StoredSegment::Outputs(segment)), Some(chain)) => Ok((segment, chain)),
            _ => Err(ReadError::new(self.dir.display().to_string(), 0, "no such output")),
        }
    }

    /// The transaction that makes an output, and the index of the output there.
    pub(crate) fn maker_of(&self, output: OutputIx) -> Result<(TxIx, u32), ReadError> {
        let (segment, _) = self.segment_of_output(output)?;
        let (tx, vout) = segment.maker_of(output.0)?;
        Ok((TxIx(segment.tx_first + tx as u64), vout))
    }

    /// The transaction that spends an output: one of those of its holder. Outputs that have none
    /// are looked for in all later transactions.
    pub(crate) fn spender_of(&self, output: OutputIx) -> Result<Option<TxIx>, ReadError> {
        let (segment, chain) = self.segment_of_output(output)?;
        let (tx, vout) = segment.maker_of(output.0)?;
        let holder = segment.earlier_output(tx, vout, output.0)?.holder;
        let behind = TxIx(segment.tx_first + tx as u64 + 1);
        let end = TxIx(self.chains()[chain].txs.end);
        if holder == AccountIx::NONE {
            return self.spender_by_scan(output, chain, behind);
        }
        let holder = AccountIx(holder);
        if self.history_txs_max(holder)? > SCANNED_MAX {
            return self.spender_of_busy(output, holder, end);
        }
        for movement in self.movements(holder, behind..end) {
            let movement = movement?;
            if !movement.is_credit && movement.output == Some(output) {
                return Ok(Some(movement.tx));
            }
        }
        Ok(None)
    }

    /// The same for a holder with many transactions, which are read once for all its outputs.
    fn spender_of_busy(
        &self,
        output: OutputIx,
        holder: AccountIx,
        end: TxIx,
    ) -> Result<Option<TxIx>, ReadError> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if !busy.holders.contains(&holder.0) {
            let mut spent = Vec::new();
            for movement in self.movements(holder, TxIx(0)..end) {
                let movement = movement?;
                if let (false, Some(output)) = (movement.is_credit, movement.output) {
                    spent.push((output.0, movement.tx.0));
                }
            }
            if busy.spenders.len().saturating_add(spent.len()) > REMEMBERED_MAX {
                *busy = Busy::default();
            }
            busy.holders.insert(holder.0);
            busy.spenders.extend(spent);
        }
        Ok(busy.spenders.get(&output.0).map(|tx| TxIx(*tx)))
    }

    fn spender_by_scan(
        &self,
        output: OutputIx,
        chain: usize,
        from: TxIx,
    ) -> Result<Option<TxIx>, ReadError> {
        let segments = self.segments_of(chain);
        for segment in segments.iter().filter(|segment| segment.tx_end() > from.0) {
            let StoredSegment::Outputs(segment) = segment else { continue };
            let skipped = usize::try_from(from.0.saturating_sub(segment.tx_first));
            for tx in skipped.unwrap_or(usize::MAX)..segment.txs.len() {
                for row in segment.legs_of(tx)?.0 {
                    if segment.output_of(row)? == Some(output.0) {
                        return Ok(Some(TxIx(segment.tx_first + tx as u64)));
                    }
                }
            }
        }
        Ok(None)
    }

    /// A transaction of a UTXO chain with its legs.
    pub(crate) fn utxo_tx_of(&self, tx: TxIx) -> Result<Option<UtxoTx>, ReadError> {
        let (StoredSegment::Outputs(segment), local) = self.locate(tx) else { return Ok(None) };
        let (inputs, outputs) = segment.legs_of(local)?;
        let leg = |row: usize| {
            Ok(UtxoLeg {
                output: segment.output_of(row)?.map(OutputIx),
                holder: segment.holder_of(row)?,
                amount: segment.amount(row)?,
            })
        };
        Ok(Some(UtxoTx {
            tx,
            inputs: inputs.map(leg).collect::<Result<_, ReadError>>()?,
            outputs: outputs.map(leg).collect::<Result<_, ReadError>>()?,
        }))
    }
}
