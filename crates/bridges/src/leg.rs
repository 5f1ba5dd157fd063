//! One side of a passage through a bridge, in the one form of every protocol.

use std::borrow::Cow;

use hawkshaw_model::{Account, Amount, AssetId, ChainId, Timestamp, TxHash};

/// Which side of a bridge a leg is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Value goes in.
    Deposit,
    /// Value comes out, on the far chain or, for a swap inside a chain, on the same.
    Payout,
    /// A deposit is given back, on the chain that it was made on.
    Refund,
}

/// How far it can be relied on that the protocol itself says what a leg says: anybody can emit
/// the log of a bridge from a contract of his own, and write a memo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// A contract that is known to be of the protocol says so, and says it only where it is so.
    Known,
    /// A memo says so, or a router that writes down whatever its caller says: it is true where
    /// the account that is paid, respectively that pays out, is a vault of the protocol.
    Claim,
    /// A contract says so that nobody knows to be of the protocol.
    Unknown,
}

/// One side of a passage through a bridge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// Which side.
    pub side: Side,
    /// The protocol, as files name it: `across`. Legs of different protocols never match.
    pub bridge: Cow<'static, str>,
    /// What the protocol calls the passage, the same text on both sides; `None` where the
    /// protocol or the data have none.
    pub id: Option<String>,
    /// The chain of this side.
    pub chain: ChainId,
    /// When.
    pub time: Timestamp,
    /// The transaction.
    pub tx: TxHash,
    /// Where in it: the event index of the log, the index of the output, 0 for calldata.
    pub event: u32,
    /// What is paid on this side, where it is known.
    pub asset: Option<AssetId>,
    /// How much of it, where it is known.
    pub amount: Option<Amount>,
    /// Who pays: of a deposit the depositor, of a payout whoever pays out; where it is known.
    pub payer: Option<Account>,
    /// Of a deposit: the account of this chain that the bridge keeps the value at (a vault, a
    /// pool, the contract), where it is known; `None` also where the bridge burns it.
    pub custody: Option<Account>,
    /// Who is to receive it, respectively received it, as the chain of the receiver writes it:
    /// lower-case hex of 20 bytes on EVM chains.
    pub receiver: Option<String>,
    /// The chain of the other side, where this side names it.
    pub far_chain: Option<ChainId>,
    /// What the other side pays, where this side names it.
    pub far_asset: Option<AssetId>,
    /// How much the other side pays at least or exactly, where this side names it.
    pub far_amount: Option<Amount>,
    /// The contract that says so; `None` for a memo, and for rows of files that do not tell.
    pub emitter: Option<Account>,
    /// How far it can be relied on.
    pub trust: Trust,
}
