//! Accounts of a UTXO chain that one wallet spends from, as far as that can be inferred.
//!
//! Whoever spends several outputs in one transaction signs for all of them, and so the inputs of
//! a transaction have one owner as a rule: *common input ownership*. It is the oldest inference
//! on Bitcoin (Nakamoto 2008, section 10; Reid and Harrigan 2013; Meiklejohn et al. 2013,
//! heuristic 1), and it is wrong where several people make a transaction together. Nothing can
//! take a wrong union back, so that whatever may be one is left out, and counted:
//!
//! 1. a transaction that mixes coins of several people (the caller says which do);
//! 2. a payment in which the payee may have put in coins of his own ([`payjoin_mark`]);
//! 3. a transaction that would join accounts which tags give to different actors.
//!
//! Inputs without a known account, and those that anybody can spend, join nothing.

mod about;
mod compare;
mod file;
mod holder;
mod record;
mod update;

use std::collections::BTreeMap;

use hawkshaw_model::{AccountIx, Mix, ReadError, UtxoTx};
use rustc_hash::FxHashMap;

pub use self::about::{Flow, Inquiry, JoiningTx, MemberFlow, Portrait, WithheldTx};
pub use self::compare::{Marks, Standing};
pub use self::file::FileError;
pub use self::holder::is_keyless;
pub use self::record::{Counts, Growth, JUMP_MIN, Jump, LARGE_INPUTS, Veto, Withheld};
pub use self::update::{Asked, TooMany, UpdateError};
use crate::forest::{Forest, Union, place};
use crate::payjoin::payjoin_mark;
use holder::Holder;
use record::Record;

/// Says whether several people made a transaction together.
pub type MixRule<'a> = dyn Fn(&UtxoTx) -> Result<Option<Mix>, ReadError> + 'a;

/// The accounts of a chain in clusters, and why.
///
/// Accounts are numbered as in the ledger, transactions from the first of the chain on.
#[derive(Debug, Clone, Default)]
pub struct Clusters {
    forest: Forest,
    /// What each account is: [`Holder`].
    holders: Vec<u8>,
    /// The names of actors, by the number that is used here.
    actor_names: Vec<String>,
    /// The actor of each tagged account, as the caller named them.
    tagged: BTreeMap<u32, u32>,
    /// The actor of each cluster that has one, by root.
    actors: FxHashMap<u32, u32>,
    record: Record,
    /// What was read of the ledger.
    read: compare::Read,
    /// The roots of the transaction at hand, kept for its memory.
    roots: Vec<u32>,
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Its inputs are of one cluster already, or none of them can join any.
    Nothing,
    /// It joined so many clusters to one.
    Joined(u32),
    /// It would have, and was not taken to.
    Withheld(Withheld),
}

impl Clusters {
    /// Clusters of accounts that are yet to come.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many accounts there are, most of them alone.
    pub fn account_count(&self) -> usize {
        self.forest.len()
    }

    /// How many transactions of the chain were read.
    pub fn tx_count(&self) -> u64 {
        self.read.txs()
    }

    /// How many transactions and inputs there were of each sort.
    pub fn counts(&self) -> &Counts {
        &self.record.counts
    }

    /// The transactions that would have joined accounts of different actors: the first ones, up
    /// to a bound. [`Counts::vetoes`] has the number of all.
    pub fn vetoes(&self) -> &[Veto] {
        &self.record.vetoes
    }

    /// The transactions that joined large clusters, those with the largest second cluster first,
    /// up to a bound.
    pub fn jumps(&self) -> &[Jump] {
        &self.record.jumps
    }

    /// How many transactions joined large clusters.
    pub fn jump_count(&self) -> u64 {
        self.record.jump_count
    }

    /// How large the largest cluster was, over time.
    pub fn growth(&self) -> &[Growth] {
        &self.record.growth
    }

    /// An account of the largest cluster and how many accounts that has; `None` while no two are
    /// joined.
    pub fn largest(&self) -> Option<(AccountIx, u32)> {
        let (root, size) = self.record.largest;
        (size > 1).then_some((AccountIx(root), size))
    }

    /// How many clusters of two or more accounts there are, and how many accounts are in them.
    pub fn joined(&self) -> (u64, u64) {
        let (mut clusters, mut accounts) = (0, 0);
        for (at, parent) in (0u32..).zip(&self.forest.parent) {
            let size = self.forest.note[place(at)];
            if *parent == at && size > 1 {
                clusters += 1;
                accounts += u64::from(size);
            }
        }
        (clusters, accounts)
    }

    /// The name of an actor.
    pub fn actor_name(&self, actor: u32) -> &str {
        self.actor_names.get(place(actor)).map_or("", String::as_str)
    }

    /// The cluster of an account: the first account of it that the ledger has.
    pub fn cluster_of(&self, account: AccountIx) -> AccountIx {
        AccountIx(self.forest.root(account.0))
    }

    /// How many accounts a cluster has.
    pub fn size_of(&self, cluster: AccountIx) -> u32 {
        self.forest.size(self.forest.root(cluster.0))
    }

    /// The actor of a cluster, where tags name one.
    pub fn actor_of(&self, cluster: AccountIx) -> Option<&str> {
        let actor = self.actors.get(&self.forest.root(cluster.0))?;
        Some(self.actor_name(*actor))
    }

    /// The accounts of the cluster of an account, in no order that means anything.
    pub fn members(&self, account: AccountIx) -> impl Iterator<Item = AccountIx> + '_ {
        self.forest.members(account.0).map(AccountIx)
    }

    /// The transactions that made the cluster of an account, by the number of clusters that each
    /// took into another: one less than it joined.
    pub fn made_by(&self, account: AccountIx) -> BTreeMap<u32, u32> {
        let mut txs = BTreeMap::new();
        for tx in self.forest.members(account.0).filter_map(|member| self.forest.note(member)) {
            *txs.entry(tx).or_default() += 1;
        }
        txs
    }

    /// Adds an account that the ledger has next.
    pub fn push_account(&mut self, account: &hawkshaw_model::Account) {
        self.push_holder(Holder::of(account));
    }

    fn push_holder(&mut self, holder: Holder) {
        self.forest.grow(self.forest.len() + 1);
        self.holders.push(holder.0);
    }

    fn holder(&self, account: u32) -> Holder {
        Holder(self.holders[place(account)])
    }

    /// Says that an account, which need not be there yet, belongs to an actor. Before the first
    /// transaction that spends from it.
    pub fn tag(&mut self, account: AccountIx, actor: &str) {
        let at = self.actor_names.iter().position(|name| name == actor);
        let at = at.unwrap_or_else(|| {
            self.actor_names.push(actor.to_owned());
            self.actor_names.len() - 1
        });
        let number = u32::try_from(at).unwrap_or(u32::MAX);
        self.tagged.insert(account.0, number);
        self.actors.insert(account.0, number);
    }

    /// Reads a transaction: `spent` are the accounts of its inputs in order, none for a coinbase,
    /// [`AccountIx::NONE`] where nobody knows. `legs` are asked for only where it would join
    /// clusters, and so is `mix`.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged. Nothing was joined then.
    pub fn add(
        &mut self,
        tx: u32,
        spent: &[u32],
        legs: impl FnOnce() -> Result<UtxoTx, ReadError>,
        mix: &MixRule<'_>,
    ) -> Result<Outcome, ReadError> {
        if spent.is_empty() {
            return Ok(Outcome::Nothing);
        }
        self.record.counts.spending += 1;
        self.record.counts.large += u64::from(spent.len() >= LARGE_INPUTS);
        let mut roots = std::mem::take(&mut self.roots);
        self.collect_roots(spent, &mut roots);
        let outcome = if roots.len() < 2 {
            Ok(Outcome::Nothing)
        } else {
            self.decide(tx, spent, &roots, legs, mix)
        };
        self.roots = roots;
        outcome
    }

    /// The roots of the accounts of inputs, each once, the smallest first.
    fn collect_roots(&mut self, spent: &[u32], roots: &mut Vec<u32>) {
        roots.clear();
        let counts = &mut self.record.counts;
        for account in spent {
            if *account == AccountIx::NONE {
                counts.unknown_inputs += 1;
            } else if !Holder(self.holders[place(*account)]).has_key() {
                counts.keyless_inputs += 1;
            } else {
                roots.push(*account);
            }
        }
        if roots.len() > 1 {
            let known = roots.len();
            roots.sort_unstable();
            roots.dedup();
            counts.repeated_inputs += (known - roots.len()) as u64;
        }
        roots.iter_mut().for_each(|root| *root = self.forest.find(*root));
        roots.sort_unstable();
        roots.dedup();
    }

    /// Joins clusters, or says why not.
    fn decide(
        &mut self,
        tx: u32,
        spent: &[u32],
        roots: &[u32],
        legs: impl FnOnce() -> Result<UtxoTx, ReadError>,
        mix: &MixRule<'_>,
    ) -> Result<Outcome, ReadError> {
        let legs = legs()?;
        let why = match self.guard(&legs, mix)? {
            Some(why) => Some(why),
            None => self.veto(tx, spent, roots).map(|veto| {
                self.record.veto(veto);
                Withheld::Veto
            }),
        };
        if let Some(why) = why {
            self.record.counts.withhold(why);
            return Ok(Outcome::Withheld(why));
        }
        self.join(tx, roots);
        Ok(Outcome::Joined(u32::try_from(roots.len()).unwrap_or(u32::MAX)))
    }

    /// Why the inputs of a transaction cannot be taken for those of one owner, by what it is.
    fn guard(&self, legs: &UtxoTx, mix: &MixRule<'_>) -> Result<Option<Withheld>, ReadError> {
        if let Some(mix) = mix(legs)?.filter(|mix| mix.class.is_mix()) {
            return Ok(Some(Withheld::Mix(mix.class)));
        }
        let spendable = |at: usize| {
            let leg = &legs.outputs[at];
            match leg.holder {
                Some(holder) => self.holder(holder.0).is_spendable(),
                None => !leg.amount.is_zero(),
            }
        };
        let known = legs.inputs.iter().filter_map(|leg| leg.holder);
        let kinds = known.map(|holder| self.holder(holder.0).0);
        Ok(payjoin_mark(legs, spendable, kinds).map(Withheld::PayJoin))
    }

    /// That clusters belong to different actors, with the first inputs that show it.
    fn veto(&self, tx: u32, spent: &[u32], roots: &[u32]) -> Option<Veto> {
        if self.actors.is_empty() {
            return None;
        }
        let mut actors = roots.iter().filter_map(|root| self.actors.get(root));
        let first = actors.next()?;
        actors.find(|actor| *actor != first)?;
        let known = spent.iter().filter(|account| **account != AccountIx::NONE);
        let keyed = known.filter(|account| self.holder(**account).has_key());
        let named = |account: &u32| {
            self.actors.get(&self.forest.root(*account)).map(|actor| (*account, *actor))
        };
        let mut named = keyed.filter_map(named);
        let (one, its_actor) = named.next()?;
        let (other, other_actor) = named.find(|(_, actor)| *actor != its_actor)?;
        Some(Veto { tx, accounts: [one, other], actors: [its_actor, other_actor] })
    }

    /// Makes one cluster of several, given by their roots.
    fn join(&mut self, tx: u32, roots: &[u32]) {
        let [first, others @ ..] = roots else { return };
        let (mut largest, mut second) = (self.forest.size(*first), 0);
        let mut size = largest;
        for other in others {
            let its = self.forest.size(*other);
            (largest, second) = (largest.max(its), second.max(its.min(largest)));
            if let Some(Union { root, absorbed, size: now }) = self.forest.join(*first, *other, tx)
            {
                size = now;
                self.record.counts.unions += 1;
                if let Some(actor) = self.actors.remove(&absorbed) {
                    self.actors.insert(root, actor);
                }
            }
        }
        self.record.counts.joining += 1;
        self.record.grew(tx, *first, size);
        if second >= JUMP_MIN {
            self.record.jump(Jump { tx, account: *first, largest, second });
        }
    }
}
