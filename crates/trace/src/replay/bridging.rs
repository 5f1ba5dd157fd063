//! The replay of deposits into bridges and of what comes out of them.

use hawkshaw_model::{
    AccountIx, Crossing, Grade, LinkClass, OutputBatch, OutputIx, TerminalKind, TransferBatch, TxIx,
};

use crate::bounds::{Flow, SwapTarget};
use crate::netting::Payment;
use crate::program::{Place, Resolved};
use crate::replay::Replay;
use crate::replay::book::{EdgeNote, Halt, LinkNote, Side, TerminalKey};
use crate::replay::crossings::{Due, Entry, Gate, Mouth};
use crate::units::Units;

impl<U: Units> Replay<'_, U> {
    /// Opens the mouths of the bridges that the payments of a transaction go into.
    pub(super) fn open_mouths(&mut self, payments: &[Payment<U>]) -> Result<(), Halt> {
        let tx = self.book.tx();
        let Some(entries) = self.crossings.entries(tx) else { return Ok(()) };
        let mut mouths: Vec<(Option<u32>, u32, Vec<usize>)> = Vec::new();
        let mut strays = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            match payee(entry, payments, &self.burns) {
                Some(payee) => {
                    let asset = entry.spot.asset;
                    match mouths.iter_mut().find(|mouth| (mouth.0, mouth.1) == (payee, asset)) {
                        Some(mouth) => mouth.2.push(at),
                        None => mouths.push((payee, asset, vec![at])),
                    }
                }
                None => strays.push(entry.crossing),
            }
        }
        for (payee, asset, entries) in mouths {
            self.open_mouth(tx, payee, asset, None, &entries)?;
        }
        for crossing in strays {
            let text = format!(
                "{}: the transaction announces a deposit, and no payment of it goes into the \
                 bridge: the deposit was not followed",
                self.scene.crossings[crossing].bridge
            );
            self.find("bridge-without-payment", None, text)?;
        }
        Ok(())
    }

    /// Opens a mouth for some entries of a transaction.
    fn open_mouth(
        &mut self,
        tx: TxIx,
        payee: Option<u32>,
        asset: u32,
        output: Option<u32>,
        entries: &[usize],
    ) -> Result<(), Halt> {
        let Some(all) = self.crossings.entries(tx) else { return Ok(()) };
        let chosen: Vec<&Entry> = entries.iter().filter_map(|at| all.get(*at)).collect();
        let Some(crossing) = chosen.first().map(|entry| entry.crossing) else { return Ok(()) };
        let comes_out = chosen.iter().any(|entry| !entry.exits.is_empty());
        let is_claimed = self.is_claimed(crossing);
        let place = if comes_out {
            Some(Place::holding(self.book.open_transit()?))
        } else if is_claimed {
            None
        } else {
            Some(self.bridge_terminal(crossing, payee, asset))
        };
        let entries = entries.to_vec();
        let is_reached = false;
        let mouth = Mouth { payee, asset, output, place, crossing, entries, is_reached };
        self.crossings.mouths.push(mouth);
        Ok(())
    }

    /// Whether only a claim says that what is paid in goes into a bridge: anybody can write one
    /// to a payment into his own pocket.
    fn is_claimed(&self, crossing: usize) -> bool {
        let crossing = &self.scene.crossings[crossing];
        crossing.class == LinkClass::Identifier && crossing.grade == Grade::Inference
    }

    fn bridge_terminal(&mut self, crossing: usize, account: Option<u32>, asset: u32) -> Place {
        let actor = Some(self.scene.crossings[crossing].bridge.clone());
        let kind = TerminalKind::Bridge;
        self.book.terminal(TerminalKey { kind, actor, account, output: None, asset })
    }

    /// The mouth of a bridge that a payment goes into. `tainted` says that it may carry taint.
    #[inline]
    pub(super) fn mouth(&mut self, payee: Option<u32>, asset: u32, tainted: bool) -> Option<Place> {
        let mut mouths = self.crossings.mouths.iter_mut();
        let mouth = mouths
            .find(|mouth| mouth.output.is_none() && mouth.payee == payee && mouth.asset == asset)?;
        mouth.is_reached |= tainted;
        mouth.place
    }

    /// Whether an account is one that a bridge keeps value at in the transaction at hand.
    pub(super) fn is_mouth(&self, account: u32) -> bool {
        let mut mouths = self.crossings.mouths.iter();
        mouths.any(|mouth| mouth.payee == Some(account) && mouth.place.is_some())
    }

    /// The mouth of a bridge that an output goes into.
    pub(super) fn mouth_of_output(
        &mut self,
        index: u32,
        holder: Option<u32>,
        asset: u32,
    ) -> Result<Option<Place>, Halt> {
        let tx = self.book.tx();
        let Some(entries) = self.crossings.entries(tx) else { return Ok(None) };
        let fits = |entry: &Entry| match entry.spot.event {
            Some(event) => event == index,
            None => entry.spot.account.is_some() && entry.spot.account == holder,
        };
        let Some(at) = entries.iter().position(fits) else { return Ok(None) };
        self.open_mouth(tx, holder, asset, Some(index), &[at])?;
        let mouth = self.crossings.mouths.last_mut();
        Ok(mouth.and_then(|mouth| {
            mouth.is_reached = true;
            mouth.place
        }))
    }

    /// Closes the mouths of a transaction: what is in them waits for its payouts.
    pub(super) fn close_mouths(&mut self) -> Result<(), Halt> {
        if self.crossings.mouths.is_empty() {
            return Ok(());
        }
        for mouth in std::mem::take(&mut self.crossings.mouths) {
            match (mouth.place.map(Place::resolve), mouth.is_reached) {
                (Some(Resolved::Holding(holding)), is_reached) => {
                    let holding = u32::try_from(holding).map_err(|_| Halt::TooManyHoldings)?;
                    if is_reached {
                        self.await_payouts(&mouth, holding)?;
                    } else {
                        let clean = self.book.balance(holding);
                        self.book.pay(Some(holding), Place::CLEAN, clean, None)?;
                        self.book.close_transit(holding);
                    }
                }
                (_, true) => {
                    for at in &mouth.entries {
                        self.find_unmatched(*at)?;
                    }
                }
                (_, false) => {}
            }
        }
        Ok(())
    }

    /// Lets what was paid into a mouth wait for what comes out.
    fn await_payouts(&mut self, mouth: &Mouth, holding: u32) -> Result<(), Halt> {
        let tx = self.book.tx();
        let number = self.crossings.gates.len();
        let mut stated = U::default();
        let mut explained = U::default();
        let mut dues = Vec::new();
        let mut unmatched = Vec::new();
        for entry in mouth.entries.iter().filter_map(|at| self.crossings.entries(tx)?.get(*at)) {
            let wide = |amount| U::from_amount(amount).ok_or(Halt::TooWide(tx));
            let add = |a: U, b: U| a.checked_add(b).ok_or(Halt::TooWide(tx));
            stated = add(stated, wide(entry.spot.amount)?)?;
            for exit in &entry.exits {
                explained = add(explained, wide(exit.part)?)?;
                dues.push(Due { gate: number, crossing: entry.crossing, exit: *exit });
            }
            if entry.exits.is_empty() {
                unmatched.push(entry.crossing);
            }
        }
        let paid = self.book.balance(holding);
        let (crossing, account) = (mouth.crossing, mouth.payee);
        let is_explained = explained >= stated;
        let stated = stated.max(explained);
        let (asset, waiting, taken) = (mouth.asset, dues.len(), U::default());
        let gate = Gate {
            holding,
            tx,
            crossing,
            account,
            asset,
            paid,
            stated,
            waiting,
            is_explained,
            taken,
        };
        self.crossings.gates.push(gate);
        for due in dues {
            if !self.crossings.await_payout(self.scene.ledger, tx, due) {
                let text = format!(
                    "{}: its payout stands before the deposit in the order of the ledgers: it was \
                     not followed",
                    self.scene.crossings[due.crossing].bridge
                );
                self.find("bridge-too-early", None, text)?;
                self.fail_one(due.gate)?;
            }
        }
        for crossing in unmatched {
            self.say_unmatched(crossing)?;
        }
        if self.is_claimed(mouth.crossing) {
            let text = format!(
                "{}: that what was paid in here came out elsewhere rests on a claim that anybody \
                 can make, such as a memo: if it is wrong, the value is still here",
                self.scene.crossings[mouth.crossing].bridge
            );
            self.find("bridge-claimed", mouth.payee, text)?;
        }
        Ok(())
    }

    fn find_unmatched(&mut self, at: usize) -> Result<(), Halt> {
        let entries = self.crossings.entries(self.book.tx());
        let crossing = entries.and_then(|entries| entries.get(at)).map(|entry| entry.crossing);
        crossing.map_or(Ok(()), |crossing| self.say_unmatched(crossing))
    }

    /// Says where a deposit goes whose payout is not followed.
    fn say_unmatched(&mut self, crossing: usize) -> Result<(), Halt> {
        let crossing: &Crossing = &self.scene.crossings[crossing];
        let to = &crossing.destination;
        let chain = to.chain.as_ref().map_or("a chain that was not understood", |c| c.name());
        let receiver = to.receiver.as_deref().unwrap_or("a receiver that was not understood");
        let id = crossing.id.as_deref().map_or_else(String::new, |id| format!(" {id}"));
        let why = match (crossing.class, crossing.candidates) {
            (LinkClass::Statistics, count @ 1..) => {
                format!("{count} payouts of the ledger fit, which is too many to follow one")
            }
            _ if crossing.grade == Grade::Inference => {
                "only a claim that anybody can make says so, such as a memo, and the ledger holds \
                 no payout of it: value is followed on where it was paid"
                    .to_owned()
            }
            _ => "the ledger holds no payout of it".to_owned(),
        };
        let text = format!("{}{id}: to {receiver} on {chain}: {why}", crossing.bridge);
        self.find("bridge-unmatched", None, hawkshaw_model::Printable(&text).to_string())?;
        Ok(())
    }

    /// Brings what comes out of bridges in a transaction to its receivers, and takes it out of
    /// the payments. `stolen` says of each payment whether it is a stolen one.
    pub(super) fn pay_out(
        &mut self,
        batch: &TransferBatch<'_>,
        payments: &mut Vec<Payment<U>>,
        stolen: &mut Vec<bool>,
    ) -> Result<(), Halt> {
        let tx = self.book.tx();
        for due in self.crossings.take_due(tx) {
            let spot = due.exit.spot;
            let is_free = |(number, p): &(usize, &Payment<U>)| {
                let payer = p.from.and_then(|from| self.book.holding(from, p.asset));
                let stolen = stolen.get(*number).copied().unwrap_or(false);
                p.asset == spot.asset && payer.is_none() && !stolen
            };
            let free = payments.iter().enumerate().filter(is_free);
            let free: Vec<usize> = free.map(|(number, _)| number).collect();
            let stated = U::from_amount(spot.amount).ok_or(Halt::TooWide(tx))?;
            let mut found = free.clone();
            found.retain(|at| spot.account.is_some() && payments[*at].to == spot.account);
            // A contract that exchanges at once what it receives does not keep it.
            let passed_on = found.is_empty() && spot.account.is_some();
            if passed_on {
                found = paid_by_one(payments, &free, stated);
            }
            let there = found
                .iter()
                .try_fold(U::default(), |sum, at| sum.checked_add(payments[*at].amount))
                .ok_or(Halt::TooWide(tx))?;
            let brought = if stated.is_zero() { there } else { stated.min(there) };
            let Some(transit) = self.take_out(due, brought)? else { continue };
            let swap = self.out_of(due);
            let mut rest = brought;
            for at in found {
                let amount = payments[at].amount.min(rest);
                if amount.is_zero() {
                    continue;
                }
                rest = rest.minus(amount);
                let payment = Payment { amount, to: spot.account, ..payments[at] };
                let to = self.place_of_payee(payment.to, payment.asset)?;
                if passed_on && matches!(to.resolve(), Resolved::Holding(_)) {
                    payments[at].from = spot.account;
                } else {
                    payments[at].amount = payments[at].amount.minus(amount);
                }
                let note = self.edge(batch, &payment, to, out_link(due))?;
                self.book.pay(Some(transit), to, amount, note)?;
                self.flow_from(swap, to);
            }
            self.book.close_transit(transit);
            self.settle_one(due.gate)?;
        }
        let mut is_left = payments.iter().map(|payment| !payment.amount.is_zero());
        stolen.retain(|_| is_left.next().unwrap_or(true));
        payments.retain(|payment| !payment.amount.is_zero());
        Ok(())
    }

    /// The same in a transaction of a UTXO chain, none of whose inputs carries taint if not
    /// `carries`.
    pub(super) fn pay_out_outputs(
        &mut self,
        batch: &OutputBatch<'_>,
        at: usize,
        tx: TxIx,
        carries: bool,
    ) -> Result<(), Halt> {
        let dues = self.crossings.take_due(tx);
        if dues.is_empty() {
            return Ok(());
        }
        self.book.begin(tx);
        let first = batch.tx_outputs[at] as usize;
        let rows = first..batch.tx_rows[at + 1] as usize;
        for due in dues {
            let spot = due.exit.spot;
            let fits = |row: &usize| {
                let index = u32::try_from(*row - first).ok();
                let is_it = match spot.event {
                    Some(_) => spot.event == index,
                    None => spot.account.is_some() && spot.account == holder(batch.holders[*row]),
                };
                is_it && !self.thefts.is_stolen_output(tx, OutputIx(batch.outputs[*row]))
            };
            let row = rows.clone().find(fits);
            let (Some(row), false) = (row, carries) else {
                self.take_out(due, U::default())?;
                continue;
            };
            let whole = U::from_amount(batch.amounts.amount(row)?).ok_or(Halt::TooWide(tx))?;
            let stated = U::from_amount(spot.amount).ok_or(Halt::TooWide(tx))?;
            let brought = if stated.is_zero() { whole } else { stated.min(whole) };
            let Some(transit) = self.take_out(due, brought)? else { continue };
            let swap = self.out_of(due);
            let output = OutputIx(batch.outputs[row]);
            let to = self.place_of_output(output, batch.holders[row], spot.asset, tx)?;
            let note = EdgeNote {
                tx,
                event: u32::try_from(row - first).ok(),
                from: Side::Transaction,
                to: Side::Output { output: output.0, holder: batch.holders[row] },
                place: to,
                asset: spot.asset,
                amount: brought,
                link: out_link(due),
                grade: self.grade_of(due),
            };
            self.book.pay(Some(transit), to, brought, Some(note))?;
            if brought < whole {
                self.book.pay(None, to, whole.minus(brought), None)?;
            }
            self.flow_from(swap, to);
            self.book.close_transit(transit);
            self.settle_one(due.gate)?;
        }
        Ok(())
    }

    /// How far a payout can be relied on.
    pub(super) fn grade_of(&self, due: Due) -> Grade {
        self.scene.crossings[due.crossing].grade
    }

    /// Takes the part of a payout out of its gate and turns it into what came out. `None`, with
    /// a finding, where nothing came out.
    fn take_out(&mut self, due: Due, brought: U) -> Result<Option<u32>, Halt> {
        let tx = self.book.tx();
        if brought.is_zero() {
            let text = format!(
                "{}: no payment of the transaction fits the payout that it announces: the taint \
                 stays with the bridge",
                self.scene.crossings[due.crossing].bridge
            );
            self.find("bridge-without-payment", None, text)?;
            self.fail_one(due.gate)?;
            return Ok(None);
        }
        let part = U::from_amount(due.exit.part).ok_or(Halt::TooWide(tx))?;
        let gate = &self.crossings.gates[due.gate];
        let there = self.book.balance(gate.holding);
        let is_last = gate.waiting == 1 && gate.is_explained;
        let take = if is_last || gate.stated.is_zero() {
            there
        } else {
            gate.paid.times_over(part.min(gate.stated), gate.stated).min(there)
        };
        if take.is_zero() {
            self.fail_one(due.gate)?;
            return Ok(None);
        }
        let holding = gate.holding;
        let transit = self.book.open_transit()?;
        self.book.pay(Some(holding), Place::holding(transit), take, None)?;
        self.crossings.gates[due.gate].taken = take;
        self.book.convert(transit, brought, self.thefts.own(due.exit.spot.asset))?;
        Ok(Some(transit))
    }

    /// Writes down for the bounds that value left a gate, and gives the number of that exchange.
    fn out_of(&mut self, due: Due) -> u32 {
        let swap = self.book.number_swaps(1);
        let gate = &self.crossings.gates[due.gate];
        let (from, amount) = (gate.holding, gate.taken);
        self.flow(|left| Flow::SwapIn { from, swap, amount, left }, from);
        swap
    }

    fn flow_from(&mut self, swap: u32, to: Place) {
        if self.book.has_flows() {
            self.book.flows.push(Flow::SwapOut { swap, to: SwapTarget::Place(to) });
        }
    }

    /// A payout of a gate is not followed: its part stays with the bridge, and no other payout
    /// takes it.
    fn fail_one(&mut self, gate: usize) -> Result<(), Halt> {
        self.crossings.gates[gate].is_explained = false;
        self.settle_one(gate)
    }

    /// One payout of a gate less to wait for; after the last one, what is left stays with the
    /// bridge.
    fn settle_one(&mut self, gate: usize) -> Result<(), Halt> {
        let waiting = &mut self.crossings.gates[gate].waiting;
        *waiting = waiting.saturating_sub(1);
        if *waiting == 0 { self.flush(gate) } else { Ok(()) }
    }

    /// What is left in a gate stays with the bridge.
    fn flush(&mut self, gate: usize) -> Result<(), Halt> {
        let Gate { holding, tx, crossing, account, asset, .. } = self.crossings.gates[gate];
        let left = self.book.balance(holding);
        if left.is_zero() {
            return Ok(());
        }
        let place = self.bridge_terminal(crossing, account, asset);
        let note = EdgeNote {
            // The deposit, also where the last payout was on another chain.
            tx,
            event: None,
            from: Side::of(account),
            to: Side::of(account),
            place,
            asset,
            amount: left,
            link: LinkNote::BridgeIn { crossing: number(crossing) },
            grade: Grade::Ledger,
        };
        self.book.pay(Some(holding), place, left, Some(note))?;
        self.flow(
            |left_in| Flow::Pay { from: holding, to: place, amount: left, left: left_in },
            holding,
        );
        Ok(())
    }

    /// At the end: what still waits in gates stays with its bridge.
    pub(super) fn flush_gates(&mut self) -> Result<(), Halt> {
        for gate in 0..self.crossings.gates.len() {
            self.book.begin(self.crossings.gates[gate].tx);
            self.flush(gate)?;
        }
        Ok(())
    }

    /// The link of a payment that goes to a place, where that is a bridge.
    pub(super) fn link_into(&self, place: Place) -> Option<LinkNote<U>> {
        let mouth = self.crossings.mouths.iter().find(|mouth| mouth.place == Some(place))?;
        Some(LinkNote::BridgeIn { crossing: number(mouth.crossing) })
    }

    /// The grade of an edge with this link, where it is a payout of a bridge.
    pub(super) fn grade_of_link(&self, link: LinkNote<U>) -> Option<Grade> {
        let LinkNote::BridgeOut { crossing, .. } = link else { return None };
        Some(self.scene.crossings.get(crossing as usize)?.grade)
    }
}

/// The holder of an output, where it has one.
pub(super) fn holder(column: u32) -> Option<u32> {
    (column != AccountIx::NONE).then_some(column)
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

fn out_link<U>(due: Due) -> LinkNote<U> {
    LinkNote::BridgeOut { crossing: number(due.crossing), payout: number(due.exit.number) }
}

/// Of some payments those of the only payer whose payments sum to an amount.
fn paid_by_one<U: Units>(payments: &[Payment<U>], of: &[usize], amount: U) -> Vec<usize> {
    let mut sorted = of.to_vec();
    sorted.sort_by_key(|at| (payments[*at].from, *at));
    let sums_to_it = |found: &&[usize]| {
        let mut amounts = found.iter().map(|at| payments[*at].amount);
        amounts.try_fold(U::default(), |sum, one| sum.checked_add(one)) == Some(amount)
    };
    let mut fitting =
        sorted.chunk_by(|a, b| payments[*a].from == payments[*b].from).filter(sums_to_it);
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => only.to_vec(),
        _ => Vec::new(),
    }
}

/// Which payee of a transaction the bridge of a deposit is: the account that is known to keep
/// its value, else whoever got exactly the amount, else nobody where it was burned.
fn payee<U: Units>(entry: &Entry, payments: &[Payment<U>], burns: &[u32]) -> Option<Option<u32>> {
    let spot = &entry.spot;
    let paid = || payments.iter().filter(|payment| payment.asset == spot.asset);
    if spot.account.is_some() && paid().any(|payment| payment.to == spot.account) {
        return Some(spot.account);
    }
    let exact = |p: &&Payment<U>| U::from_amount(spot.amount) == Some(p.amount);
    let burned = |p: &&Payment<U>| p.to.is_none_or(|to| burns.contains(&to));
    let found = paid().filter(exact).find(burned).or_else(|| paid().find(burned));
    if let Some(payment) = found {
        return Some(payment.to);
    }
    let mut exact = paid().filter(exact).map(|payment| payment.to);
    match (exact.next(), exact.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}
