//! BlockchainSpider's transfers of accounts: native value and tokens in one table, in base
//! units, as an explorer's interface gives them.

use alloy_primitives::U256;
use hawkshaw_chains::evm::Token;
use hawkshaw_model::rows::{Spot, Transfer};
use hawkshaw_model::{Address, Amount, TransferKind};

use crate::decode::evm::move_token;
use crate::defects::Defect;
use crate::error::Refusal;
use crate::fields::{Fields, Read};
use crate::sink::Sink;
use crate::table::Decoder;

pub(crate) const HASH: usize = 0;
pub(crate) const HEIGHT: usize = 1;
pub(crate) const TIME: usize = 2;
pub(crate) const FROM: usize = 3;
pub(crate) const TO: usize = 4;
pub(crate) const VALUE: usize = 5;
/// The token; empty for native value.
pub(crate) const CONTRACT: usize = 6;
/// The number of an ERC-721 token.
pub(crate) const TOKEN_ID: usize = 7;
/// 1 where the transaction failed.
pub(crate) const IS_ERROR: usize = 8;

pub(crate) static DECODER: Decoder =
    Decoder { fields: 9, height: HEIGHT, row, is_serial: false, flush: None };

fn row(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    let spot = Spot {
        height: fields.filled_number(HEIGHT)?,
        time: fields.time(TIME)?,
        tx_index: None,
        tx: Some(fields.filled_hash(HASH)?),
        line: fields.line,
    };
    if fields.flag(IS_ERROR)? == Some(true) {
        sink.count(Defect::FailedTransaction);
        return Ok(());
    }
    let read = fields.filled_amount(VALUE)?;
    let contract = fields.evm(CONTRACT)?.filter(|contract| *contract != [0; 20]);
    match contract {
        Some(contract) => token(fields, sink, spot, contract, read),
        None => native(fields, sink, spot, read),
    }
}

fn token(
    fields: &Fields<'_, '_>,
    sink: &mut Sink,
    spot: Spot,
    contract: [u8; 20],
    read: Read,
) -> Result<(), Refusal> {
    let sides = [fields.filled_evm(FROM)?, fields.filled_evm(TO)?];
    let (token, amount) = match fields.amount(TOKEN_ID)? {
        Some(id) => {
            let token = Token::Unique(contract, id.amount.to_u256());
            (token, Amount::from_u256(U256::from(1u64)))
        }
        None => (Token::Fungible(contract), sink.exact(read)),
    };
    move_token(sink, spot, Transfer::UNPLACED, token, sides, amount)
}

/// Native value: whether by the transaction itself or by a call is not said.
fn native(fields: &Fields<'_, '_>, sink: &mut Sink, spot: Spot, read: Read) -> Result<(), Refusal> {
    if read.amount.is_zero() {
        return Ok(());
    }
    let from = Address::Evm(fields.filled_evm(FROM)?);
    let Some(to) = fields.evm(TO)?.map(Address::Evm) else {
        sink.count(Defect::CreatedContractUnknown);
        return Ok(());
    };
    let transfer = Transfer {
        spot,
        event: Transfer::UNPLACED,
        kind: TransferKind::Native,
        asset: sink.native()?,
        from: Some(from),
        to: Some(to),
        sender: None,
        amount: sink.exact(read),
    };
    sink.transfer(transfer);
    Ok(())
}
