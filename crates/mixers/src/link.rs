//! The published rules that link single withdrawals to depositors, where event files say enough.
//!
//! - *Address match* (H1): the recipient is the depositor, and took out after putting in.
//! - *Unique gas price* (H2): a gas price that exactly one deposit of the pool paid, and later
//!   exactly one address that withdrew without a relayer.
//! - *Several denominations* (H4): in a week an address takes out of two pools or more exactly as
//!   many notes of each as exactly one depositor had put in during a week before.
//!
//! Conditions are those of Tutela (Wu et al., "Tutela: an open-source tool for assessing
//! user-privacy on Ethereum and Tornado Cash", 2022, section 4) and Béres et al. ("Blockchain is
//! watching you", 2021). The third of the series, three transfers between the two addresses
//! outside the mixer, cannot be seen in the events of a pool and is not applied.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256, address};

use crate::Pool;

/// Contracts that stand between people and pools: the router and the two proxies before it
/// on Ethereum (listed with these addresses by OFAC, 2022-08-08 and 2022-11-08).
const ROUTERS: [Address; 3] = [
    address!("d90e2f925da726b50c4ed8d0fb90ad053324f31b"),
    address!("722122df12d4e14e13ac3b6895a86e84145b6967"),
    address!("905b63fff465b9ffbf41dea908ceb12478ec7601"),
];

/// The longest time over which notes of several pools count as taken or put together.
const TOGETHER: i64 = 7 * 86_400;
/// Withdrawals that a portfolio has at least.
const PORTFOLIO_MIN: u32 = 2;

/// Whether an address is a router, behind which somebody else stands.
pub(crate) fn is_router(address: &Address) -> bool {
    address.is_zero() || ROUTERS.contains(address)
}

/// Recipient and depositor that a rule links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    pub(crate) recipient: Address,
    pub(crate) depositor: Address,
}

/// H1: recipients that are depositors. A deposit after which the depositor withdrew is enough.
pub(crate) fn same_address(pool: &Pool, depositors: &BTreeMap<Address, i64>) -> BTreeSet<Link> {
    let mut first = depositors.clone();
    for deposit in &pool.deposits {
        if let Some(depositor) = deposit.depositor {
            let time = first.entry(depositor).or_insert(deposit.time);
            *time = deposit.time.min(*time);
        }
    }
    pool.withdrawals
        .iter()
        .filter(|w| first.get(&w.recipient).is_some_and(|time| *time < w.time))
        .map(|w| Link { recipient: w.recipient, depositor: w.recipient })
        .collect()
}

/// H2: deposits and later withdrawals without a relayer that paid the same gas price and that
/// nobody else paid.
pub(crate) fn unique_gas_price(pool: &Pool) -> BTreeSet<Link> {
    let mut deposits: BTreeMap<U256, Vec<(i64, Address)>> = BTreeMap::new();
    for deposit in &pool.deposits {
        if let Some(price) = deposit.gas_price {
            let who = deposit.depositor.unwrap_or_default();
            deposits.entry(price).or_default().push((deposit.time, who));
        }
    }
    let mut withdrawals: BTreeMap<U256, Vec<(i64, Address)>> = BTreeMap::new();
    for withdrawal in pool.withdrawals.iter().filter(|w| !w.is_relayed()) {
        if let Some(price) = withdrawal.gas_price {
            withdrawals.entry(price).or_default().push((withdrawal.time, withdrawal.recipient));
        }
    }
    let mut links = BTreeSet::new();
    for (price, own) in &deposits {
        let (&[(put, depositor)], Some(&[(taken, recipient)])) =
            (own.as_slice(), withdrawals.get(price).map(Vec::as_slice))
        else {
            continue;
        };
        if put < taken && !depositor.is_zero() {
            links.insert(Link { recipient, depositor });
        }
    }
    links
}

/// What an address put into or took out of each pool, and from when to when.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Portfolio {
    notes: Vec<u32>,
    first: i64,
    last: i64,
}

impl Portfolio {
    fn is_telling(&self) -> bool {
        self.notes.iter().filter(|notes| **notes > 0).count() > 1
            && self.notes.iter().sum::<u32>() >= PORTFOLIO_MIN
            && self.last - self.first <= TOGETHER
    }
}

fn portfolios(
    pools: usize,
    events: impl Iterator<Item = (usize, Address, i64)>,
) -> BTreeMap<Address, Portfolio> {
    let mut found: BTreeMap<Address, Portfolio> = BTreeMap::new();
    for (pool, who, time) in events {
        let portfolio = found.entry(who).or_insert_with(|| Portfolio {
            notes: vec![0; pools],
            first: time,
            last: time,
        });
        portfolio.notes[pool] += 1;
        portfolio.first = portfolio.first.min(time);
        portfolio.last = portfolio.last.max(time);
    }
    found
}

/// H4: the notes that an address took out of several pools are those that exactly one depositor
/// had put in.
pub(crate) fn several_denominations(pools: &[&Pool]) -> BTreeSet<Link> {
    let puts = pools.iter().enumerate().flat_map(|(at, pool)| {
        pool.deposits.iter().filter_map(move |d| Some((at, d.depositor?, d.time)))
    });
    let takes = pools
        .iter()
        .enumerate()
        .flat_map(|(at, pool)| pool.withdrawals.iter().map(move |w| (at, w.recipient, w.time)));
    let mut by_notes: BTreeMap<Vec<u32>, Vec<(Address, Portfolio)>> = BTreeMap::new();
    for (who, portfolio) in portfolios(pools.len(), puts) {
        if portfolio.is_telling() {
            by_notes.entry(portfolio.notes.clone()).or_default().push((who, portfolio));
        }
    }
    let mut links = BTreeSet::new();
    for (recipient, taken) in portfolios(pools.len(), takes) {
        let Some(own) = by_notes.get(&taken.notes).filter(|_| taken.is_telling()) else {
            continue;
        };
        let mut before = own.iter().filter(|(_, put)| put.last < taken.first);
        if let (Some((depositor, _)), None) = (before.next(), before.next()) {
            links.insert(Link { recipient, depositor: *depositor });
        }
    }
    links
}
