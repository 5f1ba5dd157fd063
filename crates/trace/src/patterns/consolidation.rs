//! Branches of the theft that had split meet again: at one account, or in one transaction of a
//! UTXO chain.
//!
//! A branch begins with each payment of an account that pays several, and with each payment of
//! the theft. An account that pays only one passes on the branch that it has; one at which several
//! had met passes them on as one branch of its own. So a chain that is relayed a hundred times is
//! one branch, and what was counted where it met is not counted again behind.

use std::collections::BTreeMap;

use hawkshaw_model::Timestamp;

use super::draft::Draft;
use super::index::{Index, Side};
use super::pattern::PatternKind;
use super::words::{after, capital, count, seconds};

/// Branches that a sentence lists; the edges have all.
const BRANCHES_TOLD: usize = 5;

/// Where a branch begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Branch {
    /// With a payment: the first one of its payer to its payee.
    Paid(usize),
    /// At an account, where branches met, or which had its value before the trace.
    Account(usize),
}

/// What an account has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Has {
    Nothing,
    One(Branch),
    Several,
}

/// A branch as it arrives where it meets others.
#[derive(Debug)]
struct Arrival {
    branch: Branch,
    moves: Vec<usize>,
    parts: u128,
}

/// The points at which branches meet.
pub(super) fn find(index: &Index<'_>) -> Vec<Draft> {
    let branches = branches(index);
    let accounts = (0..index.accounts.len()).filter_map(|account| {
        let goes_on = |found: &usize| index.moves[*found].terminal.is_none();
        let moves: Vec<usize> = index.paid_to(account).iter().copied().filter(goes_on).collect();
        draft(index, Some(account), arrivals(index, &branches, &moves)?)
    });
    let mut found: Vec<Draft> = accounts.collect();
    found.extend(
        joined(index)
            .into_iter()
            .filter_map(|moves| draft(index, None, arrivals(index, &branches, &moves)?)),
    );
    found
}

/// The branch of every movement.
fn branches(index: &Index<'_>) -> Vec<Branch> {
    let splits: Vec<bool> = (0..index.accounts.len()).map(|one| is_split(index, one)).collect();
    let mut has = vec![Has::Nothing; index.accounts.len()];
    let mut firsts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut branches = Vec::with_capacity(index.moves.len());
    for (number, found) in index.moves.iter().enumerate() {
        let branch = match found.from {
            None => Branch::Paid(number),
            Some(payer) if splits[payer] => Branch::Paid(match found.to {
                Some(payee) => *firsts.entry((payer, payee)).or_insert(number),
                None => number,
            }),
            Some(payer) => match has[payer] {
                Has::One(branch) => branch,
                Has::Nothing | Has::Several => Branch::Account(payer),
            },
        };
        if let (Some(payee), None) = (found.to, found.terminal) {
            has[payee] = match has[payee] {
                Has::Nothing => Has::One(branch),
                Has::One(known) if known == branch => Has::One(branch),
                Has::One(_) | Has::Several => Has::Several,
            };
        }
        branches.push(branch);
    }
    branches
}

/// Whether an account pays several. All whom it pays and who are not known count as one.
fn is_split(index: &Index<'_>, account: usize) -> bool {
    let paid = index.paid_by(account);
    let unknown = paid.iter().any(|found| index.moves[*found].to.is_none());
    index.distinct(paid, Side::Payee) + usize::from(unknown) > 1
}

/// The inputs of each transaction of which nobody can say who paid whom.
fn joined(index: &Index<'_>) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut last: Option<(usize, usize)> = None;
    for (number, found) in index.moves.iter().enumerate() {
        if found.from.is_none() || found.to.is_some() || found.terminal.is_some() {
            continue;
        }
        let edge = &index.trace.edges[found.edge];
        let same = last.filter(|(_, before)| {
            let before = &index.trace.edges[*before];
            edge.tx.is_some() && before.tx == edge.tx && before.chain == edge.chain
        });
        let group = same.map_or(number, |(group, _)| group);
        groups.entry(group).or_default().push(number);
        last = Some((group, found.edge));
    }
    groups.into_values().collect()
}

/// The branches of some movements, the largest first, where enough of them meet.
fn arrivals(index: &Index<'_>, branches: &[Branch], moves: &[usize]) -> Option<Vec<Arrival>> {
    let least = index.settings.consolidation_min.max(2);
    if moves.len() < least {
        return None;
    }
    let mut by_branch: BTreeMap<Branch, Vec<usize>> = BTreeMap::new();
    for found in moves {
        by_branch.entry(branches[*found]).or_default().push(*found);
    }
    let arrivals = by_branch.into_iter().map(|(branch, moves)| {
        let parts = index.parts(&moves);
        Arrival { branch, moves, parts }
    });
    let mut arrivals: Vec<Arrival> = arrivals.collect();
    arrivals.sort_by_key(|arrival| (std::cmp::Reverse(arrival.parts), arrival.branch));
    let all: u128 = arrivals.iter().map(|arrival| arrival.parts).sum();
    (arrivals.len() >= least && all >= index.least()).then_some(arrivals)
}

fn draft(index: &Index<'_>, account: Option<usize>, arrivals: Vec<Arrival>) -> Option<Draft> {
    let parts: u128 = arrivals.iter().map(|arrival| arrival.parts).sum();
    let came: Vec<usize> = arrivals.iter().flat_map(|arrival| arrival.moves.clone()).collect();
    let splits = arrivals.iter().filter_map(|arrival| start(index, arrival.branch));
    let splits: Vec<(i64, usize)> = splits.collect();
    let times = || splits.iter().map(|(time, _)| *time);
    let mut edges = index.edges(&came);
    let met = seconds(
        edges.iter().map(|edge| index.time(*edge)).min()?,
        edges.iter().map(|edge| index.time(*edge)).max()?,
    );
    let last = came.iter().map(|found| index.moves[*found].time).max()?;
    let (first, latest) = (times().min().unwrap_or(last), times().max().unwrap_or(last));
    edges.extend(splits.iter().map(|(_, edge)| *edge));
    let text = format!(
        "{} met again {} {}: {} branches ({}) that had split {}.",
        capital(&index.theft(parts)),
        if account.is_some() { "at one account" } else { "in one transaction" },
        after(met),
        arrivals.len(),
        shares(index, &arrivals),
        between(first, latest),
    );
    let payers = came.iter().filter_map(|found| index.moves[*found].from);
    Some(Draft {
        kind: PatternKind::Consolidation,
        parts,
        accounts: account.into_iter().chain(payers).collect(),
        numbers: vec![
            ("branches", count(arrivals.len())),
            ("payments", count(came.len())),
            ("largest_branch_billionths", super::share::billionths(arrivals.first()?.parts)),
            ("seconds", met),
            ("seconds_since_first_split", seconds(first, last)),
            ("seconds_since_last_split", seconds(latest, last)),
        ],
        edges,
        text,
    })
}

/// When a branch began, and the edge that shows it.
fn start(index: &Index<'_>, branch: Branch) -> Option<(i64, usize)> {
    let begun = match branch {
        Branch::Paid(found) => found,
        // What had met at an account is a branch from its last arrival on.
        Branch::Account(account) => *index.paid_to(account).last()?,
    };
    let found = &index.moves[begun];
    Some((found.left, found.edge))
}

/// What the branches brought: `12.00 %, 9.50 % and 3 more`.
fn shares(index: &Index<'_>, arrivals: &[Arrival]) -> String {
    let shown = arrivals.iter().take(BRANCHES_TOLD);
    let shown: Vec<String> = shown
        .map(|arrival| super::words::percent(super::share::billionths(arrival.parts)))
        .collect();
    let rest = arrivals.len() - shown.len();
    let assets = index.trace.stolen.len();
    let unit = if assets > 1 { " of the theft" } else { "" };
    match rest {
        0 => shown.join(", ") + unit,
        _ => format!("{} and {rest} more{unit}", shown.join(", ")),
    }
}

/// When branches split: `at 2024-01-01T00:00:00Z`, `between … and …`.
fn between(first: i64, last: i64) -> String {
    let time = |seconds: i64| {
        Timestamp::from_unix(seconds).map_or_else(|_| seconds.to_string(), |time| time.to_string())
    };
    if first == last {
        return format!("at {}", time(first));
    }
    format!("between {} and {}", time(first), time(last))
}
