//! Logs of contracts, and the movements that they mean.

use alloy_primitives::U256;
use hawkshaw_model::rows::{Event, Spot, Transfer};
use hawkshaw_model::{Address, Amount, TransferKind};

use super::chains::is_wrapper;
use super::topics::{Meaning, meaning};
use super::{HEIGHT, log_event, token_movement, tx_spot};
use crate::cell::Cell;
use crate::decode::canonical::event::topics as separate_topics;
use crate::defects::Defect;
use crate::error::Refusal;
use crate::fields::Fields;
use crate::options::EventChoice;
use crate::sink::Sink;
use crate::table::Decoder;
use crate::text::hex_array;

pub(crate) const LOG_INDEX: usize = 5;
pub(crate) const EMITTER: usize = 6;
/// All topics as a list, or as a text with separators.
pub(crate) const TOPICS: usize = 7;
pub(crate) const TOPIC_0: usize = 8;
pub(crate) const TOPIC_1: usize = 9;
pub(crate) const TOPIC_2: usize = 10;
pub(crate) const TOPIC_3: usize = 11;
pub(crate) const DATA: usize = 12;
/// Whether a reorganisation removed the log.
pub(crate) const REMOVED: usize = 13;

pub(crate) static DECODER: Decoder =
    Decoder { fields: 14, height: HEIGHT, row, is_serial: false, flush: None };

/// A log that is read.
struct Log {
    spot: Spot,
    event: u32,
    emitter: [u8; 20],
    topics: Vec<[u8; 32]>,
    data: Box<[u8]>,
}

fn row(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    if fields.flag(REMOVED)? == Some(true) {
        sink.count(Defect::RemovedLog);
        return Ok(());
    }
    let topics = topics(fields)?;
    let meaning = topics.first().and_then(meaning);
    let is_kept = match sink.events {
        EventChoice::None => false,
        EventChoice::Known => meaning == Some(Meaning::Kept),
        EventChoice::All => true,
    };
    let spot = tx_spot(fields, sink)?;
    let event = log_event(fields, LOG_INDEX)?;
    let emitter = fields.filled_evm(EMITTER)?;
    if !is_kept && matches!(meaning, None | Some(Meaning::Kept)) {
        return Ok(());
    }
    let log = Log { spot, event, emitter, topics, data: fields.bytes(DATA)? };
    match meaning {
        Some(Meaning::Transfer) => transfer(&log, sink)?,
        Some(Meaning::Wrap) => wrapped(&log, TransferKind::Wrap, sink)?,
        Some(Meaning::Unwrap) => wrapped(&log, TransferKind::Unwrap, sink)?,
        Some(Meaning::MultiToken) => sink.count(Defect::MultiToken),
        Some(Meaning::Kept) | None => {}
    }
    if is_kept {
        let Log { spot, event, emitter, topics, data } = log;
        let emitter = Address::Evm(emitter);
        sink.rows().events.push(Event { spot, event, emitter, topics, data });
    }
    Ok(())
}

/// A transfer of ERC-20 (two indexed addresses, the amount as data) or of ERC-721 (three
/// indexed values, no data).
fn transfer(log: &Log, sink: &mut Sink) -> Result<(), Refusal> {
    let sides = |from, to| Some([indexed_address(from)?, indexed_address(to)?]);
    let (asset, sides, amount) = match (&log.topics[..], &log.data[..]) {
        ([_, from, to], data) => match (sides(from, to), <[u8; 32]>::try_from(data)) {
            (Some(sides), Ok(amount)) => {
                (sink.token(log.emitter)?, sides, U256::from_be_bytes(amount))
            }
            _ => return not_a_transfer(sink),
        },
        ([_, from, to, id], []) => match sides(from, to) {
            Some(sides) => {
                let id = U256::from_be_bytes(*id);
                (sink.collectible(log.emitter, id)?, sides, U256::from(1u64))
            }
            None => return not_a_transfer(sink),
        },
        _ => return not_a_transfer(sink),
    };
    let amount = Amount::from_u256(amount);
    sink.transfer(token_movement(log.spot, log.event, asset, sides, amount));
    Ok(())
}

fn not_a_transfer(sink: &mut Sink) -> Result<(), Refusal> {
    sink.count(Defect::NotATransfer);
    Ok(())
}

/// Wrapped native value made or redeemed by a contract that is known to do that.
fn wrapped(log: &Log, kind: TransferKind, sink: &mut Sink) -> Result<(), Refusal> {
    if !is_wrapper(sink.chain(), &log.emitter) {
        sink.count(Defect::UnknownWrapper);
        return Ok(());
    }
    let user = match &log.topics[..] {
        [_, user] => indexed_address(user),
        _ => None,
    };
    let (Some(user), Ok(amount)) = (user, <[u8; 32]>::try_from(&log.data[..])) else {
        return not_a_transfer(sink);
    };
    let user = Some(Address::Evm(user));
    let (from, to) = if kind == TransferKind::Wrap { (None, user) } else { (user, None) };
    let transfer = Transfer {
        spot: log.spot,
        event: log.event,
        kind,
        asset: sink.token(log.emitter)?,
        from,
        to,
        sender: None,
        amount: Amount::from_u256(U256::from_be_bytes(amount)),
    };
    sink.transfer(transfer);
    Ok(())
}

/// The address in a topic: its last 20 bytes, behind zeros.
fn indexed_address(topic: &[u8; 32]) -> Option<[u8; 20]> {
    let (front, address) = topic.split_at(12);
    if front != [0; 12] {
        return None;
    }
    address.try_into().ok()
}

/// The topics of a log, however the file holds them.
fn topics(fields: &Fields<'_, '_>) -> Result<Vec<[u8; 32]>, Refusal> {
    let no = || fields.refuse(TOPICS, "a topic is no hash of 64 hex digits");
    let topics: Vec<[u8; 32]> = match fields.cell(TOPICS) {
        Cell::Null => {
            return separate_topics(fields, [TOPIC_0, TOPIC_1, TOPIC_2, TOPIC_3]);
        }
        Cell::List(list) => {
            let cells = list.cells().ok_or_else(no)?;
            let topics = cells.into_iter().map(|cell| match cell {
                Cell::Text(text) => hex_array(text),
                Cell::Bytes(bytes) => bytes.try_into().ok(),
                _ => None,
            });
            topics.collect::<Option<_>>().ok_or_else(no)?
        }
        // "0x…,0x…" or "['0x…', '0x…']".
        Cell::Text(text) => {
            let parts = text.split(|byte| b",; '\"[]|\n".contains(byte));
            let topics = parts.filter(|part| !part.is_empty()).map(hex_array);
            topics.collect::<Option<_>>().ok_or_else(no)?
        }
        other => return Err(fields.refuse(TOPICS, format!("{} is no list", other.kind()))),
    };
    if topics.len() > 4 {
        return Err(fields.refuse(TOPICS, "a log has at most four topics"));
    }
    Ok(topics)
}
