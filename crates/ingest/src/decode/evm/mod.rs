//! Tables of EVM chains. Their first fields are the same.

pub(crate) mod block;
mod chains;
pub(crate) mod log;
pub(crate) mod native_transfer;
pub(crate) mod receipt;
pub(crate) mod token_transfer;
mod topics;
pub(crate) mod trace;
mod trace_group;
pub(crate) mod transaction;

pub(crate) use chains::native_asset;
pub(crate) use trace_group::TraceGroup;

use hawkshaw_model::rows::{Spot, Transfer};
use hawkshaw_model::{Address, Amount, TransferKind};

use crate::error::Refusal;
use crate::fields::Fields;
use crate::sink::Sink;

pub(crate) const HEIGHT: usize = 0;
pub(crate) const TIME: usize = 1;
pub(crate) const TX_INDEX: usize = 2;
pub(crate) const HASH: usize = 3;
/// The number of the chain.
pub(crate) const CHAIN: usize = 4;

/// Goes to the chain of a row and says where the row stands.
fn spot(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<Spot, Refusal> {
    sink.enter_evm(fields, CHAIN)?;
    Ok(Spot {
        height: fields.filled_number(HEIGHT)?,
        time: fields.time(TIME)?,
        tx_index: fields.number(TX_INDEX)?,
        tx: fields.hash(HASH)?,
        line: fields.line,
    })
}

/// The same for a row that belongs to a transaction.
fn tx_spot(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<Spot, Refusal> {
    match spot(fields, sink)? {
        Spot { tx: None, .. } => Err(fields.empty(HASH)),
        spot => Ok(spot),
    }
}

/// The event index of a log, on the scale on which the calls of its transaction have even
/// numbers.
fn log_event(fields: &Fields<'_, '_>, field: usize) -> Result<u32, Refusal> {
    let index: u32 = fields.filled_number(field)?;
    let event = index.checked_mul(2).and_then(|event| event.checked_add(1));
    let event = event.filter(|event| *event != Transfer::UNPLACED);
    event.ok_or_else(|| fields.refuse(field, format!("`{index}` is beyond any block")))
}

/// A movement of a token: from the zero address it is new value, to the zero address it is
/// destroyed.
pub(crate) fn token_movement(
    spot: Spot,
    event: u32,
    asset: u32,
    [from, to]: [[u8; 20]; 2],
    amount: Amount,
) -> Transfer {
    let (kind, from) = match (from == [0; 20], to == [0; 20]) {
        (true, _) => (TransferKind::Mint, None),
        (false, true) => (TransferKind::Burn, Some(Address::Evm(from))),
        (false, false) => (TransferKind::Token, Some(Address::Evm(from))),
    };
    let to = Some(Address::Evm(to));
    Transfer { spot, event, kind, asset, from, to, sender: None, amount }
}
