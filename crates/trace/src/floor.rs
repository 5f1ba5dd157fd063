//! The order of terminals, and the reporting floor.
//!
//! The floor changes no taint: everything is followed exactly, and terminals that stay below
//! it under every policy are summed into one row for each asset that they hold.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use alloy_primitives::{U256, U512};
use hawkshaw_model::{Amount, AssetId, Fraction, Policy, TerminalKind};

use crate::assemble::{Draft, place_key};
use crate::result::{StolenAsset, Terminal};

/// Sorts terminals: the largest share of what was stolen first.
pub(crate) fn sort(drafts: &mut [Draft], stolen: &[StolenAsset]) {
    drafts.sort_by_cached_key(|draft| {
        let terminal = &draft.terminal;
        let account = terminal.account.as_ref().map(ToString::to_string);
        let output = terminal.output.as_ref().map(ToString::to_string);
        (
            Reverse(share(terminal, stolen)),
            terminal.kind.clone(),
            account,
            output,
            terminal.asset.clone(),
            terminal.actor.clone(),
        )
    });
}

/// The largest part of any stolen asset that a terminal has under any policy, in parts of
/// 2^128.
fn share(terminal: &Terminal, stolen: &[StolenAsset]) -> U512 {
    let shares = terminal.origins.iter().flatten().flat_map(|origins| {
        origins.iter().zip(stolen).map(|(part, stolen)| {
            let part = U512::from(part.to_u256()) << 128;
            part / U512::from(stolen.amount.to_u256().max(U256::ONE))
        })
    });
    shares.max().unwrap_or_default()
}

/// Sums up what is below the floor. Gives the rows, and in which row each place is.
pub(crate) fn apply(
    drafts: Vec<Draft>,
    stolen: &[StolenAsset],
    policies: impl Iterator<Item = Policy>,
    floor: Fraction,
) -> (Vec<Draft>, BTreeMap<u64, usize>) {
    let conserving = policies.into_iter().any(Policy::is_conserving);
    let is_below = |terminal: &Terminal| {
        conserving
            && terminal.origins.iter().flatten().all(|origins| {
                let mut pairs = origins.iter().zip(stolen);
                pairs.all(|(part, stolen)| floor.exceeds(*part, stolen.amount))
            })
    };
    let mut rows = BTreeMap::new();
    let mut kept: Vec<Draft> = Vec::new();
    let mut below: BTreeMap<AssetId, (Terminal, u64, Vec<u64>)> = BTreeMap::new();
    for draft in drafts {
        let key = place_key(draft.place);
        if is_below(&draft.terminal) {
            let asset = draft.terminal.asset.clone();
            let (sum, count, keys) =
                below.entry(asset).or_insert_with(|| (empty(&draft.terminal), 0, Vec::new()));
            add(sum, &draft.terminal);
            *count += 1;
            keys.extend(key);
        } else {
            rows.extend(key.map(|key| (key, kept.len())));
            kept.push(draft);
        }
    }
    for (mut terminal, count, keys) in below.into_values() {
        terminal.summed = Some(count);
        rows.extend(keys.into_iter().map(|key| (key, kept.len())));
        kept.push(Draft { place: crate::program::Place::CLEAN, terminal });
    }
    (kept, rows)
}

/// A row like this one for the sum of many, with nothing in it.
fn empty(like: &Terminal) -> Terminal {
    Terminal {
        kind: TerminalKind::BelowFloor,
        actor: None,
        account: None,
        output: None,
        amounts: vec![Amount::ZERO; like.amounts.len()],
        origins: like
            .origins
            .iter()
            .map(|origins| origins.as_ref().map(|origins| vec![Amount::ZERO; origins.len()]))
            .collect(),
        bounds: vec![None; like.bounds.len()],
        transfers: 0,
        ..like.clone()
    }
}

fn add(sum: &mut Terminal, part: &Terminal) {
    for (sum, part) in sum.amounts.iter_mut().zip(&part.amounts) {
        add_amount(sum, *part);
    }
    for (sums, parts) in sum.origins.iter_mut().flatten().zip(part.origins.iter().flatten()) {
        for (sum, part) in sums.iter_mut().zip(parts) {
            add_amount(sum, *part);
        }
    }
    sum.first_time = sum.first_time.min(part.first_time);
    sum.last_time = sum.last_time.max(part.last_time);
    sum.transfers += part.transfers;
}

/// Sums of poison may pass 256 bits where nothing else can: they stay at the largest number.
fn add_amount(sum: &mut Amount, part: Amount) {
    *sum = sum.checked_add(part).unwrap_or(Amount::from_u256(U256::MAX));
}
