//! The replay: one pass over the ledger from the first theft on, which writes the taint
//! program.
//!
//! A segment in which no theft lies is asked whether it has any account that taint reached, as
//! long as they are few, and passed over if not.
//!
//! Back of the envelope: a row that touches nothing costs two bit tests (a bitmap of the
//! accounts that taint reached, 40 MB for 300 million accounts); a row that does costs a hash
//! lookup on each side and a step of 64 bytes. Steps are handed over in stretches that fit the
//! second-level cache, so that the policies read them hot.

mod accounts;
pub(crate) mod book;
mod bridging;
mod crossings;
mod directory;
mod exchanging;
mod mixing;
mod moves;
mod outputs;
mod services;
pub(crate) mod surroundings;
pub(crate) mod thefts;
pub(crate) mod touched;

use std::ops::Range;

use hawkshaw_model::{
    Account, AccountIx, Address, Batch, ChainSummary, Ledger, LedgerKind, LedgerSegment, Posting,
    ReadError, Stop, TerminalKind, Timestamp, TxIx,
};

use crate::exposure::Origins;
use crate::noise::Gate;
use crate::program::{Place, Program};
use crate::replay::book::{Book, Halt, Records, TerminalKey};
use crate::replay::crossings::Crossings;
use crate::replay::mixing::Joining;
use crate::replay::services::{Service, Services};
use crate::replay::surroundings::{LoanNote, Markets};
use crate::replay::thefts::Thefts;
use crate::result::Finding;
use crate::scene::Scene;
use crate::units::Units;

/// Steps after which a stretch of the program is handed over.
const STRETCH_STEPS: usize = 4_096;

/// The replay of a ledger.
pub(crate) struct Replay<'a, U> {
    scene: Scene<'a>,
    thefts: &'a Thefts,
    pub(crate) book: Book<U>,
    services: Services<'a>,
    crossings: Crossings<U>,
    pub(crate) noise: Gate<'a, U>,
    pub(crate) findings: Vec<Finding>,
    /// What was borrowed by accounts that had taint.
    pub(crate) loans: Vec<LoanNote<U>>,
    markets: Markets,
    joining: Joining,
    /// The burn addresses that the ledger has.
    burns: Vec<u32>,
    /// Rows of the batch in work up to which memory was looked up ahead.
    warmed: usize,
}

impl<U> std::fmt::Debug for Replay<'_, U> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay").finish_non_exhaustive()
    }
}

impl<'a, U: Units> Replay<'a, U> {
    /// A replay of a scene, before its first step.
    pub(crate) fn new(
        scene: Scene<'a>,
        thefts: &'a Thefts,
        records: Records,
    ) -> Result<Self, ReadError> {
        let Scene { ledger, .. } = scene;
        let mut replay = Self {
            scene,
            thefts,
            book: Book::new(
                ledger.account_count(),
                ledger.output_count(),
                thefts.assets.len(),
                records,
            ),
            services: Services::new(scene, thefts)?,
            noise: Gate::new(&scene, &thefts.assets)?,
            crossings: Crossings::find(ledger, scene.crossings)?,
            findings: Vec::new(),
            loans: Vec::new(),
            markets: Markets::of(&scene)?,
            joining: Joining::default(),
            burns: burn_addresses(ledger)?,
            warmed: 0,
        };
        for account in thefts.origins.iter().flat_map(Origins::accounts) {
            replay.book.touched.add(account.0);
        }
        Ok(replay)
    }

    /// The accounts that were asked whether following stops there, or what they held.
    pub(crate) fn asked(&self) -> Vec<u32> {
        let mut asked = self.services.asked();
        asked.extend(self.markets.consulted.borrow().iter());
        asked
    }

    /// Replays everything, handing over the program stretch by stretch. `hand_over` takes a
    /// stretch and gives back an empty one to write on.
    pub(crate) fn run(
        &mut self,
        hand_over: &mut dyn FnMut(Program<U>) -> Program<U>,
    ) -> Result<(), Halt> {
        let ledger = self.scene.ledger;
        let chains = ledger.chains();
        let ends =
            chains.iter().map(|chain| Ok(end_of(ledger, chain, self.scene.options.until)?.0));
        let ends = ends.collect::<Result<Vec<u64>, ReadError>>()?;
        let mut started = vec![false; chains.len()];
        while self.crossings.reached.iter().zip(&ends).any(|(reached, end)| reached < end) {
            let mut moved = false;
            for (at, chain) in chains.iter().enumerate() {
                let stretch = self.crossings.reached[at]..self.crossings.barrier(at, &ends);
                if stretch.is_empty() {
                    continue;
                }
                moved = true;
                let end = stretch.end;
                let first = if started[at] { Some(stretch.start) } else { self.first(&stretch) };
                if let Some(first) = first {
                    started[at] = true;
                    self.stretch(chain, first..end, hand_over)?;
                }
                self.crossings.reached[at] = end;
            }
            if !moved {
                self.break_circle(&ends)?;
            }
        }
        self.flush_gates()?;
        self.hand_over(hand_over);
        if !self.book.hands_over() {
            self.note_inferred()?;
            self.note_services()?;
        }
        Ok(())
    }

    /// Replays a stretch of a chain.
    fn stretch(
        &mut self,
        chain: &ChainSummary,
        txs: Range<u64>,
        hand_over: &mut dyn FnMut(Program<U>) -> Program<U>,
    ) -> Result<(), Halt> {
        let (first, end) = (TxIx(txs.start), TxIx(txs.end));
        for segment in self.scene.ledger.segments(first, end) {
            if chain.kind == LedgerKind::Accounts && !self.may_matter(segment)? {
                continue;
            }
            self.warmed = 0;
            let mut outcome = Ok(());
            segment.with_batch(&mut |batch| {
                outcome = match batch {
                    Batch::Transfers(batch) => self.transfers(batch, first, end, hand_over),
                    Batch::Outputs(batch) => self.outputs(batch, first, end, hand_over),
                };
            })?;
            outcome?;
        }
        Ok(())
    }

    /// The first transaction of a stretch in which anything is stolen or comes out of a bridge.
    fn first(&self, txs: &Range<u64>) -> Option<u64> {
        if self.thefts.has_owners() {
            return Some(txs.start);
        }
        let gains = self.thefts.gains.range(txs.clone()).next().map(|(tx, _)| *tx);
        let outputs = self.thefts.outputs.range(txs.clone()).next().map(|(tx, _)| *tx);
        let due = self.crossings.next_due(txs.clone());
        gains.into_iter().chain(outputs).chain(due).min()
    }

    /// Chains that wait for each other contradict each other: the earliest payout that waits
    /// no longer does.
    fn break_circle(&mut self, ends: &[u64]) -> Result<(), ReadError> {
        let mut earliest = None;
        for (at, end) in ends.iter().enumerate() {
            let waiting = self.crossings.first_barrier(at);
            if let Some(tx) = waiting.filter(|_| self.crossings.reached[at] < *end) {
                let time = self.scene.ledger.transaction(TxIx(tx))?.time;
                earliest = earliest.into_iter().chain([(time, at)]).min();
            }
        }
        if let Some((_, at)) = earliest {
            self.crossings.give_up(at);
        }
        Ok(())
    }

    /// Whether anything in a segment of an account chain can be stolen or tainted: if not, its
    /// columns need not be read.
    fn may_matter(&self, segment: &dyn LedgerSegment) -> Result<bool, ReadError> {
        if self.thefts.gains.range(segment.txs()).next().is_some()
            || self.crossings.next_due(segment.txs()).is_some()
        {
            return Ok(true);
        }
        match self.book.touched.listed() {
            Some([]) => Ok(false),
            Some(accounts) => segment.may_touch(accounts),
            None => Ok(true),
        }
    }

    fn hand_over_if_long(&mut self, hand_over: &mut dyn FnMut(Program<U>) -> Program<U>) {
        if self.book.program.steps.len() >= STRETCH_STEPS {
            self.hand_over(hand_over);
        }
    }

    fn hand_over(&mut self, hand_over: &mut dyn FnMut(Program<U>) -> Program<U>) {
        let stretch = std::mem::take(&mut self.book.program);
        self.book.program = hand_over(stretch);
    }

    /// Where value goes that may be tainted and is paid to an account: a terminal, or the
    /// account's holding, which is followed from now on.
    fn place_of_payee(&mut self, payee: Option<u32>, asset: u32) -> Result<Place, Halt> {
        if !self.crossings.mouths.is_empty()
            && let Some(place) = self.mouth(payee, asset, true)
        {
            return Ok(place);
        }
        let Some(account) = payee else {
            let kind = TerminalKind::Burned;
            let key = TerminalKey { kind, actor: None, account: None, output: None, asset };
            return Ok(self.book.terminal(key));
        };
        if let Some(holding) = self.book.holding(account, asset) {
            return Ok(Place::holding(holding));
        }
        let tx = self.book.tx();
        match self.services.at(account, tx)? {
            Service::Stop(stop) => {
                let Stop { kind, actor } = stop.clone();
                let account = Some(account);
                Ok(self.book.terminal(TerminalKey { kind, actor, account, output: None, asset }))
            }
            Service::None => {
                let balance = self.opening_balance(account, asset, tx)?;
                Ok(Place::holding(self.book.open(account, asset, balance)?))
            }
        }
    }

    /// What the rules leave in a holding after every earlier transaction of the ledger.
    fn opening_balance(&self, account: u32, asset: u32, before: TxIx) -> Result<U, Halt> {
        let mut opening = Opening { balance: U::default(), current: None };
        let postings = self.scene.ledger.history(AccountIx(account), before);
        let moves = |posting: &Posting| {
            posting.asset.0 == asset && posting.counterparty != Some(AccountIx(account))
        };
        for posting in postings {
            let posting = posting?;
            if !moves(&posting) {
                continue;
            }
            let amount = U::from_amount(posting.amount).ok_or(Halt::TooWide(before))?;
            if opening.current.as_ref().is_none_or(|current| current.tx != posting.tx) {
                opening.settle(before)?;
                opening.current = Some(OpeningTx::of(posting.tx));
            }
            let Some(current) = &mut opening.current else { continue };
            let side = match (posting.is_fee, posting.is_credit) {
                (true, is_credit) => {
                    current.fees.push((is_credit, amount));
                    continue;
                }
                (false, true) => &mut current.got,
                (false, false) => &mut current.paid,
            };
            *side = side.checked_add(amount).ok_or(Halt::TooWide(before))?;
        }
        opening.settle(before)?;
        Ok(opening.balance)
    }

    fn find(
        &mut self,
        rule: &'static str,
        account: Option<u32>,
        text: String,
    ) -> Result<(), ReadError> {
        if self.book.hands_over() {
            return Ok(());
        }
        let ledger = self.scene.ledger;
        let tx = tx_text(ledger, self.book.tx())?;
        let account = account.map(|account| ledger.account(AccountIx(account))).transpose()?;
        let account = account.map(|account| account.to_string());
        self.findings.push(Finding { rule, tx: Some(tx), account, text });
        Ok(())
    }

    fn note_inferred(&mut self) -> Result<(), ReadError> {
        for (account, tx) in std::mem::take(&mut self.services.inferred) {
            let account = self.scene.ledger.account(AccountIx(account))?.to_string();
            let text = "stopped here, unverified: untagged, and its traffic in thirty days before \
                        the value arrived is that of a service (1,000 transactions, 200 senders, \
                        200 receivers)";
            self.findings.push(Finding {
                rule: "inferred-service",
                tx: Some(tx_text(self.scene.ledger, tx)?),
                account: Some(account),
                text: text.to_owned(),
            });
        }
        Ok(())
    }
}

/// The burn addresses that a ledger has: the zero address and `0x…dead` of each chain.
fn burn_addresses(ledger: &dyn Ledger) -> Result<Vec<u32>, ReadError> {
    let mut dead = [0; 20];
    dead[18..].copy_from_slice(&[0xde, 0xad]);
    let addresses = [[0; 20], dead].into_iter().flat_map(|b| [Address::Evm(b), Address::Tron(b)]);
    let addresses: Vec<Address> = addresses.collect();
    debug_assert!(addresses.iter().all(Address::is_burn), "these are the burn addresses");
    let chains = ledger.chains().iter().map(|chain| &chain.id);
    let accounts =
        chains.flat_map(|chain| addresses.iter().map(|a| Account::new(chain.clone(), a.clone())));
    let numbers = accounts.filter_map(|account| ledger.find_account(&account).transpose());
    numbers.map(|number| number.map(|number| number.0)).collect()
}

/// A transaction as an investigator pastes it, or its time where only a source states it.
pub(crate) fn tx_text(ledger: &dyn Ledger, tx: TxIx) -> Result<String, ReadError> {
    let transaction = ledger.transaction(tx)?;
    let chain = chain_of(ledger, tx);
    Ok(match (transaction.hash, chain) {
        (Some(hash), Some(chain)) => hash.on(&chain.id),
        _ => format!("reported {}", transaction.time),
    })
}

/// The chain that a transaction is on.
pub(crate) fn chain_of(ledger: &dyn Ledger, tx: TxIx) -> Option<&ChainSummary> {
    ledger.chains().iter().find(|chain| chain.txs.contains(&tx.0))
}

/// A balance on its way through the history of a holding.
struct Opening<U> {
    balance: U,
    current: Option<OpeningTx<U>>,
}

/// What one transaction of the history does to a holding.
struct OpeningTx<U> {
    tx: TxIx,
    got: U,
    paid: U,
    /// Fees, in event order: whether it was received, and how much.
    fees: Vec<(bool, U)>,
}

impl<U: Units> OpeningTx<U> {
    fn of(tx: TxIx) -> Self {
        Self { tx, got: U::default(), paid: U::default(), fees: Vec::new() }
    }
}

impl<U: Units> Opening<U> {
    /// Ends the current transaction: net of it, then its fees. What is missing for a payment
    /// must have been there before it.
    fn settle(&mut self, before: TxIx) -> Result<(), Halt> {
        let Some(tx) = self.current.take() else { return Ok(()) };
        let add = |a: U, b: U| a.checked_add(b).ok_or(Halt::TooWide(before));
        self.balance = add(self.balance, tx.got)?.minus(tx.paid);
        for (is_credit, amount) in tx.fees {
            self.balance =
                if is_credit { add(self.balance, amount)? } else { self.balance.minus(amount) };
        }
        Ok(())
    }
}

/// The first transaction of a chain that is no longer looked at.
pub(crate) fn end_of(
    ledger: &dyn Ledger,
    chain: &ChainSummary,
    until: Option<Timestamp>,
) -> Result<TxIx, ReadError> {
    let Some(until) = until else {
        return Ok(TxIx(chain.txs.end));
    };
    let is_before = |tx: u64| Ok(ledger.transaction(TxIx(tx))?.time < until);
    if chain.kind == LedgerKind::Outputs {
        // Block times of a UTXO chain are not monotonic: the first that is late ends it.
        for tx in chain.txs.clone() {
            if !is_before(tx)? {
                return Ok(TxIx(tx));
            }
        }
        return Ok(TxIx(chain.txs.end));
    }
    let (mut low, mut high) = (chain.txs.start, chain.txs.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_before(middle)? { low = middle + 1 } else { high = middle }
    }
    Ok(TxIx(low))
}
