//! `hawkshaw trace TARGET --explorer URL`, against an explorer on loopback.

use std::path::Path;

use hawkshaw_fixture::explorer::{Behaviour, Dialect, FakeExplorer, Fault};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{
    BAD_DATA, DONE, EXCHANGE, MULE, Said, THEFT, THIEF, UNAVAILABLE, USAGE, bundled, case_toml,
    command, row, rows, said, table, tag_pack,
};

const STRANGER: &str = "0x0000000000000000000000000000000000057a00";
const HEIR: &str = "0x0000000000000000000000000000000000004e12";

/// Runs a trace with an explorer, in a folder of its own.
fn trace(folder: &Path, explorer: &FakeExplorer, target: &str, options: &[&str]) -> Said {
    let url = format!("{}?chainid=1", explorer.url());
    said(
        command()
            .current_dir(folder)
            .args(["trace", target, "--explorer", &url, "--rate", "10000", "--json"])
            .args(options),
    )
}

/// The small case, in which the mule pays an heir, and rows that have nothing to do with it.
fn more_rows() -> Vec<String> {
    let mut all = rows();
    all.push(row(4, MULE, HEIR, "30"));
    all.push(row(5, STRANGER, STRANGER, "7"));
    all.push(row(6, STRANGER, EXCHANGE, "1000"));
    all
}

fn explorer(rows: &[String]) -> FakeExplorer {
    FakeExplorer::accounts(table(rows).as_bytes(), Behaviour::default())
}

/// Kind, address and fifo amount of every terminal that has some.
fn terminals(answer: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let one = |terminal: &Value| {
        let amount = text(&terminal["amounts"]["fifo"]);
        format!("{} {} {amount}", text(&terminal["kind"]), text(&terminal["address"]))
    };
    let terminals = answer["terminals"].as_array().unwrap().iter();
    terminals.filter(|terminal| terminal["amounts"]["fifo"] != "0").map(one).collect()
}

#[test]
fn a_bare_address_is_followed_to_the_end() {
    let folder = TempDir::new().unwrap();
    let explorer = explorer(&more_rows());
    let since = ["--since", "2023-11-14"];
    let first = trace(folder.path(), &explorer, THIEF, &since).ended(DONE);
    let mut found = terminals(&first.json());
    found.sort();
    let mut wanted =
        [format!("held {EXCHANGE} 60"), format!("held {HEIR} 30"), format!("held {MULE} 10")];
    wanted.sort();
    assert_eq!(found, wanted);
    let case = folder.path().join("case-0x000000000000");
    let toml = std::fs::read_to_string(case.join("case.toml")).unwrap();
    assert_eq!(toml.matches("[[stolen]]").count(), 1, "{toml}");
    assert!(toml.contains(&format!("tx = \"eip155:1:{THEFT}\"")), "{toml}");
    // What nobody tainted was never asked for.
    assert!(!explorer.asked().iter().any(|asked| asked.contains(STRANGER)));

    // The folder needs no explorer any more, and says the same.
    let asked = explorer.requests();
    let plain = said(command().current_dir(folder.path()).args(["trace", "--json"]).arg(&case));
    assert_eq!(plain.ended(DONE).json()["terminals"], first.json()["terminals"]);
    // A second run asks nothing and says the same, also where nobody may be asked.
    let second = trace(folder.path(), &explorer, THIEF, &since).ended(DONE);
    assert_eq!(second.stdout, first.stdout);
    assert_eq!(explorer.requests(), asked);
    drop(explorer);
    let nobody = FakeExplorer::accounts(table(&rows()).as_bytes(), Behaviour::default());
    let third = trace(folder.path(), &nobody, THIEF, &["--since", "2023-11-14", "--offline"]);
    // Answers are kept by the host that gave them.
    assert_eq!(third.ended(UNAVAILABLE).explains("offline").code, UNAVAILABLE);
    assert_eq!(nobody.requests(), 0);
}

#[test]
fn a_bare_transaction_is_followed() {
    let folder = TempDir::new().unwrap();
    let explorer = explorer(&more_rows());
    let answer = trace(folder.path(), &explorer, THEFT, &["--case", "my-case"]).ended(DONE).json();
    assert_eq!(answer["stolen"][0]["amount"], "100");
    assert_eq!(terminals(&answer).len(), 3);
    assert!(folder.path().join("my-case/transfers.csv").exists());
}

#[test]
fn a_tagged_service_is_not_asked_for() {
    let folder = TempDir::new().unwrap();
    let explorer = explorer(&more_rows());
    std::fs::write(folder.path().join("tags.yaml"), tag_pack("Exchange")).unwrap();
    let options = ["--since", "2023-11-14", "--tags", "tags.yaml"];
    let answer = trace(folder.path(), &explorer, THIEF, &options).ended(DONE).json();
    assert!(terminals(&answer).contains(&format!("exchange {EXCHANGE} 60")));
    assert!(!explorer.asked().iter().any(|asked| asked.contains(EXCHANGE)));
}

#[test]
fn the_user_prunes_what_was_not_stolen() {
    let folder = TempDir::new().unwrap();
    let mut all = more_rows();
    all.push(row(7, STRANGER, THIEF, "5"));
    let explorer = explorer(&all);
    let since = ["--since", "2023-11-14"];
    let first = trace(folder.path(), &explorer, THIEF, &since).ended(DONE);
    assert_eq!(first.json()["stolen"][0]["amount"], "105");
    let path = folder.path().join("case-0x000000000000/case.toml");
    let toml = std::fs::read_to_string(&path).unwrap();
    let (before, theft) = toml.split_once("[[stolen]]").unwrap();
    let (kept, rest) = theft.split_once("[[stolen]]").unwrap();
    let after = rest.split_once("\n\n").unwrap().1;
    std::fs::write(&path, format!("{before}[[stolen]]{kept}\n{after}")).unwrap();
    let second = trace(folder.path(), &explorer, THIEF, &since).ended(DONE);
    assert_eq!(second.json()["stolen"][0]["amount"], "100");
    second.explains("what it lists as stolen is followed");
}

#[test]
fn the_budget_is_kept_and_said() {
    let folder = TempDir::new().unwrap();
    let explorer = explorer(&more_rows());
    let options = ["--since", "2023-11-14", "--budget", "1"];
    let answer = trace(folder.path(), &explorer, THIEF, &options).ended(DONE).json();
    let mut found = terminals(&answer);
    found.sort();
    assert_eq!(found, [format!("no-data {MULE} 40"), format!("no-data {EXCHANGE} 60")]);
    let limits = answer["limits"].to_string();
    assert!(limits.contains("the budget of 1 histories was spent while 100.0 %"), "{limits}");
    assert!(limits.contains("next at"), "{limits}");
    // More budget goes on where this one ended.
    let rest = trace(folder.path(), &explorer, THIEF, &["--since", "2023-11-14"]).ended(DONE);
    assert_eq!(terminals(&rest.json()).len(), 3);
}

#[test]
fn a_history_that_is_too_long_is_named_and_not_taken() {
    let folder = TempDir::new().unwrap();
    let mut all = more_rows();
    all.extend((100..180).map(|block| row(block, EXCHANGE, STRANGER, "1")));
    let explorer = explorer(&all);
    let options = ["--since", "2023-11-14", "--history-rows", "40"];
    let answer = trace(folder.path(), &explorer, THIEF, &options).ended(DONE).json();
    assert!(terminals(&answer).contains(&format!("no-data {EXCHANGE} 60")), "{answer}");
    let limits = answer["limits"].to_string().to_lowercase();
    assert!(limits.contains(&format!("the history of {EXCHANGE} is not whole")), "{limits}");
}

#[test]
fn faults_that_pass_change_nothing() {
    let folder = TempDir::new().unwrap();
    let good = explorer(&more_rows());
    let since = ["--since", "2023-11-14"];
    let wanted = trace(folder.path(), &good, THIEF, &since).ended(DONE).json();
    for fault in [
        Fault::RateLimited,
        Fault::TooManyRequests(Some(0)),
        Fault::ServerError,
        Fault::CutBody,
        Fault::QueryTimeout,
    ] {
        let folder = TempDir::new().unwrap();
        let explorer = explorer(&more_rows());
        explorer.fault_every(3, fault.clone());
        let answer = trace(folder.path(), &explorer, THIEF, &since).ended(DONE).json();
        assert_eq!(answer["terminals"], wanted["terminals"], "{fault:?}");
    }
}

#[test]
fn faults_that_stay_are_named_and_what_is_known_is_kept() {
    let folder = TempDir::new().unwrap();
    let explorer = explorer(&more_rows());
    let since = ["--since", "2023-11-14"];
    trace(folder.path(), &explorer, THIEF, &["--since", "2023-11-14", "--budget", "1"]).ended(DONE);
    let case = folder.path().join("case-0x000000000000");
    for (fault, code, text) in [
        (Fault::Html, UNAVAILABLE, "web page"),
        (Fault::InvalidKey, UNAVAILABLE, "key"),
        (Fault::Redirect("http://elsewhere.example/".into()), UNAVAILABLE, "redirect"),
        (Fault::Nested(10_000), BAD_DATA, "nests"),
        (Fault::Huge(1 << 30), DONE, "its answer is over"),
    ] {
        explorer.fault_always(Some(fault.clone()));
        let said = trace(folder.path(), &explorer, THIEF, &since);
        assert_eq!(said.code, code, "{fault:?}: {}", said.stderr);
        let whole = said.stderr + &said.stdout;
        assert!(whole.contains(text), "{fault:?}: {whole}");
        assert!(case.join("transfers.csv").exists());
    }
    explorer.fault_always(None);
    let fresh = TempDir::new().unwrap();
    assert_eq!(
        terminals(&trace(fresh.path(), &explorer, THIEF, &since).ended(DONE).json()).len(),
        3
    );
}

#[test]
fn keys_reach_their_host_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    let behaviour = Behaviour { key: Some("s3cr3t-k3y".to_owned()), ..Behaviour::default() };
    let explorer = FakeExplorer::accounts(table(&more_rows()).as_bytes(), behaviour);
    std::fs::write(folder.path().join("key.txt"), "s3cr3t-k3y\n").unwrap();
    let since = ["--since", "2023-11-14"];
    trace(folder.path(), &explorer, THIEF, &since).ended(UNAVAILABLE).explains("key");
    let keyed = ["--since", "2023-11-14", "--key-file", "key.txt"];
    let said = trace(folder.path(), &explorer, THIEF, &keyed).ended(DONE);
    assert!(explorer.asked().iter().any(|asked| asked.contains("s3cr3t-k3y")));
    assert!(!said.stdout.contains("s3cr3t") && !said.stderr.contains("s3cr3t"));
    let mut open = vec![folder.path().join("case-0x000000000000")];
    while let Some(path) = open.pop() {
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("s3cr3t"), "{} holds the key", path.display());
        }
    }
}

#[test]
fn the_ronin_case_comes_out_as_from_its_files() {
    let folder = TempDir::new().unwrap();
    let table = std::fs::read(bundled("ronin-bridge-2022").join("transfers.csv")).unwrap();
    let behaviour = Behaviour { dialect: Dialect::Blockscout, ..Behaviour::default() };
    let explorer = FakeExplorer::accounts(&table, behaviour);
    let thief = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96";
    let said = said(command().current_dir(folder.path()).args([
        "trace",
        thief,
        "--explorer",
        &explorer.url(),
        "--since",
        "2022-03-23T13:29:00Z",
        "--rate",
        "10000",
        "--floor",
        "0",
        "--json",
    ]))
    .ended(DONE);
    let answer = said.json();
    // The theft itself is among what came to the thief since then.
    let toml = folder.path().join("case-0x098b716b8aaf/case.toml");
    let toml = std::fs::read_to_string(toml).unwrap();
    let theft = "c28fad5e8d5e0ce6a2eaf67b6687be5d58113e16be590824d6cfa1a94467d0b7";
    assert!(toml.contains(theft), "{toml}");

    // The same case on the whole table gives the same terminals.
    let whole = TempDir::new().unwrap();
    let head = toml.split_once("# ----").unwrap().0;
    std::fs::write(whole.path().join("case.toml"), head).unwrap();
    std::fs::write(whole.path().join("transfers.csv"), explorer.canonical()).unwrap();
    let direct =
        crate::support::said(command().args(["trace", "--floor", "0", "--json"]).arg(whole.path()))
            .ended(DONE);
    assert_eq!(terminals(&answer), terminals(&direct.json()));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let folder = TempDir::new().unwrap();
    let explorer = explorer(&rows());
    trace(folder.path(), &explorer, THIEF, &[]).ended(USAGE).explains("--since");
    trace(folder.path(), &explorer, "no-such-case", &[]).ended(USAGE).explains("case.toml");
    trace(folder.path(), &explorer, "0x12", &["--since", "2023-11-14"])
        .ended(USAGE)
        .explains("0x12");
    trace(folder.path(), &explorer, THIEF, &["--since", "2030-01-01"])
        .ended(BAD_DATA)
        .explains("nothing that came to it since");
    let unknown = format!("0x{}", "9".repeat(64));
    trace(folder.path(), &explorer, &unknown, &[]).ended(BAD_DATA).explains("knows no");
    said(command().current_dir(folder.path()).args(["trace", THIEF]))
        .ended(USAGE)
        .explains("--explorer");
    // A case that has rows of its own is not overwritten.
    let own = folder.path().join("own");
    std::fs::create_dir(&own).unwrap();
    std::fs::write(own.join("case.toml"), case_toml("own", THEFT)).unwrap();
    std::fs::write(own.join("transfers.csv"), table(&rows())).unwrap();
    trace(folder.path(), &explorer, "own", &[]).ended(USAGE).explains("transfers.csv of its own");
    // Without them it is followed.
    std::fs::remove_file(own.join("transfers.csv")).unwrap();
    let answer = trace(folder.path(), &explorer, "own", &[]).ended(DONE).json();
    assert_eq!(answer["case"], "own");
    assert_eq!(terminals(&answer).len(), 2);
}

#[test]
fn an_output_is_followed_with_an_explorer_of_outputs() {
    let folder = TempDir::new().unwrap();
    let case = bundled("bitcoin-example");
    let explorer = FakeExplorer::outputs(&std::fs::read(case.join("outputs.csv")).unwrap());
    let toml = std::fs::read_to_string(case.join("case.toml")).unwrap();
    let stolen = toml.lines().find_map(|line| line.strip_prefix("outpoint = ")).unwrap();
    let stolen = stolen.trim_matches('"');
    let url = explorer.url();
    let pursued = |target: &str| {
        let arguments = ["trace", target, "--explorer", &url, "--rate", "10000", "--floor", "0"];
        let tags = case.join("tags");
        let mut command = command();
        command.current_dir(folder.path()).args(arguments).args(["--json", "--tags"]).arg(tags);
        said(&mut command).ended(DONE).json()
    };
    let answer = pursued(stolen);
    let direct = said(command().args(["trace", "--floor", "0", "--json"]).arg(&case)).ended(DONE);
    assert_eq!(terminals(&answer), terminals(&direct.json()));
    assert_eq!(answer["coverage"].as_object().unwrap().len(), 1);
    // Without its chain it is the same output.
    let short = stolen.split_once(':').unwrap().1.split_once(':').unwrap().1;
    let again = pursued(short);
    assert_eq!(again["terminals"], answer["terminals"]);
}

/// Thief pays B and X; X, who had clean coins, pays B. Under one policy X seems to have passed
/// on all of it, under another nothing.
#[test]
fn who_passes_on_is_asked_for_whichever_policy_is_shown() {
    let folder = TempDir::new().unwrap();
    let rows = [
        row(1, STRANGER, MULE, "90"),
        row(2, STRANGER, THIEF, "30"),
        row(3, THIEF, EXCHANGE, "20"),
        row(4, THIEF, MULE, "10"),
        row(5, MULE, EXCHANGE, "10"),
    ];
    let explorer = explorer(&rows);
    let whole = TempDir::new().unwrap();
    std::fs::write(whole.path().join("transfers.csv"), table(&rows)).unwrap();
    for policy in ["haircut", "clean-first", "fifo", "lifo", "dirty-first"] {
        let case = format!("case-{policy}");
        let options = ["--policy", policy, "--floor", "0", "--case", &case];
        let theft = format!("0x{:064x}", 2);
        let pursued = trace(folder.path(), &explorer, &theft, &options).ended(DONE).json();
        let toml = std::fs::read_to_string(folder.path().join(&case).join("case.toml")).unwrap();
        let head = toml.split_once("# ----").unwrap().0;
        std::fs::write(whole.path().join("case.toml"), head).unwrap();
        let direct = ["trace", "--policy", policy, "--floor", "0", "--json"];
        let direct = said(command().args(direct).arg(whole.path())).ended(DONE).json();
        assert_eq!(pursued["terminals"], direct["terminals"], "{policy}");
    }
}

#[test]
fn a_folder_is_of_one_target() {
    let folder = TempDir::new().unwrap();
    let explorer = explorer(&more_rows());
    let case = ["--case", "c"];
    let with = |more: &[&'static str]| [&case[..], more].concat();
    trace(folder.path(), &explorer, THIEF, &with(&["--since", "2023-11-14"])).ended(DONE);
    trace(folder.path(), &explorer, MULE, &with(&["--since", "2023-11-14"]))
        .ended(USAGE)
        .explains("name another folder");
    trace(folder.path(), &explorer, THIEF, &with(&["--since", "2023-11-15"]))
        .ended(USAGE)
        .explains("since 2023-11-14");
    trace(folder.path(), &explorer, THEFT, &with(&["--since", "2023-11-14"]))
        .ended(USAGE)
        .explains("--since is for a bare address");
    let asked = explorer.requests();
    // The folder itself says what it was drafted from.
    let url = format!("{}?chainid=1", explorer.url());
    said(command().current_dir(folder.path()).args(["trace", "c", "--explorer", &url, "--json"]))
        .ended(DONE);
    assert_eq!(explorer.requests(), asked);
    // Without its time nobody is asked at all.
    trace(folder.path(), &explorer, MULE, &[]).ended(USAGE).explains("--since is missing");
    assert_eq!(explorer.requests(), asked);
}

/// Copies of the API have fewer lists: what can be followed is, and the answer says what is not.
#[test]
fn lists_that_an_explorer_lacks_are_named_once() {
    let missing = &["tokennfttx", "token1155tx", "txlistinternal"];
    let behaviour = Behaviour { missing, ..Behaviour::default() };
    let explorer = FakeExplorer::accounts(table(&more_rows()).as_bytes(), behaviour);
    for (target, options) in [(THIEF, &["--since", "2023-11-14"][..]), (THEFT, &[])] {
        let folder = TempDir::new().unwrap();
        let answer = trace(folder.path(), &explorer, target, options).ended(DONE).json();
        assert_eq!(terminals(&answer).len(), 3, "{answer}");
        let limits = answer["limits"].to_string();
        for list in missing {
            assert_eq!(limits.matches(&format!("has no list {list}:")).count(), 1, "{limits}");
        }
    }
    let behaviour = Behaviour { missing: &["txlist"], ..Behaviour::default() };
    let explorer = FakeExplorer::accounts(table(&more_rows()).as_bytes(), behaviour);
    let folder = TempDir::new().unwrap();
    trace(folder.path(), &explorer, THIEF, &["--since", "2023-11-14"])
        .ended(BAD_DATA)
        .explains("there is no txlist");
}
