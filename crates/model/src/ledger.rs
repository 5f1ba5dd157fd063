//! The waist: what the tracer asks of whatever holds a chain.

use std::fmt;
use std::ops::Range;

use crate::address::Account;
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::chain::{ChainId, LedgerKind};
use crate::point::ChainPoint;
use crate::time::Timestamp;
use crate::tx::{OutPoint, TxHash, TxId};
use crate::utxo::UtxoTx;

/// The number of an account in one ledger. It means nothing outside that ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountIx(pub u32);

impl AccountIx {
    /// The mark in columns for "nobody": the payer of a mint, the payee of a fee, the holder
    /// of an output without an address.
    pub const NONE: u32 = u32::MAX;
}

/// The number of an asset in one ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssetIx(pub u32);

/// The number of a transaction in one ledger. Transactions of a chain are numbered without
/// holes in chain order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TxIx(pub u64);

/// The number of a transaction output in one ledger, in order of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutputIx(pub u64);

impl OutputIx {
    /// The mark in columns for an output that the ledger does not hold.
    pub const NONE: u64 = u64::MAX;
}

/// What moved value on an account chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TransferKind {
    /// The native asset, by the transaction itself.
    Native,
    /// The native asset, by a call inside the transaction.
    Internal,
    /// A token.
    Token,
    /// The fee of the transaction.
    Fee,
    /// New value.
    Mint,
    /// Value destroyed.
    Burn,
    /// New wrapped value for native value given up.
    Wrap,
    /// Native value for wrapped value given up.
    Unwrap,
}

/// One chain of a ledger and how far it reaches.
#[derive(Debug, Clone)]
pub struct ChainSummary {
    /// The chain.
    pub id: ChainId,
    /// How it keeps value.
    pub kind: LedgerKind,
    /// Its transactions.
    pub txs: Range<u64>,
    /// First and last block height, where the data give heights.
    pub heights: Option<(u64, u64)>,
    /// Earliest and latest block time.
    pub times: (Timestamp, Timestamp),
}

/// What is known of a transaction beside what it moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Its hash, unless only a source states it.
    pub hash: Option<TxHash>,
    /// Where it stands, with event index 0, where the data say.
    pub point: Option<ChainPoint>,
    /// The time of its block.
    pub time: Timestamp,
    /// Who sent it, where the data say.
    pub sender: Option<AccountIx>,
    /// The source that states it, where it is not only the ledger that does.
    pub source: Option<String>,
}

/// Why a ledger cannot be read on: a file of it is damaged or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ReadError(Box<Damage>);

/// Where a file is damaged, and how.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, byte {offset}: {reason}")]
struct Damage {
    file: String,
    offset: u64,
    reason: String,
}

impl ReadError {
    /// A file that cannot be read, from which byte on, and why.
    pub fn new(file: impl Into<String>, offset: u64, reason: impl Into<String>) -> Self {
        Self(Box::new(Damage { file: file.into(), offset, reason: reason.into() }))
    }

    /// The file.
    pub fn file(&self) -> &str {
        &self.0.file
    }

    /// The first byte that cannot be relied on.
    pub fn offset(&self) -> u64 {
        self.0.offset
    }
}

/// What a movement of an account chain is, beside who pays whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferDetail {
    /// What is paid.
    pub asset: AssetIx,
    /// How it is paid.
    pub kind: TransferKind,
    /// How much is paid.
    pub amount: Amount,
    /// Where in its transaction the movement stands.
    pub event: u32,
}

/// The details of the movements of a batch, which are read only where they matter.
pub trait TransferDetails: fmt::Debug + Sync {
    /// The details of a row of the batch.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    fn detail(&self, row: usize) -> Result<TransferDetail, ReadError>;
}

/// The amounts of the legs of a batch, which are read only where they matter.
pub trait LegAmounts: fmt::Debug + Sync {
    /// The amount of a row of the batch.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    fn amount(&self, row: usize) -> Result<Amount, ReadError>;
}

/// A run of consecutive transactions of an account chain, as columns. A row is a movement of
/// one asset; rows of a transaction are in event order.
#[derive(Debug, Clone, Copy)]
pub struct TransferBatch<'a> {
    /// The first transaction.
    pub tx_first: TxIx,
    /// Where the rows of each transaction begin, and behind the last where they end.
    pub tx_rows: &'a [u32],
    /// Who pays: an [`AccountIx`], or [`AccountIx::NONE`].
    pub payers: &'a [u32],
    /// Who is paid: an [`AccountIx`], or [`AccountIx::NONE`].
    pub payees: &'a [u32],
    /// The rest of each row.
    pub details: &'a dyn TransferDetails,
}

/// A run of consecutive transactions of a UTXO chain, as columns. A row is a leg: first the
/// inputs of a transaction in their order, then its outputs in theirs.
#[derive(Debug, Clone, Copy)]
pub struct OutputBatch<'a> {
    /// The first transaction.
    pub tx_first: TxIx,
    /// Where the legs of each transaction begin, and behind the last where they end.
    pub tx_rows: &'a [u32],
    /// Where the outputs of each transaction begin.
    pub tx_outputs: &'a [u32],
    /// The output that an input spends ([`OutputIx::NONE`] where the ledger does not hold it)
    /// or that an output leg makes.
    pub outputs: &'a [u64],
    /// Who holds it: an [`AccountIx`], or [`AccountIx::NONE`].
    pub holders: &'a [u32],
    /// How much each leg is.
    pub amounts: &'a dyn LegAmounts,
}

/// A run of consecutive transactions of one chain.
#[derive(Debug, Clone, Copy)]
pub enum Batch<'a> {
    /// Of an account chain.
    Transfers(TransferBatch<'a>),
    /// Of a UTXO chain.
    Outputs(OutputBatch<'a>),
}

/// One movement in the history of an account. A self-transfer stands once on each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// The transaction.
    pub tx: TxIx,
    /// What moved.
    pub asset: AssetIx,
    /// How much.
    pub amount: Amount,
    /// Whether the account was paid, else it paid.
    pub is_credit: bool,
    /// Whether it is a fee: fees count after all else that a transaction moved.
    pub is_fee: bool,
    /// The other side, where there is one.
    pub counterparty: Option<AccountIx>,
}

/// The movements of an account, one after the other.
pub type Postings<'a> = Box<dyn Iterator<Item = Result<Posting, ReadError>> + 'a>;

/// A run of consecutive transactions of one chain, which need not be read to be passed over.
pub trait LedgerSegment: fmt::Debug + Sync {
    /// Its transactions.
    fn txs(&self) -> Range<u64>;

    /// Whether a movement or leg of the segment can have one of these accounts, by
    /// [`AccountIx`]. `true` is allowed where finding out costs more than reading.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    fn may_touch(&self, accounts: &[u32]) -> Result<bool, ReadError>;

    /// Its columns.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    fn batch(&self) -> Result<Batch<'_>, ReadError>;

    /// Hands its columns to somebody who does not keep them. A segment that has to make its
    /// columns need not hold them afterwards.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    fn with_batch(&self, read: &mut dyn FnMut(&Batch<'_>)) -> Result<(), ReadError> {
        read(&self.batch()?);
        Ok(())
    }
}

/// An immutable snapshot of chains.
///
/// The tracer reads it and knows nothing of files or networks. Implementers: the ledger in
/// memory and the snapshot of a store, both of `hawkshaw-ledger`.
///
/// Whatever reads may meet a damaged file; there is no answer then, rather than a wrong one.
pub trait Ledger: Sync {
    /// The chains, by id.
    fn chains(&self) -> &[ChainSummary];

    /// The segments that hold the transactions from `first` (inclusive) to `end` (exclusive),
    /// all of one chain, in chain order. The first may begin before `first` and the last may go
    /// on after `end`.
    fn segments(&self, first: TxIx, end: TxIx)
    -> Box<dyn Iterator<Item = &dyn LedgerSegment> + '_>;

    /// What is known of a transaction.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    fn transaction(&self, tx: TxIx) -> Result<Transaction, ReadError>;

    /// How many accounts there are: their numbers are below.
    fn account_count(&self) -> usize;

    /// An account.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    fn account(&self, account: AccountIx) -> Result<Account, ReadError>;

    /// How many assets there are.
    fn asset_count(&self) -> usize;

    /// An asset. The only asset of a UTXO chain is its native one.
    fn asset(&self, asset: AssetIx) -> &AssetId;

    /// The native asset of a chain, where the ledger has it.
    fn native_asset(&self, chain: &ChainId) -> Option<AssetIx>;

    /// How many outputs there are.
    fn output_count(&self) -> usize;

    /// An output: the transaction that made it and its index there.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    fn output(&self, output: OutputIx) -> Result<OutPoint, ReadError>;

    /// The number of an account.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged where it would stand.
    fn find_account(&self, account: &Account) -> Result<Option<AccountIx>, ReadError>;

    /// The number of a transaction.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged where it would stand.
    fn find_tx(&self, tx: &TxId) -> Result<Option<TxIx>, ReadError>;

    /// The number of an output.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged where it would stand.
    fn find_output(&self, output: &OutPoint) -> Result<Option<OutputIx>, ReadError>;

    /// What an account of an account chain was paid and paid before a transaction, in chain
    /// order.
    fn history(&self, account: AccountIx, before: TxIx) -> Postings<'_>;

    /// How many transactions the [`history`](Self::history) over the whole ledger names at
    /// most: cheap, and at least their number.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    fn history_txs_max(&self, account: AccountIx) -> Result<u64, ReadError>;

    /// A transaction of a UTXO chain with its legs; `None` on an account chain.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    fn utxo_tx(&self, tx: TxIx) -> Result<Option<UtxoTx>, ReadError>;

    /// The transaction that made an output, and the index of the output there.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    fn maker(&self, output: OutputIx) -> Result<(TxIx, u32), ReadError>;

    /// The transaction that spends an output, where the ledger holds one.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    fn spender(&self, output: OutputIx) -> Result<Option<TxIx>, ReadError>;

    /// The outputs that an account of a UTXO chain was ever paid, in order of creation.
    fn outputs_of(&self, account: AccountIx) -> OutputsOf<'_>;
}

/// The outputs of an account, one after the other.
pub type OutputsOf<'a> = Box<dyn Iterator<Item = Result<OutputIx, ReadError>> + 'a>;
