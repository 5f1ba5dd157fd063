//! What a protocol writes, as data: which contracts, which events, which calls.

use alloy_primitives::{Address, keccak256};
use rustc_hash::FxHashMap;

use super::abi::Fault;
use super::site::Site;
use crate::leg::Leg;
use crate::record::TxRecord;

/// Turns what a transaction left of a protocol into legs.
pub trait BridgeDecoder: Sync {
    /// The protocol, as legs name it.
    fn name(&self) -> &'static str;

    /// The signatures of the events that it reads.
    fn signatures(&self) -> Vec<&'static str>;

    /// Appends the legs of a transaction, and what was not understood.
    fn decode(&self, record: &TxRecord, out: &mut Decoded);
}

/// What a transaction left of bridges.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decoded {
    /// The legs: of logs in their order, then of calldata and memos.
    pub legs: Vec<Leg>,
    /// What was not understood.
    pub defects: Vec<DecodeDefect>,
}

/// Something of a bridge that was not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecodeDefect {
    /// The protocol.
    pub bridge: &'static str,
    /// What is the matter.
    pub kind: DefectKind,
    /// The event index of the log; 0 for calldata, the index of the output for a memo.
    pub event: u32,
}

/// Why something of a bridge was not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DefectKind {
    /// The bytes end before the event does, or an offset points behind them: no leg.
    Truncated,
    /// The fields are not those of the event: no leg.
    NotTheEvent,
    /// A memo begins as one of the protocol and goes on as none: no leg.
    Memo,
    /// The protocol names the far chain by a number that nobody here knows: the leg has none.
    UnknownChain,
    /// The log that would tell the id or the receiver is not among the logs of the transaction:
    /// the leg goes without.
    NoCompanion,
}

impl DefectKind {
    /// The name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Truncated => "bridge-truncated",
            Self::NotTheEvent => "bridge-not-the-event",
            Self::Memo => "bridge-memo",
            Self::UnknownChain => "bridge-unknown-chain",
            Self::NoCompanion => "bridge-no-companion",
        }
    }
}

impl Decoded {
    pub(crate) fn defect(&mut self, bridge: &'static str, kind: DefectKind, event: u32) {
        self.defects.push(DecodeDefect { bridge, kind, event });
    }
}

/// How a log or a call becomes legs.
pub(crate) type Read = fn(&mut Site<'_>) -> Result<(), Fault>;

/// An event of a protocol: signature, which parameters are topics, how it is read.
#[derive(Debug)]
pub(crate) struct Event(pub(crate) &'static str, pub(crate) &'static [usize], pub(crate) Read);

/// A call of a protocol: signature, how it is read. It is read only where no log of the
/// transaction gave a leg of the protocol.
#[derive(Debug)]
pub(crate) struct Call(pub(crate) &'static str, pub(crate) Read);

/// A protocol.
#[derive(Debug)]
pub(crate) struct Protocol {
    pub(crate) name: &'static str,
    /// Its contracts by chain; chain 0 is every chain.
    pub(crate) contracts: &'static [(u64, Address)],
    pub(crate) events: &'static [Event],
    pub(crate) calls: &'static [Call],
    /// Events that are read beside those above, as companions.
    pub(crate) companions: &'static [&'static str],
    /// What reads memos, where the protocol has them.
    pub(crate) memos: Option<fn(&TxRecord, &mut Decoded)>,
}

impl BridgeDecoder for Protocol {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signatures(&self) -> Vec<&'static str> {
        self.events.iter().map(|event| event.0).chain(self.companions.iter().copied()).collect()
    }

    fn decode(&self, record: &TxRecord, out: &mut Decoded) {
        super::registry::decode_with(record, out, Some(self.name));
    }
}

/// Where the events and calls of all protocols are found by their first bytes.
#[derive(Debug)]
pub(crate) struct Registry {
    protocols: &'static [&'static Protocol],
    events: FxHashMap<u64, ([u8; 32], usize, usize)>,
    calls: FxHashMap<[u8; 4], (usize, usize)>,
}

impl Registry {
    pub(crate) fn new(protocols: &'static [&'static Protocol]) -> Self {
        let mut events = FxHashMap::default();
        let mut calls = FxHashMap::default();
        for (number, protocol) in protocols.iter().enumerate() {
            for (index, event) in protocol.events.iter().enumerate() {
                let topic = keccak256(event.0).0;
                events.insert(front(&topic), (topic, number, index));
            }
            for (index, call) in protocol.calls.iter().enumerate() {
                let [a, b, c, d, ..] = keccak256(call.0).0;
                calls.insert([a, b, c, d], (number, index));
            }
        }
        Self { protocols, events, calls }
    }

    pub(crate) fn event(&self, topic: &[u8; 32]) -> Option<(&'static Protocol, &'static Event)> {
        let (known, protocol, event) = self.events.get(&front(topic))?;
        let protocol = (known == topic).then(|| self.protocols.get(*protocol)).flatten()?;
        Some((protocol, protocol.events.get(*event)?))
    }

    pub(crate) fn call(&self, calldata: &[u8]) -> Option<(&'static Protocol, &'static Call)> {
        let selector = calldata.first_chunk::<4>()?;
        let (protocol, call) = self.calls.get(selector)?;
        let protocol = self.protocols.get(*protocol)?;
        Some((protocol, protocol.calls.get(*call)?))
    }

    /// How many events and calls there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> (usize, usize) {
        (self.events.len(), self.calls.len())
    }
}

fn front(topic: &[u8; 32]) -> u64 {
    topic.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
