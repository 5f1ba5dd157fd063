//! Poison: whatever a tainted holding pays is tainted.

use crate::policy::{PolicyState, Totals};
use crate::program::{Leg, Place, Program, Resolved, STEPS_AHEAD, Step};
use crate::taint::OriginVector;
use crate::units::Units;

/// How much tainted value ever reached each holding.
#[derive(Debug)]
pub(crate) struct Poison<U> {
    reached: Vec<U>,
    totals: Totals<U>,
}

impl<U: Units> Poison<U> {
    /// Nothing is poisoned yet.
    pub(crate) fn new() -> Self {
        Self { reached: Vec::new(), totals: Totals::new(0) }
    }

    fn is_poisoned(&self, place: Place) -> bool {
        match place.resolve() {
            Resolved::Holding(holding) => !self.reached[holding].is_zero(),
            _ => false,
        }
    }

    fn credit(&mut self, place: Place, amount: U) {
        match place.resolve() {
            Resolved::Holding(holding) => {
                self.reached[holding] = self.reached[holding].plus(amount);
            }
            Resolved::Terminal(terminal) if !amount.is_zero() => {
                self.totals.end_amount(terminal, amount);
            }
            _ => {}
        }
    }

    fn poisoned_part(&self, from: Place, amount: U) -> U {
        if self.is_poisoned(from) { amount } else { U::default() }
    }

    fn join(&mut self, inputs: &[Leg<U>], outputs: &[Leg<U>], recorded: bool) {
        let mut any = false;
        for leg in inputs {
            let part = self.poisoned_part(leg.place, leg.amount);
            any |= !part.is_zero();
            self.totals.record(recorded, part);
            if let Resolved::Holding(holding) = leg.place.resolve() {
                self.reached[holding] = U::default();
            }
        }
        for leg in outputs {
            let carried = if any { leg.amount } else { U::default() };
            match leg.stolen {
                Some((again, _)) => {
                    self.credit(again, carried);
                    self.credit(leg.place, leg.amount);
                    self.totals.record(recorded, leg.amount);
                }
                None => {
                    self.credit(leg.place, carried);
                    self.totals.record(recorded, carried);
                }
            }
        }
    }
}

impl<U: Units> PolicyState<U> for Poison<U> {
    fn run(&mut self, program: &Program<U>) {
        for (at, step) in program.steps.iter().enumerate() {
            if at % STEPS_AHEAD == 0 {
                let states =
                    program.touched_ahead(at).filter_map(|holding| self.reached.get(holding));
                std::hint::black_box(states.fold(false, |any, state| any ^ state.is_zero()));
            }
            match step {
                Step::Open { .. } => self.reached.push(U::default()),
                Step::Shortage { .. } => {}
                Step::Pay { from, to, amount, recorded, .. } => {
                    let part = self.poisoned_part(*from, *amount);
                    self.credit(*to, part);
                    self.totals.record(*recorded, part);
                }
                Step::Convert { holding, to, .. } => {
                    let reached = &mut self.reached[*holding as usize];
                    *reached = if reached.is_zero() { U::default() } else { *to };
                }
                Step::Spread { holding, shares, .. } => {
                    let reached = std::mem::take(&mut self.reached[*holding as usize]);
                    for share in &program.shares[shares.start as usize..shares.end as usize] {
                        let part = if reached.is_zero() { U::default() } else { share.to };
                        self.reached[share.holding as usize] = part;
                    }
                }
                Step::Steal { from, again, to, amount, recorded, .. } => {
                    let part = self.poisoned_part(*from, *amount);
                    self.credit(*again, part);
                    self.credit(*to, *amount);
                    self.totals.record(*recorded, *amount);
                }
                Step::Join { inputs, outputs, recorded, .. } => {
                    let inputs = &program.legs[inputs.start as usize..inputs.end as usize];
                    let outputs = &program.legs[outputs.start as usize..outputs.end as usize];
                    self.join(inputs, outputs, *recorded);
                }
            }
        }
    }

    fn totals(&self) -> &Totals<U> {
        &self.totals
    }

    fn held(&self, holding: usize) -> (U, Option<OriginVector<U>>) {
        (self.reached[holding], None)
    }
}
