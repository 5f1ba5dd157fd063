//! A process that is killed at any moment.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use hawkshaw_records::{
    AlertFilter, AuditFilter, AuditLog, AuditSettings, EventKind, NewSubscription, PageRequest,
    RecordId, Records, RegistrationFilter, Scope, StateFolder, UnixMillis, read_audit, stored_head,
    verify_audit,
};
use hawkshaw_screening::{Action, Status};
use serde_json::{Map, json};

use crate::support::{answer, at, open, owner, transfer};

const MARK: &str = "said: ";

/// This program again, as a process of its own.
pub(crate) fn child(task: &str, state: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "crash::a_child", "--nocapture", "--test-threads=1"]);
    command.env("HAWKSHAW_TASK", task).env("HAWKSHAW_STATE", state);
    command
}

/// The whole lines that a child said.
pub(crate) fn said(stdout: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(stdout);
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole.lines().filter_map(|line| Some(line.split_once(MARK)?.1.to_owned())).collect()
}

fn say(text: &str) {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{MARK}{text}").unwrap();
    stdout.flush().unwrap();
}

#[test]
#[ignore = "a part of other tests"]
fn a_child() {
    let Some(state) = std::env::var_os("HAWKSHAW_STATE") else { return };
    let state = PathBuf::from(state);
    match std::env::var("HAWKSHAW_TASK").unwrap().as_str() {
        "open" => match StateFolder::open(&state) {
            Ok(_) => say("opened"),
            Err(error) => say(&error.to_string()),
        },
        "fill" => fill(&state),
        "work" => work(&state),
        other => panic!("{other} is no task"),
    }
}

/// Registers and writes until the disk is full, and looks whether all that was acknowledged is
/// there.
fn fill(state: &Path) {
    let folder = StateFolder::open(state).unwrap();
    let records = Records::open(&folder).unwrap();
    let audit = AuditLog::open(&folder, AuditSettings::default()).unwrap();
    let mut kept = BTreeSet::new();
    let mut refusals = 0;
    for number in 0..100_000 {
        let mut new = transfer("a", number);
        new.answer.json = "x".repeat(2000);
        let id = new.id;
        match records.register(vec![new], None).wait() {
            Ok(_) => assert!(kept.insert(id)),
            Err(error) => {
                say(&format!("records refused: {error}"));
                refusals += 1;
                if refusals > 3 {
                    break;
                }
            }
        }
    }
    let mut lines = 0u64;
    for _ in 0..100_000 {
        let fields = Map::from_iter([("x".to_owned(), json!("y".repeat(5000)))]);
        match audit.append("screen", &fields).wait() {
            Ok(_) => lines += 1,
            Err(error) => {
                say(&format!("audit refused: {error}"));
                break;
            }
        }
    }
    drop((records, audit, folder));
    let verified = verify_audit(state, &[]).unwrap();
    assert!(verified.is_whole(), "{verified:?}");
    assert!(verified.lines > lines);
    // Reading needs no room.
    let records = Records::open(&StateFolder::open(state).unwrap());
    match records {
        Ok(records) => {
            for id in &kept {
                records.registration(&Scope::Everything, *id).unwrap();
            }
            say("everything is there");
        }
        Err(error) => say(&format!("not opened again: {error}")),
    }
}

/// Registers, raises, delivers and writes until it is killed, saying what was acknowledged.
fn work(state: &Path) {
    let folder = StateFolder::open(state).unwrap();
    let records = Records::open(&folder).unwrap();
    let audit = AuditLog::open(&folder, AuditSettings { file_bytes: 20_000 }).unwrap();
    if records.subscriptions(&Scope::Everything).unwrap().is_empty() {
        let new = NewSubscription {
            owner: owner("a"),
            url: "https://a.example".to_owned(),
            description: None,
            events: EventKind::ALL.to_vec(),
        };
        records.subscribe(new, at(1)).wait().unwrap();
    }
    let received = File::options().create(true).append(true).open(received(state)).unwrap();
    say("began");
    std::thread::scope(|scope| {
        for thread in 0..3u64 {
            let records = &records;
            scope.spawn(move || {
                for number in 0.. {
                    let mut new = transfer("a", thread << 32 | number);
                    new.is_alert = number % 3 == 0;
                    new.answer = answer(Status::Hit, Action::Hold, "v1");
                    let id = new.id;
                    let made = records.register(vec![new], None).wait().unwrap();
                    say(&format!("registered {id}"));
                    if let Some(alert) = made[0].alert {
                        say(&format!("raised {alert}"));
                    }
                }
            });
        }
        let (records, audit) = (&records, &audit);
        scope.spawn(move || {
            loop {
                let now = UnixMillis::now();
                for claimed in records.claim(now, 5, 5).wait().unwrap() {
                    let text = format!("{} {}\n", claimed.id, claimed.attempt);
                    (&received).write_all(text.as_bytes()).unwrap();
                    records.delivered(claimed.id, 200, now).wait().unwrap();
                }
            }
        });
        for _ in 0..2 {
            scope.spawn(move || {
                loop {
                    let number = audit.append("screen", &Map::new()).wait().unwrap();
                    say(&format!("wrote {number}"));
                }
            });
        }
    });
}

fn received(state: &Path) -> PathBuf {
    state.join("received.txt")
}

/// Everything that the children said was acknowledged.
#[derive(Default)]
struct Acknowledged {
    registrations: BTreeSet<RecordId>,
    alerts: BTreeSet<RecordId>,
    lines: u64,
}

impl Acknowledged {
    fn note(&mut self, lines: &[String]) {
        for line in lines {
            match line.split_once(' ') {
                Some(("registered", id)) => {
                    self.registrations.insert(id.parse().unwrap());
                }
                Some(("raised", id)) => {
                    self.alerts.insert(id.parse().unwrap());
                }
                Some(("wrote", number)) => self.lines = self.lines.max(number.parse().unwrap()),
                _ => {}
            }
        }
    }
}

#[test]
fn nothing_acknowledged_is_lost_when_a_process_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let mut known = Acknowledged::default();
    for round in 0..12u64 {
        let mut process = child("work", folder.path()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = process.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut text = Vec::new();
            stdout.read_to_end(&mut text).unwrap();
            text
        });
        std::thread::sleep(Duration::from_millis(40 + round * 37 % 400));
        process.kill().unwrap();
        process.wait().unwrap();
        known.note(&said(&reader.join().unwrap()));
        check(folder.path(), &known, round);
    }
    assert!(known.registrations.len() > 100, "{} were registered", known.registrations.len());
    println!(
        "{} registrations, {} alerts, {} lines over 12 kills",
        known.registrations.len(),
        known.alerts.len(),
        known.lines
    );
}

fn check(state: &Path, known: &Acknowledged, round: u64) {
    if !state.join("audit").exists() {
        return;
    }
    // Whoever opens it again mends what was torn, and says so.
    let opened = StateFolder::open(state).unwrap();
    drop(AuditLog::open(&opened, AuditSettings::default()).unwrap());
    drop(opened);
    let head = stored_head(state).unwrap().unwrap();
    let verified = verify_audit(state, &[head.digest]).unwrap();
    assert!(verified.is_whole(), "round {round}: {verified:?}");
    let mut last = 0;
    read_audit(state, &AuditFilter::default(), |line, _| {
        last = line.number;
        true
    })
    .unwrap();
    assert!(last >= known.lines, "round {round}: {last} of {} lines", known.lines);
    let records = open(state);
    records.check().unwrap();
    for id in &known.registrations {
        records.registration(&Scope::Everything, *id).unwrap();
    }
    for id in &known.alerts {
        records.alert(&Scope::Everything, *id, at(2_000_000_000)).unwrap();
    }
    is_consistent(&records);
    deliveries_say_what_they_are(state);
}

/// An alert without its registration, or an event without its alert, would be half of something.
fn is_consistent(records: &Records) {
    let (mut alerts, mut page) = (0, PageRequest { limit: 1000, ..PageRequest::default() });
    loop {
        let filter = AlertFilter::default();
        let found = records.alerts(&Scope::Everything, &filter, page, at(2_000_000_000)).unwrap();
        alerts += found.items.len();
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    let (mut deliveries, mut page) = (0, PageRequest { limit: 1000, ..PageRequest::default() });
    loop {
        let found = records.deliveries(&Scope::Everything, None, page).unwrap();
        deliveries += found.items.len();
        page.after = found.next;
        if page.after.is_none() {
            break;
        }
    }
    assert_eq!(alerts, deliveries, "each alert has its event");
    let filter = RegistrationFilter::default();
    records.registrations(&Scope::Everything, &filter, PageRequest::default()).unwrap();
}

/// What was received twice said so.
fn deliveries_say_what_they_are(state: &Path) {
    let text = fs::read_to_string(received(state)).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let mut attempts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (id, attempt) in whole.lines().filter_map(|line| line.split_once(' ')) {
        let is_new = attempts.entry(id).or_default().insert(attempt);
        assert!(is_new, "{id} came twice as attempt {attempt}");
    }
}
