//! The legs of a UTXO chain, on the way to their order.

use hawkshaw_model::{AccountIx, Amount, ChainId, TxHash, TxId, is_overwritten_coinbase};
use rustc_hash::FxHashMap;

use crate::amount_column::AmountColumn;
use crate::error::LedgerError;
use crate::finished::{Before, FinishedChain};
use crate::grouped::Grouped;
use crate::order::{Clash, check_blocks, sort_placed};
use crate::output_links::Links;
use crate::place::{Place, Places};
use crate::row::Side;
use crate::segment::{OutputSegment, Segment};
use crate::transactions::{NOWHERE, TxDrafts, TxHeader};

/// A leg of a transaction of a UTXO chain, by the numbers of one builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// Input or output.
    pub side: Side,
    /// Its index on its side.
    pub leg_index: u32,
    /// What an input spends: a transaction of the chain and the index of its output.
    pub spends: Option<(TxHash, u32)>,
    /// Who holds it, where it has an address or script.
    pub holder: Option<AccountIx>,
    /// How much.
    pub amount: Amount,
}

/// The legs of a UTXO chain in the order of the input, 29 bytes each and the line where a file
/// was read.
#[derive(Debug)]
pub(crate) struct OutputDraft {
    pub(crate) chain: ChainId,
    pub(crate) txs: TxDrafts,
    pub(crate) leg_txs: Vec<u32>,
    pub(crate) sides: Vec<Side>,
    pub(crate) leg_indices: Vec<u32>,
    /// The draft transaction whose output an input spends, which need not have legs.
    pub(crate) spent_txs: Vec<u32>,
    pub(crate) spent_vouts: Vec<u32>,
    pub(crate) holders: Vec<u32>,
    pub(crate) amounts: AmountColumn,
    pub(crate) places: Places,
    /// Rows of coinbases that a later block wiped out, which were left out.
    overwritten: u64,
    /// Outputs of transactions before the draft that its inputs spend, by draft transaction and
    /// index.
    pub(crate) earlier: FxHashMap<(u32, u32), EarlierOutput>,
}

/// An output that was made before what is drafted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EarlierOutput {
    /// An [`OutputIx`](hawkshaw_model::OutputIx).
    pub(crate) number: u64,
    /// An [`AccountIx`] or [`AccountIx::NONE`].
    pub(crate) holder: u32,
    pub(crate) amount: Amount,
}

/// The legs by draft transaction: inputs in their order, then outputs in theirs.
#[derive(Debug)]
pub(crate) struct Legs {
    grouped: Grouped,
    input_counts: Vec<u32>,
}

impl Legs {
    /// The inputs and the outputs of a transaction.
    pub(crate) fn of(&self, tx: u32) -> (&[u32], &[u32]) {
        self.grouped.of(tx).split_at(self.input_counts[tx as usize] as usize)
    }

    /// The leg that is read first.
    pub(crate) fn first_row(&self, tx: u32) -> usize {
        self.grouped.of(tx).iter().min().map_or(0, |row| *row as usize)
    }
}

impl OutputDraft {
    /// No legs yet.
    pub(crate) fn new(chain: ChainId) -> Self {
        Self {
            overwritten: 0,
            chain,
            txs: TxDrafts::default(),
            leg_txs: Vec::new(),
            sides: Vec::new(),
            leg_indices: Vec::new(),
            spent_txs: Vec::new(),
            spent_vouts: Vec::new(),
            holders: Vec::new(),
            amounts: AmountColumn::default(),
            places: Places::default(),
            earlier: FxHashMap::default(),
        }
    }

    /// The transactions, before the draft or unknown, whose outputs its inputs spend, each with
    /// the index of the output.
    pub(crate) fn spends_outside(&self) -> impl Iterator<Item = ((u32, u32), TxHash)> + '_ {
        let spends = self.spent_txs.iter().copied().zip(self.spent_vouts.iter().copied());
        spends.filter_map(|(tx, vout)| {
            let is_outside = tx != NOWHERE && !self.txs.columns().is_stated(tx as usize);
            let hash = is_outside.then(|| self.txs.columns().hash(tx as usize)).flatten();
            hash.map(|hash| ((tx, vout), hash))
        })
    }

    /// Adds a row that was read somewhere.
    pub(crate) fn add(
        &mut self,
        header: &TxHeader<'_>,
        leg: &Leg,
        place: &Place,
    ) -> Result<(), LedgerError> {
        if let (Some(hash), Some(point)) = (header.hash, header.point)
            && is_overwritten_coinbase(&self.chain, point.height, &hash)
        {
            self.overwritten += 1;
            return Ok(());
        }
        let tx = self.state(header, Some(place))?;
        let row = self.push(tx, leg)?;
        self.places.note(row, place)
    }

    /// Notes a header and gives the number of its transaction.
    pub(crate) fn state(
        &mut self,
        header: &TxHeader<'_>,
        place: Option<&Place>,
    ) -> Result<u32, LedgerError> {
        if header.hash.is_none() || header.point.is_none() {
            let reason = "a transaction of a UTXO chain needs its hash and its place in a block";
            let here = place.cloned().unwrap_or_else(|| self.next_place());
            return Err(LedgerError::bad_row(here, reason));
        }
        self.txs.state(header).map_err(|refusal| {
            let second = place.cloned().unwrap_or_else(|| self.next_place());
            refusal.into_error(header.hash, second, |tx| {
                self.leg_txs.iter().position(|other| *other == tx).map(|row| self.places.of(row))
            })
        })
    }

    /// Adds a leg to a transaction and gives its row.
    pub(crate) fn push(&mut self, tx: u32, leg: &Leg) -> Result<usize, LedgerError> {
        let row = self.amounts.next_row()?;
        if tx as usize >= self.txs.len() {
            return Err(LedgerError::UnknownNumber { what: "transaction" });
        }
        if leg.spends.is_some() != (leg.side == Side::In) {
            let reason = "an input spends an output, and an output spends nothing";
            return Err(LedgerError::bad_row(self.next_place(), reason));
        }
        let (spent_tx, spent_vout) = match leg.spends {
            Some((hash, vout)) => {
                let spent = self.txs.intern(hash);
                (spent.map_err(|_| LedgerError::limit("transactions of a chain"))?, vout)
            }
            None => (NOWHERE, 0),
        };
        self.leg_txs.push(tx);
        self.sides.push(leg.side);
        self.leg_indices.push(leg.leg_index);
        self.spent_txs.push(spent_tx);
        self.spent_vouts.push(spent_vout);
        self.holders.push(leg.holder.map_or(AccountIx::NONE, |holder| holder.0));
        self.amounts.push(leg.amount);
        Ok(row as usize)
    }

    /// The place of the row that is added next.
    pub(crate) fn next_place(&self) -> Place {
        self.places.of(self.amounts.len())
    }

    /// Puts the transactions in chain order and ties inputs to the outputs that they spend.
    pub(crate) fn finish(self, before: Before) -> Result<FinishedChain, LedgerError> {
        let overwritten = self.overwritten;
        let (legs, duplicates) = self.sorted_legs()?;
        let has_legs = |tx: &u32| !legs.grouped.of(*tx).is_empty();
        let mut order: Vec<u32> = (0..legs.grouped.len()).filter(has_legs).collect();
        sort_placed(&mut order, self.txs.columns(), |_| 0);
        check_blocks(&order, self.txs.columns()).map_err(|clash| self.clash(&legs, clash))?;
        let links = Links::new(&self, &legs, &order, before.outputs)?;
        let segments = self.segments(&order, &legs, &links, before);
        let output_starts = links.output_starts;
        let (columns, index) = self.txs.into_parts(&order);
        Ok(FinishedChain {
            segments,
            columns,
            order,
            index,
            output_starts,
            row_end: None,
            duplicates,
            overwritten,
            repeated_reports: 0,
        })
    }

    /// The legs of each transaction in order, each once, and how many were repeated.
    fn sorted_legs(&self) -> Result<(Legs, u64), LedgerError> {
        let mut all = Grouped::new(self.txs.len(), || self.leg_txs.iter().copied().zip(0u32..));
        let mut grouped = Grouped::with_capacity(self.txs.len(), all.item_count());
        let mut input_counts = Vec::with_capacity(self.txs.len());
        for tx in 0..all.len() {
            let rows = all.of_mut(tx);
            let key = |row: &u32| (self.sides[*row as usize], self.leg_indices[*row as usize]);
            rows.sort_by_key(key);
            for pair in rows.windows(2).filter(|pair| key(&pair[0]) == key(&pair[1])) {
                self.must_repeat(pair[0] as usize, pair[1] as usize)?;
            }
            let is_new = |at: &usize| *at == 0 || key(&rows[at - 1]) != key(&rows[*at]);
            grouped.push_group((0..rows.len()).filter(is_new).map(|at| rows[at]));
            input_counts.push(self.count_inputs(grouped.of(tx))?);
        }
        let duplicates = (all.item_count() - grouped.item_count()) as u64;
        Ok((Legs { grouped, input_counts }, duplicates))
    }

    /// Checks that a leg that stands twice is the same both times.
    fn must_repeat(&self, first: usize, second: usize) -> Result<(), LedgerError> {
        let leg = |row: usize| {
            let spent = (self.spent_txs[row], self.spent_vouts[row]);
            (spent, self.holders[row], self.amounts.get(row))
        };
        if leg(first) == leg(second) {
            return Ok(());
        }
        Err(LedgerError::Conflict {
            first: self.places.of(first),
            second: self.places.of(second),
            reason: format!(
                "they describe {} {} of transaction {} differently",
                side_name(self.sides[first]),
                self.leg_indices[first],
                self.tx_name(self.leg_txs[first])
            ),
        })
    }

    /// How many of the sorted legs of a transaction are inputs. Each side is numbered from 0
    /// without holes.
    fn count_inputs(&self, rows: &[u32]) -> Result<u32, LedgerError> {
        let inputs = rows.partition_point(|row| self.sides[*row as usize] == Side::In);
        let (ins, outs) = rows.split_at(inputs);
        for (row, index) in ins.iter().zip(0u32..).chain(outs.iter().zip(0u32..)) {
            let row = *row as usize;
            if self.leg_indices[row] != index {
                let side = side_name(self.sides[row]);
                let tx = self.tx_name(self.leg_txs[row]);
                let reason = format!("{side} {index} of transaction {tx} is missing");
                return Err(LedgerError::bad_row(self.places.of(row), reason));
            }
        }
        Ok(u32::try_from(inputs).unwrap_or(u32::MAX))
    }

    fn segments(&self, order: &[u32], legs: &Legs, links: &Links, before: Before) -> Vec<Segment> {
        let mut tx_first = before.txs;
        let mut segments = Vec::with_capacity(order.len() / before.segment_txs_max + 1);
        for (places, txs) in order.chunks(before.segment_txs_max).enumerate() {
            let count = txs.iter().map(|tx| legs.grouped.of(*tx).len()).sum();
            let mut segment = OutputSegment::new(tx_first, txs.len(), count);
            let starts = &links.output_starts[places * before.segment_txs_max..];
            for (tx, output_first) in txs.iter().zip(starts) {
                let (ins, outs) = legs.of(*tx);
                for row in ins {
                    let output = links.inputs[*row as usize];
                    segment.outputs.push(output.number);
                    segment.holders.push(output.holder);
                    segment.amounts.push_from(&self.amounts, *row as usize);
                }
                segment.begin_outputs();
                for (row, output) in outs.iter().zip(*output_first..) {
                    segment.outputs.push(output);
                    segment.holders.push(self.holders[*row as usize]);
                    segment.amounts.push_from(&self.amounts, *row as usize);
                }
                segment.end_tx();
            }
            tx_first += txs.len() as u64;
            segments.push(Segment::Outputs(segment));
        }
        segments
    }

    /// A transaction as errors name it.
    pub(crate) fn tx_name(&self, tx: u32) -> TxId {
        let hash = self.txs.columns().hash(tx as usize);
        TxId::new(self.chain.clone(), hash.unwrap_or(TxHash::from([0; 32])))
    }

    fn clash(&self, legs: &Legs, clash: Clash) -> LedgerError {
        let (left, right) = (legs.first_row(clash.txs.0), legs.first_row(clash.txs.1));
        LedgerError::Conflict {
            first: self.places.of(left.min(right)),
            second: self.places.of(left.max(right)),
            reason: clash.reason,
        }
    }
}

/// A side as errors name it.
fn side_name(side: Side) -> &'static str {
    match side {
        Side::In => "input",
        Side::Out => "output",
    }
}
