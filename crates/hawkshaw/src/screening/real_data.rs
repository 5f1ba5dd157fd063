//! Published lists in `../shared/data`, which are not part of the repository: every address that
//! they list is found however it is written, and no other one is. Skipped where they are absent.
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::path::{Path, PathBuf};

use hawkshaw_attribution::{Identity, evm_bytes, identity};
use hawkshaw_model::{Account, Address, ChainId};
use hawkshaw_screening::{Query, Screener, Status};

use super::{gather, tags};
use crate::cli::screen::KnownArguments;
use crate::input;

const GENERATED: u64 = 100_000;

fn data(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: {} is absent", path.display());
    None
}

fn status(screener: &Screener, text: &str, chain: Option<&ChainId>) -> Status {
    let query = Query { address: text.to_owned(), chain: chain.cloned(), ..Query::default() };
    screener.screen(&query).unwrap().status
}

/// How an address can be written without its chain.
fn notations(account: &Account) -> Vec<String> {
    let plain = account.address_for_people();
    let mut all = vec![plain.clone(), format!(" {plain}\t\r\n"), format!("\u{feff}{plain}")];
    match account.address() {
        Address::Evm(_) => {
            let digits = plain[2..].to_owned();
            all.push(plain.to_lowercase());
            all.push(plain.to_uppercase());
            all.push(format!("0x{}", digits.to_uppercase()));
            all.push(format!("0X{digits}"));
            // A wrong checksum: found all the same.
            all.push(format!("0x{}{}", digits[..20].to_uppercase(), digits[20..].to_lowercase()));
        }
        Address::Tron(bytes) => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            all.push(format!("41{hex}"));
            all.push(format!("0x41{}", hex.to_uppercase()));
        }
        Address::Other(text) => {
            // Bitcoin Cash as Bitcoin writes it; what is written in one case in the other too.
            if let Identity::Bitcoin(script) = identity(account.chain(), text) {
                let script = Address::Script(script.into());
                let bitcoin = Account::new(ChainId::bitcoin(), script);
                all.push(bitcoin.address_for_people());
                all.push(bitcoin.to_string());
            }
            let is_hex =
                identity(account.chain(), &plain.to_uppercase()) == identity(account.chain(), text);
            all.extend(is_hex.then(|| plain.to_uppercase()));
        }
        _ if plain.starts_with("bc1") => {
            all.push(plain.to_uppercase());
        }
        _ => {}
    }
    all
}

/// Every listed address is a hit in every notation.
fn check(folder: &str, least: usize) {
    let Some(folder) = data(folder) else { return };
    let known = KnownArguments { tags: vec![folder.clone()], ..KnownArguments::default() };
    let screener = gather(&known, true).unwrap();
    let listed = tags::read(&input::tag_files(&folder).unwrap()).unwrap().into_listings();
    assert!(listed.len() >= least, "{} listings", listed.len());
    for listing in &listed {
        let account = &listing.account;
        for text in notations(account) {
            assert_eq!(status(&screener, &text, None), Status::Hit, "{account} as {text:?}");
        }
        let chain = account.chain();
        let text = account.address_for_people();
        assert_eq!(status(&screener, &text, Some(chain)), Status::Hit, "{account} on its chain");
        assert_eq!(status(&screener, &account.to_string(), None), Status::Hit, "{account}");
        if evm_bytes(&text).is_some() {
            for chain in ["eip155:1", "eip155:56", "other:some-chain", "other:vet"] {
                let chain: ChainId = chain.parse().unwrap();
                assert_eq!(status(&screener, &text, Some(&chain)), Status::Hit, "{account}");
            }
        }
    }
    check_generated(&screener);
}

/// None of many addresses that nobody listed is a hit.
fn check_generated(screener: &Screener) {
    for number in 0..GENERATED {
        let hash = blake3::hash(&number.to_le_bytes());
        let bytes: [u8; 20] = hash.as_bytes()[..20].try_into().unwrap();
        let script = |front: &[u8], back: &[u8]| {
            let script = Address::Script([front, &bytes[..], back].concat().into());
            Account::new(ChainId::bitcoin(), script)
        };
        let account = match number % 5 {
            0 => Account::new(ChainId::tron(), Address::Tron(bytes)),
            1 => script(&[0x00, 0x14], &[]),
            2 => script(&[0x76, 0xa9, 0x14], &[0x88, 0xac]),
            3 => script(&[0xa9, 0x14], &[0x87]),
            _ => Account::new(ChainId::ethereum(), Address::Evm(bytes)),
        };
        let status = status(screener, &account.address_for_people(), None);
        assert!(matches!(status, Status::NotFound | Status::NotCovered), "{account}: {status}");
    }
}

#[test]
fn sanctioned_addresses_are_found_however_they_are_written() {
    check("ofac", 600);
}

#[test]
fn tagged_addresses_are_found_however_they_are_written() {
    check("graphsense_tagpacks", 30_000);
}

#[test]
fn labelled_addresses_are_found_however_they_are_written() {
    check("etherscan_labels", 30_000);
}
