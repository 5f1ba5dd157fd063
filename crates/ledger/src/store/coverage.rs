//! Stretches of blocks, inclusive and merged.

/// Adds a stretch; those that meet become one.
pub(crate) fn add(stretches: &mut Vec<[u64; 2]>, stretch: [u64; 2]) {
    stretches.push(stretch);
    stretches.sort_unstable();
    let mut merged: Vec<[u64; 2]> = Vec::with_capacity(stretches.len());
    for [low, high] in stretches.drain(..) {
        match merged.last_mut() {
            Some(last) if low <= last[1].saturating_add(1) => last[1] = last[1].max(high),
            _ => merged.push([low, high]),
        }
    }
    *stretches = merged;
}

/// Takes away everything above a height.
pub(crate) fn cut(stretches: &mut Vec<[u64; 2]>, height: u64) {
    stretches.retain(|[low, _]| *low <= height);
    for stretch in stretches {
        stretch[1] = stretch[1].min(height);
    }
}

#[cfg(test)]
mod tests {
    use super::{add, cut};

    #[test]
    fn stretches_that_meet_become_one() {
        let mut stretches = Vec::new();
        for stretch in [[10, 19], [30, 39], [20, 20], [5, 7], [12, 15]] {
            add(&mut stretches, stretch);
        }
        assert_eq!(stretches, [[5, 7], [10, 20], [30, 39]]);
        add(&mut stretches, [0, u64::MAX]);
        assert_eq!(stretches, [[0, u64::MAX]]);
        cut(&mut stretches, 25);
        assert_eq!(stretches, [[0, 25]]);
    }
}
