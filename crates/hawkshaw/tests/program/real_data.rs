//! Published lists, as they are. They are not part of the repository: where the folder
//! `../shared/data` is missing the tests say so and pass.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{DONE, command, said};

/// A folder of published data, where it is at hand.
fn data(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let folder = root.join("shared/data").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {name} is not in ../shared/data");
    None
}

/// Files below a folder with an ending.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries
        .flat_map(|path| if path.is_dir() { files(&path, ending) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .collect();
    found.sort();
    found
}

#[test]
fn the_ofac_list_names_the_ronin_thief() {
    let Some(folder) = data("ofac") else { return };
    let thief = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96";
    let lists = files(&folder, "txt");
    let lists = lists.iter().filter(|path| path.to_string_lossy().contains("ETH"));
    let lists: Vec<_> = lists.flat_map(|path| ["--tags".into(), path.clone()]).collect();
    assert!(!lists.is_empty(), "no list of ETH addresses in {}", folder.display());
    let said = said(command().args(["tags", "show", thief]).args(&lists)).ended(DONE);
    // A listed address is no place where value ends.
    said.answers("sanction").answers("following does not stop here");
}

#[test]
fn the_public_tag_packs_are_imported_twice_with_one_result() {
    let Some(folder) = data("graphsense_tagpacks") else { return };
    let parent = TempDir::new().unwrap();
    let store = parent.path().join("store");
    let packs = folder.join("packs");
    let import =
        || said(command().args(["tags", "import", "-q"]).arg(&packs).arg("--store").arg(&store));
    import().ended(DONE);
    let first = std::fs::read(store.join("tags.jsonl")).unwrap();
    import().ended(DONE).answers(", 0 of them new");
    assert!(std::fs::read(store.join("tags.jsonl")).unwrap() == first);
    assert!(first.len() > 1_000_000, "{} bytes", first.len());
}
