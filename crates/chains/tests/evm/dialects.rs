//! What transactions and calls move, as both dialects of traces tell it.

use hawkshaw_chains::DecodeError;
use serde_json::{Value, json};

use crate::support::{Answers, Told, a, defect, h, n};

/// A call with those below it, which both dialects can be made of.
#[derive(Debug, Clone)]
struct Node {
    kind: &'static str,
    from: String,
    to: Option<String>,
    value: u128,
    error: Option<&'static str>,
    below: Vec<Node>,
}

fn node(kind: &'static str, from: u64, to: u64, value: u128, below: &[Node]) -> Node {
    Node { kind, from: a(from), to: Some(a(to)), value, error: None, below: below.to_vec() }
}

impl Node {
    fn failed(self, error: &'static str) -> Self {
        Self { error: Some(error), ..self }
    }

    fn nested(&self) -> Value {
        let mut frame = json!({
            "from": self.from,
            "gas": "0x1",
            "gasUsed": "0x1",
            "input": "0x",
            "calls": self.below.iter().map(Node::nested).collect::<Vec<_>>(),
            "type": self.kind,
        });
        if let Some(to) = &self.to {
            frame["to"] = json!(to);
        }
        if self.kind != "STATICCALL" {
            frame["value"] = json!(n(self.value));
        }
        if let Some(error) = self.error {
            frame["error"] = json!(error);
            frame["revertReason"] = json!("no");
        }
        frame
    }

    fn flat(&self, position: usize, place: &[usize], list: &mut Vec<Value>) {
        let (kind, action) = match self.kind {
            "CREATE" | "CREATE2" => {
                ("create", json!({"from": self.from, "value": n(self.value), "init": "0x"}))
            }
            "SELFDESTRUCT" => (
                "suicide",
                json!({"address": self.from, "balance": n(self.value), "refundAddress": self.to}),
            ),
            call => (
                "call",
                json!({
                    "from": self.from,
                    "to": self.to,
                    "value": n(self.value),
                    "callType": call.to_lowercase(),
                    "input": "0x",
                }),
            ),
        };
        let mut trace = json!({
            "type": kind,
            "action": action,
            "traceAddress": place,
            "subtraces": self.below.len(),
            "transactionPosition": position,
            "transactionHash": h(0x1000 + position as u64),
            "blockNumber": 15_600_000,
            "blockHash": h(0xb10c),
            "result": null,
        });
        match self.error {
            Some(error) => trace["error"] = json!(error),
            None if kind == "create" => {
                trace["result"] = json!({"address": self.to, "code": "0x", "gasUsed": "0x1"});
            }
            None => {}
        }
        list.push(trace);
        for (number, below) in self.below.iter().enumerate() {
            below.flat(position, &[place, &[number]].concat(), list);
        }
    }
}

fn nested(roots: &[Node]) -> Told {
    let tree = |(position, root): (usize, &Node)| json!({"txHash": h(0x1000 + position as u64), "result": root.nested()});
    Told::Nested(roots.iter().enumerate().map(tree).collect())
}

fn flat(roots: &[Node]) -> Told {
    let mut list = Vec::new();
    for (position, root) in roots.iter().enumerate() {
        root.flat(position, &[], &mut list);
    }
    Told::Flat(Value::Array(list))
}

/// A block with one transaction for each root.
fn block(roots: &[Node]) -> Answers {
    roots.iter().fold(Answers::new(), |block, root| {
        let is_create = root.kind == "CREATE";
        let status = if root.error.is_some() { "0x0" } else { "0x1" };
        let to = if is_create { Value::Null } else { json!(root.to) };
        let contract = if is_create { json!(root.to) } else { Value::Null };
        block.tx(
            json!({"from": root.from, "to": to, "value": n(root.value)}),
            json!({"status": status, "contractAddress": contract}),
        )
    })
}

/// The movements that both dialects tell, which are the same.
fn moves(roots: &[Node]) -> Vec<String> {
    let flat = block(roots).told(flat(roots)).decode();
    let nested = block(roots).told(nested(roots)).decode();
    assert_eq!(flat.rows, nested.rows);
    assert_eq!(flat.defects, nested.defects);
    crate::support::moves(&flat.rows)
}

#[test]
fn calls_move_their_value_and_delegated_ones_do_not() {
    let root = node(
        "CALL",
        1,
        2,
        10,
        &[
            node("DELEGATECALL", 2, 3, 10, &[node("CALL", 2, 4, 6, &[])]),
            node("STATICCALL", 2, 5, 0, &[]),
            node("CALLCODE", 2, 6, 3, &[]),
            node("CREATE2", 2, 7, 1, &[node("CALL", 7, 8, 1, &[])]),
        ],
    );
    let expected = [
        "0 Native slip44:60 0001 -> 0002 10",
        "4 Internal slip44:60 0002 -> 0004 6",
        "10 Internal slip44:60 0002 -> 0007 1",
        "12 Internal slip44:60 0007 -> 0008 1",
    ];
    assert_eq!(moves(&[root]), expected);
}

#[test]
fn a_failed_call_takes_back_what_is_below_it() {
    let root = node(
        "CALL",
        1,
        2,
        10,
        &[
            node("CALL", 2, 3, 4, &[node("CALL", 3, 4, 2, &[])]).failed("execution reverted"),
            node("CALL", 2, 5, 3, &[]),
        ],
    );
    let roots = [root];
    let expected = ["0 Native slip44:60 0001 -> 0002 10", "6 Internal slip44:60 0002 -> 0005 3"];
    assert_eq!(moves(&roots), expected);
    assert_eq!(defect(&block(&roots).told(flat(&roots)).decode().defects, "failed-call"), 2);
}

#[test]
fn a_failed_transaction_moves_nothing() {
    let root = node("CALL", 1, 2, 10, &[node("CALL", 2, 3, 4, &[])]).failed("out of gas");
    let roots = [root, node("CALL", 1, 2, 7, &[])];
    assert_eq!(moves(&roots), ["0 Native slip44:60 0001 -> 0002 7"]);
    assert_eq!(defect(&block(&roots).told(flat(&roots)).decode().defects, "failed-transaction"), 1);
}

#[test]
fn contracts_are_created_with_value_and_destroy_themselves() {
    let born = node(
        "CREATE",
        1,
        9,
        10,
        &[
            node("CREATE", 9, 7, 4, &[]),
            node("SELFDESTRUCT", 9, 8, 6, &[]),
            // Created in the same transaction: what it leaves to itself is gone.
            node("CALL", 9, 7, 0, &[node("SELFDESTRUCT", 7, 7, 4, &[])]),
        ],
    );
    // Before Cancun it is gone in any case.
    let old = node("CALL", 1, 5, 3, &[node("SELFDESTRUCT", 5, 5, 30, &[])]);
    let expected = [
        "0 Native slip44:60 0001 -> 0009 10",
        "2 Internal slip44:60 0009 -> 0007 4",
        "4 Internal slip44:60 0009 -> 0008 6",
        "8 Burn slip44:60 0007 -> nobody 4",
        "0 Native slip44:60 0001 -> 0005 3",
        "2 Burn slip44:60 0005 -> nobody 30",
    ];
    assert_eq!(moves(&[born.clone(), old.clone()]), expected);

    let mut later = block(&[born.clone(), old.clone()]).told(nested(&[born, old]));
    later.height = 19_426_587;
    later.block["number"] = json!(n(19_426_587));
    for receipt in later.receipts.as_array_mut().unwrap() {
        receipt["blockNumber"] = json!(n(19_426_587));
    }
    let moves = later.moves();
    assert_eq!(moves[3], "8 Burn slip44:60 0007 -> nobody 4");
    assert_eq!(moves[5], "2 Internal slip44:60 0005 -> 0005 30");
}

#[test]
fn calls_that_only_some_nodes_list_have_no_number() {
    let precompile = Node { to: Some(format!("0x{:040x}", 4)), ..node("STATICCALL", 2, 0, 0, &[]) };
    let paid = Node { to: Some(format!("0x{:040x}", 4)), ..node("CALL", 2, 0, 1, &[]) };
    let never_ran = node("CALL", 2, 3, 999, &[]).failed("insufficient balance for transfer");
    let with = [precompile, never_ran, paid.clone(), node("CALL", 2, 4, 5, &[])];
    let without = [paid, node("CALL", 2, 4, 5, &[])];
    let moved = moves(&[node("CALL", 1, 2, 10, &with)]);
    assert_eq!(moved, moves(&[node("CALL", 1, 2, 10, &without)]));
    let expected = [
        "0 Native slip44:60 0001 -> 0002 10",
        "2 Internal slip44:60 0002 -> 0004 1",
        "4 Internal slip44:60 0002 -> 0004 5",
    ];
    assert_eq!(moved, expected);
}

#[test]
fn without_calls_a_transaction_still_moves_its_value() {
    let roots = [node("CALL", 1, 2, 10, &[node("CALL", 2, 3, 4, &[])])];
    assert_eq!(block(&roots).moves(), ["0 Native slip44:60 0001 -> 0002 10"]);
}

/// A chain of calls, each with value 1.
fn chain(depth: u64) -> Node {
    let last = node("CALL", depth, depth + 1, 1, &[]);
    (1..depth).rev().fold(last, |below, from| node("CALL", from, from + 1, 1, &[below]))
}

#[test]
fn trees_as_deep_as_a_chain_allows_are_read() {
    // Serialising the test's own tree is recursive, so it has a stack of its own.
    let test = || {
        let moved = moves(&[chain(1_025)]);
        assert_eq!(moved.len(), 1_025);
        assert_eq!(moved[1_024], "2048 Internal slip44:60 0401 -> 0402 1");
    };
    let thread = std::thread::Builder::new().stack_size(256 << 20).spawn(test).unwrap();
    thread.join().unwrap();
}

#[test]
fn no_stack_is_too_small_for_a_tree_and_no_tree_too_deep_to_refuse() {
    let frame = |below: &str| {
        format!(
            r#"{{"type":"CALL","from":"{}","to":"{}","value":"0x0","calls":[{below}]}}"#,
            a(1),
            a(2)
        )
    };
    let (open, close) = {
        let (open, close) = frame("|").split_once('|').map(|(l, r)| (l.into(), r.into())).unwrap();
        let halves: (String, String) = (open, close);
        halves
    };
    let answer = block(&[chain(1)]);
    let decode = move |depth: usize| {
        let tree = format!("{}{}", open.repeat(depth), close.repeat(depth));
        let traces = format!(r#"[{{"result":{tree}}}]"#);
        let block = serde_json::to_vec(&answer.block).unwrap();
        let receipts = serde_json::to_vec(&answer.receipts).unwrap();
        let parts = hawkshaw_chains::evm::BlockParts {
            height: answer.height,
            block: &block,
            receipts: hawkshaw_chains::evm::Receipts::List(&receipts),
            traces: hawkshaw_chains::evm::Traces::Nested(traces.as_bytes()),
        };
        let chain = answer.chain.parse().unwrap();
        let network = hawkshaw_chains::evm::Network::new(&chain, None).unwrap();
        hawkshaw_chains::evm::decode_block(
            &network,
            &std::sync::Arc::from("node"),
            &parts,
            hawkshaw_chains::evm::Options::default(),
        )
    };
    let test = move || {
        // The root says another value than the transaction, so the tree was read.
        assert!(matches!(decode(1_025), Err(DecodeError::Contradiction(_))));
        assert_eq!(decode(1_100), Err(DecodeError::TooDeep(1_026)));
        assert_eq!(decode(200_000), Err(DecodeError::TooDeep(1_026)));
    };
    // A quarter of what a thread usually has.
    let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(test).unwrap();
    thread.join().unwrap();
}
