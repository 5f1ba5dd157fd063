//! How often somebody may ask: the generic cell rate algorithm (ITU-T I.371), one number a meter.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const NANOSECONDS: u64 = 1_000_000_000;

/// Allows so many requests a second, evenly or some of them at once.
#[derive(Debug)]
pub(crate) struct Meter {
    start: Instant,
    /// What a request costs, in nanoseconds.
    cost: u64,
    per_second: u64,
    burst: u64,
    /// The time up to which requests are paid for, in nanoseconds since the start.
    paid: AtomicU64,
}

/// What a meter says of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// It is allowed, and so many more at once would be.
    Allowed { left: u64 },
    /// It is not, and would be after this time.
    Refused { wait: Duration },
}

impl Meter {
    /// A second's worth of requests may come at once.
    pub(crate) fn new(per_second: u64) -> Self {
        Self::with_burst(per_second, per_second)
    }

    /// `burst` requests may come at once.
    pub(crate) fn with_burst(per_second: u64, burst: u64) -> Self {
        let per_second = per_second.clamp(1, NANOSECONDS);
        let cost = NANOSECONDS / per_second;
        let burst = burst.max(1);
        Self { start: Instant::now(), cost, per_second, burst, paid: AtomicU64::new(0) }
    }

    /// Whether it holds somebody to just this.
    pub(crate) fn is(&self, per_second: u64, burst: u64) -> bool {
        (self.per_second, self.burst) == (per_second.clamp(1, NANOSECONDS), burst.max(1))
    }

    /// How many requests a second it allows.
    pub(crate) fn per_second(&self) -> u64 {
        self.per_second
    }

    /// Takes a request.
    pub(crate) fn take(&self) -> Reading {
        let now = u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.take_at(now)
    }

    fn take_at(&self, now: u64) -> Reading {
        let latest = now.saturating_add(self.cost.saturating_mul(self.burst));
        let pay = |paid: u64| {
            let next = paid.max(now).saturating_add(self.cost);
            (next <= latest).then_some(next)
        };
        match self.paid.fetch_update(Ordering::AcqRel, Ordering::Acquire, pay) {
            Ok(before) => {
                let paid = before.max(now).saturating_add(self.cost);
                Reading::Allowed { left: latest.saturating_sub(paid) / self.cost }
            }
            Err(paid) => {
                let wait = paid.saturating_add(self.cost).saturating_sub(latest);
                Reading::Refused { wait: Duration::from_nanos(wait) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::{prop_assert, proptest};

    use super::{Meter, NANOSECONDS, Reading};

    #[test]
    fn a_second_s_worth_at_once_and_then_one_at_a_time() {
        let meter = Meter::new(4);
        for left in [3, 2, 1, 0] {
            assert_eq!(meter.take_at(0), Reading::Allowed { left });
        }
        assert_eq!(meter.take_at(0), Reading::Refused { wait: Duration::from_millis(250) });
        assert_eq!(meter.take_at(NANOSECONDS / 4), Reading::Allowed { left: 0 });
        assert!(matches!(meter.take_at(NANOSECONDS / 4), Reading::Refused { .. }));
        assert_eq!(meter.take_at(60 * NANOSECONDS), Reading::Allowed { left: 3 });
    }

    #[test]
    fn a_burst_is_what_may_come_at_once() {
        let few = Meter::with_burst(10, 2);
        let many = Meter::with_burst(10, 30);
        let at_once = |meter: &Meter, time| {
            (0..100).filter(|_| matches!(meter.take_at(time), Reading::Allowed { .. })).count()
        };
        assert_eq!((at_once(&few, 0), at_once(&many, 0)), (2, 30));
        // Behind it both get what the rate gives, and no more at once than before.
        assert_eq!((at_once(&few, NANOSECONDS / 10), at_once(&many, NANOSECONDS / 10)), (1, 1));
        assert_eq!((at_once(&few, 60 * NANOSECONDS), at_once(&many, 60 * NANOSECONDS)), (2, 30));
        let endless = Meter::with_burst(1, u64::MAX);
        assert!(matches!(
            endless.take_at(u64::MAX),
            Reading::Allowed { .. } | Reading::Refused { .. }
        ));
        assert!(few.is(10, 2) && !few.is(10, 10) && Meter::new(0).is(1, 1));
    }

    proptest! {
        #[test]
        fn never_more_than_two_seconds_worth_in_a_second(
            per_second in 1_u64..2_000,
            mut times in proptest::collection::vec(0..NANOSECONDS, 0..4_000),
        ) {
            times.sort_unstable();
            let meter = Meter::new(per_second);
            let allowed = |time: &u64| matches!(meter.take_at(*time), Reading::Allowed { .. });
            let count = times.iter().filter(|time| allowed(time)).count();
            prop_assert!(u64::try_from(count).unwrap() <= 2 * per_second);
        }
    }
}
