//! Policies that keep one tainted sum in a holding: dirty-first, clean-first, haircut, tiho.

use std::fmt::Debug;
use std::marker::PhantomData;

use crate::policy::{PolicyState, Totals};
use crate::program::{Leg, Place, Program, Resolved, STEPS_AHEAD, Share, Step};
use crate::taint::{OriginVector, Taint};
use crate::units::Units;

/// What tells the pooled policies apart. `docs/rules.md` has the sources.
pub(crate) trait PooledRule: Send + Debug {
    /// The tainted part of a debit of `amount` from a balance of which `tainted` is tainted.
    fn debit<U: Units>(amount: U, tainted: U, balance: U) -> U;

    /// Whether the largest leg takes its part first, the fee last of all; else they take them as
    /// they stand.
    const LARGEST_FIRST: bool = false;

    /// Writes the tainted part of each leg out of a transaction with outputs, in the order of
    /// the legs, the fee last. `order` is that in which they take them; the pool is how much is
    /// tainted, and the sum of the legs.
    fn split<U: Units>(legs: &[Leg<U>], order: &[u32], pool: (U, U), parts: &mut [U]);
}

/// Tainted value leaves first.
#[derive(Debug)]
pub(crate) struct DirtyFirst;
/// Clean value leaves first.
#[derive(Debug)]
pub(crate) struct CleanFirst;
/// Every payment takes its share.
#[derive(Debug)]
pub(crate) struct Haircut;
/// The highest output takes the taint.
#[derive(Debug)]
pub(crate) struct Tiho;

/// Fills the legs in the given order until nothing is left.
fn pour<U: Units>(legs: &[Leg<U>], order: &[u32], mut what: U, parts: &mut [U]) {
    for leg in order {
        let leg = *leg as usize;
        parts[leg] = legs[leg].amount.min(what);
        what = what.minus(parts[leg]);
    }
}

impl PooledRule for DirtyFirst {
    #[inline]
    fn debit<U: Units>(amount: U, tainted: U, _balance: U) -> U {
        amount.min(tainted)
    }

    fn split<U: Units>(legs: &[Leg<U>], order: &[u32], (tainted, _): (U, U), parts: &mut [U]) {
        pour(legs, order, tainted, parts);
    }
}

impl PooledRule for CleanFirst {
    #[inline]
    fn debit<U: Units>(amount: U, tainted: U, balance: U) -> U {
        amount.minus(balance.minus(tainted))
    }

    fn split<U: Units>(legs: &[Leg<U>], order: &[u32], (tainted, total): (U, U), parts: &mut [U]) {
        pour(legs, order, total.minus(tainted), parts);
        legs.iter().zip(parts).for_each(|(leg, part)| *part = leg.amount.minus(*part));
    }
}

impl PooledRule for Haircut {
    #[inline]
    fn debit<U: Units>(amount: U, tainted: U, balance: U) -> U {
        if amount == balance || tainted.is_zero() {
            tainted
        } else {
            tainted.times_over(amount, balance)
        }
    }

    fn split<U: Units>(legs: &[Leg<U>], _: &[u32], (tainted, total): (U, U), parts: &mut [U]) {
        let mut sum = U::default();
        let mut given = U::default();
        for (leg, part) in legs.iter().zip(parts) {
            sum = sum.plus(leg.amount);
            let upto = if sum == total { tainted } else { tainted.times_over(sum, total) };
            *part = upto.minus(given);
            given = upto;
        }
    }
}

impl PooledRule for Tiho {
    const LARGEST_FIRST: bool = true;

    /// On account chains the policy does not exist; what a payment takes is as dirty-first.
    fn debit<U: Units>(amount: U, tainted: U, _balance: U) -> U {
        amount.min(tainted)
    }

    fn split<U: Units>(legs: &[Leg<U>], order: &[u32], (tainted, _): (U, U), parts: &mut [U]) {
        pour(legs, order, tainted, parts);
    }
}

/// One tainted sum for each holding.
#[derive(Debug)]
pub(crate) struct Pooled<U, R> {
    stolen_assets: usize,
    holdings: Vec<Taint<U>>,
    totals: Totals<U>,
    /// The transaction with outputs at hand; kept for its memory.
    hand: Hand<U>,
    rule: PhantomData<R>,
}

/// What a transaction with outputs is divided with.
#[derive(Debug)]
struct Hand<U> {
    /// The order in which the legs take their parts.
    order: Vec<u32>,
    parts: Vec<U>,
    taken: Vec<Taint<U>>,
}

impl<U: Units, R: PooledRule> Pooled<U, R> {
    /// No taint yet.
    pub(crate) fn new(stolen_assets: usize) -> Self {
        let totals = Totals::new(stolen_assets);
        let hand = Hand { order: Vec::new(), parts: Vec::new(), taken: Vec::new() };
        Self { stolen_assets, holdings: Vec::new(), totals, hand, rule: PhantomData }
    }

    #[inline]
    fn debit(&mut self, from: Place, amount: U, balance: U) -> Taint<U> {
        match from.resolve() {
            Resolved::Holding(holding) => {
                let state = &mut self.holdings[holding];
                state.take(R::debit(amount, state.amount, balance))
            }
            _ => Taint::none(),
        }
    }

    #[inline]
    fn credit(&mut self, to: Place, taint: Taint<U>, moment: Option<u32>) {
        match to.resolve() {
            Resolved::Holding(holding) => self.holdings[holding].add(taint, self.stolen_assets),
            Resolved::Terminal(terminal) => self.totals.end(terminal, moment, &taint),
            Resolved::Clean => debug_assert!(taint.amount.is_zero(), "taint goes somewhere"),
        }
    }

    fn convert(&mut self, holding: u32, from: U, to: U, own: Option<u32>) {
        let state = &mut self.holdings[holding as usize];
        if state.amount.is_zero() {
            return;
        }
        let amount = if state.amount == from { to } else { to.times_over(state.amount, from) };
        let taint = std::mem::replace(state, Taint::none());
        *state = taint.become_asset(amount.max(U::ONE), own, self.stolen_assets);
    }

    /// All of the taint goes on in every share, and what it stands for by their weights.
    fn spread(&mut self, holding: u32, from: U, shares: &[Share<U>]) {
        let taint = std::mem::replace(&mut self.holdings[holding as usize], Taint::none());
        if taint.amount.is_zero() {
            return;
        }
        let whole = taint.amount;
        let weights: Vec<U> = shares.iter().map(|share| share.weight).collect();
        for (share, part) in shares.iter().zip(taint.divided(&weights, self.stolen_assets)) {
            let amount =
                if whole == from { share.to } else { share.to.times_over(whole, from).max(U::ONE) };
            self.holdings[share.holding as usize] =
                part.become_asset(amount, share.own, self.stolen_assets);
        }
    }

    fn join(&mut self, inputs: &[Leg<U>], outputs: &[Leg<U>], recorded: bool, moment: u32) {
        let mut pool = Taint::none();
        for leg in inputs {
            let taint = match leg.place.resolve() {
                Resolved::Holding(holding) => {
                    std::mem::replace(&mut self.holdings[holding], Taint::none())
                }
                _ => Taint::none(),
            };
            self.totals.record(recorded, taint.amount);
            pool.add(taint, self.stolen_assets);
        }
        let mut hand = std::mem::replace(
            &mut self.hand,
            Hand { order: Vec::new(), parts: Vec::new(), taken: Vec::new() },
        );
        hand.divide::<R>(outputs, pool);
        let moment = recorded.then_some(moment);
        for (leg, taint) in outputs.iter().zip(hand.taken.drain(..)) {
            match leg.stolen {
                Some((again, asset)) => {
                    self.credit(again, taint, moment);
                    self.credit(leg.place, Taint::fresh(leg.amount, asset), moment);
                    self.totals.record(recorded, leg.amount);
                }
                None => {
                    self.totals.record(recorded, taint.amount);
                    self.credit(leg.place, taint, moment);
                }
            }
        }
        self.hand = hand;
    }
}

impl<U: Units> Hand<U> {
    /// Divides what the inputs of a transaction brought among the legs out.
    fn divide<R: PooledRule>(&mut self, legs: &[Leg<U>], mut pool: Taint<U>) {
        self.taken.clear();
        self.taken.resize_with(legs.len(), Taint::none);
        if pool.amount.is_zero() {
            return;
        }
        let total = legs.iter().fold(U::default(), |sum, leg| sum.plus(leg.amount));
        self.order.clear();
        self.order.extend((0u32..).take(legs.len()));
        if R::LARGEST_FIRST
            && let Some((_, paying)) = self.order.split_last_mut()
        {
            let amount = |leg: u32| legs[leg as usize].amount;
            paying.sort_by(|a, b| amount(*b).cmp(&amount(*a)).then(a.cmp(b)));
        }
        self.parts.clear();
        if pool.amount == total {
            self.parts.extend(legs.iter().map(|leg| leg.amount));
        } else {
            self.parts.resize(legs.len(), U::default());
            R::split(legs, &self.order, (pool.amount, total), &mut self.parts);
        }
        for leg in &self.order {
            self.taken[*leg as usize] = pool.take(self.parts[*leg as usize]);
        }
    }
}

impl<U: Units, R: PooledRule> PolicyState<U> for Pooled<U, R> {
    fn run(&mut self, program: &Program<U>) {
        for (at, steps) in program.steps.chunks(STEPS_AHEAD).enumerate() {
            self.warm(program, at * STEPS_AHEAD);
            steps.iter().for_each(|step| self.step(step, program));
        }
    }

    fn totals(&self) -> &Totals<U> {
        &self.totals
    }

    fn held(&self, holding: usize) -> (U, Option<OriginVector<U>>) {
        let taint = &self.holdings[holding];
        (taint.amount, Some(taint.to_vector(self.stolen_assets)))
    }
}

impl<U: Units, R: PooledRule> Pooled<U, R> {
    /// Looks up the holdings of some steps, for the memory's sake only.
    fn warm(&self, program: &Program<U>, at: usize) {
        let states = program.touched_ahead(at).filter_map(|holding| self.holdings.get(holding));
        std::hint::black_box(states.fold(false, |any, state| any ^ state.amount.is_zero()));
    }

    fn step(&mut self, step: &Step<U>, program: &Program<U>) {
        match step {
            Step::Open { .. } => self.holdings.push(Taint::none()),
            Step::Shortage { .. } => {}
            Step::Pay { from, to, amount, balance, recorded, moment } => {
                let taint = self.debit(*from, *amount, *balance);
                self.totals.record(*recorded, taint.amount);
                self.credit(*to, taint, recorded.then_some(*moment));
            }
            Step::Convert { holding, from, to, own } => {
                self.convert(*holding, *from, *to, *own);
            }
            Step::Spread { holding, from, shares } => {
                let shares = &program.shares[shares.start as usize..shares.end as usize];
                self.spread(*holding, *from, shares);
            }
            Step::Steal { from, again, to, amount, balance, asset, recorded, moment } => {
                let moment = recorded.then_some(*moment);
                let earlier = self.debit(*from, *amount, *balance);
                self.credit(*again, earlier, moment);
                self.totals.record(*recorded, *amount);
                self.credit(*to, Taint::fresh(*amount, *asset), moment);
            }
            Step::Join { inputs, outputs, recorded, moment } => {
                let inputs = &program.legs[inputs.start as usize..inputs.end as usize];
                let outputs = &program.legs[outputs.start as usize..outputs.end as usize];
                self.join(inputs, outputs, *recorded, *moment);
            }
        }
    }
}
