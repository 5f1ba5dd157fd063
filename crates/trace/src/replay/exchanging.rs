//! The replay of a transaction in which somebody swaps.

use hawkshaw_model::TransferBatch;

use crate::bounds::{Flow, SwapTarget};
use crate::netting::Payment;
use crate::program::Place;
use crate::replay::Replay;
use crate::replay::book::{Halt, LinkNote};
use crate::swaps::{Exchange, Roles};
use crate::units::Units;

/// A transaction in which somebody swaps. All debits come first, into holdings in transit;
/// then market makers are served; then everything arrives in the order of payments.
pub(super) struct Exchanging<'r, 'a, 'b, U> {
    replay: &'r mut Replay<'a, U>,
    /// The number of the first swap of this transaction: swappers come first, then makers.
    swap_first: u32,
    batch: &'b TransferBatch<'b>,
    payments: &'b [Payment<U>],
    stolen: &'b [bool],
    roles: &'b Roles<U>,
}

/// What a payment carries when it arrives.
#[derive(Debug, Clone, Copy)]
enum Load {
    /// Nothing tainted.
    Clean,
    /// What is in this holding in transit.
    Transit(u32),
    /// Proceeds that stand for what is in this holding in transit, the swapper's.
    Proceeds(u32, usize),
    /// Nothing more: it has arrived already.
    Counted,
}

impl<'r, 'a, 'b, U: Units> Exchanging<'r, 'a, 'b, U> {
    /// The payments of a transaction with the parts that their accounts play.
    pub(super) fn new(
        replay: &'r mut Replay<'a, U>,
        batch: &'b TransferBatch<'b>,
        payments: &'b [Payment<U>],
        stolen: &'b [bool],
        roles: &'b Roles<U>,
    ) -> Self {
        let swaps = roles.swappers.len() + roles.makers.len();
        let swap_first = replay.book.number_swaps(swaps);
        Self { replay, swap_first, batch, payments, stolen, roles }
    }
}

impl<U: Units> Exchanging<'_, '_, '_, U> {
    /// Replays it.
    pub(super) fn run(mut self) -> Result<(), Halt> {
        let swapped = self.open_all(self.roles.swappers.len())?;
        let mut loads = Vec::with_capacity(self.payments.len());
        for number in 0..self.payments.len() {
            loads.push(self.load(number, &swapped)?);
        }
        for at in 0..self.roles.makers.len() {
            self.serve(at, &mut loads)?;
        }
        for (swapper, holding) in self.roles.swappers.iter().zip(&swapped) {
            let own = self.replay.thefts.own(swapper.asset_out);
            self.replay.book.convert(*holding, swapper.y, own)?;
        }
        for (number, load) in loads.iter().enumerate() {
            self.arrive(number, *load)?;
        }
        for holding in swapped {
            self.replay.book.close_transit(holding);
        }
        Ok(())
    }

    fn open_all(&mut self, count: usize) -> Result<Vec<u32>, Halt> {
        (0..count).map(|_| self.replay.book.open_transit()).collect()
    }

    /// Debits the payer of a payment.
    fn load(&mut self, number: usize, swapped: &[u32]) -> Result<Load, Halt> {
        let payment = &self.payments[number];
        if self.stolen[number] {
            // Whoever gains stolen value of an asset neither pays it nor gains other value of
            // it in this transaction, so it may arrive at once.
            self.replay.steal(self.batch, payment)?;
            return Ok(Load::Counted);
        }
        let gives =
            |s: &Exchange<U>| payment.from == Some(s.account) && payment.asset == s.asset_in;
        let from = payment.from.and_then(|from| self.replay.book.holding(from, payment.asset));
        if let (Some(at), Some(holding)) = (self.roles.swappers.iter().position(gives), from) {
            let transit = Place::holding(swapped[at]);
            self.replay.book.pay(from, transit, payment.amount, None)?;
            self.flow_in(holding, payment.amount, self.swap(at));
            return Ok(self.proceeds_or_clean(number, swapped));
        }
        let Some(holding) = from else { return Ok(self.proceeds_or_clean(number, swapped)) };
        let transit = self.replay.book.open_transit()?;
        self.replay.book.pay(from, Place::holding(transit), payment.amount, None)?;
        let takes = |maker: &Exchange<U>| {
            payment.to == Some(maker.account) && payment.asset == maker.asset_in
        };
        match self.roles.makers.iter().position(takes) {
            Some(at) => {
                let swap = self.swap(self.roles.swappers.len() + at);
                self.flow_in(holding, payment.amount, swap);
            }
            None => {
                let to = self.replay.place_of_payee(payment.to, payment.asset)?;
                let amount = payment.amount;
                self.replay.flow(|left| Flow::Pay { from: holding, to, amount, left }, holding);
            }
        }
        Ok(Load::Transit(transit))
    }

    /// A clean payment: the first to a swapper brings what the swap is worth.
    fn proceeds_or_clean(&self, number: usize, swapped: &[u32]) -> Load {
        let is_proceeds = |number: usize, s: &Exchange<U>| {
            let payment = &self.payments[number];
            payment.to == Some(s.account)
                && payment.asset == s.asset_out
                && !self.roles.carries[number]
        };
        for (at, swapper) in self.roles.swappers.iter().enumerate() {
            if is_proceeds(number, swapper) {
                let first = (0..number).all(|earlier| !is_proceeds(earlier, swapper));
                return if first { Load::Proceeds(swapped[at], at) } else { Load::Counted };
            }
        }
        Load::Clean
    }

    /// Passes on what reached a market maker.
    fn serve(&mut self, at: usize, loads: &mut [Load]) -> Result<(), Halt> {
        let maker = &self.roles.makers[at];
        let swap = self.swap(self.roles.swappers.len() + at);
        let pool = self.replay.book.open_transit()?;
        for (number, payment) in self.payments.iter().enumerate() {
            let takes = payment.to == Some(maker.account) && payment.asset == maker.asset_in;
            if !takes || self.stolen[number] {
                continue;
            }
            let from = match loads[number] {
                Load::Transit(transit) => Some(transit),
                _ => None,
            };
            let place = Place::holding(pool);
            let link = self.link(payment);
            let note = match from {
                Some(_) => self.replay.edge(self.batch, payment, place, link)?,
                None => None,
            };
            self.replay.book.pay(from, place, payment.amount, note)?;
            if let Some(transit) = from {
                if let Some(from) = self.made_by(payment) {
                    self.flow_out(from, SwapTarget::Swap(swap));
                }
                self.replay.book.close_transit(transit);
            }
            loads[number] = Load::Counted;
        }
        let own = self.replay.thefts.own(maker.asset_out);
        self.replay.book.convert(pool, maker.y, own)?;
        for (number, payment) in self.payments.iter().enumerate() {
            if makes(maker, payment) && !self.stolen[number] {
                let transit = self.replay.book.open_transit()?;
                let place = Place::holding(transit);
                self.replay.book.pay(Some(pool), place, payment.amount, None)?;
                loads[number] = Load::Transit(transit);
            }
        }
        self.replay.book.close_transit(pool);
        Ok(())
    }

    /// The link of a payment that a market maker makes.
    fn link(&self, payment: &Payment<U>) -> LinkNote<U> {
        let made = self.roles.makers.iter().find(|maker| makes(maker, payment));
        made.map_or(LinkNote::None, |m| LinkNote::Swap { asset: m.asset_in, amount: m.x })
    }

    /// Brings a payment to where it goes.
    fn arrive(&mut self, number: usize, load: Load) -> Result<(), Halt> {
        let payment = &self.payments[number];
        match load {
            Load::Counted => Ok(()),
            Load::Clean => self.replay.clean_credit(payment.to, payment),
            Load::Transit(transit) => {
                let to = self.replay.place_of_payee(payment.to, payment.asset)?;
                let link = self.link(payment);
                let note = self.replay.edge(self.batch, payment, to, link)?;
                self.replay.book.pay(Some(transit), to, payment.amount, note)?;
                if let Some(swap) = self.made_by(payment) {
                    self.flow_out(swap, SwapTarget::Place(to));
                }
                self.replay.book.close_transit(transit);
                Ok(())
            }
            Load::Proceeds(transit, at) => {
                let swapper = &self.roles.swappers[at];
                let to = self.replay.place_of_payee(payment.to, payment.asset)?;
                let link = LinkNote::Swap { asset: swapper.asset_in, amount: swapper.x };
                let whole = Payment { from: payment.to, amount: swapper.y, ..*payment };
                let note = self.replay.edge(self.batch, &whole, to, link)?;
                self.replay.book.pay(Some(transit), to, swapper.y, note)?;
                self.flow_out(self.swap(at), SwapTarget::Place(to));
                Ok(())
            }
        }
    }

    /// The number of a swap: swappers come first, then makers.
    fn swap(&self, at: usize) -> u32 {
        self.swap_first.wrapping_add(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// The swap that a payment is made by, if a market maker makes it.
    fn made_by(&self, payment: &Payment<U>) -> Option<u32> {
        let at = self.roles.makers.iter().position(|maker| makes(maker, payment))?;
        Some(self.swap(self.roles.swappers.len() + at))
    }

    /// Writes down that value left a holding into a swap.
    fn flow_in(&mut self, payer: u32, amount: U, swap: u32) {
        self.replay.flow(|left| Flow::SwapIn { from: payer, swap, amount, left }, payer);
    }

    /// Writes down where value left a swap to.
    fn flow_out(&mut self, swap: u32, to: SwapTarget) {
        if self.replay.book.is_recording() {
            self.replay.book.flows.push(Flow::SwapOut { swap, to });
        }
    }
}

/// Whether a payment is one that a market maker makes.
fn makes<U: Units>(maker: &Exchange<U>, payment: &Payment<U>) -> bool {
    payment.from == Some(maker.account) && payment.asset == maker.asset_out
}
