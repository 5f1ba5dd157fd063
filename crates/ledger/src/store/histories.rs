//! Whose history a file is, where an explorer's list of one account was imported.

use std::collections::BTreeSet;

use hawkshaw_model::Address;
use hawkshaw_model::rows::{Extent, Rows};

use crate::store::manifest::HistoryEntry;

/// A file on its way in, and what it is all of.
#[derive(Debug)]
pub(crate) struct History {
    file: std::sync::Arc<str>,
    /// The accounts that took part in every transaction so far.
    common: Option<BTreeSet<Address>>,
    heights: [u64; 2],
}

/// Notes rows of a file that is all of one account.
pub(crate) fn note(histories: &mut Vec<History>, rows: &Rows, heights: [u64; 2]) {
    let Extent::Account(account) = &rows.extent else { return };
    let at = match histories.iter().position(|history| history.file == rows.file) {
        Some(at) => at,
        None => {
            let common = account.clone().map(|account| BTreeSet::from([account]));
            histories.push(History { file: rows.file.clone(), common, heights });
            histories.len() - 1
        }
    };
    let history = &mut histories[at];
    let [low, high] = history.heights;
    history.heights = [low.min(heights[0]), high.max(heights[1])];
    if account.is_some() {
        return;
    }
    // A list of an account has the transactions in which it took part, and of these also what
    // others paid: the fee of who sent them.
    for tx in rows.transfers.chunk_by(|left, right| left.spot.tx == right.spot.tx) {
        let sides = || tx.iter().flat_map(|row| [&row.from, &row.to, &row.sender]).flatten();
        match &mut history.common {
            Some(common) if common.len() > 1 => {
                common.retain(|account| sides().any(|side| side == account));
            }
            Some(_) => {}
            None => history.common = Some(sides().cloned().collect()),
        }
    }
}

/// Adds the histories of which the account is known to those of a chain.
pub(crate) fn add(known: &mut Vec<HistoryEntry>, histories: Vec<History>) {
    for History { common, heights, .. } in histories {
        let mut common = common.into_iter().flatten();
        let (Some(account), None) = (common.next(), common.next()) else { continue };
        let account = account.to_string();
        match known.iter_mut().find(|entry| entry.account == account) {
            Some(entry) => {
                entry.heights[0] = entry.heights[0].min(heights[0]);
                entry.heights[1] = entry.heights[1].max(heights[1]);
            }
            None => known.push(HistoryEntry { account, heights }),
        }
    }
    known.sort();
}
