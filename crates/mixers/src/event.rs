//! What a pool says: who put a note in when, and who took one out.

use alloy_primitives::{Address, B256, U256};

/// A deposit into a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deposit {
    /// The block.
    pub block: u64,
    /// Unix seconds.
    pub time: i64,
    /// The transaction, where the file says it.
    pub tx: Option<B256>,
    /// Its place in the Merkle tree of the pool.
    pub leaf: Option<u64>,
    /// Who made it, where the file says it: the sender behind a proxy or router, never the
    /// router itself.
    pub depositor: Option<Address>,
    /// The gas price of its transaction in wei, where the file says it.
    pub gas_price: Option<U256>,
}

/// A withdrawal from a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawal {
    /// The block.
    pub block: u64,
    /// Unix seconds: as the file says, else interpolated between the deposits around its block.
    pub time: i64,
    /// The transaction, where the file says it.
    pub tx: Option<B256>,
    /// What keeps a note from being spent twice.
    pub nullifier: Option<B256>,
    /// Who got the coins: the argument of the withdrawal, whoever sent it.
    pub recipient: Address,
    /// What went to the relayer out of the note, in base units.
    pub fee: U256,
    /// Who sent it in place of the recipient, where the file says it.
    pub relayer: Option<Address>,
    /// The gas price of its transaction in wei, where the file says it.
    pub gas_price: Option<U256>,
}

impl Withdrawal {
    /// Whether a relayer sent it. Without a relayer in the file, a fee says so: only relayers
    /// are paid one.
    pub fn is_relayed(&self) -> bool {
        self.relayer.is_some_and(|relayer| !relayer.is_zero()) || !self.fee.is_zero()
    }
}

/// Everything that is known of a pool, in order of time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pool {
    /// The deposits.
    pub deposits: Vec<Deposit>,
    /// The withdrawals.
    pub withdrawals: Vec<Withdrawal>,
    /// What was wrong with rows, and how often.
    pub defects: crate::Defects,
    /// How many withdrawals have a time that was interpolated.
    pub interpolated: usize,
}

/// Deposits of one thief that came from one address one after another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownBatch {
    /// Who made them.
    pub depositor: Address,
    /// How many.
    pub deposits: u32,
    /// The time of the first, Unix seconds.
    pub first: i64,
    /// The time of the last, Unix seconds; of a time without seconds, the end of its minute.
    pub last: i64,
}
