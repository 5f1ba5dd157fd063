//! The index of a store: its tags, and what is exposed in it.

use std::path::Path;

use hawkshaw_model::Ledger as _;
use hawkshaw_screening::{AddressIndex, IndexBuilder};

use super::refusal;
use super::tags::Tags;
use crate::exit::Failure;
use crate::store;

/// The index of the tags and of what is exposed in a store.
pub(super) fn index(path: &Path, tags: &Tags, _quiet: bool) -> Result<AddressIndex, Failure> {
    let snapshot = store::open(path)?;
    let _ = tags.digest();
    let mut builder = IndexBuilder::new();
    for listing in tags.listings() {
        builder.add_listing(listing).map_err(refusal)?;
    }
    // What was not replayed covers nothing.
    for chain in snapshot.chains() {
        builder.add_note(&format!(
            "exposure on {} was not computed: make an index of it, and name it with --index",
            chain.id.name()
        ));
    }
    for lack in store::lacks(&snapshot) {
        builder.add_note(&lack);
    }
    let bytes = builder.to_bytes().map_err(refusal)?;
    AddressIndex::from_bytes("index of the store", bytes).map_err(refusal)
}
