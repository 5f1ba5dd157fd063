//! What all detectors share: the movements that are looked at, by account, built once.

use hawkshaw_model::{Account, AssetId};

use super::moves::{self, Form, Lying, Move, Moves, Swap};
use super::settings::PatternSettings;
use super::share::millionths;
use super::words;
use crate::result::{Terminal, Trace};

/// The movements of a trace that are large enough, and where they are.
#[derive(Debug)]
pub(super) struct Index<'a> {
    pub(super) trace: &'a Trace,
    pub(super) settings: &'a PatternSettings,
    pub(super) accounts: Vec<&'a Account>,
    pub(super) assets: Vec<&'a AssetId>,
    /// In the order of the replay.
    pub(super) moves: Vec<Move>,
    pub(super) swaps: Vec<Swap>,
    /// Stolen transfers: the edge, and the asset.
    pub(super) thefts: Vec<(usize, usize)>,
    /// Outputs that held stolen value, in the order of the replay.
    pub(super) lying: Vec<Lying>,
    /// How many movements are too small to be looked at.
    pub(super) small: usize,
    /// The moves that each account paid, respectively was paid, in their order.
    outs: Lists,
    ins: Lists,
}

impl<'a> Index<'a> {
    /// Reads a trace.
    pub(super) fn new(trace: &'a Trace, settings: &'a PatternSettings) -> Self {
        let Moves { accounts, assets, mut moves, swaps, thefts, mut lying, .. } =
            Moves::read(trace);
        let all = moves.len();
        let least = millionths(settings.movement_min_ppm).max(1);
        moves.retain(|found| found.parts >= least);
        let small = all - moves.len();
        lying.retain(|found| found.parts >= least);
        let outs = Lists::new(accounts.len(), moves.iter().map(|found| found.from));
        let ins = Lists::new(accounts.len(), moves.iter().map(|found| found.to));
        Self { trace, settings, accounts, assets, moves, swaps, thefts, lying, small, outs, ins }
    }

    /// The least parts of the theft that take part in a pattern.
    pub(super) fn least(&self) -> u128 {
        u128::from(millionths(self.settings.pattern_min_ppm).max(1))
    }

    /// What an account paid, in the order of the replay.
    pub(super) fn paid_by(&self, account: usize) -> &[usize] {
        self.outs.of(account)
    }

    /// What an account was paid, in the order of the replay.
    pub(super) fn paid_to(&self, account: usize) -> &[usize] {
        self.ins.of(account)
    }

    /// What some movements stand for.
    pub(super) fn parts(&self, moves: &[usize]) -> u128 {
        moves.iter().map(|index| u128::from(self.moves[*index].parts)).sum()
    }

    /// The edges that show some movements.
    pub(super) fn edges(&self, moves: &[usize]) -> Vec<usize> {
        let moves = moves.iter().map(|index| &self.moves[*index]);
        moves.flat_map(|found| [found.edge, found.arrival]).collect()
    }

    /// Parts of the theft in a sentence: `12.35 % of the theft`.
    pub(super) fn theft(&self, parts: u128) -> String {
        words::theft(parts, self.trace.stolen.len())
    }

    /// What an edge is.
    pub(super) fn form(&self, edge: usize) -> Form<'a> {
        moves::form(&self.trace.edges[edge])
    }

    /// The terminal that a movement ended in.
    pub(super) fn terminal(&self, found: &Move) -> Option<&'a Terminal> {
        found.terminal.and_then(|index| self.trace.terminals.get(index))
    }

    /// When an edge was.
    pub(super) fn time(&self, edge: usize) -> i64 {
        self.trace.edges[edge].time.to_unix()
    }

    /// Seconds from the first to the last of some edges.
    pub(super) fn seconds(&self, edges: &[usize]) -> u64 {
        let times = || edges.iter().map(|edge| self.trace.edges[*edge].time.to_unix());
        words::seconds(times().min().unwrap_or(0), times().max().unwrap_or(0))
    }

    /// How many different accounts are on one side of some movements.
    pub(super) fn distinct(&self, moves: &[usize], side: Side) -> usize {
        let mut others: Vec<usize> =
            moves.iter().filter_map(|index| side.of(&self.moves[*index])).collect();
        others.sort_unstable();
        others.dedup();
        others.len()
    }
}

/// A side of a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Who paid.
    Payer,
    /// Who was paid.
    Payee,
}

impl Side {
    /// Who is on this side.
    pub(super) fn of(self, found: &Move) -> Option<usize> {
        match self {
            Self::Payer => found.from,
            Self::Payee => found.to,
        }
    }
}

/// Lists of numbers, one for each account, one behind the other.
#[derive(Debug)]
struct Lists {
    starts: Vec<usize>,
    items: Vec<usize>,
}

impl Lists {
    /// The places of the keys, by key.
    fn new(lists: usize, keys: impl Iterator<Item = Option<usize>> + Clone) -> Self {
        let mut starts = vec![0; lists + 1];
        for key in keys.clone().flatten() {
            starts[key + 1] += 1;
        }
        for list in 0..lists {
            starts[list + 1] += starts[list];
        }
        let mut next = starts.clone();
        let mut items = vec![0; starts[lists]];
        for (place, key) in keys.enumerate() {
            if let Some(key) = key {
                items[next[key]] = place;
                next[key] += 1;
            }
        }
        Self { starts, items }
    }

    fn of(&self, list: usize) -> &[usize] {
        &self.items[self.starts[list]..self.starts[list + 1]]
    }
}
