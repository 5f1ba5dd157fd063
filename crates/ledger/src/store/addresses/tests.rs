//! The dictionary against a plain list of what was put in.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use hawkshaw_model::Address;
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};

use super::AddressBook;
use crate::store::address_part::AddressPart;
use crate::store::address_writer::{AddressWriter, LOOKUPS_MAX};
use crate::store::disk::RealDisk;

type Key = (u16, Address);

fn address() -> impl Strategy<Value = Address> {
    let few = |n: u8| move |bytes: Vec<u8>| bytes.into_iter().map(|b| b % n).collect::<Vec<u8>>();
    let bytes = proptest::collection::vec(any::<u8>(), 0..4);
    let twenty = (0u8..40).prop_map(|b| [b; 20]);
    prop_oneof![
        4 => twenty.clone().prop_map(Address::Evm),
        1 => twenty.prop_map(Address::Tron),
        3 => bytes.clone().prop_map(few(5)).prop_map(|b| Address::Script(b.into())),
        1 => bytes.prop_map(few(3)).prop_map(|b| {
            Address::Other(b.iter().map(|b| char::from(b'a' + b)).collect::<String>().into())
        }),
        1 => Just(Address::Script([b'a'; 20].into())),
        1 => Just(Address::Evm([b'a'; 20])),
    ]
}

fn check(book: &AddressBook, model: &[Key]) {
    assert_eq!(book.len() as usize, model.len());
    for (id, (chain, address)) in (0u32..).zip(model) {
        assert_eq!(book.get(id).unwrap(), (*chain, address.clone()));
        assert_eq!(book.find(*chain, address).unwrap(), Some(id));
    }
    assert!(book.get(book.len()).is_err());
    assert_eq!(book.find(9, &Address::Evm([0xee; 20])).unwrap(), None);
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(100))]

    #[test]
    fn numbers_are_those_of_a_plain_list(
        batches in proptest::collection::vec(
            proptest::collection::vec((0u16..3, address()), 0..80), 1..6),
        reopens in any::<[bool; 6]>(),
        merge in any::<[usize; 2]>(),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = AddressWriter::new(AddressBook::default());
        let mut model: Vec<Key> = Vec::new();
        let mut ids: HashMap<Key, u32> = HashMap::new();
        for (n, batch) in batches.iter().enumerate() {
            for key in batch {
                let next = u32::try_from(model.len()).unwrap();
                let id = *ids.entry(key.clone()).or_insert_with(|| {
                    model.push(key.clone());
                    next
                });
                if n % 2 == 0 {
                    prop_assert_eq!(writer.intern(key.0, &key.1).unwrap(), id);
                } else {
                    let mut got = Vec::new();
                    writer.intern_all(key.0, [&key.1, &key.1], &mut got).unwrap();
                    prop_assert_eq!(got, vec![id, id]);
                }
                prop_assert_eq!(writer.get(id).unwrap(), key.clone());
                prop_assert_eq!(writer.find(key.0, &key.1).unwrap(), Some(id));
            }
            let before = writer.book().len();
            let info = writer.flush(&RealDisk, dir.path(), &format!("part-{n}")).unwrap();
            prop_assert_eq!(info.map_or(0, |info| info.count) as usize + before as usize, model.len());
            check(writer.book(), &model);
            if reopens[n] {
                let reopened = writer.book().parts().iter().map(|part| {
                    Arc::new(AddressPart::open(Path::new(part.container().path())).unwrap())
                });
                writer = AddressWriter::new(AddressBook::new(reopened.collect()).unwrap());
            }
        }
        let mut parts = writer.book().parts().to_vec();
        if parts.len() > 1 {
            let start = merge[0] % parts.len();
            let end = start + 1 + merge[1] % (parts.len() - start);
            let info = writer.book().merge(start..end, &RealDisk, dir.path(), "merged").unwrap();
            let merged = AddressPart::open(&dir.path().join("merged")).unwrap();
            prop_assert_eq!((merged.first(), merged.len()), (info.first, info.count));
            parts.splice(start..end, [Arc::new(merged)]);
            writer.set_book(AddressBook::new(parts).unwrap());
            check(writer.book(), &model);
            for (id, (chain, address)) in (0u32..).zip(&model) {
                prop_assert_eq!(writer.intern(*chain, address).unwrap(), id);
            }
        }
    }

    #[test]
    fn a_damaged_part_is_never_believed(place in any::<u64>(), bit in 0u8..8) {
        let dir = tempfile::tempdir().unwrap();
        let (path, model) = small_part(dir.path());
        let mut bytes = fs::read(&path).unwrap();
        let place = usize::try_from(place % bytes.len() as u64).unwrap();
        bytes[place] ^= 1 << bit;
        fs::remove_file(&path).unwrap();
        fs::write(&path, &bytes).unwrap();
        let Ok(part) = AddressPart::open(&path) else { return Ok(()) };
        let book = AddressBook::new(vec![Arc::new(part)]).unwrap();
        for (id, (chain, address)) in (0u32..).zip(&model) {
            if let Ok(found) = book.get(id) {
                prop_assert_eq!(found, (*chain, address.clone()));
            }
            if let Ok(found) = book.find(*chain, address) {
                prop_assert_eq!(found, Some(id));
            }
        }
    }
}

fn small_part(dir: &Path) -> (std::path::PathBuf, Vec<Key>) {
    let mut writer = AddressWriter::new(AddressBook::default());
    let mut model = Vec::new();
    for i in 0..1_500u32 {
        let mut bytes = [0; 20];
        bytes[..4].copy_from_slice(&i.to_be_bytes());
        let address = match i / 500 {
            0 => Address::Evm(bytes),
            1 => Address::Script(bytes[..5 + i as usize % 9].into()),
            _ => Address::Other(format!("account.{i}").into()),
        };
        assert_eq!(writer.intern(3, &address).unwrap(), i);
        model.push((3, address));
    }
    writer.flush(&RealDisk, dir, "part").unwrap().unwrap();
    (dir.join("part"), model)
}

/// Files whose checksums are right and whose contents are anything.
#[test]
fn a_forged_part_makes_nothing_panic() {
    use crate::store::address_part::ADDRESSES;
    use crate::store::container_writer::ContainerWriter;
    let dir = tempfile::tempdir().unwrap();
    let words = |seed: u64, n: usize| -> Vec<u32> {
        let numbers = (seed * 1_000..).map(|i| crate::store::pages::checksum(&i.to_le_bytes()));
        numbers.take(n).map(|w| u32::try_from(w % 40 / (1 + seed % 3)).unwrap()).collect()
    };
    for seed in 0..400 {
        let path = dir.path().join(format!("{seed}"));
        let mut file = ContainerWriter::create(&RealDisk, &path, ADDRESSES).unwrap();
        let runs = if seed % 2 == 0 { vec![0, 2, 0] } else { words(seed, 6) };
        file.column("first", &words(seed + 1, 1)).unwrap();
        file.column("runs", &runs).unwrap();
        file.column("keys", &[[7u8; 20]; 10]).unwrap();
        file.column("texts", &[b'a'; 30]).unwrap();
        file.column("text_starts", &words(seed + 2, 12)).unwrap();
        file.column("order", &words(seed + 3, 20)).unwrap();
        file.finish().unwrap();
        if let Ok(part) = AddressPart::open(&path) {
            let _ = (0..25).filter(|local| part.key(*local).is_ok()).count();
            if let Ok(book) = AddressBook::new(vec![Arc::new(part)]) {
                let _ = (0..25).filter(|id| book.get(*id).is_ok()).count();
                let _ = book.find(0, &Address::Evm([7; 20]));
                let _ = book.find(0, &Address::Script([b'a'; 3].into()));
            }
        }
    }
}

#[test]
fn after_many_lookups_all_addresses_are_in_memory() {
    let dir = tempfile::tempdir().unwrap();
    let evm = |i: u32| {
        let mut bytes = [0; 20];
        bytes[7..11].copy_from_slice(&i.to_be_bytes());
        Address::Evm(bytes)
    };
    let mut writer = AddressWriter::new(AddressBook::default());
    for i in 0..1_000 {
        writer.intern(0, &evm(i)).unwrap();
    }
    writer.flush(&RealDisk, dir.path(), "a").unwrap();
    let mut writer = AddressWriter::new(writer.book().clone());
    let last = LOOKUPS_MAX + 50;
    for i in (0..500).chain(2_000..last).chain(0..1_000).chain(2_000..last) {
        let id = if i < 1_000 { i } else { i - 1_000 };
        assert_eq!(writer.intern(0, &evm(i)).unwrap(), id);
    }
    writer.flush(&RealDisk, dir.path(), "b").unwrap().unwrap();
    assert_eq!(writer.intern(0, &evm(2_000)).unwrap(), 1_000);
    assert_eq!(writer.len(), last - 1_000);
}
