//! Who made the market: accounts that hold no taint after a transaction, because what reached
//! them went to whoever they paid.

use super::board::{Board, number};
use super::circles::circles;
use super::weights::{Weights, worth};
use super::{Doubt, Exchange, NONE, Part};
use crate::replay::book::Halt;
use crate::units::Units;

/// The market makers of a transaction.
pub(super) struct Makers<U> {
    /// In the order in which to serve them.
    pub(super) exchanges: Vec<Exchange<U>>,
    /// For each payment, the market maker that takes it in.
    pub(super) taken: Vec<u32>,
    /// For each payment, the market maker that makes it.
    pub(super) made: Vec<u32>,
    /// What is doubtful, should taint be concerned.
    pub(super) doubts: Vec<Doubt>,
}

impl<U: Units> Makers<U> {
    /// Finds them.
    pub(super) fn of(board: &Board<'_, U>, weights: &Weights) -> Result<Self, Halt> {
        let mut found =
            Self { exchanges: Vec::new(), taken: Vec::new(), made: Vec::new(), doubts: Vec::new() };
        let moved = moved_by_the_parties(board);
        for account in 0..number(board.accounts.len()) {
            found.place(board, weights, account, &moved)?;
        }
        found.mark(board);
        found.leave_circles_out(board);
        Ok(found)
    }

    fn place(
        &mut self,
        board: &Board<'_, U>,
        weights: &Weights,
        at: u32,
        moved: &[bool],
    ) -> Result<(), Halt> {
        let account = board.accounts[at as usize];
        let (gives, gets) = board.sides(at);
        if gives.is_empty() || gets.is_empty() || board.is_principal(at) {
            return Ok(());
        }
        let payments = || board.open(board.by_payee.of_key(at));
        let counts = |payment: &usize| {
            let asset = board.payments[*payment].asset;
            moved.get(board.payer[*payment] as usize).copied().unwrap_or(board.is_accepted(asset))
        };
        let counted = board.assets(payments().filter(counts));
        let takes: Vec<u32> = gets.into_iter().filter(|asset| counted.contains(asset)).collect();
        if takes.is_empty() || board.around.keeps(account)? {
            return Ok(());
        }
        let takes_set = sorted(&takes);
        let is_taken = |payment: &usize| has(&takes_set, board.payments[*payment].asset);
        // Whoever hands a receipt back gets what it stands for, whatever that is.
        let redeems = payments().filter(is_taken).all(|payment| board.is_burn(payment));
        let accepts = |asset: &&u32| redeems || board.is_accepted(**asset);
        let makes: Vec<u32> = gives.iter().filter(accepts).copied().collect();
        let Some(first) = makes.first() else {
            self.doubts
                .extend(gives.first().map(|asset| Doubt::Unverified { account, asset: *asset }));
            return Ok(());
        };
        debug_assert!(gives.contains(first), "it gives what it makes");
        let mut takes = parts(board, board.by_payee.of_key(at), &takes);
        let mut makes = parts(board, board.by_payer.of_key(at), &makes);
        let values = worth(board, &takes).zip(worth(board, &makes));
        if let Some((given, received)) =
            values.filter(|(given, received)| is_worthless(*given, *received))
        {
            self.doubts.push(Doubt::Worthless { account, given, received });
            return Ok(());
        }
        for side in [&mut takes, &mut makes] {
            if !weights.weigh(board, side) {
                let assets = side.iter().map(|part| part.asset).collect();
                self.doubts.push(Doubt::Equal { account, assets });
            }
        }
        self.exchanges.push(Exchange { account, takes, makes, is_priced: values.is_some() });
        Ok(())
    }

    /// Marks the payments of each market maker.
    fn mark(&mut self, board: &Board<'_, U>) {
        self.taken = vec![NONE; board.payments.len()];
        self.made = vec![NONE; board.payments.len()];
        for (maker, exchange) in self.exchanges.iter().enumerate() {
            let Ok(at) = board.accounts.binary_search(&exchange.account) else { continue };
            let sides = [
                (&mut self.taken, &board.by_payee, &exchange.takes),
                (&mut self.made, &board.by_payer, &exchange.makes),
            ];
            for (marks, lists, parts) in sides {
                let assets = sorted(&parts.iter().map(|part| part.asset).collect::<Vec<_>>());
                for payment in board.open(lists.of_key(number(at))) {
                    if has(&assets, board.payments[payment].asset) {
                        marks[payment] = number(maker);
                    }
                }
            }
        }
    }

    /// Treats market makers that feed themselves through others as plain accounts, and puts the
    /// others in order.
    fn leave_circles_out(&mut self, board: &Board<'_, U>) {
        let pairs = self.made.iter().zip(&self.taken);
        let edges: Vec<(u32, u32)> = pairs
            .filter(|(made, taken)| **made != NONE && **taken != NONE)
            .map(|(made, taken)| (*made, *taken))
            .collect();
        let circle = circles(&edges, self.exchanges.len());
        let mut sizes = vec![0; self.exchanges.len()];
        circle.iter().for_each(|circle| sizes[*circle as usize] += 1);
        let mut kept: Vec<usize> = Vec::new();
        for (maker, circle) in circle.iter().enumerate() {
            if sizes[*circle as usize] == 1 {
                kept.push(maker);
            } else {
                let account = self.exchanges[maker].account;
                self.doubts.push(Doubt::Circle { account });
            }
        }
        // Circles are numbered from those that nothing leads on from.
        kept.sort_by_key(|maker| std::cmp::Reverse(circle[*maker]));
        self.exchanges = kept.iter().map(|maker| self.exchanges[*maker].clone()).collect();
        self.mark(board);
    }
}

/// Whether something that was worth the one brought less than half of it.
pub(super) fn is_worthless(given: u128, received: u128) -> bool {
    received.saturating_mul(2) < given
}

/// What an account's payments are of some assets in all.
pub(super) fn parts<U: Units>(board: &Board<'_, U>, list: &[u32], assets: &[u32]) -> Vec<Part<U>> {
    sums(board, board.open(list), assets)
}

/// What some payments are of some assets in all.
pub(super) fn sums<U: Units>(
    board: &Board<'_, U>,
    payments: impl Iterator<Item = usize>,
    assets: &[u32],
) -> Vec<Part<U>> {
    let mut sums: rustc_hash::FxHashMap<u32, U> =
        assets.iter().map(|asset| (*asset, U::default())).collect();
    for payment in payments {
        let payment = &board.payments[payment];
        if let Some(sum) = sums.get_mut(&payment.asset) {
            *sum = sum.plus(payment.amount);
        }
    }
    let part = |asset: &u32| Part { asset: *asset, amount: sums[asset], weight: U::ONE };
    assets.iter().map(part).collect()
}

/// Accounts that the transaction's value went through: who started it, who paid with taint, and
/// whoever these paid, and so on. Others only sent something along.
fn moved_by_the_parties<U: Units>(board: &Board<'_, U>) -> Vec<bool> {
    let mut moved = vec![false; board.accounts.len()];
    let mut open = Vec::new();
    let tainted = (0..board.payments.len()).filter(|payment| board.is_tainted(*payment));
    for account in tainted.map(|payment| board.payer[payment]).chain([board.initiator]) {
        if let Some(seen) = moved.get_mut(account as usize)
            && !std::mem::replace(seen, true)
        {
            open.push(account);
        }
    }
    while let Some(account) = open.pop() {
        for payment in board.open(board.by_payer.of_key(account)) {
            let payee = board.payee[payment];
            if let Some(seen) = moved.get_mut(payee as usize)
                && !std::mem::replace(seen, true)
            {
                open.push(payee);
            }
        }
    }
    moved
}

pub(super) fn sorted(assets: &[u32]) -> Vec<u32> {
    let mut sorted = assets.to_vec();
    sorted.sort_unstable();
    sorted
}

pub(super) fn has(sorted: &[u32], asset: u32) -> bool {
    sorted.binary_search(&asset).is_ok()
}
