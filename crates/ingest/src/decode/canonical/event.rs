//! Canonical events.

use hawkshaw_model::LedgerKind;
use hawkshaw_model::rows::Event;

use super::Place;
use crate::error::Refusal;
use crate::fields::Fields;
use crate::sink::Sink;
use crate::table::Decoder;

pub(crate) const CHAIN: usize = 0;
pub(crate) const BLOCK_NUMBER: usize = 1;
pub(crate) const BLOCK_TIME: usize = 2;
pub(crate) const TX_INDEX: usize = 3;
pub(crate) const EVENT_INDEX: usize = 4;
pub(crate) const TX_HASH: usize = 5;
pub(crate) const EMITTER: usize = 6;
pub(crate) const TOPIC_0: usize = 7;
pub(crate) const TOPIC_1: usize = 8;
pub(crate) const TOPIC_2: usize = 9;
pub(crate) const TOPIC_3: usize = 10;
pub(crate) const DATA: usize = 11;

pub(crate) static DECODER: Decoder =
    Decoder { fields: 12, height: BLOCK_NUMBER, row, is_serial: false, flush: None };

const PLACE: Place =
    Place { height: BLOCK_NUMBER, time: Some(BLOCK_TIME), tx_index: TX_INDEX, hash: TX_HASH };

fn row(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    sink.enter(fields, CHAIN, LedgerKind::Accounts)?;
    let emitter = fields.address(EMITTER, sink.chain())?;
    let event = Event {
        spot: PLACE.of(fields)?,
        event: fields.filled_number(EVENT_INDEX)?,
        emitter: emitter.ok_or_else(|| fields.empty(EMITTER))?,
        topics: topics(fields, [TOPIC_0, TOPIC_1, TOPIC_2, TOPIC_3])?,
        data: fields.bytes(DATA)?,
    };
    sink.rows().events.push(event);
    Ok(())
}

/// The topics of a log in columns of their own, none of them behind an empty one.
pub(crate) fn topics(
    fields: &Fields<'_, '_>,
    columns: [usize; 4],
) -> Result<Vec<[u8; 32]>, Refusal> {
    let mut topics = Vec::new();
    let mut gap = None;
    for field in columns {
        match (fields.word(field)?, gap) {
            (None, _) => gap = gap.or(Some(field)),
            (Some(topic), None) => topics.push(topic),
            (Some(_), Some(gap)) => {
                return Err(fields.refuse(gap, "it is empty, and a later topic is not"));
            }
        }
    }
    Ok(topics)
}
