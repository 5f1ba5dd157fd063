//! What is known of the outputs of a transaction, gathered once.

use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_model::{
    AccountIx, Amount, Ledger, Mix, OutputIx, ReadError, ScriptKind, TxIx, UtxoLeg, UtxoTx,
};

use super::onward::{self, Onward};
use super::{OUTPUTS_MAX, Standing, Surroundings};
use crate::fingerprint::{self, Fingerprint};

/// Outputs of an address that are looked at for the first one in another transaction.
const OUTPUTS_LOOKED_AT: usize = 64;

/// Candidates that are looked at, however few hands they are of.
const LOOKED_AT_MAX: usize = 1_000;

/// What is known of a transaction.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) tx: &'a UtxoTx,
    pub(super) mix: Option<Mix>,
    pub(super) fingerprint: Fingerprint,
    pub(super) outputs: Vec<Fact>,
    /// Whether a transaction that made one of its inputs has one input and two outputs.
    pub(super) parent_peels: bool,
}

/// What is known of an output.
#[derive(Debug)]
pub(super) struct Fact {
    pub(super) leg: UtxoLeg,
    pub(super) kind: Option<ScriptKind>,
    pub(super) standing: Standing,
    /// Whether its address is one of those that are spent from.
    pub(super) reused: bool,
    pub(super) use_of: AddressUse,
    pub(super) spender: Option<TxIx>,
    pub(super) onward: Onward,
    /// Whether its spender has one input and two outputs.
    pub(super) spender_peels: bool,
    /// Whether its spender pays the same fee or fee rate.
    pub(super) pays_alike: bool,
}

/// When an address was paid, as far as the ledger knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AddressUse {
    /// Only by this transaction.
    Once,
    /// By this transaction first, and by others later.
    Again,
    /// By others before.
    Before,
    /// It has no address.
    Unknown,
}

impl<'a> Facts<'a> {
    pub(super) fn gather(around: &Surroundings<'_>, tx: &'a UtxoTx) -> Result<Self, ReadError> {
        let ledger = around.ledger;
        let mut facts = Self {
            tx,
            mix: (around.mix)(tx)?,
            fingerprint: Fingerprint::of(ledger, tx)?,
            outputs: Vec::with_capacity(tx.outputs.len()),
            parent_peels: false,
        };
        for leg in &tx.outputs {
            facts.outputs.push(fact(around, tx, *leg)?);
        }
        if !facts.is_weighed() {
            return Ok(facts);
        }
        facts.parent_peels = parent_peels(ledger, tx)?;
        let mut by_spender: BTreeMap<TxIx, Vec<usize>> = BTreeMap::new();
        for (at, fact) in facts.outputs.iter_mut().enumerate() {
            if fact.standing != Standing::Open {
                continue;
            }
            if let Some(holder) = fact.leg.holder {
                fact.use_of = use_of(ledger, tx.tx, holder)?;
            }
            if let Some(spender) = fact.spender {
                by_spender.entry(spender).or_default().push(at);
            }
        }
        for (spender, spent) in by_spender {
            let Some(next) = ledger.utxo_tx(spender)? else { continue };
            let look = onward::look(around, &facts.fingerprint, &next, spent.len())?;
            for at in spent {
                let fact = &mut facts.outputs[at];
                fact.onward = look.onward;
                fact.pays_alike = look.pays_alike;
                fact.spender_peels = is_peel_shaped(&next);
            }
        }
        Ok(facts)
    }

    /// Whether the outputs are weighed at all: no mix, no new coins, no batch.
    pub(super) fn is_weighed(&self) -> bool {
        self.mix.is_none() && !self.tx.inputs.is_empty() && !self.is_batch()
    }

    /// Whether so many hands are paid that nothing is said of the change. Outputs that one
    /// transaction spends are of one hand.
    pub(super) fn is_batch(&self) -> bool {
        let open: Vec<&Fact> = self.open().map(|at| &self.outputs[at]).collect();
        let unspent = open.iter().filter(|fact| fact.spender.is_none()).count();
        let spenders: BTreeSet<TxIx> = open.iter().filter_map(|fact| fact.spender).collect();
        open.len() > LOOKED_AT_MAX || unspent + spenders.len() > OUTPUTS_MAX
    }

    /// The candidates.
    pub(super) fn open(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.outputs.len()).filter(|at| self.outputs[*at].standing == Standing::Open)
    }

    /// The smallest input.
    pub(super) fn smallest_input(&self) -> Option<Amount> {
        self.tx.inputs.iter().map(|leg| leg.amount).min()
    }
}

/// Whether a transaction has one input and two outputs.
pub(super) fn is_peel_shaped(tx: &UtxoTx) -> bool {
    tx.inputs.len() == 1 && tx.outputs.len() == 2
}

fn parent_peels(ledger: &dyn Ledger, tx: &UtxoTx) -> Result<bool, ReadError> {
    // Only of a transaction with one input is it asked.
    let [UtxoLeg { output: Some(output), .. }] = tx.inputs[..] else { return Ok(false) };
    let (parent, _) = ledger.maker(output)?;
    Ok(ledger.utxo_tx(parent)?.is_some_and(|parent| is_peel_shaped(&parent)))
}

fn fact(around: &Surroundings<'_>, tx: &UtxoTx, leg: UtxoLeg) -> Result<Fact, ReadError> {
    let account = fingerprint::script(around.ledger, &leg)?;
    let kind = fingerprint::kind(account.as_ref());
    let reused = fingerprint::is_reused(tx, leg.holder);
    let spender = spender(around.ledger, leg.output)?;
    let service = account.as_ref().and_then(|account| (around.stop)(account));
    let is_unspendable = account.is_some_and(|account| account.address().is_burn())
        || kind.is_some_and(|kind| !kind.is_spendable())
        // Without a script in the data it may carry data: whoever spends it shows that it does
        // not.
        || (leg.holder.is_none() && spender.is_none());
    let standing = match service {
        Some(stop) => Standing::Service(stop),
        None if is_unspendable => Standing::Unspendable,
        None if leg.amount.is_zero() => Standing::Empty,
        None => Standing::Open,
    };
    Ok(Fact {
        leg,
        kind,
        standing,
        reused,
        use_of: AddressUse::Unknown,
        spender,
        onward: if spender.is_some() { Onward::Elsewhere } else { Onward::Unspent },
        spender_peels: false,
        pays_alike: false,
    })
}

fn spender(ledger: &dyn Ledger, output: Option<OutputIx>) -> Result<Option<TxIx>, ReadError> {
    output.map_or(Ok(None), |output| ledger.spender(output))
}

/// When an address was paid, beside a transaction that pays it.
pub(super) fn use_of(
    ledger: &dyn Ledger,
    tx: TxIx,
    holder: AccountIx,
) -> Result<AddressUse, ReadError> {
    for output in ledger.outputs_of(holder).take(OUTPUTS_LOOKED_AT) {
        let (made, _) = ledger.maker(output?)?;
        if made < tx {
            return Ok(AddressUse::Before);
        }
        if made > tx {
            return Ok(AddressUse::Again);
        }
    }
    Ok(AddressUse::Once)
}
