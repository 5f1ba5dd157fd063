//! What is asked, and what may be answered.

use hawkshaw_model::{Amount, AssetId, ChainId, Timestamp, Usd};

/// Which way value goes, seen from whoever asks or from the address that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Value that comes in: a deposit; of an address, what it received.
    Received,
    /// Value that goes out: a withdrawal; of an address, what it sent.
    Sent,
}

/// What to do, from the mildest to the sternest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Nothing speaks against it.
    Allow,
    /// Do it, and have somebody look at it.
    Review,
    /// Do not do it before somebody looked at it.
    Hold,
    /// Do not do it.
    Reject,
}

/// What is asked about an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The address as it was given, in any notation; an account `chain:address` too.
    pub address: String,
    /// The chain, where whoever asks said it. Without it the notation decides.
    pub chain: Option<ChainId>,
    /// Which way value is to go: a deposit from the address is `Received`, a withdrawal to it is
    /// `Sent`. `None`: nothing moves, both matter.
    pub direction: Option<Direction>,
    /// What is to move.
    pub asset: Option<AssetId>,
    /// How much of it.
    pub amount: Option<Amount>,
    /// What that is worth.
    pub usd: Option<Usd>,
    /// What would have been answered at this time; `None`: now.
    pub as_of: Option<Timestamp>,
    /// The time at which it is asked. Only rules about age look at it: without it, and without
    /// `as_of`, an age is not known.
    pub now: Option<Timestamp>,
}

macro_rules! words {
    ($type:ident, $what:literal, $($variant:ident = $word:literal),*) => {
        impl $type {
            /// Its name in rules and answers.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $type {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)*
                    _ => Err(format!(
                        concat!("`{}` is no ", $what, ": they are ", $("`", $word, "` "),*),
                        text.chars().take(60).collect::<String>()
                    )),
                }
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words!(Direction, "direction", Received = "received", Sent = "sent");
words!(Action, "action", Allow = "allow", Review = "review", Hold = "hold", Reject = "reject");
