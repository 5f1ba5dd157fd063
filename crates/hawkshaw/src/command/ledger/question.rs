//! What is asked of a store: which accounts, which stretch of the chain.

use std::ops::Range;

use anyhow::anyhow;
use hawkshaw_ledger::store::Snapshot;
use hawkshaw_model::{Account, AccountIx, ChainId, Ledger as _, Printable, TxIx};
use hawkshaw_report::ledger::coverage_text;
use serde_json::Value;

use crate::cli::ledger::{AccountArguments, Moment, RangeArguments};
use crate::exit::Failure;
use crate::store;

/// Indices from here on stand for places that no file gives: they only keep an order.
const INDEX_UNKNOWN: u32 = 1 << 31;

/// The index of a transaction in its block, or of a movement in its transaction, where a file
/// gave it.
pub(super) fn given_index(index: u32) -> Option<u32> {
    (index < INDEX_UNKNOWN).then_some(index)
}

/// An account that a store knows.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Its number.
    pub(super) number: AccountIx,
    /// The account.
    pub(super) account: Account,
    /// The place of its chain in the store.
    pub(super) chain: usize,
}

/// What an address can mean.
#[derive(Debug, Clone, Default)]
pub(super) struct Meant {
    /// The accounts that the store knows: on every chain where the address occurs.
    pub(super) found: Vec<Found>,
    /// Those that it does not know, with the place of their chain, if the store has it.
    pub(super) unknown: Vec<(Account, Option<usize>)>,
}

/// The accounts of a store that an address can mean.
pub(super) fn accounts(
    snapshot: &Snapshot,
    arguments: &AccountArguments,
) -> Result<Meant, Failure> {
    let text = arguments.address.trim();
    let exact = text.parse::<Account>().ok();
    let mut meant = Meant::default();
    let mut reasons = Vec::new();
    let mut is_address = exact.is_some();
    for (place, chain) in snapshot.chains().iter().enumerate() {
        if !is_wanted(&chain.id, arguments.chain.as_ref()) {
            continue;
        }
        let account = match &exact {
            Some(exact) if *exact.chain() == chain.id => exact.clone(),
            Some(_) => continue,
            None => match Account::parse(&chain.id, text) {
                Ok(account) => account,
                Err(error) => {
                    reasons.push(error.to_string());
                    continue;
                }
            },
        };
        is_address = true;
        let number = snapshot.find_account(&account).map_err(Failure::bad_data)?;
        match number {
            Some(number) => meant.found.push(Found { number, account, chain: place }),
            None => meant.unknown.push((account, Some(place))),
        }
    }
    if is_address {
        if meant.found.is_empty() && meant.unknown.is_empty() {
            meant.unknown.extend(exact.map(|account| (account, None)));
        }
        return Ok(meant);
    }
    if reasons.is_empty() {
        return Err(no_chain(snapshot, arguments.chain.as_ref()));
    }
    Err(Failure::Usage(anyhow!("{}", reasons.join("\n"))))
}

/// Whether a chain is asked for.
pub(super) fn is_wanted(chain: &ChainId, only: Option<&ChainId>) -> bool {
    only.is_none_or(|only| only == chain)
}

/// There is nothing of the chain that is asked for.
pub(super) fn no_chain(snapshot: &Snapshot, chain: Option<&ChainId>) -> Failure {
    let held: Vec<&str> = snapshot.chains().iter().map(|chain| chain.id.as_str()).collect();
    let held = if held.is_empty() { "nothing".to_owned() } else { held.join(", ") };
    Failure::Usage(match chain {
        Some(chain) => anyhow!("the store holds nothing of {chain}: it holds {held}"),
        None => anyhow!("the store holds nothing yet: add files with `hawkshaw ledger import`"),
    })
}

/// Refuses a range that ends before it begins.
pub(super) fn check(range: RangeArguments) -> Result<(), Failure> {
    let is_reversed = match (range.from, range.to) {
        (Some(Moment::Height(from)), Some(Moment::Height(to))) => from > to,
        (Some(Moment::Time(from)), Some(Moment::Time(to))) => from > to,
        _ => false,
    };
    if is_reversed { Err(reversed()) } else { Ok(()) }
}

fn reversed() -> Failure {
    Failure::Usage(anyhow!("the range ends before it begins: --from is after --to"))
}

/// The transactions of a chain in a range of heights or times.
pub(super) fn txs(
    snapshot: &Snapshot,
    chain: usize,
    range: RangeArguments,
) -> Result<Range<TxIx>, Failure> {
    check(range)?;
    let all = &snapshot.chains()[chain].txs;
    let from = match range.from {
        Some(moment) => first_from(snapshot, chain, moment)?,
        None => TxIx(all.start),
    };
    let to = match range.to {
        Some(moment) => first_from(snapshot, chain, moment)?,
        None => TxIx(all.end),
    };
    if from > to {
        return Err(reversed());
    }
    Ok(from..to)
}

/// The transactions of a chain up to and with a moment.
pub(super) fn txs_through(
    snapshot: &Snapshot,
    chain: usize,
    at: Option<Moment>,
) -> Result<Range<TxIx>, Failure> {
    let all = &snapshot.chains()[chain].txs;
    let end = match at.and_then(Moment::next) {
        None => TxIx(all.end),
        Some(next) => first_from(snapshot, chain, next)?,
    };
    Ok(TxIx(all.start)..end)
}

/// The first transaction of a chain from a moment on.
pub(super) fn first_from(
    snapshot: &Snapshot,
    chain: usize,
    moment: Moment,
) -> Result<TxIx, Failure> {
    let first = match moment {
        Moment::Height(height) => snapshot.first_from_height(chain, height),
        Moment::Time(time) => snapshot.first_from_time(chain, time),
    };
    first.map_err(Failure::bad_data)
}

/// What to say of an address that the store does not know.
pub(super) fn unknown(snapshot: &Snapshot, address: &str) -> String {
    let mut text = format!(
        "{} is not in this store. That says nothing about the address: it may be used where the \
         store has no data.\n",
        Printable(address)
    );
    for (place, chain) in snapshot.chains().iter().enumerate() {
        let covered = coverage_text(&chain.id, snapshot.covered(place), chain.times);
        text.push_str(&format!("The store covers {covered}.\n"));
    }
    text + &lacks_text(snapshot)
}

/// What the sources of the blocks left out, as lines of text.
pub(super) fn lacks_text(snapshot: &Snapshot) -> String {
    store::lacks(snapshot).into_iter().map(|text| text + "\n").collect()
}

/// An answer as JSON, which says what the sources of the blocks left out.
pub(super) fn with_lacks(snapshot: &Snapshot, mut answer: Value) -> Value {
    if let Some(object) = answer.as_object_mut() {
        object.insert("lacks".to_owned(), Value::from(store::lacks(snapshot)));
    }
    answer
}
