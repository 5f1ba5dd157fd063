//! `hawkshaw incidents import` and `compare --table`: what others publish.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{BAD_DATA, DONE, Said, UNAVAILABLE, USAGE, command, said};

#[track_caller]
fn incidents(arguments: &[&str]) -> Said {
    said(command().env_remove("HAWKSHAW_INCIDENTS").arg("incidents").args(arguments))
}

/// A file with a text in a folder of its own.
fn file(name: &str, text: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Real data, where they are at hand.
fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {name} is not in ../shared/data");
    None
}

const LIST: &str = "date,name,amount_usd,comment\n\
    2022-03-23,Ronin Network hack,620000000,\n\
    2022-03-24,Axie Infinity's Ronin,\"$625,000,000\",again\n\
    2031-01-02,Nobody Knows This,5000000,\"two\nlines\"\n\
    2031-??-01,Bad Date,1,\n\
    2031-05-06,No Amount,n/a,\n";

#[test]
fn rows_are_matched_and_none_is_merged() {
    let (_folder, path) = file("list.csv", LIST);
    let before = incidents(&["list", "--json"]).ended(DONE).stdout;
    incidents(&["import", text(&path)])
        .ended(DONE)
        .answers("5 rows")
        .answers("2022-ronin-bridge")
        .answers("1 other rows fit it best too")
        .answers("Nobody Knows This")
        .answers("`2031-??-01` is no date that can be read");
    assert_eq!(incidents(&["list", "--json"]).ended(DONE).stdout, before);
    let json = incidents(&["import", text(&path), "--json"]).ended(DONE).json();
    let table = &json["tables"][0];
    assert_eq!(table["rows"].as_array().unwrap().len(), 5);
    assert_eq!(table["rows"][2]["extra"]["comment"], "two\nlines");
    let verdicts: Vec<&str> = table["matches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| m["verdict"].as_str().unwrap())
        .collect();
    assert_eq!(verdicts[2..], ["new", "new", "new"]);
    assert_eq!(verdicts[0], "same");
}

#[test]
fn new_rows_become_drafts_that_pass_the_check() {
    let (folder, path) = file("list.csv", LIST);
    let out = folder.path().join("drafts");
    incidents(&["import", text(&path), "--out", text(&out)]).ended(USAGE).explains("--cite");
    let cite = ["--cite", "https://example.org/list.csv", "--edition", "2031-12"];
    let mut arguments = vec!["import", text(&path), "--out", text(&out)];
    arguments.extend(cite);
    incidents(&arguments)
        .ended(DONE)
        .explains("1 drafts written")
        .explains("no draft: row 4 of list.csv, line 6: ");
    let draft = std::fs::read_to_string(out.join("2031/2031-nobody-knows-this.toml")).unwrap();
    assert!(draft.contains("usd = 5000000") && draft.contains("https://example.org/list.csv"));
    incidents(&["check", text(&out)]).ended(DONE);
    incidents(&["list", "--add", text(&out), "--year", "2031"]).ended(DONE).answers("$5.000 M");
    incidents(&arguments).ended(USAGE).explains("is not empty");
}

#[test]
fn what_two_lists_say_is_drafted_once_and_marked_in_both() {
    let (folder, one) = file("one.csv", LIST);
    let two = folder.path().join("two.csv");
    std::fs::write(&two, format!("{LIST}2031-01-02,nobody knows this,5000000,\n")).unwrap();
    let out = folder.path().join("drafts");
    let cite = ["--cite", "https://example.org/list.csv", "--edition", "2031-12"];
    let arguments = [&["import", text(&one), text(&two), "--out", text(&out)], &cite[..]].concat();
    incidents(&arguments)
        .ended(DONE)
        .answers("3 other rows fit it best too: line 3, line 2 of two.csv, line 3 of two.csv")
        .answers("repeats line 4")
        .explains("no draft: row 3 of two.csv repeats row 3 of one.csv")
        .explains("no draft: row 6 of two.csv repeats row 3 of one.csv")
        .explains("1 drafts written");
}

#[test]
fn rows_of_json_are_named_by_their_number() {
    let rows = "[{\"date\": 1648000000, \"name\": \"Nobody A\", \"amount\": 5},\
                {\"date\": 1648000000, \"name\": \"Nobody B\", \"amount\": 6}]";
    let (_folder, path) = file("list.json", rows);
    incidents(&["import", text(&path)]).ended(DONE).answers("row 1: ").answers("row 2: ");
}

#[test]
fn what_is_no_list_is_refused_with_what_it_is() {
    for (name, text_of_file, hint) in [
        (
            "a.csv",
            "Address,Name Tag\n0x70dcf33ca09bd87bb2a301280331406ebd32c8a0,X\n",
            "tags import",
        ),
        ("b.csv", "colour,size\nred,5\n", "date"),
        ("c.csv", "", "no row"),
        ("d.json", "[{\"date\": 1, \"name\": ", "line 1"),
        ("e.csv", "date,name\n01/02/2020,A\n03/04/2020,B\n", "dmy"),
    ] {
        let (_folder, path) = file(name, text_of_file);
        incidents(&["import", text(&path)]).ended(BAD_DATA).explains(hint);
    }
    incidents(&["import", "no-such-file.csv"]).ended(UNAVAILABLE);
    let (_folder, path) = file("e.csv", "date,name\n01/02/2020,A\n03/04/2020,B\n");
    incidents(&["import", text(&path), "--dates", "dmy"]).ended(DONE).answers("2020-02-01, A");
}

#[test]
fn totals_that_do_not_add_up_are_named() {
    let table = "year,us_usd,us_count,them_usd\n2021,100,2,\n2022,250.50,3,7\nall,350.50,6,8\n";
    let (folder, path) = file("yearly.csv", table);
    let said = incidents(&["compare", "--table", text(&path)])
        .ended(DONE)
        .answers("us_usd: yes, $351")
        .answers("us_count: NO. `all` on line 4 prints 6, and the years sum to 5: 1 too much")
        .answers("them_usd: cannot be checked. `all` on line 4 prints 8, and the years sum to 7 without 2021")
        .answers("them_usd: no figure for 2021");
    assert!(said.stdout.contains("unknown"), "an empty cell is not nothing");
    let list = folder.path().join("list.csv");
    std::fs::write(&list, "date,name,usd\n2021-01-01,A,60\n2021-01-02,B,40\n2022-01-01,C,9\n")
        .unwrap();
    incidents(&["import", text(&list), text(&path)])
        .ended(DONE)
        .answers("us_usd: 1 years are what the rows sum to")
        .answers("2022: prints 250.50, and the rows sum to 9");
    incidents(&["compare", "--table", text(&list)]).ended(USAGE).explains("is a list of incidents");
}

#[test]
fn real_lists_are_read_without_loss() {
    let Some(list) = data("lazarus_research/dprk_incidents_2016_2026.csv") else { return };
    let totals = data("lazarus_research/dprk_yearly_totals_by_source.csv").unwrap();
    let said = incidents(&["import", text(&list), text(&totals), "--json"]).ended(DONE);
    let json: Value = said.json();
    let list = &json["tables"][0];
    assert_eq!(list["facts"]["rows"], 285);
    assert_eq!(list["facts"]["without_amount"], 11);
    assert_eq!(list["facts"]["usd"], "6840350466");
    assert_eq!(list["years"]["years"]["2022"]["usd"], "810222860");
    assert_eq!(list["matches"].as_array().unwrap().len(), 285);
    let wrong: Vec<&str> = json["tables"][1]["wrong_totals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|total| total["column"].as_str().unwrap())
        .collect();
    assert_eq!(wrong, ["tayvano_usd", "tayvano_count"]);

    let exploits = data("ledger/data/defi_exploits.csv").unwrap();
    let json = incidents(&["import", text(&exploits), "--json"]).ended(DONE).json();
    assert_eq!(json["tables"][0]["facts"]["rows"], 449);
    let heists = data("ethereum_heist/HeistEvent_Info - origin.csv").unwrap();
    let json = incidents(&["import", text(&heists), "--json"]).ended(DONE).json();
    assert_eq!(json["tables"][0]["facts"]["rows"], 73);
    assert_eq!(json["tables"][0]["facts"]["with_native"], 4);
}
