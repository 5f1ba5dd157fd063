//! Crossings from chain to chain, found in the ledger.
//!
//! What is paid into a bridge waits in a holding of its own, its *gate*; each payout takes its
//! part out of the gate, turned into the asset that came out. A chain is replayed up to a payout
//! only when the chain of its deposit has been replayed beyond the deposit, so the clocks of
//! chains do not matter.

use std::collections::BTreeMap;

use hawkshaw_model::{
    AccountIx, Address, Amount, AssetId, AssetIx, Crossing, Ledger, LinkClass, Passage, ReadError,
    TxIx,
};
use rustc_hash::FxHashMap;

use crate::program::Place;
use crate::replay::chain_of;
use crate::units::Units;

/// One side of a crossing, in the numbers of the ledger.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) tx: TxIx,
    pub(crate) event: Option<u32>,
    pub(crate) asset: u32,
    pub(crate) amount: Amount,
    /// Of a deposit: where the bridge keeps it. Of a payout: who received it.
    pub(crate) account: Option<u32>,
}

/// A payout that the ledger holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Exit {
    /// Which payout of its crossing.
    pub(crate) number: usize,
    pub(crate) spot: Spot,
    /// The part of the deposit that it stands for.
    pub(crate) part: Amount,
}

/// A crossing whose deposit the ledger holds.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Which crossing of the scene.
    pub(crate) crossing: usize,
    pub(crate) spot: Spot,
    /// The payouts that are followed.
    pub(crate) exits: Vec<Exit>,
}

/// What tainted deposits of one transaction paid into one place of a bridge.
#[derive(Debug)]
pub(crate) struct Gate<U> {
    /// The holding that it waits in.
    pub(crate) holding: u32,
    /// The transaction of the deposit.
    pub(crate) tx: TxIx,
    /// The crossing that stands for the gate in answers.
    pub(crate) crossing: usize,
    /// Where the bridge keeps it.
    pub(crate) account: Option<u32>,
    pub(crate) asset: u32,
    /// What was paid in.
    pub(crate) paid: U,
    /// What the deposits say that was paid in.
    pub(crate) stated: U,
    /// How many payouts are to come.
    pub(crate) waiting: usize,
    /// Whether the payouts stand for all that was paid in, and none of them failed.
    pub(crate) is_explained: bool,
    /// What the payout at hand took.
    pub(crate) taken: U,
}

/// A payout that brings taint when its transaction comes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Due {
    pub(crate) gate: usize,
    pub(crate) crossing: usize,
    pub(crate) exit: Exit,
}

/// Where value goes that is paid into a bridge in the transaction at hand.
#[derive(Debug, Clone)]
pub(crate) struct Mouth {
    pub(crate) payee: Option<u32>,
    pub(crate) asset: u32,
    /// The index of the output, on a UTXO chain.
    pub(crate) output: Option<u32>,
    /// Where what goes in waits or ends; `None` where only a memo says that it is a bridge, and
    /// value is followed on.
    pub(crate) place: Option<Place>,
    /// The crossing that stands for all of them in answers.
    pub(crate) crossing: usize,
    /// Which deposits of the transaction go into it.
    pub(crate) entries: Vec<usize>,
    /// Whether anything that may be tainted went into it.
    pub(crate) is_reached: bool,
}

/// A payout whose transaction has to wait for a deposit on another chain.
#[derive(Debug, Clone, Copy)]
struct Barrier {
    chain: usize,
    deposit: u64,
}

/// The crossings of a scene that concern its ledger, and what has become of them.
#[derive(Debug)]
pub(crate) struct Crossings<U> {
    /// By the transaction of the deposit.
    entries: FxHashMap<u64, Vec<Entry>>,
    /// Payouts that bring taint, by transaction.
    due: BTreeMap<u64, Vec<Due>>,
    pub(crate) gates: Vec<Gate<U>>,
    /// The mouths of bridges in the transaction at hand.
    pub(crate) mouths: Vec<Mouth>,
    /// Per chain, the payouts that wait for other chains.
    barriers: Vec<BTreeMap<u64, Vec<Barrier>>>,
    /// Per chain, the transaction up to which it was replayed.
    pub(crate) reached: Vec<u64>,
}

impl<U: Units> Crossings<U> {
    /// Finds the crossings of a scene in its ledger.
    pub(crate) fn find(ledger: &dyn Ledger, crossings: &[Crossing]) -> Result<Self, ReadError> {
        let chains = ledger.chains();
        let mut found = Self {
            entries: FxHashMap::default(),
            due: BTreeMap::new(),
            gates: Vec::new(),
            mouths: Vec::new(),
            barriers: vec![BTreeMap::new(); chains.len()],
            reached: chains.iter().map(|chain| chain.txs.start).collect(),
        };
        if crossings.is_empty() {
            return Ok(found);
        }
        let number = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
        let assets: BTreeMap<&AssetId, u32> = (0..ledger.asset_count())
            .map(|index| (ledger.asset(AssetIx(number(index))), number(index)))
            .collect();
        let chain_at = |tx: TxIx| chains.iter().position(|chain| chain.txs.contains(&tx.0));
        for (number, crossing) in crossings.iter().enumerate() {
            let Some(spot) = spot(ledger, &assets, &crossing.deposit)? else { continue };
            let mut exits = Vec::new();
            for (number, payout) in crossing.payouts.iter().enumerate() {
                if crossing.class == LinkClass::Statistics {
                    break;
                }
                let Some(exit) = self::spot(ledger, &assets, &payout.passage)? else { continue };
                if let (Some(here), Some(there)) = (chain_at(spot.tx), chain_at(exit.tx))
                    && here != there
                {
                    let barrier = Barrier { chain: here, deposit: spot.tx.0 };
                    found.barriers[there].entry(exit.tx.0).or_default().push(barrier);
                }
                exits.push(Exit { number, spot: exit, part: payout.part });
            }
            let entry = Entry { crossing: number, spot, exits };
            found.entries.entry(spot.tx.0).or_default().push(entry);
        }
        Ok(found)
    }

    /// The deposits of a transaction.
    #[inline]
    pub(crate) fn entries(&self, tx: TxIx) -> Option<&[Entry]> {
        if self.entries.is_empty() {
            return None;
        }
        self.entries.get(&tx.0).map(Vec::as_slice)
    }

    /// How many transactions bring taint from other chains in all: it changes when one is added.
    #[inline]
    pub(crate) fn due_count(&self) -> usize {
        self.due.len()
    }

    /// The next transaction in a stretch that brings taint from a bridge.
    pub(crate) fn next_due(&self, txs: std::ops::Range<u64>) -> Option<u64> {
        if self.due.is_empty() || txs.is_empty() {
            return None;
        }
        self.due.range(txs).next().map(|(tx, _)| *tx)
    }

    /// Whether a transaction brings taint from a bridge.
    #[inline]
    pub(crate) fn is_due(&self, tx: TxIx) -> bool {
        !self.due.is_empty() && self.due.contains_key(&tx.0)
    }

    /// The payouts of a transaction.
    pub(crate) fn take_due(&mut self, tx: TxIx) -> Vec<Due> {
        if self.due.is_empty() {
            return Vec::new();
        }
        self.due.remove(&tx.0).unwrap_or_default()
    }

    /// Awaits a payout. `false` where its transaction has been passed already.
    pub(crate) fn await_payout(&mut self, ledger: &dyn Ledger, now: TxIx, due: Due) -> bool {
        let tx = due.exit.spot.tx;
        let chain = ledger.chains().iter().position(|chain| chain.txs.contains(&tx.0));
        let is_here = chain_of(ledger, now).is_some_and(|chain| chain.txs.contains(&tx.0));
        let is_ahead = match chain {
            _ if is_here => tx > now,
            Some(chain) => self.reached.get(chain).is_some_and(|reached| *reached <= tx.0),
            None => false,
        };
        if is_ahead {
            self.due.entry(tx.0).or_default().push(due);
        }
        is_ahead
    }

    /// Up to which transaction a chain can be replayed before others have to be; `ends` are the
    /// ends of all chains.
    pub(crate) fn barrier(&mut self, chain: usize, ends: &[u64]) -> u64 {
        while let Some(first) = self.barriers[chain].first_entry() {
            let reached = &self.reached;
            let waits = |barrier: &Barrier| {
                reached[barrier.chain] <= barrier.deposit && barrier.deposit < ends[barrier.chain]
            };
            if first.get().iter().any(waits) {
                return (*first.key()).clamp(self.reached[chain], ends[chain]);
            }
            first.remove();
        }
        ends[chain]
    }

    /// The first transaction of a chain that waits for another chain.
    pub(crate) fn first_barrier(&self, chain: usize) -> Option<u64> {
        self.barriers[chain].keys().next().copied()
    }

    /// No longer waits for the deposits of the first payout of a chain that waits.
    pub(crate) fn give_up(&mut self, chain: usize) {
        self.barriers[chain].pop_first();
    }
}

/// A side of a crossing in the numbers of the ledger, where the ledger holds it.
fn spot(
    ledger: &dyn Ledger,
    assets: &BTreeMap<&AssetId, u32>,
    passage: &Passage,
) -> Result<Option<Spot>, ReadError> {
    let Some(tx) = ledger.find_tx(&passage.tx)? else { return Ok(None) };
    let Some(asset) = assets.get(&passage.asset) else { return Ok(None) };
    let account = match &passage.account {
        Some(account) if is_nobody(account.address()) => None,
        Some(account) => ledger.find_account(account)?.map(|AccountIx(number)| number),
        None => None,
    };
    let (event, amount) = (passage.event, passage.amount);
    Ok(Some(Spot { tx, event, asset: *asset, amount, account }))
}

fn is_nobody(address: &Address) -> bool {
    matches!(address, Address::Evm(bytes) | Address::Tron(bytes) if *bytes == [0; 20])
}
