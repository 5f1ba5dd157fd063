//! Block headers, of any chain.

use hawkshaw_model::rows::Block;

use super::{CHAIN, HASH, HEIGHT, TIME};
use crate::error::Refusal;
use crate::fields::Fields;
use crate::sink::Sink;
use crate::table::Decoder;

pub(crate) const PARENT: usize = 5;

pub(crate) static DECODER: Decoder =
    Decoder { fields: 6, height: HEIGHT, row, is_serial: false, flush: None };

fn row(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    sink.enter_evm(fields, CHAIN)?;
    let height = fields.filled_number(HEIGHT)?;
    let parent = match fields.word(PARENT)? {
        Some(parent) => parent,
        // The first block has none.
        None if height == 0 => [0; 32],
        None => return Err(fields.empty(PARENT)),
    };
    let hash = fields.word(HASH)?.ok_or_else(|| fields.empty(HASH))?;
    let block = Block { height, time: fields.filled_time(TIME)?, hash, parent };
    sink.rows().blocks.push(block);
    Ok(())
}
