//! The chain whose blocks are decoded.

use hawkshaw_model::{AssetId, ChainId};

use super::facts::Facts;

/// The chain whose blocks are decoded, with its native asset.
#[derive(Debug, Clone)]
pub struct Network {
    chain: ChainId,
    native: AssetId,
    facts: &'static Facts,
}

/// A chain whose native asset nobody named.
///
/// There is no fallback: CAIP-19 has no id for "the native asset of that chain", and one made up
/// would not be the one that other files use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownNative {
    /// The chain is not known here.
    #[error(
        "the native asset of {0} is not known here: name it by its CAIP-19 id, whose number is \
         that of SLIP-0044, as in {0}/slip44:60 for ether and {0}/slip44:1 for a test network"
    )]
    Unlisted(ChainId),
    /// It is no chain of this kind.
    #[error("{0} is no EVM chain: those are eip155:NUMBER")]
    NotEvm(ChainId),
    /// The asset that was named is on another chain.
    #[error("{asset} is no asset of {chain}")]
    Foreign {
        /// The chain.
        chain: ChainId,
        /// The asset.
        asset: AssetId,
    },
}

impl Network {
    /// A chain, with the native asset that somebody named or that is known.
    ///
    /// # Errors
    ///
    /// When neither is so, or the asset is of another chain.
    pub fn new(chain: &ChainId, native: Option<&AssetId>) -> Result<Self, UnknownNative> {
        if chain.namespace() != "eip155" {
            return Err(UnknownNative::NotEvm(chain.clone()));
        }
        let facts = Facts::of(chain);
        let native = match native {
            Some(asset) if asset.chain() != *chain => {
                let (chain, asset) = (chain.clone(), asset.clone());
                return Err(UnknownNative::Foreign { chain, asset });
            }
            Some(asset) => asset.clone(),
            None => {
                let named = facts.native().map(|local| format!("{chain}/{local}").parse());
                let named = named.and_then(Result::ok);
                named.ok_or_else(|| UnknownNative::Unlisted(chain.clone()))?
            }
        };
        Ok(Self { chain: chain.clone(), native, facts })
    }

    /// The chain.
    pub fn chain(&self) -> &ChainId {
        &self.chain
    }

    /// Its native asset.
    pub fn native(&self) -> &AssetId {
        &self.native
    }

    /// What is known of it.
    pub fn facts(&self) -> &'static Facts {
        self.facts
    }
}

#[cfg(test)]
mod tests {
    use super::Network;

    fn native(chain: &str, named: Option<&str>) -> String {
        let named = named.map(|asset| asset.parse().unwrap());
        match Network::new(&chain.parse().unwrap(), named.as_ref()) {
            Ok(network) => network.native().to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_native_asset_is_known_or_named() {
        assert_eq!(native("eip155:1", None), "eip155:1/slip44:60");
        assert_eq!(native("eip155:31337", None), "eip155:31337/slip44:1");
        let named = Some("eip155:123456789/slip44:60");
        assert_eq!(native("eip155:123456789", named), "eip155:123456789/slip44:60");
        assert_eq!(
            native("eip155:123456789", None),
            "the native asset of eip155:123456789 is not known here: name it by its CAIP-19 id, \
             whose number is that of SLIP-0044, as in eip155:123456789/slip44:60 for ether and \
             eip155:123456789/slip44:1 for a test network"
        );
        let foreign = "eip155:123456789/slip44:60 is no asset of eip155:5";
        assert_eq!(native("eip155:5", named), foreign);
        let bitcoin = hawkshaw_model::ChainId::bitcoin();
        let error = Network::new(&bitcoin, None).unwrap_err().to_string();
        assert!(error.ends_with("is no EVM chain: those are eip155:NUMBER"), "{error}");
    }
}
