//! JSON-RPC: batches, their order, and what hosts have against them.

use std::sync::atomic::{AtomicUsize, Ordering};

use hawkshaw_source::{JsonRpc, Limits, RpcCall, SourceFault};
use serde_json::{Value, json};

use crate::support::{Asked, Manner, Reply, Server, node};
use crate::{KEY, client, limits};

fn calls(count: usize) -> Vec<RpcCall> {
    (0..count).map(|n| RpcCall::new("double", format!("[{n}]"), format!("number {n}"))).collect()
}

fn doubled(_: &str, params: &Value) -> Result<Value, (i64, &'static str)> {
    Ok(json!(params[0].as_u64().unwrap() * 2))
}

fn rpc(server: &Server, batch_max: usize) -> JsonRpc {
    JsonRpc::new(client(&server.url(), limits()), batch_max)
}

/// The results of doubling numbers, all of which must come.
fn results(rpc: &JsonRpc, count: usize) -> Vec<u64> {
    let answers = rpc.batch(&calls(count)).unwrap();
    let number = |bytes: &[u8]| serde_json::from_slice(bytes).unwrap();
    answers.into_iter().map(|answer| number(answer.unwrap().as_bytes())).collect()
}

fn even(count: u64) -> Vec<u64> {
    (0..count).map(|n| 2 * n).collect()
}

/// How many calls a request holds.
fn size(asked: &Asked) -> usize {
    let body: Value = serde_json::from_slice(&asked.body).unwrap();
    body.as_array().map_or(1, Vec::len)
}

#[test]
fn answers_come_to_their_calls_in_whatever_order() {
    let server = Server::start(node(doubled));
    assert_eq!(results(&rpc(&server, 10), 25), even(25));
    assert_eq!(server.asked().iter().map(size).collect::<Vec<_>>(), [10, 10, 5]);
    assert_eq!(results(&rpc(&server, 1), 3), even(3));
    assert!(rpc(&server, 5).batch(&[]).unwrap().is_empty());
}

#[test]
fn batches_shrink_until_the_host_takes_them() {
    let refusals = [
        Reply::json(
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}}"#,
        ),
        Reply::json(
            r#"[{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"batch too large"}}]"#,
        ),
        Reply::status(413, "Payload Too Large"),
        Reply::json("[").manner(Manner::Flood(2 << 20)),
    ];
    for refusal in refusals {
        let answers = node(doubled);
        let server = Server::start(
            move |asked| {
                if size(asked) > 5 { refusal.clone() } else { answers(asked) }
            },
        );
        let rpc = rpc(&server, 40);
        assert_eq!(results(&rpc, 40), even(40));
        assert!((2..=5).contains(&rpc.batch_max()), "{}", rpc.batch_max());
    }
}

#[test]
fn slow_batches_shrink_without_waiting_long() {
    let answers = node(doubled);
    let server = Server::start(move |asked| {
        let silence = Manner::Silence(std::time::Duration::from_secs(3));
        if size(asked) > 2 { Reply::json("").manner(silence) } else { answers(asked) }
    });
    let quick = Limits { timeout: std::time::Duration::from_millis(300), ..limits() };
    let rpc = JsonRpc::new(client(&server.url(), quick), 8);
    assert_eq!(results(&rpc, 8), even(8));
    assert_eq!(server.asked().iter().map(size).collect::<Vec<_>>(), [8, 4, 2, 2, 2, 2]);
}

#[test]
fn entries_that_are_left_out_are_asked_anew() {
    let served = AtomicUsize::new(0);
    let answers = node(move |method, params| {
        let turn = served.fetch_add(1, Ordering::SeqCst);
        if turn % 3 == 1 { Err((-32005, "rate limited")) } else { doubled(method, params) }
    });
    let server = Server::start(answers);
    assert_eq!(results(&rpc(&server, 9), 9), even(9));
    let lost = Server::start(|asked| {
        let calls: Vec<Value> = serde_json::from_slice(&asked.body).unwrap_or_default();
        let last = calls.last().map(|call| json!({"id": call["id"], "result": call["params"][0]}));
        let foreign = json!({"id": 999, "result": 1});
        let garbage = json!({"id": {"a": []}, "result": 1});
        match last {
            Some(last) => Reply::json(json!([garbage, foreign, last, last]).to_string()),
            None => Reply::json(r#"{"id":"x","result":0}"#),
        }
    });
    let answers = rpc(&lost, 4).batch(&calls(4)).unwrap();
    let found: Vec<_> =
        answers.into_iter().map(|answer| answer.unwrap().as_bytes().to_vec()).collect();
    assert_eq!(found, [b"0", b"1", b"2", b"3"]);
}

#[test]
fn errors_concern_their_call_only() {
    let server = Server::start(node(|method, params| match params[0].as_u64() {
        Some(1) => Err((-8, "Block height out of range")),
        Some(2) => Err((-32601, "the method double does not exist/is not available")),
        _ => doubled(method, params),
    }));
    let outcomes = rpc(&server, 4).batch(&calls(4)).unwrap();
    assert_eq!(outcomes[0].as_ref().unwrap().as_bytes(), b"0");
    let error = outcomes[1].as_ref().unwrap_err();
    assert_eq!(error.request, "double of number 1");
    assert!(matches!(&error.fault, SourceFault::Refused(why) if why.contains("out of range")));
    assert!(matches!(&outcomes[2].as_ref().unwrap_err().fault, SourceFault::Unable(_)));
    assert_eq!(outcomes[3].as_ref().unwrap().as_bytes(), b"6");
}

#[test]
fn errors_with_another_status_are_read() {
    // As Bitcoin Core sends them.
    let body =
        r#"{"result":null,"error":{"code":-8,"message":"Block height out of range"},"id":0}"#;
    let server = Server::in_turn(vec![Reply::status(500, body)]);
    let error = rpc(&server, 1).call(&calls(1)[0]).unwrap_err();
    assert!(matches!(&error.fault, SourceFault::Refused(why) if why.contains("out of range")));
    assert_eq!(server.asked().len(), 1);
    let warm = r#"{"result":null,"error":{"code":-28,"message":"Loading block index…"},"id":0}"#;
    let server = Server::in_turn(vec![
        Reply::status(500, warm),
        Reply::status(500, warm),
        Reply::json(r#"{"result":4,"error":null,"id":0}"#),
    ]);
    assert_eq!(rpc(&server, 1).call(&calls(1)[0]).unwrap().as_bytes(), b"4");
    let server = Server::in_turn(vec![Reply::status(500, warm)]);
    let error = rpc(&server, 1).call(&calls(1)[0]).unwrap_err();
    assert!(matches!(&error.fault, SourceFault::Unreachable(why) if why.contains("Loading")));
}

#[test]
fn garbage_is_named_and_survived() {
    let deep = format!(r#"{{"id":0,"result":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let good = Reply::json(r#"{"id":0,"result":4}"#);
    let bad = [
        Reply::json(r#"{"id":0,"resu"#),
        Reply::json(r#"{"id":0,"result":4}"#).manner(Manner::CutUnannounced(9)),
        Reply::json("{}"),
        Reply::json("[]"),
        Reply::json(""),
        Reply::json(vec![0xff, 0xfe]),
        Reply::json(r#"{"id":0,"result":4,"result":5}"#),
        Reply::json(format!(r#"{{"id":0,"error":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000))),
    ];
    for (at, reply) in bad.into_iter().enumerate() {
        let server = Server::in_turn(vec![reply.clone(), good.clone()]);
        let answer = rpc(&server, 1).call(&calls(1)[0]);
        // An answer of the right form with no result in it is an answer; all else is repeated.
        match answer {
            Ok(answer) => assert_eq!(answer.as_bytes(), b"4", "{at}"),
            Err(error) => assert!(matches!(error.fault, SourceFault::Refused(_)), "{at}: {error}"),
        }
        let server = Server::in_turn(vec![reply]);
        let error = rpc(&server, 1).call(&calls(1)[0]).unwrap_err();
        assert!(!error.to_string().contains(KEY) && error.to_string().len() < 500, "{at}: {error}");
        assert!(server.asked().len() <= 4, "{at}");
    }
    // Depth within a result is the decoder's business; the slice comes whole.
    let server = Server::in_turn(vec![Reply::json(deep)]);
    assert_eq!(rpc(&server, 1).call(&calls(1)[0]).unwrap().as_bytes().len(), 20_000);
}
