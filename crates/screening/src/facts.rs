//! What is known of an address.

use crate::exposure::{ExposureEntry, Total};
use crate::listing::Listing;

/// What is known of an address: what rules decide on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The lists it stands or stood on, also those it was taken from.
    pub listings: Vec<Listing>,
    /// Its exposure, the largest first within each direction and kind.
    pub exposure: Vec<ExposureEntry>,
    /// What it received and sent in all, as far as it is exposed.
    pub totals: Vec<Total>,
}

impl Facts {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.listings.is_empty() && self.exposure.is_empty()
    }
}
