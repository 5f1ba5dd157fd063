//! Who first gave the addresses of a trace what pays their fees.
//!
//! An address that is made for a theft has nothing, and whoever sends its first coins knows of
//! it. That is evidence of who is behind it, and no flow of value: nothing is followed from it.

use std::collections::BTreeMap;

use hawkshaw_model::{AccountIx, Amount, AssetIx, AssetList, Ledger, ReadError, Timestamp, TxIx};

/// Addresses that are looked at.
pub(crate) const ACCOUNTS_MAX: usize = 10_000;
/// Movements that are read of an address before its first payment.
const POSTINGS_MAX: usize = 1_000;
/// The first payment comes at most so long after the funding.
const SECONDS_MAX: i64 = 7 * 24 * 60 * 60;
/// Fundings that a finding names.
pub(crate) const NAMED_MAX: usize = 10;

/// An address that was given what pays its fees.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Funding {
    pub(crate) account: AccountIx,
    pub(crate) tx: TxIx,
    pub(crate) asset: AssetIx,
    pub(crate) amount: Amount,
}

/// The fundings of addresses, by who gave them. `is_traced` says of a funder and what he gave
/// that it is in the trace already. `end` is the first transaction of the
/// chain of an account that is not looked at.
pub(crate) fn fundings(
    ledger: &dyn Ledger,
    assets: &AssetList,
    accounts: impl Iterator<Item = AccountIx>,
    is_traced: &dyn Fn(AccountIx, &Funding) -> bool,
    end: &dyn Fn(AccountIx) -> Result<TxIx, ReadError>,
) -> Result<BTreeMap<AccountIx, Vec<Funding>>, ReadError> {
    let mut found: BTreeMap<AccountIx, Vec<Funding>> = BTreeMap::new();
    for account in accounts.take(ACCOUNTS_MAX) {
        let end = end(account)?;
        if let Some((funder, funding)) = funding(ledger, assets, account, end)?
            && !is_traced(funder, &funding)
        {
            found.entry(funder).or_default().push(funding);
        }
    }
    Ok(found)
}

/// The first coins of an address, if they came before it paid anything and not long before.
fn funding(
    ledger: &dyn Ledger,
    assets: &AssetList,
    account: AccountIx,
    end: TxIx,
) -> Result<Option<(AccountIx, Funding)>, ReadError> {
    let mut first = None;
    let mut native = None;
    for posting in ledger.history(account, end).take(POSTINGS_MAX) {
        let posting = posting?;
        let asset = *match &native {
            Some(native) => native,
            None => {
                let chain = ledger.account(account)?.chain().clone();
                native.insert(ledger.native_asset(&chain))
            }
        };
        let is_native = Some(posting.asset) == asset;
        if posting.is_credit {
            let other = posting.counterparty.filter(|other| *other != account);
            if let (Some(other), None, true, false) =
                (other, &first, is_native && !posting.is_fee, posting.amount.is_zero())
            {
                let (tx, asset, amount) = (posting.tx, posting.asset, posting.amount);
                first = Some((other, Funding { account, tx, asset, amount }));
            }
            continue;
        }
        // Anybody can make a token say that it left an address; native value and fees leave none
        // that does not pay them.
        let is_payment = is_native && (posting.is_fee || !posting.amount.is_zero())
            || assets.get(ledger.asset(posting.asset)).is_some() && !posting.amount.is_zero();
        if !is_payment {
            continue;
        }
        let Some((funder, funding)) = first else { return Ok(None) };
        let time = |tx: TxIx| Ok::<Timestamp, ReadError>(ledger.transaction(tx)?.time);
        let waited = time(posting.tx)?.to_unix().saturating_sub(time(funding.tx)?.to_unix());
        let is_fees = funding.amount <= fees_max(assets, ledger, funding.asset);
        let is_funding = funding.tx < posting.tx && waited <= SECONDS_MAX && is_fees;
        return Ok(is_funding.then_some((funder, funding)));
    }
    Ok(None)
}

/// The most that is taken for what pays fees: two units of a coin that is worth much, a
/// thousand of another. Bounds of ours: the address that robbed Ronin was first given 1.06 ETH.
fn fees_max(assets: &AssetList, ledger: &dyn Ledger, native: AssetIx) -> Amount {
    let Some(info) = assets.get(ledger.asset(native)) else { return Amount::ZERO };
    let coins: u128 = if matches!(info.symbol.as_str(), "ETH" | "BNB") { 2 } else { 1_000 };
    let unit = 10_u128.checked_pow(u32::from(info.decimals));
    Amount::from(unit.and_then(|unit| unit.checked_mul(coins)).unwrap_or(0))
}
