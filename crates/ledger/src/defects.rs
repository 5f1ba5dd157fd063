//! What was wrong with the data and could be mended, and what was counted on the way.

use std::collections::BTreeMap;

use crate::check::is_native;
use crate::names::Assets;
use crate::segment::{Segment, TransferSegment};

/// Rows that were mended or dropped, by reason. A row is never dropped in silence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defects(BTreeMap<&'static str, u64>);

impl Defects {
    /// The reason of a row that repeats another in every field.
    pub const DUPLICATE_ROW: &'static str = "duplicate-row";

    /// The reason of a row that only a source states, without a transaction, and that stands
    /// there twice. It may be a second payment and is kept: look at it.
    pub const REPEATED_REPORT: &'static str = "repeated-reported-row";

    /// The reason of a row of a coinbase that a later block repeated, and thereby wiped out
    /// (BIP-30): the later one stays.
    pub const OVERWRITTEN_COINBASE: &'static str = "overwritten-coinbase";

    /// How many rows have a reason.
    pub fn count(&self, reason: &str) -> u64 {
        self.0.get(reason).copied().unwrap_or(0)
    }

    /// Whether nothing was wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The reasons in alphabetic order, and how many rows have each.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.0.iter().map(|(reason, count)| (*reason, *count))
    }

    /// Counts rows.
    pub(crate) fn add(&mut self, reason: &'static str, count: u64) {
        if count > 0 {
            *self.0.entry(reason).or_default() += count;
        }
    }
}

/// How much a ledger holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LedgerStats {
    /// Movements on account chains.
    pub transfer_rows: u64,
    /// Legs of transactions on UTXO chains.
    pub output_rows: u64,
    /// Movements of nothing in a native asset.
    pub zero_value_native_rows: u64,
    /// Movements of nothing in a token: on Ethereum most of them are spam.
    pub zero_value_token_rows: u64,
}

impl LedgerStats {
    /// Counts the rows of segments.
    pub(crate) fn of(segments: &[Segment], assets: &Assets) -> Self {
        let natives: Vec<bool> = assets.iter().map(|(_, asset)| is_native(asset)).collect();
        let mut stats = Self::default();
        for segment in segments {
            match segment {
                Segment::Transfers(segment) => {
                    stats.transfer_rows += segment.len() as u64;
                    stats.count_zeros(segment, &natives);
                }
                Segment::Outputs(segment) => stats.output_rows += segment.outputs.len() as u64,
            }
        }
        stats
    }

    fn count_zeros(&mut self, segment: &TransferSegment, natives: &[bool]) {
        let rows = segment.amounts.zeros().zip(&segment.assets);
        for (_, asset) in rows.filter(|(is_zero, _)| *is_zero) {
            if natives[*asset as usize] {
                self.zero_value_native_rows += 1;
            } else {
                self.zero_value_token_rows += 1;
            }
        }
    }

    /// Movements of nothing, in any asset: what the noise rule `zero-value` counts.
    pub fn zero_value_rows(&self) -> u64 {
        self.zero_value_native_rows + self.zero_value_token_rows
    }
}
