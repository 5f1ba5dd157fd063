//! The public packs and lists in `../shared/data`, which nobody here wrote and which are not
//! part of the repository: skipped, with a message, where they are absent.
#![allow(clippy::print_stderr, reason = "a skipped test says so")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use hawkshaw_attribution::{
    DefectReason, FileSummary, FolderIncludes, Format, NoIncludes, TagIndex,
};

fn data(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(folder);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: {} is absent", path.display());
    None
}

/// The files below a folder with an extension, in order.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn add(index: &mut TagIndex, path: &Path) -> FileSummary {
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    index.add_file(name, &bytes, &FolderIncludes::beside(path)).unwrap()
}

#[test]
fn every_tag_pack_is_imported() {
    let Some(folder) = data("graphsense_tagpacks") else {
        return;
    };
    let mut index = TagIndex::new();
    let mut tags = 0;
    let packs = files(&folder.join("packs"), "yaml");
    for pack in &packs {
        let summary = add(&mut index, pack);
        assert_eq!(summary.format, Format::TagPack, "{}", pack.display());
        assert!(summary.tags > 0, "{}", pack.display());
        tags += summary.tags;
    }
    for actors in files(&folder.join("actors"), "yaml") {
        assert_eq!(add(&mut index, &actors).format, Format::ActorPack);
    }
    let defects = index.defects();
    assert_eq!(packs.len(), 64);
    assert!(tags >= 39_788, "{tags} tags");
    assert!(index.len() >= 39_773, "{} tags kept", index.len());
    assert!(index.actors().count() >= 3_813);
    assert!(defects.count(DefectReason::ImpossibleAddress) <= 27);
    assert_eq!(defects.count(DefectReason::ConfidenceMissing), 3_921);
    assert_eq!(defects.count(DefectReason::UnknownConcept), 0);
    assert_eq!(defects.count(DefectReason::UnknownNetwork), 0);
    check_stops(&index);
    let bytes = index.to_store();
    let mut again = TagIndex::new();
    again.add_file("tags.jsonl", &bytes, &NoIncludes).unwrap();
    assert_eq!(again.to_store(), bytes);
}

/// Places that everybody knows, and how many places stop at all.
fn check_stops(index: &TagIndex) {
    let stop = |text: &str| match index.stop(&text.parse().unwrap()) {
        Some(stop) => format!("{}: {}", stop.kind, stop.actor.unwrap_or_default()),
        None => "-".to_owned(),
    };
    let bitcoin = "bip122:000000000019d6689c085ae165831e93";
    for (account, expected) in [
        // The Ronin thief: `service_hack`.
        ("eip155:1:0x098b716b8aaf21512996dc57eb0615e2383e2f96".to_owned(), "-"),
        // Tornado Cash: a pool that is also listed by OFAC.
        ("eip155:1:0x910cbd523d972eb0a6f4cae4618ad62622b39dbf".to_owned(), "mixer: Tornado Cash"),
        (format!("{bitcoin}:1NDyJtNTjmwk5xPNhjgAMu4HDHigtobu1s"), "exchange: Binance"),
        // A member of Lazarus: `sanction`, `user`, and an actor that is no service.
        (format!("{bitcoin}:134r8iHv69xdT6p5qVKTsHrcUEuBVZAYak"), "-"),
    ] {
        assert_eq!(stop(&account), expected, "{account}");
    }
    let stops = index.accounts().filter(|account| index.stop(account).is_some()).count();
    assert!(stops >= 4_000, "{stops} accounts stop");
    let conflicts = index.accounts().filter(|a| !index.conflicts(a).is_empty()).count();
    assert!((1..100).contains(&conflicts), "{conflicts} accounts in conflict");
}

#[test]
fn every_ofac_list_is_imported_in_both_forms() {
    let Some(folder) = data("ofac") else { return };
    let (mut text, mut json) = (TagIndex::new(), TagIndex::new());
    for path in files(&folder, "txt") {
        assert_eq!(add(&mut text, &path).format, Format::OfacText);
    }
    for path in files(&folder, "json") {
        assert_eq!(add(&mut json, &path).format, Format::OfacJson);
    }
    assert_eq!(text.len(), 644);
    assert_eq!(text.defects().count(DefectReason::DuplicateTag), 10);
    assert_eq!(text.defects().count(DefectReason::OtherChain), 1);
    // The list of Monero has a payment id or key, which is no address.
    assert_eq!(text.defects().count(DefectReason::WrongForm), 1);
    assert_eq!(text.defects().total(), 12);
    assert!(text.accounts().all(|account| text.stop(account).is_none()));
    assert_eq!(text.to_store(), json.to_store());
}

#[test]
fn the_sdn_list_is_imported_with_its_companions() {
    let Some(folder) = data("ofac_sdn/test/testdata/bench") else {
        return;
    };
    let mut index = TagIndex::new();
    let mut formats = Vec::new();
    for path in files(&folder, "csv") {
        formats.push(add(&mut index, &path).format);
    }
    let companion = Format::SdnCompanion;
    assert_eq!(formats, [companion, companion, Format::SdnCsv, companion]);
    assert_eq!(index.len(), 96);
    // One address of the real list has 39 digits.
    assert_eq!(index.defects().count(DefectReason::ImpossibleAddress), 1);
    // One of Monero is 64 hex digits, which are no address.
    assert_eq!(index.defects().count(DefectReason::WrongForm), 1);
    assert_eq!(index.defects().total(), 2);
    // The remarks break off in "Digital Currency Addres".
    let split = "eip155:1:0x8576acc5c05d6ce88f4e49bf65bdf0c62f91353c".parse().unwrap();
    let [tag] = index.tags_of(&split) else { panic!() };
    assert_eq!(tag.source, "https://sanctionssearch.ofac.treas.gov/Details.aspx?id=29703");
    assert_eq!(index.stop(&split), None);
}
