//! How long what clients send may be. The description of the API says the same.

/// Characters of an address as somebody writes it. The longest known are outputs' scripts.
pub(crate) const ADDRESS_CHARACTERS: usize = 256;
/// Characters of a client's own reference, of a user, and of a name.
pub(crate) const REFERENCE_CHARACTERS: usize = 128;
/// Characters of a comment or a reason.
pub(crate) const TEXT_CHARACTERS: usize = 1_000;
/// Addresses on the other side of a transfer: a transaction of a UTXO chain has several.
pub(crate) const COUNTERPARTIES_MAX: usize = 100;
