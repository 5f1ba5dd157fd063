//! How each account passed on what it got.

use std::collections::VecDeque;

use super::index::{Index, Side};
use super::moves::Form;

/// Sums of an account.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Conduct {
    /// What it got, in parts of the theft.
    pub(super) got: u128,
    /// What it paid.
    pub(super) paid: u128,
    /// What of that was the theft itself.
    pub(super) stolen: u128,
    /// Who paid the most of what it got, where that is known, and how much.
    pub(super) payer: Option<(usize, u128)>,
    /// Whom it paid the most, where that is known, and how much.
    pub(super) payee: Option<(usize, u128)>,
    /// How many it paid.
    pub(super) payees: usize,
    /// After how many seconds half of what it paid had left, first in and first out.
    pub(super) dwell: Option<u64>,
}

impl Conduct {
    /// Whether it got and paid stolen value.
    pub(super) fn is_between(&self) -> bool {
        self.got > 0 && self.paid > 0
    }
}

/// The conduct of every account.
pub(super) fn conducts(index: &Index<'_>) -> Vec<Conduct> {
    (0..index.accounts.len()).map(|account| conduct(index, account)).collect()
}

fn conduct(index: &Index<'_>, account: usize) -> Conduct {
    let (ins, outs) = (index.paid_to(account), index.paid_by(account));
    if ins.is_empty() || outs.is_empty() {
        return Conduct { got: index.parts(ins), paid: index.parts(outs), ..Conduct::default() };
    }
    let (payer, _) = largest(index, ins, Side::Payer);
    let (payee, payees) = largest(index, outs, Side::Payee);
    Conduct {
        got: index.parts(ins),
        paid: index.parts(outs),
        stolen: stolen(index, ins),
        payer,
        payee,
        payees,
        dwell: dwell(index, ins, outs),
    }
}

/// What of some movements is the theft itself.
fn stolen(index: &Index<'_>, moves: &[usize]) -> u128 {
    let moves = moves.iter().map(|found| &index.moves[*found]);
    let thefts = moves.filter(|found| matches!(index.form(found.edge), Form::Theft));
    thefts.map(|found| u128::from(found.parts)).sum()
}

/// Who is on a side of most of the value, with how much, and how many are on it. All who are not
/// known count as one.
fn largest(index: &Index<'_>, moves: &[usize], side: Side) -> (Option<(usize, u128)>, usize) {
    let mut others: Vec<(Option<usize>, u64)> = moves
        .iter()
        .map(|found| (side.of(&index.moves[*found]), index.moves[*found].parts))
        .collect();
    others.sort_unstable();
    let mut best: Option<(usize, u128)> = None;
    let groups = others.chunk_by(|a, b| a.0 == b.0);
    let count = groups.clone().count();
    for group in groups {
        let sum = group.iter().map(|(_, parts)| u128::from(*parts)).sum();
        if let Some(other) = group[0].0
            && best.is_none_or(|(_, most)| sum > most)
        {
            best = Some((other, sum));
        }
    }
    (best, count)
}

/// The median of how long value stayed, weighted by value: what came first leaves first.
fn dwell(index: &Index<'_>, ins: &[usize], outs: &[usize]) -> Option<u64> {
    let mut waiting: VecDeque<(i64, u64)> = VecDeque::new();
    let mut stays: Vec<(u64, u64)> = Vec::new();
    let mut ins = ins.iter().peekable();
    for out in outs {
        while let Some(came) = ins.next_if(|came| *came < out) {
            let came = &index.moves[*came];
            waiting.push_back((came.time, came.parts));
        }
        let left = &index.moves[*out];
        let mut due = left.parts;
        while let Some((since, parts)) = waiting.front_mut().filter(|_| due > 0) {
            let taken = due.min(*parts);
            stays.push((super::words::seconds(*since, left.left), taken));
            due -= taken;
            *parts -= taken;
            if *parts == 0 {
                waiting.pop_front();
            }
        }
    }
    stays.sort_unstable();
    let all: u128 = stays.iter().map(|(_, parts)| u128::from(*parts)).sum();
    let mut sum = 0;
    let half = stays.iter().find(|(_, parts)| {
        sum += u128::from(*parts);
        sum * 2 >= all
    });
    half.map(|(stay, _)| *stay)
}
