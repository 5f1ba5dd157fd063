//! Mixers: who probably took out what a thief put in.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{BAD_DATA, DONE, Said, UNAVAILABLE, USAGE, hawkshaw};

const HOUR: i64 = 3_600;
const START: i64 = 1_600_000_000;

/// Files of a made-up pool: strangers put in and take out once every few hours; in the middle a
/// thief puts in thirty notes within two hours and takes them out by five addresses.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        let files = Self { folder: TempDir::new().unwrap() };
        let (mut put, mut taken) = (Vec::new(), Vec::new());
        for n in 0..600 {
            put.push(START + n * 2 * HOUR);
            // A stranger takes one or two notes, by a relayer.
            let fee = format!("{}", 401_234_500_000_000_000_i64 + n * 1_700_500_000_000);
            for note in 0..=(n % 3) / 2 {
                taken.push((START + n * 2 * HOUR + 700 + note * 5_000, 1_000 + n, fee.clone()));
            }
        }
        let theft = START + 600 * HOUR;
        put.extend((0..30).map(|n| theft + n * 240));
        for n in 0..30 {
            taken.push((theft + 2 * HOUR + n * 300, 1 + n / 6, "0".to_owned()));
        }
        put.sort_unstable();
        files.write("deposits_eth_100.json", &deposits(&put));
        files.write("withdrawals_eth_100.json", &withdrawals(&taken));
        files.write(
            "depositors.csv",
            &format!(
                "depositor,deposit_count,deposit_first_utc,deposit_last_utc\n0x{:040x},30,{theft},{}\n",
                0xdead,
                theft + 30 * 240
            ),
        );
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn ask(&self, options: &[&str]) -> Said {
        let deposits = self.path("deposits_eth_100.json");
        let withdrawals = self.path("withdrawals_eth_100.json");
        let mut arguments = vec![
            "mixer".to_owned(),
            "tornado".to_owned(),
            format!("--deposits={}", deposits.display()),
            format!("--withdrawals={}", withdrawals.display()),
        ];
        for option in options {
            arguments.push(match *option {
                "--depositors" => {
                    format!("--depositors={}", self.path("depositors.csv").display())
                }
                other => other.to_owned(),
            });
        }
        hawkshaw(arguments)
    }
}

/// A block every 12 seconds.
fn block(time: i64) -> i64 {
    (time - START) / 12 + 1_000
}

fn deposits(times: &[i64]) -> String {
    let mut text = String::new();
    for (leaf, time) in times.iter().enumerate() {
        let separator = if leaf == 0 { '[' } else { ',' };
        let _ = write!(
            text,
            r#"{separator}{{"timestamp":"{time}","blockNumber":{},"leafIndex":{leaf}}}"#,
            block(*time)
        );
    }
    text + "]"
}

fn withdrawals(rows: &[(i64, i64, String)]) -> String {
    let mut text = String::new();
    for (at, (time, who, fee)) in rows.iter().enumerate() {
        let separator = if at == 0 { '[' } else { ',' };
        let _ = write!(
            text,
            r#"{separator}{{"to":"0x{who:040x}","fee":"{fee}","blockNumber":{},"nullifierHash":"0x{at:064x}"}}"#,
            block(*time)
        );
    }
    text + "]"
}

fn claimed(answer: &Value) -> Vec<&str> {
    let recipients = answer["recipients"].as_array().unwrap().iter();
    let claimed = recipients.filter(|own| own["claimed"] == true);
    let mut claimed: Vec<&str> = claimed.map(|own| own["recipient"].as_str().unwrap()).collect();
    claimed.sort_unstable();
    claimed
}

fn thief() -> Vec<String> {
    (1..=5).map(|n| format!("0x{n:040x}")).collect()
}

#[test]
fn known_batches_lead_to_the_recipients() {
    let files = Files::new();
    let answer = files.ask(&["--depositors", "--json"]).ended(DONE).json();
    assert_eq!(answer["schema"], "hawkshaw.mixer/1");
    assert_eq!(answer["settings"]["mode"], "batches");
    assert_eq!(answer["settings"]["pool"]["assumed"], "eth_100");
    assert_eq!(claimed(&answer), thief());
    let first = &answer["recipients"][0];
    assert_eq!(first["withdrawals"], 6);
    assert_eq!(first["batch"], "0x000000000000000000000000000000000000dead");
    assert!(first["score"].as_f64().unwrap() > 0.9);
    assert!(first["candidates"].as_u64().unwrap() > 5);
    let rules = first["rules"].as_array().unwrap();
    assert!(rules.iter().any(|rule| rule == "batch-volume"), "{rules:?}");
    assert!(answer["settings"]["error"]["expected_precision"].as_f64().unwrap() > 0.9);
}

#[test]
fn a_window_alone_leads_to_them_too() {
    let files = Files::new();
    let answer = files.ask(&["--from=1601000000", "--to=1603000000", "--json"]).ended(DONE).json();
    assert_eq!(answer["settings"]["mode"], "window");
    assert_eq!(claimed(&answer), thief());
    assert_eq!(answer["recipients"][0]["batch"], Value::Null);
}

#[test]
fn people_get_a_table_with_what_it_does_not_say() {
    let files = Files::new();
    files
        .ask(&["--depositors"])
        .ended(DONE)
        .answers("Claimed: 5 recipients")
        .answers("0x0000000000000000000000000000000000000001")
        .answers("Stated error: of 5 claims")
        .answers("Nothing here is an edge of a trace")
        .answers("interpolated");
}

#[test]
fn the_same_events_give_the_same_bytes() {
    let files = Files::new();
    let one = files.ask(&["--depositors", "--json"]).ended(DONE).stdout;
    let rows: Vec<Value> = serde_json::from_str(
        &std::fs::read_to_string(files.path("withdrawals_eth_100.json")).unwrap(),
    )
    .unwrap();
    let turned: Vec<Value> = rows.into_iter().rev().collect();
    files.write("withdrawals_eth_100.json", &Value::from(turned).to_string());
    assert_eq!(files.ask(&["--depositors", "--json"]).ended(DONE).stdout, one);
}

#[test]
fn mistakes_are_explained() {
    let files = Files::new();
    files.ask(&["--from=2022-01-01", "--to=2021-01-01"]).ended(USAGE).explains("is after --to");
    files.ask(&["--from=2030-01-01"]).ended(USAGE).explains("no event in this window");
    files.ask(&["--depositors", "--to=2020-09-14"]).ended(USAGE).explains("no known batch");
    let one = format!("--deposits={}", files.path("deposits_eth_100.json").display());
    files.ask(&[&one]).ended(USAGE).explains("2 files of deposits and 1 of withdrawals");
    files.write("depositors.csv", "depositor,deposit_count\n");
    files.ask(&["--depositors"]).ended(BAD_DATA).explains("no column deposit_first_utc");
    files.write("deposits_eth_100.json", "[{\"blockNumber\":1");
    files.ask(&[]).ended(BAD_DATA).explains("no JSON array of events");
    std::fs::remove_file(files.path("deposits_eth_100.json")).unwrap();
    files.ask(&[]).ended(UNAVAILABLE).explains("cannot read");
}
