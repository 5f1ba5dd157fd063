//! The replay of UTXO chains.

use hawkshaw_model::{
    AccountIx, AssetIx, Grade, OutputBatch, OutputIx, ReadError, TerminalKind, TxIx,
};

use crate::bounds::Flow;
use crate::program::{Leg, Place, Program};
use crate::replay::book::{EdgeNote, Halt, LinkNote, Side, TerminalKey};
use crate::replay::bridging::holder;
use crate::replay::services::Service;
use crate::replay::{Replay, chain_of};
use crate::units::Units;

impl<U: Units> Replay<'_, U> {
    /// Replays the transactions of a batch, from `first` to `end`.
    pub(super) fn outputs(
        &mut self,
        batch: &OutputBatch<'_>,
        first: TxIx,
        end: TxIx,
        hand_over: &mut dyn FnMut(Program<U>) -> Program<U>,
    ) -> Result<(), Halt> {
        for at in 0..batch.tx_rows.len() - 1 {
            let tx = TxIx(batch.tx_first.0 + at as u64);
            if tx < first || tx >= end {
                continue;
            }
            let inputs = batch.tx_rows[at] as usize..batch.tx_outputs[at] as usize;
            let touched = batch.outputs[inputs].iter().any(|output| {
                let output = usize::try_from(*output).unwrap_or(usize::MAX);
                self.book.touched_outputs.get(output)
            });
            if touched || self.thefts.outputs.contains_key(&tx.0) {
                self.join(batch, at, tx)?;
                self.hand_over_if_long(hand_over);
            }
            if self.crossings.is_due(tx) {
                self.pay_out_outputs(batch, at, tx, touched)?;
            }
        }
        Ok(())
    }

    /// Replays one transaction that taint is in.
    fn join(&mut self, batch: &OutputBatch<'_>, at: usize, tx: TxIx) -> Result<(), Halt> {
        self.book.begin(tx);
        let first = self.book.program.legs.len();
        let asset = self.native(tx);
        let recording = self.book.is_recording();
        let mut notes = Vec::new();
        let inputs = batch.tx_rows[at] as usize..batch.tx_outputs[at] as usize;
        let outputs = batch.tx_outputs[at] as usize..batch.tx_rows[at + 1] as usize;
        let mut total = U::default();
        let mut flow_in = Vec::new();
        for row in inputs {
            let amount = self.amount(batch, row, tx)?;
            total = total.checked_add(amount).ok_or(Halt::TooWide(tx))?;
            let output = batch.outputs[row];
            self.book.unexplained += u64::from(output == OutputIx::NONE);
            let holding = self.book.output_holding(output);
            let place = holding.map_or(Place::CLEAN, Place::holding);
            if let Some(holding) = holding {
                flow_in.push((holding, amount));
            }
            self.book.program.legs.push(Leg { place, amount, stolen: None });
            let side = Side::Output { output, holder: batch.holders[row] };
            notes.push(note(tx, None, (side, Side::Transaction), Place::CLEAN, asset, amount));
        }
        let legs_in = self.book.program.legs.len();
        let carries = !flow_in.is_empty();
        let mut paid = U::default();
        let mut flow_out = Vec::new();
        for (index, row) in outputs.enumerate() {
            let amount = self.amount(batch, row, tx)?;
            if amount.is_zero() {
                continue;
            }
            paid = paid.checked_add(amount).ok_or(Halt::TooWide(tx))?;
            let output = OutputIx(batch.outputs[row]);
            let stolen = self.thefts.is_stolen_output(tx, output);
            let number = u32::try_from(index).unwrap_or(u32::MAX);
            let mouth = match carries && !stolen {
                true => self.mouth_of_output(number, holder(batch.holders[row]), asset)?,
                false => None,
            };
            let place = if let Some(place) = mouth {
                self.book.credit(place, amount)?;
                place
            } else if carries || stolen {
                self.place_of_output(output, batch.holders[row], asset, tx)?
            } else {
                Place::CLEAN
            };
            let stolen = stolen.then(|| self.stolen_output(output, asset, carries)).transpose()?;
            if let Some((_, own)) = stolen {
                self.book.count_stolen(own, amount);
            }
            let leg = Leg { place, amount, stolen };
            flow_out.push(leg.clone());
            self.book.program.legs.push(leg);
            let side = Side::Output { output: output.0, holder: batch.holders[row] };
            let event = u32::try_from(index).ok();
            let mut edge = note(tx, event, (Side::Transaction, side), place, asset, amount);
            if stolen.is_some() {
                edge.link = LinkNote::Theft;
            } else if mouth.is_some() {
                edge.link = self.link_into(place).unwrap_or(edge.link);
            }
            notes.push(edge);
        }
        let fee = total.minus(paid);
        let key = TerminalKey {
            kind: TerminalKind::Fee,
            actor: None,
            account: None,
            output: None,
            asset,
        };
        let place = if carries { self.book.terminal(key) } else { Place::CLEAN };
        let leg = Leg { place, amount: fee, stolen: None };
        flow_out.push(leg.clone());
        self.book.program.legs.push(leg);
        notes.push(note(tx, None, (Side::Transaction, Side::Nobody), place, asset, fee));
        self.book.count_moved(total)?;
        self.book.count_moved(total)?;
        let count = self.book.program.legs.len() - legs_in;
        self.book.join(first, count, recording.then_some(notes));
        if recording {
            self.book.flows.push(Flow::Join { inputs: flow_in, outputs: flow_out });
        }
        self.close_mouths()
    }

    fn amount(&self, batch: &OutputBatch<'_>, row: usize, tx: TxIx) -> Result<U, Halt> {
        U::from_amount(batch.amounts.amount(row)?).ok_or(Halt::TooWide(tx))
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
        let own = self.thefts.own(asset).unwrap_or(0);
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
