//! Chains by the numbers that protocols give them, with their native assets.

use alloy_primitives::{Address, address, hex};
use hawkshaw_model::{AssetId, ChainId};

/// The native assets of EVM chains, by the coin number of SLIP-0044 that `hawkshaw-chains` also
/// names them by, which a test compares.
const NATIVE: &[(u64, u32)] = &[
    (1, 60),
    (10, 60),
    (25, 394),
    (30, 137),
    (56, 714),
    (61, 61),
    (100, 700),
    (130, 60),
    (137, 966),
    (204, 714),
    (250, 1007),
    (288, 60),
    (324, 60),
    (480, 60),
    (592, 810),
    (1_101, 60),
    (1_135, 60),
    (1_284, 1284),
    (1_285, 1285),
    (1_868, 60),
    (2_020, 2020),
    (8_217, 8217),
    (8_453, 60),
    (34_443, 60),
    (42_161, 60),
    (42_170, 60),
    (42_220, 52752),
    (43_114, 9005),
    (57_073, 60),
    (59_144, 60),
    (60_808, 60),
    (81_457, 60),
    (167_000, 60),
    (534_352, 60),
    (7_777_777, 60),
    (1_313_161_554, 60),
    (1_666_600_000, 1023),
];

/// The canonical wrappers of native assets.
/// Source: the verified contracts in the explorers of the chains.
const WRAPPERS: &[(u64, Address)] = &[
    (1, address!("c02aaa39b223fe8d0a0e5c4f27ead9083c756cc2")),
    (10, address!("4200000000000000000000000000000000000006")),
    (56, address!("bb4cdb9cbd36b01bd1cbaebf2de08d9173bc095c")),
    (130, address!("4200000000000000000000000000000000000006")),
    (137, address!("0d500b1d8e8ef31e21c99d1db9a6444d3adf1270")),
    (2_020, address!("e514d9deb7966c8be0ca922de8a064264ea6bcd4")),
    (8_453, address!("4200000000000000000000000000000000000006")),
    (42_161, address!("82af49447d8a07e3bd95bd0d56f35241523fbab1")),
    (43_114, address!("b31f66aa3c1e785363f0875a1b74e27b85fd66c7")),
];

/// What stands for the native asset where a token is expected, beside the zero address.
const NATIVE_MARK: [u8; 20] = [0xee; 20];

/// The number of an EVM chain.
pub(crate) fn number(chain: &ChainId) -> Option<u64> {
    (chain.namespace() == "eip155").then(|| chain.reference().parse().ok()).flatten()
}

/// The EVM chain of a number.
pub(crate) fn evm(number: u64) -> Option<ChainId> {
    (number != 0).then(|| format!("eip155:{number}").parse().ok()).flatten()
}

/// The native asset of a chain, where it is known.
pub(crate) fn native(chain: &ChainId) -> Option<AssetId> {
    let coin = match chain.namespace() {
        "eip155" => {
            let id = number(chain)?;
            NATIVE.iter().find(|(known, _)| *known == id)?.1
        }
        "bip122" if *chain == ChainId::bitcoin() => 0,
        "tron" => 195,
        _ => return None,
    };
    format!("{chain}/slip44:{coin}").parse().ok()
}

/// The contract that wraps the native asset of a chain.
pub(crate) fn wrapper(chain: &ChainId) -> Option<[u8; 20]> {
    let id = number(chain)?;
    WRAPPERS.iter().find(|(known, _)| *known == id).map(|(_, wrapper)| wrapper.into_array())
}

/// A token of a chain; the zero address and `0xeeee…` are its native asset.
pub(crate) fn asset(chain: &ChainId, token: [u8; 20]) -> Option<AssetId> {
    if token == [0; 20] || token == NATIVE_MARK {
        return native(chain);
    }
    match chain.namespace() {
        "eip155" => format!("{chain}/erc20:0x{}", hex::encode(token)).parse().ok(),
        "tron" => {
            let token = hawkshaw_model::Address::Tron(token);
            format!("{chain}/trc20:{token}").parse().ok()
        }
        _ => None,
    }
}

/// A token of a chain, as 20 bytes or 32 that hold 20 at their end. Zero is none.
pub(crate) fn asset_of_bytes(chain: &ChainId, bytes: &[u8]) -> Option<AssetId> {
    let token: [u8; 20] = match bytes.len() {
        20 => bytes.try_into().ok()?,
        32 => super::abi::address(bytes.try_into().ok()?).ok()?,
        _ => return None,
    };
    asset(chain, token)
}

/// Solana, by the name that tag files give it: it has no ledger here.
pub(crate) fn solana() -> Option<ChainId> {
    ChainId::other("sol").ok()
}

/// Whether a chain is Solana.
pub(crate) fn is_solana(chain: &ChainId) -> bool {
    chain.as_str() == "other:sol"
}

/// A chain of a table: an EVM chain by its number, or one by name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Far {
    /// An EVM chain.
    Evm(u64),
    /// Tron.
    Tron,
    /// Bitcoin.
    Bitcoin,
    /// A chain that no ledger is held of, by the name that tag files give it.
    Other(&'static str),
}

impl Far {
    /// The chain.
    pub(crate) fn chain(self) -> Option<ChainId> {
        match self {
            Self::Evm(id) => evm(id),
            Self::Tron => Some(ChainId::tron()),
            Self::Bitcoin => Some(ChainId::bitcoin()),
            Self::Other(name) => ChainId::other(name).ok(),
        }
    }
}

/// The chain of a number in a table.
pub(crate) fn find(table: &[(u64, Far)], number: u64) -> Option<ChainId> {
    table.iter().find(|(known, _)| *known == number)?.1.chain()
}

/// The number of a chain in a table.
pub(crate) fn find_number(table: &[(u64, Far)], chain: &ChainId) -> Option<u64> {
    let here = number(chain);
    let is_it = |far: &Far| match far {
        Far::Evm(id) => Some(*id) == here,
        Far::Tron => *chain == ChainId::tron(),
        Far::Bitcoin => *chain == ChainId::bitcoin(),
        Far::Other(_) => false,
    };
    table.iter().find(|(_, far)| is_it(far)).map(|(known, _)| *known)
}

/// Base58 of Bitcoin, in which Solana writes its addresses. Bytes are few here: quadratic.
pub(crate) fn base58(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let mut digits: Vec<u32> = Vec::new();
    for byte in &bytes[zeros..] {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += *digit << 8;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    let digit = |digit: &u32| {
        let index = usize::try_from(*digit).unwrap_or(0);
        char::from(DIGITS.get(index).copied().unwrap_or(b'1'))
    };
    std::iter::repeat_n('1', zeros).chain(digits.iter().rev().map(digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::{base58, native};
    use alloy_primitives::hex;

    #[test]
    fn base58_is_that_of_solana() {
        // The system program, and USDC: <https://solana.com/docs/core/programs>,
        // <https://www.circle.com/multi-chain-usdc/solana>.
        assert_eq!(base58(&[0; 32]), "11111111111111111111111111111111");
        let usdc = hex!("c6fa7af3bedbad3a3d65f36aabc97431b1bbe4c2d2f6e0e47ca60203452f5d61");
        assert_eq!(base58(&usdc), "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v");
    }

    #[test]
    fn native_assets_are_those_of_other_crates() {
        for (id, _) in super::NATIVE {
            let chain = super::evm(*id).unwrap();
            let network = hawkshaw_chains::evm::Network::new(&chain, None).unwrap();
            assert_eq!(Some(network.native()), native(&chain).as_ref());
        }
        for (id, wrapper) in super::WRAPPERS {
            let facts = hawkshaw_chains::evm::Facts::of(&super::evm(*id).unwrap());
            // That of Arbitrum One logs no wrapping, and is none there.
            assert_eq!(facts.is_wrapper(&wrapper.into_array()), *id != 42_161, "{id}");
        }
    }
}
