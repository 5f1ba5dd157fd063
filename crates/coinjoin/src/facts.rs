//! A transaction as the rules see it: amounts, and who holds each leg.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_model::ScriptKind;

/// Who holds an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder<'a> {
    /// Whoever satisfies a script.
    Script(&'a [u8]),
    /// An address of a chain whose scripts are not known.
    Name(&'a str),
}

impl Holder<'_> {
    /// The kind of its script, where that is known.
    pub fn kind(&self) -> Option<ScriptKind> {
        match self {
            Self::Script(script) => Some(ScriptKind::of(script)),
            Self::Name(_) => None,
        }
    }
}

/// An input or an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg<'a> {
    /// How much, in satoshi.
    pub amount: u64,
    /// Who holds it, where that is known.
    pub holder: Option<Holder<'a>>,
}

/// How many legs have which kind of script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Kinds {
    known: BTreeMap<ScriptKind, usize>,
    unknown: usize,
}

impl Kinds {
    pub(crate) fn of<'a>(legs: impl Iterator<Item = &'a Leg<'a>>) -> Self {
        let mut kinds = Self::default();
        for leg in legs {
            match leg.holder.and_then(|holder| holder.kind()) {
                Some(kind) => *kinds.known.entry(kind).or_default() += 1,
                None => kinds.unknown += 1,
            }
        }
        kinds
    }

    /// How many have a kind that is known and none of these.
    pub(crate) fn others_than(&self, kinds: &[ScriptKind]) -> usize {
        let other = self.known.iter().filter(|(kind, _)| !kinds.contains(kind));
        other.map(|(_, count)| count).sum()
    }

    /// The only kind that is known, where there is only one.
    pub(crate) fn only(&self) -> Option<ScriptKind> {
        match self.known.len() {
            1 => self.known.keys().next().copied(),
            _ => None,
        }
    }

    /// Whether every leg has a kind that is known.
    pub(crate) fn is_whole(&self) -> bool {
        self.unknown == 0
    }

    /// Whether no kind is known at all.
    pub(crate) fn is_blank(&self) -> bool {
        self.known.is_empty()
    }
}

/// What the rules ask about a transaction.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) inputs: &'a [Leg<'a>],
    /// The outputs that somebody can spend.
    pub(crate) outputs: Vec<Leg<'a>>,
    /// The outputs that only carry data.
    pub(crate) data: Vec<Leg<'a>>,
    /// Sets of equal outputs, the largest first; of sets of a size that of the larger amount.
    pub(crate) equal: Vec<(u64, usize)>,
    pub(crate) input_kinds: Kinds,
    pub(crate) output_kinds: Kinds,
    /// Holders of inputs. An input whose holder is not known counts as one more.
    pub(crate) payers: usize,
    /// Holders of outputs, counted in the same way.
    pub(crate) payees: usize,
    /// Outputs whose holder also holds an input.
    pub(crate) paid_back: usize,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(inputs: &'a [Leg<'a>], outputs: &'a [Leg<'a>]) -> Self {
        let (data, outputs): (Vec<_>, Vec<_>) = outputs.iter().copied().partition(is_data);
        let payers: BTreeSet<_> = inputs.iter().filter_map(|leg| leg.holder).collect();
        let payees: BTreeSet<_> = outputs.iter().filter_map(|leg| leg.holder).collect();
        let unknown = |legs: &[Leg<'_>]| legs.iter().filter(|leg| leg.holder.is_none()).count();
        let is_paid_back =
            |leg: &&Leg<'_>| leg.holder.is_some_and(|holder| payers.contains(&holder));
        Self {
            equal: equal_sets(outputs.iter().map(|leg| leg.amount)),
            input_kinds: Kinds::of(inputs.iter()),
            output_kinds: Kinds::of(outputs.iter()),
            payers: payers.len() + unknown(inputs),
            payees: payees.len() + unknown(&outputs),
            paid_back: outputs.iter().filter(is_paid_back).count(),
            inputs,
            outputs,
            data,
        }
    }

    /// How many outputs have an amount of their own.
    pub(crate) fn unique(&self) -> usize {
        self.outputs.len() - self.equal.iter().map(|(_, count)| count).sum::<usize>()
    }

    /// The outputs that have another amount.
    pub(crate) fn others(&self, amount: u64) -> impl Iterator<Item = &Leg<'a>> {
        self.outputs.iter().filter(move |leg| leg.amount != amount)
    }

    /// The largest input.
    pub(crate) fn input_max(&self) -> u64 {
        self.inputs.iter().map(|leg| leg.amount).max().unwrap_or(0)
    }
}

/// Whether an output only carries data. Tables of addresses have no word for such outputs:
/// there, an output of nothing to nobody is taken for one.
fn is_data(leg: &Leg<'_>) -> bool {
    match leg.holder {
        Some(holder) => holder.kind() == Some(ScriptKind::Data),
        None => leg.amount == 0,
    }
}

/// Sets of equal amounts, the largest set first; of sets of a size that of the larger amount.
pub(crate) fn equal_sets(amounts: impl Iterator<Item = u64>) -> Vec<(u64, usize)> {
    let mut amounts: Vec<u64> = amounts.collect();
    amounts.sort_unstable();
    let sets = amounts.chunk_by(|a, b| a == b).filter(|set| set.len() > 1);
    let mut sets: Vec<(u64, usize)> = sets.map(|set| (set[0], set.len())).collect();
    sets.sort_unstable_by_key(|(amount, count)| Reverse((*count, *amount)));
    sets
}
