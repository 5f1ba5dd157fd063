//! What a bridge usually charges and how long it usually takes, learned from pairs that are
//! certain, so that pairs of which several fit can be weighed.
//!
//! Counting is in integers: what is learned does not depend on the order of rows.

use rustc_hash::FxHashMap;

use super::amounts::Fit;
use super::entry::Entry;

/// One bit of a logarithm.
pub(crate) const BIT: i64 = 1 << 10;
/// The whole of a probability.
const WHOLE: u64 = 1 << 32;
/// Rows that what is known of the wider kind counts for.
const PARENT_ROWS: u64 = 2;
/// Certain pairs from which on a bridge is known to charge nothing.
const ROWS_OF_EXACT: u64 = 10;
/// Certain pairs from which on a fee that was not seen is not plausible.
const ROWS_OF_FEES: u64 = 50;
/// One in how many certain pairs has a fee that is still usual.
const RARE: u64 = 500;

const FEE_BUCKETS: u16 = 24;
const WAIT_BUCKETS: u16 = 160;

/// Counts by bucket.
#[derive(Debug, Clone, Default)]
struct Histogram {
    counts: FxHashMap<u16, u64>,
    rows: u64,
}

impl Histogram {
    fn add(&mut self, bucket: u16) {
        *self.counts.entry(bucket).or_default() += 1;
        self.rows += 1;
    }

    fn count(&self, bucket: u16) -> u64 {
        self.counts.get(&bucket).copied().unwrap_or(0)
    }

    /// How many lie in a bucket or beside it, the first bucket standing alone.
    fn near(&self, bucket: u16) -> u64 {
        let below = if bucket > 1 { self.count(bucket - 1) } else { 0 };
        if bucket == 0 {
            return self.count(0);
        }
        below + self.count(bucket) + self.count(bucket + 1)
    }

    /// The probability of a bucket, of `WHOLE`, where the wider kind says `parent`.
    fn mass(&self, bucket: u16, parent: u64) -> u64 {
        let counted = u128::from(self.count(bucket)) * u128::from(WHOLE);
        let parent = u128::from(PARENT_ROWS) * u128::from(parent);
        let mass = (counted + parent) / u128::from(self.rows + PARENT_ROWS);
        u64::try_from(mass).unwrap_or(WHOLE)
    }
}

/// A bridge between two chains.
type Route = (u32, u32, u32);
/// Two assets on a route.
type Lane = (Route, u32, u32);

/// What is usual.
#[derive(Debug, Clone, Default)]
pub(crate) struct Habits {
    fees: FxHashMap<Lane, Histogram>,
    sizes: FxHashMap<Lane, Histogram>,
    fees_of_bridge: FxHashMap<u32, Histogram>,
    waits: FxHashMap<Route, Histogram>,
    waits_of_bridge: FxHashMap<u32, Histogram>,
    /// By route and gap between two deposits: how often the earlier one was paid first, and how
    /// often not.
    kept: FxHashMap<(Route, u16), (u64, u64)>,
}

/// A pair that is certain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Certain<'a> {
    pub(crate) deposit: &'a Entry,
    pub(crate) payout: &'a Entry,
    pub(crate) fit: Option<Fit>,
}

impl Habits {
    /// Learns from certain pairs, whatever their order.
    pub(crate) fn of(certain: &[Certain<'_>]) -> Self {
        let mut habits = Self::default();
        let mut routes: FxHashMap<Route, Vec<Certain<'_>>> = FxHashMap::default();
        for pair in certain {
            let route = route(pair.deposit, pair.payout);
            let wait = wait_bucket(pair.payout.time.saturating_sub(pair.deposit.time));
            habits.waits.entry(route).or_default().add(wait);
            habits.waits_of_bridge.entry(route.0).or_default().add(wait);
            routes.entry(route).or_default().push(*pair);
            if let Some(fit) = pair.fit {
                let lane = lane(pair.deposit, pair.payout);
                habits.fees.entry(lane).or_default().add(fee_bucket(fit));
                habits.fees_of_bridge.entry(route.0).or_default().add(fee_bucket(fit));
                if !fit.exact && fit.ppm >= 0 {
                    habits.sizes.entry(lane).or_default().add(fit.size);
                }
            }
        }
        let mut routes: Vec<_> = routes.into_iter().collect();
        routes.sort_unstable_by_key(|(route, _)| *route);
        for (route, pairs) in &mut routes {
            habits.learn_order(*route, pairs);
        }
        habits
    }

    fn learn_order(&mut self, route: Route, pairs: &mut [Certain<'_>]) {
        pairs.sort_unstable_by_key(|pair| (pair.deposit.order(), pair.payout.order()));
        for two in pairs.windows(2) {
            let [first, second] = two else { continue };
            if let Some(kept) = is_in_order(first.payout, second.payout) {
                let gap = gap_bucket(first.deposit, second.deposit);
                let count = self.kept.entry((route, gap)).or_default();
                if kept {
                    count.0 += 1;
                } else {
                    count.1 += 1;
                }
            }
        }
    }

    /// Whether a fee is what this bridge charges, as far as enough is known of it.
    pub(crate) fn is_plausible(&self, deposit: &Entry, payout: &Entry, fit: Fit) -> bool {
        let lane = lane(deposit, payout);
        let of_lane = self.fees.get(&lane).filter(|fees| fees.rows >= ROWS_OF_EXACT);
        let Some(fees) = of_lane.or_else(|| self.fees_of_bridge.get(&lane.0.0)) else {
            return true;
        };
        let bucket = fee_bucket(fit);
        let is_exact = fees.count(0) * 20 >= fees.rows * 19;
        let known = if is_exact { ROWS_OF_EXACT } else { ROWS_OF_FEES };
        if fees.rows < known || fees.near(bucket) * RARE >= fees.rows.max(RARE) {
            return true;
        }
        self.is_flat(deposit, payout, fit, 2)
    }

    /// Whether a fee has the size that at least `percent` of the fees of these assets have.
    pub(crate) fn is_flat(&self, deposit: &Entry, payout: &Entry, fit: Fit, percent: u64) -> bool {
        let sizes = self.sizes.get(&lane(deposit, payout));
        sizes.is_some_and(|sizes| {
            sizes.rows >= 20 && sizes.near(fit.size) * 100 >= sizes.rows * percent
        }) && !fit.exact
            && fit.ppm >= 0
    }

    /// How likely it is, as a logarithm, that a deposit is paid by this fee at this time.
    pub(crate) fn weight(&self, deposit: &Entry, payout: &Entry, fit: Fit) -> i64 {
        let route = route(deposit, payout);
        let wait = payout.time.saturating_sub(deposit.time);
        let bucket = wait_bucket(wait);
        let parent = WHOLE / u64::from(WAIT_BUCKETS);
        let parent = mass(self.waits_of_bridge.get(&route.0), bucket, parent);
        let delay = mass(self.waits.get(&route), bucket, parent);
        self.fee_weight(deposit, payout, fit) + log2(delay) - log2(WHOLE) - log2(wait_width(wait))
    }

    /// How likely it is, as a logarithm, that a deposit is paid less this fee.
    pub(crate) fn fee_weight(&self, deposit: &Entry, payout: &Entry, fit: Fit) -> i64 {
        let lane = lane(deposit, payout);
        let bucket = fee_bucket(fit);
        let parent = mass(self.fees_of_bridge.get(&lane.0.0), bucket, first_fee(bucket));
        let relative = mass(self.fees.get(&lane), bucket, parent);
        let flat = match self.sizes.get(&lane) {
            Some(sizes) if !fit.exact && sizes.rows >= 20 => sizes.mass(fit.size, 0),
            _ => 0,
        };
        log2(relative.max(flat)) - log2(WHOLE)
    }

    /// How much likelier, as a logarithm, it is that two deposits are paid in their order than
    /// in the other; nothing where little is known.
    pub(crate) fn order_weight(&self, first: &Entry, second: &Entry, paid: [&Entry; 2]) -> i64 {
        if is_in_order(paid[0], paid[1]).is_none() {
            return 0;
        }
        let gap = gap_bucket(first, second);
        let count = self.kept.get(&(route(first, paid[0]), gap)).copied().unwrap_or_default();
        log2(2 * count.0 + 1) - log2(2 * count.1 + 1)
    }
}

fn mass(of: Option<&Histogram>, bucket: u16, parent: u64) -> u64 {
    of.map_or(parent, |of| of.mass(bucket, parent)).max(1)
}

/// Before anything is known: one bridge in four charges nothing, the others anything.
fn first_fee(bucket: u16) -> u64 {
    if bucket == 0 { WHOLE / 4 } else { WHOLE / 4 * 3 / u64::from(FEE_BUCKETS) }
}

fn route(deposit: &Entry, payout: &Entry) -> Route {
    (deposit.bridge.max(payout.bridge), deposit.chain, payout.chain)
}

fn lane(deposit: &Entry, payout: &Entry) -> Lane {
    (route(deposit, payout), deposit.asset, payout.asset)
}

/// 0: nothing; 1: below nothing; else by powers of two of millionths.
fn fee_bucket(fit: Fit) -> u16 {
    match u64::try_from(fit.ppm) {
        _ if fit.exact => 0,
        Err(_) => 1,
        Ok(0) => 2,
        Ok(ppm) => 3 + u16::try_from(ppm.ilog2()).unwrap_or(0),
    }
}

/// 0: before the deposit; then quarters of powers of two of seconds.
fn wait_bucket(wait: i64) -> u16 {
    match u64::try_from(wait) {
        Err(_) => 0,
        Ok(wait @ 0..4) => 1 + u16::try_from(wait).unwrap_or(0),
        Ok(wait) => {
            let octave = wait.ilog2();
            let quarter = (wait >> (octave - 2)) & 3;
            let bucket = 5 + 4 * (u64::from(octave) - 2) + quarter;
            u16::try_from(bucket).unwrap_or(WAIT_BUCKETS).min(WAIT_BUCKETS - 1)
        }
    }
}

/// How many seconds share a bucket.
fn wait_width(wait: i64) -> u64 {
    match u64::try_from(wait) {
        Err(_) => 512,
        Ok(0..4) => 1,
        Ok(wait) => 1 << (wait.ilog2() - 2),
    }
}

/// 0: one transaction; 1: one second; else by powers of two of seconds.
fn gap_bucket(first: &Entry, second: &Entry) -> u16 {
    let gap = u64::try_from(second.time.saturating_sub(first.time)).unwrap_or(0);
    match gap {
        0 if first.tx == second.tx => 0,
        0 => 1,
        gap => 2 + u16::try_from(gap.ilog2()).unwrap_or(0),
    }
}

/// Whether the first comes first; `None` where nothing tells.
fn is_in_order(first: &Entry, second: &Entry) -> Option<bool> {
    match first.time.cmp(&second.time) {
        std::cmp::Ordering::Less => Some(true),
        std::cmp::Ordering::Greater => Some(false),
        std::cmp::Ordering::Equal if first.tx == second.tx => Some(first.event < second.event),
        std::cmp::Ordering::Equal => None,
    }
}

/// The logarithm to base two, in parts of [`BIT`], from below.
pub(crate) fn log2(value: u64) -> i64 {
    let value = value.max(1);
    let whole = value.ilog2();
    // 1.0 ≤ x < 2.0 with 31 bits behind the point.
    let mut x = if whole >= 31 { value >> (whole - 31) } else { value << (31 - whole) };
    let mut bits = i64::from(whole);
    for _ in 0..10 {
        x = (x * x) >> 31;
        bits *= 2;
        if x >> 32 != 0 {
            bits += 1;
            x >>= 1;
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::{BIT, Histogram, WHOLE, log2, wait_bucket, wait_width};
    use proptest::prelude::{any, prop_assert, proptest};

    #[test]
    fn logarithms_of_powers_are_exact() {
        for power in 0..64 {
            assert_eq!(log2(1u64 << power), i64::from(power) * BIT);
        }
        assert_eq!(log2(3), 1_623); // 1.5849… × 1024
        assert_eq!(log2(0), 0);
    }

    #[test]
    fn what_was_never_seen_keeps_a_small_probability() {
        let mut seen = Histogram::default();
        (0..98).for_each(|_| seen.add(7));
        assert!(seen.mass(7, WHOLE / 100) > WHOLE / 100 * 97);
        assert!(seen.mass(8, WHOLE / 100) > 0);
        assert_eq!((seen.near(8), seen.near(9), seen.near(0)), (98, 0, 0));
    }

    proptest! {
        #[test]
        fn longer_waits_are_in_later_and_wider_buckets(a in any::<i64>(), b in any::<i64>()) {
            let (a, b) = (a.min(b), a.max(b));
            prop_assert!(wait_bucket(a) <= wait_bucket(b));
            prop_assert!(a < 0 || wait_width(a) <= wait_width(b));
        }
    }
}
