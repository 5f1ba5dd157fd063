//! Transactions that several people make together, so that nobody can say whose coins are whose.

use std::fmt;

/// How a transaction of a UTXO chain mixes, or prepares to mix, coins of several people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum MixClass {
    /// A round of Whirlpool (Samourai Wallet, Sparrow): as many equal outputs as inputs.
    Whirlpool,
    /// The transaction that cuts coins of one owner to the size of a Whirlpool pool. It mixes
    /// nothing.
    Tx0,
    /// A round of Wasabi 1 (ZeroLink): many outputs of about 0.1 bitcoin, and change.
    Wasabi1,
    /// A round of Wasabi 2 (WabiSabi): amounts from a list of denominations.
    Wasabi2,
    /// A taker pays makers for joining him, as in JoinMarket.
    JoinMarket,
}

impl MixClass {
    /// Every class.
    pub const ALL: [Self; 5] =
        [Self::Whirlpool, Self::Tx0, Self::Wasabi1, Self::Wasabi2, Self::JoinMarket];

    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whirlpool => "whirlpool",
            Self::Tx0 => "tx0",
            Self::Wasabi1 => "wasabi1",
            Self::Wasabi2 => "wasabi2",
            Self::JoinMarket => "joinmarket",
        }
    }

    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whirlpool => "Whirlpool",
            Self::Tx0 => "Whirlpool Tx0",
            Self::Wasabi1 => "Wasabi 1",
            Self::Wasabi2 => "Wasabi 2",
            Self::JoinMarket => "JoinMarket",
        }
    }

    /// Whether coins of several people go in, so that what comes out cannot be told apart.
    /// A Tx0 only prepares: all of it is of one owner.
    pub fn is_mix(self) -> bool {
        self != Self::Tx0
    }
}

impl fmt::Display for MixClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a transaction is taken for, by its shape: an inference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mix {
    /// How it mixes.
    pub class: MixClass,
    /// How sure, in thousandths.
    pub confidence: u16,
    /// The rule that says so.
    pub rule: &'static str,
    /// How many outputs share their amount with another one: sets of equal outputs, the largest
    /// first, each with the amount in base units and the number of outputs. Which input paid
    /// which of them cannot be told from amounts.
    pub equal: Vec<(u64, usize)>,
}
