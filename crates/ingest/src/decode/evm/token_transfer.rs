//! Transfers of tokens that somebody has decoded.

use hawkshaw_chains::evm::Token;

use super::{HEIGHT, log_event, move_token, tx_spot};
use crate::error::Refusal;
use crate::fields::Fields;
use crate::sink::Sink;
use crate::table::Decoder;

pub(crate) const LOG_INDEX: usize = 5;
pub(crate) const TOKEN: usize = 6;
pub(crate) const FROM: usize = 7;
pub(crate) const TO: usize = 8;
pub(crate) const VALUE: usize = 9;

pub(crate) static DECODER: Decoder =
    Decoder { fields: 10, height: HEIGHT, row, is_serial: false, flush: None };

fn row(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    let spot = tx_spot(fields, sink)?;
    let event = log_event(fields, LOG_INDEX)?;
    let token = Token::Fungible(fields.filled_evm(TOKEN)?);
    let sides = [fields.filled_evm(FROM)?, fields.filled_evm(TO)?];
    let amount = fields.filled_amount(VALUE)?;
    let amount = sink.exact(amount);
    move_token(sink, spot, event, token, sides, amount)
}
