//! What explorers list of an account. Their rows do not say where in a block or transaction
//! they stand.

pub(crate) mod account_transfer;
pub(crate) mod etherscan;

use crate::cell::Cell;
use crate::error::Refusal;
use crate::fields::{Fields, Read};
use crate::text::{shown, units_amount};

/// An amount of units with a point, in base units; nothing where the field is empty.
fn units(fields: &Fields<'_, '_>, field: usize, decimals: u8) -> Result<Option<Read>, Refusal> {
    match fields.cell(field) {
        Cell::Null => Ok(None),
        Cell::Text(text) => match units_amount(text, decimals) {
            Some(amount) => Ok(Some(Read { amount, is_rounded: false })),
            None => {
                let reason = format!(
                    "`{}` is no number of units with at most {decimals} decimal places",
                    shown(text)
                );
                Err(fields.refuse(field, reason))
            }
        },
        other => Err(fields.refuse(field, format!("{} is no number of units", other.kind()))),
    }
}
