//! cryo's `native_transfers`: every trace of a block as a transfer, without what kind of call
//! it was.

use hawkshaw_model::rows::{Spot, Transfer};
use hawkshaw_model::{Address, TransferKind};

use super::{HEIGHT, spot};
use crate::defects::Defect;
use crate::error::Refusal;
use crate::fields::Fields;
use crate::sink::Sink;
use crate::table::Decoder;

/// The number of the trace in its block, or in its transaction.
pub(crate) const INDEX: usize = 5;
pub(crate) const FROM: usize = 6;
pub(crate) const TO: usize = 7;
pub(crate) const VALUE: usize = 8;

pub(crate) static DECODER: Decoder =
    Decoder { fields: 9, height: HEIGHT, row, is_serial: true, flush: None };

fn row(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    let spot = spot(fields, sink)?;
    let index: u32 = fields.filled_number(INDEX)?;
    let from = fields.filled_evm(FROM)?;
    let read = fields.filled_amount(VALUE)?;
    let Some(tx) = spot.tx else {
        return reward(fields, sink, spot, read);
    };
    if sink.facts().has_native_logs() {
        return Ok(());
    }
    // The first trace of a transaction is its root. Traces that failed may be left out, but
    // then so is everything else of the transaction, or the root is there.
    let (root, sender) = match &sink.native_root {
        Some((known, root, sender)) if *known == tx && *root <= index => (*root, *sender),
        _ => (index, from),
    };
    sink.native_root = Some((tx, root, sender));
    if read.amount.is_zero() {
        return Ok(());
    }
    let kind = if index == root { TransferKind::Native } else { TransferKind::Internal };
    if kind == TransferKind::Internal {
        sink.count(Defect::CallKindUnknown);
    }
    let event = (index - root).checked_mul(2);
    let transfer = Transfer {
        spot,
        event: event.ok_or_else(|| fields.refuse(INDEX, "it is beyond any block"))?,
        kind,
        asset: sink.native()?,
        from: Some(Address::Evm(from)),
        to: Some(Address::Evm(fields.filled_evm(TO)?)),
        sender: Some(Address::Evm(sender)),
        amount: sink.exact(read),
    };
    sink.transfer(transfer);
    Ok(())
}

/// What a block gives to who made it.
fn reward(
    fields: &Fields<'_, '_>,
    sink: &mut Sink,
    spot: Spot,
    read: crate::fields::Read,
) -> Result<(), Refusal> {
    if read.amount.is_zero() {
        return Ok(());
    }
    let transfer = Transfer {
        spot: Spot { tx_index: None, ..spot },
        event: 0,
        kind: TransferKind::Mint,
        asset: sink.native()?,
        from: None,
        to: Some(Address::Evm(fields.filled_evm(TO)?)),
        sender: None,
        amount: sink.exact(read),
    };
    sink.transfer(transfer);
    Ok(())
}
