//! Circles: which nodes of a graph can reach each other (Tarjan 1972, without recursion).

use super::board::{Lists, number};

/// The number of the circle that each node is in. A node that reaches no other that reaches it
/// is in a circle of its own.
pub(super) fn circles(edges: &[(u32, u32)], count: usize) -> Vec<u32> {
    let next = Lists::of_pairs(edges.iter().copied(), count);
    let mut search = Search {
        next: &next,
        order: vec![0; count],
        low: vec![0; count],
        circle: vec![u32::MAX; count],
        seen: 0,
        circles: 0,
        stack: Vec::new(),
    };
    for node in 0..count {
        if search.order[node] == 0 {
            search.visit(number(node));
        }
    }
    search.circle
}

struct Search<'a> {
    next: &'a Lists,
    /// When a node was first seen, from 1.
    order: Vec<u32>,
    low: Vec<u32>,
    circle: Vec<u32>,
    seen: u32,
    circles: u32,
    stack: Vec<u32>,
}

impl Search<'_> {
    fn see(&mut self, node: u32) {
        self.seen += 1;
        self.order[node as usize] = self.seen;
        self.low[node as usize] = self.seen;
        self.stack.push(node);
    }

    fn visit(&mut self, root: u32) {
        // A node, and how many of its edges were followed.
        let mut path = vec![(root, 0)];
        self.see(root);
        while let Some((node, edge)) = path.last_mut() {
            let at = *node;
            match self.next.of_key(at).get(*edge) {
                Some(next) => {
                    *edge += 1;
                    if self.order[*next as usize] == 0 {
                        self.see(*next);
                        path.push((*next, 0));
                    } else if self.circle[*next as usize] == u32::MAX {
                        let order = self.order[*next as usize];
                        self.low[at as usize] = self.low[at as usize].min(order);
                    }
                }
                None => {
                    path.pop();
                    if let Some((above, _)) = path.last() {
                        let low = self.low[at as usize];
                        self.low[*above as usize] = self.low[*above as usize].min(low);
                    }
                    self.close(at);
                }
            }
        }
    }

    /// Ends the circle of a node that is the first that was seen of it.
    fn close(&mut self, node: u32) {
        if self.low[node as usize] != self.order[node as usize] {
            return;
        }
        while let Some(member) = self.stack.pop() {
            self.circle[member as usize] = self.circles;
            if member == node {
                break;
            }
        }
        self.circles += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::circles;

    #[test]
    fn nodes_that_reach_each_other_are_in_one_circle() {
        let found = circles(&[(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 3), (5, 0)], 7);
        assert!(found[0] == found[1] && found[1] == found[2]);
        assert!(found[3] == found[4] && found[3] != found[0]);
        let mut others = vec![found[0], found[3], found[5], found[6]];
        others.sort_unstable();
        others.dedup();
        assert_eq!(others.len(), 4);
    }

    #[test]
    fn a_long_chain_is_no_deep_recursion() {
        let edges: Vec<(u32, u32)> = (0..1_000_000).map(|node| (node, node + 1)).collect();
        assert_eq!(circles(&edges, 1_000_001).len(), 1_000_001);
    }
}
