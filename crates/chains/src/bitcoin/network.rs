//! The chains that are Bitcoin, by what tells them apart.

use bitcoin::blockdata::constants::ChainHash;
use bitcoin::hashes::{Hash as _, sha256d};
use hawkshaw_model::ChainId;

use super::block::reversed;

/// A chain with Bitcoin's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(bitcoin::Network);

/// How many blocks pass until a new block makes half as much (`nSubsidyHalvingInterval` in
/// Bitcoin Core's `src/kernel/chainparams.cpp`).
const HALVING_BLOCKS: u64 = 210_000;
const HALVING_BLOCKS_REGTEST: u64 = 150;

impl Network {
    /// All that are known: the main chain, testnet3, testnet4, signet and regtest.
    pub const ALL: [Self; 5] = [
        Self(bitcoin::Network::Bitcoin),
        Self(bitcoin::Network::Testnet),
        Self(bitcoin::Network::Testnet4),
        Self(bitcoin::Network::Signet),
        Self(bitcoin::Network::Regtest),
    ];

    /// The network whose messages and files begin with these bytes (`pchMessageStart` in Bitcoin
    /// Core's `src/kernel/chainparams.cpp`).
    pub fn of_magic(magic: [u8; 4]) -> Option<Self> {
        Self::ALL.into_iter().find(|network| network.magic() == magic)
    }

    /// The network of a chain.
    pub fn of_chain(chain: &ChainId) -> Option<Self> {
        Self::ALL.into_iter().find(|network| network.chain() == *chain)
    }

    /// The bytes that its messages and files begin with.
    pub fn magic(self) -> [u8; 4] {
        self.0.magic().to_bytes()
    }

    /// The hash of its first block, in the byte order in which people write it.
    pub fn genesis(self) -> [u8; 32] {
        reversed(ChainHash::using_genesis_block(self.0).to_bytes())
    }

    /// The chain as CAIP-2 names it: by the first half of the hash of its first block.
    ///
    /// Source: <https://github.com/ChainAgnostic/namespaces/blob/main/bip122/caip2.md>.
    pub fn chain(self) -> ChainId {
        let hash = sha256d::Hash::from_byte_array(reversed(self.genesis())).to_string();
        let id = format!("bip122:{}", hash.get(..32).unwrap_or_default());
        id.parse().expect("32 hex digits are a reference")
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self.0 {
            bitcoin::Network::Bitcoin => "Bitcoin",
            bitcoin::Network::Testnet => "testnet3",
            bitcoin::Network::Testnet4 => "testnet4",
            bitcoin::Network::Signet => "signet",
            _ => "regtest",
        }
    }

    /// How many satoshi a block may make from nothing (`GetBlockSubsidy` in Bitcoin Core's
    /// `src/validation.cpp`).
    pub fn subsidy(self, height: u64) -> u64 {
        let interval = match self.0 {
            bitcoin::Network::Regtest => HALVING_BLOCKS_REGTEST,
            _ => HALVING_BLOCKS,
        };
        let halvings = u32::try_from(height / interval).unwrap_or(u32::MAX);
        5_000_000_000_u64.checked_shr(halvings).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use hawkshaw_model::ChainId;

    use super::Network;

    #[test]
    fn networks_are_told_apart_by_magic_and_genesis() {
        assert_eq!(Network::ALL[0].chain(), ChainId::bitcoin());
        let ids: Vec<String> = Network::ALL.map(|network| network.chain().to_string()).into();
        assert_eq!(ids[1], "bip122:000000000933ea01ad0ee984209779ba");
        assert_eq!(ids[2], "bip122:00000000da84f2bafbbc53dee25a72ae");
        assert_eq!(ids[3], "bip122:00000008819873e925422c1ff0f99f7c");
        assert_eq!(ids[4], "bip122:0f9188f13cb7b2c71f2a335e3a4fc328");
        for network in Network::ALL {
            assert_eq!(Network::of_magic(network.magic()), Some(network));
            assert_eq!(Network::of_chain(&network.chain()), Some(network));
        }
    }

    #[test]
    fn subsidies_halve() {
        let [main, .., regtest] = Network::ALL;
        assert_eq!(main.subsidy(209_999), 5_000_000_000);
        assert_eq!(main.subsidy(210_000), 2_500_000_000);
        assert_eq!(main.subsidy(840_000), 312_500_000);
        assert_eq!(main.subsidy(u64::MAX), 0);
        assert_eq!(regtest.subsidy(150), 2_500_000_000);
    }
}
