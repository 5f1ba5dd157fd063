//! Rows by hash, for spread and for chosen hashes.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use proptest::prelude::{any, prop_assert_eq, proptest};

use super::{HashOrder, hash_order};
use crate::store::container::{Container, Format};
use crate::store::container_writer::ContainerWriter;
use crate::store::disk::RealDisk;

const FORMAT: Format = Format { kind: *b"TEST", version: 1 };

fn stored(dir: &Path, rows: &[u32]) -> HashOrder {
    let path = dir.join("order");
    let _ = fs::remove_file(&path);
    let mut file = ContainerWriter::create(&RealDisk, &path, FORMAT).unwrap();
    file.column("order", rows).unwrap();
    file.finish().unwrap();
    HashOrder::new(Container::open(&path, FORMAT).unwrap().section("order").unwrap())
}

/// Finds the first row of a key, and how many rows were looked at.
fn find(order: &HashOrder, keys: &[(u64, u8)], key: (u64, u8)) -> (Option<u32>, usize) {
    let looks = Cell::new(0);
    let hash_of = |row: u32| {
        looks.set(looks.get() + 1);
        Ok(keys[row as usize].0)
    };
    let compare = |row: u32| Ok(keys[row as usize].1.cmp(&key.1));
    (order.find(key.0, hash_of, compare).unwrap(), looks.get())
}

fn order_of(keys: &[(u64, u8)]) -> Vec<u32> {
    let hashes: Vec<u64> = keys.iter().map(|key| key.0).collect();
    hash_order(&hashes, |a, b| keys[a as usize].1.cmp(&keys[b as usize].1))
}

/// Numbers that look random, from a seed.
fn mixed(seed: u64) -> impl Iterator<Item = u64> {
    (seed..).map(|i| crate::store::pages::checksum(&i.to_le_bytes()))
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(60))]

    #[test]
    fn finds_the_first_row_of_every_key(
        keys in proptest::collection::vec(any::<(u64, u8)>(), 0..3_000),
        left in 0u32..64,
        right in 0u32..64,
    ) {
        let keys: Vec<_> = keys.into_iter().map(|(h, k)| (h >> right << left, k % 4)).collect();
        let rows = order_of(&keys);
        let mut naive: Vec<u32> = (0..u32::try_from(keys.len()).unwrap()).collect();
        naive.sort_by_key(|row| keys[*row as usize]);
        prop_assert_eq!(&rows, &naive);
        let dir = tempfile::tempdir().unwrap();
        let order = stored(dir.path(), &rows);
        for key in &keys {
            let first = keys.iter().position(|other| other == key).unwrap();
            prop_assert_eq!(find(&order, &keys, *key).0, Some(u32::try_from(first).unwrap()));
            prop_assert_eq!(find(&order, &keys, (key.0, 9)).0, None);
            prop_assert_eq!(find(&order, &keys, (key.0 ^ 1 << 63 ^ 12_345, 9)).0, None);
        }
    }
}

#[test]
fn searches_take_few_steps_whatever_the_hashes() {
    let spread: Vec<_> = mixed(0).take(200_000).map(|hash| (hash, 0)).collect();
    let same: Vec<_> = (0..50_000).map(|i: u32| (77, i.to_le_bytes()[0])).collect();
    let steep: Vec<_> = (0..60_000u64).map(|i| (1u64 << (i % 64) | i, 0)).collect();
    let close: Vec<_> = (0..60_000u64).map(|i| (u64::MAX - i, 0)).collect();
    let dir = tempfile::tempdir().unwrap();
    for (keys, limit) in [(spread, 14), (same, 30), (steep, 30), (close, 30)] {
        let order = stored(dir.path(), &order_of(&keys));
        let looks = keys.iter().step_by(97).map(|key| {
            let (row, looks) = find(&order, &keys, *key);
            assert_eq!(keys[row.unwrap() as usize], *key);
            looks
        });
        assert!(looks.max().unwrap() <= limit);
    }
}
