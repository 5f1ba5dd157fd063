//! Logs of contracts, and the movements that they mean.

use hawkshaw_chains::evm::{EventChoice, Log, Meaning};
use hawkshaw_model::Address;
use hawkshaw_model::rows::{Event, Transfer};

use super::{HEIGHT, log_event, tx_spot};
use crate::cell::Cell;
use crate::decode::canonical::event::topics as separate_topics;
use crate::defects::Defect;
use crate::error::Refusal;
use crate::fields::Fields;
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

fn row(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    if fields.flag(REMOVED)? == Some(true) {
        sink.count(Defect::RemovedLog);
        return Ok(());
    }
    let topics = topics(fields)?;
    let emitter = fields.filled_evm(EMITTER)?;
    let spot = tx_spot(fields, sink)?;
    let facts = sink.facts();
    let meaning = topics.first().and_then(|topic| facts.meaning(&emitter, topic));
    let is_kept = match sink.events {
        EventChoice::None => false,
        EventChoice::Known => meaning == Some(Meaning::Kept),
        EventChoice::All => true,
    };
    let event = log_event(fields, LOG_INDEX)?;
    if !is_kept && matches!(meaning, None | Some(Meaning::Kept)) {
        return Ok(());
    }
    let data = fields.bytes(DATA)?;
    if let Some(meaning) = meaning {
        let log = Log { index: event / 2, emitter, topics: &topics, data: &data };
        let defect = log.moves(facts, meaning, &mut |moved| {
            let asset = sink.logged(moved.token)?;
            let (from, to) = (moved.from.map(Address::Evm), moved.to.map(Address::Evm));
            let (event, kind, amount) = (moved.event, moved.kind, moved.amount);
            sink.transfer(Transfer { spot, event, kind, asset, from, to, sender: None, amount });
            Ok::<_, Refusal>(())
        })?;
        if let Some(defect) = defect {
            sink.count(Defect::of_log(defect));
        }
    }
    if is_kept {
        let emitter = Address::Evm(emitter);
        sink.rows().events.push(Event { spot, event, emitter, topics, data });
    }
    Ok(())
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
