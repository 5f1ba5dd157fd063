//! Sets of numbers that only ever grow together.

/// Disjoint sets of the numbers below a bound, joined one union after the other. Every union
/// keeps the note of whoever made it, so that a set can say why it is one.
///
/// Three numbers of 32 bits for each element:
///
/// - *parent*: an element on the way to the root of its set. The root is the smallest element,
///   and parents are never larger than their children, so that no file makes a search run in
///   circles.
/// - *next*: the next element of the same set, around.
/// - *note*: of a root, how many elements its set has; of any other element, the note of the
///   union that took its set into another. An element stops being a root once, so that there
///   are exactly as many notes as unions.
///
/// Linking by index and halving paths is the variant that Patwary, Blair and Manne measured to
/// be as good as ranks in practice ("Experiments on Union-Find Algorithms for the Disjoint-Set
/// Data Structure", SEA 2010), and it needs no rank.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Forest {
    pub(crate) parent: Vec<u32>,
    pub(crate) next: Vec<u32>,
    pub(crate) note: Vec<u32>,
}

/// Two sets that became one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Union {
    /// The root of the new set.
    pub root: u32,
    /// The root that was taken in.
    pub absorbed: u32,
    /// How many elements the new set has.
    pub size: u32,
}

/// A number as a place in memory.
pub(crate) const fn place(number: u32) -> usize {
    number as usize
}

impl Forest {
    /// Elements of which each is a set of its own.
    pub fn new(len: usize) -> Self {
        let mut forest = Self::default();
        forest.grow(len);
        forest
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.parent.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.parent.is_empty()
    }

    /// Adds elements, each a set of its own, until there are so many. Elements are numbered in 32
    /// bits: what is beyond is left out.
    pub fn grow(&mut self, len: usize) {
        let fresh = u32::try_from(self.len()).unwrap_or(u32::MAX);
        let end = u32::try_from(len).unwrap_or(u32::MAX);
        self.parent.extend(fresh..end);
        self.next.extend(fresh..end);
        self.note.resize(self.parent.len(), 1);
    }

    /// The root of the set of an element, and shortens the way to it.
    pub fn find(&mut self, element: u32) -> u32 {
        let mut at = element;
        loop {
            let parent = self.parent[place(at)];
            if parent == at {
                return at;
            }
            let above = self.parent[place(parent)];
            if above == parent {
                return parent;
            }
            self.parent[place(at)] = above;
            at = above;
        }
    }

    /// The root of the set of an element.
    pub fn root(&self, element: u32) -> u32 {
        let mut at = element;
        loop {
            let parent = self.parent[place(at)];
            if parent == at {
                return at;
            }
            at = parent;
        }
    }

    /// Joins the sets of two elements. `None` where they are one already.
    pub fn join(&mut self, one: u32, other: u32, note: u32) -> Option<Union> {
        let (one, other) = (self.find(one), self.find(other));
        if one == other {
            return None;
        }
        let (root, absorbed) = (one.min(other), one.max(other));
        self.parent[place(absorbed)] = root;
        self.next.swap(place(root), place(absorbed));
        let size = self.note[place(root)].saturating_add(self.note[place(absorbed)]);
        self.note[place(root)] = size;
        self.note[place(absorbed)] = note;
        Some(Union { root, absorbed, size })
    }

    /// Joins the sets of many pairs, one after the other; notes count from `first_note`. How many
    /// unions it took.
    ///
    /// The same as [`join`](Self::join) for each, only faster where pairs lie far apart: what a
    /// block of pairs needs of memory is asked for at once, and not one pair after the other.
    pub fn join_pairs(&mut self, pairs: &[(u32, u32)], first_note: u32) -> u64 {
        const BLOCK: usize = 128;
        let mut unions = 0;
        let mut note = first_note;
        let mut above = [(0, 0); BLOCK];
        for block in pairs.chunks(BLOCK) {
            for (above, (one, other)) in above.iter_mut().zip(block) {
                *above = (self.parent[place(*one)], self.parent[place(*other)]);
            }
            for (above, (one, other)) in above.iter_mut().zip(block) {
                if above.0 != above.1 {
                    // One step further, and the way there is shortened.
                    let further = (self.parent[place(above.0)], self.parent[place(above.1)]);
                    if further.0 != above.0 {
                        self.parent[place(*one)] = further.0;
                    }
                    if further.1 != above.1 {
                        self.parent[place(*other)] = further.1;
                    }
                    *above = further;
                }
            }
            for (at, above) in (note..).zip(&above[..block.len()]) {
                // What was above an element stays in its set, whatever was joined since.
                if above.0 != above.1 {
                    unions += u64::from(self.join(above.0, above.1, at).is_some());
                }
            }
            note = note.wrapping_add(u32::try_from(block.len()).unwrap_or(0));
        }
        unions
    }

    /// How many elements the set of a root has.
    pub fn size(&self, root: u32) -> u32 {
        self.note[place(root)]
    }

    /// The note of the union that took the set of an element into another, for an element that
    /// once was a root and is none any more.
    pub fn note(&self, element: u32) -> Option<u32> {
        (self.parent[place(element)] != element).then(|| self.note[place(element)])
    }

    /// The elements of the set of an element, beginning with it, in no order that means
    /// anything. It ends after as many as the set has, whatever a file says.
    pub fn members(&self, element: u32) -> impl Iterator<Item = u32> + '_ {
        let count = place(self.size(self.root(element)));
        let next = move |at: &u32| Some(self.next[place(*at)]);
        std::iter::successors(Some(element), next).take(count)
    }

    /// What makes this no forest, where its numbers came from a file.
    pub(crate) fn defect(&self) -> Option<&'static str> {
        let len = self.len();
        if self.next.len() != len || self.note.len() != len {
            return Some("its columns have different lengths");
        }
        let upward = |(at, parent): (u32, &u32)| *parent <= at;
        if !(0u32..).zip(&self.parent).all(upward) {
            return Some("a parent is larger than its child");
        }
        if self.next.iter().any(|next| place(*next) >= len) {
            return Some("a list of members leads out of it");
        }
        let roots = (0u32..).zip(&self.parent).filter(|(at, parent)| at == *parent);
        let sizes: u64 = roots.map(|(root, _)| u64::from(self.size(root))).sum();
        (sizes != len as u64).then_some("its clusters do not have as many members as there are")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::{Forest, place};

    /// The same sets, by relabelling everything at each union.
    fn plainly(len: u32, pairs: &[(u32, u32)]) -> Vec<u32> {
        let mut label: Vec<u32> = (0..len).collect();
        for (one, other) in pairs {
            let (from, to) = (label[place(*one)], label[place(*other)]);
            let (from, to) = (from.max(to), from.min(to));
            label.iter_mut().filter(|label| **label == from).for_each(|label| *label = to);
        }
        label
    }

    fn joined(len: u32, pairs: &[(u32, u32)]) -> Forest {
        let mut forest = Forest::new(place(len));
        for (note, (one, other)) in (0u32..).zip(pairs) {
            forest.join(*one, *other, note);
        }
        forest
    }

    fn some_pairs() -> impl Strategy<Value = (u32, Vec<(u32, u32)>)> {
        (1u32..60)
            .prop_flat_map(|len| (Just(len), proptest::collection::vec((0..len, 0..len), 0..120)))
    }

    proptest! {
        #[test]
        fn sets_are_those_of_relabelling((len, pairs) in some_pairs()) {
            let mut forest = joined(len, &pairs);
            let plain = plainly(len, &pairs);
            prop_assert_eq!(forest.defect(), None);
            for element in 0..len {
                prop_assert_eq!(forest.root(element), plain[place(element)]);
                prop_assert_eq!(forest.find(element), plain[place(element)]);
                let wanted: BTreeSet<u32> =
                    (0..len).filter(|e| plain[place(*e)] == plain[place(element)]).collect();
                let members: Vec<u32> = forest.members(element).collect();
                prop_assert_eq!(members.len(), wanted.len());
                prop_assert_eq!(members[0], element);
                prop_assert_eq!(members.into_iter().collect::<BTreeSet<_>>(), wanted);
            }
        }

        #[test]
        fn the_order_of_unions_changes_no_set((len, pairs) in some_pairs(), turn in any::<usize>()) {
            let mut turned = pairs.clone();
            turned.rotate_left(if pairs.is_empty() { 0 } else { turn % pairs.len() });
            turned.reverse();
            let (one, other) = (joined(len, &pairs), joined(len, &turned));
            for element in 0..len {
                prop_assert_eq!(one.root(element), other.root(element));
            }
        }

        #[test]
        fn the_notes_of_a_set_join_it_again((len, pairs) in some_pairs()) {
            let forest = joined(len, &pairs);
            let noted: Vec<(u32, u32)> =
                (0..len).filter_map(|e| forest.note(e)).map(|note| pairs[place(note)]).collect();
            let roots = (0..len).filter(|e| forest.root(*e) == *e).count();
            prop_assert_eq!(noted.len(), place(len) - roots);
            prop_assert_eq!(plainly(len, &noted), plainly(len, &pairs));
        }

        #[test]
        fn pairs_at_once_are_pairs_one_by_one((len, pairs) in some_pairs()) {
            let (mut forest, many) = (Forest::new(place(len)), pairs.repeat(3));
            let unions = forest.join_pairs(&many, 0);
            let one_by_one = joined(len, &many);
            prop_assert_eq!(forest.defect(), None);
            for element in 0..len {
                prop_assert_eq!(forest.root(element), one_by_one.root(element));
                prop_assert_eq!(forest.note(element), one_by_one.note(element));
            }
            let sets = (0..len).filter(|element| forest.root(*element) == *element).count();
            prop_assert_eq!(unions, (place(len) - sets) as u64);
        }

        #[test]
        fn growing_in_between_changes_no_set((len, pairs) in some_pairs()) {
            let mut forest = Forest::new(0);
            for (note, (one, other)) in (0u32..).zip(&pairs) {
                forest.grow((place(*one.max(other)) + 1).max(forest.len()));
                forest.join(*one, *other, note);
            }
            forest.grow(place(len));
            prop_assert_eq!(forest, joined(len, &pairs));
        }
    }

    #[test]
    fn numbers_that_are_no_forest_are_refused() {
        let good = joined(4, &[(0, 1), (2, 3)]);
        let defect = |change: &dyn Fn(&mut Forest)| {
            let mut forest = good.clone();
            change(&mut forest);
            forest.defect()
        };
        assert_eq!(defect(&|_| {}), None);
        assert!(defect(&|forest| forest.parent[0] = 1).is_some());
        assert!(defect(&|forest| forest.next[3] = 4).is_some());
        assert!(defect(&|forest| forest.note[2] = 9).is_some());
        assert!(defect(&|forest| forest.note.truncate(3)).is_some());
    }
}
