//! A store that follows anvil and Hardhat.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::anvil::Node;
use crate::support::{BAD_DATA, DONE, Said, THIEF, UNAVAILABLE, USAGE, command, said};

/// Blocks that are mined for a run that is killed.
const BLOCKS: u64 = 400;

fn sync(node: &Node, store: &Path, options: &[&str]) -> Said {
    let url = node.url();
    said(command().args(["sync", "--source", url, "--json", "--store"]).arg(store).args(options))
}

fn accounts(node: &Node) -> Vec<String> {
    let accounts = node.call("eth_accounts", json!([]));
    accounts.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect()
}

/// Mines blocks with payments; what the last account got.
fn pay(node: &Node, blocks: u64) -> u64 {
    let accounts = accounts(node);
    node.call("evm_setAutomine", json!([false]));
    let mut sum = 0;
    for block in 1..=blocks {
        for at in 0..3 {
            let value = format!("0x{:x}", block + at);
            let from = &accounts[usize::try_from(at).unwrap()];
            node.send(json!({ "from": from, "to": accounts[9], "value": value }));
            sum += block + at;
        }
        node.call("evm_mine", json!([]));
    }
    node.call("evm_setAutomine", json!([true]));
    sum
}

/// The files of a folder and their bytes.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap());
    let file = |entry: std::fs::DirEntry| {
        (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap())
    };
    entries.map(file).collect()
}

fn received(store: &Path, account: &str) -> Value {
    let said = said(command().args(["ledger", "balance", account, "--json", "--store"]).arg(store));
    said.ended(DONE).json()["accounts"][0]["assets"][0]["received"].clone()
}

#[test]
fn a_run_that_is_killed_leaves_the_bytes_of_one_that_is_not() {
    let Some(node) = Node::anvil(&["--no-mining"]) else { return };
    let sum = pay(&node, BLOCKS);
    let folder = TempDir::new().unwrap();
    let (straight, killed) = (folder.path().join("straight"), folder.path().join("killed"));
    let small = ["--batch-rows", "300"];
    let answer = sync(&node, &straight, &small).ended(DONE).json();
    assert_eq!(answer["through"], BLOCKS);
    assert_eq!(answer["transactions"], 3 * BLOCKS);
    let last = accounts(&node)[9].clone();
    assert_eq!(received(&straight, &last), sum.to_string());
    // Each run lives a little longer than the one before.
    for run in 0..12u64 {
        let mut child = command()
            .args(["sync", "--source", node.url(), "--quiet", "--store"])
            .arg(&killed)
            .args(small)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(15 + 12 * run));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    sync(&node, &killed, &small).ended(DONE);
    assert_eq!(said(command().args(["ledger", "verify", "--store"]).arg(&killed)).code, DONE);
    assert!(files(&straight) == files(&killed), "the stores differ");
}

#[test]
fn a_reorganisation_is_taken_back_and_reported() {
    let Some(node) = Node::anvil(&["--no-mining"]) else { return };
    pay(&node, 20);
    let folder = TempDir::new().unwrap();
    let store = folder.path().join("store");
    sync(&node, &store, &[]).ended(DONE);
    let accounts = accounts(&node);
    let paid = json!({ "from": accounts[0], "to": accounts[8], "value": "0x5" });
    node.call("anvil_reorg", json!([4, [[paid, 0]]]));
    sync(&node, &store, &["--reorg-depth", "3"]).ended(BAD_DATA).explains("--reorg-depth");
    let answer = sync(&node, &store, &[]).ended(DONE).json();
    let gone = &answer["reorganisations"][0];
    assert_eq!((&gone["common"], &gone["gone_to"]), (&json!(16), &json!(20)));
    assert_eq!(gone["transactions"], 12);
    assert_eq!(gone["lost"].as_array().unwrap().len(), 12);
    assert_eq!(received(&store, &accounts[8]), "5");
    // What was paid in the blocks that went away is not there any more.
    let kept: u64 = (1..=16).map(|block| 3 * block + 3).sum();
    assert_eq!(received(&store, &accounts[9]), kept.to_string());
    assert_eq!(sync(&node, &store, &[]).ended(DONE).json()["blocks"], 0);
}

#[test]
fn a_store_is_kept_at_the_tip_until_somebody_stops_it() {
    let Some(node) = Node::anvil(&[]) else { return };
    let folder = TempDir::new().unwrap();
    let store = folder.path().join("store");
    let child = command()
        .args(["sync", "--source", node.url(), "--follow", "--every", "1", "--json", "--store"])
        .arg(&store)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let accounts = accounts(&node);
    for _ in 0..3 {
        node.send(json!({ "from": accounts[0], "to": accounts[7], "value": "0x7" }));
        std::thread::sleep(Duration::from_millis(1200));
    }
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(DONE));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["through"], 3);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("block 3: 2 movements in 1 transactions"), "{told}");
    assert_eq!(received(&store, &accounts[7]), "21");
}

#[test]
fn what_a_node_cannot_do_is_said_in_every_answer() {
    let Some(node) = Node::hardhat() else { return };
    let accounts = accounts(&node);
    node.send(json!({ "from": accounts[0], "to": THIEF, "value": "0x64" }));
    let folder = TempDir::new().unwrap();
    let store = folder.path().join("store");
    let answer = sync(&node, &store, &[]).ended(DONE).json();
    let lacks = "no internal transfers";
    assert!(answer["lacks"][0].as_str().unwrap().contains(lacks), "{answer}");
    let ask =
        |arguments: &[&str]| said(command().args(arguments).arg("--store").arg(&store)).ended(DONE);
    ask(&["ledger", "info"]).answers(lacks);
    ask(&["ledger", "info", "--json"]).answers(lacks);
    ask(&["ledger", "history", THIEF]).answers(lacks);
    let history = ask(&["ledger", "history", THIEF, "--json"]).answers(lacks).json();
    assert_eq!(history["complete"], false);
    ask(&["ledger", "balance", THIEF]).answers(lacks);
    ask(&["ledger", "balance", THIEF, "--json"]).answers(lacks);
    ask(&["ledger", "counterparties", THIEF, "--json"]).answers(lacks);
    let tx = history["movements"][0]["tx"].as_str().unwrap().to_owned();
    ask(&["ledger", "tx", &tx]).answers(lacks);
    let case = folder.path().join("case");
    std::fs::create_dir(&case).unwrap();
    let toml = format!(
        "id = \"a\"\ntitle = \"A\"\n[[stolen]]\ntx = \"eip155:31337:{tx}\"\nto = \"{THIEF}\"\n"
    );
    std::fs::write(case.join("case.toml"), toml).unwrap();
    let case = case.display().to_string();
    let trace = ask(&["trace", &case, "--json"]).answers(lacks).json();
    assert_eq!(trace["stolen"][0]["amount"], "100");
    said(command().args(["sources", "check", node.url()]))
        .ended(DONE)
        .answers("eth_getTransactionReceipt")
        .answers("no internal transfers");
}

#[test]
fn sources_are_checked_and_wrong_ones_refused() {
    let Some(node) = Node::anvil(&["--chain-id", "137"]) else { return };
    let checked = said(command().args(["sources", "check", node.url(), "--json"])).ended(DONE);
    let checked = checked.json();
    assert_eq!(checked["chain"], "eip155:137");
    assert_eq!(checked["traces"], "trace_block");
    let folder = TempDir::new().unwrap();
    sync(&node, folder.path(), &["--chain", "eip155:1"]).ended(USAGE).explains("eip155:137");
    sync(&node, folder.path(), &["--chain", "bip122:000000000019d6689c085ae165831e93"])
        .ended(UNAVAILABLE);
    let nowhere = ["sync", "--source", "http://127.0.0.1:1", "--timeout", "1", "--store"];
    said(command().args(nowhere).arg(folder.path())).ended(UNAVAILABLE).explains("127.0.0.1:1");
    said(command().args(["sync", "--source", "no-such-folder", "--store"]).arg(folder.path()))
        .ended(USAGE)
        .explains("no folder");
    let keyed = ["sync", "--source", "http://example.org/{key}", "--store"];
    said(command().args(keyed).arg(folder.path())).ended(USAGE).explains("--key-file");
}
