//! Canonical transactions.

use hawkshaw_model::LedgerKind;
use hawkshaw_model::rows::Call;

use super::Place;
use crate::error::Refusal;
use crate::fields::Fields;
use crate::sink::Sink;
use crate::table::Decoder;

pub(crate) const CHAIN: usize = 0;
pub(crate) const BLOCK_NUMBER: usize = 1;
pub(crate) const TX_INDEX: usize = 2;
pub(crate) const TX_HASH: usize = 3;
pub(crate) const SENDER: usize = 4;
pub(crate) const TO: usize = 5;
pub(crate) const SUCCESS: usize = 6;
pub(crate) const CALLDATA: usize = 7;

pub(crate) static DECODER: Decoder =
    Decoder { fields: 8, height: BLOCK_NUMBER, row, is_serial: false, flush: None };

const PLACE: Place = Place { height: BLOCK_NUMBER, time: None, tx_index: TX_INDEX, hash: TX_HASH };

fn row(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    sink.enter(fields, CHAIN, LedgerKind::Accounts)?;
    let data = fields.bytes(CALLDATA)?;
    let call = Call {
        spot: PLACE.of(fields)?,
        sender: fields.address(SENDER, sink.chain())?,
        to: fields.address(TO, sink.chain())?,
        success: fields.flag(SUCCESS)?,
        data: if sink.keeps_calldata { data } else { Box::default() },
    };
    sink.rows().calls.push(call);
    Ok(())
}
