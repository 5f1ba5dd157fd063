//! What a ledger says of one cluster.

use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_model::{AccountIx, Amount, Batch, Ledger, OutputBatch, ReadError, TxIx, UtxoTx};

use super::record::Withheld;
use super::update::spent_rows;
use super::{Clusters, MixRule};
use crate::forest::place;

/// What is asked of a cluster.
#[derive(Clone, Copy)]
pub struct Inquiry<'a> {
    /// The ledger that the clusters are of.
    pub ledger: &'a dyn Ledger,
    /// The place of the chain among its chains.
    pub chain: usize,
    /// Whether several people made a transaction together: the same as when the clusters were
    /// made.
    pub mix: &'a MixRule<'a>,
    /// How many members and transactions are listed at most.
    pub list_max: usize,
}

impl std::fmt::Debug for Inquiry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inquiry").field("list_max", &self.list_max).finish_non_exhaustive()
    }
}

/// What some accounts received and spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flow {
    /// What they were paid; `None` beyond 256 bits.
    pub received: Option<Amount>,
    /// What they spent, fees included; `None` beyond 256 bits.
    pub spent: Option<Amount>,
    /// Transactions that they take part in.
    pub txs: u64,
    /// How many of their outputs were spent.
    pub inputs: u64,
    /// The first and the last of the transactions.
    pub span: Option<(TxIx, TxIx)>,
}

impl Default for Flow {
    fn default() -> Self {
        let zero = Some(Amount::ZERO);
        Self { received: zero, spent: zero, txs: 0, inputs: 0, span: None }
    }
}

impl Flow {
    /// What is left; `None` where more was spent than received, because the ledger does not hold
    /// everything.
    pub fn balance(&self) -> Option<Amount> {
        self.received?.checked_sub(self.spent?)
    }

    fn touch(&mut self, tx: TxIx) {
        match &mut self.span {
            Some((_, last)) if *last == tx => return,
            Some((_, last)) => *last = tx,
            None => self.span = Some((tx, tx)),
        }
        self.txs += 1;
    }

    fn receive(&mut self, tx: TxIx, amount: Amount) {
        self.touch(tx);
        self.received = self.received.and_then(|sum| sum.checked_add(amount));
    }

    fn spend(&mut self, tx: TxIx, amount: Amount) {
        self.touch(tx);
        self.inputs += 1;
        self.spent = self.spent.and_then(|sum| sum.checked_add(amount));
    }
}

/// An account with its flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberFlow {
    /// The account.
    pub account: AccountIx,
    /// What it received and spent.
    pub flow: Flow,
}

/// A transaction that made a cluster what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JoiningTx {
    /// The transaction.
    pub tx: TxIx,
    /// How many clusters it made one of.
    pub clusters: u32,
    /// How many inputs it has.
    pub inputs: usize,
    /// How many different accounts they spend from.
    pub accounts: usize,
}

/// A transaction whose inputs are of the cluster and of others, and which was not taken to show
/// that they have one owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithheldTx {
    /// The transaction.
    pub tx: TxIx,
    /// Why.
    pub why: Withheld,
    /// How many accounts of the cluster it spends from.
    pub accounts: usize,
    /// How many other clusters.
    pub others: usize,
}

/// What a ledger says of one cluster. Lists have the bound of the inquiry, counts are of all.
#[derive(Debug, Clone, Default)]
pub struct Portrait {
    /// How many accounts it has.
    pub size: u32,
    /// What all of them received and spent. What they paid each other counts on both sides.
    pub flow: Flow,
    /// Of what they received, how much came out of their own transactions: change and moves.
    pub returned: Option<Amount>,
    /// The members that the ledger has first.
    pub members: Vec<MemberFlow>,
    /// The accounts that were asked for, in their order.
    pub asked: Vec<MemberFlow>,
    /// The transactions that made it: those that joined the most clusters first.
    pub joining: Vec<JoiningTx>,
    /// How many transactions made it.
    pub joining_count: usize,
    /// The transactions that were withheld and still lead to others, in chain order.
    pub withheld: Vec<WithheldTx>,
    /// How many there are, by reason.
    pub withheld_counts: BTreeMap<Withheld, u64>,
}

/// From so many members on, no segment is left out for not touching any.
const TELLING_MEMBERS_MAX: usize = 4_096;

impl Clusters {
    /// Reads what a ledger says of the cluster of an account; `asked` are accounts of it whose
    /// flows are given in any case.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged.
    pub fn portrait(
        &self,
        account: AccountIx,
        asked: &[AccountIx],
        inquiry: &Inquiry<'_>,
    ) -> Result<Portrait, ReadError> {
        let size = self.size_of(account);
        let mut members = Set::new(self.account_count());
        let mut telling = Vec::new();
        let mut first = First::new(inquiry.list_max);
        for member in self.members(account) {
            members.insert(member.0);
            first.offer(member.0);
            if telling.len() <= TELLING_MEMBERS_MAX {
                telling.push(member.0);
            }
        }
        telling.sort_unstable();
        let listed = first.into_sorted();
        let watched = listed.iter().chain(asked.iter().map(|account| &account.0));
        let mut reading = Reading {
            clusters: self,
            inquiry,
            members,
            root: self.cluster_of(account).0,
            flows: watched.map(|account| (*account, Flow::default())).collect(),
            portrait: Portrait { size, returned: Some(Amount::ZERO), ..Portrait::default() },
        };
        reading.read(if telling.len() > TELLING_MEMBERS_MAX { None } else { Some(&telling) })?;
        let Reading { flows, mut portrait, .. } = reading;
        let member = |account: u32| MemberFlow {
            account: AccountIx(account),
            flow: flows.get(&account).copied().unwrap_or_default(),
        };
        portrait.members = listed.into_iter().map(member).collect();
        portrait.asked = asked.iter().map(|account| member(account.0)).collect();
        self.list_joining(account, inquiry, &mut portrait)?;
        Ok(portrait)
    }

    fn list_joining(
        &self,
        account: AccountIx,
        inquiry: &Inquiry<'_>,
        portrait: &mut Portrait,
    ) -> Result<(), ReadError> {
        let made_by = self.made_by(account);
        portrait.joining_count = made_by.len();
        let mut most: Vec<(u32, u32)> = made_by.into_iter().collect();
        most.sort_by_key(|(tx, unions)| (std::cmp::Reverse(*unions), *tx));
        most.truncate(inquiry.list_max);
        let base = inquiry.ledger.chains()[inquiry.chain].txs.start;
        for (tx, unions) in most {
            let tx = TxIx(base + u64::from(tx));
            let legs = inquiry.ledger.utxo_tx(tx)?;
            let inputs = legs.map(|legs| legs.inputs).unwrap_or_default();
            let accounts: BTreeSet<_> = inputs.iter().filter_map(|leg| leg.holder).collect();
            portrait.joining.push(JoiningTx {
                tx,
                clusters: unions.saturating_add(1),
                inputs: inputs.len(),
                accounts: accounts.len(),
            });
        }
        Ok(())
    }
}

/// A portrait that is being made.
struct Reading<'a> {
    clusters: &'a Clusters,
    inquiry: &'a Inquiry<'a>,
    members: Set,
    root: u32,
    flows: BTreeMap<u32, Flow>,
    portrait: Portrait,
}

impl Reading<'_> {
    /// Reads the chain. Segments that touch none of the telling accounts are left out.
    fn read(&mut self, telling: Option<&[u32]>) -> Result<(), ReadError> {
        let ledger = self.inquiry.ledger;
        let txs = ledger.chains()[self.inquiry.chain].txs.clone();
        for segment in ledger.segments(TxIx(txs.start), TxIx(txs.end)) {
            if let Some(telling) = telling
                && !segment.may_touch(telling)?
            {
                continue;
            }
            if let Batch::Outputs(batch) = segment.batch()? {
                for at in 0..batch.tx_count() {
                    let rows = batch.tx_rows[at] as usize..batch.tx_rows[at + 1] as usize;
                    if batch.holders[rows].iter().any(|holder| self.members.has(*holder)) {
                        self.read_tx(&batch, at)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn read_tx(&mut self, batch: &OutputBatch<'_>, at: usize) -> Result<(), ReadError> {
        let legs = batch.transaction(at)?;
        let mut is_own = false;
        for leg in &legs.inputs {
            let Some(holder) = leg.holder.filter(|holder| self.members.has(holder.0)) else {
                continue;
            };
            is_own = true;
            self.portrait.flow.spend(legs.tx, leg.amount);
            if let Some(flow) = self.flows.get_mut(&holder.0) {
                flow.spend(legs.tx, leg.amount);
            }
        }
        for leg in &legs.outputs {
            let Some(holder) = leg.holder.filter(|holder| self.members.has(holder.0)) else {
                continue;
            };
            self.portrait.flow.receive(legs.tx, leg.amount);
            if is_own {
                let sum = self.portrait.returned;
                self.portrait.returned = sum.and_then(|sum| sum.checked_add(leg.amount));
            }
            if let Some(flow) = self.flows.get_mut(&holder.0) {
                flow.receive(legs.tx, leg.amount);
            }
        }
        let spent = &batch.holders[spent_rows(batch, at)];
        if is_own && spent.iter().any(|holder| !self.members.has(*holder)) {
            self.withheld(spent, &legs)?;
        }
        Ok(())
    }

    /// A transaction that spends from the cluster and from elsewhere.
    fn withheld(&mut self, spent: &[u32], legs: &UtxoTx) -> Result<(), ReadError> {
        let clusters = self.clusters;
        let keyed =
            |account: &&u32| **account != AccountIx::NONE && clusters.holder(**account).has_key();
        let keyed: BTreeSet<u32> = spent.iter().filter(keyed).copied().collect();
        let roots: BTreeSet<u32> = keyed.iter().map(|one| clusters.forest.root(*one)).collect();
        if roots.len() < 2 || !roots.contains(&self.root) {
            return Ok(());
        }
        // Clusters that are still apart and that nothing else kept apart are of different actors.
        let why = clusters.guard(legs, self.inquiry.mix)?.unwrap_or(Withheld::Veto);
        *self.portrait.withheld_counts.entry(why).or_default() += 1;
        if self.portrait.withheld.len() < self.inquiry.list_max {
            self.portrait.withheld.push(WithheldTx {
                tx: legs.tx,
                why,
                accounts: keyed.iter().filter(|account| self.members.has(**account)).count(),
                others: roots.len() - 1,
            });
        }
        Ok(())
    }
}

/// A set of accounts, a bit each.
struct Set(Vec<u64>);

impl Set {
    fn new(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    fn insert(&mut self, account: u32) {
        if let Some(word) = self.0.get_mut(place(account / 64)) {
            *word |= 1 << (account % 64);
        }
    }

    fn has(&self, account: u32) -> bool {
        self.0.get(place(account / 64)).is_some_and(|word| word >> (account % 64) & 1 == 1)
    }
}

/// The smallest of numbers, so many of them.
struct First {
    heap: std::collections::BinaryHeap<u32>,
    max: usize,
}

impl First {
    fn new(max: usize) -> Self {
        Self { heap: std::collections::BinaryHeap::new(), max }
    }

    fn offer(&mut self, number: u32) {
        if self.heap.len() < self.max {
            self.heap.push(number);
        } else if self.heap.peek().is_some_and(|largest| number < *largest) {
            self.heap.pop();
            self.heap.push(number);
        }
    }

    fn into_sorted(self) -> Vec<u32> {
        self.heap.into_sorted_vec()
    }
}
