//! A transaction of a ledger, by its own legs and then by those beside it.

use hawkshaw_model::{
    Account, AccountIx, Address, Ledger, Mix, MixClass, ReadError, UtxoLeg, UtxoTx,
};

use crate::classify::by_shape;
use crate::facts::{Holder, Leg};
use crate::verdict::Verdict;
use crate::{links, may_mix, may_mix_amounts};

/// How a transaction mixes coins, where it does.
///
/// Scripts are read only where counts and amounts let it be a mix, and other transactions only
/// where its scripts do too.
///
/// # Errors
///
/// When the ledger is damaged where it is read.
pub fn mix(ledger: &dyn Ledger, tx: &UtxoTx) -> Result<Option<Mix>, ReadError> {
    Ok(verdict(ledger, tx)?.mix())
}

/// How a transaction mixes coins, by what was known when it was made: what spends its outputs
/// later changes nothing. Rounds of Whirlpool, of which later rounds tell the most, are taken for
/// such by their shape alone: for whoever must not mistake a mix for a payment of one person.
///
/// # Errors
///
/// When the ledger is damaged where it is read.
pub fn mix_when_made(ledger: &dyn Ledger, tx: &UtxoTx) -> Result<Option<Mix>, ReadError> {
    match alone(ledger, tx)? {
        Verdict::PLAIN => Ok(None),
        Verdict::Mix(mix) if matches!(mix.class, MixClass::Whirlpool | MixClass::Tx0) => {
            Ok(Some(mix))
        }
        first => Ok(links::weigh(ledger, tx, first)?.mix()),
    }
}

/// What a transaction of a ledger is taken for.
///
/// # Errors
///
/// When the ledger is damaged where it is read.
pub fn verdict(ledger: &dyn Ledger, tx: &UtxoTx) -> Result<Verdict, ReadError> {
    let first = alone(ledger, tx)?;
    if first == Verdict::PLAIN {
        return Ok(first);
    }
    Ok(links::weigh(ledger, tx, first)?.by_definition())
}

/// What a transaction is taken for by its own legs.
pub(crate) fn alone(ledger: &dyn Ledger, tx: &UtxoTx) -> Result<Verdict, ReadError> {
    if !may_mix(tx.inputs.len(), tx.outputs.len()) {
        return Ok(Verdict::PLAIN);
    }
    let (Some(taken), Some(paid)) = (amounts(&tx.inputs), amounts(&tx.outputs)) else {
        return Ok(Verdict::PLAIN);
    };
    if !may_mix_amounts(taken.len(), &paid) {
        return Ok(Verdict::PLAIN);
    }
    let (payers, payees) = (holders(ledger, &tx.inputs)?, holders(ledger, &tx.outputs)?);
    Ok(by_shape(&legs(&taken, &payers), &legs(&paid, &payees)))
}

/// The amounts of legs, unless one is beyond 64 bits: there are not that many satoshi.
fn amounts(legs: &[UtxoLeg]) -> Option<Vec<u64>> {
    legs.iter().map(|leg| u64::try_from(leg.amount.to_u256()).ok()).collect()
}

fn holders(ledger: &dyn Ledger, legs: &[UtxoLeg]) -> Result<Vec<Option<Account>>, ReadError> {
    let read = |holder: AccountIx| ledger.account(holder);
    legs.iter().map(|leg| leg.holder.map(read).transpose()).collect()
}

fn legs<'a>(amounts: &[u64], holders: &'a [Option<Account>]) -> Vec<Leg<'a>> {
    let legs = amounts.iter().zip(holders);
    legs.map(|(amount, holder)| Leg { amount: *amount, holder: holder.as_ref().and_then(name) })
        .collect()
}

fn name(account: &Account) -> Option<Holder<'_>> {
    match account.address() {
        Address::Script(script) => Some(Holder::Script(script)),
        Address::Other(text) => Some(Holder::Name(text)),
        _ => None,
    }
}
