//! A store that follows bitcoind, over JSON-RPC and by its own files.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::bitcoind::Node;
use crate::support::{DONE, Said, command, said};

fn sync(source: &str, store: &Path) -> Said {
    said(command().args(["sync", "--source", source, "--json", "--store"]).arg(store))
}

fn export(store: &Path, folder: &Path) -> String {
    let out = folder.join(format!("{}.csv", store.file_name().unwrap().to_string_lossy()));
    let _ = std::fs::remove_file(&out);
    said(command().args(["ledger", "export", "--store"]).arg(store).arg("--out").arg(&out))
        .ended(DONE);
    std::fs::read_to_string(out).unwrap()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

#[test]
fn the_node_and_its_files_say_the_same() {
    let Some(node) = Node::start(&[]) else { return };
    node.call("createwallet", "[\"w\"]");
    let address = text(&node.call("getnewaddress", "[]"));
    node.call("generatetoaddress", &json!([10, address]).to_string());
    // What the wallet has can be spent in any of the blocks that follow.
    node.call("generatetodescriptor", "[110, \"raw(51)#8lvh9jxk\"]");
    for kind in ["legacy", "p2sh-segwit", "bech32", "bech32m"] {
        let payee = text(&node.call("getnewaddress", &json!(["", kind]).to_string()));
        node.call("sendtoaddress", &json!([payee, 1.5]).to_string());
    }
    node.call("generatetoaddress", &json!([1, address]).to_string());
    let folder = TempDir::new().unwrap();
    let by_rpc = folder.path().join("rpc");
    let answer = sync(&node.url_with_user(), &by_rpc).ended(DONE);
    let password = node.url_with_user();
    let password = password.split(['@', ':']).nth(2).unwrap();
    assert!(!answer.stdout.contains(password) && !answer.stderr.contains(password));
    assert_eq!(answer.json()["through"], 121);
    said(command().args(["sources", "check", &node.url_with_user()])).ended(DONE).answers("121");

    // A block goes away, and others take its place.
    let gone = text(&node.call("getblockhash", "[121]"));
    node.call("invalidateblock", &json!([gone]).to_string());
    // The same blocks again would be refused.
    let other = text(&node.call("getnewaddress", "[]"));
    node.call("generatetoaddress", &json!([2, other]).to_string());
    let answer = sync(&node.url_with_user(), &by_rpc).ended(DONE).json();
    let seen = &answer["reorganisations"][0];
    assert_eq!((&seen["common"], &seen["gone_to"]), (&json!(120), &json!(121)));
    // The four payments are in a new block, its coinbase is in none.
    assert_eq!((&seen["returned"], seen["lost"].as_array().unwrap().len()), (&json!(4), 1));
    assert_eq!(answer["through"], 122);

    let blocks = node.blocks();
    let running = folder.path().join("files");
    sync(&blocks.display().to_string(), &running).ended(DONE);
    assert_eq!(export(&running, folder.path()), export(&by_rpc, folder.path()));
    let stopped = node.stop();
    let files = stopped.path().join("regtest/blocks").display().to_string();
    assert_eq!(sync(&files, &running).ended(DONE).json()["blocks"], 0);
    said(command().args(["sources", "check", &files]))
        .ended(DONE)
        .answers("files of a Bitcoin node");
    said(command().args(["ledger", "verify", "--store"]).arg(&running)).ended(DONE);
}
