//! The rows that the matcher works on, with every text as a number.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use alloy_primitives::U256;
use hawkshaw_model::AssetId;
use rustc_hash::FxHasher;

use super::names::Names;
use super::receiver::receiver_key;
use crate::leg::{Leg, Side};

/// One side of a passage. The number 0 means that the row does not say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) bridge: u32,
    pub(crate) id: u32,
    pub(crate) chain: u32,
    pub(crate) asset: u32,
    pub(crate) receiver: u32,
    pub(crate) amount: Option<U256>,
    pub(crate) time: i64,
    /// The chain and the transaction, hashed: to put rows of one second in an order that does
    /// not rest on the order of files.
    pub(crate) tx: u64,
    pub(crate) event: u64,
    pub(crate) far_chain: u32,
    pub(crate) far_asset: u32,
    pub(crate) far_amount: Option<U256>,
    pub(crate) refund: bool,
}

impl Entry {
    /// What rows are put in order by: time, and within a second something that every order of
    /// rows agrees on.
    pub(crate) fn order(&self) -> (i64, u64, u64) {
        (self.time, self.tx, self.event)
    }
}

/// Both sides.
#[derive(Debug, Clone, Default)]
pub(crate) struct Book {
    pub(crate) names: Names,
    pub(crate) deposits: Vec<Entry>,
    pub(crate) payouts: Vec<Entry>,
}

impl Book {
    /// The rows of legs. A deposit among the payouts, or the other way round, is taken for what
    /// the caller says that it is.
    pub(crate) fn of_legs(deposits: &[&Leg], payouts: &[&Leg]) -> Self {
        let mut book = Self::default();
        book.deposits = deposits.iter().map(|leg| entry(leg, &mut book.names)).collect();
        book.payouts = payouts.iter().map(|leg| entry(leg, &mut book.names)).collect();
        book
    }
}

fn entry(leg: &Leg, names: &mut Names) -> Entry {
    let mut number = |text: Option<&str>| text.map_or(0, |text| names.number(text));
    Entry {
        bridge: number(Some(&leg.bridge.trim().to_lowercase())),
        id: number(leg.id.as_deref().map(id_key).as_deref()),
        chain: number(Some(leg.chain.as_str())),
        asset: number(leg.asset.as_ref().map(AssetId::as_str)),
        receiver: number(leg.receiver.as_deref().map(receiver_key).as_deref()),
        amount: leg.amount.map(hawkshaw_model::Amount::to_u256),
        time: leg.time.to_unix(),
        tx: hashed(leg.chain.as_str(), leg.tx.as_bytes()),
        event: u64::from(leg.event),
        far_chain: number(leg.far_chain.as_ref().map(hawkshaw_model::ChainId::as_str)),
        far_asset: number(leg.far_asset.as_ref().map(AssetId::as_str)),
        far_amount: leg.far_amount.map(hawkshaw_model::Amount::to_u256),
        refund: leg.side == Side::Refund,
    }
}

/// Digits from which on hex without a prefix is taken for a hash.
const HASH_DIGITS_MIN: usize = 32;

/// One form for an identifier: hashes and numbers in hex are lower case.
pub(crate) fn id_key(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    let is_hash = digits.is_some() || text.len() >= HASH_DIGITS_MIN;
    if is_hash && digits.unwrap_or(text).bytes().all(|b| b.is_ascii_hexdigit()) {
        return Cow::Owned(text.to_ascii_lowercase());
    }
    Cow::Borrowed(text)
}

/// A number for a transaction of a chain, the same on every run.
pub(crate) fn hashed(chain: &str, tx: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    (chain, tx).hash(&mut hasher);
    hasher.finish()
}
