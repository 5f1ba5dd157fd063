//! When the next request may go: rate, concurrency, pauses that the host asked for, stop.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Limits;

/// Somebody stopped the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stopped;

/// Lets requests of all threads go one after the other, no sooner than the limits allow.
#[derive(Debug)]
pub(super) struct Pace {
    state: Mutex<State>,
    changed: Condvar,
    interval: Duration,
    concurrent_max: usize,
}

#[derive(Debug)]
struct State {
    under_way: usize,
    /// No request goes before.
    next: Option<Instant>,
    is_stopped: bool,
}

/// The place of a request under way; dropping it lets another go.
#[derive(Debug)]
pub(super) struct Turn<'a>(&'a Pace);

impl Pace {
    pub(super) fn new(limits: Limits) -> Self {
        let interval = match limits.per_second_milli {
            0 => Duration::ZERO,
            rate => Duration::from_secs(1000) / rate,
        };
        let state = State { under_way: 0, next: None, is_stopped: false };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            interval,
            concurrent_max: limits.concurrent_max.max(1),
        }
    }

    /// Waits until a request may go.
    pub(super) fn turn(&self) -> Result<Turn<'_>, Stopped> {
        let mut state = self.lock();
        loop {
            if state.is_stopped {
                return Err(Stopped);
            }
            let now = Instant::now();
            let early = state.next.and_then(|next| next.checked_duration_since(now));
            let early = early.filter(|early| !early.is_zero());
            if state.under_way >= self.concurrent_max {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else if let Some(early) = early {
                state = self.wait(state, early);
            } else {
                state.under_way += 1;
                state.next = now.checked_add(self.interval);
                return Ok(Turn(self));
            }
        }
    }

    /// Waits for a time, or until somebody stops the client.
    pub(super) fn sleep(&self, time: Duration) -> Result<(), Stopped> {
        let begun = Instant::now();
        let mut state = self.lock();
        loop {
            if state.is_stopped {
                return Err(Stopped);
            }
            match time.checked_sub(begun.elapsed()) {
                Some(rest) if !rest.is_zero() => state = self.wait(state, rest),
                _ => return Ok(()),
            }
        }
    }

    /// Lets no thread ask for a time.
    pub(super) fn pause(&self, time: Duration) {
        let until = Instant::now().checked_add(time);
        let mut state = self.lock();
        state.next = state.next.max(until);
    }

    pub(super) fn stop(&self) {
        self.lock().is_stopped = true;
        self.changed.notify_all();
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.lock().is_stopped
    }

    fn wait<'a>(&'a self, state: MutexGuard<'a, State>, time: Duration) -> MutexGuard<'a, State> {
        self.changed.wait_timeout(state, time).unwrap_or_else(PoisonError::into_inner).0
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.under_way = state.under_way.saturating_sub(1);
        drop(state);
        self.0.changed.notify_all();
    }
}
