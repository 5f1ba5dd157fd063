//! Whose outputs are whose on a UTXO chain: clusters of addresses that one wallet spends from,
//! change, and peel chains.

pub mod change;
mod clusters;
pub mod fingerprint;
mod forest;
mod payjoin;
pub mod peel;

pub use clusters::{
    Asked, Clusters, Counts, FileError, Flow, Growth, Inquiry, JUMP_MIN, JoiningTx, Jump,
    LARGE_INPUTS, Marks, MemberFlow, MixRule, Outcome, Portrait, Standing, TooMany, UpdateError,
    Veto, Withheld, WithheldTx, is_keyless,
};
pub use forest::{Forest, Union};
pub use payjoin::{PayJoinMark, payjoin_mark};
