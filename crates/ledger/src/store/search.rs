//! Binary search in a column of a file.

use hawkshaw_model::ReadError;

use crate::store::container::{Element, Section};

/// How many elements come before the first of which the predicate is false. Only the pages that
/// the search meets are read.
pub(crate) fn partition_point<T: Element>(
    section: &Section<T>,
    is_before: impl Fn(&T) -> bool,
) -> Result<usize, ReadError> {
    let (mut low, mut high) = (0, section.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if is_before(&section.at(middle)?) { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}
