//! Value comes back to where it set out: each movement later than the one before.
//!
//! The number of circles can grow exponentially with the movements. So they are sought only among
//! large movements, within groups of accounts that can all reach each other (Tarjan, 1972), the
//! largest first, along movements that carry about the same value (compare 2SCENT, Kumar and
//! Calders, 2018), and with a budget.

mod groups;

use std::collections::BTreeMap;

use super::draft::Draft;
use super::index::Index;
use super::pattern::PatternKind;
use super::share::is_at_least;
use super::words::{after, capital, count, seconds};

/// Movements that are tried in all. It bounds memory too: each can close a circle.
const TRIES_MAX: usize = 500_000;
/// Movements that are tried behind one first movement, so that no hub takes the whole budget.
const TRIES_EACH_MAX: usize = 10_000;

/// A walk that may become a circle.
struct Search<'a> {
    index: &'a Index<'a>,
    groups: &'a [usize],
    tries: usize,
    /// By the accounts in it, the circle that carried most: the movements and what they carried.
    found: BTreeMap<Vec<usize>, (u64, Vec<usize>)>,
}

/// The circles, and whether all were sought.
pub(super) fn find(index: &Index<'_>) -> (Vec<Draft>, bool) {
    let large: Vec<usize> = (0..index.moves.len())
        .filter(|found| u128::from(index.moves[*found].parts) >= index.least())
        .collect();
    let groups = groups::groups(index, &large);
    let mut firsts: Vec<usize> =
        large.into_iter().filter(|found| groups::is_inside(index, &groups, *found)).collect();
    firsts.sort_by_key(|found| (std::cmp::Reverse(index.moves[*found].parts), *found));
    let mut search = Search { index, groups: &groups, tries: 0, found: BTreeMap::new() };
    let mut is_complete = true;
    for first in firsts {
        is_complete &= search.from(first);
        if search.tries >= TRIES_MAX {
            is_complete = false;
            break;
        }
    }
    let found = search.found.into_values();
    (found.map(|(parts, moves)| draft(index, parts, &moves)).collect(), is_complete)
}

impl<'a> Search<'a> {
    /// Walks on from a first movement, depth first. Says whether every way was tried.
    fn from(&mut self, first: usize) -> bool {
        let settings = self.index.settings;
        let mut left = TRIES_EACH_MAX;
        let mut walk = vec![first];
        // For each movement of the walk, what its payee paid later and was not tried yet.
        let mut open = vec![self.later(first)];
        while let Some(next) = open.last_mut() {
            let Some((found, rest)) = next.split_first() else {
                open.pop();
                walk.pop();
                continue;
            };
            *next = rest;
            if left == 0 {
                return false;
            }
            left -= 1;
            self.tries += 1;
            let found = *found;
            if !self.carries_on(&walk, found) {
                continue;
            }
            let moves = &self.index.moves;
            if moves[found].to == moves[first].from {
                if walk.len() + 1 >= settings.cycle_min {
                    walk.push(found);
                    self.note(&walk);
                    walk.pop();
                }
            } else if walk.len() + 1 < settings.cycle_max {
                walk.push(found);
                open.push(self.later(found));
            }
        }
        true
    }

    /// What the payee of a movement paid later.
    fn later(&self, found: usize) -> &'a [usize] {
        let payee = self.index.moves[found].to;
        let paid = payee.map_or(&[][..], |payee| self.index.paid_by(payee));
        &paid[paid.partition_point(|later| *later <= found)..]
    }

    /// Whether a movement can follow those of a walk: in time, in the group, to an account that
    /// is new or the first, and with enough of what the first one carried.
    fn carries_on(&self, walk: &[usize], found: usize) -> bool {
        let moves = &self.index.moves;
        let (first, next) = (&moves[walk[0]], &moves[found]);
        let settings = self.index.settings;
        seconds(first.time, next.time) <= settings.cycle_seconds
            && u128::from(next.parts) >= self.index.least()
            && is_at_least(u128::from(next.parts), settings.cycle_percent, u128::from(first.parts))
            && groups::is_inside(self.index, self.groups, found)
            && walk.iter().all(|known| moves[*known].to != next.to)
    }

    fn note(&mut self, walk: &[usize]) {
        let moves = &self.index.moves;
        let parts = walk.iter().map(|found| moves[*found].parts).min().unwrap_or(0);
        let mut accounts: Vec<usize> = walk.iter().filter_map(|found| moves[*found].from).collect();
        accounts.sort_unstable();
        let best = self.found.entry(accounts).or_insert((0, Vec::new()));
        if parts > best.0 {
            *best = (parts, walk.to_vec());
        }
    }
}

fn draft(index: &Index<'_>, parts: u64, moves: &[usize]) -> Draft {
    let parts = u128::from(parts);
    let edges = index.edges(moves);
    let seconds = index.seconds(&edges);
    let text = format!(
        "{} went in a circle over {} accounts and was back where it set out {}.",
        capital(&index.theft(parts)),
        moves.len(),
        after(seconds),
    );
    Draft {
        kind: PatternKind::Cycle,
        parts,
        accounts: moves.iter().filter_map(|found| index.moves[*found].from).collect(),
        numbers: vec![("accounts", count(moves.len())), ("seconds", seconds)],
        edges,
        text,
    }
}
