//! When a delivery is tried again.

use std::time::Duration;

use hawkshaw_records::RecordId;
use sha2::{Digest as _, Sha256};

/// When a delivery is tried again, and when it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Schedule {
    /// How long to wait behind the first attempt; behind each further one twice as long.
    pub(super) first: Duration,
    /// How long to wait at most.
    pub(super) most: Duration,
    /// How often it is tried.
    pub(super) attempts: u32,
}

impl Schedule {
    /// How long to wait behind an attempt; `None`: no further one is made. A part of the wait
    /// depends on the delivery, so that those that failed together do not come back together.
    pub(super) fn wait(&self, id: RecordId, attempt: u32) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let doublings = attempt.saturating_sub(1).min(31);
        let whole = self.first.saturating_mul(1 << doublings).min(self.most);
        let digest = Sha256::digest(format!("{id} {attempt}"));
        let part = u32::from(digest[0]);
        // Between half of it and all of it.
        Some(whole / 2 + whole / 2 * part / 255)
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;
    use hawkshaw_records::RecordId;
    use std::time::Duration;

    const SCHEDULE: Schedule = Schedule {
        first: Duration::from_secs(5),
        most: Duration::from_secs(6 * 3600),
        attempts: 16,
    };

    #[test]
    fn waits_grow_to_a_limit_and_end() {
        let id: RecordId = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        let mut whole = Duration::from_secs(5);
        for attempt in 1..16 {
            let wait = SCHEDULE.wait(id, attempt).unwrap();
            assert!((whole / 2..=whole).contains(&wait), "{attempt}: {wait:?}");
            assert_eq!(SCHEDULE.wait(id, attempt), Some(wait), "it is the same every time");
            whole = (whole * 2).min(SCHEDULE.most);
        }
        assert_eq!(SCHEDULE.wait(id, 16), None);
        assert_eq!(SCHEDULE.wait(id, u32::MAX), None);
        let other: RecordId = "018f0000-0000-7000-8000-000000000002".parse().unwrap();
        assert_ne!(SCHEDULE.wait(id, 9), SCHEDULE.wait(other, 9));
    }
}
