//! Hawkshaw's own tables.

pub(crate) mod event;
pub(crate) mod output;
pub(crate) mod transaction;
pub(crate) mod transfer;

use hawkshaw_model::rows::Spot;

use crate::error::Refusal;
use crate::fields::Fields;

/// The fields that place a row: block, transaction.
pub(crate) struct Place {
    pub(crate) height: usize,
    pub(crate) time: Option<usize>,
    pub(crate) tx_index: usize,
    pub(crate) hash: usize,
}

impl Place {
    /// The place of a row, all of which is there.
    pub(crate) fn of(&self, fields: &Fields<'_, '_>) -> Result<Spot, Refusal> {
        Ok(Spot {
            height: fields.filled_number(self.height)?,
            time: self.time.map(|field| fields.filled_time(field)).transpose()?,
            tx_index: Some(fields.filled_number(self.tx_index)?),
            tx: Some(fields.filled_hash(self.hash)?),
            line: fields.line,
        })
    }

    /// The place of a row of new value that no transaction made: a block reward, a withdrawal of
    /// a validator, a balance at genesis. Its block is there, and it is a transaction of its own.
    pub(crate) fn of_block(&self, fields: &Fields<'_, '_>) -> Result<Spot, Refusal> {
        Ok(Spot {
            height: fields.filled_number(self.height)?,
            time: self.time.map(|field| fields.filled_time(field)).transpose()?,
            tx_index: None,
            tx: None,
            line: fields.line,
        })
    }
}
