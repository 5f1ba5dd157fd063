//! Transaction headers as columns, and the way back from a hash to its transaction.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use hawkshaw_model::{AccountIx, ChainPoint, Timestamp, Transaction, TxHash};
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::error::LedgerError;
use crate::place::Place;

/// What is known of a transaction beside what it moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TxHeader<'a> {
    /// Its hash; `None` makes it a transaction that no other row belongs to.
    pub hash: Option<TxHash>,
    /// Where it stands (the event index is ignored); `None` places it by its time.
    pub point: Option<ChainPoint>,
    /// The time of its block.
    pub time: Timestamp,
    /// Who sent it, where that is known.
    pub sender: Option<AccountIx>,
    /// The source that states it, where it is not only the ledger that does.
    pub source: Option<&'a str>,
}

/// Why a header cannot be noted.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// There are too many transactions.
    Full,
    /// An earlier row of that transaction says otherwise.
    Contradicts {
        /// The transaction.
        tx: u32,
        /// What it says.
        reason: String,
    },
}

impl Refusal {
    /// The error, given where the earlier row of a transaction was read.
    pub(crate) fn into_error(
        self,
        hash: Option<TxHash>,
        second: Place,
        place_of: impl Fn(u32) -> Option<Place>,
    ) -> LedgerError {
        match self {
            Self::Full => LedgerError::limit("transactions of a chain"),
            Self::Contradicts { tx, reason } => LedgerError::Conflict {
                first: place_of(tx).unwrap_or_else(|| second.clone()),
                second,
                reason: match hash {
                    Some(hash) => format!("{reason} ({hash})"),
                    None => reason,
                },
            },
        }
    }
}

/// Headers of transactions: 58 bytes each, and the sources of those that have one.
#[derive(Debug, Default)]
pub(crate) struct TxColumns {
    pub(crate) hashes: Vec<TxHash>,
    pub(crate) heights: Vec<u64>,
    pub(crate) times: Vec<Timestamp>,
    pub(crate) tx_indices: Vec<u32>,
    pub(crate) senders: Vec<u32>,
    states: Vec<u8>,
    pub(crate) sources: FxHashMap<usize, String>,
}

/// The transaction has a hash.
const HASHED: u8 = 1;
/// The transaction has a height and an index.
const PLACED: u8 = 2;
/// A row of the transaction was read; else it is only known as what an input spends.
const STATED: u8 = 4;

impl TxColumns {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// What is known of a transaction.
    pub(crate) fn get(&self, tx: usize) -> Transaction {
        Transaction {
            hash: self.hash(tx),
            point: self.position(tx).map(|(height, tx_index)| ChainPoint {
                height,
                tx_index,
                event_index: 0,
            }),
            time: self.times[tx],
            sender: Some(self.senders[tx]).filter(|s| *s != AccountIx::NONE).map(AccountIx),
            source: self.sources.get(&tx).cloned(),
        }
    }

    /// Its hash.
    pub(crate) fn hash(&self, tx: usize) -> Option<TxHash> {
        (self.states[tx] & HASHED != 0).then(|| self.hashes[tx])
    }

    /// Its height and its index in the block.
    pub(crate) fn position(&self, tx: usize) -> Option<(u64, u32)> {
        (self.states[tx] & PLACED != 0).then(|| (self.heights[tx], self.tx_indices[tx]))
    }

    /// The time of its block.
    pub(crate) fn time(&self, tx: usize) -> Timestamp {
        self.times[tx]
    }

    /// Whether a row of it was read.
    pub(crate) fn is_stated(&self, tx: usize) -> bool {
        self.states[tx] & STATED != 0
    }

    /// Appends transactions of other columns, in an order.
    pub(crate) fn append(&mut self, other: &Self, order: &[u32]) {
        fn pick<T: Copy>(to: &mut Vec<T>, from: &[T], order: &[u32]) {
            to.extend(order.iter().map(|tx| from[*tx as usize]));
        }
        if !other.sources.is_empty() {
            let next = self.len();
            let sourced = order.iter().enumerate().filter_map(|(place, tx)| {
                other.sources.get(&(*tx as usize)).map(|source| (next + place, source.clone()))
            });
            self.sources.extend(sourced);
        }
        pick(&mut self.hashes, &other.hashes, order);
        pick(&mut self.heights, &other.heights, order);
        pick(&mut self.times, &other.times, order);
        pick(&mut self.tx_indices, &other.tx_indices, order);
        pick(&mut self.senders, &other.senders, order);
        pick(&mut self.states, &other.states, order);
    }

    /// Places a transaction that no row placed.
    pub(crate) fn place(&mut self, tx: usize, (height, index): (u64, u32), time: Timestamp) {
        self.states[tx] |= PLACED;
        self.heights[tx] = height;
        self.tx_indices[tx] = index;
        self.times[tx] = time;
    }

    fn push_blank(&mut self, hash: Option<TxHash>) {
        self.hashes.push(hash.unwrap_or(TxHash::from([0; 32])));
        self.states.push(if hash.is_some() { HASHED } else { 0 });
        self.heights.push(0);
        self.times.push(Timestamp::default());
        self.tx_indices.push(0);
        self.senders.push(AccountIx::NONE);
    }

    /// Notes what a row says of its transaction. A row without a point has no say about where
    /// and when, once another row of the transaction was read.
    fn note(&mut self, tx: usize, header: &TxHeader<'_>) -> Result<(), String> {
        let is_first = !self.is_stated(tx);
        self.states[tx] |= STATED;
        match header.point {
            Some(point) if self.states[tx] & PLACED == 0 => {
                self.states[tx] |= PLACED;
                self.heights[tx] = point.height;
                self.tx_indices[tx] = point.tx_index;
                self.times[tx] = header.time;
            }
            Some(point) => self.must_agree(tx, point, header.time)?,
            None if is_first => self.times[tx] = header.time,
            None => {}
        }
        if let Some(AccountIx(sender)) = header.sender {
            if ![AccountIx::NONE, sender].contains(&self.senders[tx]) {
                return Err("one transaction has one sender".to_owned());
            }
            self.senders[tx] = sender;
        }
        if let Some(source) = header.source {
            self.add_source(tx, source);
        }
        Ok(())
    }

    fn must_agree(&self, tx: usize, point: ChainPoint, time: Timestamp) -> Result<(), String> {
        let (height, tx_index) = (self.heights[tx], self.tx_indices[tx]);
        if (height, tx_index) != (point.height, point.tx_index) {
            return Err(format!(
                "one transaction stands at block {height}, index {tx_index} and at block {}, \
                 index {}",
                point.height, point.tx_index
            ));
        }
        if self.times[tx] != time {
            return Err(format!(
                "one transaction has the block times {} and {}",
                self.times[tx].to_unix(),
                time.to_unix()
            ));
        }
        Ok(())
    }

    /// Several sources of one transaction are kept one after the other, a space between them.
    fn add_source(&mut self, tx: usize, source: &str) {
        let known = self.sources.entry(tx).or_default();
        if known.is_empty() {
            source.clone_into(known);
        } else if known != source && !known.split(' ').any(|one| one == source) {
            known.push(' ');
            known.push_str(source);
        }
    }
}

/// The transactions of a chain in the order in which they were first named.
#[derive(Debug, Default)]
pub(crate) struct TxDrafts {
    columns: TxColumns,
    index: TxIndex,
    last: Option<(TxHash, u32)>,
}

impl TxDrafts {
    /// Their headers.
    pub(crate) fn columns(&self) -> &TxColumns {
        &self.columns
    }

    /// Their headers, to be completed.
    pub(crate) fn columns_mut(&mut self) -> &mut TxColumns {
        &mut self.columns
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.columns.len()
    }

    /// The number of the transaction with that hash, new or known.
    pub(crate) fn intern(&mut self, hash: TxHash) -> Result<u32, Refusal> {
        match self.last {
            Some((last, tx)) if last == hash => return Ok(tx),
            _ => {}
        }
        let Self { columns, index, .. } = self;
        let tx = match index.find(&hash, &columns.hashes) {
            Some(tx) => tx,
            None => {
                let tx = next_tx(columns)?;
                columns.push_blank(Some(hash));
                index.insert(tx, &columns.hashes);
                tx
            }
        };
        self.last = Some((hash, tx));
        Ok(tx)
    }

    /// Notes a header and gives the number of its transaction.
    pub(crate) fn state(&mut self, header: &TxHeader<'_>) -> Result<u32, Refusal> {
        let tx = match header.hash {
            Some(hash) => self.intern(hash)?,
            None => {
                let tx = next_tx(&self.columns)?;
                self.columns.push_blank(None);
                tx
            }
        };
        self.columns
            .note(tx as usize, header)
            .map_err(|reason| Refusal::Contradicts { tx, reason })?;
        Ok(tx)
    }

    /// The headers, and the index with every transaction at the place that it has in `order`.
    pub(crate) fn into_parts(self, order: &[u32]) -> (TxColumns, TxIndex) {
        let Self { columns, mut index, .. } = self;
        let is_unchanged =
            order.len() == columns.len() && order.iter().zip(0..).all(|(tx, place)| *tx == place);
        if !is_unchanged {
            let mut places = vec![NOWHERE; columns.len()];
            for (tx, place) in order.iter().zip(0..) {
                places[*tx as usize] = place;
            }
            index.table.retain(|tx| {
                *tx = places[*tx as usize];
                *tx != NOWHERE
            });
        }
        (columns, index)
    }
}

/// The mark of a transaction that the ledger does not hold.
pub(crate) const NOWHERE: u32 = u32::MAX;

fn next_tx(columns: &TxColumns) -> Result<u32, Refusal> {
    u32::try_from(columns.len()).ok().filter(|tx| *tx != NOWHERE).ok_or(Refusal::Full)
}

/// From the hash of a transaction to its number on the chain: 4 bytes an entry, the hashes
/// stay in their column.
///
/// The hash function is not keyed: transaction hashes are uniform and cannot be chosen.
#[derive(Debug, Default)]
pub(crate) struct TxIndex {
    table: HashTable<u32>,
}

impl TxIndex {
    /// The number of a transaction, given the hashes of the chain.
    pub(crate) fn find(&self, hash: &TxHash, hashes: &[TxHash]) -> Option<u32> {
        let is_it = |tx: &u32| hashes[*tx as usize] == *hash;
        self.table.find(FxBuildHasher.hash_one(hash), is_it).copied()
    }

    /// The number of a transaction of the chain whose transactions begin at `first`.
    pub(crate) fn find_in(&self, hash: &TxHash, columns: &TxColumns, first: usize) -> Option<u32> {
        self.find(hash, &columns.hashes[first..])
    }

    fn insert(&mut self, tx: u32, hashes: &[TxHash]) {
        let hash_of = |tx: &u32| FxBuildHasher.hash_one(hashes[*tx as usize]);
        self.table.insert_unique(hash_of(&tx), tx, hash_of);
    }
}
