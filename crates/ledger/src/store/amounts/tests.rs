//! Amounts against a plain list, their sizes, and bytes that are none.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use alloy_primitives::U256;
use hawkshaw_model::Amount;
use hawkshaw_model::rows::Transfer;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::AmountPool;
use crate::store::amount_writer::AmountPoolWriter;
use crate::store::container::{Container, Format};
use crate::store::container_writer::ContainerWriter;
use crate::store::disk::RealDisk;

const FORMAT: Format = Format { kind: *b"TEST", version: 1 };

fn opened(dir: &Path, fill: impl FnOnce(&mut ContainerWriter)) -> Arc<Container> {
    let path = dir.join("file");
    let _ = fs::remove_file(&path);
    let mut file = ContainerWriter::create(&RealDisk, &path, FORMAT).unwrap();
    fill(&mut file);
    file.finish().unwrap();
    Container::open(&path, FORMAT).unwrap()
}

fn stored(dir: &Path, rows: &[(Amount, u32)]) -> AmountPool {
    let mut pool = AmountPoolWriter::default();
    rows.iter().for_each(|(amount, event)| pool.push(*amount, *event));
    let file = opened(dir, |file| pool.write(file, "amount").unwrap());
    AmountPool::open(&file, "amount").unwrap()
}

fn amount() -> impl Strategy<Value = Amount> {
    let whole = (any::<[u64; 4]>(), 0usize..256)
        .prop_map(|(limbs, bits)| Amount::from_u256(U256::from_limbs(limbs) >> bits));
    let round = (any::<u64>(), 0u32..64, 0u64..78).prop_map(|(digits, bits, zeros)| {
        let scale = U256::from(10u64).pow(U256::from(zeros));
        Amount::from_u256(U256::from(digits >> bits).saturating_mul(scale))
    });
    let some_u128 = (any::<u128>(), 0u32..128, 0u32..38)
        .prop_map(|(n, bits, zeros)| Amount::from((n >> bits).saturating_mul(10u128.pow(zeros))));
    prop_oneof![whole, round, some_u128, Just(Amount::from_u256(U256::MAX))]
}

fn event() -> impl Strategy<Value = u32> {
    prop_oneof![
        0u32..4,
        any::<u32>(),
        Just(Transfer::UNPLACED),
        (u32::MAX - 4)..=u32::MAX,
        100u32..900
    ]
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(150))]

    #[test]
    fn what_goes_in_comes_out(
        rows in proptest::collection::vec((amount(), event()), 0..200),
        cuts in any::<(usize, usize)>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let pool = stored(dir.path(), &rows);
        prop_assert_eq!(pool.len(), rows.len());
        for (row, wanted) in rows.iter().enumerate() {
            prop_assert_eq!(pool.get(row).unwrap(), *wanted);
        }
        prop_assert!(pool.get(rows.len()).is_err());
        let start = cuts.0 % (rows.len() + 1);
        let end = start + cuts.1 % (rows.len() + 1 - start);
        let mut read = Vec::new();
        pool.for_each(start..end, |amount, event| read.push((amount, event))).unwrap();
        prop_assert_eq!(&read[..], &rows[start..end]);
        prop_assert!(pool.for_each(start..rows.len() + 1, |_, _| ()).is_err());
    }

    #[test]
    fn no_bytes_make_it_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        starts in proptest::collection::vec(0u32..320, 0..8),
        len in prop_oneof![0u64..100, any::<u64>()],
    ) {
        let dir = tempfile::tempdir().unwrap();
        let file = opened(dir.path(), |file| {
            file.column("amount_count", &[len]).unwrap();
            file.column("amount_starts", &starts).unwrap();
            file.column("amount_bytes", &bytes).unwrap();
        });
        if let Ok(pool) = AmountPool::open(&file, "amount") {
            for row in 0..pool.len() + 2 {
                let _ = pool.get(row);
            }
            let _ = pool.for_each(0..pool.len(), |_, _| ());
        }
    }
}

#[test]
fn usual_rows_take_few_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = |amount: &str, event| {
        let row = (amount.parse::<Amount>().unwrap(), event);
        let pool = stored(dir.path(), &[row]);
        assert_eq!(pool.get(0).unwrap(), row);
        pool.bytes.len()
    };
    assert_eq!(bytes("0", 0), 1);
    assert_eq!(bytes("1500000000000000000", 0), 3, "1.5 ether");
    assert_eq!(bytes("492592571583000", Transfer::UNPLACED), 7, "a fee");
    assert_eq!(bytes("1234567890", 0), 5, "1234.56789 USDC");
    assert_eq!(bytes("1234567890", 301), 7, "the same in a log");
    assert_eq!(bytes("73918273645546372819", 0), 10, "20 digits");
}
