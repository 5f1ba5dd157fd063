//! Value that its issuer froze.

use crate::address::Account;
use crate::asset::AssetId;
use crate::time::Timestamp;
use crate::tx::TxId;

/// What an issuer did to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FreezeKind {
    /// The account can no longer move the asset.
    Frozen,
    /// It can again.
    Released,
}

/// An act by which the issuer of an asset froze or released what an account holds of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Freeze {
    /// When.
    pub time: Timestamp,
    /// Where on its chain: height, then the event index in the block's order.
    pub place: (u64, u32),
    /// By which transaction.
    pub tx: TxId,
    /// Whose holding.
    pub account: Account,
    /// What.
    pub asset: AssetId,
    /// What was done.
    pub kind: FreezeKind,
}
