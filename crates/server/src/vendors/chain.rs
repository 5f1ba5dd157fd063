//! Chains, as clients of other vendors call them.

use hawkshaw_model::ChainId;
use hawkshaw_screening::chain_named;

use crate::problem::{Kind, Problem};

/// Names that are not those of tickers and lists.
const ALIASES: [(&str, &str); 12] = [
    ("arbitrum_one", "arbitrum"),
    ("avalanche_c_chain", "avalanche"),
    ("binance_smart_chain", "bsc"),
    ("bnb_smart_chain", "bsc"),
    ("bitcoin_cash", "bch"),
    ("bitcoin_sv", "bsv"),
    ("dogecoin", "doge"),
    ("ethereum_classic", "etc"),
    ("optimism", "op"),
    ("stellar", "xlm"),
    ("zcash", "zec"),
    ("cardano", "ada"),
];

/// The chain of a name such as `ethereum`, `Bitcoin`, `binance_smart_chain` or `eip155:1`.
///
/// # Errors
///
/// When it names no chain.
pub(super) fn chain(name: &str) -> Result<ChainId, Problem> {
    let lower = name.trim().to_ascii_lowercase().replace(['-', ' '], "_");
    let alias = ALIASES.iter().find(|(alias, _)| *alias == lower);
    let unknown = || Problem::new(Kind::BadRequest, format!("`{name}` names no chain"));
    chain_named(alias.map_or(name, |(_, ticker)| ticker)).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::{ALIASES, chain};
    use proptest::prelude::{any, proptest};

    #[test]
    fn names_of_vendors_are_chains() {
        for (name, id) in [
            ("ethereum", "eip155:1"),
            ("Ethereum", "eip155:1"),
            ("Bitcoin", "bip122:000000000019d6689c085ae165831e93"),
            ("BITCOIN", "bip122:000000000019d6689c085ae165831e93"),
            ("tron", "tron:0x2b6653dc"),
            ("binance_smart_chain", "eip155:56"),
            ("Binance Smart Chain", "eip155:56"),
            ("avalanche_c_chain", "eip155:43114"),
            ("optimism", "eip155:10"),
            ("solana", "other:sol"),
            ("litecoin", "other:ltc"),
            ("eip155:137", "eip155:137"),
        ] {
            assert_eq!(chain(name).unwrap().as_str(), id, "{name}");
        }
        for (name, _) in ALIASES {
            assert!(chain(name).is_ok(), "{name}");
        }
        for name in ["", "usdt", "eip155:x"] {
            assert!(chain(name).is_err(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_name_is_read_or_refused(name in any::<String>()) {
            let _ = chain(&name);
        }
    }
}
