//! What stands around the results of JSON-RPC (versions 1.0 and 2.0), and what its errors mean.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The JSON of a result, as the host sent it. It shares the bytes of the whole answer.
#[derive(Debug, Clone)]
pub struct RpcAnswer {
    body: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl RpcAnswer {
    /// The JSON.
    pub fn as_bytes(&self) -> &[u8] {
        self.body.get(self.range.clone()).unwrap_or_default()
    }

    /// Whether the host says that there is no such thing.
    pub fn is_null(&self) -> bool {
        self.as_bytes() == b"null"
    }
}

/// An entry of an answer: which call it is for, and what came of it.
pub(super) struct Entry {
    /// The number of the call, where the host repeats one.
    pub(super) id: Option<usize>,
    pub(super) outcome: Result<RpcAnswer, RpcError>,
}

/// An error that a host gives instead of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RpcError {
    pub(super) code: i64,
    pub(super) message: String,
}

/// What an error means for whoever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Another attempt would end in the same way.
    Refused,
    /// The host does not have the method, or not the state that it needs.
    Unable,
    /// The host wants fewer requests.
    TooMany,
    /// The host starts, or took too long: later it may answer.
    Busy,
    /// The batch or its answer is too large.
    TooLarge,
}

impl RpcError {
    /// What the error means. Hosts agree on few codes, so the text decides where it is clear.
    pub(super) fn meaning(&self) -> Meaning {
        let text = self.message.to_ascii_lowercase();
        let says = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
        if says(&["batch"]) && says(&["large", "limit", "exceed", "size", "many", "max", "support"])
            || says(&["response too large", "response size", "response is too big"])
        {
            return Meaning::TooLarge;
        }
        if says(&["rate limit", "too many requests", "per second", "capacity", "quota", "credits"])
            || matches!(self.code, 429 | -32005 | -32029)
        {
            return Meaning::TooMany;
        }
        // EIP-1474 names the codes; -28 is Bitcoin Core's RPC_IN_WARMUP.
        if says(&["timed out", "timeout", "overloaded", "try again", "busy"]) || self.code == -28 {
            return Meaning::Busy;
        }
        let lacks = [
            "not supported",
            "not available",
            "unavailable",
            "unsupported",
            "method not found",
            "unknown method",
            "not allowed",
            "whitelist",
            "disabled",
            "missing trie node",
            "pruned",
        ];
        if says(&lacks) || matches!(self.code, -32601 | -32600 | -32004) {
            return Meaning::Unable;
        }
        Meaning::Refused
    }
}

/// Whether a body is an answer of JSON-RPC, also where the HTTP status tells of an error:
/// Bitcoin Core sends status 500 with every error.
pub(super) fn is_answer(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Coded<'a> {
        #[serde(borrow, default, deserialize_with = "present")]
        error: Option<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct Code {
        #[serde(rename = "code")]
        _code: i64,
    }
    let coded: Result<Coded<'_>, _> = serde_json::from_slice(body);
    let error = coded.ok().and_then(|coded| coded.error);
    error.is_some_and(|error| serde_json::from_str::<Code>(error.get()).is_ok())
}

/// The entries of an answer: of a list for a batch, else the only one.
pub(super) fn entries(body: Vec<u8>) -> Result<Vec<Entry>, serde_json::Error> {
    let body = Arc::new(body);
    let is_list = body.trim_ascii_start().first() == Some(&b'[');
    let envelopes: Vec<Envelope<'_>> =
        if is_list { serde_json::from_slice(&body)? } else { vec![serde_json::from_slice(&body)?] };
    Ok(envelopes.into_iter().map(|envelope| envelope.entry(&body)).collect())
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

/// Keeps a `null` apart from a field that is not there.
fn present<'de, D: Deserializer<'de>>(json: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(json).map(Some)
}

impl Envelope<'_> {
    fn entry(&self, body: &Arc<Vec<u8>>) -> Entry {
        let id = self.id.and_then(|id| id.get().trim_matches('"').parse().ok());
        // Version 1.0 sends both fields, one of them `null`.
        let error = self.error.filter(|error| error.get() != "null");
        let outcome = match (error, self.result) {
            (Some(error), _) => Err(rpc_error(error)),
            (None, Some(result)) => Ok(answer(result, body)),
            (None, None) => {
                let message = "an answer with neither a result nor an error".to_owned();
                Err(RpcError { code: 0, message })
            }
        };
        Entry { id, outcome }
    }
}

fn answer(result: &RawValue, body: &Arc<Vec<u8>>) -> RpcAnswer {
    let start = result.get().as_ptr().addr().saturating_sub(body.as_ptr().addr());
    RpcAnswer { body: Arc::clone(body), range: start..start.saturating_add(result.get().len()) }
}

/// An error in whatever shape: an object with code and message, a text, or something else.
fn rpc_error(error: &RawValue) -> RpcError {
    #[derive(Deserialize)]
    struct Object {
        #[serde(default)]
        code: i64,
        message: String,
    }
    if let Ok(object) = serde_json::from_str::<Object>(error.get()) {
        return RpcError { code: object.code, message: object.message };
    }
    let message = serde_json::from_str::<String>(error.get());
    RpcError { code: 0, message: message.unwrap_or_else(|_| error.get().to_owned()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Meaning, RpcError, entries, is_answer};

    #[test]
    fn results_are_slices_of_the_answer() {
        let body = br#" [{"jsonrpc":"2.0","id":"1","result":{"a":[1, 2]}},
            {"id":0,"result":null,"error":null},{"id":2,"error":{"code":-5,"message":"no"}},{}]"#;
        let found = entries(body.to_vec()).unwrap();
        assert_eq!(
            found.iter().map(|entry| entry.id).collect::<Vec<_>>(),
            [Some(1), Some(0), Some(2), None]
        );
        assert_eq!(found[0].outcome.as_ref().unwrap().as_bytes(), br#"{"a":[1, 2]}"#);
        assert!(found[1].outcome.as_ref().unwrap().is_null());
        let no = RpcError { code: -5, message: "no".to_owned() };
        assert_eq!(found[2].outcome.as_ref().unwrap_err(), &no);
        assert!(found[3].outcome.is_err());
        assert!(entries(b"[1]".to_vec()).is_err());
        let deep = format!(r#"{{"id":0,"result":{}}}"#, "[".repeat(1_000_000));
        assert!(entries(deep.into_bytes()).is_err());
    }

    #[test]
    fn errors_of_known_hosts_are_understood() {
        let meaning =
            |code, message: &str| RpcError { code, message: message.to_owned() }.meaning();
        let cases = [
            // As their sources and documents give them: geth, erigon, gateways, Bitcoin Core.
            (-32601, "the method trace_block does not exist/is not available", Meaning::Unable),
            (-32601, "Method not found", Meaning::Unable),
            (
                -32000,
                "missing trie node 3f2a (path ) state 0x3f2a is not available",
                Meaning::Unable,
            ),
            (-32005, "daily request count exceeded, request rate limited", Meaning::TooMany),
            (429, "Your app has exceeded its compute units per second capacity.", Meaning::TooMany),
            (-32600, "batch too large", Meaning::TooLarge),
            (-32000, "batch item count exceeded the limit of 100", Meaning::TooLarge),
            (-32003, "response too large", Meaning::TooLarge),
            (-32000, "execution timeout", Meaning::Busy),
            (-28, "Loading block index…", Meaning::Busy),
            (-8, "Block height out of range", Meaning::Refused),
        ];
        for (code, message, wanted) in cases {
            assert_eq!(meaning(code, message), wanted, "{message}");
        }
    }

    #[test]
    fn only_answers_of_the_protocol_are_taken_with_another_status() {
        assert!(is_answer(br#"{"result":null,"error":{"code":-8,"message":"x"},"id":1}"#));
        assert!(!is_answer(br#"{"error":"overloaded"}"#));
        assert!(!is_answer(b"<html>"));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
            is_answer(&body);
            let _ = entries(body);
        }

        #[test]
        fn no_json_panics(text in r#"[\[\]{}:,"a-z0-9]{0,60}"#) {
            let wrapped = format!(r#"[{{"id":0,"result":{text}}}]"#);
            if let Ok(found) = entries(wrapped.into_bytes()) {
                let is_sane = found.iter().all(|entry| match &entry.outcome {
                    Ok(answer) => !answer.as_bytes().is_empty(),
                    Err(_) => true,
                });
                prop_assert!(is_sane);
            }
        }
    }
}
