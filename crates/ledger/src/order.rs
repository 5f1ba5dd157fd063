//! The order of the transactions of a chain.

use crate::transactions::TxColumns;

/// Transactions that cannot both be right, the one with the lower number first.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Clash {
    pub(crate) txs: (u32, u32),
    pub(crate) reason: String,
}

/// Sorts transactions with a place by height, index in the block and first event.
pub(crate) fn sort_placed(txs: &mut [u32], columns: &TxColumns, first_event: impl Fn(u32) -> u32) {
    let key = |tx: &u32| (columns.position(*tx as usize), first_event(*tx), *tx);
    if !txs.is_sorted_by_key(key) {
        txs.sort_unstable_by_key(key);
    }
}

/// Checks that the transactions of a block share one time, and that no two with a hash share
/// one place.
pub(crate) fn check_blocks(placed: &[u32], columns: &TxColumns) -> Result<(), Clash> {
    let clash = |left: u32, right: u32, reason| {
        Err(Clash { txs: (left.min(right), left.max(right)), reason })
    };
    let mut hashed_last = None;
    let mut last = None;
    for tx in placed {
        let (at, time) = (columns.position(*tx as usize), columns.time(*tx as usize));
        if let Some((other, (height, _))) = last
            && at.is_some_and(|at| at.0 == height)
            && columns.time(other as usize) != time
        {
            let times = (columns.time(other as usize).to_unix(), time.to_unix());
            return clash(
                other,
                *tx,
                format!("block {height} has the times {} and {}", times.0, times.1),
            );
        }
        if let Some(hash) = columns.hash(*tx as usize) {
            if let Some((other, other_hash, other_at)) = hashed_last
                && other_at == at
            {
                let (height, index) = at.unwrap_or_default();
                let hashes = format!("{other_hash} and {hash}");
                let reason =
                    format!("two transactions, {hashes}, stand at block {height}, index {index}");
                return clash(other, *tx, reason);
            }
            hashed_last = Some((*tx, hash, at));
        }
        last = at.map(|at| (*tx, at));
    }
    Ok(())
}

/// Puts transactions without a place among those with one: each behind the last whose time is
/// not later, and among themselves by time, then in the order given.
pub(crate) fn merge_unplaced(
    mut placed: Vec<u32>,
    mut unplaced: Vec<u32>,
    columns: &TxColumns,
) -> Vec<u32> {
    if unplaced.is_empty() {
        return placed;
    }
    let time = |tx: u32| columns.time(tx as usize);
    unplaced.sort_by_key(|tx| time(*tx));
    let mut reversed = Vec::with_capacity(placed.len() + unplaced.len());
    for tx in unplaced.into_iter().rev() {
        while let Some(later) = placed.pop_if(|placed| time(*placed) > time(tx)) {
            reversed.push(later);
        }
        reversed.push(tx);
    }
    placed.extend(reversed.into_iter().rev());
    placed
}
