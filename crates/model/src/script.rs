//! Kinds of Bitcoin output scripts.

use bitcoin::Script;

/// What an output script asks of whoever spends it.
///
/// Source: BIP-16, BIP-141, BIP-341; `Solver` in Bitcoin Core's `src/script/solver.cpp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ScriptKind {
    /// A public key.
    P2pk,
    /// The hash of a public key.
    P2pkh,
    /// The hash of a script, which may be a witness program.
    P2sh,
    /// A witness: the hash of a public key.
    P2wpkh,
    /// A witness: the hash of a script.
    P2wsh,
    /// A witness: Taproot.
    P2tr,
    /// Another version of witness programs.
    Witness,
    /// Several public keys.
    Multisig,
    /// `OP_RETURN`: nobody can spend it.
    Data,
    /// Anything else.
    Other,
}

impl ScriptKind {
    /// The kind of a script.
    pub fn of(script: &[u8]) -> Self {
        let known = Script::from_bytes(script);
        if known.is_p2wpkh() {
            Self::P2wpkh
        } else if known.is_p2tr() {
            Self::P2tr
        } else if known.is_p2pkh() {
            Self::P2pkh
        } else if known.is_p2sh() {
            Self::P2sh
        } else if known.is_p2wsh() {
            Self::P2wsh
        } else if known.is_p2pk() {
            Self::P2pk
        } else if known.is_op_return() {
            Self::Data
        } else if known.is_witness_program() {
            Self::Witness
        } else if known.is_multisig() {
            Self::Multisig
        } else {
            Self::Other
        }
    }

    /// Whether value in it can be spent at all.
    pub fn is_spendable(self) -> bool {
        self != Self::Data
    }
}

#[cfg(test)]
mod tests {
    use super::ScriptKind;
    use crate::{Address, ChainId};

    #[test]
    fn kinds_of_well_known_scripts() {
        let kind = |text: &str| match Address::parse(&ChainId::bitcoin(), text).unwrap() {
            Address::Script(script) => ScriptKind::of(&script),
            other => panic!("{other} is no script"),
        };
        assert_eq!(kind("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"), ScriptKind::P2pkh);
        assert_eq!(kind("3EktnHQD7RiAE6uzMj2ZifT9YgRrkSgzQX"), ScriptKind::P2sh);
        assert_eq!(kind("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"), ScriptKind::P2wpkh);
        let taproot = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0";
        assert_eq!(kind(taproot), ScriptKind::P2tr);
        assert_eq!(kind("script:6a0568656c6c6f"), ScriptKind::Data);
        assert_eq!(kind(&format!("script:6028{}", "ab".repeat(40))), ScriptKind::Witness);
        assert_eq!(kind("script:51"), ScriptKind::Other);
        assert_eq!(kind("script:"), ScriptKind::Other);
        assert!(!ScriptKind::Data.is_spendable());
    }
}
