//! Queues of runs: value in the order in which it came, clean or tainted.

use std::collections::VecDeque;

use crate::taint::{Origin, OriginVector, Taint};
use crate::units::Units;

/// Neighbouring units of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run<U> {
    /// How many units; never zero.
    pub(crate) length: U,
    /// What they stand for; `None` if they are clean.
    pub(crate) origin: Option<Origin<U>>,
}

impl<U: Units> Run<U> {
    /// Clean units.
    pub(crate) fn clean(length: U) -> Self {
        Self { length, origin: None }
    }

    /// Takes `part` (less than all) off the run.
    fn split(&mut self, part: U) -> Self {
        let origin = match &mut self.origin {
            None => None,
            Some(Origin::Itself(asset)) => Some(Origin::Itself(*asset)),
            Some(mixed) => {
                let rest = std::mem::replace(mixed, Origin::Itself(0));
                let mut whole = Taint { amount: self.length, origin: rest };
                let taken = whole.take(part);
                *mixed = whole.origin;
                Some(taken.origin)
            }
        };
        self.length = self.length.minus(part);
        Self { length: part, origin }
    }

    /// Whether appending the other run to this one loses nothing.
    fn merges_with(&self, other: &Self) -> bool {
        match (&self.origin, &other.origin) {
            (None, None) => true,
            (Some(Origin::Itself(a)), Some(Origin::Itself(b))) => a == b,
            _ => false,
        }
    }
}

/// Runs are exact up to this many in a holding.
pub(crate) const RUNS_MAX: usize = 65_536;

/// Runs for which an emptied queue keeps its memory.
const RUNS_KEPT: usize = 16;

/// The content of a holding in the order in which it came, the oldest in front.
///
/// Most holdings have a single run: it lies in the queue itself, and only further ones cost a
/// step to the heap.
#[derive(Debug, Clone)]
pub(crate) struct RunQueue<U> {
    /// The oldest run; `None` only if the queue is empty.
    first: Option<Run<U>>,
    rest: VecDeque<Run<U>>,
}

impl<U> Default for RunQueue<U> {
    fn default() -> Self {
        Self { first: None, rest: VecDeque::new() }
    }
}

impl<U: Units> RunQueue<U> {
    fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    fn iter(&self) -> impl Iterator<Item = &Run<U>> {
        self.first.iter().chain(&self.rest)
    }

    /// Appends a run at the back. Neighbours merge where that is exact.
    #[inline]
    pub(crate) fn push(&mut self, run: Run<U>) {
        if run.length.is_zero() {
            return;
        }
        if self.first.is_none() {
            self.first = Some(run);
            return;
        }
        match self.rest.back_mut().or(self.first.as_mut()) {
            Some(back) if back.merges_with(&run) => back.length = back.length.plus(run.length),
            _ => self.rest.push_back(run),
        }
    }

    /// Adds clean units in front: what must have been there although the data do not show it.
    pub(crate) fn push_front_clean(&mut self, length: U) {
        match &mut self.first {
            Some(front) if front.origin.is_none() => front.length = front.length.plus(length),
            first => {
                if let Some(front) = first.replace(Run::clean(length)) {
                    self.rest.push_front(front);
                }
            }
        }
    }

    /// Moves `length` units from the front of this queue to the back of `into`.
    #[inline]
    pub(crate) fn move_front(&mut self, mut length: U, into: &mut Self) {
        while !length.is_zero() {
            match &mut self.first {
                Some(front) if front.length > length => {
                    into.push(front.split(length));
                    return;
                }
                first => {
                    let Some(front) = first.take() else { return };
                    *first = self.rest.pop_front();
                    length = length.minus(front.length);
                    into.push(front);
                }
            }
        }
    }

    /// Moves `length` units from the back of this queue, in their order, to the back of `into`.
    #[inline]
    pub(crate) fn move_back(&mut self, length: U, into: &mut Self) {
        if let Some(back) = self.rest.back_mut().or(self.first.as_mut())
            && back.length > length
        {
            if !length.is_zero() {
                into.push(back.split(length));
            }
            return;
        }
        let mut missing = length;
        let mut index = self.rest.len();
        while index > 0 && self.rest[index - 1].length <= missing {
            index -= 1;
            missing = missing.minus(self.rest[index].length);
        }
        // The run that is cut or, if all of the rest goes, the first.
        let straddler = if index > 0 { self.rest.get_mut(index - 1) } else { self.first.as_mut() };
        match straddler {
            Some(run) if run.length > missing => {
                if !missing.is_zero() {
                    into.push(run.split(missing));
                }
            }
            _ => {
                if let Some(first) = self.first.take() {
                    into.push(first);
                }
            }
        }
        for run in self.rest.drain(index..) {
            into.push(run);
        }
    }

    /// Moves everything to the back of `into`.
    #[inline]
    pub(crate) fn move_all(&mut self, into: &mut Self) {
        let Some(first) = self.first.take() else { return };
        into.push(first);
        for run in self.rest.drain(..) {
            into.push(run);
        }
    }

    /// Keeps the queue within [`RUNS_MAX`]: beyond it the oldest two adjacent tainted runs
    /// merge by sum. Returns whether any did.
    #[inline]
    pub(crate) fn limit(&mut self, stolen_assets: usize) -> bool {
        self.limit_to(RUNS_MAX, stolen_assets)
    }

    fn limit_to(&mut self, runs_max: usize, stolen_assets: usize) -> bool {
        let mut merged = false;
        let mut from = 0;
        while self.len() > runs_max {
            let pair =
                (from..self.len()).find(|at| self.is_tainted(*at) && self.is_tainted(*at + 1));
            let Some(at) = pair else { return merged };
            let Some(second) = self.rest.remove(at) else { return merged };
            let first = if at == 0 { self.first.as_mut() } else { self.rest.get_mut(at - 1) };
            let Some(first) = first else { return merged };
            let mut sum = into_taint(std::mem::replace(first, Run::clean(U::ONE)));
            sum.add(into_taint(second), stolen_assets);
            *first = Run { length: sum.amount, origin: Some(sum.origin) };
            merged = true;
            from = at;
        }
        merged
    }

    /// Whether the run of this number is tainted.
    fn is_tainted(&self, at: usize) -> bool {
        let run = if at == 0 { self.first.as_ref() } else { self.rest.get(at - 1) };
        run.is_some_and(|run| run.origin.is_some())
    }

    /// Whether the youngest run is tainted.
    pub(crate) fn ends_tainted(&self) -> bool {
        self.rest.back().or(self.first.as_ref()).is_some_and(|run| run.origin.is_some())
    }

    /// The tainted part.
    pub(crate) fn tainted(&self) -> U {
        let tainted = self.iter().filter(|run| run.origin.is_some());
        tainted.fold(U::default(), |sum, run| sum.plus(run.length))
    }

    /// Adds what the tainted runs stand for.
    pub(crate) fn add_origins(&self, sum: &mut OriginVector<U>) {
        for run in self.iter() {
            if let Some(origin) = &run.origin {
                sum.add(run.length, origin);
            }
        }
    }

    /// Empties the queue.
    pub(crate) fn clear(&mut self) {
        self.first = None;
        self.rest.clear();
    }

    /// Empties the queue, and keeps no more memory than most queues need.
    #[inline]
    pub(crate) fn reset(&mut self) {
        self.first = None;
        if self.rest.capacity() > RUNS_KEPT {
            self.rest = VecDeque::new();
        } else {
            self.rest.clear();
        }
    }

    /// The same queue once for each weight, with what each run stands for divided by them.
    pub(crate) fn divided(&self, weights: &[U], stolen_assets: usize) -> Vec<Self> {
        let mut parts = vec![Self::default(); weights.len()];
        for run in self.iter() {
            let length = run.length;
            match &run.origin {
                None => parts.iter_mut().for_each(|part| part.push(Run::clean(length))),
                Some(origin) => {
                    let taint = Taint { amount: length, origin: origin.clone() };
                    let origins = taint.divided(weights, stolen_assets);
                    for (part, divided) in parts.iter_mut().zip(origins) {
                        part.push(Run { length, origin: Some(divided.origin) });
                    }
                }
            }
        }
        parts
    }

    /// Converts `x` units of one asset into `y` of another, which is the stolen asset `own` if
    /// it is one: the first k runs become ⌊y · (their length) / x⌋ units together.
    pub(crate) fn convert(&mut self, x: U, y: U, own: Option<u32>, stolen_assets: usize) {
        let mut end_before = U::default();
        let mut end_after = U::default();
        let mut lengths = Vec::with_capacity(self.len());
        for run in self.iter() {
            end_before = end_before.plus(run.length);
            let end = if end_before == x { y } else { y.times_over(end_before, x) };
            lengths.push(end.minus(end_after));
            end_after = end;
        }
        let first = self.first.take();
        let mut runs: Vec<Converted<U>> = first
            .into_iter()
            .chain(self.rest.drain(..))
            .zip(lengths)
            .map(|(run, length)| Converted {
                length,
                origin: run.origin.is_some().then(|| into_taint(run).to_vector(stolen_assets)),
            })
            .collect();
        rescue_empty_runs(&mut runs);
        for run in runs {
            let origin = run.origin.map(|vector| {
                let taint = Taint { amount: run.length, origin: Origin::Mixed(Box::new(vector)) };
                taint.become_asset(run.length, own, stolen_assets).origin
            });
            self.push(Run { length: run.length, origin });
        }
    }
}

/// A run in conversion: its new length, and the origin that it has to carry.
struct Converted<U> {
    length: U,
    origin: Option<OriginVector<U>>,
}

/// Gives the origin of tainted runs that became empty to the next tainted run, else to the
/// previous one, else takes one unit from the next clean run, else from the previous one.
fn rescue_empty_runs<U: Units>(runs: &mut [Converted<U>]) {
    for at in 0..runs.len() {
        if !runs[at].length.is_zero() || runs[at].origin.is_none() {
            continue;
        }
        let tainted = |index: &usize| runs[*index].origin.is_some();
        let heir = (at + 1..runs.len()).find(tainted).or_else(|| (0..at).rev().find(tainted));
        let solid = |index: &usize| !runs[*index].length.is_zero();
        let lender = (at + 1..runs.len()).find(solid).or_else(|| (0..at).rev().find(solid));
        match (heir, lender) {
            (Some(heir), _) => {
                if let (Some(origin), Some(sum)) = (runs[at].origin.take(), &mut runs[heir].origin)
                {
                    sum.add(U::ONE, &Origin::Mixed(Box::new(origin)));
                }
            }
            (None, Some(lender)) => {
                runs[lender].length = runs[lender].length.minus(U::ONE);
                runs[at].length = U::ONE;
            }
            (None, None) => {}
        }
    }
}

/// A tainted run as a quantity.
fn into_taint<U: Units>(run: Run<U>) -> Taint<U> {
    match run.origin {
        Some(origin) => Taint { amount: run.length, origin },
        None => Taint::none(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Origin, Run, RunQueue};

    fn queue(runs: &[(u128, bool)]) -> RunQueue<u128> {
        let mut queue = RunQueue::default();
        for (length, tainted) in runs {
            queue.push(Run { length: *length, origin: tainted.then_some(Origin::Itself(0)) });
        }
        queue
    }

    fn shape(queue: &RunQueue<u128>) -> Vec<(u128, bool)> {
        queue.iter().map(|run| (run.length, run.origin.is_some())).collect()
    }

    #[test]
    fn cuts_from_both_ends_keep_the_order() {
        let mut from = queue(&[(5, false), (3, true), (4, false)]);
        let mut into = RunQueue::default();
        from.move_front(6, &mut into);
        assert_eq!(shape(&into), [(5, false), (1, true)]);
        let mut into = queue(&[(1, false)]);
        from.move_back(5, &mut into);
        assert_eq!(shape(&into), [(1, false), (1, true), (4, false)]);
        assert_eq!(shape(&from), [(1, true)]);
    }

    #[test]
    fn neighbours_of_one_kind_merge() {
        let merged = queue(&[(5, false), (3, false), (4, true), (1, true)]);
        assert_eq!(shape(&merged), [(8, false), (5, true)]);
    }

    #[test]
    fn past_the_limit_the_oldest_tainted_neighbours_merge() {
        let mut queue = RunQueue::<u128>::default();
        for length in 1..=4u128 {
            let origin = crate::taint::OriginVector::empty(1);
            let origin = Some(Origin::Mixed(Box::new(origin)));
            queue.push(Run { length, origin });
        }
        assert!(queue.limit_to(3, 1));
        assert_eq!(shape(&queue), [(3, true), (3, true), (4, true)]);
        assert!(!queue.limit_to(3, 1));
    }

    #[test]
    fn a_run_that_a_swap_would_empty_lives_on() {
        let mut only = queue(&[(9, false), (1, true)]);
        only.convert(10, 1, None, 1);
        assert_eq!(shape(&only), [(1, true)]);
        let mut next = queue(&[(1, true), (8, false), (1, true)]);
        next.convert(10, 5, None, 1);
        let mut origins = crate::taint::OriginVector::empty(1);
        next.add_origins(&mut origins);
        assert_eq!((shape(&next), origins.entries()), (vec![(4, false), (1, true)], &[2u128][..]));
    }
}
