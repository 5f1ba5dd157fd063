//! Value that leaves one chain and comes out on another.

use crate::address::Account;
use crate::amount::Amount;
use crate::asset::AssetId;
use crate::chain::ChainId;
use crate::grade::Grade;
use crate::tx::TxId;

/// How the two sides of a crossing are known to belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkClass {
    /// The protocol carries an identifier that both sides name.
    Identifier,
    /// Receiver, asset, amount and time fit, and of all that the ledger holds only this fits.
    Fields,
    /// Several fit: statistics only. It is reported and not followed.
    Statistics,
}

impl LinkClass {
    /// The number in files: 1, 2 or 3.
    pub fn number(self) -> u8 {
        match self {
            Self::Identifier => 1,
            Self::Fields => 2,
            Self::Statistics => 3,
        }
    }

    /// How far a link of this class can be relied on at most.
    pub fn grade(self) -> Grade {
        match self {
            Self::Identifier => Grade::Protocol,
            Self::Fields | Self::Statistics => Grade::Inference,
        }
    }
}

/// A deposit into a bridge or cross-chain swap, and what it brought on the far side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// The protocol, as files name it: `across`.
    pub bridge: String,
    /// How the sides are known to belong together.
    pub class: LinkClass,
    /// How far that can be relied on: less than the class says where a side is only claimed, in
    /// a memo for instance that anybody can write.
    pub grade: Grade,
    /// How many payouts fit the deposit, this one among them; 0 where none is known.
    pub candidates: u64,
    /// The identifier of the protocol, as text.
    pub id: Option<String>,
    /// What was paid in.
    pub deposit: Passage,
    /// Where the deposit says that it goes, as far as it was understood.
    pub destination: Destination,
    /// What came out, in the order of time; empty where the far side is not in the ledger.
    pub payouts: Vec<Payout>,
}

/// One side of a crossing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The transaction.
    pub tx: TxId,
    /// Where in its transaction the protocol speaks of it: the event index of the log, the
    /// index of the output.
    pub event: Option<u32>,
    /// What was paid.
    pub asset: AssetId,
    /// How much.
    pub amount: Amount,
    /// Of a deposit: the account that the bridge keeps it at, where that is known. Of a payout:
    /// who received it.
    pub account: Option<Account>,
}

/// Where a deposit says that it goes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Destination {
    /// The far chain.
    pub chain: Option<ChainId>,
    /// Who is to receive it there, as the chain writes it.
    pub receiver: Option<String>,
}

/// What a deposit brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payout {
    /// What was paid out; on the same chain where it is a refund.
    pub passage: Passage,
    /// The part of the deposited amount that it stands for. The parts sum to at most the
    /// amount of the deposit.
    pub part: Amount,
}
