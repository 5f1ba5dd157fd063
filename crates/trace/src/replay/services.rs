//! Where following stops: tagged services, burn addresses, and addresses that behave like
//! services.

use std::collections::VecDeque;

use hawkshaw_model::{Account, AccountIx, Ledger, ReadError, Stop, TerminalKind, TxIx};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::options::{Noise, Stops};

/// An untagged address is taken for a service if, within [`WINDOW_SECONDS`] that end before
/// the case's value arrives, it took part in this many transactions,
const TRANSACTIONS_MIN: u32 = 1_000;
/// was paid by this many,
const SENDERS_MIN: usize = 200;
/// and paid this many.
const RECEIVERS_MIN: usize = 200;
/// Thirty days.
const WINDOW_SECONDS: i64 = 30 * 24 * 60 * 60;

/// The answer for one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Service {
    /// Value is followed on.
    None,
    /// Following stops.
    Stop(Stop),
}

/// Answers where following stops, and remembers the answers.
pub(crate) struct Services<'a> {
    ledger: &'a dyn Ledger,
    tagged: &'a dyn Fn(&Account) -> Option<Stop>,
    stops: Stops,
    noise: Noise,
    /// Recipients of stolen transfers are never inferred to be services.
    recipients: FxHashSet<u32>,
    known: FxHashMap<u32, Service>,
    /// Accounts that were inferred to be services, in the order in which value reached them.
    pub(crate) inferred: Vec<(u32, TxIx)>,
}

impl std::fmt::Debug for Services<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").field("known", &self.known.len()).finish_non_exhaustive()
    }
}

impl<'a> Services<'a> {
    pub(crate) fn new(
        ledger: &'a dyn Ledger,
        tagged: &'a dyn Fn(&Account) -> Option<Stop>,
        stops: Stops,
        noise: Noise,
        recipients: FxHashSet<u32>,
    ) -> Self {
        let (known, inferred) = (FxHashMap::default(), Vec::new());
        Self { ledger, tagged, stops, noise, recipients, known, inferred }
    }

    /// Whether following stops at an account that the case's value reaches in a transaction
    /// (for the first time, if it was not asked before).
    pub(crate) fn at(&mut self, account: u32, tx: TxIx) -> Result<&Service, ReadError> {
        if !self.known.contains_key(&account) {
            let service = self.decide(account, tx)?;
            self.known.insert(account, service);
        }
        Ok(&self.known[&account])
    }

    /// Whether an account is tagged as a service of the kinds that keep what they are given.
    pub(crate) fn keeps(&self, account: u32) -> Result<bool, ReadError> {
        let account = self.ledger.account(AccountIx(account))?;
        Ok((self.tagged)(&account).is_some_and(|stop| stop.kind != TerminalKind::SwapService))
    }

    fn decide(&mut self, number: u32, tx: TxIx) -> Result<Service, ReadError> {
        let account = self.ledger.account(AccountIx(number))?;
        if account.address().is_burn() {
            return Ok(Service::Stop(Stop { kind: TerminalKind::Burned, actor: None }));
        }
        if let Some(stop) = (self.tagged)(&account) {
            return Ok(Service::Stop(stop));
        }
        let inferable = self.stops == Stops::Inferred && !self.recipients.contains(&number);
        if inferable && self.behaves_like_service(AccountIx(number), tx)? {
            self.inferred.push((number, tx));
            let kind = TerminalKind::InferredService;
            return Ok(Service::Stop(Stop { kind, actor: None }));
        }
        Ok(Service::None)
    }

    /// Whether some thirty days before a transaction show the traffic of a service.
    fn behaves_like_service(&self, account: AccountIx, before: TxIx) -> Result<bool, ReadError> {
        if self.ledger.history_txs_max(account)? < u64::from(TRANSACTIONS_MIN) {
            return Ok(false);
        }
        let mut window = Window::default();
        let mut last = None;
        for posting in self.ledger.history(account, before) {
            let posting = posting?;
            let is_noise = self.noise == Noise::Dropped && posting.amount.is_zero();
            let Some(other) = posting.counterparty.filter(|_| !is_noise) else {
                continue;
            };
            let time = match last {
                Some((tx, time)) if tx == posting.tx => time,
                _ => self.ledger.transaction(posting.tx)?.time.to_unix(),
            };
            last = Some((posting.tx, time));
            window.push(Seen { time, tx: posting.tx, other, is_sender: posting.is_credit });
            if window.is_service() {
                return Ok(true);
            }
        }
        Ok(false)
    }
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
