//! Who swapped in a transaction, and who only made the market.
//!
//! The rules are in `docs/rules.md`, step 3. A pool that took a thief's coins and paid out
//! others must not be left tainted, and the thief must not shed taint by taking a worthless
//! token for them.

use hawkshaw_model::ReadError;

use crate::netting::Payment;
use crate::units::Units;

/// What the classification needs to know of accounts and assets.
pub(crate) trait Surroundings {
    /// Whether the holding of an account in an asset has been reached by taint.
    fn is_tainted(&self, account: u32, asset: u32) -> bool;
    /// Whether any holding of an account has been reached by taint.
    fn had_taint(&self, account: u32) -> bool;
    /// Whether taint that arrives here is not passed on, also in a swap.
    fn keeps(&self, account: u32) -> Result<bool, ReadError>;
    /// Whether an asset is known well enough to carry taint out of a swap.
    fn is_curated(&self, asset: u32) -> bool;
}

/// An exchange of `x` units of one asset for `y` of another by one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exchange<U> {
    /// Who.
    pub(crate) account: u32,
    /// The asset given by a swapper, respectively taken in by a market maker.
    pub(crate) asset_in: u32,
    /// How much of it.
    pub(crate) x: U,
    /// The asset that the taint goes on in.
    pub(crate) asset_out: u32,
    /// How much of it.
    pub(crate) y: U,
}

/// Something that a person must know of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The account took an asset that is not curated for tainted value.
    UnverifiedSwap { account: u32, asset: u32 },
    /// The account exchanged several assets, or stands in a circle of market makers.
    AmbiguousSwap { account: u32 },
}

/// The parts that accounts play in a transaction.
#[derive(Debug)]
pub(crate) struct Roles<U> {
    /// Those whose taint goes over from what they gave into what they received.
    pub(crate) swappers: Vec<Exchange<U>>,
    /// Those who pass taint on to whoever they paid, in the order in which to serve them.
    pub(crate) makers: Vec<Exchange<U>>,
    /// For each payment, whether taint may travel on it.
    pub(crate) carries: Vec<bool>,
    /// What was doubtful where taint is concerned.
    pub(crate) doubts: Vec<Doubt>,
}

impl<U> Default for Roles<U> {
    /// Nobody swaps.
    fn default() -> Self {
        Self { swappers: Vec::new(), makers: Vec::new(), carries: Vec::new(), doubts: Vec::new() }
    }
}

/// What an account gives and gets in a transaction.
#[derive(Debug, Default)]
struct Sides {
    gives: Vec<u32>,
    gets: Vec<u32>,
}

/// Tells the parts apart. `stolen` says of each payment whether it is a stolen one.
pub(crate) fn roles<U: Units>(
    payments: &[Payment<U>],
    stolen: &[bool],
    initiator: Option<u32>,
    around: &dyn Surroundings,
) -> Result<Roles<U>, ReadError> {
    let mut accounts: Vec<u32> = payments.iter().flat_map(|p| [p.from, p.to]).flatten().collect();
    accounts.sort_unstable();
    accounts.dedup();
    let mut work = Classification {
        payments,
        stolen,
        around,
        swappers: Vec::new(),
        makers: Vec::new(),
        doubtful: Vec::new(),
    };
    for account in accounts {
        work.place(account, initiator == Some(account))?;
    }
    Ok(work.settle())
}

struct Classification<'a, U> {
    payments: &'a [Payment<U>],
    stolen: &'a [bool],
    around: &'a dyn Surroundings,
    swappers: Vec<Exchange<U>>,
    makers: Vec<Exchange<U>>,
    /// Doubts about accounts, to report if taint turns out to reach them.
    doubtful: Vec<Doubt>,
}

impl<U: Units> Classification<'_, U> {
    /// Decides on the part of one account as far as it does not depend on the others.
    fn place(&mut self, account: u32, is_initiator: bool) -> Result<(), ReadError> {
        let sides = self.sides(account);
        let (given, gotten) = match (&sides.gives[..], &sides.gets[..]) {
            ([given], [gotten]) => (given, gotten),
            ([], _) | (_, []) => return Ok(()),
            _ => {
                self.doubtful.push(Doubt::AmbiguousSwap { account });
                return Ok(());
            }
        };
        if given == gotten {
            // Only in a transaction that was too large to be netted.
            return Ok(());
        }
        let swaps = is_initiator || self.around.had_taint(account);
        // A swapper's taint travels from given to gotten, a maker's from gotten to given.
        let (asset_in, asset_out) = if swaps { (*given, *gotten) } else { (*gotten, *given) };
        if !swaps && self.around.keeps(account)? {
            return Ok(());
        }
        if swaps && !self.around.is_tainted(account, asset_in) {
            return Ok(());
        }
        if !self.around.is_curated(asset_out) {
            self.doubtful.push(Doubt::UnverifiedSwap { account, asset: asset_out });
            return Ok(());
        }
        let (x, y) = (self.volume(account, asset_in), self.volume(account, asset_out));
        let exchange = Exchange { account, asset_in, x, asset_out, y };
        if swaps {
            self.swappers.push(exchange)
        } else {
            self.makers.push(exchange)
        }
        Ok(())
    }

    fn sides(&self, account: u32) -> Sides {
        let mut sides = Sides::default();
        for (payment, _) in self.free() {
            if payment.from == Some(account) && !sides.gives.contains(&payment.asset) {
                sides.gives.push(payment.asset);
            }
            if payment.to == Some(account) && !sides.gets.contains(&payment.asset) {
                sides.gets.push(payment.asset);
            }
        }
        sides
    }

    /// The payments that are not stolen, with their numbers.
    fn free(&self) -> impl Iterator<Item = (&Payment<U>, usize)> {
        let numbered = self.payments.iter().zip(0..);
        numbered.filter(|(_, number): &(_, usize)| !self.stolen[*number])
    }

    /// What an account paid or was paid of an asset; it never does both.
    fn volume(&self, account: u32, asset: u32) -> U {
        self.free()
            .filter(|(p, _)| p.asset == asset && (p.from == Some(account) || p.to == Some(account)))
            .fold(U::default(), |sum, (payment, _)| sum.plus(payment.amount))
    }

    /// Finds on which payments taint may travel, and drops swappers who received nothing but
    /// gifts: payments that carry taint themselves.
    fn settle(mut self) -> Roles<U> {
        loop {
            let (carries, order, circle) = self.carries();
            let mut swappers = self.swappers.clone();
            for swapper in &mut swappers {
                let proceeds = self.free().filter(|(p, number)| {
                    p.to == Some(swapper.account)
                        && p.asset == swapper.asset_out
                        && !carries[*number]
                });
                swapper.y = proceeds.fold(U::default(), |sum, (p, _)| sum.plus(p.amount));
            }
            let before = swappers.len();
            swappers.retain(|swapper| !swapper.y.is_zero());
            if swappers.len() < before {
                let kept = |s: &Exchange<U>| swappers.iter().any(|k| k.account == s.account);
                self.swappers.retain(kept);
                continue;
            }
            let makers = order.into_iter().map(|at| self.makers[at]).collect();
            let doubts = self.doubts(&carries, &circle);
            return Roles { swappers, makers, carries, doubts };
        }
    }

    /// On which payments taint may travel, given who swaps; the order in which to serve market
    /// makers; and the accounts of those that wait for each other.
    fn carries(&self) -> (Vec<bool>, Vec<usize>, Vec<u32>) {
        let swaps = |p: &Payment<U>| {
            let mut swappers = self.swappers.iter();
            swappers.any(|s| p.from == Some(s.account) && p.asset == s.asset_in)
        };
        let mut carries: Vec<bool> = self
            .payments
            .iter()
            .zip(self.stolen)
            .map(|(p, stolen)| {
                let tainted = p.from.is_some_and(|from| self.around.is_tainted(from, p.asset));
                *stolen || (tainted && !swaps(p))
            })
            .collect();
        let mut waiting: Vec<usize> = (0..self.makers.len()).collect();
        let mut order = Vec::new();
        let mut circle = Vec::new();
        while !waiting.is_empty() {
            let Some(at) = waiting.iter().position(|m| self.is_ready(*m, &waiting)) else {
                let (in_circle, rest) =
                    waiting.iter().partition(|maker| self.is_in_circle(**maker, &waiting));
                waiting = rest;
                circle.extend::<Vec<usize>>(in_circle);
                continue;
            };
            let maker = waiting.remove(at);
            let exchange = &self.makers[maker];
            let reached = self.free().any(|(p, number)| {
                p.to == Some(exchange.account) && p.asset == exchange.asset_in && carries[number]
            });
            if reached {
                for (number, p) in self.payments.iter().enumerate() {
                    let pays = p.from == Some(exchange.account) && p.asset == exchange.asset_out;
                    carries[number] |= pays && !self.stolen[number];
                }
                order.push(maker);
            }
        }
        let circle = circle.iter().map(|maker| self.makers[*maker].account).collect();
        (carries, order, circle)
    }

    /// Whether no market maker that still waits pays this one.
    fn is_ready(&self, maker: usize, waiting: &[usize]) -> bool {
        !waiting.iter().any(|other| self.supplies(*other, maker))
    }

    /// Whether a market maker pays another what that one takes in.
    fn supplies(&self, payer: usize, payee: usize) -> bool {
        let (payer, payee) = (&self.makers[payer], &self.makers[payee]);
        self.free().any(|(p, _)| {
            p.from == Some(payer.account)
                && p.to == Some(payee.account)
                && p.asset == payer.asset_out
                && p.asset == payee.asset_in
        })
    }

    /// Whether what a market maker pays comes back to it through others that wait.
    fn is_in_circle(&self, maker: usize, waiting: &[usize]) -> bool {
        let mut reached = vec![false; self.makers.len()];
        let mut open = vec![maker];
        while let Some(at) = open.pop() {
            for next in waiting {
                if !reached[*next] && self.supplies(at, *next) {
                    reached[*next] = true;
                    open.push(*next);
                }
            }
        }
        reached[maker]
    }

    /// The doubts about accounts that taint reaches or leaves.
    fn doubts(&self, carries: &[bool], circle: &[u32]) -> Vec<Doubt> {
        let concerned = |account: u32| {
            self.free()
                .any(|(p, n)| carries[n] && (p.from == Some(account) || p.to == Some(account)))
        };
        let circle = circle.iter().map(|account| Doubt::AmbiguousSwap { account: *account });
        let all = self.doubtful.iter().copied().chain(circle);
        all.filter(|doubt| match doubt {
            Doubt::UnverifiedSwap { account, .. } | Doubt::AmbiguousSwap { account } => {
                concerned(*account)
            }
        })
        .collect()
    }
}
