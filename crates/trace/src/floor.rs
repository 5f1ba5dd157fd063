//! The order of terminals, and the reporting floor.
//!
//! The floor changes no taint: everything is followed exactly, and terminals that stay below
//! it under every policy are summed into one row for each asset that they hold.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use alloy_primitives::{U256, U512};
use hawkshaw_model::{Amount, AssetId, Fraction, Policy, TerminalKind};

use crate::assemble::{Draft, place_key};
use crate::program::Place;
use crate::result::{OriginAmounts, StolenAsset, Terminal};

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

/// Whether terminals stay below the floor.
#[derive(Debug, Clone)]
pub(crate) struct Floor<'a> {
    fraction: Fraction,
    stolen: &'a [StolenAsset],
    is_conserving: bool,
}

impl<'a> Floor<'a> {
    /// The floor of a trace under some policies.
    pub(crate) fn new(
        fraction: Fraction,
        stolen: &'a [StolenAsset],
        mut policies: impl Iterator<Item = Policy>,
    ) -> Self {
        Self { fraction, stolen, is_conserving: policies.any(Policy::is_conserving) }
    }

    /// Whether this, which a terminal stands for per policy, reaches the floor under any.
    pub(crate) fn is_above(&self, origins: &[Option<OriginAmounts>]) -> bool {
        !self.is_conserving
            || origins.iter().flatten().any(|origins| {
                let mut pairs = origins.iter().zip(self.stolen);
                pairs.any(|(part, stolen)| !self.fraction.exceeds(*part, stolen.amount))
            })
    }
}

/// What is below the floor: a sum for each asset that it is in.
#[derive(Debug, Default)]
pub(crate) struct Below(BTreeMap<AssetId, Sum>);

#[derive(Debug)]
struct Sum {
    terminal: Terminal,
    count: u64,
    places: Vec<u64>,
}

impl Below {
    /// Adds a terminal, of which only amounts, origins, asset and times count.
    pub(crate) fn add(&mut self, place: Place, terminal: &Terminal) {
        if !self.0.contains_key(&terminal.asset) {
            let sum = Sum { terminal: empty(terminal), count: 0, places: Vec::new() };
            self.0.insert(terminal.asset.clone(), sum);
        }
        if let Some(sum) = self.0.get_mut(&terminal.asset) {
            add(&mut sum.terminal, terminal);
            sum.count += 1;
            sum.places.extend(place_key(place));
        }
    }

    /// How many terminals are summed.
    pub(crate) fn count(&self) -> u64 {
        self.0.values().map(|sum| sum.count).sum()
    }

    /// The sums so far.
    pub(crate) fn terminals(&self) -> impl Iterator<Item = &Terminal> {
        self.0.values().map(|sum| &sum.terminal)
    }
}

/// Sums up what is below the floor, beside what was summed already. Gives the rows, and in which
/// row each place is.
pub(crate) fn apply(
    drafts: Vec<Draft>,
    mut below: Below,
    floor: &Floor<'_>,
) -> (Vec<Draft>, BTreeMap<u64, usize>) {
    let mut rows = BTreeMap::new();
    let mut kept: Vec<Draft> = Vec::new();
    for draft in drafts {
        if floor.is_above(&draft.terminal.origins) {
            rows.extend(place_key(draft.place).map(|key| (key, kept.len())));
            kept.push(draft);
        } else {
            below.add(draft.place, &draft.terminal);
        }
    }
    for Sum { mut terminal, count, places } in below.0.into_values() {
        terminal.summed = Some(count);
        rows.extend(places.into_iter().map(|key| (key, kept.len())));
        kept.push(Draft { place: Place::CLEAN, terminal });
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
