//! Who swapped: accounts that gave and received within a circle of payments.

use rustc_hash::FxHashMap;

use super::board::{Board, apart, number};
use super::circles::circles;
use super::makers::{Makers, has, sorted};
use super::{Doubt, NONE};
use crate::units::Units;

/// Looks at payments to tell the deals of accounts with several assets apart, per transaction.
const LOOKS_MAX: usize = 4_000_000;

/// What an account gave in a circle of payments, and what it received there.
#[derive(Debug, Clone)]
pub(super) struct Deal {
    /// The account, by its number in the transaction.
    pub(super) account: u32,
    /// The payments that it made.
    pub(super) given: Vec<u32>,
    /// The payments that it received.
    pub(super) received: Vec<u32>,
}

/// The deals of a transaction that taint may go over by.
#[derive(Debug, Default)]
pub(super) struct Deals {
    pub(super) deals: Vec<Deal>,
    /// What is doubtful, should taint be concerned.
    pub(super) doubts: Vec<Doubt>,
}

impl Deals {
    /// Finds them.
    pub(super) fn of<U: Units>(board: &Board<'_, U>, makers: &Makers<U>) -> Self {
        let mut found = Self::default();
        let parties = 0..number(board.accounts.len());
        let swaps = |account: &u32| {
            let mut given = board.open(board.by_payer.of_key(*account));
            board.is_principal(*account) && given.any(|payment| board.is_tainted(payment))
        };
        let parties: Vec<u32> = parties.filter(swaps).collect();
        if parties.is_empty() {
            return found;
        }
        let mut rings = Rings::of(board);
        for account in parties {
            found.place(board, makers, &mut rings, account);
        }
        found
    }

    fn place<U: Units>(
        &mut self,
        board: &Board<'_, U>,
        makers: &Makers<U>,
        rings: &mut Rings,
        account: u32,
    ) {
        let whole = rings.deal_of(board, account);
        let groups = if whole.given.is_empty() || whole.received.is_empty() {
            Vec::new()
        } else {
            rings.split(board, whole)
        };
        if groups.is_empty() {
            self.doubts.extend(apart_from_each_other(board, account));
        }
        if rings.looks > LOOKS_MAX && self.doubts.last() != Some(&Doubt::Limit) {
            self.doubts.push(Doubt::Limit);
        }
        for Group { deal, is_closed } in groups {
            let mut given = deal.given.iter().map(|payment| *payment as usize);
            if !given.clone().any(|payment| board.is_tainted(payment)) {
                continue;
            }
            if !is_closed && given.clone().all(|payment| makers.taken[payment] != NONE) {
                // Others are paid from it too: market makers say how much goes to whom.
                continue;
            }
            let redeems = given.all(|p| board.is_burn(p) && board.payee[p] != NONE);
            let received = deal.received.iter().map(|payment| *payment as usize);
            let unaccepted =
                board.assets(received).into_iter().find(|asset| !board.is_accepted(*asset));
            match unaccepted.filter(|_| !redeems) {
                Some(asset) => {
                    let account = board.accounts[account as usize];
                    self.doubts.push(Doubt::Unverified { account, asset });
                }
                None => self.deals.push(deal),
            }
        }
    }
}

/// Said of an account that gave tainted value and received known assets, but from others.
fn apart_from_each_other<U: Units>(board: &Board<'_, U>, account: u32) -> Option<Doubt> {
    let (_, gets) = board.sides(account);
    let mut given = board.open(board.by_payer.of_key(account));
    let given = given.find(|payment| board.is_tainted(*payment))?;
    let received = gets.into_iter().find(|asset| board.is_accepted(*asset))?;
    let (account, given) = (board.accounts[account as usize], board.payments[given].asset);
    Some(Doubt::Apart { account, given, received })
}

/// A deal, and whether nobody outside its circle is paid by those in it.
struct Group {
    deal: Deal,
    is_closed: bool,
}

/// The circles of payments. Beside the accounts there is one node more: nobody, who mints and
/// burns tokens whose contract takes no part.
struct Rings {
    edges: Vec<(u32, u32)>,
    ring: Vec<u32>,
    nobody: u32,
    /// Accounts that pay somebody outside their circle.
    leaks: Vec<bool>,
    /// How many there are in each circle.
    leaks_in: Vec<u32>,
    looks: usize,
}

impl Rings {
    fn of<U: Units>(board: &Board<'_, U>) -> Self {
        let nobody = number(board.accounts.len());
        let mut edges = Vec::new();
        let (mut mints, mut burns) = (false, false);
        let numbers = (0..board.payments.len()).filter(|payment| board.is_open[*payment]);
        for payment in numbers.clone() {
            match (board.payer[payment], board.payee[payment]) {
                (NONE, NONE) => {}
                (NONE, payee) => {
                    if board.is_accepted(board.payments[payment].asset) {
                        mints = true;
                        edges.push((nobody, payee));
                    }
                }
                (payer, NONE) => {
                    if board.is_tainted(payment) {
                        burns = true;
                        edges.push((payer, nobody));
                    }
                }
                both => edges.push(both),
            }
        }
        for payment in numbers {
            let (payer, payee) = (board.payer[payment], board.payee[payment]);
            if mints && payee != NONE {
                edges.push((payee, nobody));
            }
            if burns && payer != NONE {
                edges.push((nobody, payer));
            }
        }
        let ring = circles(&edges, board.accounts.len() + 1);
        let mut leaks = vec![false; board.accounts.len() + 1];
        for payment in (0..board.payments.len()).filter(|payment| board.is_open[*payment]) {
            let (payer, payee) = (board.payer[payment], board.payee[payment]);
            if payer != NONE && payee != NONE && ring[payer as usize] != ring[payee as usize] {
                leaks[payer as usize] = true;
            }
        }
        let mut leaks_in = vec![0; board.accounts.len() + 1];
        for (account, leaks) in leaks.iter().enumerate() {
            leaks_in[ring[account] as usize] += u32::from(*leaks);
        }
        Self { edges, ring, nobody, leaks, leaks_in, looks: 0 }
    }

    fn node(&self, side: u32) -> u32 {
        if side == NONE { self.nobody } else { side }
    }

    /// All that an account gave and received within its circle, but for assets that it did both
    /// with.
    fn deal_of<U: Units>(&self, board: &Board<'_, U>, account: u32) -> Deal {
        let within = |side: u32| self.ring[self.node(side) as usize] == self.ring[account as usize];
        let given = board.open(board.by_payer.of_key(account)).filter(|p| within(board.payee[*p]));
        let given: Vec<usize> = given.collect();
        let received =
            board.open(board.by_payee.of_key(account)).filter(|p| within(board.payer[*p]));
        let received: Vec<usize> = received.collect();
        let (gives, gets) =
            apart(board.assets(given.iter().copied()), board.assets(received.iter().copied()));
        let of = |payments: Vec<usize>, assets: &[u32]| {
            let assets = sorted(assets);
            let kept = payments.into_iter().filter(|p| has(&assets, board.payments[*p].asset));
            kept.map(number).collect()
        };
        Deal { account, given: of(given, &gives), received: of(received, &gets) }
    }

    /// A deal as those that have nothing to do with each other once the account is left out.
    fn split<U: Units>(&mut self, board: &Board<'_, U>, whole: Deal) -> Vec<Group> {
        let account = whole.account as usize;
        let assets = |list: &[u32]| board.assets(list.iter().map(|p| *p as usize)).len();
        let is_single = assets(&whole.given) == 1 && assets(&whole.received) == 1;
        self.looks += if is_single { 0 } else { self.edges.len() };
        if is_single || self.looks > LOOKS_MAX {
            let others =
                self.leaks_in[self.ring[account] as usize] - u32::from(self.leaks[account]);
            return vec![Group { deal: whole, is_closed: others == 0 }];
        }
        let mut sets = Sets::new(self.ring.len());
        for (from, to) in &self.edges {
            let is_within = self.ring[*from as usize] == self.ring[account]
                && self.ring[*to as usize] == self.ring[account];
            if is_within && *from as usize != account && *to as usize != account {
                sets.join(*from, *to);
            }
        }
        let mut nodes: FxHashMap<(bool, u32), u32> = FxHashMap::default();
        let sides = whole.given.iter().map(|payment| (true, *payment));
        for (is_given, payment) in sides.chain(whole.received.iter().map(|p| (false, *p))) {
            let number = payment as usize;
            let other = if is_given { board.payee[number] } else { board.payer[number] };
            let key = (is_given, board.payments[number].asset);
            let node = *nodes.entry(key).or_insert_with(|| sets.add());
            sets.join(node, self.node(other));
        }
        let mut leaking: Vec<bool> = vec![false; sets.len()];
        for other in 0..self.leaks.len() {
            let is_member = other != account && self.ring[other] == self.ring[account];
            if is_member && self.leaks[other] {
                leaking[sets.root(number(other)) as usize] = true;
            }
        }
        let mut groups: FxHashMap<u32, usize> = FxHashMap::default();
        let mut found: Vec<Group> = Vec::new();
        for (is_given, payment) in
            whole.given.iter().map(|p| (true, *p)).chain(whole.received.iter().map(|p| (false, *p)))
        {
            let root = sets.root(nodes[&(is_given, board.payments[payment as usize].asset)]);
            let at = *groups.entry(root).or_insert_with(|| {
                let deal = Deal { account: whole.account, given: Vec::new(), received: Vec::new() };
                found.push(Group { deal, is_closed: !leaking[root as usize] });
                found.len() - 1
            });
            let deal = &mut found[at].deal;
            if is_given { deal.given.push(payment) } else { deal.received.push(payment) }
        }
        found.retain(|group| !group.deal.given.is_empty() && !group.deal.received.is_empty());
        found
    }
}

/// Sets that can be joined (Tarjan 1975).
struct Sets(Vec<u32>);

impl Sets {
    fn new(count: usize) -> Self {
        Self((0..number(count)).collect())
    }

    fn len(&self) -> usize {
        self.0.len()
    }

    fn add(&mut self) -> u32 {
        let node = number(self.0.len());
        self.0.push(node);
        node
    }

    fn root(&mut self, mut node: u32) -> u32 {
        while self.0[node as usize] != node {
            let above = self.0[node as usize];
            self.0[node as usize] = self.0[above as usize];
            node = self.0[node as usize];
        }
        node
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.0[a as usize] = b;
    }
}
