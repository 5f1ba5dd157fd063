//! The least that must and the most that can have reached each terminal, whatever the policy.
//!
//! Every conserving policy is a flow on the time-expanded graph of the traced transfers: a node
//! for each holding between two of its payments, an arc for each payment with what was paid as
//! its capacity, and an arc from each holding to itself later with the balance that was left.
//! So the most that can have reached a terminal is a maximum flow from the thefts to it, and
//! the least is what was stolen less the maximum flow to all others (Ford and Fulkerson 1956;
//! Dinic 1970). The flow of dirty-first is feasible and costs one pass; from there only the
//! difference is searched, close to the terminal.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::program::{Leg, Place, Resolved};
use crate::units::Units;

/// Terminals that are bounded.
pub(crate) const TERMINALS_MAX: usize = 1_000;

/// Flows that a graph is built of.
pub(crate) const FLOWS_MAX: usize = 1_000_000;

/// Arcs that may be looked at for all terminals together: about five seconds.
const VISITS_MAX: u64 = 500_000_000;

/// A transfer that taint may have used.
#[derive(Debug, Clone)]
pub(crate) enum Flow<U> {
    /// Stolen value arrives.
    Theft { asset: u32, to: Place, amount: U },
    /// A payment out of a holding, in which `left` remains.
    Pay { from: u32, to: Place, amount: U, left: U },
    /// A payment out of a holding into a swap.
    SwapIn { from: u32, swap: u32, amount: U, left: U },
    /// What a swap brought, to a place or into another swap.
    SwapOut { swap: u32, to: SwapTarget },
    /// A transaction of a UTXO chain: holdings in, legs out.
    Join { inputs: Vec<(u32, U)>, outputs: Vec<Leg<U>> },
}

/// Where the proceeds of a swap go.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SwapTarget {
    Place(Place),
    Swap(u32),
}

/// What a terminal is in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Sink {
    Terminal(u32),
    Held(u32),
}

/// The answer for one terminal and one stolen asset.
pub(crate) type LoHi<U> = Option<(U, U)>;

/// Bounds of the given terminals for one stolen asset, and whether the limit on work was
/// reached.
pub(crate) fn bounds<U: Units>(
    flows: &[Flow<U>],
    asset: u32,
    sinks: &[Sink],
) -> (Vec<LoHi<U>>, bool) {
    let mut network = Network::build(flows, asset);
    let beyond_swaps = network.reached_by_swaps();
    let mut limited = false;
    let mut answers = Vec::with_capacity(sinks.len());
    for sink in sinks {
        let Some(node) = network.sink_node(*sink) else {
            answers.push(Some((U::default(), U::default())));
            continue;
        };
        if beyond_swaps[node] {
            answers.push(None);
            continue;
        }
        let answer = network.lo_hi(node);
        limited |= answer.is_none();
        answers.push(answer);
    }
    (answers, limited)
}

/// The graph with the flow of dirty-first on it. Arcs lie in pairs: an arc and, at its number
/// with the lowest bit flipped, its reverse, whose capacity is the flow of the first.
struct Network<U> {
    heads: Vec<u32>,
    capacities: Vec<U>,
    next: Vec<u32>,
    first: Vec<u32>,
    /// What dirty-first has in each node, while the graph is built; then what ends there.
    flow_in: Vec<U>,
    holding_node: FxHashMap<u32, u32>,
    terminal_node: FxHashMap<u32, u32>,
    swap_node: FxHashMap<u32, u32>,
    visits: u64,
    // Scratch of the search.
    levels: Vec<u32>,
    cursor: Vec<u32>,
    seen: Vec<u32>,
}

const NO_ARC: u32 = u32::MAX;
/// The node in which everything ends.
const END: u32 = 0;

/// Which way arcs are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}

impl<U: Units> Network<U> {
    fn build(flows: &[Flow<U>], asset: u32) -> Self {
        let mut network = Self {
            heads: Vec::new(),
            capacities: Vec::new(),
            next: Vec::new(),
            first: Vec::new(),
            flow_in: Vec::new(),
            holding_node: FxHashMap::default(),
            terminal_node: FxHashMap::default(),
            swap_node: FxHashMap::default(),
            visits: 0,
            levels: Vec::new(),
            cursor: Vec::new(),
            seen: Vec::new(),
        };
        network.node();
        for flow in flows {
            network.add(flow, asset);
        }
        network.end_everything();
        let nodes = network.first.len();
        network.levels = vec![u32::MAX; nodes];
        network.cursor = vec![NO_ARC; nodes];
        network
    }

    fn node(&mut self) -> u32 {
        let node = u32::try_from(self.first.len()).unwrap_or(u32::MAX);
        self.first.push(NO_ARC);
        self.flow_in.push(U::default());
        node
    }

    /// An arc with a capacity and the flow that is on it.
    fn arc(&mut self, tail: u32, head: u32, capacity: U, flow: U) {
        for (from, to, capacity) in [(tail, head, capacity.minus(flow)), (head, tail, flow)] {
            let number = u32::try_from(self.heads.len()).unwrap_or(NO_ARC);
            self.heads.push(to);
            self.capacities.push(capacity);
            self.next.push(self.first[from as usize]);
            self.first[from as usize] = number;
        }
    }

    /// An arc that takes as much of what is in its tail as fits.
    fn fill(&mut self, tail: u32, head: u32, capacity: U) {
        let flow = self.flow_in[tail as usize].min(capacity);
        self.flow_in[tail as usize] = self.flow_in[tail as usize].minus(flow);
        self.flow_in[head as usize] = self.flow_in[head as usize].plus(flow);
        self.arc(tail, head, capacity, flow);
    }

    fn place(&mut self, place: Place) -> Option<u32> {
        let (nodes, key) = match place.resolve() {
            Resolved::Clean => return None,
            Resolved::Holding(holding) => (&self.holding_node, holding),
            Resolved::Terminal(terminal) => (&self.terminal_node, terminal),
        };
        let key = u32::try_from(key).unwrap_or(u32::MAX);
        if let Some(node) = nodes.get(&key) {
            return Some(*node);
        }
        let node = self.node();
        match place.resolve() {
            Resolved::Holding(_) => self.holding_node.insert(key, node),
            _ => self.terminal_node.insert(key, node),
        };
        Some(node)
    }

    fn swap(&mut self, swap: u32) -> u32 {
        if let Some(node) = self.swap_node.get(&swap) {
            return *node;
        }
        let node = self.node();
        self.swap_node.insert(swap, node);
        node
    }

    /// After a payment a holding is a new node, which what is left can wait for.
    fn wait(&mut self, holding: u32, left: U) {
        let Some(before) = self.place(Place::holding(holding)) else {
            return;
        };
        let after = self.node();
        self.fill(before, after, left);
        self.holding_node.insert(holding, after);
    }

    fn add(&mut self, flow: &Flow<U>, asset: u32) {
        match flow {
            Flow::Theft { asset: stolen, to, amount } => {
                if let (true, Some(node)) = (*stolen == asset, self.place(*to)) {
                    self.flow_in[node as usize] = self.flow_in[node as usize].plus(*amount);
                }
            }
            Flow::Pay { from, to, amount, left } => {
                if let (Some(tail), Some(head)) =
                    (self.place(Place::holding(*from)), self.place(*to))
                {
                    self.fill(tail, head, *amount);
                }
                self.wait(*from, *left);
            }
            Flow::SwapIn { from, swap, amount, left } => {
                if let Some(tail) = self.place(Place::holding(*from)) {
                    let head = self.swap(*swap);
                    self.fill(tail, head, *amount);
                }
                self.wait(*from, *left);
            }
            Flow::SwapOut { swap, to } => {
                let tail = self.swap(*swap);
                let head = match to {
                    SwapTarget::Place(place) => self.place(*place),
                    SwapTarget::Swap(swap) => Some(self.swap(*swap)),
                };
                if let Some(head) = head {
                    // No capacity: what leaves a swap is another asset.
                    self.arc(tail, head, U::default(), U::default());
                }
            }
            Flow::Join { inputs, outputs } => self.add_join(inputs, outputs, asset),
        }
    }

    fn add_join(&mut self, inputs: &[(u32, U)], outputs: &[Leg<U>], asset: u32) {
        let middle = self.node();
        for (holding, amount) in inputs {
            if let Some(tail) = self.place(Place::holding(*holding)) {
                self.fill(tail, middle, *amount);
            }
            self.wait(*holding, U::default());
        }
        for leg in outputs {
            let target = leg.stolen.map_or(leg.place, |(again, _)| again);
            if let Some(head) = self.place(target) {
                self.fill(middle, head, leg.amount);
            }
            if let (Some((_, stolen)), Some(node)) = (leg.stolen, self.place(leg.place))
                && stolen == asset
            {
                self.flow_in[node as usize] = self.flow_in[node as usize].plus(leg.amount);
            }
        }
    }

    /// Leads everything that is still somewhere to the end.
    fn end_everything(&mut self) {
        let sinks = self.holding_node.values().chain(self.terminal_node.values());
        let mut sinks: Vec<u32> = sinks.chain(self.swap_node.values()).copied().collect();
        sinks.sort_unstable();
        for sink in sinks {
            let flow = self.flow_in[sink as usize];
            // Room for all that could come: twice what any sum can be is never needed.
            self.arc(sink, END, flow.plus(self.total_in(sink)), flow);
        }
    }

    /// The sum of the capacities into a node, an upper bound of what can come.
    fn total_in(&self, node: u32) -> U {
        let mut sum = self.flow_in[node as usize];
        let mut arc = self.first[node as usize];
        while arc != NO_ARC {
            sum = sum.plus(self.capacities[arc as usize ^ 1]).plus(self.capacities[arc as usize]);
            arc = self.next[arc as usize];
        }
        sum
    }

    fn sink_node(&self, sink: Sink) -> Option<usize> {
        let node = match sink {
            Sink::Terminal(terminal) => self.terminal_node.get(&terminal),
            Sink::Held(holding) => self.holding_node.get(&holding),
        };
        node.map(|node| *node as usize)
    }

    /// The nodes that value of this asset can only be traced to through a swap, or also.
    fn reached_by_swaps(&self) -> Vec<bool> {
        // What can reach a swap at all: nodes with flow, and whatever flow could be led to.
        let mut reachable = vec![false; self.first.len()];
        let mut open: Vec<usize> = Vec::new();
        for (node, first) in self.first.iter().enumerate().skip(END as usize + 1) {
            let mut arc = *first;
            while arc != NO_ARC {
                // Any arc out with flow on it: the reverse arc has capacity.
                if arc & 1 == 0 && !self.capacities[arc as usize ^ 1].is_zero() && !reachable[node]
                {
                    reachable[node] = true;
                    open.push(node);
                }
                arc = self.next[arc as usize];
            }
        }
        self.spread(&mut reachable, &mut open);
        let mut beyond = vec![false; self.first.len()];
        let mut open = Vec::new();
        for swap in self.swap_node.values().map(|node| *node as usize) {
            if reachable[swap] && !beyond[swap] {
                beyond[swap] = true;
                open.push(swap);
            }
        }
        open.sort_unstable();
        self.spread(&mut beyond, &mut open);
        beyond
    }

    /// Follows arcs forward, whatever is on them, but not through the end.
    fn spread(&self, reached: &mut [bool], open: &mut Vec<usize>) {
        while let Some(node) = open.pop() {
            let mut arc = self.first[node];
            while arc != NO_ARC {
                let head = self.heads[arc as usize] as usize;
                if arc & 1 == 0 && head != END as usize && !reached[head] {
                    reached[head] = true;
                    open.push(head);
                }
                arc = self.next[arc as usize];
            }
        }
    }

    /// The least and the most at a sink; `None` when the limit on work is reached.
    fn lo_hi(&mut self, node: usize) -> LoHi<U> {
        let node = u32::try_from(node).unwrap_or(u32::MAX);
        let here = self.flow_in[node as usize];
        let away = self.reroute(node, Direction::Forward)?;
        let more = self.reroute(node, Direction::Backward)?;
        Some((here.minus(away), here.plus(more)))
    }

    /// How much can be led from a sink to the others (forward), or from the others to it
    /// (backward), without touching its own arc to the end. The flow is left as it was.
    fn reroute(&mut self, sink: u32, direction: Direction) -> Option<U> {
        let mut log: Vec<(u32, U)> = Vec::new();
        let mut sum = U::default();
        let mut done = true;
        while done && self.find_levels(sink, direction) {
            loop {
                match self.find_path(sink, direction) {
                    Some(path) if path.is_empty() => break,
                    Some(path) => {
                        sum = sum.plus(self.push(&path, direction, &mut log));
                    }
                    None => {
                        done = false;
                        break;
                    }
                }
            }
            done &= self.visits < VISITS_MAX;
        }
        for (arc, amount) in log.into_iter().rev() {
            self.move_flow(arc ^ 1, amount);
        }
        self.forget_levels();
        done.then_some(sum)
    }

    /// The arc whose capacity counts when `arc` at a node is followed in a direction.
    fn residual(arc: u32, direction: Direction) -> u32 {
        if direction == Direction::Forward { arc } else { arc ^ 1 }
    }

    fn usable(&self, arc: u32, sink: u32, from: u32, direction: Direction) -> bool {
        let own = from == sink && self.heads[arc as usize] == END;
        !own && !self.capacities[Self::residual(arc, direction) as usize].is_zero()
    }

    fn forget_levels(&mut self) {
        for node in self.seen.drain(..) {
            self.levels[node as usize] = u32::MAX;
        }
    }

    /// Distances from the sink up to that of the end; whether the end is reached.
    fn find_levels(&mut self, sink: u32, direction: Direction) -> bool {
        self.forget_levels();
        let mut queue = VecDeque::from([sink]);
        self.levels[sink as usize] = 0;
        self.cursor[sink as usize] = self.first[sink as usize];
        self.seen.push(sink);
        while let Some(node) = queue.pop_front() {
            let level = self.levels[node as usize] + 1;
            let mut arc = self.first[node as usize];
            while arc != NO_ARC {
                self.visits += 1;
                let head = self.heads[arc as usize];
                if self.levels[head as usize] == u32::MAX && self.usable(arc, sink, node, direction)
                {
                    self.levels[head as usize] = level;
                    self.cursor[head as usize] = self.first[head as usize];
                    self.seen.push(head);
                    if head == END {
                        return true;
                    }
                    queue.push_back(head);
                }
                arc = self.next[arc as usize];
            }
        }
        false
    }

    /// A path of arcs to the end along rising levels; empty if there is none left, `None` when
    /// the limit on work is reached.
    fn find_path(&mut self, sink: u32, direction: Direction) -> Option<Vec<u32>> {
        let mut path: Vec<u32> = Vec::new();
        let mut node = sink;
        loop {
            if node == END {
                return Some(path);
            }
            let arc = self.cursor[node as usize];
            self.visits += 1;
            if self.visits >= VISITS_MAX {
                return None;
            }
            if arc == NO_ARC {
                let Some(back) = path.pop() else {
                    return Some(Vec::new());
                };
                // Nothing leads on from here: the node that led here tries its next arc.
                node = self.heads[back as usize ^ 1];
                self.cursor[node as usize] = self.next[back as usize];
                continue;
            }
            let head = self.heads[arc as usize];
            let rises = self.levels[head as usize] != u32::MAX
                && self.levels[head as usize] == self.levels[node as usize] + 1;
            if rises && self.usable(arc, sink, node, direction) {
                path.push(arc);
                node = head;
            } else {
                self.cursor[node as usize] = self.next[arc as usize];
            }
        }
    }

    /// Leads as much as fits along a path.
    fn push(&mut self, path: &[u32], direction: Direction, log: &mut Vec<(u32, U)>) -> U {
        let arcs = path.iter().map(|arc| Self::residual(*arc, direction));
        let room = arcs.clone().map(|arc| self.capacities[arc as usize]).min().unwrap_or_default();
        for arc in arcs {
            self.move_flow(arc, room);
            log.push((arc, room));
        }
        room
    }

    fn move_flow(&mut self, arc: u32, amount: U) {
        let forward = &mut self.capacities[arc as usize];
        *forward = forward.minus(amount);
        let reverse = &mut self.capacities[arc as usize ^ 1];
        *reverse = reverse.plus(amount);
    }
}

#[cfg(test)]
mod tests {
    use super::{Flow, Sink, SwapTarget, bounds};
    use crate::program::Place;

    fn theft(to: u32, amount: u128) -> Flow<u128> {
        Flow::Theft { asset: 0, to: Place::holding(to), amount }
    }

    fn pay(from: u32, to: Place, amount: u128, left: u128) -> Flow<u128> {
        Flow::Pay { from, to, amount, left }
    }

    #[test]
    fn mixed_money_is_bounded_from_both_sides() {
        // 10 stolen units sit beside 5 clean ones; 6 go to terminal 0, 9 stay.
        let flows = [theft(0, 10), pay(0, Place::terminal(0), 6, 9)];
        let (answers, limited) = bounds(&flows, 0, &[Sink::Terminal(0), Sink::Held(0)]);
        assert_eq!(answers, [Some((1, 6)), Some((4, 9))]);
        assert!(!limited);
    }

    #[test]
    fn what_must_have_gone_is_certain() {
        let flows = [theft(0, 10), pay(0, Place::terminal(0), 10, 0)];
        let (answers, _) = bounds(&flows, 0, &[Sink::Terminal(0), Sink::Held(0)]);
        assert_eq!(answers, [Some((10, 10)), Some((0, 0))]);
    }

    #[test]
    fn value_cannot_travel_back_in_time() {
        // Holding 1 pays before holding 0 pays it.
        let flows = [
            theft(0, 4),
            theft(1, 1),
            pay(1, Place::terminal(0), 5, 0),
            pay(0, Place::holding(1), 4, 0),
        ];
        let (answers, _) = bounds(&flows, 0, &[Sink::Terminal(0), Sink::Held(1)]);
        assert_eq!(answers, [Some((1, 1)), Some((4, 4))]);
    }

    #[test]
    fn beyond_a_swap_there_is_no_bound() {
        let flows = [
            theft(0, 10),
            Flow::SwapIn { from: 0, swap: 0, amount: 4, left: 6 },
            Flow::SwapOut { swap: 0, to: SwapTarget::Place(Place::holding(1)) },
            pay(1, Place::terminal(1), 7, 0),
            pay(0, Place::terminal(0), 6, 0),
        ];
        let sinks = [Sink::Terminal(0), Sink::Terminal(1), Sink::Held(1)];
        let (answers, _) = bounds(&flows, 0, &sinks);
        assert_eq!(answers, [Some((6, 6)), None, None]);
    }
}
