//! Addresses that behave like services.

use std::collections::VecDeque;

use hawkshaw_model::{AccountIx, Ledger, ReadError, TxIx};
use rustc_hash::FxHashMap;

use crate::noise::Sieve;

/// An untagged address is taken for a service if, within [`WINDOW_SECONDS`] that end before
/// the case's value arrives, it took part in this many transactions,
const TRANSACTIONS_MIN: u32 = 1_000;
/// was paid by this many,
const SENDERS_MIN: usize = 200;
/// and paid this many.
const RECEIVERS_MIN: usize = 200;
/// Thirty days.
const WINDOW_SECONDS: i64 = 30 * 24 * 60 * 60;

/// Whether some thirty days before a transaction show the traffic of a service, noise aside.
pub(super) fn is_service(
    ledger: &dyn Ledger,
    sieve: &mut Sieve<'_>,
    account: AccountIx,
    before: TxIx,
) -> Result<bool, ReadError> {
    if ledger.history_txs_max(account)? < u64::from(TRANSACTIONS_MIN) {
        return Ok(false);
    }
    let mut window = Window::default();
    let mut last = None;
    for posting in ledger.history(account, before) {
        let posting = posting?;
        let Some(other) = posting.counterparty else { continue };
        if sieve.rule(account, &posting)?.is_some() {
            continue;
        }
        let time = match last {
            Some((tx, time)) if tx == posting.tx => time,
            _ => ledger.transaction(posting.tx)?.time.to_unix(),
        };
        last = Some((posting.tx, time));
        window.push(Seen { time, tx: posting.tx, other, is_sender: posting.is_credit });
        if window.is_service() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One side of a movement in the window.
#[derive(Debug, Clone, Copy)]
struct Seen {
    time: i64,
    tx: TxIx,
    other: AccountIx,
    is_sender: bool,
}

/// Thirty days of an account's traffic.
#[derive(Debug, Default)]
struct Window {
    seen: VecDeque<Seen>,
    transactions: FxHashMap<TxIx, u32>,
    senders: FxHashMap<AccountIx, u32>,
    receivers: FxHashMap<AccountIx, u32>,
}

impl Window {
    fn push(&mut self, seen: Seen) {
        while let Some(oldest) = self.seen.front().copied() {
            if oldest.time > seen.time - WINDOW_SECONDS {
                break;
            }
            self.seen.pop_front();
            forget(&mut self.transactions, &oldest.tx);
            forget(self.side(oldest.is_sender), &oldest.other);
        }
        self.seen.push_back(seen);
        *self.transactions.entry(seen.tx).or_insert(0) += 1;
        *self.side(seen.is_sender).entry(seen.other).or_insert(0) += 1;
    }

    fn side(&mut self, is_sender: bool) -> &mut FxHashMap<AccountIx, u32> {
        if is_sender { &mut self.senders } else { &mut self.receivers }
    }

    fn is_service(&self) -> bool {
        self.transactions.len() >= TRANSACTIONS_MIN as usize
            && self.senders.len() >= SENDERS_MIN
            && self.receivers.len() >= RECEIVERS_MIN
    }
}

fn forget<K: std::hash::Hash + Eq>(counts: &mut FxHashMap<K, u32>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}
