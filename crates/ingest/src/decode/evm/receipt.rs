//! Receipts: whether transactions succeeded. Who paid the fee stands in another table.

use hawkshaw_model::rows::Call;

use super::{HEIGHT, tx_spot};
use crate::defects::Defect;
use crate::error::Refusal;
use crate::fields::Fields;
use crate::sink::Sink;
use crate::table::Decoder;

pub(crate) const STATUS: usize = 5;
/// The opposite.
pub(crate) const FAILED: usize = 6;

pub(crate) static DECODER: Decoder =
    Decoder { fields: 7, height: HEIGHT, row, is_serial: false, flush: None };

fn row(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    let spot = tx_spot(fields, sink)?;
    let success = fields.flag(STATUS)?.or(fields.flag(FAILED)?.map(|failed| !failed));
    sink.count(Defect::FeeUnknown);
    let call = Call { spot, sender: None, to: None, success, data: Box::default() };
    sink.rows().calls.push(call);
    Ok(())
}
