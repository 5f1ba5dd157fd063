//! Whether whoever spends an output has the habits of the wallet that made it.

use std::collections::BTreeSet;

use hawkshaw_model::{ReadError, UtxoTx};

use super::facts::{AddressUse, use_of};
use super::{OUTPUTS_MAX, Surroundings};
use crate::fingerprint::{self, Fingerprint};

/// A payee beside the change, sometimes two (Meiklejohn and others, 2013): what a step of a peel
/// chain pays.
const PEEL_OUTPUTS_MAX: usize = 3;
/// From so many inputs on a transaction collects,
pub const MERGE_INPUTS: usize = 10;
/// if they come from so many transactions.
pub const MERGE_SOURCES: usize = 3;

/// How the transaction that spends an output compares with the one that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Onward {
    /// It has the same fingerprint: kind of inputs, how many it spends, how few it pays.
    Alike,
    /// It has the same shape, and spends another kind of script.
    Shaped,
    /// It collects from many, or pays many, or spends it with scripts that the wallet does not
    /// use: a service, or another wallet.
    Swept,
    /// It passes all of it on to a tagged service, or to an address that was paid before, as
    /// deposit addresses are emptied. A wallet may end so too, so that it tells nothing.
    Emptied,
    /// It mixes, which tells nothing of who spends.
    Mixed,
    /// It is something else, which tells nothing.
    Elsewhere,
    /// Nothing spends it as far as the ledger goes.
    Unspent,
}

impl Onward {
    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alike => "alike",
            Self::Shaped => "same-shape",
            Self::Swept => "swept",
            Self::Emptied => "emptied",
            Self::Mixed => "mixed",
            Self::Elsewhere => "elsewhere",
            Self::Unspent => "unspent",
        }
    }
}

/// What was seen of a spender.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) onward: Onward,
    pub(super) pays_alike: bool,
}

/// Compares a transaction with one that spends some of its outputs.
pub(super) fn look(
    around: &Surroundings<'_>,
    own: &Fingerprint,
    next: &UtxoTx,
    spent: usize,
) -> Result<Look, ReadError> {
    if (around.mix)(next)?.is_some() {
        return Ok(Look { onward: Onward::Mixed, pays_alike: false });
    }
    let print = Fingerprint::of(around.ledger, next)?;
    let others = next.inputs.len().saturating_sub(spent);
    let is_usual = print.knows_inputs && own.knows_inputs;
    let same_kinds = is_usual && print.input_kinds == own.input_kinds;
    let is_foreign = is_usual
        && others > 0
        && print.input_kinds.iter().any(|kind| !own.input_kinds.contains(kind));
    let same_inputs = others == 0 || (own.inputs > 1 && print.input_class() == own.input_class());
    let few_outputs =
        print.outputs <= PEEL_OUTPUTS_MAX || print.output_class() == own.output_class();
    let onward = if print.outputs == 1 && is_collected(around, next)? {
        if is_foreign { Onward::Swept } else { Onward::Emptied }
    } else if is_merge(around, next)? || is_foreign || print.outputs > OUTPUTS_MAX {
        Onward::Swept
    } else if !same_inputs || !few_outputs {
        Onward::Elsewhere
    } else if same_kinds {
        Onward::Alike
    } else {
        Onward::Shaped
    };
    Ok(Look { onward, pays_alike: print.pays_alike(own) })
}

/// Whether what a transaction pays goes to tagged services, or to addresses that were paid before
/// and that it does not spend from itself.
fn is_collected(around: &Surroundings<'_>, tx: &UtxoTx) -> Result<bool, ReadError> {
    for leg in &tx.outputs {
        let Some(holder) = leg.holder else { return Ok(false) };
        let account = around.ledger.account(holder)?;
        let is_service = (around.stop)(&account).is_some();
        let is_own = fingerprint::is_reused(tx, Some(holder));
        let was_paid =
            || Ok::<_, ReadError>(use_of(around.ledger, tx.tx, holder)? == AddressUse::Before);
        if !account.address().is_burn() && !is_service && (is_own || !was_paid()?) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a transaction collects: at least [`MERGE_INPUTS`] inputs of at least [`MERGE_SOURCES`]
/// transactions.
pub(crate) fn is_merge(around: &Surroundings<'_>, tx: &UtxoTx) -> Result<bool, ReadError> {
    Ok(tx.inputs.len() >= MERGE_INPUTS && sources(around, tx)? >= MERGE_SOURCES)
}

/// How many transactions made the inputs of one. Inputs that the ledger does not hold count as
/// one each.
pub(crate) fn sources(around: &Surroundings<'_>, tx: &UtxoTx) -> Result<usize, ReadError> {
    let mut makers = BTreeSet::new();
    let mut unknown = 0;
    for leg in &tx.inputs {
        match leg.output {
            Some(output) => _ = makers.insert(around.ledger.maker(output)?.0),
            None => unknown += 1,
        }
    }
    Ok(makers.len() + unknown)
}
