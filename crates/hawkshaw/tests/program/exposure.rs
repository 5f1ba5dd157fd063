//! `exposure build` and `show`, and what `screen` makes of a store: sources from tags, lists and
//! wallets, ways, and what is refused.

use std::path::Path;

use hawkshaw_fixture::text::bitcoin_account;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    BAD_DATA, DONE, MULE, Said, SmallCase, THEFT, THIEF, USAGE, bundled, case_toml, command, row,
    said, table,
};

const VICTIM: &str = "0x00000000000000000000000000000000000b0b00";
const CLIENT: &str = "0x0000000000000000000000000000000000000c11";

fn run(folder: &Path, arguments: &[&str]) -> Said {
    said(command().current_dir(folder).args(arguments))
}

/// A line of JSON for each address.
fn lines(said: &Said) -> Vec<Value> {
    said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The matches of an answer that are exposure.
fn exposed(answer: &Value) -> Vec<&Value> {
    let matches = answer["matches"].as_array().unwrap().iter();
    matches.filter(|found| found["type"] == "exposure").collect()
}

/// A small case that was imported into a store.
fn stored() -> SmallCase {
    let case = SmallCase::new();
    let store = ["ledger", "import", "transfers.csv", "--store", "store"];
    run(case.path(), &store).ended(DONE);
    case
}

#[test]
fn a_case_is_built_and_shown() {
    let case = SmallCase::new();
    let path = case.path();
    run(path, &["exposure", "build", "--case", ".", "--out", "x.index"])
        .ended(DONE)
        .answers("3 addresses are exposed: x.index");
    let shown = run(path, &["exposure", "show", MULE, VICTIM, "--index", "x.index"]).ended(DONE);
    shown
        .answers("received indirect stolen-funds: Small, 2 hops")
        .answers("no exposure is known, which is not clean");
    let shown = run(path, &["exposure", "show", MULE, "--index", "x.index", "--json"]).ended(DONE);
    let answer = &lines(&shown)[0];
    let found = exposed(answer)[0];
    assert_eq!((&found["hops"], &found["path_complete"]), (&2.into(), &true.into()));
    let places = found["path"].as_array().unwrap();
    let accounts: Vec<&str> =
        places.iter().map(|place| place["account"].as_str().unwrap()).collect();
    assert_eq!(accounts, [MULE, THIEF, VICTIM].map(|one| format!("eip155:1:{one}")));
    // Built again over itself, it is the same file.
    let before = std::fs::read(path.join("x.index")).unwrap();
    run(path, &["exposure", "build", "--case", ".", "--out", "x.index"]).ended(DONE);
    assert_eq!(std::fs::read(path.join("x.index")).unwrap(), before);
}

#[test]
fn what_nothing_can_be_followed_of_is_refused() {
    let case = stored();
    let path = case.path();
    let build = |arguments: &[&str]| {
        run(path, &[&["exposure", "build", "--out", "x.index"], arguments].concat())
    };
    build(&[]).ended(USAGE).explains("there is no ledger");
    build(&["--store", "store"]).ended(USAGE).explains("there is nothing to follow");
    std::fs::create_dir(path.join("empty")).unwrap();
    build(&["--store", "empty", "--case", "."]).ended(USAGE).explains("there is no store in empty");
    std::fs::create_dir(path.join("other")).unwrap();
    case.write("other/case.toml", case_toml("other", &THEFT.replace('1', "7")));
    build(&["--store", "store", "--case", "other"])
        .ended(BAD_DATA)
        .explains("the case other cannot be followed");
    case.write("far.csv", format!("address,label,category,source\n{CLIENT},x,sanction,s\n"));
    build(&["--store", "store", "--tags", "far.csv"])
        .ended(BAD_DATA)
        .explains("nothing could be followed")
        .explains("holds Ethereum");
    assert!(!path.join("x.index").exists());
    // An empty file is nobody's work; anything else is left alone.
    case.write("precious.csv", "a,b\n");
    run(path, &["exposure", "build", "--case", ".", "--out", "precious.csv"])
        .ended(USAGE)
        .explains("precious.csv is no index of addresses and would be written over");
    assert_eq!(std::fs::read_to_string(path.join("precious.csv")).unwrap(), "a,b\n");
    run(path, &["exposure", "build", "--case", ".", "--out", "empty"]).ended(USAGE);
    case.write("new.index", "");
    run(path, &["exposure", "build", "--case", ".", "--out", "new.index"]).ended(DONE);
}

#[test]
fn who_stands_on_a_list_is_a_source() {
    let case = stored();
    let path = case.path();
    std::fs::create_dir(path.join("lists")).unwrap();
    case.write("lists/sanctioned_addresses_ETH.txt", format!("{THIEF}\n"));
    let screen = |more: &[&str]| {
        let answered = run(path, &[&["screen", MULE, "--json"], more].concat()).ended(DONE);
        lines(&answered)[0].clone()
    };
    let of = |answer: &Value| {
        let found = exposed(answer);
        assert_eq!(found.len(), 1, "{answer}");
        assert_eq!(
            (&found[0]["kind"], &found[0]["direction"]),
            (&"direct".into(), &"received".into())
        );
        assert_eq!((&found[0]["hops"], &found[0]["amounts"]["haircut"]), (&1.into(), &"40".into()));
    };
    of(&screen(&["--store", "store", "--lists", "lists"]));
    // The same from a folder that is kept, and from an index.
    run(path, &["lists", "update", "--lists", "kept", "lists/sanctioned_addresses_ETH.txt"])
        .ended(DONE);
    of(&screen(&["--store", "store", "--lists", "kept"]));
    let build = ["exposure", "build", "--store", "store", "--lists", "kept", "--out", "x.index"];
    run(path, &build).ended(DONE);
    of(&screen(&["--index", "x.index"]));
    let listed = run(path, &["screen", THIEF, "--index", "x.index", "--json"]).ended(DONE);
    assert_eq!(lines(&listed)[0]["action"], "reject");
    // Without the list nothing is known.
    case.write("nobody.csv", format!("address,label,category,source\n{CLIENT},x,sanction,s\n"));
    assert_eq!(screen(&["--store", "store", "--tags", "nobody.csv"])["status"], "not_found");
}

#[test]
fn an_index_and_a_store_are_not_asked_together() {
    let case = stored();
    let path = case.path();
    run(path, &["exposure", "build", "--case", ".", "--out", "x.index"]).ended(DONE);
    run(path, &["screen", MULE, "--index", "x.index", "--store", "store"])
        .ended(USAGE)
        .explains("--index and --store");
    // One of the environment is not asked, which is said.
    let mut asked = command();
    asked.current_dir(path).env("HAWKSHAW_STORE", "store");
    said(asked.args(["screen", MULE, "--index", "x.index"]))
        .ended(DONE)
        .explains("HAWKSHAW_STORE, store, is not")
        .answers("stolen-funds");
}

#[test]
fn what_is_said_of_an_address_holds_for_its_wallet() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    // a and b are spent together; b alone pays c.
    let story = "1: coin = -> a 5000, b 5000, b 3000\n2: t1 = coin:0, coin:1 -> x 10000\n\
                 3: t2 = coin:2 -> c 3000\n";
    std::fs::write(path.join("outputs.csv"), crate::cluster::table(story)).unwrap();
    run(path, &["ledger", "import", "outputs.csv", "--store", "store"]).ended(DONE);
    let address = |name: &str| bitcoin_account(name).address_for_people();
    let tags = format!("address,label,category,source\n{},Bad,sanction,s\n", address("a"));
    std::fs::write(path.join("tags.csv"), tags).unwrap();
    let asked = [address("b"), address("c"), address("x"), address("a")];
    let names: Vec<&str> = asked.iter().map(String::as_str).collect();
    let check = |known: &[&str]| {
        let all = [&["screen", "--json"], &names[..], known].concat();
        let answers = lines(&run(path, &all).ended(DONE));
        let own = answers[0]["matches"].as_array().unwrap();
        assert_eq!(
            (&answers[0]["status"], &answers[0]["action"]),
            (&"hit".into(), &"reject".into())
        );
        assert_eq!((own.len(), &own[0]["kind"]), (1, &"ownership".into()), "{own:?}");
        assert_eq!(own[0]["by_cluster"], true);
        let paid = exposed(&answers[1]);
        assert_eq!((paid.len(), &paid[0]["kind"]), (1, &"direct".into()), "{paid:?}");
        let paid = exposed(&answers[2]);
        assert_eq!((paid.len(), &paid[0]["amounts"]["haircut"]), (1, &"10000".into()), "{paid:?}");
        assert_eq!(answers[3]["matches"][0]["by_cluster"], false);
    };
    check(&["--store", "store", "--tags", "tags.csv"]);
    assert!(path.join("store/clusters-000000000019d6689c085ae165831e93.hkc").exists());
    let build = ["exposure", "build", "--store", "store", "--tags", "tags.csv"];
    run(path, &[&build[..], &["--out", "x.index"]].concat()).ended(DONE);
    check(&["--index", "x.index"]);
    // From files the same, without anything kept.
    let build = ["exposure", "build", "--ledger", "outputs.csv", "--tags", "tags.csv"];
    run(path, &[&build[..], &["--out", "y.index"]].concat()).ended(DONE);
    check(&["--index", "y.index"]);
}

#[test]
fn who_was_robbed_is_not_blamed_for_it() {
    let case = SmallCase::with_table(table(&[
        row(1, VICTIM, THIEF, "100"),
        row(2, THIEF, MULE, "40"),
        row(3, CLIENT, THIEF, "7"),
    ]));
    let path = case.path();
    case.write("listed.csv", format!("address,label,category,source\n{THIEF},Bad,sanction,s\n"));
    let build = ["exposure", "build", "--case", ".", "--tags", "listed.csv", "--out", "x.index"];
    run(path, &build).ended(DONE);
    let screen = ["screen", VICTIM, CLIENT, "--index", "x.index", "--json"];
    let answers = lines(&run(path, &screen).ended(DONE));
    assert_eq!((&answers[0]["status"], exposed(&answers[0]).len()), (&"not_found".into(), 0));
    assert_eq!(exposed(&answers[1])[0]["direction"], "sent");
}

/// Every match of the case of the Ronin bridge, with all that the program adds.
#[test]
fn the_ways_of_a_real_case_are_as_long_as_they_say() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let case = bundled("ronin-bridge-2022");
    let index = path.join("ronin.index");
    said(command().args(["exposure", "build", "--case"]).arg(&case).arg("--out").arg(&index))
        .ended(DONE);
    let rows = std::fs::read_to_string(case.join("transfers.csv")).unwrap();
    let mut asked: Vec<&str> =
        rows.split([',', '\n']).filter(|word| word.len() == 42 && word.starts_with("0x")).collect();
    asked.sort_unstable();
    asked.dedup();
    std::fs::write(path.join("asked.txt"), asked.join("\n")).unwrap();
    let screen = ["screen", "--file", "asked.txt", "--index", "ronin.index", "--json"];
    let answers = lines(&run(path, &screen).ended(DONE));
    let mut seen = 0;
    for answer in &answers {
        for found in exposed(answer) {
            let places = found["path"].as_array().unwrap();
            assert_eq!(found["path_complete"], true, "{found}");
            assert_eq!(found["hops"], places.len() - 1, "{found}");
            assert_eq!(found["kind"] == "direct", found["hops"] == 1, "{found}");
            let time = |value: &Value| value.as_i64().unwrap();
            let times = time(&found["first_time"])..=time(&found["last_time"]);
            assert!(times.contains(&time(&places[0]["time"])), "{found}");
            seen += 1;
        }
    }
    assert!(seen > 600, "{seen}");
    let victim = "0x1a2a1c938ce3ec39b6d47113c7955baa9dd454f2";
    let screen = ["screen", victim, "--index", "ronin.index", "--json"];
    let answer = &lines(&run(path, &screen).ended(DONE))[0];
    assert_eq!((&answer["action"], exposed(answer).len()), (&"allow".into(), 0));
}
