//! Where a chain began.

use std::collections::BTreeSet;

use hawkshaw_model::{Mix, OutputIx, ReadError, TxIx, UtxoTx};

use super::PeelSettings;
use crate::change::{self, Change, Surroundings, Verdict};

/// The way back from a transaction to where its chain began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The transactions before, the nearest first.
    pub steps: Vec<OriginStep>,
    /// Why it goes no further back.
    pub end: OriginEnd,
}

/// A transaction before, whose change the chain is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginStep {
    /// The transaction.
    pub tx: TxIx,
    /// By how many points its change is ahead of every other output.
    pub margin: i32,
    /// How its outputs were weighed.
    pub change: Change,
}

/// Why a chain goes no further back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginEnd {
    /// The coins are new.
    Coinbase,
    /// The ledger does not hold what was spent.
    NoData,
    /// Coins of several transactions were spent together.
    Gathered {
        /// How many.
        sources: usize,
    },
    /// The transaction before paid it, by its own verdict, to somebody, or cannot be told: here
    /// the chain was taken up.
    Paid(Box<Change>),
    /// Several people made the transaction before together, or it prepares that.
    Mix {
        /// The transaction.
        tx: TxIx,
        /// What it is taken for.
        mix: Mix,
    },
    /// The number of hops that was allowed is reached.
    HopLimit,
}

impl OriginEnd {
    /// The word in files.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Coinbase => "coinbase",
            Self::NoData => "no-data",
            Self::Gathered { .. } => "gathered",
            Self::Paid(_) => "paid",
            Self::Mix { .. } => "mix",
            Self::HopLimit => "hop-limit",
        }
    }
}

/// Goes back from some outputs of a transaction, as long as they are its change.
///
/// # Errors
///
/// When the ledger is damaged where it is read.
pub fn origin(
    around: &Surroundings<'_>,
    settings: &PeelSettings,
    tx: &UtxoTx,
    outputs: &[OutputIx],
) -> Result<Origin, ReadError> {
    back(around, settings, Ok((tx.clone(), outputs.to_vec())))
}

/// Goes back from what a transaction spends.
///
/// # Errors
///
/// When the ledger is damaged where it is read.
pub fn origin_of(
    around: &Surroundings<'_>,
    settings: &PeelSettings,
    tx: &UtxoTx,
) -> Result<Origin, ReadError> {
    back(around, settings, before(around, tx)?)
}

/// A transaction, and those of its outputs that are asked about.
type Place = (UtxoTx, Vec<OutputIx>);

fn back(
    around: &Surroundings<'_>,
    settings: &PeelSettings,
    mut at: Result<Place, OriginEnd>,
) -> Result<Origin, ReadError> {
    let mut steps: Vec<OriginStep> = Vec::new();
    loop {
        let (tx, outputs) = match at {
            Ok(place) => place,
            Err(end) => return Ok(Origin { steps, end }),
        };
        at = match step(around, &tx, &outputs)? {
            Err(end) => Err(end),
            Ok(_) if steps.len() >= settings.hops_max => Err(OriginEnd::HopLimit),
            Ok(step) => {
                steps.push(step);
                before(around, &tx)?
            }
        };
    }
}

/// The step to a transaction whose change some of its outputs are.
fn step(
    around: &Surroundings<'_>,
    tx: &UtxoTx,
    outputs: &[OutputIx],
) -> Result<Result<OriginStep, OriginEnd>, ReadError> {
    if let Some(mix) = (around.mix)(tx)? {
        return Ok(Err(OriginEnd::Mix { tx: tx.tx, mix }));
    }
    if tx.inputs.is_empty() {
        return Ok(Err(OriginEnd::Coinbase));
    }
    let change = change::change(around, tx)?;
    Ok(match margin(&change, outputs) {
        Some(margin) => Ok(OriginStep { tx: tx.tx, margin, change }),
        None => Err(OriginEnd::Paid(Box::new(change))),
    })
}

/// The transaction that made all that another one spends.
fn before(around: &Surroundings<'_>, tx: &UtxoTx) -> Result<Result<Place, OriginEnd>, ReadError> {
    if tx.inputs.is_empty() {
        return Ok(Err(OriginEnd::Coinbase));
    }
    let outputs: Option<Vec<OutputIx>> = tx.inputs.iter().map(|leg| leg.output).collect();
    let Some(outputs) = outputs else { return Ok(Err(OriginEnd::NoData)) };
    let mut makers = BTreeSet::new();
    for output in &outputs {
        makers.insert(around.ledger.maker(*output)?.0);
    }
    let (Some(maker), 1) = (makers.first(), makers.len()) else {
        return Ok(Err(OriginEnd::Gathered { sources: makers.len() }));
    };
    // A transaction that spends itself is none.
    let before = if *maker < tx.tx { around.ledger.utxo_tx(*maker)? } else { None };
    Ok(before.map(|before| (before, outputs)).ok_or(OriginEnd::NoData))
}

/// By how much some outputs are the change of a transaction, if all of them are.
fn margin(change: &Change, outputs: &[OutputIx]) -> Option<i32> {
    let Verdict::Change { outputs: named, margin } = &change.verdict else { return None };
    let is_named = |output: &OutputIx| {
        let weighed = change.outputs.iter().find(|weighed| weighed.output == Some(*output));
        weighed.is_some_and(|weighed| named.contains(&weighed.vout))
    };
    outputs.iter().all(is_named).then_some(*margin)
}
