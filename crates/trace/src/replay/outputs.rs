//! The replay of UTXO chains.
//!
//! Back of the envelope: a transaction that taint does not reach costs a bit test for each of its
//! inputs (a bitmap of outputs, 5 MB for 40 million) and nothing else. One that it reaches costs
//! a lookup for each input and an entry for each output, and no memory that lasts: where no edges
//! are written down, what is known of a spent output is forgotten.

use hawkshaw_model::{
    AccountIx, AssetIx, Grade, OutputBatch, OutputIx, ReadError, TerminalKind, TxIx, UtxoLeg,
    UtxoTx,
};

use crate::bounds::Flow;
use crate::program::{Leg, Place, Program};
use crate::replay::book::{EdgeNote, Halt, LinkNote, Side, TerminalKey};
use crate::replay::mixing::Followed;
use crate::replay::services::Service;
use crate::replay::{Replay, chain_of};
use crate::units::Units;

/// What is written down of a transaction where edges are.
struct Record<U> {
    notes: Vec<EdgeNote<U>>,
    flow_in: Vec<(u32, U)>,
    flow_out: Vec<Leg<U>>,
}

impl<U: Units> Replay<'_, U> {
    /// Replays the transactions of a batch, from `first` to `end`.
    pub(super) fn outputs(
        &mut self,
        batch: &OutputBatch<'_>,
        first: TxIx,
        end: TxIx,
        hand_over: &mut dyn FnMut(Program<U>) -> Program<U>,
    ) -> Result<(), Halt> {
        let start = batch.tx_first.0;
        let asset = self.native(batch.tx_first);
        let place = |tx: u64| usize::try_from(tx.saturating_sub(start)).unwrap_or(usize::MAX);
        let behind = place(end.0).min(batch.tx_count());
        let mut next_theft = self.next_theft(first.0.max(start));
        let has_owners = self.thefts.has_owners();
        for at in place(first.0)..behind {
            let tx = TxIx(start + at as u64);
            let inputs = batch.tx_rows[at] as usize..batch.tx_outputs[at] as usize;
            let spent = batch.outputs[inputs.clone()].iter();
            let touched = spent.into_iter().any(|output| self.book.is_output_touched(*output))
                || (has_owners && self.is_a_source(&batch.holders[inputs]));
            let is_theft = next_theft == Some(tx.0);
            if touched || is_theft {
                self.join_at(batch, at, asset)?;
                self.hand_over_if_long(hand_over);
            }
            if is_theft {
                next_theft = self.next_theft(tx.0 + 1);
            }
            if self.crossings.is_due(tx) {
                self.pay_out_outputs(batch, at, tx, touched)?;
            }
        }
        Ok(())
    }

    /// Whether one of these holders is a source all payments of which are its own.
    fn is_a_source(&self, holders: &[u32]) -> bool {
        holders.iter().any(|holder| {
            self.book.touched.has(*holder) && self.thefts.owner(Some(*holder)).is_some()
        })
    }

    /// The first transaction from one on in which an output is stolen.
    fn next_theft(&self, from: u64) -> Option<u64> {
        self.thefts.outputs.range(from..).next().map(|(tx, _)| *tx)
    }

    /// Replays the transaction at a place of a batch, which taint is in.
    fn join_at(&mut self, batch: &OutputBatch<'_>, at: usize, asset: u32) -> Result<(), Halt> {
        let nothing = UtxoTx { tx: batch.tx_first, inputs: Vec::new(), outputs: Vec::new() };
        // Kept for its memory.
        let mut tx = std::mem::replace(&mut self.joining.tx, nothing);
        read(batch, at, &mut tx)?;
        let outcome = self.join(&tx, asset);
        self.joining.tx = tx;
        outcome
    }

    /// Replays a transaction that taint is in.
    fn join(&mut self, tx: &UtxoTx, asset: u32) -> Result<(), Halt> {
        self.book.begin(tx.tx);
        let first = self.book.program.legs.len();
        let (recording, has_flows) = (self.book.is_recording(), self.book.has_flows());
        let mut record = Record { notes: Vec::new(), flow_in: Vec::new(), flow_out: Vec::new() };
        let followed = self.join_inputs(tx, asset, recording.then_some(&mut record))?;
        let legs_in = self.book.program.legs.len();
        let carries = followed.inputs > 0;
        let mix = if carries { self.mixed(tx, asset, &followed)? } else { None };
        let paid =
            self.join_outputs(tx, asset, (&followed, mix), recording.then_some(&mut record))?;
        let fee = followed.total.minus(paid);
        let place = if carries { self.fee_place(asset) } else { Place::CLEAN };
        let leg = Leg { place, amount: fee, stolen: None };
        if recording {
            record.flow_out.push(leg.clone());
            let sides = (Side::Transaction, Side::Nobody);
            record.notes.push(note(tx.tx, None, sides, place, asset, fee));
        }
        self.book.program.legs.push(leg);
        self.book.count_moved(followed.total)?;
        self.book.count_moved(followed.total)?;
        let count = self.book.program.legs.len() - legs_in;
        self.book.join(first, count, recording.then_some(record.notes));
        if has_flows {
            let (inputs, outputs) = (record.flow_in, record.flow_out);
            self.book.flows.push(Flow::Join { inputs, outputs });
        }
        self.close_mouths()
    }

    /// Writes the inputs of a transaction.
    fn join_inputs(
        &mut self,
        tx: &UtxoTx,
        asset: u32,
        mut record: Option<&mut Record<U>>,
    ) -> Result<Followed<U>, Halt> {
        let mut followed = Followed::default();
        for input in &tx.inputs {
            let amount: U = amount(input, tx.tx)?;
            let add = |sum: U| sum.checked_add(amount).ok_or(Halt::TooWide(tx.tx));
            followed.total = add(followed.total)?;
            self.book.unexplained += u64::from(input.output.is_none());
            let is_end = |output| self.thefts.taken.is_output_end(tx.tx, output);
            // What was taken goes back, in a ledger told backwards: its taint stays where it is.
            let spent = input.output.filter(|output| !is_end(*output));
            let holding = spent.and_then(|output| self.book.spend_output(output.0));
            let place = holding.map_or(Place::CLEAN, Place::holding);
            let is_own = spent.is_some() || input.output.is_none();
            let owner = self.thefts.owner(input.holder.map(|holder| holder.0));
            let source = owner.filter(|_| is_own);
            followed.has_own |= source.is_some();
            if holding.is_some() || source.is_some() {
                followed.inputs += 1;
                followed.value = add(followed.value)?;
            }
            let stolen = source.map(|source| (Place::CLEAN, source));
            self.book.program.legs.push(Leg { place, amount, stolen });
            if let Some(record) = &mut record {
                record.flow_in.extend(holding.map(|holding| (holding, amount)));
                let sides = (side(input), Side::Transaction);
                record.notes.push(note(tx.tx, None, sides, Place::CLEAN, asset, amount));
            }
        }
        Ok(followed)
    }

    /// Writes the outputs of a transaction: what they sum to. `mix` is where their taint ends,
    /// whatever they are.
    fn join_outputs(
        &mut self,
        tx: &UtxoTx,
        asset: u32,
        (followed, mix): (&Followed<U>, Option<Place>),
        mut record: Option<&mut Record<U>>,
    ) -> Result<U, Halt> {
        let thefts = self.thefts.outputs.get(&tx.tx.0);
        let carries = followed.inputs > 0;
        let mut paid = U::default();
        for (index, made) in tx.outputs.iter().enumerate() {
            let amount: U = amount(made, tx.tx)?;
            if amount.is_zero() {
                continue;
            }
            paid = paid.checked_add(amount).ok_or(Halt::TooWide(tx.tx))?;
            let output = made.output.unwrap_or(OutputIx(OutputIx::NONE));
            let is_stolen = thefts.is_some_and(|thefts| thefts.contains(&output.0));
            let event = u32::try_from(index).ok();
            let mut link = LinkNote::None;
            let mut grade = Grade::Ledger;
            let place = if let (Some(mix), false) = (mix, is_stolen) {
                grade = Grade::Inference;
                mix
            } else if !is_stolen && (!carries || self.is_taken(followed, tx.tx, output)) {
                Place::CLEAN
            } else {
                let mouth = match is_stolen {
                    true => None,
                    false => self.mouth_of_output(
                        event.unwrap_or(u32::MAX),
                        made.holder.map(|holder| holder.0),
                        asset,
                    )?,
                };
                match mouth {
                    Some(mouth) => {
                        self.book.credit(mouth, amount)?;
                        link = self.link_into(mouth).unwrap_or(link);
                        mouth
                    }
                    None => self.place_of_output(output, holder_column(made), asset, tx.tx)?,
                }
            };
            let stolen =
                is_stolen.then(|| self.stolen_output(output, asset, carries)).transpose()?;
            if let Some((_, own)) = stolen {
                self.book.count_stolen(own, amount);
                link = LinkNote::Theft;
            }
            let leg = Leg { place, amount, stolen };
            if let Some(record) = &mut record {
                record.flow_out.push(leg.clone());
                let sides = (Side::Transaction, side(made));
                let edge = note(tx.tx, event, sides, place, asset, amount);
                record.notes.push(EdgeNote { link, grade, ..edge });
            }
            self.book.program.legs.push(leg);
        }
        Ok(paid)
    }

    /// Whether a source is robbed of an output: it is then no payment of the source's.
    fn is_taken(&self, followed: &Followed<U>, tx: TxIx, output: OutputIx) -> bool {
        followed.has_own && self.thefts.taken.is_output_robbery(tx, output)
    }

    /// Where fees end.
    fn fee_place(&mut self, asset: u32) -> Place {
        if let Some((_, place)) = self.joining.fees.filter(|(of, _)| *of == asset) {
            return place;
        }
        let kind = TerminalKind::Fee;
        let key = TerminalKey { kind, actor: None, account: None, output: None, asset };
        let place = self.book.terminal(key);
        self.joining.fees = Some((asset, place));
        place
    }

    fn native(&self, tx: TxIx) -> u32 {
        let chain = chain_of(self.scene.ledger, tx);
        let asset = chain.and_then(|chain| self.scene.ledger.native_asset(&chain.id));
        asset.unwrap_or(AssetIx(0)).0
    }

    /// Where an output that may be tainted goes: a terminal, or a holding of its own.
    pub(super) fn place_of_output(
        &mut self,
        output: OutputIx,
        holder: u32,
        asset: u32,
        tx: TxIx,
    ) -> Result<Place, Halt> {
        if holder != AccountIx::NONE
            && let Service::Stop(stop) = self.services.at(holder, tx)?
        {
            let (kind, actor) = (stop.kind.clone(), stop.actor.clone());
            let account = Some(holder);
            return Ok(self.book.terminal(TerminalKey {
                kind,
                actor,
                account,
                output: None,
                asset,
            }));
        }
        Ok(Place::holding(self.book.open_output(output.0, holder, asset)?))
    }

    /// Where earlier taint of a stolen output ends, and which stolen asset it is.
    fn stolen_output(
        &mut self,
        output: OutputIx,
        asset: u32,
        carries: bool,
    ) -> Result<(Place, u32), ReadError> {
        let own = self.thefts.number_of_output(output, asset);
        if !carries {
            return Ok((Place::CLEAN, own));
        }
        let text = format!(
            "output {} carries value that the case had tainted before and is listed as stolen \
             again: its earlier taint ends here",
            self.scene.ledger.output(output)?
        );
        self.find("stolen-again", None, text)?;
        let kind = TerminalKind::StolenAgain;
        let key = TerminalKey { kind, actor: None, account: None, output: Some(output.0), asset };
        Ok((self.book.terminal(key), own))
    }
}

/// Reads the transaction at a place of a batch into memory that was used before.
fn read(batch: &OutputBatch<'_>, at: usize, into: &mut UtxoTx) -> Result<(), ReadError> {
    into.tx = TxIx(batch.tx_first.0 + at as u64);
    let leg = |row: usize| -> Result<UtxoLeg, ReadError> {
        let (output, holder) = (batch.outputs[row], batch.holders[row]);
        Ok(UtxoLeg {
            output: (output != OutputIx::NONE).then_some(OutputIx(output)),
            holder: (holder != AccountIx::NONE).then_some(AccountIx(holder)),
            amount: batch.amounts.amount(row)?,
        })
    };
    let middle = batch.tx_outputs[at] as usize;
    into.inputs.clear();
    for row in batch.tx_rows[at] as usize..middle {
        into.inputs.push(leg(row)?);
    }
    into.outputs.clear();
    for row in middle..batch.tx_rows[at + 1] as usize {
        into.outputs.push(leg(row)?);
    }
    Ok(())
}

fn amount<U: Units>(leg: &UtxoLeg, tx: TxIx) -> Result<U, Halt> {
    U::from_amount(leg.amount).ok_or(Halt::TooWide(tx))
}

fn holder_column(leg: &UtxoLeg) -> u32 {
    leg.holder.map_or(AccountIx::NONE, |holder| holder.0)
}

fn side(leg: &UtxoLeg) -> Side {
    let output = leg.output.map_or(OutputIx::NONE, |output| output.0);
    Side::Output { output, holder: holder_column(leg) }
}

fn note<U: Units>(
    tx: TxIx,
    event: Option<u32>,
    (from, to): (Side, Side),
    place: Place,
    asset: u32,
    amount: U,
) -> EdgeNote<U> {
    let link = LinkNote::None;
    EdgeNote { tx, event, from, to, place, asset, amount, link, grade: Grade::Ledger }
}
