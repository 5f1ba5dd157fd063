//! What was answered, counted.

use std::fmt;
use std::time::Instant;

use hawkshaw_screening::{Action, Answer, Status};

/// All statuses and actions, in the order in which they are told.
const STATUSES: [(Status, &str); 4] = [
    (Status::Hit, "hits"),
    (Status::NotFound, "not found"),
    (Status::NotCovered, "not covered"),
    (Status::Invalid, "no addresses"),
];
const ACTIONS: [Action; 4] = [Action::Reject, Action::Hold, Action::Review, Action::Allow];

/// How many answers there were of each kind.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) all: u64,
    /// Lines that hold no address: empty ones, remarks, the names of columns.
    pub(super) left_out: u64,
    statuses: [u64; STATUSES.len()],
    actions: [u64; ACTIONS.len()],
    since: Instant,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            all: 0,
            left_out: 0,
            statuses: Default::default(),
            actions: Default::default(),
            since: Instant::now(),
        }
    }
}

impl Counts {
    /// Counts an answer.
    pub(super) fn add(&mut self, answer: &Answer) {
        self.all += 1;
        let status = STATUSES.iter().position(|(status, _)| *status == answer.status);
        let action = ACTIONS.iter().position(|action| *action == answer.decision.action);
        let status = status.and_then(|place| self.statuses.get_mut(place));
        let action = action.and_then(|place| self.actions.get_mut(place));
        status.into_iter().chain(action).for_each(|count| *count += 1);
    }

    /// Adds what another thread counted.
    pub(super) fn merge(&mut self, other: &Self) {
        self.all += other.all;
        self.left_out += other.left_out;
        let counts = self.statuses.iter_mut().chain(&mut self.actions);
        let more = other.statuses.iter().chain(&other.actions);
        counts.zip(more).for_each(|(count, more)| *count += more);
    }

    /// How many had a status.
    pub(super) fn of(&self, status: Status) -> u64 {
        let place = STATUSES.iter().position(|(known, _)| *known == status);
        place.and_then(|place| self.statuses.get(place)).copied().unwrap_or(0)
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} addresses:", self.all)?;
        for ((_, name), count) in STATUSES.iter().zip(self.statuses) {
            write!(f, " {count} {name},")?;
        }
        for (action, count) in ACTIONS.iter().zip(self.actions) {
            write!(f, " {count} {action},")?;
        }
        if self.left_out > 0 {
            write!(f, " {} lines without an address left out,", self.left_out)?;
        }
        let millis = self.since.elapsed().as_millis().max(1);
        write!(f, " {} a second", u128::from(self.all) * 1_000 / millis)
    }
}
