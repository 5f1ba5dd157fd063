//! The replay of account chains.

use std::collections::BTreeSet;

use hawkshaw_model::{Grade, ReadError, TerminalKind, TransferBatch, TxIx};

use crate::bounds::Flow;
use crate::netting::{self, Move, Payment, Route, TooWide};
use crate::program::{Place, Program, Resolved};
use crate::replay::Replay;
use crate::replay::book::{EdgeNote, Halt, LinkNote, Side, TerminalKey};
use crate::replay::exchanging::Exchanging;
use crate::replay::moves::{Movements, read_row};
use crate::replay::surroundings::Around;
use crate::replay::thefts::Gain;
use crate::swaps::{self, NONE, Roles};
use crate::units::Units;

impl<U: Units> Replay<'_, U> {
    /// Replays the transactions of a batch, from `first` to `end`.
    pub(super) fn transfers(
        &mut self,
        batch: &TransferBatch<'_>,
        first: TxIx,
        end: TxIx,
        hand_over: &mut dyn FnMut(Program<U>) -> Program<U>,
    ) -> Result<(), Halt> {
        let count = batch.tx_rows.len() - 1;
        let at = |tx: TxIx| {
            let offset = tx.0.saturating_sub(batch.tx_first.0);
            usize::try_from(offset).unwrap_or(usize::MAX).min(count)
        };
        let (mut tx, end) = (at(first), at(end));
        let thefts = self.thefts;
        let looked_at = batch.tx_first.0 + tx as u64..batch.tx_first.0 + end as u64;
        let special = |replay: &Self, from: usize| {
            let txs = looked_at.start.max(batch.tx_first.0 + from as u64)..looked_at.end;
            let theft = thefts.gains.range(txs.clone()).next().map(|(tx, _)| *tx);
            let due = replay.crossings.next_due(txs);
            theft.into_iter().chain(due).min().map(|tx| at(TxIx(tx)))
        };
        let rows_end = batch.tx_rows[end] as usize;
        let mut row = batch.tx_rows[tx] as usize;
        // The next transaction to look at whether or not taint has reached anybody in it.
        let mut next = special(self, tx);
        while row < rows_end {
            let next_row = next.map_or(rows_end, |next| batch.tx_rows[next] as usize);
            row = self.next_touched(batch, row, next_row.max(row).min(rows_end));
            if row >= rows_end {
                break;
            }
            self.warm(batch, row, rows_end);
            tx = tx_of_row(batch.tx_rows, tx, row);
            let due = self.crossings.due_count();
            self.transaction(batch, tx)?;
            self.hand_over_if_long(hand_over);
            row = batch.tx_rows[tx + 1] as usize;
            if next.is_some_and(|next| next <= tx) || self.crossings.due_count() != due {
                next = special(self, tx + 1);
            }
        }
        Ok(())
    }

    /// The next row from `row` on that touches an account that taint has reached, or `end`.
    #[inline]
    fn next_touched(&self, batch: &TransferBatch<'_>, row: usize, end: usize) -> usize {
        let touched = &self.book.touched;
        let rows = batch.payers[row..end].iter().zip(&batch.payees[row..end]);
        let hit = |(payer, payee): (&u32, &u32)| touched.has(*payer) | touched.has(*payee);
        rows.into_iter().position(hit).map_or(end, |at| row + at)
    }

    /// Looks up ahead what the next rows touch. The lookups of one row wait for each other;
    /// those of many rows do not, so that memory answers them side by side.
    #[inline]
    fn warm(&mut self, batch: &TransferBatch<'_>, row: usize, end: usize) {
        const ROWS_AHEAD: usize = 32;
        if row < self.warmed {
            return;
        }
        self.warmed = (row + ROWS_AHEAD).min(end);
        self.book.warm(&batch.payers[row..self.warmed]);
        self.book.warm(&batch.payees[row..self.warmed]);
    }

    /// Replays one transaction that taint may be in.
    fn transaction(&mut self, batch: &TransferBatch<'_>, at: usize) -> Result<(), Halt> {
        let tx = TxIx(batch.tx_first.0 + at as u64);
        let (first, end) = (batch.tx_rows[at] as usize, batch.tx_rows[at + 1] as usize);
        self.book.begin(tx);
        let thefts = self.thefts.gains.get(&tx.0);
        let is_plain = thefts.is_none()
            && !self.thefts.taken.has(tx)
            && !self.crossings.is_due(tx)
            && self.crossings.entries(tx).is_none();
        if end - first == 1 && is_plain {
            return match read_row(batch, first, tx)? {
                (None, _) => Ok(()),
                (Some(one), true) => self.fee(batch, &one),
                (Some(one), false) => {
                    self.noise.count(tx, &one, &self.book)?;
                    self.single(batch, one)
                }
            };
        }
        let mut movements = Movements::read_rows(batch, first, end, tx)?;
        self.noise.sift(tx, &mut movements.moves, thefts.is_some(), &self.book)?;
        self.several(batch, &movements, thefts)?;
        self.close_mouths()?;
        for fee in &movements.fees {
            self.fee(batch, fee)?;
        }
        Ok(())
    }

    /// A transaction of one movement.
    fn single(&mut self, batch: &TransferBatch<'_>, one: Move<U>) -> Result<(), Halt> {
        let Move { from, to, asset, amount, row } = one;
        let payment = Payment { from, to, asset, amount, row, route: Route::Plain };
        self.note_lent(&payment)?;
        self.plainly(batch, &payment)
    }

    /// A payment that carries what its debit takes, or that is a source's own.
    fn plainly(&mut self, batch: &TransferBatch<'_>, payment: &Payment<U>) -> Result<(), Halt> {
        if let Some(source) = self.spring_of(payment) {
            return self.spring(batch, payment, source);
        }
        let from = payment.from.and_then(|from| self.book.holding(from, payment.asset));
        self.plain(batch, payment, from)
    }

    /// The source whose payment to somebody else this is.
    #[inline]
    pub(super) fn spring_of(&self, payment: &Payment<U>) -> Option<u32> {
        let source = self.thefts.owner(payment.from)?;
        let Payment { to, asset, .. } = *payment;
        if self.thefts.taken.is_robbery(self.book.tx(), to, asset) {
            return None;
        }
        (self.thefts.owner(payment.to) != Some(source)).then_some(source)
    }

    /// A payment of a source: all of it is tainted.
    fn spring(
        &mut self,
        batch: &TransferBatch<'_>,
        payment: &Payment<U>,
        source: u32,
    ) -> Result<(), Halt> {
        let from = payment.from.and_then(|from| self.book.holding(from, payment.asset));
        let to = self.place_of_payee(payment.to, payment.asset)?;
        let note = self.edge(batch, payment, to, LinkNote::None)?;
        self.book.steal(from, Place::CLEAN, to, payment.amount, source, note)
    }

    /// A payment that carries what its debit takes, paid out of `from` (`None`: clean).
    fn plain(
        &mut self,
        batch: &TransferBatch<'_>,
        payment: &Payment<U>,
        from: Option<u32>,
    ) -> Result<(), Halt> {
        let Some(holding) = from else {
            return self.clean_credit(payment.to, payment);
        };
        let to = self.place_of_payee(payment.to, payment.asset)?;
        let note = self.edge(batch, payment, to, LinkNote::None)?;
        self.book.pay(from, to, payment.amount, note)?;
        self.flow(|left| Flow::Pay { from: holding, to, amount: payment.amount, left }, holding);
        Ok(())
    }

    /// Credits a followed holding with clean value; others do not matter.
    pub(super) fn clean_credit(
        &mut self,
        payee: Option<u32>,
        payment: &Payment<U>,
    ) -> Result<(), Halt> {
        if !self.crossings.mouths.is_empty()
            && let Some(place) = self.mouth(payee, payment.asset, false)
        {
            return match place.resolve() {
                Resolved::Holding(_) => self.book.pay(None, place, payment.amount, None),
                _ => Ok(()),
            };
        }
        match payee.and_then(|payee| self.book.holding(payee, payment.asset)) {
            Some(holding) => self.book.pay(None, Place::holding(holding), payment.amount, None),
            None => Ok(()),
        }
    }

    /// Writes down a flow for the bounds, given what is left in the payer's holding.
    pub(super) fn flow(&mut self, make: impl FnOnce(U) -> Flow<U>, payer: u32) {
        if self.book.has_flows() {
            let left = self.book.balance(payer);
            self.book.flows.push(make(left));
        }
    }

    /// A transaction of several movements: netted, with swaps told apart.
    fn several(
        &mut self,
        batch: &TransferBatch<'_>,
        movements: &Movements<U>,
        thefts: Option<&BTreeSet<Gain>>,
    ) -> Result<(), Halt> {
        let ledger = self.scene.ledger;
        let too_wide = |TooWide| Halt::TooWide(self.book.tx());
        let is_burn = |account: u32| self.burns.contains(&account);
        let mut payments = netting::payments(&movements.moves, &is_burn).map_err(too_wide)?;
        if movements.moves.len() > netting::MOVES_MAX {
            let text = format!(
                "the transaction has more than {} movements and was not netted: they were \
                 followed one by one",
                netting::MOVES_MAX
            );
            self.find("netting-limit", None, text)?;
        }
        let mut stolen: Vec<bool> = payments
            .iter()
            .map(|p| match (thefts, p.to) {
                (Some(gains), Some(account)) => gains.contains(&Gain { account, asset: p.asset }),
                _ => self.thefts.taken.is_end(self.book.tx(), p.from, p.asset),
            })
            .collect();
        self.pay_out(batch, &mut payments, &mut stolen)?;
        self.open_mouths(&payments)?;
        let roles = if payments.windows(2).all(|pair| pair[0].asset == pair[1].asset) {
            // Nobody can have swapped where only one asset moved, but somebody can have borrowed.
            for (payment, _) in payments.iter().zip(&stolen).filter(|(_, stolen)| !**stolen) {
                self.note_lent(payment)?;
            }
            Roles::default()
        } else {
            let transaction = ledger.transaction(self.book.tx())?;
            let sender = transaction.sender.map(|sender| sender.0);
            let around = Around { replay: self, time: transaction.time };
            swaps::roles(&payments, &stolen, sender.or(movements.fee_payer), &around)?
        };
        self.open_payees(&payments, &stolen, &roles)?;
        for doubt in &roles.doubts {
            self.find_doubt(doubt)?;
        }
        for loan in &roles.loans {
            self.find_loan(*loan)?;
        }
        if roles.swappers.is_empty() && roles.makers.is_empty() {
            for (payment, stolen) in payments.iter().zip(&stolen) {
                if *stolen {
                    self.steal(batch, payment)?;
                } else {
                    self.plainly(batch, payment)?;
                }
            }
            return Ok(());
        }
        for swap in roles.swappers.iter().chain(&roles.makers) {
            self.find_swap(swap)?;
        }
        Exchanging::new(self, batch, &payments, &stolen, &roles).run()
    }

    /// Follows the holdings that taint will reach in this transaction from its beginning on,
    /// so that clean value that reaches them before the taint counts too.
    fn open_payees(
        &mut self,
        payments: &[Payment<U>],
        stolen: &[bool],
        roles: &Roles<U>,
    ) -> Result<(), Halt> {
        for (number, payment) in payments.iter().enumerate() {
            let carries = roles.carries.get(number).copied().unwrap_or_else(|| {
                payment.from.is_some_and(|from| self.book.holding(from, payment.asset).is_some())
                    || self.spring_of(payment).is_some()
            });
            let is_marked = |marks: &[u32]| marks.get(number).is_some_and(|mark| *mark != NONE);
            let passed_on = !stolen[number] && is_marked(&roles.taken);
            let carries = carries || is_marked(&roles.proceeds);
            if stolen[number] || (carries && !passed_on) {
                self.place_of_payee(payment.to, payment.asset)?;
            }
        }
        Ok(())
    }

    /// A stolen payment.
    pub(super) fn steal(
        &mut self,
        batch: &TransferBatch<'_>,
        payment: &Payment<U>,
    ) -> Result<(), Halt> {
        if self.thefts.taken.is_end(self.book.tx(), payment.from, payment.asset) {
            return self.give_back(payment);
        }
        let from = payment.from.and_then(|from| self.book.holding(from, payment.asset));
        let again = match (from, payment.from) {
            (Some(_), account) => {
                let text = "value that the case had tainted before is listed as stolen again: \
                            its earlier taint ends here";
                self.find("stolen-again", account, text.to_owned())?;
                let (kind, asset) = (TerminalKind::StolenAgain, payment.asset);
                let key = TerminalKey { kind, actor: None, account, output: None, asset };
                self.book.terminal(key)
            }
            _ => Place::CLEAN,
        };
        let to = self.place_of_payee(payment.to, payment.asset)?;
        let asset = self.thefts.number_of(self.book.tx(), payment.to, payment.asset);
        let note = self.note(batch, payment, to, LinkNote::Theft)?;
        self.book.steal(from, again, to, payment.amount, asset, Some(note))?;
        let amount = payment.amount;
        if let Some(holding) = from {
            self.flow(|left| Flow::Pay { from: holding, to: again, amount, left }, holding);
        }
        if self.book.has_flows() {
            self.book.flows.push(Flow::Theft { asset, to, amount });
        }
        Ok(())
    }

    /// What was taken goes back, in a ledger told backwards: whoever was robbed sent nothing, so
    /// that its taint ends.
    fn give_back(&mut self, payment: &Payment<U>) -> Result<(), Halt> {
        let Payment { from, asset, amount, .. } = *payment;
        if let Some(holding) = from.and_then(|from| self.book.holding(from, asset)) {
            let kind = TerminalKind::StolenAgain;
            let key = TerminalKey { kind, actor: None, account: from, output: None, asset };
            let end = self.book.terminal(key);
            self.book.pay(Some(holding), end, amount, None)?;
        }
        self.clean_credit(payment.to, payment)
    }

    /// A fee: its taint ends, and whoever receives it receives it clean.
    fn fee(&mut self, batch: &TransferBatch<'_>, fee: &Move<U>) -> Result<(), Halt> {
        let Move { from, to, asset, amount, row } = *fee;
        let payment = Payment { from, to, asset, amount, row, route: Route::Plain };
        if let Some(holding) = from.and_then(|from| self.book.holding(from, asset)) {
            let kind = TerminalKind::Fee;
            let key = TerminalKey { kind, actor: None, account: None, output: None, asset };
            let end = self.book.terminal(key);
            let note = self.edge(batch, &payment, end, LinkNote::None)?;
            let note = note.map(|note| EdgeNote { to: Side::Nobody, ..note });
            self.book.pay(Some(holding), end, amount, note)?;
            self.flow(|left| Flow::Pay { from: holding, to: end, amount, left }, holding);
        }
        self.clean_credit(to, &payment)
    }

    /// The edge of a payment, where edges are written down.
    pub(super) fn edge(
        &self,
        batch: &TransferBatch<'_>,
        payment: &Payment<U>,
        place: Place,
        link: LinkNote<U>,
    ) -> Result<Option<EdgeNote<U>>, ReadError> {
        if !self.book.is_recording() {
            return Ok(None);
        }
        self.note(batch, payment, place, link).map(Some)
    }

    fn note(
        &self,
        batch: &TransferBatch<'_>,
        payment: &Payment<U>,
        place: Place,
        link: LinkNote<U>,
    ) -> Result<EdgeNote<U>, ReadError> {
        if self.book.hands_over() {
            let link = match link {
                LinkNote::None => self.link_into(place).unwrap_or(link),
                _ => link,
            };
            let (tx, event, grade) = (self.book.tx(), None, Grade::Ledger);
            let (from, to) = (Side::of(payment.from), Side::of(payment.to));
            let Payment { asset, amount, .. } = *payment;
            return Ok(EdgeNote { tx, event, from, to, place, asset, amount, link, grade });
        }
        let transaction = self.scene.ledger.transaction(self.book.tx())?;
        let link = match link {
            LinkNote::None => self.link_into(place).unwrap_or(link),
            _ => link,
        };
        let grade = match (transaction.hash, link, payment.route) {
            (None, ..) => Grade::Reported,
            (_, LinkNote::BridgeOut { .. }, _) => {
                self.grade_of_link(link).unwrap_or(Grade::Inference)
            }
            // No protocol's own identifier was read: that both sides belong together is taken
            // from their standing in one transaction.
            (_, LinkNote::Swap { .. }, _) | (.., Route::Mixed) => Grade::Convention,
            (.., Route::Plain) => Grade::Ledger,
        };
        Ok(EdgeNote {
            tx: self.book.tx(),
            event: Some(batch.details.detail(payment.row)?.event),
            from: Side::of(payment.from),
            to: Side::of(payment.to),
            place,
            asset: payment.asset,
            amount: payment.amount,
            link,
            grade,
        })
    }
}

/// The transaction of a row that belongs to transaction `tx` or a later one. The search
/// gallops: mostly it is the next one.
#[inline]
fn tx_of_row(tx_rows: &[u32], tx: usize, row: usize) -> usize {
    let ends_before = |tx: usize| tx_rows.get(tx + 1).is_some_and(|end| *end as usize <= row);
    let (mut low, mut stride) = (tx, 1);
    while ends_before(low + stride - 1) {
        low += stride;
        stride *= 2;
    }
    let high = (low + stride).min(tx_rows.len() - 1);
    low + tx_rows[low + 1..=high].partition_point(|end| *end as usize <= row)
}

#[cfg(test)]
mod tests {
    use super::tx_of_row;

    #[test]
    fn the_transaction_of_every_row_is_found_from_every_earlier_one() {
        let tx_rows = [0, 1, 3, 3, 4, 9, 10, 11, 12, 20];
        for row in 0..20 {
            let expected =
                (0..9).find(|tx| (tx_rows[*tx]..tx_rows[*tx + 1]).contains(&row)).unwrap();
            for from in 0..=expected {
                assert_eq!(tx_of_row(&tx_rows, from, row as usize), expected, "{row} from {from}");
            }
        }
    }
}
