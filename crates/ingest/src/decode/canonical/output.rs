//! Canonical outputs.

use hawkshaw_model::rows::Leg;
use hawkshaw_model::{Amount, ChainId, LedgerKind, TxHash, output_amount_max};

use super::Place;
use crate::cell::Cell;
use crate::error::Refusal;
use crate::fields::Fields;
use crate::sink::Sink;
use crate::table::Decoder;
use crate::text::{bare_hex_array, decimal_u64, shown};

pub(crate) const CHAIN: usize = 0;
pub(crate) const BLOCK_NUMBER: usize = 1;
pub(crate) const BLOCK_TIME: usize = 2;
pub(crate) const TX_INDEX: usize = 3;
pub(crate) const TX_HASH: usize = 4;
pub(crate) const SIDE: usize = 5;
pub(crate) const LEG_INDEX: usize = 6;
pub(crate) const OUTPOINT: usize = 7;
pub(crate) const ADDRESS: usize = 8;
pub(crate) const AMOUNT: usize = 9;

pub(crate) static DECODER: Decoder =
    Decoder { fields: 10, height: BLOCK_NUMBER, row, is_serial: false, flush: None };

const PLACE: Place =
    Place { height: BLOCK_NUMBER, time: Some(BLOCK_TIME), tx_index: TX_INDEX, hash: TX_HASH };

fn row(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    sink.enter(fields, CHAIN, LedgerKind::Outputs)?;
    let leg = Leg {
        spot: PLACE.of(fields)?,
        index: fields.filled_number(LEG_INDEX)?,
        spends: spends(fields)?,
        holder: fields.address(ADDRESS, sink.chain())?,
        amount: fields.filled_amount(AMOUNT)?.amount,
    };
    check_amount(fields, AMOUNT, sink.chain(), leg.amount)?;
    sink.push_leg(leg);
    Ok(())
}

/// Checks that an amount is no more than there is of its chain.
pub(crate) fn check_amount(
    fields: &Fields<'_, '_>,
    field: usize,
    chain: &ChainId,
    amount: Amount,
) -> Result<(), Refusal> {
    match output_amount_max(chain).filter(|most| amount > *most) {
        None => Ok(()),
        Some(most) => {
            Err(fields.refuse(field, format!("{amount} is over {most}, all that there is")))
        }
    }
}

/// The output that an input spends; none for an output.
fn spends(fields: &Fields<'_, '_>) -> Result<Option<(TxHash, u32)>, Refusal> {
    let is_input = match fields.cell(SIDE) {
        Cell::Text(b"in") => true,
        Cell::Text(b"out") => false,
        Cell::Text(other) => {
            let reason = format!("`{}` is no side: use in or out", shown(other));
            return Err(fields.refuse(SIDE, reason));
        }
        Cell::Null => return Err(fields.empty(SIDE)),
        other => return Err(fields.refuse(SIDE, format!("{} is no side", other.kind()))),
    };
    match (fields.cell(OUTPOINT), is_input) {
        (Cell::Null, false) => Ok(None),
        (Cell::Null, true) => {
            let reason = "an input needs the output that it spends, as txid:vout";
            Err(fields.refuse(OUTPOINT, reason))
        }
        (Cell::Text(text), true) => outpoint(text).map(Some).ok_or_else(|| {
            let reason =
                format!("`{}` is no output: use txid:vout, such as 4a5e…b7:0", shown(text));
            fields.refuse(OUTPOINT, reason)
        }),
        (_, false) => {
            Err(fields.refuse(OUTPOINT, "an output spends nothing: leave outpoint empty"))
        }
        (other, true) => Err(fields.refuse(OUTPOINT, format!("{} is no output", other.kind()))),
    }
}

fn outpoint(text: &[u8]) -> Option<(TxHash, u32)> {
    let colon = memchr::memrchr(b':', text)?;
    let hash = text[..colon].strip_prefix(b"0x").unwrap_or(&text[..colon]);
    let vout = u32::try_from(decimal_u64(&text[colon + 1..])?).ok()?;
    Some((TxHash::from(bare_hex_array::<32>(hash)?), vout))
}
