//! The waist: what the tracer asks of whatever holds a chain.

use std::ops::Range;

use crate::address::Account;
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::chain::{ChainId, LedgerKind};
use crate::point::ChainPoint;
use crate::time::Timestamp;
use crate::tx::{OutPoint, TxHash, TxId};

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

/// Exact amounts as a column: a code below 2^63 is the amount itself, any other is the index
/// of a wide amount with the highest bit set.
#[derive(Debug, Clone, Copy)]
pub struct Amounts<'a> {
    /// One code a row.
    pub codes: &'a [u64],
    /// The amounts that do not fit.
    pub wide: &'a [Amount],
}

impl Amounts<'_> {
    /// The bit that marks an index into the wide amounts.
    pub const WIDE: u64 = 1 << 63;

    /// The amount of a row.
    #[inline]
    pub fn get(&self, row: usize) -> Amount {
        let code = self.codes[row];
        if code & Self::WIDE == 0 {
            Amount::from(code)
        } else {
            let index = usize::try_from(code & !Self::WIDE).unwrap_or(usize::MAX);
            self.wide[index]
        }
    }
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
    /// What is paid: an [`AssetIx`].
    pub assets: &'a [u32],
    /// How it is paid.
    pub kinds: &'a [TransferKind],
    /// How much is paid.
    pub amounts: Amounts<'a>,
    /// Where in its transaction each movement stands.
    pub events: &'a [u32],
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
    /// How much it is.
    pub amounts: Amounts<'a>,
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

/// An immutable snapshot of chains.
///
/// The tracer reads it and knows nothing of files or networks. Implementers: the in-memory
/// ledger of `hawkshaw-ledger`.
pub trait Ledger: Sync {
    /// The chains, by id.
    fn chains(&self) -> &[ChainSummary];

    /// Transactions from `first` (inclusive) to `end` (exclusive), all of one chain, in chain
    /// order. The first batch may begin before `first` and the last may go on after `end`.
    fn batches(&self, first: TxIx, end: TxIx) -> Box<dyn Iterator<Item = Batch<'_>> + '_>;

    /// What is known of a transaction.
    fn transaction(&self, tx: TxIx) -> Transaction;

    /// How many accounts there are: their numbers are below.
    fn account_count(&self) -> usize;

    /// An account.
    fn account(&self, account: AccountIx) -> &Account;

    /// How many assets there are.
    fn asset_count(&self) -> usize;

    /// An asset. The only asset of a UTXO chain is its native one.
    fn asset(&self, asset: AssetIx) -> &AssetId;

    /// The native asset of a chain, where the ledger has it.
    fn native_asset(&self, chain: &ChainId) -> Option<AssetIx>;

    /// How many outputs there are.
    fn output_count(&self) -> usize;

    /// An output: the transaction that made it and its index there.
    fn output(&self, output: OutputIx) -> OutPoint;

    /// The number of an account.
    fn find_account(&self, account: &Account) -> Option<AccountIx>;

    /// The number of a transaction.
    fn find_tx(&self, tx: &TxId) -> Option<TxIx>;

    /// The number of an output.
    fn find_output(&self, output: &OutPoint) -> Option<OutputIx>;

    /// What an account of an account chain was paid and paid before a transaction, in chain
    /// order.
    fn history(&self, account: AccountIx, before: TxIx) -> Box<dyn Iterator<Item = Posting> + '_>;

    /// How many movements [`history`](Self::history) would give over the whole ledger.
    fn history_len(&self, account: AccountIx) -> usize;
}
