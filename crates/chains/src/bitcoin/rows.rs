//! A block as rows.

use std::sync::Arc;

use hawkshaw_model::rows::{self, Leg, Rows, Spot};
use hawkshaw_model::{Address, Amount, ChainId, Timestamp, TxHash, is_overwritten_coinbase};

use super::block::{Block, Head, SATOSHI_MAX, Tx, reversed, too_much};
use super::network::Network;
use super::spent::SpentSource;
use super::undo::Undo;
use super::unspent::Unspent;
use crate::defects::{Defect, Defects};
use crate::error::DecodeError;

/// Where a block stands.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Its chain.
    pub chain: ChainId,
    /// What errors call its source.
    pub file: Arc<str>,
    /// Its height.
    pub height: u64,
}

impl Block<'_> {
    /// The block as rows, where its undo record says what its inputs spent. The record of the
    /// first block of a chain is `None`: it has none.
    ///
    /// # Errors
    ///
    /// When the record is not that of the block, or is missing where an input spends something, or
    /// a transaction pays out more than it takes in.
    pub fn to_rows(
        &self,
        frame: &Frame,
        undo: Option<&[u8]>,
        defects: &mut Defects,
    ) -> Result<Rows, DecodeError> {
        match undo {
            Some(bytes) => self.rows_by(frame, &mut Undo::new(bytes)?, defects),
            None => self.rows_by(frame, &mut Nothing, defects),
        }
    }

    /// The block as rows, where what its inputs spent is known from the blocks before it, which
    /// all went the same way. Where this fails, `unspent` is of no more use.
    ///
    /// # Errors
    ///
    /// When an input spends what is not there, or a transaction pays out more than it takes in.
    pub fn to_rows_after(
        &self,
        frame: &Frame,
        unspent: &mut Unspent,
        defects: &mut Defects,
    ) -> Result<Rows, DecodeError> {
        self.rows_by(frame, unspent, defects)
    }

    pub(super) fn rows_by(
        &self,
        frame: &Frame,
        spent: &mut impl SpentSource,
        defects: &mut Defects,
    ) -> Result<Rows, DecodeError> {
        let mut rows = Rows::new(frame.chain.clone(), Arc::clone(&frame.file));
        let time = self.head.time()?;
        rows.blocks.push(rows::Block {
            height: frame.height,
            time,
            hash: self.head.hash,
            parent: self.head.parent,
        });
        rows.legs.reserve_exact(self.inputs.len() + self.outputs.len());
        let mut writer = Writer { block: self, frame, time, legs: &mut rows.legs, fees: 0 };
        let (mut inputs_start, mut outputs_start) = (0, 0);
        for (tx, at) in self.txs.iter().zip(0_u32..) {
            writer.write(at, tx, [inputs_start, outputs_start], spent)?;
            (inputs_start, outputs_start) = (tx.inputs_end, tx.outputs_end);
        }
        spent.end()?;
        let fees = writer.fees;
        self.check_reward(frame, fees)?;
        let coinbase = self.txs.first().map(|tx| TxHash::from(reversed(tx.id)));
        if coinbase.is_some_and(|tx| is_overwritten_coinbase(&frame.chain, frame.height, &tx)) {
            rows.legs.retain(|leg| leg.spot.tx_index != Some(0));
            defects.count(Defect::OverwrittenCoinbase);
        }
        Ok(rows)
    }

    /// Checks that the coinbase pays itself no more than the block makes and its fees.
    fn check_reward(&self, frame: &Frame, fees: u64) -> Result<(), DecodeError> {
        let Some(network) = Network::of_chain(&frame.chain) else { return Ok(()) };
        let outputs = self.txs.first().map_or(0, |tx| tx.outputs_end);
        let outputs = self.outputs.get(..outputs).unwrap_or_default();
        let paid = total(outputs.iter().map(|output| output.satoshi))?;
        let allowed = network.subsidy(frame.height).saturating_add(fees);
        if paid <= allowed {
            return Ok(());
        }
        Err(DecodeError::Contradiction(format!(
            "the coinbase pays itself {paid} satoshi where the block allows for {allowed}"
        )))
    }
}

impl Head {
    /// When it was made, as its maker says.
    ///
    /// # Errors
    ///
    /// Never: 32 bits of seconds end in the year 2106.
    pub fn time(&self) -> Result<Timestamp, DecodeError> {
        Timestamp::from_unix(i64::from(self.header.time))
            .map_err(|error| DecodeError::Malformed(error.to_string()))
    }
}

struct Writer<'a, 'b> {
    block: &'a Block<'b>,
    frame: &'a Frame,
    time: Timestamp,
    legs: &'a mut Vec<Leg>,
    fees: u64,
}

impl Writer<'_, '_> {
    /// Adds the legs of the transaction at an index, whose inputs and outputs begin at `start`.
    fn write(
        &mut self,
        at: u32,
        tx: &Tx,
        start: [usize; 2],
        spent: &mut impl SpentSource,
    ) -> Result<(), DecodeError> {
        let block = self.block;
        let inputs = block.inputs.get(start[0]..tx.inputs_end).unwrap_or_default();
        let outputs = block.outputs.get(start[1]..tx.outputs_end).unwrap_or_default();
        let spot = Spot {
            height: self.frame.height,
            time: Some(self.time),
            tx_index: Some(at),
            tx: Some(TxHash::from(reversed(tx.id))),
            line: u64::from(at) + 1,
        };
        let (mut taken, mut paid) = (0, 0);
        if at > 0 {
            spent.begin(inputs.len())?;
        }
        for (input, index) in inputs.iter().zip(0..) {
            let output = spent.next(input.tx, input.vout)?;
            add(&mut taken, output.satoshi)?;
            self.legs.push(Leg {
                spot,
                index,
                spends: Some((TxHash::from(reversed(input.tx)), input.vout)),
                holder: Some(Address::Script(output.script)),
                amount: Amount::from(output.satoshi),
            });
        }
        for (output, index) in outputs.iter().zip(0..) {
            add(&mut paid, output.satoshi)?;
            self.legs.push(Leg {
                spot,
                index,
                spends: None,
                holder: Some(Address::Script(output.script.into())),
                amount: Amount::from(output.satoshi),
            });
        }
        spent.made(tx.id, outputs)?;
        if at > 0 {
            add(
                &mut self.fees,
                taken.checked_sub(paid).ok_or_else(|| pays_more(tx, taken, paid))?,
            )?;
        }
        Ok(())
    }
}

#[cold]
fn pays_more(tx: &Tx, taken: u64, paid: u64) -> DecodeError {
    let tx = TxHash::from(reversed(tx.id));
    DecodeError::Contradiction(format!(
        "transaction {tx} takes in {taken} satoshi and pays out {paid}"
    ))
}

fn total(amounts: impl Iterator<Item = u64>) -> Result<u64, DecodeError> {
    let mut sum = 0;
    for amount in amounts {
        add(&mut sum, amount)?;
    }
    Ok(sum)
}

/// Adds up what can be no more than there is of all bitcoin.
fn add(sum: &mut u64, amount: u64) -> Result<(), DecodeError> {
    let added = sum.checked_add(amount).filter(|sum| *sum <= SATOSHI_MAX);
    *sum = added.ok_or_else(too_much)?;
    Ok(())
}

/// For a block that spends nothing.
struct Nothing;

impl SpentSource for Nothing {
    fn begin(&mut self, _: usize) -> Result<(), DecodeError> {
        Ok(())
    }

    fn next(&mut self, tx: [u8; 32], vout: u32) -> Result<super::spent::Spent, DecodeError> {
        Err(DecodeError::UnknownOutput { tx: TxHash::from(reversed(tx)), vout })
    }

    fn end(&mut self) -> Result<(), DecodeError> {
        Ok(())
    }
}
