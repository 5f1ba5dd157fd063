//! Traces: every call of a transaction, and what blocks give.

use hawkshaw_chains::evm::Act as CallAct;
use hawkshaw_model::rows::{Spot, Transfer};
use hawkshaw_model::{Address, TransferKind};

use super::trace_group::{TraceGroup, TracedCall};
use super::{HASH, HEIGHT, spot};
use crate::cell::Cell;
use crate::error::Refusal;
use crate::fields::Fields;
use crate::sink::Sink;
use crate::table::Decoder;
use crate::text::{decimal_u64, shown};

pub(crate) const FROM: usize = 5;
pub(crate) const TO: usize = 6;
pub(crate) const VALUE: usize = 7;
/// `call`, `create`, `suicide`, `reward`, `genesis`, `daofork`.
pub(crate) const TYPE: usize = 8;
/// `call`, `delegatecall`, `staticcall`, `callcode`.
pub(crate) const CALL_TYPE: usize = 9;
/// Where in the tree of calls: a list, or a text with separators; empty for the root.
pub(crate) const ADDRESS: usize = 10;
pub(crate) const ERROR: usize = 11;
/// 0 where the call, or one above it, failed.
pub(crate) const STATUS: usize = 12;
/// The contract that a creation made, where it is not in `TO`.
pub(crate) const CREATED: usize = 13;
/// ethereum-etl's `type_hash_address`, for tables that have none of these alone.
pub(crate) const ID: usize = 14;

pub(crate) static DECODER: Decoder =
    Decoder { fields: 15, height: HEIGHT, row, is_serial: true, flush: Some(TraceGroup::flush) };

/// What a trace does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Call,
    Create,
    Destroy,
    Reward,
    Genesis,
    Fork,
}

fn row(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    let spot = spot(fields, sink)?;
    let act = act(fields)?;
    match act {
        Act::Reward | Act::Genesis | Act::Fork => alone(fields, sink, spot, act),
        Act::Call | Act::Create | Act::Destroy => {
            let tx = spot.tx.ok_or_else(|| fields.empty(HASH))?;
            if sink.facts().has_native_logs() {
                return Ok(());
            }
            let call = call(fields, spot, act)?;
            if !sink.traces.is_of(tx) {
                TraceGroup::flush(sink).map_err(|(line, refusal)| refusal.of_line(line))?;
            }
            sink.traces.add(tx, call);
            Ok(())
        }
    }
}

fn act(fields: &Fields<'_, '_>) -> Result<Act, Refusal> {
    let field = if fields.is_empty(TYPE) { ID } else { TYPE };
    let text = match fields.cell(field) {
        Cell::Text(text) => text,
        Cell::Null => return Err(fields.empty(TYPE)),
        other => return Err(fields.refuse(field, format!("{} is no type", other.kind()))),
    };
    let name = text.split(|byte| *byte == b'_').next().unwrap_or_default();
    Ok(match name {
        b"call" => Act::Call,
        b"create" => Act::Create,
        b"suicide" | b"selfdestruct" => Act::Destroy,
        b"reward" => Act::Reward,
        b"genesis" => Act::Genesis,
        b"daofork" => Act::Fork,
        other => {
            let types = "call, create, suicide, reward, genesis, daofork";
            let reason = format!("`{}` is no type of trace: they are {types}", shown(other));
            return Err(fields.refuse(field, reason));
        }
    })
}

/// What belongs to a block and to no transaction.
fn alone(fields: &Fields<'_, '_>, sink: &mut Sink, spot: Spot, act: Act) -> Result<(), Refusal> {
    let read = fields.filled_amount(VALUE)?;
    if read.amount.is_zero() {
        return Ok(());
    }
    let from = fields.evm(FROM)?.map(Address::Evm);
    let to = fields.evm(TO)?.map(Address::Evm);
    let (kind, from, to) = match act {
        Act::Fork => (TransferKind::Internal, from, to),
        // cryo puts who is rewarded where others put who pays.
        _ => (TransferKind::Mint, None, to.or(from)),
    };
    if to.is_none() || (kind == TransferKind::Internal && from.is_none()) {
        return Err(fields.empty(if to.is_none() { TO } else { FROM }));
    }
    let transfer = Transfer {
        spot: Spot { tx: None, tx_index: None, ..spot },
        event: 0,
        kind,
        asset: sink.native()?,
        from,
        to,
        sender: None,
        amount: sink.exact(read),
    };
    sink.transfer(transfer);
    Ok(())
}

fn call(fields: &Fields<'_, '_>, spot: Spot, act: Act) -> Result<TracedCall, Refusal> {
    let error = match fields.cell(ERROR) {
        Cell::Null => None,
        Cell::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        _ => Some(String::new()),
    };
    let failed = error.is_some() || fields.flag(STATUS)? == Some(false);
    let created = if act == Act::Create { fields.evm(CREATED)? } else { None };
    let value = fields.amount(VALUE)?;
    Ok(TracedCall {
        spot,
        address: address(fields)?,
        act: match act {
            Act::Create => CallAct::Create,
            Act::Destroy => CallAct::Destroy,
            _ => call_act(fields)?,
        },
        failed,
        error,
        from: fields.evm(FROM)?,
        to: created.or(fields.evm(TO)?),
        value: value.map_or_else(Default::default, |read| read.amount),
        is_rounded: value.is_some_and(|read| read.is_rounded),
    })
}

/// What a call does, by its type.
fn call_act(fields: &Fields<'_, '_>) -> Result<CallAct, Refusal> {
    match fields.cell(CALL_TYPE) {
        Cell::Null => Ok(CallAct::Call),
        Cell::Text(name) => CallAct::of_call_type(name).ok_or_else(|| {
            let types = "call, delegatecall, staticcall, callcode";
            let reason = format!("`{}` is no type of call: they are {types}", shown(name));
            fields.refuse(CALL_TYPE, reason)
        }),
        other => Err(fields.refuse(CALL_TYPE, format!("{} is no type of call", other.kind()))),
    }
}

/// Calls nest at most 1,024 deep.
const DEPTH_MAX: usize = 1_025;

fn address(fields: &Fields<'_, '_>) -> Result<Vec<u32>, Refusal> {
    let no = |field| fields.refuse(field, "it is no list of whole numbers");
    let (field, numbers) = match fields.cell(ADDRESS) {
        Cell::Null => (ID, id_address(fields.cell(ID))),
        Cell::Text(text) => (ADDRESS, numbers(text)),
        Cell::Int(number) => (ADDRESS, u32::try_from(number).ok().map(|number| vec![number])),
        Cell::List(list) => {
            let cells = list.cells().ok_or_else(|| no(ADDRESS))?;
            let number = |cell| match cell {
                Cell::Int(number) => u32::try_from(number).ok(),
                Cell::UInt(number) => u32::try_from(number).ok(),
                Cell::Text(text) => decimal_u64(text).and_then(|number| number.try_into().ok()),
                _ => None,
            };
            (ADDRESS, cells.into_iter().map(number).collect())
        }
        _ => (ADDRESS, None),
    };
    let numbers = numbers.ok_or_else(|| no(field))?;
    if numbers.len() > DEPTH_MAX {
        return Err(fields.refuse(field, "calls nest at most 1,024 deep"));
    }
    Ok(numbers)
}

fn numbers(text: &[u8]) -> Option<Vec<u32>> {
    let parts = text.split(|byte| b",_ []".contains(byte)).filter(|part| !part.is_empty());
    parts.map(|part| decimal_u64(part)?.try_into().ok()).collect()
}

/// The part of `call_0x…_0_1` behind the hash.
fn id_address(id: Cell<'_>) -> Option<Vec<u32>> {
    match id {
        Cell::Null => Some(Vec::new()),
        Cell::Text(text) => {
            let mut parts = text.splitn(3, |byte| *byte == b'_');
            numbers(parts.nth(2).unwrap_or_default())
        }
        _ => None,
    }
}
