//! Makes a picture small enough to read: what runs in parallel, in a row, or is small becomes
//! one place.
use std::collections::{BTreeMap, BTreeSet};

use super::picture::{Picture, Role};

/// Places that a picture shows beside its terminals, at most.
const PLACES_MAX: usize = 26;
/// Terminals that a picture shows, at most.
const TERMINALS_MAX: usize = 18;
/// Ribbons that a picture shows, at most, beside the widest that leads to each place.
const RIBBONS_MAX: usize = 80;
/// Columns of places that pass value on, at most.
const COLUMNS_MAX: usize = 7;

/// Merges places until the picture can be read.
pub(super) fn simplify(picture: &mut Picture) {
    fold_transactions(picture);
    drop_idle(picture);
    merge_twins(picture);
    if is_large(picture) {
        merge_rows(picture);
        merge_twins(picture);
    }
    if is_large(picture) {
        merge_small(picture);
    }
    merge_small_terminals(picture);
    leave_out_thin(picture);
}

/// The column of each place: one more than that of any place that paid it earlier. Terminals
/// share the last.
pub(super) fn columns(picture: &Picture) -> Vec<usize> {
    let mut by_order: Vec<usize> = (0..picture.places.len()).collect();
    by_order.sort_by_key(|place| picture.places[*place].order);
    let mut columns = vec![0; picture.places.len()];
    let (payers, _) = picture.neighbours();
    for place in by_order {
        let order = picture.places[place].order;
        let earlier = payers[place].iter().filter(|payer| picture.places[**payer].order < order);
        columns[place] = earlier.map(|payer| columns[*payer] + 1).max().unwrap_or(0);
    }
    let passing = |place: &usize| picture.places[*place].role != Role::Terminal;
    let last = (0..columns.len()).filter(passing).map(|place| columns[place] + 1).max();
    for place in (0..columns.len()).filter(|place| !passing(place)) {
        columns[place] = last.unwrap_or(0);
    }
    columns
}

fn is_large(picture: &Picture) -> bool {
    let passing = picture.places.iter().filter(|place| place.role != Role::Terminal).count();
    let columns = columns(picture).into_iter().max().unwrap_or(0);
    passing > PLACES_MAX || columns > COLUMNS_MAX
}

/// A transaction that one place alone pays into is drawn as that place paying its outputs:
/// the value can have come from nowhere else.
fn fold_transactions(picture: &mut Picture) {
    let mut into: Vec<usize> = (0..picture.places.len()).collect();
    let (payers, _) = picture.neighbours();
    for place in 0..picture.places.len() {
        if picture.places[place].role == Role::Transaction
            && let [only] = payers[place][..]
        {
            into[place] = into[only];
        }
    }
    picture.merge(&into);
}

/// Leaves out places that no ribbon touches.
fn drop_idle(picture: &mut Picture) {
    let used: BTreeSet<usize> =
        picture.ribbons.keys().flat_map(|(from, to)| [*from, *to]).collect();
    let kept: Vec<usize> = used.into_iter().collect();
    let places = std::mem::take(&mut picture.places);
    let index = |old: usize| kept.binary_search(&old).unwrap_or_default();
    let ribbons = std::mem::take(&mut picture.ribbons);
    picture.ribbons =
        ribbons.into_iter().map(|((from, to), r)| ((index(from), index(to)), r)).collect();
    picture.places = kept.iter().map(|old| places[*old].clone()).collect();
}

/// Places with the same payers and the same payees are drawn as one.
fn merge_twins(picture: &mut Picture) {
    let mut first: BTreeMap<(Vec<usize>, Vec<usize>), usize> = BTreeMap::new();
    let mut into: Vec<usize> = (0..picture.places.len()).collect();
    let (mut payers, mut payees) = picture.neighbours();
    for (place, target) in into.iter_mut().enumerate() {
        if matches!(picture.places[place].role, Role::Passed | Role::Merged) {
            let sides = (std::mem::take(&mut payers[place]), std::mem::take(&mut payees[place]));
            *target = *first.entry(sides).or_insert(place);
        }
    }
    picture.merge(&into);
}

/// A place that only one place pays joins it, unless that is where the theft began: a chain of
/// addresses becomes one.
fn merge_rows(picture: &mut Picture) {
    let mut into: Vec<usize> = (0..picture.places.len()).collect();
    let mut by_order: Vec<usize> = (0..picture.places.len()).collect();
    by_order.sort_by_key(|place| picture.places[*place].order);
    let can_merge =
        |place: usize| matches!(picture.places[place].role, Role::Passed | Role::Merged);
    let (payers, payees) = picture.neighbours();
    let passing_payees = |place: usize| {
        let payees = payees[place].iter();
        payees.filter(|payee| picture.places[**payee].role != Role::Terminal).count()
    };
    for place in by_order {
        if let [only] = payers[place][..]
            && can_merge(place)
            && can_merge(only)
            && passing_payees(only) == 1
        {
            into[place] = into[only];
        }
    }
    picture.merge(&into);
}

/// The smallest places of each column are drawn as one.
fn merge_small(picture: &mut Picture) {
    let columns = columns(picture);
    let mut passing: Vec<usize> = (0..picture.places.len())
        .filter(|place| matches!(picture.places[*place].role, Role::Passed | Role::Merged))
        .collect();
    let throughputs = picture.throughputs();
    passing.sort_by(|a, b| throughputs[*b].total_cmp(&throughputs[*a]));
    let last = columns.iter().copied().max().unwrap_or(0).max(1);
    // Beyond the readable number of columns, neighbouring ones share one.
    let band = |place: usize| columns[place] * COLUMNS_MAX.min(last) / last;
    let mut into: Vec<usize> = (0..picture.places.len()).collect();
    let mut small: BTreeMap<usize, usize> = BTreeMap::new();
    for place in passing.into_iter().skip(PLACES_MAX - COLUMNS_MAX) {
        into[place] = *small.entry(band(place)).or_insert(place);
    }
    picture.merge(&into);
}

/// Beyond a number of terminals, the smallest of each kind are drawn as one.
fn merge_small_terminals(picture: &mut Picture) {
    let mut terminals: Vec<usize> = (0..picture.places.len())
        .filter(|place| picture.places[*place].role == Role::Terminal)
        .collect();
    if terminals.len() <= TERMINALS_MAX {
        return;
    }
    let throughputs = picture.throughputs();
    terminals.sort_by(|a, b| throughputs[*b].total_cmp(&throughputs[*a]));
    let mut into: Vec<usize> = (0..picture.places.len()).collect();
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut named: BTreeSet<usize> = BTreeSet::new();
    for place in terminals.into_iter().skip(TERMINALS_MAX / 2) {
        let target = *first.entry(picture.places[place].class).or_insert(place);
        into[place] = target;
        if target != place {
            named.insert(target);
        }
    }
    for place in named {
        picture.places[place].title = format!("other {}", picture.places[place].class);
    }
    // A terminal stays a terminal, whatever it stands for.
    let roles: BTreeMap<usize, Role> =
        picture.places.iter().map(|place| (place.order, place.role)).collect();
    picture.merge(&into);
    for place in &mut picture.places {
        if roles.get(&place.order) == Some(&Role::Terminal) {
            place.role = Role::Terminal;
        }
    }
}

/// Leaves out the thinnest ribbons where there are too many to follow with the eye.
fn leave_out_thin(picture: &mut Picture) {
    let mut order: Vec<(usize, usize)> = picture.ribbons.keys().copied().collect();
    if order.len() <= RIBBONS_MAX {
        return;
    }
    let weight = |ends: &(usize, usize)| picture.ribbons[ends].weight;
    order.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let mut reached = BTreeSet::new();
    let mut kept = BTreeSet::new();
    for (rank, ends) in order.into_iter().enumerate() {
        if reached.insert(ends.1) || rank < RIBBONS_MAX {
            kept.insert(ends);
        }
    }
    picture.left_out = picture.ribbons.len() - kept.len();
    picture.ribbons.retain(|ends, _| kept.contains(ends));
}

#[cfg(test)]
mod tests {
    use super::{columns, simplify};
    use crate::html::flow::picture::{Picture, Place, Ribbon, Role};

    fn picture(places: usize, ribbons: &[(usize, usize)]) -> Picture {
        let place = |order: usize| Place {
            title: format!("place {order}"),
            class: "passed",
            role: if order == 0 { Role::Victim } else { Role::Passed },
            count: 1,
            listed: vec![],
            swaps: [].into(),
            order,
            first_time: None,
        };
        let ribbon =
            |ends: &(usize, usize)| (*ends, Ribbon { weight: 0.5, count: 1, ..Ribbon::default() });
        Picture {
            places: (0..places).map(place).collect(),
            ribbons: ribbons.iter().map(ribbon).collect(),
            left_out: 0,
        }
    }

    #[test]
    fn parallel_payments_become_one() {
        let mut fan: Vec<(usize, usize)> = (1..50).map(|middle| (0, middle)).collect();
        fan.extend((1..50).map(|middle| (middle, 50)));
        let mut picture = picture(51, &fan);
        picture.places[50].role = Role::Terminal;
        simplify(&mut picture);
        assert_eq!(picture.places.len(), 3);
        assert_eq!(picture.places[1].count, 49);
        assert_eq!(columns(&picture), [0, 1, 2]);
    }

    #[test]
    fn a_long_chain_becomes_one_place() {
        let chain: Vec<(usize, usize)> = (0..100).map(|hop| (hop, hop + 1)).collect();
        let mut picture = picture(101, &chain);
        simplify(&mut picture);
        assert_eq!(picture.places.len(), 2);
        assert_eq!(picture.places[1].count, 100);
    }

    #[test]
    fn a_tangle_stays_readable() {
        let tangle: Vec<(usize, usize)> = (0..400)
            .flat_map(|from| [(from, (from * 7 + 3) % 400), (from, (from * 13 + 1) % 400)])
            .filter(|(from, to)| from != to)
            .collect();
        let mut picture = picture(400, &tangle);
        simplify(&mut picture);
        assert!(picture.ribbons.len() <= 120, "{}", picture.ribbons.len());
        assert!(picture.places.len() <= 40, "{}", picture.places.len());
        let rest: u64 = picture.places.iter().map(|place| place.count).sum();
        assert_eq!(rest, 400);
    }
}
