//! Canonical transfers.

use hawkshaw_model::rows::Transfer;
use hawkshaw_model::{Address, LedgerKind, TransferKind};

use super::Place;
use crate::cell::Cell;
use crate::error::Refusal;
use crate::fields::Fields;
use crate::sink::Sink;
use crate::table::Decoder;
use crate::text::shown;

pub(crate) const CHAIN: usize = 0;
pub(crate) const BLOCK_NUMBER: usize = 1;
pub(crate) const BLOCK_TIME: usize = 2;
pub(crate) const TX_INDEX: usize = 3;
pub(crate) const EVENT_INDEX: usize = 4;
pub(crate) const TX_HASH: usize = 5;
pub(crate) const KIND: usize = 6;
pub(crate) const ASSET: usize = 7;
pub(crate) const FROM: usize = 8;
pub(crate) const TO: usize = 9;
pub(crate) const AMOUNT: usize = 10;
pub(crate) const SENDER: usize = 11;
pub(crate) const SOURCE: usize = 12;

pub(crate) static DECODER: Decoder =
    Decoder { fields: 13, height: BLOCK_NUMBER, row, is_serial: false, flush: None };

const PLACE: Place =
    Place { height: BLOCK_NUMBER, time: Some(BLOCK_TIME), tx_index: TX_INDEX, hash: TX_HASH };

fn row(fields: &Fields<'_, '_>, sink: &mut Sink) -> Result<(), Refusal> {
    if !fields.is_empty(SOURCE) {
        let reason = "only a source states this row: such rows belong into the transfers.csv of a \
                      case folder, not into a ledger";
        return Err(fields.refuse(SOURCE, reason));
    }
    sink.enter(fields, CHAIN, LedgerKind::Accounts)?;
    let kind = kind(fields)?;
    let is_of_block =
        kind == TransferKind::Mint && fields.is_empty(TX_HASH) && fields.is_empty(FROM);
    let (spot, event) = if is_of_block {
        (PLACE.of_block(fields)?, Transfer::UNPLACED)
    } else {
        (PLACE.of(fields)?, event(fields)?)
    };
    let transfer = Transfer {
        spot,
        event,
        kind,
        asset: sink.asset(fields, ASSET)?,
        from: fields.address(FROM, sink.chain())?,
        to: fields.address(TO, sink.chain())?,
        sender: fields.address(SENDER, sink.chain())?,
        amount: fields.filled_amount(AMOUNT)?.amount,
    };
    check_sides(fields, kind, transfer.from.as_ref(), transfer.to.as_ref())?;
    sink.transfer(transfer);
    Ok(())
}

fn event(fields: &Fields<'_, '_>) -> Result<u32, Refusal> {
    match fields.filled_number(EVENT_INDEX)? {
        Transfer::UNPLACED => {
            Err(fields.refuse(EVENT_INDEX, format!("it must be below {}", u32::MAX)))
        }
        event => Ok(event),
    }
}

fn kind(fields: &Fields<'_, '_>) -> Result<TransferKind, Refusal> {
    let text = match fields.cell(KIND) {
        Cell::Text(text) => text,
        Cell::Null => return Err(fields.empty(KIND)),
        other => return Err(fields.refuse(KIND, format!("{} is no kind", other.kind()))),
    };
    Ok(match text {
        b"native" => TransferKind::Native,
        b"internal" => TransferKind::Internal,
        b"token" => TransferKind::Token,
        b"fee" => TransferKind::Fee,
        b"mint" => TransferKind::Mint,
        b"burn" => TransferKind::Burn,
        b"wrap" => TransferKind::Wrap,
        b"unwrap" => TransferKind::Unwrap,
        other => {
            let kinds = "native, internal, token, fee, mint, burn, wrap, unwrap";
            let reason = format!("`{}` is no kind: the kinds are {kinds}", shown(other));
            return Err(fields.refuse(KIND, reason));
        }
    })
}

/// Who may be missing from a movement. A wrap or unwrap is a mint or burn of the wrapped token.
fn check_sides(
    fields: &Fields<'_, '_>,
    kind: TransferKind,
    from: Option<&Address>,
    to: Option<&Address>,
) -> Result<(), Refusal> {
    use TransferKind::{Burn, Fee, Mint, Unwrap, Wrap};
    match (from, to) {
        (None, None) => {
            let reason = "from and to are both empty: a movement has at least one side";
            Err(fields.refuse(FROM, reason))
        }
        (None, _) if !matches!(kind, Mint | Wrap | Unwrap) => {
            Err(fields.refuse(FROM, "only a mint may have an empty from"))
        }
        (_, None) if !matches!(kind, Burn | Fee | Wrap | Unwrap) => {
            Err(fields.refuse(TO, "only a burn or a fee may have an empty to"))
        }
        _ => Ok(()),
    }
}
