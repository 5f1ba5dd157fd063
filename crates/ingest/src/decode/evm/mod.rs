//! Tables of EVM chains. Their first fields are the same.

pub(crate) mod block;
pub(crate) mod log;
pub(crate) mod native_transfer;
pub(crate) mod receipt;
pub(crate) mod token_transfer;
pub(crate) mod trace;
mod trace_group;
pub(crate) mod transaction;

pub(crate) use trace_group::TraceGroup;

use hawkshaw_chains::evm::{Token, event_of_log};
use hawkshaw_model::rows::{Spot, Transfer};
use hawkshaw_model::{Address, Amount};

use crate::defects::Defect;
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
    event_of_log(index)
        .ok_or_else(|| fields.refuse(field, format!("`{index}` is beyond any block")))
}

/// Takes a movement of a token that a table states.
pub(crate) fn move_token(
    sink: &mut Sink,
    spot: Spot,
    event: u32,
    token: Token,
    [from, to]: [[u8; 20]; 2],
    amount: Amount,
) -> Result<(), Refusal> {
    let token = match token {
        Token::Fungible(contract) => sink.facts().token(contract),
        other => Some(other),
    };
    let Some(token) = token else {
        sink.count(Defect::RepeatsNative);
        return Ok(());
    };
    let asset = sink.logged(token)?;
    let (kind, from) = token.sides(from, to);
    let (from, to) = (from.map(Address::Evm), Some(Address::Evm(to)));
    sink.transfer(Transfer { spot, event, kind, asset, from, to, sender: None, amount });
    Ok(())
}
