//! What was borrowed and paid back: no swap, although something is given and something received.

use std::collections::VecDeque;

use hawkshaw_model::AssetId;
use rustc_hash::{FxHashMap, FxHashSet};

use super::board::Board;
use super::{Loan, NONE};
use crate::replay::book::Halt;
use crate::units::Units;

/// Payments of one amount that are looked at for the other side of a debt token.
const CANDIDATES_MAX: usize = 64;

/// Sets the payments of loans aside: what a lender paid out and the debt token minted for it,
/// what was paid back and the debt token burned for it. Returns what was borrowed by accounts
/// that had taint.
pub(super) fn set_aside<U: Units>(board: &mut Board<'_, U>) -> Result<Vec<Loan<U>>, Halt> {
    let mut loans = Vec::new();
    let numbers = 0..board.payments.len();
    let changes = |number: &usize| board.is_open[*number] && is_debt_change(board, *number);
    let debts: Vec<usize> = numbers.clone().filter(changes).collect();
    let mut lent = Vec::new();
    for number in numbers {
        if is_lent(board, number)? {
            lent.push(number);
        }
    }
    for number in lent {
        board.is_open[number] = false;
        loans.extend(loan(board, number, true));
    }
    if debts.is_empty() {
        return Ok(loans);
    }
    let mut found = Candidates::of(board);
    for debt in debts {
        let Some((number, is_listed)) = found.other_side(board, debt) else {
            continue;
        };
        board.is_open[debt] = false;
        board.is_open[number] = false;
        if board.is_mint(debt) {
            loans.extend(loan(board, number, is_listed));
        }
    }
    Ok(loans)
}

/// Whether a payment may be a debt token minted or burned: a listed one, or one of unknown worth.
fn is_debt_change<U: Units>(board: &Board<'_, U>, number: usize) -> bool {
    let asset = board.payments[number].asset;
    let may_be = board.around.owed_by(asset).is_some() || !board.around.is_curated(asset);
    let is_one_sided = board.is_mint(number) != board.is_burn(number);
    may_be && is_one_sided && !board.is_tainted(number)
}

/// Whether a listed lender paid this, and was not given its own token back for it.
fn is_lent<U: Units>(board: &Board<'_, U>, number: usize) -> Result<bool, Halt> {
    let (payer, payee) = (board.payer[number], board.payee[number]);
    if !board.is_open[number] || payer == NONE || payee == NONE || board.is_mint(number) {
        return Ok(false);
    }
    let lender = board.accounts[payer as usize];
    if !board.around.is_lender(lender) {
        return Ok(false);
    }
    let given = board.open(board.by_payee.of_key(payer));
    let given = given.filter(|given| board.payer[*given] == payee);
    for number in given.chain([number]) {
        if board.around.contract(board.payments[number].asset)? == Some(lender) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn loan<U: Units>(board: &Board<'_, U>, number: usize, is_listed: bool) -> Option<Loan<U>> {
    let payment = &board.payments[number];
    let (lender, borrower) = (payment.from?, payment.to?);
    let loan = Loan { borrower, lender, asset: payment.asset, amount: payment.amount, is_listed };
    board.around.had_taint(borrower).then_some(loan)
}

/// Payments that may be the other side of a debt token, by party and by what must agree.
struct Candidates<'a, U> {
    paid_out: Sides<U>,
    paid_back: Sides<U>,
    /// Who paid whom.
    pairs: FxHashSet<(u32, u32)>,
    assets: FxHashMap<&'a AssetId, u32>,
}

/// Payments of a party, those of an asset in order and all by amount.
struct Sides<U> {
    by_asset: FxHashMap<(u32, u32), VecDeque<usize>>,
    by_amount: FxHashMap<u32, Vec<(U, usize)>>,
}

impl<'a, U: Units> Candidates<'a, U> {
    fn of(board: &Board<'a, U>) -> Self {
        let empty = || Sides { by_asset: FxHashMap::default(), by_amount: FxHashMap::default() };
        let mut found = Self {
            paid_out: empty(),
            paid_back: empty(),
            pairs: FxHashSet::default(),
            assets: board.payments.iter().map(|p| (board.around.id(p.asset), p.asset)).collect(),
        };
        for number in 0..board.payments.len() {
            if !board.is_open[number] {
                continue;
            }
            let (payer, payee) = (board.payer[number], board.payee[number]);
            if payer != NONE && payee != NONE {
                found.pairs.insert((payer, payee));
            }
            if board.is_mint(number) || board.is_burn(number) {
                continue;
            }
            let payment = &board.payments[number];
            for (sides, party) in [(&mut found.paid_out, payee), (&mut found.paid_back, payer)] {
                sides.by_asset.entry((party, payment.asset)).or_default().push_back(number);
                sides.by_amount.entry(party).or_default().push((payment.amount, number));
            }
        }
        for sides in [&mut found.paid_out, &mut found.paid_back] {
            sides.by_amount.values_mut().for_each(|amounts| amounts.sort_unstable());
        }
        found
    }

    /// The first payment that a debt token was minted or burned for, and whether the token is
    /// listed.
    fn other_side(&mut self, board: &Board<'_, U>, debt: usize) -> Option<(usize, bool)> {
        let token = &board.payments[debt];
        let is_mint = board.is_mint(debt);
        let (sides, party) = if is_mint {
            (&mut self.paid_out, board.payee[debt])
        } else {
            (&mut self.paid_back, board.payer[debt])
        };
        if let Some(owed) = board.around.owed_by(token.asset) {
            let numbers = sides.by_asset.get_mut(&(party, *self.assets.get(owed)?))?;
            while let Some(number) = numbers.pop_front() {
                if board.is_open[number] {
                    return Some((number, true));
                }
            }
            return None;
        }
        let amounts = sides.by_amount.get(&party)?;
        let from = amounts.partition_point(|(amount, _)| *amount < token.amount);
        let equal = amounts[from..].iter().take_while(|(amount, _)| *amount == token.amount);
        let equal = equal.take(CANDIDATES_MAX);
        let pairs = &self.pairs;
        let mut fitting = equal.map(|(_, number)| *number).filter(|number| {
            let other = if is_mint { board.payer[*number] } else { board.payee[*number] };
            // The same pool: what it lends it lends to who gives it something, and back.
            let back = if is_mint { (party, other) } else { (other, party) };
            board.is_open[*number]
                && board.payments[*number].asset != token.asset
                && board.around.is_curated(board.payments[*number].asset)
                && pairs.contains(&back)
        });
        fitting.next().map(|number| (number, false))
    }
}
