//! Clusters as bytes, whole and damaged.

use hawkshaw_model::ChainId;
use hawkshaw_wallets::{Clusters, FileError};
use proptest::prelude::*;

use crate::chance::{chain, name};
use crate::support::{clusters_with, ledger, no_mix, sets, tags};

fn bytes(clusters: &Clusters) -> Vec<u8> {
    let mut bytes = Vec::new();
    clusters.write(ChainId::bitcoin().as_str(), 7, &mut bytes).unwrap();
    bytes
}

fn read(bytes: &[u8]) -> Result<Clusters, FileError> {
    Clusters::read(ChainId::bitcoin().as_str(), 7, bytes.len() as u64, bytes)
}

fn some(seed: u64, txs: usize) -> (hawkshaw_ledger::MemoryLedger, Clusters) {
    let ledger = ledger(&chain(seed, txs, 20).join("\n"));
    let tagged = [(name(1), "X"), (name(2), "Y"), (name(3), "Z")];
    let tagged: Vec<(&str, &str)> =
        tagged.iter().map(|(name, actor)| (name.as_str(), *actor)).collect();
    let clusters = clusters_with(&ledger, &no_mix, &tags(&ledger, &tagged));
    (ledger, clusters)
}

proptest! {
    #[test]
    fn what_is_written_is_read(seed in any::<u64>(), txs in 0usize..100) {
        let (ledger, clusters) = some(seed, txs.max(1));
        let written = bytes(&clusters);
        let again = read(&written).unwrap();
        prop_assert_eq!(sets(&ledger, &again), sets(&ledger, &clusters));
        prop_assert_eq!(again.counts(), clusters.counts());
        prop_assert_eq!(again.vetoes(), clusters.vetoes());
        prop_assert_eq!(bytes(&again), written);
    }

    #[test]
    fn no_bytes_make_it_panic(junk in proptest::collection::vec(any::<u8>(), 0..300), keep in 0usize..200) {
        let (_, clusters) = some(5, 40);
        let mut file = bytes(&clusters);
        let keep = keep.min(file.len());
        file.truncate(keep);
        file.extend(&junk);
        prop_assert!(read(&file).is_err());
        prop_assert!(read(&junk).is_err());
    }
}

#[test]
fn damage_at_every_byte_is_found() {
    let (_, clusters) = some(11, 60);
    assert!(!clusters.vetoes().is_empty() && clusters.joined().0 > 1);
    let whole = bytes(&clusters);
    assert!(read(&whole).is_ok());
    for at in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = whole.clone();
            damaged[at] ^= flip;
            assert!(read(&damaged).is_err(), "byte {at}");
        }
        assert!(read(&whole[..at]).is_err(), "cut at byte {at}");
    }
    let longer = [&whole[..], &[0]].concat();
    assert!(read(&longer).is_err());
}

#[test]
fn a_file_of_something_else_is_not_taken() {
    let (_, clusters) = some(3, 30);
    let whole = bytes(&clusters);
    let other = |chain: &str, rules| Clusters::read(chain, rules, whole.len() as u64, &whole[..]);
    let bitcoin = ChainId::bitcoin();
    assert!(matches!(other(bitcoin.as_str(), 8), Err(FileError::Other(_))));
    assert!(matches!(other("bip122:1", 7), Err(FileError::Other(_))));
    assert!(matches!(read(b"chain,height,time\n"), Err(FileError::Damaged(_))));
    assert!(read(b"").is_err());
}
