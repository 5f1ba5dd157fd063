//! What is known of EVM chains: their native asset and the contracts that wrap it.

use hawkshaw_model::ChainId;

/// Native assets by chain.
///
/// Source: SLIP-0044, and <https://chainlist.org> for which chain has which coin.
const NATIVE: &[(&str, &str)] = &[
    ("1", "slip44:60"),
    ("10", "slip44:60"),
    ("25", "slip44:394"),
    ("56", "slip44:714"),
    ("100", "slip44:700"),
    ("130", "slip44:60"),
    ("137", "slip44:966"),
    ("250", "slip44:1007"),
    ("324", "slip44:60"),
    ("2020", "slip44:2020"),
    ("8453", "slip44:60"),
    ("17000", "slip44:1"),
    ("42161", "slip44:60"),
    ("42170", "slip44:60"),
    ("43114", "slip44:9005"),
    ("59144", "slip44:60"),
    ("81457", "slip44:60"),
    ("534352", "slip44:60"),
    ("11155111", "slip44:1"),
];

/// The native asset of an EVM chain, as the part of its CAIP-19 id behind the chain.
pub(crate) fn native_asset(chain: &ChainId) -> Option<&'static str> {
    let is_evm = chain.namespace() == "eip155";
    let mut known =
        NATIVE.iter().filter(|(reference, _)| is_evm && *reference == chain.reference());
    known.next().map(|(_, asset)| *asset)
}
