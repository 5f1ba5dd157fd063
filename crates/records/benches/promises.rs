//! How fast promises are made and kept: audit lines, registrations, and the search through
//! registered transfers for what a change of lists touches.
//!
//! `cargo bench -p hawkshaw-records -- [TRANSFERS]`; 10,000,000 unless another number is given.
#![allow(clippy::print_stdout, reason = "a measurement says what it measured")]
#![allow(clippy::unwrap_used, reason = "a measurement that fails panics")]

use std::path::Path;
use std::time::{Duration, Instant};

use hawkshaw_model::Timestamp;
use hawkshaw_records::{
    AuditLog, AuditSettings, Changed, GivenAnswer, KeyId, NewRegistration, RecordId, Records,
    RegistrationKind, Rescreen, StateFolder, Verdict, verify_audit,
};
use hawkshaw_screening::{Action, AddressKey, Direction, Query, Status};
use serde_json::{Map, json};

/// Transfers of one address.
const EACH: u64 = 2;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse::<u64>().ok());
    let transfers = numbers.next_back().unwrap_or(10_000_000);
    let folder = tempfile::Builder::new().prefix("hawkshaw-bench").tempdir_in(".").unwrap();
    audit(&folder.path().join("audit-state"));
    let records = open(&folder.path().join("state"));
    records.answers_change("v1", &Changed::Keys(Vec::new())).unwrap();
    single(&records);
    fill(&records, transfers);
    for (version, changed) in [("v2", 1_000), ("v3", 100_000)] {
        search(&records, version, changed, transfers / EACH);
    }
}

fn open(path: &Path) -> Records {
    Records::open(&StateFolder::open(path).unwrap()).unwrap()
}

fn rate(count: u64, took: Duration) -> u128 {
    u128::from(count) * 1_000_000_000 / took.as_nanos().max(1)
}

fn audit(path: &Path) {
    const LINES: u64 = 400_000;
    let log = AuditLog::open(&StateFolder::open(path).unwrap(), AuditSettings::default()).unwrap();
    let fields = |number: u64| {
        Map::from_iter([
            ("key".to_owned(), json!("abcdefghjkmn")),
            ("request".to_owned(), json!(format!("{number:016x}"))),
            ("route".to_owned(), json!("/v1/screen/address")),
            ("asked".to_owned(), json!(format!("0x{number:040x}"))),
            ("status".to_owned(), json!("not_found")),
            ("action".to_owned(), json!("allow")),
        ])
    };
    let began = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let log = &log;
            scope.spawn(move || {
                let mut waiting = std::collections::VecDeque::new();
                for number in 0..LINES / 2 {
                    waiting.push_back(log.append("screen", &fields(thread << 32 | number)));
                    // As many as requests that are under way at once.
                    if waiting.len() > 256 {
                        waiting.pop_front().unwrap().wait().unwrap();
                    }
                }
                waiting.into_iter().for_each(|promise| {
                    promise.wait().unwrap();
                });
            });
        }
    });
    let took = began.elapsed();
    println!("audit: {LINES} lines in {took:?}, {} a second", rate(LINES, took));
    let mut waits: Vec<Duration> = (0..2000)
        .map(|number| {
            let began = Instant::now();
            log.append("screen", &fields(number)).wait().unwrap();
            began.elapsed()
        })
        .collect();
    waits.sort_unstable();
    println!("audit: one line at a time p50 {:?}, p99 {:?}", waits[1000], waits[1980]);
    log.close().unwrap();
    let began = Instant::now();
    let verified = verify_audit(path, &[]).unwrap();
    assert!(verified.is_whole());
    let took = began.elapsed();
    println!("audit: {} lines verified in {took:?}", verified.lines);
}

fn address(number: u64) -> (String, AddressKey) {
    // Spread like real addresses, so that the index is met everywhere.
    let digest = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let text = format!("0x{digest:016x}{:024x}", digest.rotate_left(32));
    let account = format!("eip155:1:{text}").parse().unwrap();
    (text, AddressKey::of(&account))
}

fn answer(status: Status, action: Action, version: &str) -> GivenAnswer {
    let verdict = Verdict {
        status,
        action,
        rule: None,
        listings: Vec::new(),
        data_version: version.to_owned(),
    };
    let json = json!({
        "schema": "hawkshaw.screen/1", "chain": "eip155:1", "status": status, "action": action,
        "rule": null, "reasons": [{ "text": "nothing is known of the address" }], "shadow": [],
        "matches": [], "exposure": { "received": [], "sent": [] }, "as_of": null,
        "data_version": version, "notes": [],
    });
    GivenAnswer { verdict, json: json.to_string() }
}

fn transfer(number: u64) -> NewRegistration {
    let (address, key) = address(number / EACH);
    NewRegistration {
        id: RecordId::new().unwrap(),
        owner: "abcdefghjkmn".parse::<KeyId>().unwrap(),
        kind: RegistrationKind::Transfer,
        time: Timestamp::from_unix(1_700_000_000).unwrap(),
        query: Query {
            address,
            chain: Some("eip155:1".parse().unwrap()),
            direction: Some(Direction::Received),
            asset: Some("eip155:1/slip44:60".parse().unwrap()),
            amount: Some("1500000000000000000".parse().unwrap()),
            ..Query::default()
        },
        key: Some(key),
        user: None,
        reference: Some(format!("0x{number:064x}:0")),
        extra: None,
        answer: answer(Status::NotFound, Action::Allow, "v1"),
        is_alert: false,
    }
}

/// Single registrations, as many at once as requests would be.
fn single(records: &Records) {
    const COUNT: u64 = 20_000;
    let began = Instant::now();
    std::thread::scope(|scope| {
        for thread in 0..2u64 {
            scope.spawn(move || {
                let mut waiting = std::collections::VecDeque::new();
                for number in 0..COUNT / 2 {
                    let mut new = transfer(1 << 40 | thread << 32 | number);
                    new.owner = "single".parse().unwrap();
                    waiting.push_back(records.register(vec![new], None));
                    if waiting.len() > 256 {
                        waiting.pop_front().unwrap().wait().unwrap();
                    }
                }
                waiting.into_iter().for_each(|promise| {
                    promise.wait().unwrap();
                });
            });
        }
    });
    let took = began.elapsed();
    println!("registered one by one: {COUNT} in {took:?}, {} a second", rate(COUNT, took));
}

fn fill(records: &Records, transfers: u64) {
    let began = Instant::now();
    let mut number = 0;
    while number < transfers {
        let end = (number + 10_000).min(transfers);
        records.register((number..end).map(transfer).collect(), None).wait().unwrap();
        number = end;
    }
    let took = began.elapsed();
    let size = std::fs::metadata(records.path()).unwrap().len();
    println!(
        "registered 10,000 at a time: {transfers} in {took:?}, {} a second, {} bytes each",
        rate(transfers, took),
        size / transfers.max(1)
    );
}

/// Every second of the changed addresses is listed now.
struct Lists(&'static str);

impl Rescreen for Lists {
    fn answer(&self, query: &Query) -> Result<GivenAnswer, String> {
        let is_listed = query.address.as_bytes().get(3).is_some_and(|byte| byte % 2 == 0);
        Ok(match is_listed {
            true => answer(Status::Hit, Action::Reject, self.0),
            false => answer(Status::NotFound, Action::Allow, self.0),
        })
    }
}

fn search(records: &Records, version: &'static str, changed: u64, addresses: u64) {
    // Half of the changed addresses are registered.
    let spread = (addresses / (changed / 2).max(1)).max(1);
    let registered = (0..changed / 2).map(|n| address(n * spread).1);
    let others = (0..changed / 2).map(|n| address(1 << 50 | n).1);
    let keys: Vec<AddressKey> = registered.chain(others).collect();
    let began = Instant::now();
    let marked = records.answers_change(version, &Changed::Keys(keys)).unwrap().unwrap();
    let found = began.elapsed();
    let (mut screened, mut alerts, mut from) = (0, 0, None);
    loop {
        let now = Timestamp::from_unix(1_700_000_100).unwrap();
        let step = records.recheck(&Lists(version), from, now).unwrap();
        screened += step.screened;
        alerts += step.alerts;
        from = step.next;
        if from.is_none() {
            break;
        }
    }
    println!(
        "search: {changed} changed addresses, {marked} of them registered, found in {found:?}; \
         {screened} transfers screened again, {alerts} alerts, in all {:?}",
        began.elapsed()
    );
}
