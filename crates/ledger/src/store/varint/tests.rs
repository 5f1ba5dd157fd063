//! Lists against the numbers they were made of.

use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::{DeltaList, encode_deltas};

fn encoded(sorted: &[u32]) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode_deltas(sorted, &mut bytes);
    bytes
}

proptest! {
    #[test]
    fn what_goes_in_comes_out(
        mut numbers in proptest::collection::vec(any::<u32>(), 0..2_000),
        shift in 0u32..32,
        bounds in proptest::collection::vec((any::<u32>(), 0usize..400), 1..5),
    ) {
        numbers.iter_mut().for_each(|number| *number >>= shift);
        numbers.sort_unstable();
        let bytes = encoded(&numbers);
        let list = DeltaList::new(&bytes, "file", 0);
        prop_assert_eq!(list.left().unwrap(), numbers.len());
        let read: Result<Vec<u32>, _> = list.clone().collect();
        prop_assert_eq!(read.unwrap(), numbers.clone());
        let (mut list, mut model) = (list, &numbers[..]);
        for (bound, steps) in bounds {
            let bound = bound >> shift;
            list.seek(bound).unwrap();
            model = &model[model.partition_point(|number| *number < bound)..];
            for _ in 0..steps {
                prop_assert_eq!(list.next().transpose().unwrap(), model.first().copied());
                model = model.get(1..).unwrap_or_default();
            }
            prop_assert_eq!(list.left().unwrap(), model.len());
        }
    }

    #[test]
    fn no_bytes_make_it_panic_or_run_for_ever(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..600),
        looks_long in any::<bool>(),
        bound in any::<u32>(),
    ) {
        if looks_long {
            bytes.splice(0..0, [0xac, 0x02]);
        }
        let list = DeltaList::new(&bytes, "file", 7);
        prop_assert!(list.clone().count() <= bytes.len() + 1);
        let mut sought = list;
        let _ = sought.seek(bound);
        prop_assert!(sought.count() <= bytes.len() + 1);
    }

    #[test]
    fn a_list_that_was_cut_off_is_refused(
        mut numbers in proptest::collection::vec(any::<u32>(), 1..300),
        cut in any::<usize>(),
    ) {
        numbers.sort_unstable();
        let bytes = encoded(&numbers);
        let cut = cut % bytes.len();
        let read: Result<Vec<u32>, _> = DeltaList::new(&bytes[..cut], "file", 0).collect();
        prop_assert!(read.is_err());
    }
}

#[test]
fn an_error_says_where_and_comes_once() {
    let bytes = [2, 1, 0xff];
    let mut list = DeltaList::new(&bytes, "file", 100);
    assert_eq!(list.next().unwrap().unwrap(), 1);
    let error = list.next().unwrap().unwrap_err();
    assert_eq!((error.file(), error.offset()), ("file", 103));
    assert!(list.next().is_none());
    assert!(DeltaList::new(&[], "file", 0).next().unwrap().is_err());
    assert!(DeltaList::new(&[5, 1], "file", 0).next().unwrap().is_err());
    assert!(DeltaList::new(&[5, 1], "file", 0).seek(1).is_err());
}
