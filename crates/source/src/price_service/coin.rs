//! What price services call an asset.

use std::fmt;
use std::str::FromStr;

use hawkshaw_chains::evm::Network;
use hawkshaw_model::{AssetId, ChainId};

use super::PriceApi;

/// What a price service calls an asset: `coingecko:bitcoin`, or platform and contract as in
/// `ethereum:0xa0b8…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Coin {
    platform: Box<str>,
    address: Box<str>,
}

/// A text that is no name of a coin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no coin of a price service: write coingecko:bitcoin or ethereum:0x…")]
pub struct CoinError(String);

/// The platform of CoinGecko's own ids.
const OWN_IDS: &str = "coingecko";

/// Chains as DefiLlama and as CoinGecko call them.
const PLATFORMS: [(&str, &str, &str); 9] = [
    ("eip155:1", "ethereum", "ethereum"),
    ("eip155:10", "optimism", "optimistic-ethereum"),
    ("eip155:56", "bsc", "binance-smart-chain"),
    ("eip155:137", "polygon", "polygon-pos"),
    ("eip155:8453", "base", "base"),
    ("eip155:42161", "arbitrum", "arbitrum-one"),
    ("eip155:43114", "avax", "avalanche"),
    ("eip155:2020", "ronin", "ronin"),
    ("tron:0x2b6653dc", "tron", "tron"),
];

/// Native assets by their number in SLIP-44, as CoinGecko calls them; DefiLlama takes these too.
const NATIVES: [(&str, &str); 7] = [
    ("0", "bitcoin"),
    ("60", "ethereum"),
    ("195", "tron"),
    ("714", "binancecoin"),
    ("966", "polygon-ecosystem-token"),
    ("2020", "ronin"),
    ("9005", "avalanche-2"),
];

impl Coin {
    /// What a service calls an asset, where that is known.
    pub(super) fn of(api: PriceApi, asset: &AssetId) -> Option<Self> {
        let (namespace, reference) = asset.local().split_once(':')?;
        match namespace {
            "slip44" => {
                if !is_native(asset) {
                    return None;
                }
                let (_, id) = NATIVES.iter().find(|(number, _)| *number == reference)?;
                Some(Self { platform: OWN_IDS.into(), address: (*id).into() })
            }
            "erc20" | "trc20" => {
                let chain = asset.chain();
                let (_, llama, gecko) =
                    PLATFORMS.iter().find(|(known, ..)| *known == chain.as_str())?;
                let platform = match api {
                    PriceApi::DefiLlama => *llama,
                    PriceApi::CoinGecko => *gecko,
                };
                Some(Self { platform: platform.into(), address: reference.into() })
            }
            _ => None,
        }
    }

    /// Its id at CoinGecko, where it is one.
    pub(super) fn coingecko_id(&self) -> Option<&str> {
        (*self.platform == *OWN_IDS).then_some(&*self.address)
    }

    pub(super) fn platform_and_address(&self) -> (&str, &str) {
        (&self.platform, &self.address)
    }
}

/// Whether an asset is the native one of a chain that is known: anybody may give a chain of their
/// own the number of ether.
fn is_native(asset: &AssetId) -> bool {
    let chain = asset.chain();
    let is_coin = |local: &str| asset.local() == local;
    match chain.namespace() {
        "eip155" => Network::new(&chain, None).is_ok_and(|network| network.native() == asset),
        "bip122" => chain == ChainId::bitcoin() && is_coin("slip44:0"),
        "tron" => chain == ChainId::tron() && is_coin("slip44:195"),
        _ => false,
    }
}

impl FromStr for Coin {
    type Err = CoinError;

    fn from_str(text: &str) -> Result<Self, CoinError> {
        let refused = || CoinError(hawkshaw_model::Printable(text).to_string());
        let (platform, address) = text.split_once(':').ok_or_else(refused)?;
        let is_sane = |part: &str| {
            let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
            (1..=120).contains(&part.len()) && part.bytes().all(is_plain)
        };
        if !is_sane(platform) || !is_sane(address) {
            return Err(refused());
        }
        Ok(Self { platform: platform.into(), address: address.into() })
    }
}

impl fmt::Display for Coin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.platform, self.address)
    }
}

#[cfg(test)]
mod tests {
    use super::{Coin, PriceApi};

    #[test]
    fn known_assets_have_names() {
        let name =
            |api, asset: &str| Coin::of(api, &asset.parse().unwrap()).map(|coin| coin.to_string());
        let usdt = "eip155:56/erc20:0x55d398326f99059ff775485246999027b3197955";
        let address = "0x55d398326f99059ff775485246999027b3197955";
        assert_eq!(name(PriceApi::DefiLlama, usdt), Some(format!("bsc:{address}")));
        let gecko = format!("binance-smart-chain:{address}");
        assert_eq!(name(PriceApi::CoinGecko, usdt), Some(gecko));
        let btc = "bip122:000000000019d6689c085ae165831e93/slip44:0";
        assert_eq!(name(PriceApi::DefiLlama, btc).as_deref(), Some("coingecko:bitcoin"));
        for (asset, coin) in [
            ("eip155:1/slip44:60", "coingecko:ethereum"),
            ("eip155:10/slip44:60", "coingecko:ethereum"),
            ("eip155:56/slip44:714", "coingecko:binancecoin"),
            ("eip155:137/slip44:966", "coingecko:polygon-ecosystem-token"),
            ("eip155:2020/slip44:2020", "coingecko:ronin"),
            ("eip155:43114/slip44:9005", "coingecko:avalanche-2"),
            ("tron:0x2b6653dc/slip44:195", "coingecko:tron"),
        ] {
            assert_eq!(name(PriceApi::DefiLlama, asset).as_deref(), Some(coin), "{asset}");
        }
        let tron = "tron:0x2b6653dc/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
        let expected = "tron:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
        assert_eq!(name(PriceApi::CoinGecko, tron).as_deref(), Some(expected));
        for asset in [
            "eip155:1/erc721:0x55d398326f99059ff775485246999027b3197955",
            "eip155:99/erc20:0x55d398326f99059ff775485246999027b3197955",
            "eip155:1/slip44:77777",
            // Not a chain that is known, or not its own asset.
            "eip155:99999/slip44:60",
            "eip155:56/slip44:60",
            "eip155:1/slip44:0",
            "bip122:00000000000000000000000000000000/slip44:0",
            "tron:0x00000001/slip44:195",
        ] {
            assert_eq!(name(PriceApi::DefiLlama, asset), None, "{asset}");
        }
    }

    #[test]
    fn a_coin_is_no_path() {
        assert_eq!(
            "coingecko:matic-network".parse::<Coin>().unwrap().coingecko_id(),
            Some("matic-network")
        );
        for text in ["bitcoin", "a:", ":b", "a:b/../c", "a:b?c", "a:b,c", "a b:c", "a:b:c"] {
            assert!(text.parse::<Coin>().is_err(), "{text}");
        }
    }
}
