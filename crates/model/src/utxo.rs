//! A transaction of a UTXO chain, read from a ledger.

use crate::amount::Amount;
use crate::ledger::{AccountIx, OutputBatch, OutputIx, ReadError, TxIx};

/// A transaction of a UTXO chain with its legs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UtxoTx {
    /// Its number in the ledger.
    pub tx: TxIx,
    /// What it spends, in order; none for a coinbase.
    pub inputs: Vec<UtxoLeg>,
    /// What it pays, in order.
    pub outputs: Vec<UtxoLeg>,
}

/// A leg of a transaction of a UTXO chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UtxoLeg {
    /// The output that it spends or makes; `None` where an input spends one that the ledger does
    /// not hold.
    pub output: Option<OutputIx>,
    /// Who holds it, where it has an address or script.
    pub holder: Option<AccountIx>,
    /// How much.
    pub amount: Amount,
}

impl OutputBatch<'_> {
    /// How many transactions the batch has.
    pub fn tx_count(&self) -> usize {
        self.tx_outputs.len()
    }

    /// The transaction at a place of the batch, which is below [`Self::tx_count`].
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    pub fn transaction(&self, at: usize) -> Result<UtxoTx, ReadError> {
        let bounds = [self.tx_rows[at], self.tx_outputs[at], self.tx_rows[at + 1]];
        let [first, middle, end] = bounds.map(|row| place(u64::from(row)));
        let leg = |row: usize| {
            let (output, holder) = (self.outputs[row], self.holders[row]);
            Ok(UtxoLeg {
                output: (output != OutputIx::NONE).then_some(OutputIx(output)),
                holder: (holder != AccountIx::NONE).then_some(AccountIx(holder)),
                amount: self.amounts.amount(row)?,
            })
        };
        Ok(UtxoTx {
            tx: TxIx(self.tx_first.0 + at as u64),
            inputs: (first..middle).map(leg).collect::<Result<_, ReadError>>()?,
            outputs: (middle..end).map(leg).collect::<Result<_, ReadError>>()?,
        })
    }
}

/// A number of something that is mapped or held in memory, as an index into it.
fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
