//! The sums, compared with going through every path one by one.

use proptest::prelude::*;

use super::{Item, Size, posteriors};

/// Every way to give each item to one of its options or to none, with batches never going back.
fn enumerated(batches: &[Size], items: &[Item]) -> Vec<Vec<f64>> {
    let mut total = 0.0;
    let mut parts: Vec<Vec<f64>> = items.iter().map(|item| vec![0.0; item.options.len()]).collect();
    let mut choice = vec![0_usize; items.len()];
    'paths: loop {
        if let Some(weight) = weight(batches, items, &choice) {
            total += weight;
            for (at, chosen) in choice.iter().enumerate() {
                if let Some(option) = chosen.checked_sub(1) {
                    parts[at][option] += weight;
                }
            }
        }
        for (at, chosen) in choice.iter_mut().enumerate() {
            *chosen += 1;
            if *chosen <= items[at].options.len() {
                continue 'paths;
            }
            *chosen = 0;
        }
        break;
    }
    parts.iter_mut().flatten().for_each(|part| *part /= total);
    parts
}

fn weight(batches: &[Size], items: &[Item], choice: &[usize]) -> Option<f64> {
    let mut given = vec![0_u32; batches.len()];
    let mut weight = 1.0;
    let mut last = 0;
    for (item, chosen) in items.iter().zip(choice) {
        let Some(option) = chosen.checked_sub(1) else { continue };
        let (batch, ratio) = item.options[option];
        if batch < last {
            return None;
        }
        last = batch;
        given[batch] += item.count;
        weight *= ratio;
    }
    for (size, given) in batches.iter().zip(given) {
        let left = size.deposits.checked_sub(given)?;
        let of_left = match i32::try_from(left).ok()? {
            0 => size.nothing,
            left => (1.0 - size.nothing) * (1.0 - size.each) * size.each.powi(left - 1),
        };
        let present = size.present * (-size.runs).exp() * of_left;
        weight *= if given > 0 { present } else { 1.0 - size.present + present };
    }
    Some(weight)
}

fn items() -> impl Strategy<Value = (Vec<Size>, Vec<Item>)> {
    let size =
        (1..6_u32, 0.1..0.9, 0.0..9.0, 0.1..0.9).prop_map(|(deposits, present, runs, nothing)| {
            Size { deposits, present, runs, nothing, each: 0.8 }
        });
    proptest::collection::vec(size, 1..4).prop_flat_map(|sizes| {
        let batches = sizes.len();
        let options = proptest::collection::btree_map(0..batches, 0.01..1e4_f64, 1..=batches);
        let item = (1..4_u32, options)
            .prop_map(|(count, options)| Item { count, options: options.into_iter().collect() });
        (Just(sizes), proptest::collection::vec(item, 1..7))
    })
}

proptest! {
    #[test]
    fn the_sums_are_those_over_all_paths((batches, items) in items()) {
        let (found, wanted) = (posteriors(&batches, &items), enumerated(&batches, &items));
        for (found, wanted) in found.iter().flatten().zip(wanted.iter().flatten()) {
            prop_assert!((found - wanted).abs() < 1e-9, "{found} is not {wanted}");
        }
        prop_assert_eq!(found.len(), items.len());
    }
}

/// Weights far beyond what a float can hold as a product.
#[test]
fn large_problems_stay_in_range() {
    let size = Size { deposits: 90, present: 0.5, runs: 20.0, nothing: 0.5, each: 0.9 };
    let items: Vec<Item> = (0..3_000)
        .map(|n| {
            let batch = (n / 60).min(47);
            let options = (batch..48.min(batch + 2)).map(|batch| (batch, 1e12)).collect();
            Item { count: 1 + u32::try_from(n % 9).unwrap(), options }
        })
        .collect();
    let found = posteriors(&[size; 48], &items);
    let sums: Vec<f64> = found.iter().map(|options| options.iter().sum()).collect();
    assert!(sums.iter().all(|sum| (-1e-9..=1.0 + 1e-9).contains(sum)));
    let withdrawn: f64 =
        sums.iter().zip(&items).map(|(sum, item)| sum * f64::from(item.count)).sum();
    // Every batch is used up or nearly so.
    assert!((4_000.0..=4_320.0).contains(&withdrawn), "{withdrawn}");
}
