//! The answer to `debug_traceBlockByNumber` with the `callTracer`: per transaction a call that
//! holds the calls below it.
//!
//! Source: <https://geth.ethereum.org/docs/developers/evm-tracing/built-in-tracers>.
//!
//! A tree can be 1,024 calls deep (EIP-150). It is read into a flat list, so nothing walks or
//! drops it by recursion; reading itself goes one level down per call, and counts. Trees that
//! are deeper than most are read on a thread whose stack is large enough for the deepest.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use hawkshaw_model::{Amount, Printable};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{BlockCalls, CallAnswer, Tx};
use crate::error::DecodeError;
use crate::evm::calls::Act;
use crate::evm::hex::{Fixed, Quantity, Text};

/// How deep calls can stand: 1,024 below the root, and one more that is refused for that.
const DEPTH_MAX: usize = 1_026;
/// How deep they are read on the caller's stack, whose size is not known.
const SHALLOW: usize = 40;
/// The stack for deeper ones: 64 KiB a call, where a build without optimisation takes 5.
const STACK: usize = DEPTH_MAX * (64 << 10);

/// Reads the call trees of a block whose transactions are known.
pub(in crate::evm) fn nested_traces<'a>(
    bytes: &'a [u8],
    txs: &[Tx<'_>],
) -> Result<BlockCalls<'a>, DecodeError> {
    if let Some(calls) = read_down_to(SHALLOW, bytes, txs)? {
        return Ok(calls);
    }
    let read = || read_down_to(DEPTH_MAX, bytes, txs);
    let deep = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, read);
        thread.ok().and_then(|thread| thread.join().ok())
    });
    let calls = deep.unwrap_or(Ok(None))?;
    calls.ok_or(DecodeError::TooDeep(DEPTH_MAX))
}

/// Reads trees down to a depth; `None` where one is deeper.
fn read_down_to<'a>(
    depth_max: usize,
    bytes: &'a [u8],
    txs: &[Tx<'_>],
) -> Result<Option<BlockCalls<'a>>, DecodeError> {
    let is_deeper = Cell::new(false);
    let mut block = BlockCalls::default();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    json.disable_recursion_limit();
    let limit = Limit { depth_max, is_deeper: &is_deeper };
    let read = Trees { limit, txs, block: &mut block }.deserialize(&mut json);
    match read.and_then(|problem| json.end().map(|()| problem)) {
        Ok(None) => Ok(Some(block)),
        Ok(Some(problem)) => Err(problem),
        Err(_) if is_deeper.get() => Ok(None),
        Err(error) => Err(DecodeError::Malformed(format!("the traces: {error}"))),
    }
}

/// How deep calls may stand, and whether one stands deeper.
#[derive(Clone, Copy)]
struct Limit<'s> {
    depth_max: usize,
    is_deeper: &'s Cell<bool>,
}

/// The list of trees. What is wrong with it beside its form is its value.
struct Trees<'s, 't, 'a> {
    limit: Limit<'s>,
    txs: &'s [Tx<'t>],
    block: &'s mut BlockCalls<'a>,
}

impl<'de> DeserializeSeed<'de> for Trees<'_, '_, 'de> {
    type Value = Option<DecodeError>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Trees<'_, '_, 'de> {
    type Value = Option<DecodeError>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of call trees")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let Self { limit, txs, block } = self;
        let calls = &mut block.calls;
        let mut problem = None;
        loop {
            let start = calls.len();
            let tree = list.next_element_seed(Tree { limit, calls: &mut *calls })?;
            let Some(hash) = tree else { break };
            let position = block.of_tx.len();
            block.of_tx.push(start..calls.len());
            problem = problem.or_else(|| match (hash, txs.get(position)) {
                (Ok(None), Some(_)) => None,
                (Ok(Some(hash)), Some(tx)) if tx.hash == hash => None,
                (Ok(_), _) => Some(DecodeError::Contradiction(format!(
                    "call tree {position} is not of transaction {position} of the block"
                ))),
                (Err(error), _) => Some(DecodeError::Contradiction(format!(
                    "the node has an error in place of call tree {position}: {}",
                    Printable(&error)
                ))),
            });
        }
        block.of_tx.resize(txs.len().max(block.of_tx.len()), Range::default());
        Ok(problem)
    }
}

/// What stands for one transaction: the hash, where there is one, and the root of the calls, or
/// an error.
struct Tree<'s, 'a> {
    limit: Limit<'s>,
    calls: &'s mut Vec<CallAnswer<'a>>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum TreeField {
    TxHash,
    Result,
    Error,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for Tree<'_, 'de> {
    type Value = Result<Option<Fixed<32>>, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_, 'de> {
    type Value = Result<Option<Fixed<32>>, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the result of tracing a transaction")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut hash, mut error, mut has_result) = (None, None, false);
        while let Some(field) = map.next_key()? {
            match field {
                TreeField::TxHash => hash = map.next_value()?,
                TreeField::Error => error = map.next_value::<Option<Text<'_>>>()?,
                TreeField::Result if has_result => {
                    return Err(A::Error::duplicate_field("result"));
                }
                TreeField::Result => {
                    has_result = true;
                    map.next_value_seed(Frame { limit: self.limit, depth: 0, calls: self.calls })?;
                }
                TreeField::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(match error {
            Some(error) => Err(error.0.into_owned()),
            None if !has_result => return Err(A::Error::missing_field("result")),
            None => Ok(hash),
        })
    }
}

/// A call with the calls below it, put behind those that are known.
struct Frame<'s, 'a> {
    limit: Limit<'s>,
    depth: usize,
    calls: &'s mut Vec<CallAnswer<'a>>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum FrameField {
    Type,
    From,
    To,
    Value,
    Error,
    Calls,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for Frame<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Frame<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a call")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { limit, depth, calls } = self;
        if depth > limit.depth_max {
            limit.is_deeper.set(true);
            return Err(A::Error::custom("calls stand too deep"));
        }
        // A call comes before those below it, and may name them first.
        let place = calls.len();
        calls.push(CallAnswer {
            depth,
            act: Act::Borrow,
            error: None,
            from: None,
            to: None,
            value: Amount::ZERO,
        });
        let (mut kind, mut from, mut to, mut value) = (None, None, None, None);
        let (mut error, mut has_calls) = (None, false);
        while let Some(field) = map.next_key()? {
            match field {
                FrameField::Type => kind = Some(map.next_value::<Text<'_>>()?),
                FrameField::From => from = map.next_value::<Option<Fixed<20>>>()?,
                FrameField::To => to = map.next_value::<Option<Fixed<20>>>()?,
                FrameField::Value => value = map.next_value::<Option<Quantity>>()?,
                FrameField::Error => error = map.next_value::<Option<Text<'_>>>()?,
                FrameField::Calls if has_calls => {
                    return Err(A::Error::duplicate_field("calls"));
                }
                FrameField::Calls => {
                    has_calls = true;
                    map.next_value_seed(Frames { limit, depth: depth + 1, calls: &mut *calls })?;
                }
                FrameField::Other => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let value = value.map_or(Amount::ZERO, |value| value.0);
        let kind = kind.ok_or_else(|| A::Error::missing_field("type"))?;
        let act = match Act::of_instruction(&kind.0) {
            Some(act) => act,
            // What moves nothing may be called what it likes.
            None if value.is_zero() => Act::Borrow,
            None => {
                let name = Printable(&kind.0);
                return Err(A::Error::custom(format!("`{name}` is no known type of call")));
            }
        };
        let (from, to) = (from.map(|from| from.0), to.map(|to| to.0));
        if let Some(call) = calls.get_mut(place) {
            *call = CallAnswer { depth, act, error, from, to, value };
        }
        Ok(())
    }
}

/// The calls below a call.
struct Frames<'s, 'a> {
    limit: Limit<'s>,
    depth: usize,
    calls: &'s mut Vec<CallAnswer<'a>>,
}

impl<'de> DeserializeSeed<'de> for Frames<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Frames<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of calls")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let Self { limit, depth, calls } = self;
        while list.next_element_seed(Frame { limit, depth, calls: &mut *calls })?.is_some() {}
        Ok(())
    }
}
