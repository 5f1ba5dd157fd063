//! Whose outputs are whose on a UTXO chain: clusters of addresses that one wallet spends from,
//! change, and peel chains.

pub mod change;
pub mod fingerprint;
pub mod peel;
