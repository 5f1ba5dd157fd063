//! Bridges of which only a tag is known: whoever pays such an account on one chain and is paid
//! by one of the same actor on another is taken to have crossed, where only that fits.

use std::borrow::Cow;
use std::collections::BTreeSet;

use hawkshaw_attribution::TagIndex;
use hawkshaw_bridges::{Leg, Side, Trust};
use hawkshaw_model::{
    Account, AccountIx, Address, ChainId, Ledger, LedgerKind, Posting, ReadError, TerminalKind,
    TxHash, TxIx,
};

/// Movements of tagged bridges that are looked at; beyond, none of that account are.
const MOVEMENTS_MAX: u64 = 200_000;

/// What tagged bridges were paid and paid, and how many of them move too much to be matched.
/// Transactions that a decoder understood are left out.
pub(super) fn legs(
    ledger: &dyn Ledger,
    tags: &TagIndex,
    understood: &BTreeSet<(ChainId, TxHash)>,
) -> Result<(Vec<Leg>, u64), ReadError> {
    let mut legs = Vec::new();
    let mut busy = 0;
    let mut accounts: Vec<&Account> = tags.accounts().collect();
    accounts.sort();
    for account in accounts {
        let Some(stop) = tags.stop(account) else { continue };
        let (TerminalKind::Bridge, Some(actor), Address::Evm(_)) =
            (&stop.kind, &stop.actor, account.address())
        else {
            continue;
        };
        let Some(number) = ledger.find_account(account)? else { continue };
        if ledger.history_txs_max(number)? > MOVEMENTS_MAX {
            busy += 1;
            continue;
        }
        let bridge = slug(actor);
        for posting in ledger.history(number, TxIx(u64::MAX)) {
            let found = leg(ledger, &bridge, number, account, &posting?)?;
            legs.extend(found.filter(|leg| !understood.contains(&(leg.chain.clone(), leg.tx))));
        }
    }
    Ok((legs, busy))
}

fn leg(
    ledger: &dyn Ledger,
    bridge: &str,
    number: AccountIx,
    account: &Account,
    posting: &Posting,
) -> Result<Option<Leg>, ReadError> {
    let Some(other) = posting.counterparty.filter(|other| *other != number && !posting.is_fee)
    else {
        return Ok(None);
    };
    let transaction = ledger.transaction(posting.tx)?;
    let (Some(tx), other) = (transaction.hash, ledger.account(other)?) else { return Ok(None) };
    if account.chain().ledger_kind() != LedgerKind::Accounts || posting.amount.is_zero() {
        return Ok(None);
    }
    let is_deposit = posting.is_credit;
    Ok(Some(Leg {
        side: if is_deposit { Side::Deposit } else { Side::Payout },
        bridge: Cow::Owned(bridge.to_owned()),
        id: None,
        chain: account.chain().clone(),
        time: transaction.time,
        tx,
        event: 0,
        asset: Some(ledger.asset(posting.asset).clone()),
        amount: Some(posting.amount),
        payer: Some(if is_deposit { other.clone() } else { account.clone() }),
        custody: is_deposit.then(|| account.clone()),
        // Whoever pays in is taken to be who is paid out: addresses of EVM chains are the same.
        receiver: Some(other.address_in_files()),
        far_chain: None,
        far_asset: None,
        far_amount: None,
        emitter: None,
        trust: Trust::Claim,
    }))
}

/// An actor as the name of a bridge.
fn slug(actor: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    actor.chars().map(plain).collect()
}
