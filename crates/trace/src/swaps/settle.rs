//! Which deals stand once it is known which payments carry taint themselves.

use super::board::{Board, number};
use super::deals::{Deal, Deals};
use super::makers::{Makers, is_worthless, sums};
use super::weights::{Weights, worth};
use super::{Doubt, Exchange, NONE, Part, Roles};
use crate::units::Units;

/// Rounds after which deals that still hang on each other are taken for none.
const ROUNDS_MAX: usize = 100;

/// The deals and market makers of a transaction on the way to its roles.
pub(super) struct Settling<'a, 'b, U> {
    board: &'b Board<'a, U>,
    weights: &'b Weights,
    makers: &'b mut Makers<U>,
    /// Those that still stand.
    deals: Vec<Deal>,
    doubts: Vec<Doubt>,
    /// For each payment, whether taint may travel on it.
    carries: Vec<bool>,
    /// Market makers that taint reaches.
    reached: Vec<bool>,
}

impl<'a, 'b, U: Units> Settling<'a, 'b, U> {
    pub(super) fn new(
        board: &'b Board<'a, U>,
        weights: &'b Weights,
        makers: &'b mut Makers<U>,
        deals: Deals,
    ) -> Self {
        let Deals { deals, mut doubts } = deals;
        doubts.append(&mut makers.doubts);
        let (carries, reached) = (Vec::new(), Vec::new());
        Self { board, weights, makers, deals, doubts, carries, reached }
    }

    /// Drops the deals that do not stand, until nothing changes.
    pub(super) fn run(mut self) -> Roles<U> {
        let by_maker = self.payments_by_maker();
        for round in 0.. {
            self.find_carriers(&by_maker);
            let before = self.deals.len();
            let deals = std::mem::take(&mut self.deals);
            if round == ROUNDS_MAX && before > 0 {
                self.doubts.push(Doubt::Limit);
                continue;
            }
            self.deals = deals.into_iter().filter_map(|deal| self.standing(deal)).collect();
            if self.deals.len() == before {
                break;
            }
        }
        self.into_roles()
    }

    /// The payments that each market maker takes in, and those that it makes.
    fn payments_by_maker(&self) -> [super::board::Lists; 2] {
        let count = self.makers.exchanges.len();
        [&self.makers.taken, &self.makers.made].map(|marks| super::board::Lists::of(marks, count))
    }

    fn find_carriers(&mut self, [taken, made]: &[super::board::Lists; 2]) {
        let board = self.board;
        let tainted = |payment: usize| board.stolen[payment] || board.is_tainted(payment);
        self.carries = (0..board.payments.len()).map(tainted).collect();
        for payment in self.deals.iter().flat_map(|deal| &deal.given) {
            self.carries[*payment as usize] = false;
        }
        self.reached = vec![false; self.makers.exchanges.len()];
        for maker in 0..self.makers.exchanges.len() {
            let at = number(maker);
            if taken.of_key(at).iter().any(|payment| self.carries[*payment as usize]) {
                self.reached[maker] = true;
                for payment in made.of_key(at) {
                    self.carries[*payment as usize] = true;
                }
            }
        }
    }

    /// What a deal brought: what carries taint itself is a gift.
    fn proceeds(&self, deal: &Deal) -> Vec<usize> {
        let received = deal.received.iter().map(|payment| *payment as usize);
        received.filter(|payment| !self.carries[*payment]).collect()
    }

    /// What a deal gave, and what it brought.
    fn sides(&self, deal: &Deal) -> (Vec<Part<U>>, Vec<Part<U>>) {
        let side = |payments: Vec<usize>| {
            let assets = self.board.assets(payments.iter().copied());
            sums(self.board, payments.into_iter(), &assets)
        };
        let given = deal.given.iter().map(|payment| *payment as usize).collect();
        (side(given), side(self.proceeds(deal)))
    }

    /// The deal, if it brought anything, and that was worth something as far as is known.
    fn standing(&mut self, deal: Deal) -> Option<Deal> {
        let (given, received) = self.sides(&deal);
        if received.is_empty() {
            return None;
        }
        let values = worth(self.board, &given).zip(worth(self.board, &received));
        match values {
            Some((given, received)) if is_worthless(given, received) => {
                let account = self.board.accounts[deal.account as usize];
                self.doubts.push(Doubt::Worthless { account, given, received });
                None
            }
            _ => Some(deal),
        }
    }

    fn into_roles(mut self) -> Roles<U> {
        let nothing = vec![NONE; self.board.payments.len()];
        let (mut given, mut proceeds) = (nothing.clone(), nothing.clone());
        let mut swappers = Vec::new();
        for deal in &self.deals {
            let swapper = number(swappers.len());
            let account = self.board.accounts[deal.account as usize];
            let (mut takes, mut makes) = self.sides(deal);
            for side in [&mut takes, &mut makes] {
                if !self.weights.weigh(self.board, side) {
                    let assets = side.iter().map(|part| part.asset).collect();
                    self.doubts.push(Doubt::Equal { account, assets });
                }
            }
            let values = worth(self.board, &takes).zip(worth(self.board, &makes));
            swappers.push(Exchange { account, takes, makes, is_priced: values.is_some() });
            deal.given.iter().for_each(|payment| given[*payment as usize] = swapper);
            for payment in self.proceeds(deal) {
                proceeds[payment] = swapper;
            }
        }
        let mut places = vec![NONE; self.makers.exchanges.len()];
        let mut makers = Vec::new();
        for (maker, exchange) in std::mem::take(&mut self.makers.exchanges).into_iter().enumerate()
        {
            if self.reached[maker] {
                places[maker] = number(makers.len());
                makers.push(exchange);
            }
        }
        let place = |maker: &u32| places.get(*maker as usize).copied().unwrap_or(NONE);
        Roles {
            taken: self.makers.taken.iter().map(place).collect(),
            made: self.makers.made.iter().map(place).collect(),
            doubts: self.doubts_that_matter(),
            loans: Vec::new(),
            carries: self.carries,
            swappers,
            makers,
            given,
            proceeds,
        }
    }

    /// The doubts about accounts that taint reaches or leaves.
    fn doubts_that_matter(&self) -> Vec<Doubt> {
        let mut concerned = vec![false; self.board.accounts.len()];
        let given = self.deals.iter().flat_map(|deal| &deal.given).map(|payment| *payment as usize);
        let carrying = (0..self.carries.len()).filter(|payment| self.carries[*payment]);
        for payment in carrying.chain(given) {
            for side in [self.board.payer[payment], self.board.payee[payment]] {
                if let Some(concerned) = concerned.get_mut(side as usize) {
                    *concerned = true;
                }
            }
        }
        let matters = |doubt: &&Doubt| {
            doubt.account().is_none_or(|account| {
                let at = self.board.accounts.binary_search(&account);
                at.is_ok_and(|at| concerned[at])
            })
        };
        self.doubts.iter().filter(matters).cloned().collect()
    }
}
