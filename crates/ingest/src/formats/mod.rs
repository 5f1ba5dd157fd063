//! The formats, each in a file of its own that says which column is what.

mod canonical;

use crate::table::Table;

/// Every table, those of our own first.
pub(crate) fn tables() -> impl Iterator<Item = &'static Table> {
    [canonical::TABLES].into_iter().flatten()
}
