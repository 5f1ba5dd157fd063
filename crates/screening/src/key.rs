//! The key under which an address is looked up.

use hawkshaw_model::{Account, Address};

/// What an address is looked up by: 16 bytes of the BLAKE3 digest of its identity.
///
/// The identity is the address as bytes, so that every notation of it gives the same key. The
/// key of an EVM address does not depend on the chain: one key pair owns it on all of them
/// (listings say on which chain they were made). Other addresses carry their chain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressKey(pub [u8; 16]);

impl AddressKey {
    /// The key of an account.
    pub fn of(account: &Account) -> Self {
        let mut hasher = blake3::Hasher::new();
        match account.address() {
            Address::Evm(bytes) => {
                hasher.update(b"eip155\0");
                hasher.update(bytes);
            }
            other => {
                hasher.update(account.chain().as_str().as_bytes());
                hasher.update(b"\0");
                match other {
                    Address::Script(script) => hasher.update(script),
                    Address::Tron(bytes) => hasher.update(bytes),
                    _ => hasher.update(account.address_in_files().as_bytes()),
                };
            }
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
}
