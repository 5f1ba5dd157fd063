//! Which blocks of the files are not read, for people.

use hawkshaw_model::TxHash;

use super::headers::Loose;

/// What is known of blocks that do not connect to the chain.
#[derive(Debug, Default)]
pub(super) struct Tally {
    above: Side,
    below: Side,
    unplaced: Side,
}

#[derive(Debug, Default)]
struct Side {
    count: u64,
    /// The lowest block that is missing: the height above it, and its hash.
    missing: Option<(u64, [u8; 32])>,
    /// How many are missing.
    gaps: u64,
}

impl Side {
    fn add(&mut self, count: u64, height: u64, missing: [u8; 32]) {
        if count == 0 {
            return;
        }
        self.count += count;
        self.gaps += 1;
        let known = self.missing.get_or_insert((height, missing));
        *known = (*known).min((height, missing));
    }

    fn sentence(&self, place: &str, chain: &str) -> Option<String> {
        let (_, hash) = self.missing?;
        let (blocks, verb) = if self.count == 1 { ("block", "does") } else { ("blocks", "do") };
        let mut text = format!(
            "{} {blocks}{place} {verb} not connect to {chain}: the block with hash {} is missing",
            self.count,
            TxHash::from(hash)
        );
        if self.gaps > 1 {
            text += &format!(", the lowest of {} that are", self.gaps);
        }
        Some(text)
    }
}

impl Tally {
    /// Counts those of some blocks that lie above or below a chain with these first and last
    /// heights. What stands beside it is stale. The height is that of the first of them.
    pub(super) fn add(&mut self, loose: &Loose, height: Option<u64>, (first, last): (u64, u64)) {
        let missing = loose.missing;
        let Some(height) = height else {
            let count = u64::try_from(loose.depths.len()).unwrap_or(u64::MAX);
            self.unplaced.add(count, 0, missing);
            return;
        };
        let count = |is_wanted: &dyn Fn(u64) -> bool| {
            let heights = loose.depths.iter().map(|depth| height.saturating_add(*depth));
            u64::try_from(heights.filter(|height| is_wanted(*height)).count()).unwrap_or(u64::MAX)
        };
        self.above.add(count(&|height| height > last), height, missing);
        self.below.add(count(&|height| height < first), height, missing);
    }

    /// What is to be told about a chain with these first and last heights; `before` is the hash
    /// of the block before the first.
    pub(super) fn sentences(
        mut self,
        (first, last): (u64, u64),
        before: [u8; 32],
    ) -> impl Iterator<Item = String> {
        // What lies below does connect to the next block that is missing: the chain does not.
        self.below.missing = self.below.missing.map(|_| (0, before));
        self.below.gaps = self.below.gaps.min(1);
        let above = self.above.sentence(&format!(" above block {last}"), "it");
        let below = self.below.sentence(&format!(" below block {first}"), "it");
        let unplaced = self.unplaced.sentence("", "the chain");
        [below, above, unplaced].into_iter().flatten()
    }
}

/// Tells of blocks without undo records above the last block that is read.
pub(super) fn without_undo(count: u64, last: u64) -> Option<String> {
    let (blocks, verb) = if count == 1 { ("block", "has") } else { ("blocks", "have") };
    (count > 0).then(|| format!("{count} {blocks} above block {last} {verb} no undo record"))
}
