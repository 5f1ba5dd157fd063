//! What a trace answers.

use std::collections::BTreeMap;

use hawkshaw_model::{
    Account, Amount, AssetId, ChainId, ChainPoint, Destination, Grade, LinkClass, OutPoint, Policy,
    TerminalKind, Timestamp, TxHash, TxId,
};

/// Amounts of the stolen assets that some value stands for, one for each entry of
/// [`Trace::stolen`] and in its order.
pub type OriginAmounts = Vec<Amount>;

/// The answer: where every stolen unit is, by which transactions it got there, and whether it
/// all adds up.
///
/// Whatever is listed per policy has one entry for each of [`Trace::policies`], in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The policies that were applied.
    pub policies: Vec<Policy>,
    /// What was stolen, summed by asset, in CAIP-19 order.
    pub stolen: Vec<StolenAsset>,
    /// Where the value is: the largest first.
    pub terminals: Vec<Terminal>,
    /// By which movements it got there, in the order of the replay.
    pub edges: Vec<Edge>,
    /// Whether it adds up, per policy; `None` for policies that do not conserve.
    pub balance: Vec<Option<Vec<Balance>>>,
    /// How the value moved on in time.
    pub timeline: Vec<TimelinePoint>,
    /// What the traced part of the ledger covers, per chain.
    pub coverage: BTreeMap<ChainId, Coverage>,
    /// The time of the last transaction that was looked at.
    pub as_of: Timestamp,
    /// What the noise rules dropped, by rule.
    pub noise: BTreeMap<String, u64>,
    /// What was wrong with the data, by reason.
    pub defects: BTreeMap<String, u64>,
    /// What was borrowed by accounts that had taint, in the order of the replay. It is a total
    /// of its own and no part of the balance: the taint is on what secures it.
    pub secured: Vec<Secured>,
    /// What a person must know of how the answer came about.
    pub findings: Vec<Finding>,
    /// The limits that were reached.
    pub limits: Vec<String>,
    /// How many holdings had taint at some time, under any policy.
    pub holdings: usize,
}

/// A sum stolen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StolenAsset {
    /// What.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// When the first of it was stolen.
    pub first_time: Timestamp,
}

/// Value that an account with taint borrowed: it may stand for the stolen value that secures it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secured {
    /// The transaction, unless only a source states it.
    pub tx: Option<TxHash>,
    /// When.
    pub time: Timestamp,
    /// Who borrowed.
    pub borrower: Account,
    /// Of whom.
    pub lender: Account,
    /// What.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// Whether the lender or its debt token is on the built-in list. If not, a token that was
    /// minted beside the payment says that it is owed.
    pub is_listed: bool,
}

/// A place where following stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// Why it stopped.
    pub kind: TerminalKind,
    /// Who runs the place, where a tag says.
    pub actor: Option<String>,
    /// The chain.
    pub chain: ChainId,
    /// The address, unless the terminal is no single place (fees, the sum below the floor).
    pub account: Option<Account>,
    /// The output, where the value is in one.
    pub output: Option<OutPoint>,
    /// What the value is now.
    pub asset: AssetId,
    /// How much of it, per policy.
    pub amounts: Vec<Amount>,
    /// What it stands for, per policy; `None` for policies without origins.
    pub origins: Vec<Option<OriginAmounts>>,
    /// The least that must and the most that can have reached it, per stolen asset, whatever
    /// the policy; `None` where it was not computed.
    pub bounds: Vec<Option<Bounds>>,
    /// When the first of it arrived.
    pub first_time: Timestamp,
    /// When the last of it arrived.
    pub last_time: Timestamp,
    /// How many movements brought it.
    pub transfers: u64,
    /// How many terminals this row sums up, where it is a sum.
    pub summed: Option<u64>,
}

/// What every account of the flow that respects time and amounts allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The least.
    pub lo: Amount,
    /// The most.
    pub hi: Amount,
}

/// One side of an edge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Party {
    /// An account.
    Account(Account),
    /// An output, and the account that holds it where it has one.
    Output {
        /// The output.
        output: OutPoint,
        /// Its holder.
        account: Option<Account>,
    },
    /// The transaction itself. On a UTXO chain inputs pay into their transaction and the
    /// transaction pays its outputs: who paid whom is not on the chain.
    Transaction,
    /// Nobody: the payer of a mint, the payee of a fee or of a burn without one.
    Nobody,
}

/// A movement of value that carried taint under at least one policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// How far it can be relied on.
    pub grade: Grade,
    /// The chain.
    pub chain: ChainId,
    /// The transaction, unless only a source states it.
    pub tx: Option<TxHash>,
    /// Where it stands, where the data say.
    pub at: Option<ChainPoint>,
    /// When.
    pub time: Timestamp,
    /// Who paid.
    pub from: Party,
    /// Who was paid.
    pub to: Party,
    /// What was paid.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// The tainted part, per policy.
    pub tainted: Vec<Amount>,
    /// What links the two sides where it is no plain payment.
    pub link: Option<Link>,
    /// The source that states it, where it is not only the ledger that does.
    pub source: Option<String>,
    /// The index in [`Trace::terminals`] of where the payment ended, where following stopped
    /// there.
    pub terminal: Option<usize>,
}

/// What an edge is beside a plain payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// The stolen transfer itself.
    Theft,
    /// The payer gave one asset and the payee received another in the same transaction.
    Swap {
        /// What was given.
        asset: AssetId,
        /// How much of it was given.
        amount: Amount,
    },
    /// The payment went into a bridge.
    BridgeIn {
        /// The protocol.
        bridge: String,
        /// What it calls the passage.
        id: Option<String>,
        /// Where the deposit says that it goes.
        destination: Destination,
    },
    /// The payment came out of a bridge.
    BridgeOut {
        /// The protocol.
        bridge: String,
        /// What it calls the passage.
        id: Option<String>,
        /// How it is known to belong to the deposit.
        class: LinkClass,
        /// How many payouts fit the deposit, this one among them.
        candidates: u64,
        /// The transaction of the deposit.
        deposit: TxId,
        /// Where the bridge kept what was paid in, where that is known.
        custody: Option<Account>,
        /// What was paid in.
        asset: AssetId,
        /// How much of it this payout stands for.
        amount: Amount,
    },
}

/// Whether a stolen asset adds up under a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// What was stolen.
    pub stolen: Amount,
    /// What the terminals hold of it. It is asserted to be the same.
    pub accounted: Amount,
}

/// Where the stolen value was at some time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelinePoint {
    /// The time.
    pub time: Timestamp,
    /// Per policy and kind of terminal, what has gone there by then and what is still held;
    /// empty for policies without origins.
    pub by_kind: Vec<BTreeMap<TerminalKind, OriginAmounts>>,
}

/// What the data cover on a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// First and last block height, where the data give heights.
    pub heights: Option<(u64, u64)>,
    /// Earliest and latest block time.
    pub times: (Timestamp, Timestamp),
}

/// Something that happened on the way and that a person must know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The name of the rule: `unverified-swap`, `unpriced-swap`, `stolen-again`, `inferred-service`.
    pub rule: &'static str,
    /// The transaction, where it is about one.
    pub tx: Option<String>,
    /// The account, where it is about one.
    pub account: Option<String>,
    /// What happened.
    pub text: String,
}
