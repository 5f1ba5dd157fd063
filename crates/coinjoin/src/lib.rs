//! Which transactions of a UTXO chain several people made together: CoinJoins.
//!
//! A class is an inference from the shape of a transaction, from the scripts of its legs and,
//! where a ledger is at hand, from the transactions beside it. Block heights and times decide
//! nothing. The rules, their sources and their measured errors stand in `docs/coinjoin.md`.

mod classify;
mod denominations;
mod facts;
mod joinmarket;
mod ledger;
mod links;
mod partition;
mod prefilter;
mod verdict;
mod wasabi1;
mod wasabi2;
mod whirlpool;

pub use classify::classify;
pub use facts::{Holder, Leg};
pub use ledger::{mix, mix_when_made, verdict};
pub use prefilter::{may_mix, may_mix_amounts};
pub use verdict::Verdict;
