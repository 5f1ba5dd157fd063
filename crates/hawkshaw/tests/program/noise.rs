//! Noise rules and services without tags: counted, switched, shown, verified.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::path::Path;

use serde_json::Value;

use crate::ledger::Desk;
use crate::support::{
    BAD_DATA, DONE, EXCHANGE, MULE, SmallCase, THIEF, USAGE, command, row, said, table,
};

const VICTIM: &str = "0x00000000000000000000000000000000000b0b00";
const SPAMMER: &str = "0x00000000000000000000000000000000005bad01";
const FAKE: &str = "eip155:1/erc20:0x00000000000000000000000000000000000fa4e0";

/// The small case in thousandths of ether, with a stranger's dust and his counterfeit.
fn noisy() -> SmallCase {
    let ether = |milli: u64| format!("{milli}000000000000000");
    let counterfeit = row(5, SPAMMER, THIEF, "5000000")
        .replace("native,eip155:1/slip44:60", &format!("token,{FAKE}"));
    let case = SmallCase::with_table(table(&[
        row(1, VICTIM, THIEF, &ether(1_000_000)),
        row(2, THIEF, EXCHANGE, &ether(600_000)),
        row(3, SPAMMER, THIEF, &ether(1)),
        row(4, THIEF, MULE, &ether(300_000)),
        counterfeit,
    ]));
    // A letter that only looks like a T, and a name that would act on a screen.
    let hostile = "\u{202e}\u{1b}[2J".to_owned() + &"\u{200b}".repeat(100_000);
    let names = format!("asset,symbol,name,decimals\n{FAKE},USD\u{422},\"{hostile}\",6\n");
    case.write("assets.csv", names);
    case
}

#[test]
fn rules_are_counted_and_switched_one_by_one() {
    let case = noisy();
    let all = case.trace(&["--json"]).ended(DONE).json();
    assert_eq!(all["noise"]["dust"], 1, "{:?}", all["noise"]);
    assert_eq!(all["noise"]["counterfeit"], 1);
    assert_eq!(all["manifest"]["parameters"]["keep_noise"], false);
    assert_eq!(all["defects"]["assets: name-cut-or-not-utf-8"], 1);
    let dust = case.trace(&["--json", "--keep-noise=dust"]).ended(DONE).json();
    assert_eq!(dust["noise"].get("dust"), None);
    assert_eq!(dust["noise"]["counterfeit"], 1);
    assert_eq!(dust["manifest"]["parameters"]["keep_noise"], serde_json::json!(["dust"]));
    let both = case.trace(&["--json", "--keep-noise=dust,counterfeit"]).ended(DONE).json();
    let kept = case.trace(&["--json", "--keep-noise"]).ended(DONE).json();
    assert_eq!(kept["noise"], serde_json::json!({}));
    for other in [&dust, &both, &kept] {
        assert_eq!(all["balance"], other["balance"]);
        assert_eq!(all["terminals"], other["terminals"]);
    }
    case.trace(&["--keep-noise=dirt"]).ended(USAGE).explains("spoofed-log");
    std::fs::remove_file(case.path().join("assets.csv")).unwrap();
    let unnamed = case.trace(&["--json"]).ended(DONE).json();
    assert_eq!(unnamed["noise"].get("counterfeit"), None);
}

#[test]
fn what_was_kept_is_verified_again() {
    let case = noisy();
    let report = case.path().join("report");
    let mut trace = command();
    trace.arg("trace").arg(case.path()).arg("--keep-noise=dust").arg("--out").arg(&report);
    said(&mut trace).ended(DONE);
    said(command().arg("verify").arg(&report)).ended(DONE).answers("Every byte agrees");
    let text = std::fs::read_to_string(report.join("trace.json")).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    let inputs = json["manifest"]["inputs"].as_array().unwrap();
    let names = inputs.iter().find(|input| input["role"] == "assets").unwrap();
    assert_eq!(names["name"], "assets.csv");
    let other = text.replacen("\"dust\"", "\"airdrop\"", 1);
    std::fs::write(report.join("trace.json"), other).unwrap();
    said(command().arg("verify").arg(&report)).ended(BAD_DATA).answers("DIFFERS");
}

#[test]
fn names_that_cannot_be_read_are_bad_data() {
    let case = noisy();
    case.write("assets.csv", "asset,symbol\nUSDT,x\n");
    case.trace(&["--json"]).ended(BAD_DATA).explains("assets.csv line 2, column `asset`");
}

#[test]
fn an_address_that_sweeps_into_a_service_is_its() {
    let ether = |milli: u64| format!("{milli}000000000000000");
    let user = "0x0000000000000000000000000000000000005e50";
    let text = table(&[
        row(1, VICTIM, THIEF, &ether(1_000)),
        row(2, THIEF, MULE, &ether(600)),
        row(3, MULE, EXCHANGE, &ether(600)),
    ]);
    // The theft is in block 1 of the small case: what came before is in block 0.
    let past = [
        row(0, user, MULE, &ether(500))
            .replace(&format!("0x{:064x}", 0), &format!("0x{:064x}", 91)),
        row(0, MULE, EXCHANGE, &ether(495))
            .replace(&format!("0x{:064x}", 0), &format!("0x{:064x}", 92))
            .replace("1700000000,0,0,", "1700000000,1,0,"),
    ];
    let place = |trace: &Value| {
        let terminals = trace["terminals"].as_array().unwrap();
        let exchange = terminals.iter().find(|row| row["kind"] == "exchange").unwrap();
        exchange["address"].as_str().unwrap_or_default().to_owned()
    };
    let rule = |trace: &Value| {
        let findings = trace["findings"].as_array().unwrap();
        let is_it = |rule: &Value| rule.as_str().unwrap().ends_with("deposit-address");
        findings.iter().find(|found| is_it(&found["rule"])).cloned()
    };
    let case = SmallCase::with_table(&text);
    let hop = case.trace(&["--json"]).ended(DONE).json();
    assert!(place(&hop).ends_with(&EXCHANGE[2..]), "{hop}");
    assert_eq!(rule(&hop).unwrap()["rule"], "possible-deposit-address");
    let with_past = text.replacen('\n', &format!("\n{}\n", past.join("\n")), 1);
    let case = SmallCase::with_table(with_past);
    let deposit = case.trace(&["--json"]).ended(DONE).json();
    assert!(place(&deposit).ends_with(&MULE[2..]), "{deposit}");
    let found = rule(&deposit).unwrap();
    assert_eq!(found["rule"], "deposit-address");
    assert!(found["text"].as_str().unwrap().starts_with("stopped here"), "{found}");
    assert!(found["account"].as_str().unwrap().ends_with(&MULE[2..]));
    let tagged = case.trace(&["--json", "--stops", "tagged"]).ended(DONE).json();
    assert!(place(&tagged).ends_with(&EXCHANGE[2..]));
    assert_eq!(rule(&tagged), None);
}

#[test]
fn a_history_says_what_is_noise_and_leaves_it_out() {
    let case = noisy();
    let desk = Desk::new();
    desk.write("transfers.csv", std::fs::read(case.path().join("transfers.csv")).unwrap());
    desk.write("names.csv", std::fs::read(case.path().join("assets.csv")).unwrap());
    desk.import(&["transfers.csv"]).ended(DONE);
    let noise = |arguments: &[&str]| {
        let all = [&["history", THIEF, "--json"], arguments].concat();
        let json = desk.ask(&all).ended(DONE).json();
        let of = |one: &Value| one["noise"].as_str().unwrap_or("-").to_owned();
        let told: Vec<String> = json["movements"].as_array().unwrap().iter().map(of).collect();
        (told, json["hidden_noise"].clone())
    };
    let none = serde_json::json!({});
    assert_eq!(noise(&[]).0, ["-", "-", "dust", "-", "-"]);
    let named = ["--names", "names.csv"];
    assert_eq!(
        noise(&named),
        (["-", "-", "dust", "-", "counterfeit"].map(Into::into).into(), none)
    );
    let hidden = noise(&[&named[..], &["--hide-noise"]].concat());
    assert_eq!(hidden.0, ["-", "-", "-"]);
    assert_eq!(hidden.1, serde_json::json!({ "dust": 1, "counterfeit": 1 }));
    assert_eq!(noise(&["--keep-noise"]).0, ["-"; 5]);
    let text = desk.ask(&["history", THIEF, "--hide-noise"]).ended(DONE);
    text.answers("1 movement is left out as noise: 1 dust");
    let csv = desk.ask(&["history", THIEF, "--csv"]).ended(DONE);
    assert!(csv.stdout.lines().next().unwrap().ends_with(",units,noise"));
    assert_eq!(csv.stdout.lines().filter(|line| line.ends_with(",dust")).count(), 1);
}

/// The movements of the Ronin addresses: all that they paid and the thirteen real payments to
/// them are shown, and 355 of strangers are not.
#[test]
fn the_ronin_addresses_without_their_dust() {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/dspytdao_lazarus");
    let Ok(text) = std::fs::read_to_string(folder.join("LazarusTabularTxs1322519.csv")) else {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    };
    let mut lines: Vec<&str> = text.lines().skip(1).collect();
    lines.sort_unstable();
    let rows: Vec<String> =
        lines.iter().enumerate().map(|(at, line)| ronin_row(at, line)).collect();
    let desk = Desk::new();
    desk.write("transfers.csv", table(&rows));
    desk.import(&["transfers.csv"]).ended(DONE);
    let listed = std::fs::read_to_string(folder.join("LazarusGroup.txt")).unwrap();
    let mut addresses: Vec<String> = listed
        .lines()
        .map(|line| line.trim_matches(|c| " ,'\r".contains(c)).replace("\\x", "0x").to_lowercase())
        .filter(|line| line.starts_with("0x"))
        .collect();
    addresses.sort_unstable();
    addresses.dedup();
    let (mut shown, mut paid, mut hidden) = (0, 0, 0);
    for address in &addresses {
        let asked = ["history", address, "--json", "--limit", "0", "--hide-noise"];
        let json = desk.ask(&asked).ended(DONE).json();
        let movements = json["movements"].as_array().unwrap();
        shown += movements.len();
        paid += movements.iter().filter(|one| one["side"] == "out").count();
        hidden += json["hidden_noise"]
            .as_object()
            .unwrap()
            .values()
            .filter_map(Value::as_u64)
            .sum::<u64>();
    }
    assert_eq!((shown, paid, hidden), (75 + 13, 75, 355));
}

/// A line of the file as a canonical row; it has no hashes and heights.
fn ronin_row(at: usize, line: &str) -> String {
    let fields: Vec<&str> = line.trim().split(',').collect();
    let address = |field: &str| field.replace("\\x", "0x");
    let ether: f64 = fields[3].parse().unwrap();
    let time = fields[0].parse::<hawkshaw_model::Timestamp>().unwrap().to_unix();
    // To the gwei, which is nearer than the file's own figures need be for this.
    let wei = format!("{:.9}", ether).replace('.', "");
    let wei = format!("{}000000000", wei.trim_start_matches('0'));
    let wei = if ether == 0.0 { "0".to_owned() } else { wei };
    let (number, from, to) = (at + 1, address(fields[1]), address(fields[2]));
    format!(
        "eip155:1,{number},{time},0,0,0x{number:064x},native,eip155:1/slip44:60,{from},{to},{wei}"
    )
}
