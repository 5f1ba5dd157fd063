//! Addresses and accounts.

use std::fmt;
use std::str::FromStr;

use alloy_primitives::hex;
use bitcoin::base58;

use crate::chain::{ChainId, ChainIdError, shortened};

/// What value is paid to on a chain. `Display` is what an investigator pastes; for files see
/// [`Account::address_in_files`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Address {
    /// Twenty bytes, shown with the EIP-55 checksum.
    Evm([u8; 20]),
    /// A Bitcoin output script: the identity from which the address is rendered, where the
    /// script has one (BIP-13, BIP-173, BIP-350), else `script:<hex>`.
    Script(Box<[u8]>),
    /// Twenty bytes, shown as base58check with the prefix 0x41.
    Tron([u8; 20]),
    /// An address of a chain whose addresses Hawkshaw does not decode, as text.
    Other(Box<str>),
}

/// An address on a chain: CAIP-10.
///
/// Source: CAIP-10, <https://chainagnostic.org/CAIPs/caip-10>.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    chain: ChainId,
    address: Address,
}

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// It cannot be an address of that chain.
    #[error("`{address}` is not an address on {chain}: {reason}")]
    Impossible {
        /// The chain.
        chain: String,
        /// The text refused.
        address: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The text is not `chain:address`.
    #[error("`{0}` is not an account of the form chain:address")]
    Malformed(String),
    /// The chain is not one.
    #[error(transparent)]
    Chain(#[from] ChainIdError),
}

impl Address {
    /// Reads an address of a chain. A mixed-case EVM address must carry its EIP-55 checksum.
    ///
    /// # Errors
    ///
    /// When the text cannot be an address of that chain.
    pub fn parse(chain: &ChainId, text: &str) -> Result<Self, AddressError> {
        let read = match chain.namespace() {
            "eip155" => parse_evm(text).map(Self::Evm),
            "tron" => parse_tron(text).map(Self::Tron),
            "bip122" => match network(chain) {
                Some(network) => parse_script(text, network),
                None => parse_other(text),
            },
            _ => parse_other(text),
        };
        read.map_err(|reason| AddressError::Impossible {
            chain: chain.to_string(),
            address: shortened(text),
            reason,
        })
    }

    /// Whether nobody can spend from here: the EVM zero address and `0x…dead`, by convention.
    pub fn is_burn(&self) -> bool {
        match self {
            Self::Evm(bytes) | Self::Tron(bytes) => {
                let (front, back) = bytes.split_at(18);
                front.iter().all(|b| *b == 0) && matches!(back, [0, 0] | [0xde, 0xad])
            }
            Self::Script(script) => script.first() == Some(&0x6a),
            Self::Other(_) => false,
        }
    }
}

fn parse_evm(text: &str) -> Result<[u8; 20], &'static str> {
    let digits = text.strip_prefix("0x").ok_or("it must begin with 0x")?;
    let mut bytes = [0; 20];
    if digits.len() != 40 || hex::decode_to_slice(digits, &mut bytes).is_err() {
        return Err("it must be 0x and 40 hex digits");
    }
    let mixed = digits.bytes().any(|b| b.is_ascii_lowercase())
        && digits.bytes().any(|b| b.is_ascii_uppercase());
    let address = alloy_primitives::Address::from(bytes);
    if mixed && address.to_checksum(None) != text {
        return Err("the EIP-55 checksum is wrong");
    }
    Ok(bytes)
}

fn parse_tron(text: &str) -> Result<[u8; 20], &'static str> {
    if text.len() > 64 {
        return Err("it is too long");
    }
    let bytes = base58::decode_check(text).map_err(|_| "the base58 checksum is wrong")?;
    match bytes.split_first() {
        Some((0x41, rest)) => rest.try_into().map_err(|_| "it must hold 21 bytes"),
        _ => Err("it must begin with the byte 0x41"),
    }
}

fn parse_script(text: &str, network: bitcoin::Network) -> Result<Address, &'static str> {
    const SCRIPT_BYTES_MAX: usize = 10_000;
    if let Some(digits) = text.strip_prefix("script:") {
        let bytes = hex::decode(digits).map_err(|_| "the script is not hex")?;
        if bytes.len() > SCRIPT_BYTES_MAX {
            return Err("the script is over 10,000 bytes");
        }
        return Ok(Address::Script(bytes.into_boxed_slice()));
    }
    if text.len() > 128 {
        return Err("it is too long");
    }
    let address: bitcoin::Address<_> =
        text.parse().map_err(|_| "it is no base58check or bech32 address")?;
    let address = address.require_network(network).map_err(|_| "it belongs to another network")?;
    Ok(Address::Script(address.script_pubkey().into_bytes().into_boxed_slice()))
}

/// Addresses of chains that are not decoded: any run of visible ASCII that is no path.
fn parse_other(text: &str) -> Result<Address, &'static str> {
    let sane = |b: u8| b.is_ascii_alphanumeric() || b"._:-".contains(&b);
    if text.is_empty() || text.len() > 128 || !text.bytes().all(sane) {
        return Err("it must be 1 to 128 letters, digits, or one of ._:-");
    }
    Ok(Address::Other(text.into()))
}

/// The Bitcoin network whose genesis block the chain id names.
fn network(chain: &ChainId) -> Option<bitcoin::Network> {
    match chain.reference() {
        "000000000019d6689c085ae165831e93" => Some(bitcoin::Network::Bitcoin),
        "000000000933ea01ad0ee984209779ba" => Some(bitcoin::Network::Testnet),
        "00000008819873e925422c1ff0f99f7c" => Some(bitcoin::Network::Signet),
        "0f9188f13cb7b2c71f2a335e3a4fc328" => Some(bitcoin::Network::Regtest),
        _ => None,
    }
}

/// Whether a chain is Bitcoin or one of its test networks.
pub(crate) fn is_bitcoin(chain: &ChainId) -> bool {
    chain.namespace() == "bip122" && network(chain).is_some()
}

/// A script as its address on a network, or `script:<hex>` where it has none.
fn script_text(script: &[u8], network: bitcoin::Network) -> String {
    match bitcoin::Address::from_script(bitcoin::Script::from_bytes(script), network) {
        Ok(address) => address.to_string(),
        Err(_) => format!("script:{}", hex::encode(script)),
    }
}

fn tron_text(bytes: &[u8; 20]) -> String {
    let mut payload = [0x41; 21];
    payload[1..].copy_from_slice(bytes);
    base58::encode_check(&payload)
}

impl fmt::Display for Address {
    /// What an investigator pastes. Scripts are rendered for Bitcoin mainnet; an [`Account`]
    /// renders them for its own network.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Evm(bytes) => {
                f.write_str(&alloy_primitives::Address::from(*bytes).to_checksum(None))
            }
            Self::Script(script) => f.write_str(&script_text(script, bitcoin::Network::Bitcoin)),
            Self::Tron(bytes) => f.write_str(&tron_text(bytes)),
            Self::Other(text) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Account {
    /// An address on a chain.
    pub fn new(chain: ChainId, address: Address) -> Self {
        Self { chain, address }
    }

    /// Reads an address of a chain.
    ///
    /// # Errors
    ///
    /// When the text cannot be an address of that chain.
    pub fn parse(chain: &ChainId, address: &str) -> Result<Self, AddressError> {
        Ok(Self { chain: chain.clone(), address: Address::parse(chain, address)? })
    }

    /// Its chain.
    pub fn chain(&self) -> &ChainId {
        &self.chain
    }

    /// Its address.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The address as people read and paste it, rendered for its network.
    pub fn address_for_people(&self) -> String {
        match &self.address {
            Address::Script(script) => {
                script_text(script, network(&self.chain).unwrap_or(bitcoin::Network::Bitcoin))
            }
            other => other.to_string(),
        }
    }

    /// The address as files hold it: hex in lower case.
    pub fn address_in_files(&self) -> String {
        match &self.address {
            Address::Evm(bytes) => format!("0x{}", hex::encode(bytes)),
            _ => self.address_for_people(),
        }
    }
}

impl FromStr for Account {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || AddressError::Malformed(shortened(text));
        let (namespace, rest) = text.split_once(':').ok_or_else(malformed)?;
        let (reference, address) = rest.split_once(':').ok_or_else(malformed)?;
        Self::parse(&format!("{namespace}:{reference}").parse()?, address)
    }
}

impl fmt::Display for Account {
    /// CAIP-10 with lower-case hex.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.chain, self.address_in_files())
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, Address};
    use crate::ChainId;
    use proptest::prelude::{any, proptest};

    /// EIP-55's own test vectors.
    #[test]
    fn evm_addresses_carry_their_checksum() {
        let chain = ChainId::ethereum();
        for text in [
            "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
            "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        ] {
            let address = Address::parse(&chain, text).unwrap();
            assert_eq!(address.to_string(), text);
            assert_eq!(Address::parse(&chain, &text.to_lowercase()).unwrap(), address);
        }
        assert!(Address::parse(&chain, "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed").is_err());
        assert!(Address::parse(&chain, "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed").is_err());
    }

    /// BIP-173 and BIP-350 vectors, and the first block's reward.
    #[test]
    fn bitcoin_identity_is_the_script() {
        let chain = ChainId::bitcoin();
        for text in [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "3EktnHQD7RiAE6uzMj2ZifT9YgRrkSgzQX",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ] {
            let account = Account::parse(&chain, text).unwrap();
            assert_eq!(account.address_for_people(), text);
        }
        let bare = Account::parse(&chain, "script:51").unwrap();
        assert_eq!(bare.address_in_files(), "script:51");
        assert!(Account::parse(&chain, "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx").is_err());
        assert!(Account::parse(&chain, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb").is_err());
    }

    #[test]
    fn tron_addresses_are_base58check() {
        let text = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
        assert_eq!(Address::parse(&ChainId::tron(), text).unwrap().to_string(), text);
    }

    #[test]
    fn burn_addresses_are_known() {
        let burn = |text| Address::parse(&ChainId::ethereum(), text).unwrap().is_burn();
        assert!(burn("0x0000000000000000000000000000000000000000"));
        assert!(burn("0x000000000000000000000000000000000000dead"));
        assert!(!burn("0x0000000000000000000000000000000000000001"));
    }

    proptest! {
        #[test]
        fn display_and_parse_are_inverse(bytes in any::<[u8; 20]>()) {
            for address in [Address::Evm(bytes), Address::Tron(bytes)] {
                let chain = match address {
                    Address::Tron(_) => ChainId::tron(),
                    _ => ChainId::ethereum(),
                };
                let account = Account::new(chain, address.clone());
                assert_eq!(account.to_string().parse::<Account>().unwrap(), account);
                assert_eq!(Address::parse(account.chain(), &address.to_string()).unwrap(), address);
            }
        }

        #[test]
        fn any_script_survives_its_rendering(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let account = Account::new(ChainId::bitcoin(), Address::Script(bytes.into()));
            assert_eq!(account.to_string().parse::<Account>().unwrap(), account);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,80}") {
            for chain in [ChainId::ethereum(), ChainId::bitcoin(), ChainId::tron()] {
                let _ = Address::parse(&chain, &text);
            }
            let _ = text.parse::<Account>();
        }
    }
}
