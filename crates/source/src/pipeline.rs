//! Windows of work done by several threads at once, their results in order.
//!
//! ```text
//! windows ──▶ worker ─┐
//!         ──▶ worker ─┼─▶ results that wait for their turn ──▶ iterator
//!         ──▶ worker ─┘   (never more than `ahead` windows)
//! ```

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::client::Client;

/// Call trees are read by recursion, up to [`NESTING_MAX`](hawkshaw_chains::NESTING_MAX) deep.
const STACK_BYTES: usize = 64 << 20;

/// What workers spent their time on, all of them together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// Waiting for answers.
    pub waited: Duration,
    /// Working on them.
    pub worked: Duration,
    /// Waiting for room, because whoever takes the results is slower.
    pub idle: Duration,
}

/// Counts effort. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<[AtomicU64; 3]>);

impl Meter {
    /// What was counted so far.
    pub fn effort(&self) -> Effort {
        let [waited, worked, idle] =
            [0, 1, 2].map(|at: usize| self.0.get(at).map_or(0, |us| us.load(Ordering::Relaxed)));
        let [waited, worked, idle] = [waited, worked, idle].map(Duration::from_micros);
        Effort { waited, worked: worked.saturating_sub(waited), idle }
    }

    fn count(&self, at: usize, time: Duration) {
        let us = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        if let Some(counted) = self.0.get(at) {
            counted.fetch_add(us, Ordering::Relaxed);
        }
    }
}

/// What a worker knows of the pipeline that it works for.
#[derive(Debug)]
pub struct Step<'a> {
    meter: &'a Meter,
    queue: &'a dyn Halt,
}

trait Halt: fmt::Debug {
    fn is_over(&self) -> bool;
}

impl Step<'_> {
    /// Does what waits for somebody else's answer, and counts it as such.
    pub fn wait<T>(&self, asks: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let answer = asks();
        self.meter.count(0, begun.elapsed());
        answer
    }

    /// Whether nobody wants the result any more.
    pub fn is_over(&self) -> bool {
        self.queue.is_over()
    }
}

/// How a pipeline works.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How many threads work.
    pub workers: usize,
    /// How many windows may be under way or wait to be taken.
    pub ahead: usize,
    /// Where effort is counted.
    pub meter: Meter,
}

/// The results of windows, in the order of the windows. After the first error there is nothing
/// more. Dropping it lets the workers end after the request that they wait for.
pub struct Pipeline<T, E> {
    queue: Arc<Queue<T, E>>,
    ready: VecDeque<T>,
    is_over: bool,
    workers: Vec<JoinHandle<()>>,
}

type Outcome<T, E> = thread::Result<Result<Vec<T>, E>>;

struct Queue<T, E> {
    state: Mutex<State<T, E>>,
    changed: Condvar,
    ahead: usize,
}

struct State<T, E> {
    /// Windows that were handed to workers.
    begun: usize,
    /// Windows whose results were taken.
    taken: usize,
    /// How many windows there are, once known.
    count: Option<usize>,
    outcomes: BTreeMap<usize, Outcome<T, E>>,
    is_over: bool,
}

impl Plan {
    /// As many threads as a client may have requests under way, each with a window to come.
    pub fn for_client(client: &Client, meter: &Meter) -> Self {
        let workers = client.limits().concurrent_max.max(1);
        Self { workers, ahead: 2 * workers, meter: meter.clone() }
    }

    /// Heights in windows of at most so many; a short stretch is shared out among the threads
    /// too.
    pub fn windows(
        &self,
        heights: RangeInclusive<u64>,
        size_max: u64,
    ) -> impl Iterator<Item = RangeInclusive<u64>> + Send + 'static {
        let count = heights.end().saturating_sub(*heights.start()).saturating_add(1);
        let share = count.div_ceil(u64::try_from(self.workers).unwrap_or(1).max(1));
        windows(heights, share.clamp(1, size_max.max(1)))
    }

    /// Starts threads that each take a window, work on it, and take the next.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start<W, T, E>(
        self,
        windows: impl Iterator<Item = W> + Send + 'static,
        work: impl Fn(W, &Step<'_>) -> Result<Vec<T>, E> + Send + Sync + 'static,
    ) -> io::Result<Pipeline<T, E>>
    where
        T: Send + 'static,
        E: Send + 'static,
    {
        let Self { workers, ahead, meter } = self;
        let count = workers.max(1);
        let state =
            State { begun: 0, taken: 0, count: None, outcomes: BTreeMap::new(), is_over: false };
        let state = Mutex::new(state);
        let queue = Arc::new(Queue { state, changed: Condvar::new(), ahead: ahead.max(count) });
        let windows = Arc::new(Mutex::new(windows));
        let work = Arc::new(work);
        let ready = VecDeque::new();
        let mut pipeline = Pipeline { queue, ready, is_over: false, workers: Vec::new() };
        for number in 0..count {
            let (windows, work) = (Arc::clone(&windows), Arc::clone(&work));
            let (queue, meter) = (Arc::clone(&pipeline.queue), meter.clone());
            let worker = thread::Builder::new().stack_size(STACK_BYTES);
            let worker = worker.name(format!("fetch-{number}"));
            let worker = worker.spawn(move || queue.serve(&windows, &*work, &meter));
            match worker {
                Ok(worker) => pipeline.workers.push(worker),
                // Fewer threads do the same work.
                Err(_) if number > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(pipeline)
    }
}

impl<T, E> Queue<T, E> {
    /// The life of a worker.
    fn serve<W>(
        &self,
        windows: &Mutex<impl Iterator<Item = W>>,
        work: &(impl Fn(W, &Step<'_>) -> Result<Vec<T>, E> + ?Sized),
        meter: &Meter,
    ) {
        loop {
            let begun = Instant::now();
            let taken = self.take(windows);
            meter.count(2, begun.elapsed());
            let Some((at, window)) = taken else { return };
            let begun = Instant::now();
            let step = Step { meter, queue: self };
            let outcome = catch_unwind(AssertUnwindSafe(|| work(window, &step)));
            meter.count(1, begun.elapsed());
            self.lock().outcomes.insert(at, outcome);
            self.changed.notify_all();
        }
    }

    /// The next window, once there is room for its results.
    fn take<W>(&self, windows: &Mutex<impl Iterator<Item = W>>) -> Option<(usize, W)> {
        let mut state = self.lock();
        loop {
            if state.is_over || state.count.is_some() {
                return None;
            }
            if state.begun - state.taken < self.ahead {
                break;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let window = windows.lock().unwrap_or_else(PoisonError::into_inner).next();
        match window {
            Some(window) => {
                state.begun += 1;
                Some((state.begun - 1, window))
            }
            None => {
                state.count = Some(state.begun);
                self.changed.notify_all();
                None
            }
        }
    }

    /// The outcome of the next window, once it is there; `None` after the last.
    fn next(&self) -> Option<Outcome<T, E>> {
        let mut state = self.lock();
        loop {
            if state.count == Some(state.taken) {
                return None;
            }
            let at = state.taken;
            if let Some(outcome) = state.outcomes.remove(&at) {
                state.taken += 1;
                self.changed.notify_all();
                return Some(outcome);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn end(&self) {
        let mut state = self.lock();
        state.is_over = true;
        state.outcomes.clear();
        drop(state);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, E> Halt for Queue<T, E> {
    fn is_over(&self) -> bool {
        self.lock().is_over
    }
}

impl<T, E> Iterator for Pipeline<T, E> {
    type Item = Result<T, E>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(Ok(item));
            }
            if self.is_over {
                return None;
            }
            match self.queue.next() {
                Some(Ok(Ok(items))) => self.ready.extend(items),
                Some(Ok(Err(error))) => {
                    self.is_over = true;
                    self.queue.end();
                    return Some(Err(error));
                }
                Some(Err(panic)) => {
                    self.is_over = true;
                    self.queue.end();
                    resume_unwind(panic)
                }
                None => self.is_over = true,
            }
        }
    }
}

impl<T, E> Drop for Pipeline<T, E> {
    /// Workers are not waited for: one of them may wait for an answer as long as requests may
    /// take.
    fn drop(&mut self) {
        self.queue.end();
        self.workers.clear();
    }
}

impl<T, E> fmt::Debug for Pipeline<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pipeline({} workers)", self.workers.len())
    }
}

impl<T, E> fmt::Debug for Queue<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Queue({} ahead)", self.ahead)
    }
}

/// Heights in windows of so many, the last one shorter.
pub fn windows(
    heights: RangeInclusive<u64>,
    size: u64,
) -> impl Iterator<Item = RangeInclusive<u64>> + Send + 'static {
    let (mut next, last) = (Some(*heights.start()), *heights.end());
    std::iter::from_fn(move || {
        let first = next.filter(|first| *first <= last)?;
        let end = first.saturating_add(size.max(1) - 1).min(last);
        next = end.checked_add(1);
        Some(first..=end)
    })
}

#[cfg(test)]
mod tests;
