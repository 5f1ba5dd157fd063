//! Transactions of UTXO chains.

use alloy_primitives::U256;

use super::{Form, Lying, Move, Reading, form, part};
use crate::result::{Edge, Party};

/// An input or an output of a transaction that carried taint.
#[derive(Debug, Clone, Copy)]
struct Leg {
    edge: usize,
    holder: Option<usize>,
    amount: U256,
    parts: u64,
}

impl Reading<'_> {
    /// Reads the legs of one transaction of a UTXO chain.
    pub(super) fn outputs(&mut self, edges: &[usize]) {
        let (mut put_in, mut paid_out) = (U256::ZERO, U256::ZERO);
        let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
        for index in edges.iter().copied() {
            let edge = self.edge(index);
            let (amount, whole) = (self.tainted(edge), edge.amount.to_u256());
            let asset = self.moves.asset(&edge.asset);
            if edge.to == Party::Transaction {
                put_in = put_in.saturating_add(whole);
                let holder = self.moves.holder(&edge.from);
                let parts = self.rates.part(holder, asset, amount);
                self.wake(index, amount);
                inputs.push(Leg { edge: index, holder, amount, parts });
                continue;
            }
            paid_out = paid_out.saturating_add(whole);
            let holder = self.moves.holder(&edge.to);
            match form(edge) {
                Form::Theft => {
                    let parts = self.rates.theft(asset, amount);
                    self.moves.thefts.push((index, asset));
                    self.arrive(index, (None, holder), asset, parts, amount);
                    self.lay(index, holder, parts);
                }
                Form::BridgeOut(_, payout) => {
                    let before = self.moves.moves.len();
                    self.pay_out(index, holder, payout, amount);
                    if let Some(paid) = self.moves.moves.get(before) {
                        self.lay(index, holder, paid.parts);
                    }
                }
                _ if self.is_fee(edge) => {}
                _ => outputs.push(Leg { edge: index, holder, amount, parts: 0 }),
            }
        }
        inputs.retain(|leg| !leg.amount.is_zero());
        outputs.retain(|leg| !leg.amount.is_zero());
        self.measure(&inputs, &mut outputs);
        // Inputs without taint are not among the edges: then somebody else may have paid.
        self.pair(&inputs, &outputs, paid_out > put_in);
    }

    /// Spreads what came in over what went out, and notes what arrived.
    fn measure(&mut self, inputs: &[Leg], outputs: &mut [Leg]) {
        let parts = inputs.iter().map(|leg| u128::from(leg.parts)).sum();
        let sum =
            |legs: &[Leg]| legs.iter().fold(U256::ZERO, |sum, leg| sum.saturating_add(leg.amount));
        // Policies taint different outputs, and of each the most counts: together no more than
        // what came in.
        let (came, goes) = (sum(inputs), sum(outputs));
        let amount = if came.is_zero() { came } else { came.max(goes) };
        for leg in outputs {
            let edge = self.edge(leg.edge);
            let asset = self.moves.asset(&edge.asset);
            leg.parts = if amount.is_zero() {
                self.rates.part(None, asset, leg.amount)
            } else {
                part(parts, leg.amount.min(amount), amount)
            };
            if let (Some(holder), None, false) = (leg.holder, edge.terminal, self.crosses(leg)) {
                self.rates.credit(holder, asset, leg.parts, leg.amount);
                self.lay(leg.edge, Some(holder), leg.parts);
            }
        }
    }

    /// An output begins to lie at its holder.
    fn lay(&mut self, made: usize, holder: Option<usize>, parts: u64) {
        let edge = self.edge(made);
        if let (Party::Output { output, .. }, Some(holder), None) =
            (&edge.to, holder, edge.terminal)
        {
            self.unspent.insert(output, self.moves.lying.len());
            self.moves.lying.push(Lying { holder, parts, made, spent: None });
        }
    }

    /// An output is spent.
    fn wake(&mut self, spent: usize, amount: U256) {
        if let Party::Output { output, .. } = &self.edge(spent).from
            && !amount.is_zero()
            && let Some(place) = self.unspent.remove(output)
        {
            self.moves.lying[place].spent = Some(spent);
        }
    }

    /// Says who paid whom, where one paid or one was paid.
    fn pair(&mut self, inputs: &[Leg], outputs: &[Leg], others_paid: bool) {
        let payer = the_one(inputs).filter(|_| !others_paid);
        let payee = the_one(outputs).filter(|_| !others_paid);
        match (payer, payee) {
            (Some(_), _) => outputs.iter().for_each(|leg| self.output(leg, payer)),
            (None, Some(_)) => {
                let Some(arrival) = outputs.first() else { return };
                if self.crosses(arrival) {
                    outputs.iter().for_each(|leg| self.output(leg, None));
                    return;
                }
                for leg in inputs {
                    let paid = self.movement(leg, (leg.holder, payee), arrival.edge);
                    self.push(paid);
                }
            }
            (None, None) => {
                for leg in inputs {
                    let paid = self.movement(leg, (leg.holder, None), leg.edge);
                    self.push(Move { terminal: None, ..paid });
                }
                outputs.iter().for_each(|leg| self.output(leg, None));
            }
        }
    }

    fn output(&mut self, leg: &Leg, payer: Option<usize>) {
        if self.crosses(leg) {
            self.pay_in(leg.edge, payer, leg.parts, leg.amount);
            return;
        }
        let paid = self.movement(leg, (payer, leg.holder), leg.edge);
        self.push(paid);
    }

    /// Whether an output goes into a bridge and comes out elsewhere.
    fn crosses(&self, leg: &Leg) -> bool {
        let edge = self.edge(leg.edge);
        edge.terminal.is_none() && matches!(form(edge), Form::BridgeIn)
    }

    fn movement(
        &self,
        leg: &Leg,
        (from, to): (Option<usize>, Option<usize>),
        arrival: usize,
    ) -> Move {
        let edge: &Edge = self.edge(leg.edge);
        let terminal = self.edge(arrival).terminal;
        let (time, parts) = (edge.time.to_unix(), leg.parts);
        Move { from, to, left: time, time, parts, edge: leg.edge, arrival, terminal }
    }
}

/// The holder of all legs, where it is one. An output without an address may be anybody's.
fn the_one(legs: &[Leg]) -> Option<usize> {
    let first = legs.first()?.holder?;
    legs.iter().all(|leg| leg.holder == Some(first)).then_some(first)
}
