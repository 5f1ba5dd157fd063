//! `screen`: what is said of addresses, of files of them, and how it ends.

use std::fs::File;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    BAD_DATA, DONE, EXCHANGE, HIT, MULE, Said, SmallCase, THIEF, UNAVAILABLE, USAGE, command, said,
};

const LISTED: &str = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96";

/// A folder with a list of one sanctioned address.
fn lists() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("lists")).unwrap();
    std::fs::write(folder.path().join("lists/sanctioned_addresses_ETH.txt"), format!("{LISTED}\n"))
        .unwrap();
    folder
}

fn screen(folder: &Path, arguments: &[&str]) -> Said {
    said(command().current_dir(folder).arg("screen").args(arguments))
}

#[test]
fn an_address_is_reported_for_people() {
    let folder = lists();
    screen(folder.path(), &[LISTED, "--lists", "lists"])
        .ended(DONE)
        .answers("REJECT  hit")
        .answers("by the rule `sanctioned`")
        .answers("since when is not known here");
    screen(folder.path(), &[MULE, "--lists", "lists"])
        .ended(DONE)
        .answers("that does not make it clean");
    screen(folder.path(), &["hello", "--lists", "lists"]).ended(DONE).answers("no address");
    screen(folder.path(), &[LISTED, "--lists", "lists", "--fail-on-hit"]).ended(HIT);
    screen(folder.path(), &[MULE, "--lists", "lists", "--fail-on-hit"]).ended(DONE);
}

#[test]
fn a_file_is_answered_line_by_line_in_order() {
    let folder = lists();
    let path = folder.path().join("asked.csv");
    let mut text = String::from("address,chain\n");
    for number in 0..5_000 {
        text.push_str(&format!("0x{number:040x}\n"));
    }
    text.push_str(&format!("\n# remark\n{},bsc\nhello\n{MULE},nochain\n", LISTED.to_uppercase()));
    std::fs::write(&path, &text).unwrap();
    let answered = screen(
        folder.path(),
        &["--file", "asked.csv", "--lists", "lists", "--json", "--fail-on-hit"],
    )
    .ended(HIT)
    .explains("5003 addresses: 1 hits, 5000 not found, 0 not covered, 2 no addresses")
    .explains("3 lines without an address left out");
    let answers: Vec<Value> =
        answered.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 5_003);
    for (number, answer) in answers[..5_000].iter().enumerate() {
        assert_eq!(answer["asked"], format!("0x{number:040x}"));
        assert_eq!(answer["status"], "not_found");
    }
    assert_eq!(answers[5_000]["chain"], "eip155:56");
    assert_eq!(answers[5_000]["matches"][0]["list"]["kind"], "sanctions");
    assert_eq!(answers[5_001]["status"], "invalid");
    assert!(answers[5_002]["notes"][0].as_str().unwrap().contains("no chain"));
    // Standard input gives the same.
    let input = File::open(&path).unwrap();
    let piped = said(
        command()
            .current_dir(folder.path())
            .args(["screen", "-", "--lists", "lists", "--json", "--quiet"])
            .stdin(input),
    );
    assert_eq!(piped.ended(DONE).stdout, answered.stdout);
}

#[test]
fn usage_and_data_that_are_wrong_end_it() {
    let folder = lists();
    let path = folder.path();
    screen(path, &[LISTED]).ended(USAGE).explains("name what is known of addresses");
    screen(path, &["--lists", "lists"]).ended(USAGE).explains("name addresses");
    screen(path, &["-", "-", "--lists", "lists"]).ended(USAGE);
    screen(path, &[LISTED, "--lists", "lists", "--chain", "nochain"]).ended(USAGE);
    screen(path, &["--file", "absent", "--lists", "lists"]).ended(UNAVAILABLE);
    std::fs::write(path.join("rules.toml"), "[[rule]]\nname = 3\n").unwrap();
    screen(path, &[LISTED, "--lists", "lists", "--rules", "rules.toml"]).ended(BAD_DATA);
    std::fs::write(path.join("x.idx"), b"HKINDEX\0 and then nothing").unwrap();
    screen(path, &[LISTED, "--index", "x.idx"]).ended(BAD_DATA).explains("x.idx");
    screen(path, &["--categories"]).ended(DONE).answers("stolen-funds");
    screen(path, &["--print-rules"]).ended(DONE).answers("[[rule]]");
}

/// Exposure comes from the store, is kept in it, and is computed again when the tags change.
#[test]
fn a_store_says_where_value_came_from() {
    let case = SmallCase::new();
    let path = case.path();
    let imported = said(command().current_dir(path).args([
        "ledger",
        "import",
        "transfers.csv",
        "--store",
        "store",
    ]));
    imported.ended(DONE);
    let asked = [MULE, "--store", "store", "--case", ".", "--json"];
    let first = screen(path, &asked).ended(DONE);
    let answer = first.json();
    assert_eq!(answer["status"], "hit", "{answer:#}");
    let found = &answer["matches"][0];
    assert_eq!((&found["type"], &found["direction"]), (&"exposure".into(), &"received".into()));
    assert_eq!(found["category"]["name"], "stolen-funds");
    assert_eq!(found["amounts"]["haircut"], "40");
    let way: Vec<&str> =
        found["path"].as_array().unwrap().iter().filter_map(|s| s["account"].as_str()).collect();
    // Back over the thief to whom it was stolen from.
    assert!(way.len() == 3 && way[0].ends_with(MULE) && way[1].ends_with(THIEF), "{way:?}");
    let kept = std::fs::metadata(path.join("store/screening.idx")).unwrap().modified().unwrap();
    assert_eq!(screen(path, &asked).ended(DONE).stdout, first.stdout);
    let again = std::fs::metadata(path.join("store/screening.idx")).unwrap().modified().unwrap();
    assert_eq!(kept, again, "what is kept is used again");
    let tags = format!(
        "title: T\ncreator: C\nsource: https://example.org\nconfidence: forensic\ncurrency: ETH\n\
         tags:\n- address: '{EXCHANGE}'\n  label: another name\n"
    );
    std::fs::write(path.join("tags/more.yaml"), tags).unwrap();
    screen(path, &asked).ended(DONE).explains("computed anew");
    // A damaged file is told and made anew.
    std::fs::write(path.join("store/screening.idx"), b"HKINDEX\0").unwrap();
    let mended = screen(path, &asked).ended(DONE).explains("computed anew").json();
    assert_eq!(mended["matches"][0]["amounts"]["haircut"], "40");
}

/// A list that cannot be one, and a folder in which a list would count for nothing, are errors.
#[test]
fn lists_that_would_be_missing_from_answers_are_errors() {
    let folder = lists();
    let path = folder.path();
    let name = "sanctioned_addresses_ETH.txt";
    for text in ["404: Not Found\n", ""] {
        std::fs::write(path.join(name), text).unwrap();
        screen(path, &[LISTED, "--lists", name]).ended(BAD_DATA);
    }
    std::fs::write(path.join(name), format!("{LISTED}\n")).unwrap();
    screen(path, &[LISTED, "--lists", name, "--fail-on-hit"]).ended(HIT);
    let kept = ["lists", "update", "--lists", "kept", name];
    said(command().current_dir(path).args(kept)).ended(DONE);
    screen(path, &[LISTED, "--lists", "kept", "--fail-on-hit"]).ended(HIT);
    std::fs::write(path.join("kept/own.csv"), "address,label,source\n0x1,x,y\n").unwrap();
    screen(path, &[LISTED, "--lists", "kept"]).ended(BAD_DATA).explains("own.csv");
}

#[test]
fn what_is_no_address_does_not_pass_a_gate() {
    let folder = lists();
    let path = folder.path();
    std::fs::write(path.join("asked.csv"), format!("id;wallet\n1;{MULE}\n2;hello\n")).unwrap();
    let asked = ["--file", "asked.csv", "--lists", "lists"];
    screen(path, &asked).ended(DONE);
    let gated = [&asked[..], &["--fail-on-hit"]].concat();
    screen(path, &gated).ended(BAD_DATA).explains("1 of what was asked for is no address");
}
