//! The key under which an address is looked up.

use hawkshaw_attribution::{Identity, identity};
use hawkshaw_model::{Account, Address, ChainId};

/// What an address is looked up by: 16 bytes of the BLAKE3 digest of its identity.
///
/// The identity is the address as bytes, so that every notation of it gives the same key: see
/// [`identity`]. The key of an EVM address does not depend on the chain: one key pair owns it on
/// all of them (listings say on which chain they were made), and so does that of a script that
/// Bitcoin shares with Bitcoin Cash and others. Other addresses carry their chain, unless their
/// text names it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressKey(pub [u8; 16]);

/// What stands before addresses of EVM chains, and before texts that name their chain.
const EVM: &str = "eip155";
const EVERYWHERE: &str = "bech32";

impl AddressKey {
    /// The key of an account.
    pub fn of(account: &Account) -> Self {
        let mut hasher = blake3::Hasher::new();
        let mut update = |space: &str, bytes: &[u8]| {
            hasher.update(space.as_bytes());
            hasher.update(b"\0");
            hasher.update(bytes);
        };
        let chain = account.chain();
        match account.address() {
            Address::Evm(bytes) => update(EVM, bytes),
            Address::Script(script) => update(chain.as_str(), script),
            Address::Tron(bytes) => update(chain.as_str(), bytes),
            Address::Other(text) => match identity(chain, text) {
                Identity::Evm(bytes) => update(EVM, &bytes),
                Identity::Bitcoin(script) => update(ChainId::bitcoin().as_str(), &script),
                Identity::Everywhere(text) => update(EVERYWHERE, text.as_bytes()),
                Identity::Here(text) => update(chain.as_str(), text.as_bytes()),
            },
            _ => update(chain.as_str(), account.address_in_files().as_bytes()),
        }
        let mut key = [0; 16];
        hasher.finalize_xof().fill(&mut key);
        Self(key)
    }
}

impl std::fmt::Debug for AddressKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::AddressKey;

    fn key(account: &str) -> AddressKey {
        AddressKey::of(&account.parse().unwrap())
    }

    #[test]
    fn notations_agree_and_chains_do_not() {
        let checksummed = key("eip155:1:0x098B716B8Aaf21512996dC57EB0615e2383E2f96");
        assert_eq!(checksummed, key("eip155:1:0x098b716b8aaf21512996dc57eb0615e2383e2f96"));
        assert_eq!(checksummed, key("eip155:56:0x098b716b8aaf21512996dc57eb0615e2383e2f96"));
        let bitcoin = "bip122:000000000019d6689c085ae165831e93";
        let lower = "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq";
        let upper = lower.to_ascii_uppercase();
        assert_eq!(key(&format!("{bitcoin}:{lower}")), key(&format!("{bitcoin}:{upper}")));
        assert_ne!(key(&format!("{bitcoin}:{lower}")), checksummed);
    }

    #[test]
    fn chains_that_share_keys_share_them_here() {
        let legacy = "18M8bJWMzWHDBMxoLqjHHAffdRy4SrzkfB";
        let cash = key("other:bch:qpgf0ztxq3mwfq6eg5versgfdzq9c3pwv5jsk6wnay");
        assert_eq!(cash, key(&format!("other:bch:{legacy}")));
        assert_eq!(cash, key(&format!("other:bsv:{legacy}")));
        assert_eq!(cash, key(&format!("bip122:000000000019d6689c085ae165831e93:{legacy}")));
        let evm = key("eip155:1:0x098b716b8aaf21512996dc57eb0615e2383e2f96");
        assert_eq!(evm, key("other:vet:0x098B716B8AAF21512996DC57EB0615E2383E2F96"));
        assert_ne!(
            key("other:doge:DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L"),
            key("other:xvg:DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L")
        );
    }
}
