//! `hawkshaw serve` as a whole.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    BAD_DATA, DONE, EXCHANGE, MULE, SmallCase, UNAVAILABLE, USAGE, command, hawkshaw, said,
    tag_pack,
};

/// A folder with tags and a state folder.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        std::fs::write(folder.tags(), tag_pack("Exchange")).unwrap();
        folder
    }

    fn tags(&self) -> PathBuf {
        self.0.path().join("tags.yaml")
    }

    fn state(&self) -> PathBuf {
        self.0.path().join("state")
    }

    fn serve(&self, more: &[&str]) -> Service {
        let mut command = command();
        command.arg("serve").args(["--listen", "127.0.0.1:0"]);
        command.arg("--state").arg(self.state()).arg("--tags").arg(self.tags()).args(more);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let address = line(&mut output, "listening on http://");
        line(&mut output, "ready, data version ");
        Service { child, output, address }
    }
}

fn line(output: &mut BufReader<ChildStdout>, begins: &str) -> String {
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    line.trim().strip_prefix(begins).unwrap_or_else(|| panic!("`{begins}` in {line:?}")).to_owned()
}

struct Service {
    child: Child,
    output: BufReader<ChildStdout>,
    address: String,
}

impl Service {
    fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = std::process::Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for the end: the exit code, and what it said on standard error.
    fn ended(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        let (mut said, mut rest) = (String::new(), String::new());
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        self.output.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "standard output holds two lines");
        (status.code(), said)
    }

    fn get(&self, target: &str) -> (u16, Value) {
        ask(&self.address, "GET", target, "").unwrap()
    }

    fn post(&self, target: &str, body: &Value) -> (u16, Value) {
        ask(&self.address, "POST", target, &body.to_string()).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request over a connection of its own; `None` where it was not answered.
fn ask(address: &str, method: &str, target: &str, body: &str) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(address).ok()?;
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: \
         application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut said = String::new();
    stream.read_to_string(&mut said).ok()?;
    let status = said.split(' ').nth(1)?.parse().ok()?;
    let (_, body) = said.split_once("\r\n\r\n")?;
    Some((status, serde_json::from_str(body).ok()?))
}

fn transfer(reference: &str) -> Value {
    json!({
        "direction": "received", "address": MULE, "asset": "eip155:1/slip44:60", "amount": "1",
        "reference": reference,
    })
}

/// The service answers from the same as `screen`: also from the theft of a case in a store.
#[test]
fn a_case_and_a_store_are_answered_from() {
    let case = SmallCase::new();
    let store = case.path().join("store");
    let table = case.path().join("transfers.csv");
    said(command().args(["ledger", "import"]).arg(table).arg("--store").arg(&store)).ended(DONE);
    let folder = Folder::new();
    let (store, named) = (path(&store), path(case.path()));
    let service = folder.serve(&["--store", &store, "--case", &named]);
    let (status, answer) = service.get(&format!("/v1/screen/address/{MULE}"));
    assert_eq!((status, &answer["status"]), (200, &json!("hit")), "{answer}");
    assert_eq!(answer["matches"][0]["amounts"]["haircut"], "40");
    drop(service);
    let check = ["serve", "--check", "--store", &store, "--case", "nowhere"];
    hawkshaw(check).ended(USAGE).explains("nowhere");
}

#[test]
fn it_answers_reloads_and_ends_when_told() {
    let folder = Folder::new();
    let service = folder.serve(&[]);
    let target = format!("/v1/screen/address/{EXCHANGE}");
    let (status, answer) = service.get(&target);
    assert_eq!((status, &answer["status"]), (200, &json!("hit")), "{answer}");
    assert_eq!(service.get(&format!("/v1/screen/address/{MULE}")).1["status"], "not_found");

    let more = tag_pack("Exchange").replace(EXCHANGE, MULE);
    std::fs::write(folder.tags(), more).unwrap();
    let began = Instant::now();
    while service.get(&format!("/v1/screen/address/{MULE}")).1["status"] != "hit" {
        assert!(began.elapsed() < Duration::from_secs(60), "the change is not live");
        std::thread::sleep(Duration::from_millis(20));
    }
    // What cannot be read changes nothing.
    std::fs::write(folder.tags(), "title: [").unwrap();
    service.signal("-HUP");
    std::thread::sleep(Duration::from_millis(400));
    assert_eq!(service.get(&format!("/v1/screen/address/{MULE}")).1["status"], "hit");

    service.signal("-TERM");
    let (code, said) = service.ended();
    assert_eq!(code, Some(DONE), "{said}");
    assert!(said.contains("no keys") && said.contains("stopped"), "{said}");
    assert!(!said.to_lowercase().contains(MULE), "no address stands in the log: {said}");
}

#[test]
fn no_accepted_registration_is_lost_when_it_is_killed() {
    let folder = Folder::new();
    let mut accepted: BTreeSet<String> = BTreeSet::new();
    for round in 0..3 {
        let service = folder.serve(&[]);
        let (done, made) = (AtomicBool::new(false), Mutex::new(BTreeSet::new()));
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (done, made, address) = (&done, &made, &service.address);
                scope.spawn(move || {
                    for n in 0.. {
                        let body = transfer(&format!("{round}-{thread}-{n}")).to_string();
                        match ask(address, "POST", "/v1/transfers", &body) {
                            Some((201, said)) => {
                                let id = said["id"].as_str().unwrap().to_owned();
                                made.lock().unwrap().insert(id);
                            }
                            Some(other) => panic!("{other:?}"),
                            None => assert!(done.load(Ordering::SeqCst), "refused while it lives"),
                        }
                        if done.load(Ordering::SeqCst) {
                            break;
                        }
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(700));
            done.store(true, Ordering::SeqCst);
            service.signal("-KILL");
        });
        drop(service);
        accepted.extend(made.into_inner().unwrap());
    }
    assert!(accepted.len() > 20, "{}", accepted.len());
    let service = folder.serve(&[]);
    for id in &accepted {
        let (status, said) = service.get(&format!("/v1/transfers/{id}"));
        assert_eq!((status, said["id"].as_str()), (200, Some(id.as_str())));
    }
    drop(service);
    let audit = hawkshaw_records::verify_audit(&folder.state(), &[]).unwrap();
    assert!(audit.first_break.is_none(), "{audit:?}");
    let log: String = std::fs::read_dir(folder.state().join("audit"))
        .unwrap()
        .filter_map(|entry| std::fs::read_to_string(entry.unwrap().path()).ok())
        .collect();
    for id in &accepted {
        assert!(log.contains(id), "{id} has no line");
    }
}

#[test]
fn what_cannot_be_served_is_refused_before_it_listens() {
    let folder = Folder::new();
    let (state, tags) = (folder.state(), folder.tags());
    let run = |arguments: &[&str]| {
        said(
            command()
                .arg("serve")
                .arg("--state")
                .arg(&state)
                .arg("--tags")
                .arg(&tags)
                .args(arguments),
        )
    };
    run(&["--check"]).ended(DONE).answers("configuration is sound");
    run(&["--listen", "0.0.0.0:0"]).ended(USAGE).explains("hawkshaw keys create");
    run(&["--listen", "localhost"]).ended(USAGE);
    run(&["--tls-certificate", "x.pem"]).ended(USAGE).explains("--tls-key");
    run(&["--tls-certificate", "x.pem", "--tls-key", "y.pem"]).ended(UNAVAILABLE).explains("x.pem");
    run(&["--rules", "nowhere.toml"]).ended(UNAVAILABLE).explains("nowhere.toml");
    let config = folder.0.path().join("hawkshaw.toml");
    let with = |text: &str| {
        std::fs::write(&config, text).unwrap();
        run(&["--check", "--config", &path(&config)])
    };
    with("[limits]\nbody_bytes = 2048\n").ended(DONE).answers("body_bytes 2048");
    with("[limits]\nzebras = 2048\n").ended(BAD_DATA).explains("zebras");
    let mut limited = command();
    limited.env("HAWKSHAW_LIMITS_HEADERS", "9").arg("serve").arg("--check");
    limited.arg("--state").arg(&state).arg("--tags").arg(&tags);
    said(&mut limited).ended(DONE).answers("headers 9");
    limited.env("HAWKSHAW_LIMITS_HEADERS", "nine");
    said(&mut limited).ended(USAGE).explains("HAWKSHAW_LIMITS_HEADERS");
    hawkshaw(["serve", "--check", "--state", &path(&state)]).ended(USAGE).explains("--tags");
}

#[test]
fn one_service_has_a_state_folder_at_a_time() {
    let folder = Folder::new();
    let service = folder.serve(&[]);
    let mut second = command();
    second.arg("serve").args(["--listen", "127.0.0.1:0"]).arg("--state").arg(folder.state());
    second.arg("--tags").arg(folder.tags());
    said(&mut second).ended(UNAVAILABLE).explains("in use by another process");
    assert_eq!(service.post("/v1/transfers", &transfer("a")).0, 201);
}

fn path(path: &Path) -> String {
    path.display().to_string()
}
