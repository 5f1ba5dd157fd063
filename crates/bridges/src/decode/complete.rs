//! What a protocol does not say of a leg, and the movements of its transaction do.
//!
//! Several events name no token (an OFT), no amount (a payout before fees), or nothing but the
//! id (the state that Polygon synchronises). What moved in the same transaction tells it, where
//! only one movement fits: to the receiver of a payout, from the payer of a deposit. Where two
//! fit with different values, the leg stays as it is.
//!
//! Bridges that hold a wrapped native asset name the wrapper and pay the native asset to whoever
//! is no contract: where the receiver got that and not the wrapper, the leg is of that.

use std::collections::BTreeMap;

use hawkshaw_model::{Account, Amount, AssetId, ChainId, TxHash};

use super::networks;
use crate::leg::{Leg, Side};

/// A movement of a transaction of an account chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// What moved.
    pub asset: AssetId,
    /// How much of it.
    pub amount: Amount,
    /// Who paid; `None` where it was made.
    pub from: Option<Account>,
    /// Who got it; `None` where it was destroyed.
    pub to: Option<Account>,
}

/// How many movements of a transaction are looked at for a leg.
const MOVEMENTS_MAX: usize = 1_000;

/// Fills in asset, amount, receiver and keeper of legs that lack them from the movements of their
/// transactions, which are asked for once each. A payout that names no receiver is taken to pay
/// whom the deposit of the same id names. Returns how many legs were completed.
pub fn complete<E>(
    legs: &mut [Leg],
    mut movements: impl FnMut(&ChainId, TxHash) -> Result<Vec<Movement>, E>,
) -> Result<usize, E> {
    let deposits = named(legs);
    let mut lacking: BTreeMap<(ChainId, TxHash), Vec<usize>> = BTreeMap::new();
    for (at, leg) in legs.iter().enumerate().filter(|(_, leg)| lacks(leg) || wraps(leg)) {
        lacking.entry((leg.chain.clone(), leg.tx)).or_default().push(at);
    }
    let mut completed = 0;
    for ((chain, tx), ats) in lacking {
        let mut moved = movements(&chain, tx)?;
        moved.truncate(MOVEMENTS_MAX);
        for at in ats {
            let Some(leg) = legs.get_mut(at) else { continue };
            let asked = match (leg.side, &leg.id) {
                (Side::Payout, Some(id)) => deposits.get(&(leg.bridge.to_string(), id.clone())),
                _ => None,
            };
            let done = match leg.side {
                _ if !lacks(leg) => unwrapped(leg, &moved),
                Side::Deposit => paid_in(leg, &moved),
                Side::Payout | Side::Refund => paid_out(leg, asked, &moved),
            };
            completed += usize::from(done);
        }
    }
    Ok(completed)
}

/// What a deposit says of the other side.
#[derive(Debug, Clone)]
struct Asked {
    receiver: Option<String>,
    amount: Option<Amount>,
}

/// What deposits ask for, by protocol and id; an id that two deposits have asks for nothing.
fn named(legs: &[Leg]) -> BTreeMap<(String, String), Asked> {
    let mut named: BTreeMap<(String, String), Option<Asked>> = BTreeMap::new();
    for leg in legs.iter().filter(|leg| leg.side == Side::Deposit) {
        let Some(id) = leg.id.clone() else { continue };
        let asked = Asked { receiver: leg.receiver.clone(), amount: leg.far_amount };
        named
            .entry((leg.bridge.to_string(), id))
            .and_modify(|known| *known = None)
            .or_insert(Some(asked));
    }
    named.into_iter().filter_map(|(key, asked)| Some((key, asked?))).collect()
}

fn lacks(leg: &Leg) -> bool {
    leg.asset.is_none() || leg.amount.is_none()
}

/// Whether a payout is of the wrapper of the native asset.
fn wraps(leg: &Leg) -> bool {
    let wrapper =
        networks::wrapper(&leg.chain).and_then(|token| networks::asset(&leg.chain, token));
    leg.side != Side::Deposit && wrapper.is_some() && leg.asset == wrapper
}

/// A payout of the wrapper that came as the native asset.
fn unwrapped(leg: &mut Leg, moved: &[Movement]) -> bool {
    let Some(native) = networks::native(&leg.chain) else { return false };
    let gets = |asset: Option<&AssetId>| {
        moved.iter().any(|movement| {
            let to = movement.to.as_ref().map(Account::address_in_files);
            Some(&movement.asset) == asset
                && Some(movement.amount) == leg.amount
                && to.is_some()
                && to == leg.receiver
        })
    };
    let came_unwrapped = !gets(leg.asset.as_ref()) && gets(Some(&native));
    if came_unwrapped {
        leg.asset = Some(native);
    }
    came_unwrapped
}

/// Whether a movement is of what the leg says that it is.
fn agrees(leg: &Leg, moved: &Movement) -> bool {
    leg.asset.as_ref().is_none_or(|asset| *asset == moved.asset)
        && leg.amount.is_none_or(|amount| amount == moved.amount)
        && !moved.amount.is_zero()
}

/// The only asset and amount of movements; several of the same are one.
fn only<'a>(moved: impl Iterator<Item = &'a Movement>) -> Option<&'a Movement> {
    let mut only: Option<&Movement> = None;
    for movement in moved {
        match only {
            Some(known) if (&known.asset, known.amount) != (&movement.asset, movement.amount) => {
                return None;
            }
            _ => only = Some(movement),
        }
    }
    only
}

/// A deposit: what goes to the keeper or the contract, else what its payer gives up or has
/// destroyed.
fn paid_in(leg: &mut Leg, moved: &[Movement]) -> bool {
    let fits = || moved.iter().filter(|movement| agrees(leg, movement));
    let keeper = leg.custody.as_ref().or(leg.emitter.as_ref());
    let kept = only(fits().filter(|movement| keeper.is_some() && movement.to.as_ref() == keeper));
    let given =
        || only(fits().filter(|movement| leg.payer.is_some() && movement.from == leg.payer));
    let Some(found) = kept.or_else(given).cloned() else { return false };
    let is_burned = found.to.as_ref().is_none_or(|to| to.address().is_burn());
    if leg.custody.is_none() && !is_burned {
        leg.custody = found.to;
    }
    (leg.asset, leg.amount) = (Some(found.asset), Some(found.amount));
    true
}

/// A payout or a refund: what the receiver gets; from the bridge or newly made, where several
/// things come to him.
fn paid_out(leg: &mut Leg, asked: Option<&Asked>, moved: &[Movement]) -> bool {
    let receiver = leg.receiver.clone().or_else(|| asked.and_then(|asked| asked.receiver.clone()));
    let Some(receiver) = receiver else { return false };
    let gets = |movement: &&Movement| {
        let to = movement.to.as_ref().map(Account::address_in_files);
        to.as_deref() == Some(&receiver) && agrees(leg, movement)
    };
    let of_bridge = |movement: &&Movement| {
        let from = movement.from.as_ref();
        from.is_none_or(|from| from.address().is_burn())
            || from == leg.emitter.as_ref()
            || from == leg.payer.as_ref()
    };
    let as_asked =
        |movement: &&Movement| asked.and_then(|asked| asked.amount) == Some(movement.amount);
    let fits = || moved.iter().filter(gets);
    let found = only(fits())
        .or_else(|| only(fits().filter(as_asked)))
        .or_else(|| only(fits().filter(of_bridge)));
    let Some(found) = found.cloned() else { return false };
    leg.payer = leg.payer.take().or(found.from);
    (leg.asset, leg.amount) = (Some(found.asset), Some(found.amount));
    leg.receiver = Some(receiver);
    true
}
