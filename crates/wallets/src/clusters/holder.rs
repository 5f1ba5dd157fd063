//! What matters of an account for being joined with others.

use hawkshaw_model::{Account, Address, ScriptKind};

/// What an account is, in a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holder(pub(crate) u8);

/// Scripts without a signature inside another script, of which only the hash shows: that anybody
/// can spend them is known of these alone. The inner scripts are `OP_TRUE`, nothing, and the
/// witness program of `OP_TRUE`.
const KEYLESS_INSIDE: [[u8; 20]; 3] = [
    [
        0xda, 0x17, 0x45, 0xe9, 0xb5, 0x49, 0xbd, 0x0b, 0xfa, 0x1a, 0x56, 0x99, 0x71, 0xc7, 0x7e,
        0xba, 0x30, 0xcd, 0x5a, 0x4b,
    ],
    [
        0xb4, 0x72, 0xa2, 0x66, 0xd0, 0xbd, 0x89, 0xc1, 0x37, 0x06, 0xa4, 0x13, 0x2c, 0xcf, 0xb1,
        0x6f, 0x7c, 0x3b, 0x9f, 0xcb,
    ],
    [
        0x72, 0xc4, 0x4f, 0x95, 0x7f, 0xc0, 0x11, 0xd9, 0x7e, 0x34, 0x06, 0x66, 0x7d, 0xca, 0x5b,
        0x1c, 0x93, 0x0c, 0x40, 0x26,
    ],
];

/// The witness script `OP_TRUE`, as its SHA-256.
const KEYLESS_WITNESS: [u8; 32] = [
    0x4a, 0xe8, 0x15, 0x72, 0xf0, 0x6e, 0x1b, 0x88, 0xfd, 0x5c, 0xed, 0x7a, 0x1a, 0x00, 0x09, 0x45,
    0x43, 0x2e, 0x83, 0xe1, 0x55, 0x1e, 0x6f, 0x72, 0x1e, 0xe9, 0xc0, 0x0b, 0x8c, 0xc3, 0x32, 0x60,
];

impl Holder {
    /// No output script: of a chain that is not decoded, where an address is an address.
    const PLAIN: Self = Self(10);
    /// Nobody's key guards it, as far as is known: anybody may have spent it.
    const KEYLESS: Self = Self(11);
    /// `OP_RETURN`: nobody can spend it.
    const DATA: Self = Self(12);
    /// The largest code.
    pub(crate) const LAST: u8 = 12;

    /// What an account is.
    pub(crate) fn of(account: &Account) -> Self {
        let Address::Script(script) = account.address() else { return Self::PLAIN };
        match ScriptKind::of(script) {
            ScriptKind::P2pk => Self(0),
            ScriptKind::P2pkh => Self(1),
            ScriptKind::P2sh if is_keyless_hash(script) => Self::KEYLESS,
            ScriptKind::P2sh => Self(2),
            ScriptKind::P2wpkh => Self(3),
            ScriptKind::P2wsh if script.get(2..) == Some(&KEYLESS_WITNESS) => Self::KEYLESS,
            ScriptKind::P2wsh => Self(4),
            ScriptKind::P2tr => Self(5),
            ScriptKind::Multisig => Self(6),
            ScriptKind::Data => Self::DATA,
            // Unknown witness programs can be spent by anybody (BIP-141), pay-to-anchor outputs
            // are made for that (Bitcoin Core 28.0), and of any other script nothing says that it
            // asks for a key.
            _ => Self::KEYLESS,
        }
    }

    /// Whether spending from it shows whose it is.
    pub(crate) fn has_key(self) -> bool {
        self != Self::KEYLESS && self != Self::DATA
    }

    /// Whether value in it can be spent.
    pub(crate) fn is_spendable(self) -> bool {
        self != Self::DATA
    }
}

fn is_keyless_hash(script: &[u8]) -> bool {
    script.get(2..22).is_some_and(|hash| KEYLESS_INSIDE.iter().any(|known| known == hash))
}

/// Whether anybody may spend from an account, as far as is known, so that having spent from it
/// says nothing of who did.
pub fn is_keyless(account: &Account) -> bool {
    Holder::of(account) == Holder::KEYLESS
}

#[cfg(test)]
mod tests {
    use hawkshaw_model::{Account, Address, ChainId};

    use super::Holder;

    fn of(text: &str) -> Holder {
        let chain = ChainId::bitcoin();
        Holder::of(&Account::new(chain.clone(), Address::parse(&chain, text).unwrap()))
    }

    #[test]
    fn scripts_that_ask_for_no_key_join_nobody() {
        let keyed = [
            "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
            "3EktnHQD7RiAE6uzMj2ZifT9YgRrkSgzQX",
            "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
            "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
        ];
        assert!(keyed.iter().all(|text| of(text).has_key()));
        let keyless = [
            // Pay to anchor.
            "bc1pfeessrawgf",
            "script:51024e73",
            // OP_TRUE, plain, as a script hash, as a witness script, and as the latter in the
            // former; and the hash of nothing.
            "script:51",
            "script:a914da1745e9b549bd0bfa1a569971c77eba30cd5a4b87",
            "script:00204ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc33260",
            "script:a91472c44f957fc011d97e3406667dca5b1c930c402687",
            "script:a914b472a266d0bd89c13706a4132ccfb16f7c3b9fcb87",
            "script:",
            "script:6028abababababababababababababababababababababababababababababababababababababababab",
        ];
        for text in keyless {
            assert!(!of(text).has_key(), "{text}");
            assert!(of(text).is_spendable(), "{text}");
        }
        assert!(!of("script:6a").is_spendable());
    }

    #[test]
    fn kinds_differ() {
        let one = of("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4");
        assert_ne!(one, of("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"));
        assert!(one.0 <= Holder::LAST);
    }
}
