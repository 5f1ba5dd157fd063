//! The second pass: what the transactions beside a candidate say of it.
//!
//! Neighbours are judged by their own legs alone, so that no order of transactions matters.
//! Where the ledger does not hold them nothing is concluded: a Tx0 whose mix is not in the
//! table is one all the same.
//!
//! Source of the tests: `cj_analysis.py` and `parse_dumplings.py` of
//! <https://github.com/crocs-muni/coinjoin-analysis> (links to other mixes, shares of reused
//! addresses over 70 %), and the rule of pools that a mix takes one coin of a transaction.

use std::collections::BTreeMap;

use hawkshaw_model::{Ledger, Mix, MixClass, ReadError, TxIx, UtxoLeg, UtxoTx};

use crate::joinmarket;
use crate::ledger::alone;
use crate::verdict::Verdict;

/// Neighbours that are read at most on each side.
const NEIGHBOURS_MAX: usize = 64;

/// Outputs to holders that were paid before, in percent, beyond which nobody mixes.
const REUSED_PERCENT_MAX: usize = 70;

/// Weighs what the first pass said.
pub(crate) fn weigh(
    ledger: &dyn Ledger,
    tx: &UtxoTx,
    first: Verdict,
) -> Result<Verdict, ReadError> {
    let mix = match first {
        Verdict::Mix(mix) => mix,
        Verdict::Nothing { rule: joinmarket::NO_PARTS, .. } => {
            return by_parents(ledger, tx, first);
        }
        other => return Ok(other),
    };
    if mix.class == MixClass::Tx0 {
        return prepared(ledger, tx, mix);
    }
    let makers = Makers::of(ledger, tx)?;
    if makers.is_one(tx.inputs.len()) {
        return Ok(Verdict::not("inputs-of-one-transaction"));
    }
    match mix.class {
        MixClass::Whirlpool => pooled(ledger, tx, &makers, mix),
        _ if is_reused(ledger, tx)? => Ok(Verdict::not("reused-addresses")),
        class => {
            let linked = makers.count(ledger, class)?;
            Ok(Verdict::Mix(if linked > 0 { surer(mix) } else { mix }))
        }
    }
}

/// The transactions that made what a transaction spends, with how many of its inputs.
struct Makers(BTreeMap<TxIx, usize>);

impl Makers {
    fn of(ledger: &dyn Ledger, tx: &UtxoTx) -> Result<Self, ReadError> {
        let mut makers = BTreeMap::new();
        for output in tx.inputs.iter().filter_map(|leg| leg.output) {
            *makers.entry(ledger.maker(output)?.0).or_default() += 1;
        }
        Ok(Self(makers))
    }

    /// Whether one transaction made all of so many inputs.
    fn is_one(&self, inputs: usize) -> bool {
        self.0.len() == 1 && self.0.values().sum::<usize>() == inputs
    }

    /// Whether a transaction made more than one input.
    fn are_repeated(&self) -> bool {
        self.0.values().any(|inputs| *inputs > 1)
    }

    /// How many of them are of a class.
    fn count(&self, ledger: &dyn Ledger, class: MixClass) -> Result<usize, ReadError> {
        let mut count = 0;
        for tx in self.0.keys().take(NEIGHBOURS_MAX) {
            count += usize::from(is_class(ledger, *tx, class)?);
        }
        Ok(count)
    }
}

fn is_class(ledger: &dyn Ledger, tx: TxIx, class: MixClass) -> Result<bool, ReadError> {
    let Some(tx) = ledger.utxo_tx(tx)? else { return Ok(false) };
    Ok(matches!(alone(ledger, &tx)?, Verdict::Mix(mix) if mix.class == class))
}

/// A mix of Whirlpool: coins of exactly the pool's size come from other mixes of the pool.
fn pooled(
    ledger: &dyn Ledger,
    tx: &UtxoTx,
    makers: &Makers,
    mix: Mix,
) -> Result<Verdict, ReadError> {
    let Some(pool) = tx.outputs.first().map(|leg| leg.amount) else { return Ok(Verdict::PLAIN) };
    let (mut mixed, mut other) = (0, 0);
    for leg in tx.inputs.iter().filter(|leg| leg.amount == pool) {
        let Some(output) = leg.output else { continue };
        match is_class(ledger, ledger.maker(output)?.0, MixClass::Whirlpool)? {
            true => mixed += 1,
            false => other += 1,
        }
    }
    if mixed == 0 && other > 1 {
        return Ok(Verdict::not("coins-of-no-mix"));
    }
    if makers.are_repeated() {
        return Ok(Verdict::Mix(Mix { confidence: mix.confidence.min(800), ..mix }));
    }
    Ok(Verdict::Mix(if mixed > 0 { surer(mix) } else { mix }))
}

/// A Tx0: its coins go into mixes.
fn prepared(ledger: &dyn Ledger, tx: &UtxoTx, mix: Mix) -> Result<Verdict, ReadError> {
    let has_holder = |leg: &&UtxoLeg| leg.holder.is_some();
    for leg in tx.outputs.iter().filter(has_holder).take(NEIGHBOURS_MAX) {
        let Some(output) = leg.output else { continue };
        if let Some(spender) = ledger.spender(output)?
            && is_class(ledger, spender, MixClass::Whirlpool)?
        {
            return Ok(Verdict::Mix(surer(mix)));
        }
    }
    Ok(Verdict::Mix(mix))
}

/// A transaction in the shape of JoinMarket whose sums do not come out, as where the taker paid
/// much: it is one where it spends outputs of two others.
fn by_parents(ledger: &dyn Ledger, tx: &UtxoTx, first: Verdict) -> Result<Verdict, ReadError> {
    let makers = Makers::of(ledger, tx)?;
    if makers.count(ledger, MixClass::JoinMarket)? < 2 || is_reused(ledger, tx)? {
        return Ok(first);
    }
    let amounts = tx.outputs.iter().filter_map(|leg| u64::try_from(leg.amount.to_u256()).ok());
    Ok(Verdict::Mix(Mix {
        class: MixClass::JoinMarket,
        confidence: 700,
        rule: "joinmarket-parents",
        equal: crate::facts::equal_sets(amounts),
    }))
}

/// The same, with a neighbour that speaks for it.
fn surer(mix: Mix) -> Mix {
    let confidence = mix.confidence + (1_000 - mix.confidence) / 2;
    Mix { confidence, ..mix }
}

/// Whether most outputs go to holders that were paid before. Who mixes uses fresh addresses.
fn is_reused(ledger: &dyn Ledger, tx: &UtxoTx) -> Result<bool, ReadError> {
    let (mut looked_at, mut reused) = (0, 0);
    for leg in tx.outputs.iter().take(NEIGHBOURS_MAX) {
        let (Some(output), Some(holder)) = (leg.output, leg.holder) else { continue };
        looked_at += 1;
        if let Some(earliest) = ledger.outputs_of(holder).next() {
            reused += usize::from(ledger.maker(earliest?)?.0 < ledger.maker(output)?.0);
        }
    }
    Ok(reused * 100 > looked_at * REUSED_PERCENT_MAX)
}
