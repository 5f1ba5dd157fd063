//! Transactions: what was sent, the value moved, the fee.

use alloy_primitives::keccak256;
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
        (Address::Evm(sender), Some(nonce)) => Some(Address::Evm(created_by(sender, nonce))),
        _ => None,
    })
}

/// The address of a contract: the end of the hash of sender and nonce in RLP.
///
/// Source: Ethereum's Yellow Paper, section 7.
fn created_by(sender: &[u8; 20], nonce: u64) -> [u8; 20] {
    let bytes = nonce.to_be_bytes();
    let digits = &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..];
    let mut rlp = vec![0x94];
    rlp.extend_from_slice(sender);
    match digits {
        [] => rlp.push(0x80),
        [digit] if *digit < 0x80 => rlp.push(*digit),
        // At most eight bytes.
        _ => {
            rlp.push(0x80 | u8::try_from(digits.len()).unwrap_or(0));
            rlp.extend_from_slice(digits);
        }
    }
    // At most 30 bytes.
    rlp.insert(0, 0xc0 | u8::try_from(rlp.len()).unwrap_or(0));
    let mut address = [0; 20];
    address.copy_from_slice(&keccak256(&rlp)[12..]);
    address
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
    let blobs = match (fields.amount(BLOB_GAS_USED)?, fields.amount(BLOB_GAS_PRICE)?) {
        (Some(used), Some(price)) => product(used.amount, price.amount),
        _ => Some(Amount::ZERO),
    };
    let publishing = fields.amount(L1_FEE)?.map_or(Amount::ZERO, |read| read.amount);
    let fee = product(used.amount, price.amount)
        .and_then(|gas| gas.checked_add(blobs?))
        .and_then(|fee| fee.checked_add(publishing));
    let amount = fee.ok_or_else(|| fields.refuse(GAS_USED, "the fee is beyond 256 bits"))?;
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

fn product(left: Amount, right: Amount) -> Option<Amount> {
    left.to_u256().checked_mul(right.to_u256()).map(Amount::from_u256)
}

#[cfg(test)]
mod tests {
    use super::created_by;
    use alloy_primitives::hex;

    /// The contracts that 0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0 creates, from the comments
    /// of go-ethereum's test of the same.
    #[test]
    fn sender_and_nonce_determine_the_contract() {
        let sender = hex!("6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0");
        for (nonce, contract) in [
            (0, "cd234a471b72ba2f1ccf0a70fcaba648a5eecd8d"),
            (1, "343c43a37d37dff08ae8c4a11544c718abb4fcf8"),
            (2, "f778b86fa74e846c4f0a1fbd1335fe81c00a0c91"),
            (3, "fffd933a0bc612844eaf0c6fe3e5b8e9b6c1d19c"),
        ] {
            assert_eq!(hex::encode(created_by(&sender, nonce)), contract);
        }
        assert_ne!(created_by(&sender, 0x80), created_by(&sender, 0x8000));
    }
}
