//! Tags of one account that disagree.

use hawkshaw_model::{Account, Tag};

/// In what tags disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ConflictKind {
    /// They name different kinds of service.
    Kinds,
    /// They name different actors.
    Actors,
    /// One names a service, the other an offender or a victim.
    StopsOrNot,
}

/// Two tags of one account that disagree, and which of them counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The account.
    pub account: Account,
    /// In what they disagree.
    pub kind: ConflictKind,
    /// The tag that counts.
    pub winner: Tag,
    /// The tag that does not.
    pub loser: Tag,
    /// Why, as a sentence for people.
    pub why: String,
}
