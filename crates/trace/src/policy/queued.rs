//! Policies that keep the order in which value came: fifo and lifo.

use std::fmt::Debug;
use std::marker::PhantomData;

use crate::policy::{PolicyState, Totals};
use crate::program::{Leg, Place, Program, Resolved, STEPS_AHEAD, Step};
use crate::runs::{Run, RunQueue};
use crate::taint::{Origin, OriginVector, Taint};
use crate::units::Units;

/// From which end payments are cut.
pub(crate) trait Cut: Send + Debug {
    /// Moves `amount` units out of a queue, in their order.
    fn cut<U: Units>(queue: &mut RunQueue<U>, amount: U, into: &mut RunQueue<U>);
}

/// What came first leaves first.
#[derive(Debug)]
pub(crate) struct Front;
/// What came last leaves first.
#[derive(Debug)]
pub(crate) struct Back;

impl Cut for Front {
    #[inline]
    fn cut<U: Units>(queue: &mut RunQueue<U>, amount: U, into: &mut RunQueue<U>) {
        queue.move_front(amount, into);
    }
}

impl Cut for Back {
    #[inline]
    fn cut<U: Units>(queue: &mut RunQueue<U>, amount: U, into: &mut RunQueue<U>) {
        queue.move_back(amount, into);
    }
}

/// One queue of runs for each holding.
#[derive(Debug)]
pub(crate) struct Queued<U, C> {
    stolen_assets: usize,
    holdings: Vec<RunQueue<U>>,
    /// What is on its way from payer to payee; kept for its memory.
    hand: RunQueue<U>,
    /// The inputs of a transaction with outputs; kept for its memory.
    pool: RunQueue<U>,
    runs_merged: u64,
    totals: Totals<U>,
    cut: PhantomData<C>,
}

impl<U: Units, C: Cut> Queued<U, C> {
    /// No value yet.
    pub(crate) fn new(stolen_assets: usize) -> Self {
        Self {
            stolen_assets,
            holdings: Vec::new(),
            hand: RunQueue::default(),
            pool: RunQueue::default(),
            runs_merged: 0,
            totals: Totals::new(stolen_assets),
            cut: PhantomData,
        }
    }

    /// Takes a payment into the (empty) hand.
    #[inline]
    fn debit(&mut self, from: Place, amount: U) {
        match from.resolve() {
            Resolved::Holding(holding) => {
                C::cut(&mut self.holdings[holding], amount, &mut self.hand);
            }
            _ => self.hand.push(Run::clean(amount)),
        }
    }

    /// Gives away what is in the hand.
    #[inline]
    fn credit(&mut self, to: Place, moment: Option<u32>) {
        match to.resolve() {
            Resolved::Holding(holding) => {
                let queue = &mut self.holdings[holding];
                self.hand.move_all(queue);
                self.runs_merged += u64::from(queue.limit(self.stolen_assets));
            }
            Resolved::Terminal(terminal) => {
                self.end(terminal, moment);
                self.hand.clear();
            }
            Resolved::Clean => self.hand.clear(),
        }
    }

    fn end(&mut self, terminal: usize, moment: Option<u32>) {
        let amount = self.hand.tainted();
        if amount.is_zero() {
            return;
        }
        let mut origin = OriginVector::empty(self.stolen_assets);
        self.hand.add_origins(&mut origin);
        let taint = Taint { amount, origin: Origin::Mixed(Box::new(origin)) };
        self.totals.end(terminal, moment, &taint);
    }

    /// Gives fresh stolen value; the hand is empty.
    fn credit_fresh(&mut self, to: Place, amount: U, asset: u32, moment: Option<u32>) {
        self.hand.push(Run { length: amount, origin: Some(Origin::Itself(asset)) });
        self.credit(to, moment);
    }

    /// Pays along an edge, and notes its tainted part.
    #[inline]
    fn pay(&mut self, from: Place, to: Place, amount: U, recorded: bool, moment: u32) {
        if let (false, Resolved::Holding(from), Resolved::Holding(to)) =
            (recorded, from.resolve(), to.resolve())
            && let Ok([from, to]) = self.holdings.get_disjoint_mut([from, to])
        {
            C::cut(from, amount, to);
            self.runs_merged += u64::from(to.limit(self.stolen_assets));
            return;
        }
        self.debit(from, amount);
        if recorded {
            self.totals.record(true, self.hand.tainted());
        }
        self.credit(to, recorded.then_some(moment));
    }

    fn join(&mut self, inputs: &[Leg<U>], outputs: &[Leg<U>], recorded: bool, moment: u32) {
        self.pool.clear();
        for leg in inputs {
            let Resolved::Holding(holding) = leg.place.resolve() else {
                self.totals.record(recorded, U::default());
                self.pool.push(Run::clean(leg.amount));
                continue;
            };
            let queue = &mut self.holdings[holding];
            if recorded {
                self.totals.record(true, queue.tainted());
            }
            queue.move_all(&mut self.pool);
            // A spent output holds nothing more: it gives memory back.
            queue.reset();
        }
        let moment = recorded.then_some(moment);
        for leg in outputs {
            if let (false, None, Resolved::Holding(holding)) =
                (recorded, leg.stolen, leg.place.resolve())
            {
                let queue = &mut self.holdings[holding];
                C::cut(&mut self.pool, leg.amount, queue);
                self.runs_merged += u64::from(queue.limit(self.stolen_assets));
                continue;
            }
            C::cut(&mut self.pool, leg.amount, &mut self.hand);
            match leg.stolen {
                Some((again, asset)) => {
                    self.credit(again, moment);
                    self.totals.record(recorded, leg.amount);
                    self.credit_fresh(leg.place, leg.amount, asset, moment);
                }
                None => {
                    if recorded {
                        self.totals.record(true, self.hand.tainted());
                    }
                    self.credit(leg.place, moment);
                }
            }
        }
    }
}

impl<U: Units, C: Cut> PolicyState<U> for Queued<U, C> {
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
        let queue = &self.holdings[holding];
        let mut origin = OriginVector::empty(self.stolen_assets);
        queue.add_origins(&mut origin);
        (queue.tainted(), Some(origin))
    }

    fn runs_merged(&self) -> u64 {
        self.runs_merged
    }
}

impl<U: Units, C: Cut> Queued<U, C> {
    /// Looks up the queues of some steps, for the memory's sake only.
    fn warm(&self, program: &Program<U>, at: usize) {
        let queues = program.touched_ahead(at).filter_map(|holding| self.holdings.get(holding));
        std::hint::black_box(queues.fold(false, |any, queue| any ^ queue.ends_tainted()));
    }

    fn step(&mut self, step: &Step<U>, program: &Program<U>) {
        match step {
            Step::Open { balance, .. } => {
                let mut queue = RunQueue::default();
                queue.push(Run::clean(*balance));
                self.holdings.push(queue);
            }
            Step::Shortage { holding, amount } => {
                self.holdings[*holding as usize].push_front_clean(*amount);
            }
            Step::Pay { from, to, amount, recorded, moment, .. } => {
                self.pay(*from, *to, *amount, *recorded, *moment);
            }
            Step::Convert { holding, from, to, own } => {
                let queue = &mut self.holdings[*holding as usize];
                queue.convert(*from, *to, *own, self.stolen_assets);
            }
            Step::Spread { holding, from, shares } => {
                let queue = std::mem::take(&mut self.holdings[*holding as usize]);
                let shares = &program.shares[shares.start as usize..shares.end as usize];
                let weights: Vec<U> = shares.iter().map(|share| share.weight).collect();
                let parts = queue.divided(&weights, self.stolen_assets);
                for (share, mut part) in shares.iter().zip(parts) {
                    part.convert(*from, share.to, share.own, self.stolen_assets);
                    self.holdings[share.holding as usize] = part;
                }
            }
            Step::Steal { from, again, to, amount, asset, recorded, moment, .. } => {
                let moment = recorded.then_some(*moment);
                self.debit(*from, *amount);
                self.credit(*again, moment);
                self.totals.record(*recorded, *amount);
                self.credit_fresh(*to, *amount, *asset, moment);
            }
            Step::Join { inputs, outputs, recorded, moment } => {
                let inputs = &program.legs[inputs.start as usize..inputs.end as usize];
                let outputs = &program.legs[outputs.start as usize..outputs.end as usize];
                self.join(inputs, outputs, *recorded, *moment);
            }
        }
    }
}
