//! Groups of accounts that can all reach each other: only within one can there be a circle.

use super::super::index::Index;

/// The account has not been visited.
const NEW: usize = usize::MAX;

/// The group of each account, over some movements (Tarjan's algorithm, without recursion: a chain
/// of a million accounts must not overflow the stack).
pub(super) fn groups(index: &Index<'_>, moves: &[usize]) -> Vec<usize> {
    let accounts = index.accounts.len();
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); accounts];
    for found in moves.iter().map(|found| &index.moves[*found]) {
        if let (Some(from), Some(to)) = (found.from, found.to) {
            next[from].push(to);
        }
    }
    let mut work = Work {
        next: &next,
        number: vec![NEW; accounts],
        lowest: vec![0; accounts],
        group: vec![NEW; accounts],
        waiting: Vec::new(),
        numbered: 0,
    };
    for account in 0..accounts {
        if work.number[account] == NEW {
            work.visit(account);
        }
    }
    work.group
}

/// Whether a movement is between accounts of one group.
pub(super) fn is_inside(index: &Index<'_>, groups: &[usize], found: usize) -> bool {
    let found = &index.moves[found];
    match (found.from, found.to) {
        (Some(from), Some(to)) => groups[from] == groups[to],
        _ => false,
    }
}

struct Work<'a> {
    next: &'a [Vec<usize>],
    number: Vec<usize>,
    lowest: Vec<usize>,
    group: Vec<usize>,
    waiting: Vec<usize>,
    numbered: usize,
}

impl Work<'_> {
    fn open(&mut self, account: usize) {
        self.number[account] = self.numbered;
        self.lowest[account] = self.numbered;
        self.numbered += 1;
        self.waiting.push(account);
    }

    fn visit(&mut self, first: usize) {
        self.open(first);
        // An account, and how many of those that it paid have been looked at.
        let mut path = vec![(first, 0)];
        while let Some((account, looked_at)) = path.last_mut() {
            let (account, place) = (*account, *looked_at);
            *looked_at += 1;
            match self.next[account].get(place).copied() {
                Some(other) if self.number[other] == NEW => {
                    self.open(other);
                    path.push((other, 0));
                }
                Some(other) => {
                    if self.group[other] == NEW {
                        self.lowest[account] = self.lowest[account].min(self.number[other]);
                    }
                }
                None => {
                    path.pop();
                    if let Some((before, _)) = path.last() {
                        self.lowest[*before] = self.lowest[*before].min(self.lowest[account]);
                    }
                    if self.lowest[account] == self.number[account] {
                        self.close(account);
                    }
                }
            }
        }
    }

    /// Takes the accounts of a finished group from the waiting ones.
    fn close(&mut self, root: usize) {
        while let Some(account) = self.waiting.pop() {
            self.group[account] = root;
            if account == root {
                break;
            }
        }
    }
}
