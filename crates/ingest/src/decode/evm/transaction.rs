//! Transactions: what was sent, the value moved, the fee.

use hawkshaw_chains::evm::{Fee, created_by};
use hawkshaw_model::rows::{Call, Spot, Transfer};
use hawkshaw_model::{Address, Amount, TransferKind};

use super::{HEIGHT, tx_spot};
use crate::defects::Defect;
use crate::error::Refusal;
use crate::fields::Fields;
use crate::sink::Sink;
use crate::table::Decoder;

pub(crate) const FROM: usize = 5;
pub(crate) const TO: usize = 6;
pub(crate) const VALUE: usize = 7;
pub(crate) const NONCE: usize = 8;
pub(crate) const INPUT: usize = 9;
pub(crate) const GAS_PRICE: usize = 10;
pub(crate) const GAS_USED: usize = 11;
/// What a unit of gas cost after the base fee was known (EIP-1559).
pub(crate) const EFFECTIVE_GAS_PRICE: usize = 12;
pub(crate) const STATUS: usize = 13;
/// The contract that the transaction created.
pub(crate) const CONTRACT: usize = 14;
/// What a rollup took for publishing the transaction.
pub(crate) const L1_FEE: usize = 15;
/// Gas and price of blobs (EIP-4844).
pub(crate) const BLOB_GAS_USED: usize = 16;
pub(crate) const BLOB_GAS_PRICE: usize = 17;

pub(crate) static DECODER: Decoder =
    Decoder { fields: 18, height: HEIGHT, row, is_serial: false, flush: None };

fn row(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    let spot = tx_spot(fields, sink)?;
    let sender = Address::Evm(fields.filled_evm(FROM)?);
    let to = fields.evm(TO)?.map(Address::Evm);
    let success = fields.flag(STATUS)?;
    let data = if sink.keeps_calldata { fields.bytes(INPUT)? } else { Box::default() };
    let call = Call { spot, sender: Some(sender.clone()), to: to.clone(), success, data };
    sink.rows().calls.push(call);
    if sink.facts().has_native_logs() {
        return Ok(());
    }
    value(fields, sink, spot, &sender, to, success)?;
    fee(fields, sink, spot, &sender)
}

/// The value that the transaction itself moves; none where it failed.
fn value(
    fields: &Fields<'_, '_>,
    sink: &mut Sink,
    spot: Spot,
    sender: &Address,
    to: Option<Address>,
    success: Option<bool>,
) -> Result<(), Refusal> {
    let read = fields.filled_amount(VALUE)?;
    if success == Some(false) {
        sink.count(Defect::FailedTransaction);
        return Ok(());
    }
    if read.amount.is_zero() {
        return Ok(());
    }
    let Some(to) = to.map_or_else(|| created(fields, sender), |to| Ok(Some(to)))? else {
        sink.count(Defect::CreatedContractUnknown);
        return Ok(());
    };
    if success.is_none() {
        sink.count(Defect::StatusUnknown);
    }
    let transfer = Transfer {
        spot,
        event: 0,
        kind: TransferKind::Native,
        asset: sink.native()?,
        from: Some(sender.clone()),
        to: Some(to),
        sender: Some(sender.clone()),
        amount: sink.exact(read),
    };
    sink.transfer(transfer);
    Ok(())
}

/// The contract that a transaction without receiver creates: as the file says, else as sender
/// and nonce determine it.
fn created(fields: &Fields<'_, '_>, sender: &Address) -> Result<Option<Address>, Refusal> {
    if let Some(contract) = fields.evm(CONTRACT)? {
        return Ok(Some(Address::Evm(contract)));
    }
    Ok(match (sender, fields.number::<u64>(NONCE)?) {
        (Address::Evm(sender), Some(nonce)) => Some(Address::Evm(created_by(*sender, nonce))),
        _ => None,
    })
}

/// What the sender paid for gas, blobs and publishing, whether or not the transaction
/// succeeded.
fn fee(
    fields: &Fields<'_, '_>,
    sink: &mut Sink,
    spot: Spot,
    sender: &Address,
) -> Result<(), Refusal> {
    let price = if fields.is_empty(EFFECTIVE_GAS_PRICE) { GAS_PRICE } else { EFFECTIVE_GAS_PRICE };
    let (Some(used), Some(price)) = (fields.amount(GAS_USED)?, fields.amount(price)?) else {
        sink.count(Defect::FeeUnknown);
        return Ok(());
    };
    let (blob_gas_used, blob_gas_price) =
        match (fields.amount(BLOB_GAS_USED)?, fields.amount(BLOB_GAS_PRICE)?) {
            (Some(used), Some(price)) => (used.amount, price.amount),
            _ => (Amount::ZERO, Amount::ZERO),
        };
    let publishing = fields.amount(L1_FEE)?.map_or(Amount::ZERO, |read| read.amount);
    let (gas_used, gas_price) = (used.amount, price.amount);
    let fee = Fee { gas_used, gas_price, blob_gas_used, blob_gas_price, publishing };
    let amount =
        fee.total().ok_or_else(|| fields.refuse(GAS_USED, "the fee is beyond 256 bits"))?;
    if amount.is_zero() {
        return Ok(());
    }
    if used.is_rounded || price.is_rounded {
        sink.count(Defect::RoundedAmount);
    }
    let transfer = Transfer {
        spot,
        event: Transfer::UNPLACED,
        kind: TransferKind::Fee,
        asset: sink.native()?,
        from: Some(sender.clone()),
        to: None,
        sender: Some(sender.clone()),
        amount,
    };
    sink.transfer(transfer);
    Ok(())
}
