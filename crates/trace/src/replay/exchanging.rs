//! The replay of a transaction in which somebody swaps.

use hawkshaw_model::TransferBatch;
use rustc_hash::FxHashMap;

use crate::bounds::{Flow, SwapTarget};
use crate::netting::Payment;
use crate::program::{Place, Share};
use crate::replay::Replay;
use crate::replay::book::{Halt, LinkNote};
use crate::swaps::{Exchange, NONE, Part, Roles};
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
    /// The payments that each market maker takes in, and those that it makes.
    by_maker: Vec<[Vec<usize>; 2]>,
}

/// What a payment carries when it arrives.
#[derive(Debug, Clone, Copy)]
enum Load<U> {
    /// Nothing tainted.
    Clean,
    /// What is in this holding in transit.
    Transit(u32),
    /// So many units that stand for what is in this holding in transit, a swapper's proceeds.
    Proceeds(u32, U, usize),
    /// Nothing more: it has arrived already.
    Counted,
}

/// Holdings in transit, one for each part of a side.
type Transits = Vec<u32>;

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
        let mut by_maker = vec![[Vec::new(), Vec::new()]; roles.makers.len()];
        for (side, marks) in [&roles.taken, &roles.made].into_iter().enumerate() {
            for (number, maker) in marks.iter().enumerate() {
                if let Some(sides) = by_maker.get_mut(*maker as usize) {
                    sides[side].push(number);
                }
            }
        }
        Self { replay, swap_first, batch, payments, stolen, roles, by_maker }
    }
}

impl<U: Units> Exchanging<'_, '_, '_, U> {
    /// Replays it.
    pub(super) fn run(mut self) -> Result<(), Halt> {
        let given: Vec<Transits> = (self.roles.swappers.iter())
            .map(|swapper| open(self.replay, swapper.takes.len()))
            .collect::<Result<_, Halt>>()?;
        let mut loads = Vec::with_capacity(self.payments.len());
        for number in 0..self.payments.len() {
            loads.push(self.load(number, &given)?);
        }
        for at in 0..self.roles.makers.len() {
            self.serve(at, &mut loads)?;
        }
        let mut brought: Vec<Transits> = Vec::with_capacity(given.len());
        for (swapper, given) in self.roles.swappers.iter().zip(given) {
            brought.push(exchange(self.replay, swapper, given)?);
        }
        self.spread_proceeds(&brought, &mut loads);
        for (number, load) in loads.iter().enumerate() {
            self.arrive(number, *load)?;
        }
        for holding in brought.into_iter().flatten() {
            self.replay.book.close_transit(holding);
        }
        Ok(())
    }

    /// Debits the payer of a payment.
    fn load(&mut self, number: usize, given: &[Transits]) -> Result<Load<U>, Halt> {
        let payment = &self.payments[number];
        if self.stolen[number] {
            // Whoever gains stolen value of an asset neither pays it nor gains other value of
            // it in this transaction, so it may arrive at once.
            self.replay.steal(self.batch, payment)?;
            return Ok(Load::Counted);
        }
        let from = payment.from.and_then(|from| self.replay.book.holding(from, payment.asset));
        let at = self.roles.given[number] as usize;
        if let Some(swapper) = self.roles.swappers.get(at) {
            let transit = given[at][place_of(&swapper.takes, payment.asset)];
            self.replay.book.pay(from, Place::holding(transit), payment.amount, None)?;
            if let Some(holding) = from {
                self.flow_in(holding, payment.amount, self.swap(at));
            }
            return Ok(Load::Clean);
        }
        if let Some(source) = self.replay.spring_of(payment) {
            let transit = self.replay.book.open_transit()?;
            let to = Place::holding(transit);
            self.replay.book.steal(from, Place::CLEAN, to, payment.amount, source, None)?;
            return Ok(Load::Transit(transit));
        }
        let Some(holding) = from else { return Ok(Load::Clean) };
        let transit = self.replay.book.open_transit()?;
        self.replay.book.pay(from, Place::holding(transit), payment.amount, None)?;
        match self.roles.taken[number] {
            NONE => {
                let to = self.replay.place_of_payee(payment.to, payment.asset)?;
                let amount = payment.amount;
                self.replay.flow(|left| Flow::Pay { from: holding, to, amount, left }, holding);
            }
            maker => self.flow_in(holding, payment.amount, self.maker_swap(maker)),
        }
        Ok(Load::Transit(transit))
    }

    /// The first payment of an asset among a swapper's proceeds brings what all of them are
    /// worth.
    fn spread_proceeds(&self, brought: &[Transits], loads: &mut [Load<U>]) {
        let mut seen: FxHashMap<(u32, u32), ()> = FxHashMap::default();
        for (number, swapper) in self.roles.proceeds.iter().enumerate() {
            let at = *swapper as usize;
            let Some(exchange) = self.roles.swappers.get(at) else { continue };
            let asset = self.payments[number].asset;
            let part = place_of(&exchange.makes, asset);
            let is_first = seen.insert((*swapper, asset), ()).is_none();
            loads[number] = if is_first {
                Load::Proceeds(brought[at][part], exchange.makes[part].amount, at)
            } else {
                Load::Counted
            };
        }
    }

    /// Passes on what reached a market maker.
    fn serve(&mut self, at: usize, loads: &mut [Load<U>]) -> Result<(), Halt> {
        let maker = &self.roles.makers[at];
        let [taken, made] = std::mem::take(&mut self.by_maker[at]);
        let swap = self.swap(self.roles.swappers.len() + at);
        let pools = open(self.replay, maker.takes.len())?;
        for number in taken {
            let payment = &self.payments[number];
            let from = match loads[number] {
                Load::Transit(transit) => Some(transit),
                _ => None,
            };
            let place = Place::holding(pools[place_of(&maker.takes, payment.asset)]);
            let link = self.link(number);
            let note = match from {
                Some(_) => self.replay.edge(self.batch, payment, place, link)?,
                None => None,
            };
            self.replay.book.pay(from, place, payment.amount, note)?;
            if let Some(transit) = from {
                if let Some(from) = self.made_by(number) {
                    self.flow_out(from, SwapTarget::Swap(swap));
                }
                self.replay.book.close_transit(transit);
            }
            loads[number] = if from.is_some() { Load::Counted } else { Load::Clean };
        }
        let pools = exchange(self.replay, maker, pools)?;
        for number in made {
            let payment = &self.payments[number];
            let pool = pools[place_of(&maker.makes, payment.asset)];
            let transit = self.replay.book.open_transit()?;
            let place = Place::holding(transit);
            self.replay.book.pay(Some(pool), place, payment.amount, None)?;
            loads[number] = Load::Transit(transit);
        }
        for pool in pools {
            self.replay.book.close_transit(pool);
        }
        Ok(())
    }

    /// The link of a payment that a market maker makes.
    fn link(&self, number: usize) -> LinkNote<U> {
        let maker = self.roles.makers.get(self.roles.made[number] as usize);
        maker.map_or(LinkNote::None, link_of)
    }

    /// Brings a payment to where it goes.
    fn arrive(&mut self, number: usize, load: Load<U>) -> Result<(), Halt> {
        let payment = &self.payments[number];
        match load {
            Load::Counted => Ok(()),
            Load::Clean => self.replay.clean_credit(payment.to, payment),
            Load::Transit(transit) => {
                let to = self.replay.place_of_payee(payment.to, payment.asset)?;
                let link = self.link(number);
                let note = self.replay.edge(self.batch, payment, to, link)?;
                self.replay.book.pay(Some(transit), to, payment.amount, note)?;
                if let Some(swap) = self.made_by(number) {
                    self.flow_out(swap, SwapTarget::Place(to));
                }
                self.replay.book.close_transit(transit);
                Ok(())
            }
            Load::Proceeds(transit, amount, at) => {
                let swapper = &self.roles.swappers[at];
                let to = self.replay.place_of_payee(payment.to, payment.asset)?;
                let whole = Payment { from: payment.to, amount, ..*payment };
                let note = self.replay.edge(self.batch, &whole, to, link_of(swapper))?;
                self.replay.book.pay(Some(transit), to, amount, note)?;
                self.flow_out(self.swap(at), SwapTarget::Place(to));
                Ok(())
            }
        }
    }

    /// The number of a swap: swappers come first, then makers.
    fn swap(&self, at: usize) -> u32 {
        self.swap_first.wrapping_add(u32::try_from(at).unwrap_or(u32::MAX))
    }

    fn maker_swap(&self, maker: u32) -> u32 {
        self.swap(self.roles.swappers.len() + maker as usize)
    }

    /// The swap that a payment is made by, if a market maker makes it.
    fn made_by(&self, number: usize) -> Option<u32> {
        let maker = self.roles.made[number];
        (maker != NONE).then(|| self.maker_swap(maker))
    }

    /// Writes down that value left a holding into a swap.
    fn flow_in(&mut self, payer: u32, amount: U, swap: u32) {
        self.replay.flow(|left| Flow::SwapIn { from: payer, swap, amount, left }, payer);
    }

    /// Writes down where value left a swap to.
    fn flow_out(&mut self, swap: u32, to: SwapTarget) {
        if self.replay.book.has_flows() {
            self.replay.book.flows.push(Flow::SwapOut { swap, to });
        }
    }
}

fn open<U: Units>(replay: &mut Replay<'_, U>, count: usize) -> Result<Transits, Halt> {
    (0..count).map(|_| replay.book.open_transit()).collect()
}

/// Turns what was taken in, a holding for each part, into what is made: another holding for
/// each part, in the same order as the parts.
fn exchange<U: Units>(
    replay: &mut Replay<'_, U>,
    exchange: &Exchange<U>,
    taken: Transits,
) -> Result<Transits, Halt> {
    let Exchange { takes, makes, .. } = exchange;
    let whole = match &taken[..] {
        [only] => *only,
        several => {
            // What each part weighs is what is made comparable and put together.
            let whole = replay.book.open_transit()?;
            for (transit, part) in several.iter().zip(takes) {
                replay.book.convert(*transit, part.weight, None)?;
                replay.book.pay(Some(*transit), Place::holding(whole), part.weight, None)?;
                replay.book.close_transit(*transit);
            }
            whole
        }
    };
    if let [only] = &makes[..] {
        let own = replay.thefts.own(only.asset);
        replay.book.convert(whole, only.amount, own)?;
        return Ok(vec![whole]);
    }
    let made = open(replay, makes.len())?;
    let share = |(part, holding): (&Part<U>, &u32)| Share {
        holding: *holding,
        to: part.amount,
        weight: part.weight,
        own: replay.thefts.own(part.asset),
    };
    let shares = makes.iter().zip(&made).map(share).collect();
    replay.book.spread(whole, shares)?;
    replay.book.close_transit(whole);
    Ok(made)
}

/// The link of what comes out of an exchange; of several assets that went in, the first stands
/// for all.
fn link_of<U: Units>(exchange: &Exchange<U>) -> LinkNote<U> {
    let first = exchange.takes.first();
    first.map_or(LinkNote::None, |part| LinkNote::Swap { asset: part.asset, amount: part.amount })
}

/// Where an asset stands among the parts of a side, which it is one of.
fn place_of<U>(parts: &[Part<U>], asset: u32) -> usize {
    parts.iter().position(|part| part.asset == asset).unwrap_or(0)
}
