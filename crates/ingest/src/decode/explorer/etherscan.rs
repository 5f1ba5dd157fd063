//! Etherscan's exports: transactions, internal transactions, ERC-20 transfers.

use hawkshaw_chains::evm::Token;
use hawkshaw_model::rows::{Call, Spot, Transfer};
use hawkshaw_model::{Address, Amount, TransferKind};

use super::units;
use crate::cell::Cell;
use crate::decode::evm::move_token;
use crate::defects::Defect;
use crate::error::Refusal;
use crate::fields::{Fields, Read};
use crate::sink::Sink;
use crate::table::Decoder;

pub(crate) const HASH: usize = 0;
pub(crate) const HEIGHT: usize = 1;
/// Unix seconds.
pub(crate) const TIME: usize = 2;
/// The same time as a text.
pub(crate) const DATE: usize = 3;
pub(crate) const FROM: usize = 4;
pub(crate) const TO: usize = 5;
/// The contract created, or the token.
pub(crate) const CONTRACT: usize = 6;
/// What the account of the export received, in units.
pub(crate) const VALUE_IN: usize = 7;
/// What the account of the export paid, in units.
pub(crate) const VALUE_OUT: usize = 8;
pub(crate) const FEE: usize = 9;
/// Empty or 0, or `Error(0)` or 1 where it failed.
pub(crate) const STATUS: usize = 10;
/// Empty where it succeeded.
pub(crate) const ERROR_CODE: usize = 11;
/// Who sent the transaction.
pub(crate) const PARENT_FROM: usize = 12;
pub(crate) const TOKEN_VALUE: usize = 13;
pub(crate) const TOKEN_DECIMALS: usize = 14;

const FIELDS: usize = 15;

pub(crate) static TRANSACTIONS: Decoder =
    Decoder { fields: FIELDS, height: HEIGHT, row: transaction, is_serial: false, flush: None };
pub(crate) static INTERNAL: Decoder =
    Decoder { fields: FIELDS, height: HEIGHT, row: internal, is_serial: false, flush: None };
pub(crate) static TOKENS: Decoder =
    Decoder { fields: FIELDS, height: HEIGHT, row: token, is_serial: false, flush: None };

/// Native assets of the chains with such explorers have 18 decimals.
const NATIVE_DECIMALS: u8 = 18;

fn spot(fields: &Fields<'_, '_>) -> Result<Spot, Refusal> {
    let time = if fields.is_empty(TIME) { DATE } else { TIME };
    Ok(Spot {
        height: fields.filled_number(HEIGHT)?,
        time: Some(fields.filled_time(time)?),
        tx_index: None,
        tx: Some(fields.filled_hash(HASH)?),
        line: fields.line,
    })
}

fn has_failed(fields: &Fields<'_, '_>) -> bool {
    let is_error = matches!(fields.cell(STATUS), Cell::Text(text)
        if text == b"1" || text.starts_with(b"Error") || text.starts_with(b"Fail"));
    let has_code = !matches!(fields.cell(ERROR_CODE), Cell::Null | Cell::Text(b"0"));
    is_error || has_code
}

/// What moved: the one of the two values that is not zero.
fn value(fields: &Fields<'_, '_>) -> Result<Read, Refusal> {
    let none = Read { amount: Amount::ZERO, is_rounded: false };
    let incoming = units(fields, VALUE_IN, NATIVE_DECIMALS)?.unwrap_or(none);
    let outgoing = units(fields, VALUE_OUT, NATIVE_DECIMALS)?.unwrap_or(none);
    match (incoming.amount.is_zero(), outgoing.amount.is_zero()) {
        (_, true) => Ok(incoming),
        (true, false) => Ok(outgoing),
        // A payment to oneself.
        (false, false) if incoming == outgoing => Ok(incoming),
        (false, false) => Err(fields.refuse(VALUE_OUT, "it contradicts what came in")),
    }
}

fn transaction(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    let spot = spot(fields)?;
    let sender = Address::Evm(fields.filled_evm(FROM)?);
    let to = fields.evm(TO)?.map(Address::Evm);
    let failed = has_failed(fields);
    let call = Call {
        spot,
        sender: Some(sender.clone()),
        to: to.clone(),
        success: Some(!failed),
        data: Box::default(),
    };
    sink.rows().calls.push(call);
    let amount = value(fields)?.amount;
    if failed {
        sink.count(Defect::FailedTransaction);
    } else if !amount.is_zero() {
        let to = to.or(fields.evm(CONTRACT)?.map(Address::Evm));
        let to = to.ok_or_else(|| fields.empty(TO))?;
        native(sink, spot, TransferKind::Native, 0, (&sender, Some(to), &sender), amount)?;
    }
    match units(fields, FEE, NATIVE_DECIMALS)? {
        None => sink.count(Defect::FeeUnknown),
        Some(fee) if fee.amount.is_zero() => {}
        Some(fee) => {
            let sides = (&sender, None, &sender);
            native(sink, spot, TransferKind::Fee, Transfer::UNPLACED, sides, fee.amount)?;
        }
    }
    Ok(())
}

fn internal(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    let spot = spot(fields)?;
    let amount = value(fields)?.amount;
    if has_failed(fields) {
        sink.count(Defect::FailedCall);
        return Ok(());
    }
    if amount.is_zero() {
        return Ok(());
    }
    let from = Address::Evm(fields.filled_evm(FROM)?);
    let to = fields.evm(TO)?.or(fields.evm(CONTRACT)?).map(Address::Evm);
    let to = to.ok_or_else(|| fields.empty(TO))?;
    let sender = fields.evm(PARENT_FROM)?.map(Address::Evm);
    let transfer = Transfer {
        spot,
        event: Transfer::UNPLACED,
        kind: TransferKind::Internal,
        asset: sink.native()?,
        from: Some(from),
        to: Some(to),
        sender,
        amount,
    };
    sink.transfer(transfer);
    Ok(())
}

fn native(
    sink: &mut Sink,
    spot: Spot,
    kind: TransferKind,
    event: u32,
    (from, to, sender): (&Address, Option<Address>, &Address),
    amount: Amount,
) -> Result<(), Refusal> {
    let asset = sink.native()?;
    let (from, sender) = (Some(from.clone()), Some(sender.clone()));
    sink.transfer(Transfer { spot, event, kind, asset, from, to, sender, amount });
    Ok(())
}

fn token(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    let spot = spot(fields)?;
    let contract = fields.filled_evm(CONTRACT)?;
    let asset = sink.token(contract)?;
    let decimals = fields.number::<u8>(TOKEN_DECIMALS)?.or(sink.decimals(asset));
    let Some(decimals) = decimals else {
        sink.count(Defect::TokenDecimalsUnknown);
        return Ok(());
    };
    let amount = units(fields, TOKEN_VALUE, decimals)?.ok_or_else(|| fields.empty(TOKEN_VALUE))?;
    let sides = [fields.filled_evm(FROM)?, fields.filled_evm(TO)?];
    let token = Token::Fungible(contract);
    move_token(sink, spot, Transfer::UNPLACED, token, sides, amount.amount)
}
