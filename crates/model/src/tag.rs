//! Tags: claims about an address, with their sources.

use std::fmt;
use std::str::FromStr;

use crate::address::Account;
use crate::chain::shortened;
use crate::time::Timestamp;
use crate::tx::TxId;

/// A word of the taxonomy, such as `exchange` or `mixing_service`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConceptId(Box<str>);

/// The id of an actor, such as `huobi`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActorId(Box<str>);

/// How sure a source is: the id that the TagPack format gives it and its level from 0 to 100.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Confidence {
    /// From 0 to 100.
    pub level: u8,
    /// Such as `authority_data`.
    pub id: String,
}

/// What a tag is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TagSubject {
    /// An address on a chain.
    Account(Account),
    /// A transaction of a chain.
    Transaction(TxId),
}

/// A claim about an address or a transaction. Labels are outside text: show them through
/// [`Printable`](crate::Printable).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// What it is about.
    pub subject: TagSubject,
    /// What it says, in the source's words.
    pub label: String,
    /// Who is meant, where the source says.
    pub actor: Option<ActorId>,
    /// What kind of thing is meant, in words of the taxonomy.
    pub concepts: Vec<ConceptId>,
    /// Where the claim stands.
    pub source: String,
    /// Who wrote the tag down.
    pub creator: String,
    /// How sure the source is.
    pub confidence: Confidence,
    /// When the claim was last changed.
    pub lastmod: Option<Timestamp>,
    /// What else the source says.
    pub context: Option<String>,
    /// The currency that the source names, such as `USDT`.
    pub currency: Option<String>,
}

/// Somebody who runs services or is a person of interest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Its id.
    pub id: ActorId,
    /// Its name.
    pub label: String,
    /// Where it presents itself.
    pub uri: String,
    /// What it is.
    pub categories: Vec<ConceptId>,
    /// Other names.
    pub aliases: Vec<String>,
}

/// Ids of concepts and actors are at most this long.
const ID_CHARACTERS_MAX: usize = 120;

macro_rules! word {
    ($name:ident, $what:literal) => {
        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let sane = |c: char| c.is_alphanumeric() || "_-.&+ '()!:/".contains(c);
                let length = text.chars().take(ID_CHARACTERS_MAX + 1).count();
                if (1..=ID_CHARACTERS_MAX).contains(&length) && text.chars().all(sane) {
                    Ok(Self(text.into()))
                } else {
                    Err(format!(concat!("`{}` is no id of ", $what), shortened(text)))
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

word!(ConceptId, "a concept");
word!(ActorId, "an actor");
