//! The movements of a trace as payments between accounts.
//!
//! A market that only passes value on is no party, and neither is a bridge whose far side is
//! followed: who paid it paid whoever it paid. On a UTXO
//! chain a transaction with one payer, or with one payee, is payments between holders; of others
//! nobody can say who paid whom, so that their payers pay, and their payees are paid by, nobody.

mod bridge;
mod market;
mod outputs;

use std::ops::Range;

use alloy_primitives::U256;
use hawkshaw_model::{Account, Amount, AssetId, OutPoint, Policy, TerminalKind};
use rustc_hash::FxHashMap;

use super::share::{Rates, prorated};
use crate::result::{Edge, Link, Party, Trace};
use bridge::{Deposits, Payout};
use market::Markets;

/// A payment of stolen value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Move {
    /// Who paid, where that is known. The victim of a theft is nobody.
    pub(super) from: Option<usize>,
    /// Who was paid, where that is known.
    pub(super) to: Option<usize>,
    /// When it left. Over a bridge that is before it arrives.
    pub(super) left: i64,
    /// When it arrived.
    pub(super) time: i64,
    /// What it stands for, in parts of the theft.
    pub(super) parts: u64,
    /// The edge by which it left.
    pub(super) edge: usize,
    /// The edge by which it arrived; it differs where several holders pay one output, and over
    /// a bridge.
    pub(super) arrival: usize,
    /// The terminal that it ended in.
    pub(super) terminal: Option<usize>,
}

/// An output that held stolen value, from when it was made until it was spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lying {
    /// Who holds it.
    pub(super) holder: usize,
    /// What it stands for, in parts of the theft.
    pub(super) parts: u64,
    /// The edge by which it was made.
    pub(super) made: usize,
    /// The edge by which it was spent, where it was.
    pub(super) spent: Option<usize>,
}

/// An exchange of one asset for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Swap {
    /// Who received the proceeds.
    pub(super) account: usize,
    /// The edge that shows it.
    pub(super) edge: usize,
    /// What was given.
    pub(super) given: usize,
    /// What was received.
    pub(super) received: usize,
    /// What it stands for, in parts of the theft.
    pub(super) parts: u64,
}

/// What an edge is to a detector. A new kind of link needs its arm in [`form`] alone.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form<'a> {
    /// A payment.
    Plain,
    /// The stolen transfer itself.
    Theft,
    /// An exchange: what was given.
    Swap(&'a AssetId, Amount),
    /// A payment into a bridge.
    BridgeIn,
    /// A payment out of the bridge of this name.
    BridgeOut(&'a str, Payout<'a>),
}

/// What an edge is.
pub(super) fn form(edge: &Edge) -> Form<'_> {
    match &edge.link {
        None => Form::Plain,
        Some(Link::Theft) => Form::Theft,
        Some(Link::Swap { asset, amount }) => Form::Swap(asset, *amount),
        Some(Link::BridgeIn { .. }) => Form::BridgeIn,
        Some(Link::BridgeOut { bridge, deposit, asset, amount, .. }) => {
            Form::BridgeOut(bridge, Payout { deposit, asset, part: *amount })
        }
    }
}

/// All payments, with the accounts and assets numbered as they came.
#[derive(Debug, Default)]
pub(super) struct Moves<'a> {
    pub(super) accounts: Vec<&'a Account>,
    pub(super) assets: Vec<&'a AssetId>,
    /// In the order of the replay.
    pub(super) moves: Vec<Move>,
    /// In the order of the replay.
    pub(super) swaps: Vec<Swap>,
    /// Stolen transfers: the edge, and the asset.
    pub(super) thefts: Vec<(usize, usize)>,
    /// Outputs of accounts at which following does not stop, in the order of the replay.
    pub(super) lying: Vec<Lying>,
    account_numbers: FxHashMap<&'a Account, usize>,
    asset_numbers: FxHashMap<&'a AssetId, usize>,
}

impl<'a> Moves<'a> {
    /// Reads the edges of a trace once.
    pub(super) fn read(trace: &'a Trace) -> Self {
        let mut moves = Self::default();
        let rates = Rates::new(trace, |asset| moves.asset(asset));
        let (measured, deposits) = (measured(trace), Deposits::default());
        let unspent = FxHashMap::default();
        let mut reading = Reading { trace, measured, rates, deposits, unspent, moves };
        let mut start = 0;
        while start < trace.edges.len() {
            let end = end_of_transaction(&trace.edges, start);
            reading.transaction(start..end);
            start = end;
        }
        reading.moves
    }

    fn asset(&mut self, asset: &'a AssetId) -> usize {
        let next = self.assets.len();
        let number = *self.asset_numbers.entry(asset).or_insert(next);
        if number == next {
            self.assets.push(asset);
        }
        number
    }

    fn account(&mut self, account: &'a Account) -> usize {
        let next = self.accounts.len();
        let number = *self.account_numbers.entry(account).or_insert(next);
        if number == next {
            self.accounts.push(account);
        }
        number
    }

    fn holder(&mut self, party: &'a Party) -> Option<usize> {
        match party {
            Party::Account(account) | Party::Output { account: Some(account), .. } => {
                Some(self.account(account))
            }
            Party::Output { account: None, .. } | Party::Transaction | Party::Nobody => None,
        }
    }
}

/// The policies whose tainted amounts measure a movement: those that conserve, else all.
fn measured(trace: &Trace) -> Vec<usize> {
    let numbered = trace.policies.iter().enumerate();
    let conserving: Vec<usize> = numbered
        .filter(|(_, policy): &(usize, &Policy)| policy.is_conserving())
        .map(|(index, _)| index)
        .collect();
    if conserving.is_empty() { (0..trace.policies.len()).collect() } else { conserving }
}

/// Where the edges of a transaction end. Movements without a hash stand alone.
fn end_of_transaction(edges: &[Edge], start: usize) -> usize {
    let first = &edges[start];
    let same = |edge: &&Edge| edge.tx.is_some() && edge.tx == first.tx && edge.chain == first.chain;
    let rest = edges[start + 1..].iter().take_while(same).count();
    start + 1 + rest
}

struct Reading<'a> {
    trace: &'a Trace,
    measured: Vec<usize>,
    rates: Rates,
    deposits: Deposits,
    /// Outputs that were made, by their place in [`Moves::lying`].
    unspent: FxHashMap<&'a OutPoint, usize>,
    moves: Moves<'a>,
}

impl<'a> Reading<'a> {
    fn edge(&self, index: usize) -> &'a Edge {
        &self.trace.edges[index]
    }

    /// The tainted part of an edge: the largest that a policy says.
    fn tainted(&self, edge: &Edge) -> U256 {
        let parts = self.measured.iter().filter_map(|policy| edge.tainted.get(*policy));
        parts.max().copied().unwrap_or_default().to_u256()
    }

    fn transaction(&mut self, range: Range<usize>) {
        let of_outputs =
            |edge: &Edge| edge.from == Party::Transaction || edge.to == Party::Transaction;
        if self.trace.edges[range.clone()].iter().any(of_outputs) {
            let edges = range.clone();
            let (joined, plain): (Vec<usize>, Vec<usize>) =
                edges.partition(|index| of_outputs(self.edge(*index)));
            self.outputs(&joined);
            self.payments(&plain);
        } else {
            self.payments(&range.collect::<Vec<_>>());
        }
    }

    /// Reads the movements of a transaction on an account chain.
    fn payments(&mut self, edges: &[usize]) {
        let mut markets = self.markets(edges);
        for index in edges.iter().copied() {
            let edge = self.edge(index);
            let amount = self.tainted(edge);
            if amount.is_zero() || self.is_fee(edge) {
                continue;
            }
            let (from, to) = (self.moves.holder(&edge.from), self.moves.holder(&edge.to));
            let asset = self.moves.asset(&edge.asset);
            let (from, parts) = match form(edge) {
                Form::Theft => {
                    self.moves.thefts.push((index, asset));
                    (None, self.rates.theft(asset, amount))
                }
                Form::Swap(given, whole) => {
                    let given = self.moves.asset(given);
                    let swap = Swap { account: 0, edge: index, given, received: asset, parts: 0 };
                    if from == to {
                        self.own_swap(from, swap, whole, amount);
                        continue;
                    }
                    self.market_swap(&markets, (from, to), swap, amount)
                }
                Form::BridgeIn if edge.terminal.is_none() => {
                    let parts = self.rates.part(from, asset, amount);
                    self.pay_in(index, from, parts, amount);
                    continue;
                }
                // What nobody got stays with the bridge, which then pays itself.
                Form::BridgeIn if from == to => (None, self.rates.part(None, asset, amount)),
                Form::BridgeOut(_, payout) => {
                    self.pay_out(index, to, payout, amount);
                    continue;
                }
                Form::Plain | Form::BridgeIn => (from, self.rates.part(from, asset, amount)),
            };
            if markets.feed(to, asset, from, parts) {
                continue;
            }
            self.arrive(index, (from, to), asset, parts, amount);
        }
    }

    /// A payment arrives.
    fn arrive(
        &mut self,
        index: usize,
        (from, to): (Option<usize>, Option<usize>),
        asset: usize,
        parts: u64,
        amount: U256,
    ) {
        let edge = self.edge(index);
        let (time, terminal) = (edge.time.to_unix(), edge.terminal);
        if let (Some(to), None) = (to, terminal) {
            self.rates.credit(to, asset, parts, amount);
        }
        let (edge, arrival, left) = (index, index, time);
        self.push(Move { from, to, left, time, parts, edge, arrival, terminal });
    }

    fn push(&mut self, found: Move) {
        if found.from != found.to {
            self.moves.moves.push(found);
        }
    }

    /// An account exchanged what it had: no payment, but its value has another measure now.
    fn own_swap(&mut self, account: Option<usize>, swap: Swap, whole: Amount, amount: U256) {
        let Some(account) = account else { return };
        let edge = self.edge(swap.edge);
        // The conversion in reverse: the tainted part of what was given.
        let given = scaled(whole.to_u256(), amount, edge.amount.to_u256());
        let parts = self.rates.part(Some(account), swap.given, given);
        self.rates.credit(account, swap.received, parts, amount);
        self.moves.swaps.push(Swap { account, parts, ..swap });
    }

    /// What a market paid: who it came from, and what it stands for.
    fn market_swap(
        &mut self,
        markets: &Markets,
        (market, to): (Option<usize>, Option<usize>),
        swap: Swap,
        amount: U256,
    ) -> (Option<usize>, u64) {
        let (payer, parts) = markets.paid(market, swap.given, amount);
        let parts = parts.unwrap_or_else(|| self.rates.part(None, swap.received, amount));
        if let Some(account) = to {
            self.moves.swaps.push(Swap { account, parts, ..swap });
        }
        (payer, parts)
    }

    /// Whether an edge is a fee. Whatever else is paid to nobody is burned.
    fn is_fee(&self, edge: &Edge) -> bool {
        let terminal = edge.terminal.and_then(|index| self.trace.terminals.get(index));
        edge.to == Party::Nobody && terminal.is_none_or(|row| row.kind != TerminalKind::Burned)
    }
}

/// `whole · some / all`, rounded down; nothing of nothing.
fn scaled(whole: U256, some: U256, all: U256) -> U256 {
    if all.is_zero() {
        return U256::ZERO;
    }
    if some == all {
        return whole;
    }
    match whole.checked_mul(some) {
        Some(product) => product / all,
        None => (whole / all).saturating_mul(some),
    }
}

/// Parts of a sum of parts.
fn part(parts: u128, some: U256, all: U256) -> u64 {
    prorated(parts, some, all)
}
