//! The headers that the files hold, and which of them make the chain.

use std::collections::{BTreeMap, HashMap};

use bitcoin::Work;

use super::scan::Found;

/// No header.
const NONE: u32 = u32::MAX;

/// Where a block lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The number of its file.
    pub(super) file: u32,
    pub(super) length: u32,
    pub(super) offset: u64,
}

/// A block of the chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) hash: [u8; 32],
    pub(super) place: Place,
}

/// Blocks that connect to each other and to none below them.
#[derive(Debug)]
pub(super) struct Loose {
    /// The first of them.
    pub(super) root: Entry,
    /// The hash of the block before it.
    pub(super) missing: [u8; 32],
    /// How far each of them lies above the first.
    pub(super) depths: Vec<u64>,
}

/// All headers, also stale ones, in the order of the files: about 200 bytes each.
#[derive(Debug, Default)]
pub(super) struct Headers {
    list: Vec<Header>,
    by_hash: HashMap<[u8; 32], u32>,
}

#[derive(Debug)]
struct Header {
    hash: [u8; 32],
    parent: [u8; 32],
    work: Work,
    place: Place,
}

impl Headers {
    /// Adds a block of a file. A block that was written twice counts once.
    pub(super) fn add(&mut self, file: u32, found: &Found) {
        let Ok(number) = u32::try_from(self.list.len()) else { return };
        let place = Place { file, length: found.length, offset: found.offset };
        let std::collections::hash_map::Entry::Vacant(entry) = self.by_hash.entry(found.head.hash)
        else {
            return;
        };
        entry.insert(number);
        let (hash, parent) = (found.head.hash, found.head.parent);
        self.list.push(Header { hash, parent, work: found.head.header.work(), place });
    }

    /// The blocks of the chain with the most work, from its first on, and the hash of the block
    /// before it. Of two with equal work the one whose last block was written first counts, as
    /// nodes stay with what they saw first.
    ///
    /// Work counts from the first block that is there: where blocks are missing in between, the
    /// part with the most work counts.
    pub(super) fn chain(&self) -> (Vec<Entry>, [u8; 32]) {
        let (parents, order) = self.order();
        let mut works: Vec<Option<Work>> = vec![None; self.list.len()];
        let mut best: Option<(Work, u32)> = None;
        for number in order {
            let Some(header) = self.list.get(index(number)) else { continue };
            let below = parents.get(index(number)).and_then(|parent| *works.get(index(*parent))?);
            let work = below.map_or(header.work, |below| sum(below, header.work));
            if let Some(slot) = works.get_mut(index(number)) {
                *slot = Some(work);
            }
            let is_better =
                best.is_none_or(|(most, first)| work > most || (work == most && number < first));
            if is_better {
                best = Some((work, number));
            }
        }
        let mut chain = Vec::new();
        let (mut next, mut before) = (best.map_or(NONE, |(_, number)| number), [0; 32]);
        while let Some(header) = self.list.get(index(next)) {
            chain.push(Entry { hash: header.hash, place: header.place });
            before = header.parent;
            next = parents.get(index(next)).copied().unwrap_or(NONE);
        }
        chain.reverse();
        (chain, before)
    }

    /// The blocks that do not connect to the one with this hash, grouped by the first of those
    /// that do connect to each other: which all of them miss the same parent.
    pub(super) fn loose(&self, connected: [u8; 32]) -> Vec<Loose> {
        let (parents, order) = self.order();
        let mut roots: Vec<(u32, u64)> = vec![(NONE, 0); self.list.len()];
        for number in order {
            let parent = parents.get(index(number)).copied().unwrap_or(NONE);
            let above = roots.get(index(parent)).map(|(root, depth)| (*root, depth + 1));
            if let Some(slot) = roots.get_mut(index(number)) {
                *slot = above.unwrap_or((number, 0));
            }
        }
        let main = self.by_hash.get(&connected).and_then(|number| roots.get(index(*number)));
        let main = main.map_or(NONE, |(root, _)| *root);
        let mut depths = BTreeMap::<u32, Vec<u64>>::new();
        for (root, depth) in roots.into_iter().filter(|(root, _)| *root != main) {
            depths.entry(root).or_default().push(depth);
        }
        let loose = depths.into_iter().filter_map(|(root, depths)| {
            let root = self.list.get(index(root))?;
            let entry = Entry { hash: root.hash, place: root.place };
            Some(Loose { root: entry, missing: root.parent, depths })
        });
        loose.collect()
    }

    /// The parent of each header, and all headers with each behind its parent.
    fn order(&self) -> (Vec<u32>, Vec<u32>) {
        let parent = |header: &Header| self.by_hash.get(&header.parent).copied().unwrap_or(NONE);
        let parents: Vec<u32> = self.list.iter().map(parent).collect();
        let mut first_child = vec![NONE; parents.len()];
        let mut next_sibling = vec![NONE; parents.len()];
        let mut order = Vec::with_capacity(parents.len());
        for (parent, number) in parents.iter().zip(0_u32..) {
            match first_child.get_mut(index(*parent)) {
                Some(child) => {
                    let sibling = std::mem::replace(child, number);
                    if let Some(slot) = next_sibling.get_mut(index(number)) {
                        *slot = sibling;
                    }
                }
                None => order.push(number),
            }
        }
        let mut done = 0;
        while let Some(number) = order.get(done).copied() {
            done += 1;
            let mut child = first_child.get(index(number)).copied().unwrap_or(NONE);
            while child != NONE {
                order.push(child);
                child = next_sibling.get(index(child)).copied().unwrap_or(NONE);
            }
        }
        (parents, order)
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Adds up work. Each header has at least the work that it claims, so that no sum comes near 256
/// bits; were it otherwise, it would end there.
fn sum(left: Work, right: Work) -> Work {
    let (left, right) = (left.to_be_bytes(), right.to_be_bytes());
    let (mut sum, mut carry) = ([0; 32], 0);
    for (at, slot) in sum.iter_mut().enumerate().rev() {
        let total = u16::from(left[at]) + u16::from(right[at]) + carry;
        *slot = total.to_le_bytes()[0];
        carry = total >> 8;
    }
    if carry > 0 { Work::from_be_bytes([0xff; 32]) } else { Work::from_be_bytes(sum) }
}

#[cfg(test)]
mod tests {
    use bitcoin::Work;

    use super::sum;

    #[test]
    fn work_adds_up_and_ends_at_256_bits() {
        let work = |byte: u8| Work::from_be_bytes([byte; 32]);
        assert_eq!(sum(work(0x11), work(0x22)), work(0x33));
        assert_eq!(sum(work(0xff), work(0)), work(0xff));
        assert_eq!(sum(work(0xff), work(1)), work(0xff));
        let (mut low, mut carried) = ([0; 32], [0; 32]);
        (low[31], carried[30]) = (0x80, 1);
        let low = Work::from_be_bytes(low);
        assert_eq!(sum(low, low), Work::from_be_bytes(carried));
    }
}
