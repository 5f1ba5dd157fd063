//! Which output each input spends.

use hawkshaw_model::{AccountIx, Amount, OutPoint, OutputIx};
use rustc_hash::FxHashMap;

use crate::error::LedgerError;
use crate::output_draft::{Legs, OutputDraft};
use crate::transactions::NOWHERE;

/// The inputs of a chain tied to its outputs.
#[derive(Debug)]
pub(crate) struct Links {
    /// The first output of each transaction in chain order, and behind the last the end.
    pub(crate) output_starts: Vec<u64>,
    /// What each leg that is an input spends, by row.
    pub(crate) inputs: Vec<Spent>,
}

/// An output, as the input that spends it knows it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    /// An [`OutputIx`] or [`OutputIx::NONE`].
    pub(crate) number: u64,
    /// An [`AccountIx`] or [`AccountIx::NONE`].
    pub(crate) holder: u32,
}

/// What is at hand while links are made.
struct Linker<'a> {
    draft: &'a OutputDraft,
    legs: &'a Legs,
    /// The place of each draft transaction in chain order, or [`NOWHERE`].
    places: Vec<u32>,
    output_starts: Vec<u64>,
    /// The input that spends each output of the chain, by output counted from its first.
    spenders: Vec<u32>,
    /// The input that spends each output that the ledger does not hold.
    spenders_of_unknown: FxHashMap<(u32, u32), u32>,
}

impl Links {
    /// Ties inputs to outputs, which are numbered from `first` in chain order, and checks that
    /// nothing is spent before it is made, twice, or for more than it is.
    pub(crate) fn new(
        draft: &OutputDraft,
        legs: &Legs,
        order: &[u32],
        first: u64,
    ) -> Result<Self, LedgerError> {
        let mut linker = Linker::new(draft, legs, order, first);
        let unknown = Spent { number: OutputIx::NONE, holder: AccountIx::NONE };
        let mut inputs = vec![unknown; draft.leg_txs.len()];
        for (tx, place) in order.iter().zip(0u32..) {
            for row in legs.of(*tx).0 {
                inputs[*row as usize] = linker.link(*row, place)?;
            }
            linker.check_sums(*tx)?;
        }
        order.iter().try_for_each(|tx| linker.check_outputs(*tx))?;
        Ok(Self { output_starts: linker.output_starts, inputs })
    }
}

impl<'a> Linker<'a> {
    fn new(draft: &'a OutputDraft, legs: &'a Legs, order: &[u32], first: u64) -> Self {
        let mut places = vec![NOWHERE; draft.txs.len()];
        let mut output_starts = Vec::with_capacity(order.len() + 1);
        let mut next = first;
        output_starts.push(next);
        let mut count = 0;
        for (tx, place) in order.iter().zip(0u32..) {
            places[*tx as usize] = place;
            let outputs = legs.of(*tx).1.len();
            count += outputs;
            next += outputs as u64;
            output_starts.push(next);
        }
        Self {
            draft,
            legs,
            places,
            output_starts,
            spenders: vec![NOWHERE; count],
            spenders_of_unknown: FxHashMap::default(),
        }
    }

    /// What the input in a row, of the transaction at a place, spends.
    fn link(&mut self, row: u32, place: u32) -> Result<Spent, LedgerError> {
        let draft = self.draft;
        let input = row as usize;
        let (spent_tx, vout) = (draft.spent_txs[input], draft.spent_vouts[input]);
        let spent_place = self.places[spent_tx as usize];
        if spent_place == NOWHERE {
            if let Some(other) = self.spenders_of_unknown.insert((spent_tx, vout), row) {
                return Err(self.spent_twice(other, row));
            }
            return match draft.earlier.get(&(spent_tx, vout)) {
                Some(output) => {
                    let holder = self.must_agree(input, (output.amount, output.holder), input)?;
                    Ok(Spent { number: output.number, holder })
                }
                None => Ok(Spent { number: OutputIx::NONE, holder: draft.holders[input] }),
            };
        }
        if spent_place >= place {
            return Err(self.bad_input(row, "is made by a transaction that does not come before"));
        }
        let Some(output) = self.legs.of(spent_tx).1.get(vout as usize) else {
            return Err(self.bad_input(row, "is none of its transaction"));
        };
        let output = *output as usize;
        let made = (draft.amounts.get(output), draft.holders[output]);
        let holder = self.must_agree(input, made, output)?;
        let number = self.output_starts[spent_place as usize] + u64::from(vout);
        let local = usize::try_from(number - self.output_starts[0]).unwrap_or(usize::MAX);
        match std::mem::replace(&mut self.spenders[local], row) {
            NOWHERE => Ok(Spent { number, holder }),
            other => Err(self.spent_twice(other, row)),
        }
    }

    /// Checks an input against the output that it spends, which stands in the row `other`
    /// unless it was made earlier, and gives the holder.
    fn must_agree(
        &self,
        input: usize,
        (made, holder): (Amount, u32),
        other: usize,
    ) -> Result<u32, LedgerError> {
        let draft = self.draft;
        let (paid, spender) = (draft.amounts.get(input), draft.holders[input]);
        let reason = if paid != made {
            format!("the input spends {paid} of an output of {made}")
        } else if ![AccountIx::NONE, holder].contains(&spender) && holder != AccountIx::NONE {
            "the input has another address than the output that it spends".to_owned()
        } else {
            return Ok(if holder == AccountIx::NONE { spender } else { holder });
        };
        Err(self.conflict(other, input, reason))
    }

    /// Checks that a transaction pays anybody: without outputs, rows are missing.
    fn check_outputs(&self, tx: u32) -> Result<(), LedgerError> {
        if !self.legs.of(tx).1.is_empty() {
            return Ok(());
        }
        let place = self.draft.places.of(self.legs.first_row(tx));
        let name = self.draft.tx_name(tx);
        Err(LedgerError::bad_row(place, format!("transaction {name} has no outputs")))
    }

    /// Checks that a transaction has inputs, unless it is a coinbase, and pays out no more than
    /// it takes in.
    fn check_sums(&self, tx: u32) -> Result<(), LedgerError> {
        let (ins, outs) = self.legs.of(tx);
        let bad = |reason: String| {
            let place = self.draft.places.of(self.legs.first_row(tx));
            Err(LedgerError::bad_row(
                place,
                format!("transaction {} {reason}", self.draft.tx_name(tx)),
            ))
        };
        if ins.is_empty() {
            return match self.draft.txs.columns().position(tx as usize) {
                Some((_, 0)) => Ok(()),
                _ => bad("has no inputs, which only the first of a block may lack".to_owned()),
            };
        }
        match (self.sum(ins), self.sum(outs)) {
            (Some(taken), Some(paid)) if paid <= taken => Ok(()),
            (Some(taken), Some(paid)) => bad(format!("takes in {taken} and pays out {paid}")),
            _ => bad("moves more than 256 bits hold".to_owned()),
        }
    }

    fn sum(&self, rows: &[u32]) -> Option<Amount> {
        rows.iter().try_fold(Amount::ZERO, |sum, row| {
            sum.checked_add(self.draft.amounts.get(*row as usize))
        })
    }

    fn spent_twice(&self, first: u32, second: u32) -> LedgerError {
        let reason = format!("both spend {}", self.outpoint(second));
        self.conflict(first as usize, second as usize, reason)
    }

    fn conflict(&self, left: usize, right: usize, reason: String) -> LedgerError {
        LedgerError::Conflict {
            first: self.draft.places.of(left.min(right)),
            second: self.draft.places.of(left.max(right)),
            reason,
        }
    }

    fn bad_input(&self, row: u32, reason: &str) -> LedgerError {
        let place = self.draft.places.of(row as usize);
        LedgerError::bad_row(place, format!("the spent output {} {reason}", self.outpoint(row)))
    }

    fn outpoint(&self, row: u32) -> OutPoint {
        let row = row as usize;
        OutPoint::new(self.draft.tx_name(self.draft.spent_txs[row]), self.draft.spent_vouts[row])
    }
}
