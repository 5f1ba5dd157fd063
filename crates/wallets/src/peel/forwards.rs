//! Following a chain from what it carries.

use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_model::{Account, Amount, OutputIx, ReadError, Stop, TxIx, UtxoLeg, UtxoTx};

use super::{Carried, End, Hop, Payee, Peel, PeelChain, PeelSettings, Totals};
use crate::change::{self, Abstention, Change, Standing, Surroundings, Verdict, Weighed};
use crate::fingerprint;

/// Follows the chain that some outputs are part of, which one wallet holds: all of them are
/// spent by one transaction, or there is only one. It stops at transactions of chains that are
/// `known`.
///
/// # Errors
///
/// When the ledger is damaged where it is read.
pub fn follow(
    around: &Surroundings<'_>,
    settings: &PeelSettings,
    known: &BTreeSet<TxIx>,
    start: Vec<Carried>,
) -> Result<PeelChain, ReadError> {
    let amounts = start.iter().map(|one| one.amount);
    let sum = amounts.clone().try_fold(Amount::ZERO, Amount::checked_add);
    let mut walk = Walk::new(around, settings, known, sum.unwrap_or_default());
    let stopped = match (sum, start.first()) {
        (None, Some(first)) => {
            let tx = around.ledger.maker(first.output)?.0;
            Stopped { end: End::Contradiction { tx }, rest: Vec::new() }
        }
        _ => walk.from(start.clone())?,
    };
    Ok(walk.finish(start, stopped))
}

/// Follows the chain that begins with a transaction.
///
/// # Errors
///
/// When the ledger is damaged where it is read.
pub fn follow_transaction(
    around: &Surroundings<'_>,
    settings: &PeelSettings,
    tx: &UtxoTx,
) -> Result<PeelChain, ReadError> {
    let known = BTreeSet::new();
    if let Some(mix) = (around.mix)(tx)? {
        let walk = Walk::new(around, settings, &known, Amount::ZERO);
        let end = End::Mix { tx: tx.tx, mix };
        return Ok(walk.finish(Vec::new(), Stopped { end, rest: Vec::new() }));
    }
    let spent = if tx.inputs.is_empty() { &tx.outputs } else { &tx.inputs };
    let amount_in = fingerprint::sum(spent).unwrap_or_default();
    let mut walk = Walk::new(around, settings, &known, amount_in);
    walk.passed.insert(tx.tx);
    let stopped = match walk.hop(tx, None)? {
        Step::Next(next) => walk.from(next)?,
        Step::Stop(stopped) => stopped,
    };
    Ok(walk.finish(Vec::new(), stopped))
}

/// Where a chain stops, and what it carried there.
#[derive(Debug)]
struct Stopped {
    end: End,
    rest: Vec<Carried>,
}

#[derive(Debug)]
enum Step {
    Next(Vec<Carried>),
    Stop(Stopped),
}

#[derive(Debug)]
struct Walk<'a> {
    around: &'a Surroundings<'a>,
    settings: &'a PeelSettings,
    /// Transactions of other chains.
    known: &'a BTreeSet<TxIx>,
    amount_in: Amount,
    /// What came in and what joined so far.
    total_in: Amount,
    hops: Vec<Hop>,
    passed: BTreeSet<TxIx>,
    /// The peels so far: the hop and the place there.
    peeled: BTreeMap<OutputIx, (usize, usize)>,
}

impl<'a> Walk<'a> {
    fn new(
        around: &'a Surroundings<'a>,
        settings: &'a PeelSettings,
        known: &'a BTreeSet<TxIx>,
        amount_in: Amount,
    ) -> Self {
        let (hops, passed, peeled) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
        Self { around, settings, known, amount_in, total_in: amount_in, hops, passed, peeled }
    }

    /// Goes on from some outputs until the chain stops.
    fn from(&mut self, mut carried: Vec<Carried>) -> Result<Stopped, ReadError> {
        loop {
            let tx = match self.next(&carried)? {
                Ok(tx) => tx,
                Err(end) => return Ok(Stopped { end, rest: carried }),
            };
            self.passed.insert(tx.tx);
            carried = match self.hop(&tx, Some(&carried))? {
                Step::Next(next) => next,
                Step::Stop(stopped) => return Ok(stopped),
            };
        }
    }

    /// The transaction that spends what is carried, if the chain goes on there.
    fn next(&self, carried: &[Carried]) -> Result<Result<UtxoTx, End>, ReadError> {
        let ledger = self.around.ledger;
        if let Some(stop) = self.service(carried)? {
            return Ok(Err(End::Service(stop)));
        }
        let mut spenders = BTreeSet::new();
        let mut unspent = 0;
        for one in carried {
            match ledger.spender(one.output)? {
                Some(tx) => _ = spenders.insert(tx),
                None => unspent += 1,
            }
        }
        let Some(first) = spenders.first().copied() else { return Ok(Err(End::Unspent)) };
        if spenders.len() > 1 || unspent > 0 || self.passed.contains(&first) {
            return Ok(Err(End::Contradiction { tx: first }));
        }
        if self.known.contains(&first) {
            return Ok(Err(End::Joins { tx: first }));
        }
        let Some(tx) = ledger.utxo_tx(first)? else { return Ok(Err(End::Unspent)) };
        Ok(match self.obstacle(&tx, carried)? {
            Some(end) => Err(end),
            None => Ok(tx),
        })
    }

    /// Why a chain does not go through a transaction.
    fn obstacle(&self, tx: &UtxoTx, carried: &[Carried]) -> Result<Option<End>, ReadError> {
        if let Some(mix) = (self.around.mix)(tx)? {
            return Ok(Some(End::Mix { tx: tx.tx, mix }));
        }
        let sources = change::sources(self.around, tx)?;
        if self.is_minor(tx, carried) || change::is_merge(self.around, tx)? {
            return Ok(Some(End::Merge { tx: tx.tx, inputs: tx.inputs.len(), sources }));
        }
        let seconds = self.dwell(tx.tx, carried)?;
        if self.settings.dwell_max.is_some_and(|most| seconds > most) {
            return Ok(Some(End::Dwell { tx: tx.tx, seconds }));
        }
        Ok((self.hops.len() >= self.settings.hops_max).then_some(End::HopLimit { tx: tx.tx }))
    }

    /// Whether most of what a transaction spends is neither carried nor what was peeled off.
    fn is_minor(&self, tx: &UtxoTx, carried: &[Carried]) -> bool {
        let is_ours = |output: OutputIx| {
            carried.iter().any(|one| one.output == output) || self.peeled.contains_key(&output)
        };
        let ours = tx.inputs.iter().filter(|leg| leg.output.is_some_and(is_ours));
        let ours = fingerprint::sum(ours);
        let others = fingerprint::sum(&tx.inputs).zip(ours).and_then(|(a, b)| a.checked_sub(b));
        ours.zip(others).is_none_or(|(ours, others)| others > ours)
    }

    /// For how long the last of what is carried lay.
    fn dwell(&self, tx: TxIx, carried: &[Carried]) -> Result<u64, ReadError> {
        let ledger = self.around.ledger;
        let left = ledger.transaction(tx)?.time.to_unix();
        let mut least = u64::MAX;
        for one in carried {
            let (made, _) = ledger.maker(one.output)?;
            let lay = left.saturating_sub(ledger.transaction(made)?.time.to_unix());
            least = least.min(u64::try_from(lay).unwrap_or(0));
        }
        Ok(least)
    }

    /// The tagged service that holds what is carried.
    fn service(&self, carried: &[Carried]) -> Result<Option<Stop>, ReadError> {
        for one in carried {
            let Some(holder) = one.holder else { continue };
            if let Some(stop) = (self.around.stop)(&self.around.ledger.account(holder)?) {
                return Ok(Some(stop));
            }
        }
        Ok(None)
    }

    /// Adds a transaction to the chain and says what goes on. Without anything carried it is the
    /// first one, and all that it spends is what comes in.
    fn hop(&mut self, tx: &UtxoTx, carried: Option<&[Carried]>) -> Result<Step, ReadError> {
        let Some((sums, total_in)) = self.sums(tx, carried) else {
            let (end, rest) = (End::Contradiction { tx: tx.tx }, carried.unwrap_or(&[]).to_vec());
            if carried.is_none() {
                self.amount_in = Amount::ZERO;
            }
            return Ok(Step::Stop(Stopped { end, rest }));
        };
        self.total_in = total_in;
        let spent = tx.inputs.iter().filter_map(|leg| leg.output);
        for (hop, peel) in spent.filter_map(|output| self.peeled.remove(&output)) {
            self.hops[hop].peels[peel].returned_in = Some(tx.tx);
        }
        let change = change::change(self.around, tx)?;
        let number = self.hops.len();
        let (next, unresolved) = chosen(&change);
        let mut peels = Vec::new();
        for output in &change.outputs {
            let is_aside =
                |places: &[usize]| !places.iter().any(|at| change.outputs[*at].vout == output.vout);
            if is_aside(&next) && is_aside(&unresolved) {
                if let Some(output) = output.output {
                    self.peeled.insert(output, (number, peels.len()));
                }
                peels.push(self.peel(output)?);
            }
        }
        let carry =
            |places: &[usize]| places.iter().filter_map(|at| carry(&change.outputs[*at])).collect();
        let (next, rest): (Vec<Carried>, Vec<Carried>) = (carry(&next), carry(&unresolved));
        let step = match &change.verdict {
            Verdict::Change { .. } => Step::Next(next.clone()),
            Verdict::Abstains(Abstention::NoCandidate) => {
                Step::Stop(Stopped { end: End::PaidOut, rest })
            }
            Verdict::Abstains(why) => {
                Step::Stop(Stopped { end: End::Unresolved(why.clone()), rest })
            }
        };
        let Sums { carried, joined, returned, fee } = sums;
        self.hops.push(Hop { tx: tx.tx, carried, joined, returned, fee, peels, next, change });
        Ok(step)
    }

    /// What goes into a transaction, and what came into the chain up to it; `None` where sums
    /// contradict each other.
    fn sums(&self, tx: &UtxoTx, carried: Option<&[Carried]>) -> Option<(Sums, Amount)> {
        let (spent, paid) = (fingerprint::sum(&tx.inputs)?, fingerprint::sum(&tx.outputs)?);
        let Some(carried) = carried else {
            let fee = if tx.inputs.is_empty() { Amount::ZERO } else { spent.checked_sub(paid)? };
            let sums =
                Sums { carried: self.amount_in, joined: Amount::ZERO, returned: Amount::ZERO, fee };
            return Some((sums, self.total_in));
        };
        let is_peel = |leg: &&UtxoLeg| leg.output.is_some_and(|one| self.peeled.contains_key(&one));
        let returned = fingerprint::sum(tx.inputs.iter().filter(is_peel))?;
        let amounts = carried.iter().map(|one| one.amount);
        let carried = amounts.into_iter().try_fold(Amount::ZERO, Amount::checked_add)?;
        let joined = spent.checked_sub(carried)?.checked_sub(returned)?;
        let sums = Sums { carried, joined, returned, fee: spent.checked_sub(paid)? };
        Some((sums, self.total_in.checked_add(joined)?))
    }

    fn peel(&self, output: &Weighed) -> Result<Peel, ReadError> {
        let to = match (&output.standing, output.holder) {
            (Standing::Unspendable, _) => Payee::Unspendable,
            (Standing::Service(stop), Some(account)) => {
                Payee::Service { account, stop: stop.into() }
            }
            (_, Some(account)) => Payee::Address(account),
            (_, None) => Payee::NoAddress,
        };
        let is_unknown = matches!(to, Payee::Address(_) | Payee::NoAddress);
        let spender = output.spender.filter(|_| is_unknown);
        let onto = spender.map(|tx| self.only_service(tx)).transpose()?.flatten();
        Ok(Peel {
            vout: output.vout,
            amount: output.amount,
            to,
            spender: output.spender,
            onto,
            returned_in: None,
        })
    }

    /// The service that a transaction pays, if it pays nobody else.
    fn only_service(&self, tx: TxIx) -> Result<Option<Stop>, ReadError> {
        let ledger = self.around.ledger;
        let Some(tx) = ledger.utxo_tx(tx)? else { return Ok(None) };
        let mut found: Option<Stop> = None;
        for leg in &tx.outputs {
            let account: Option<Account> = fingerprint::script(ledger, leg)?;
            let stop = account.and_then(|account| (self.around.stop)(&account));
            match (stop, &found) {
                (Some(stop), None) => found = Some(stop),
                (Some(stop), Some(known)) if stop == *known => {}
                _ => return Ok(None),
            }
        }
        Ok(found)
    }

    fn finish(self, start: Vec<Carried>, stopped: Stopped) -> PeelChain {
        let (Stopped { end, rest }, amount_in) = (stopped, self.amount_in);
        let totals = Totals::of(&self.hops, &rest).unwrap_or_default();
        assert!(totals.adds_up(amount_in), "a peel chain must add up: {amount_in}, {totals:?}");
        PeelChain { start, amount_in, hops: self.hops, end, rest, totals }
    }
}

/// What goes into a transaction of a chain, and its fee.
#[derive(Debug)]
struct Sums {
    carried: Amount,
    joined: Amount,
    returned: Amount,
    fee: Amount,
}

/// The outputs that go on, and those that may, by their place.
fn chosen(change: &Change) -> (Vec<usize>, Vec<usize>) {
    let open = |at: &usize| change.outputs[*at].standing == Standing::Open;
    match &change.verdict {
        Verdict::Change { outputs, .. } => {
            let is_next = |at: &usize| outputs.contains(&change.outputs[*at].vout);
            ((0..change.outputs.len()).filter(is_next).collect(), Vec::new())
        }
        Verdict::Abstains(_) => (Vec::new(), (0..change.outputs.len()).filter(open).collect()),
    }
}

fn carry(output: &Weighed) -> Option<Carried> {
    Some(Carried { output: output.output?, holder: output.holder, amount: output.amount })
}
