//! What of an account's history a ledger can know.

use hawkshaw_model::{Account, ChainId};
use serde_json::{Value, json};

use super::words::number;
use crate::text::label;

/// What a ledger covers of what was asked of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountCoverage {
    /// The account.
    pub account: Account,
    /// Whether the ledger has it at all.
    pub is_known: bool,
    /// Stretches of blocks of its chain that are covered.
    pub covered: Vec<[u64; 2]>,
    /// The first and last height of its history, where that was imported alone.
    pub history: Option<[u64; 2]>,
    /// Heights that were asked for and are not covered; the last height of an open end is
    /// `u64::MAX`.
    pub missing: Vec<[u64; 2]>,
    /// What the sources of the blocks left out, as sentences.
    pub lacks: Vec<String>,
}

/// Stretches that are named.
const STRETCHES_MAX: usize = 5;

impl AccountCoverage {
    /// Whether the ledger knows all that was asked for.
    pub fn is_whole(&self) -> bool {
        self.is_known && self.missing.is_empty() && self.lacks.is_empty()
    }

    pub(super) fn json(&self) -> Value {
        let histories: Vec<Value> = self
            .history
            .iter()
            .map(|heights| json!([self.account.address_in_files(), heights]))
            .collect();
        json!({
            "account": self.account.to_string(),
            "known": self.is_known,
            "covered": self.covered,
            "histories": histories,
            "not_covered": missing_json(&self.missing),
            "lacks": self.lacks,
        })
    }
}

/// Stretches for JSON: an open end is null.
pub(super) fn missing_json(missing: &[[u64; 2]]) -> Vec<Value> {
    let end = |last: u64| (last < u64::MAX).then_some(last);
    missing.iter().map(|[first, last]| json!([first, end(*last)])).collect()
}

/// That some of the heights that were asked for are not covered, as a sentence.
pub fn missing_text(chain: &ChainId, missing: &[[u64; 2]]) -> Option<String> {
    let stretch = |[first, last]: &[u64; 2]| match *last {
        u64::MAX => format!("from {} on", number(*first)),
        last if last == *first => number(*first),
        last => format!("{} to {}", number(*first), number(last)),
    };
    let mut stretches: Vec<String> = missing.iter().take(STRETCHES_MAX).map(stretch).collect();
    if missing.len() > STRETCHES_MAX {
        stretches
            .push(format!("{} more stretches", number((missing.len() - STRETCHES_MAX) as u64)));
    }
    (!missing.is_empty()).then(|| {
        let chain = label(chain.name());
        let stretches = stretches.join(", ");
        format!("Not covered of {chain}: blocks {stretches}. More may have happened there.")
    })
}
