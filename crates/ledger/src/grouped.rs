//! Numbers grouped by a key, by counting sort: two flat arrays, no allocation a group.

use std::ops::Range;

/// Items by group, in the order given: compressed sparse rows, 4 bytes an item and a group.
#[derive(Debug, Default)]
pub(crate) struct Grouped {
    /// Where the items of each group begin, and behind the last where they end.
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Grouped {
    /// Groups `(group, item)` pairs, which `pairs` gives twice and the same. The order within a
    /// group is the order given. Rows are limited to [`ROWS_MAX`](crate::amount_column::ROWS_MAX)
    /// and give two items at most, so that 32 bits count them.
    pub(crate) fn new<I>(groups: usize, pairs: impl Fn() -> I) -> Self
    where
        I: Iterator<Item = (u32, u32)>,
    {
        // The group g is counted at g + 2, so that after the running sum its start stands at
        // g + 1, and after filling its end, which is the start of g + 1.
        let mut starts = vec![0u32; groups + 2];
        pairs().for_each(|(group, _)| starts[group as usize + 2] += 1);
        let mut sum = 0u32;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut items = vec![0u32; sum as usize];
        pairs().for_each(|(group, item)| {
            let next = &mut starts[group as usize + 1];
            items[*next as usize] = item;
            *next += 1;
        });
        starts.pop();
        Self { starts, items }
    }

    /// No groups yet, with room for items.
    pub(crate) fn with_capacity(groups: usize, items: usize) -> Self {
        let mut starts = Vec::with_capacity(groups + 1);
        starts.push(0);
        Self { starts, items: Vec::with_capacity(items) }
    }

    /// Appends a group that has no more items than were given room for.
    pub(crate) fn push_group(&mut self, items: impl Iterator<Item = u32>) {
        self.items.extend(items);
        // Items are numbered by u32 and stand once: their count fits.
        self.starts.push(u32::try_from(self.items.len()).unwrap_or(u32::MAX));
    }

    /// The items of a group.
    pub(crate) fn of(&self, group: u32) -> &[u32] {
        &self.items[self.range(group)]
    }

    /// The items of a group, to be put in another order.
    pub(crate) fn of_mut(&mut self, group: u32) -> &mut [u32] {
        let range = self.range(group);
        &mut self.items[range]
    }

    /// How many groups there are.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.starts.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// How many items there are.
    pub(crate) fn item_count(&self) -> usize {
        self.items.len()
    }

    fn range(&self, group: u32) -> Range<usize> {
        let group = group as usize;
        self.starts[group] as usize..self.starts[group + 1] as usize
    }
}

#[cfg(test)]
mod tests {
    use super::Grouped;

    #[test]
    fn items_keep_their_order_and_groups_may_be_empty() {
        let keys = [3u32, 0, 3, 1, 0];
        let grouped = Grouped::new(5, || keys.iter().copied().zip(0..));
        let groups: Vec<&[u32]> = (0..5).map(|group| grouped.of(group)).collect();
        assert_eq!(groups, [&[1, 4][..], &[3], &[], &[0, 2], &[]]);
        assert_eq!((grouped.len(), grouped.item_count()), (5, 5));
    }
}
