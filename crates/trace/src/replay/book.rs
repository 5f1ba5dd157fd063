//! The book of a replay: which holdings taint reached, what is in them, where it ended.

use std::collections::BTreeMap;

use hawkshaw_model::{Grade, ReadError, TerminalKind, TxIx};
use rustc_hash::FxHashMap;

use crate::bounds::Flow;
use crate::program::{Place, Program, Share, Step};
use crate::replay::directory::{Directory, NONE};
use crate::replay::touched::{Bitmap, Touched};
use crate::units::Units;

/// Edges that are written down; beyond, the sums go on and the edges do not.
pub(crate) const EDGES_MAX: usize = 2_000_000;

/// Holdings that can be followed.
pub(crate) const HOLDINGS_MAX: usize = 1 << 30;

/// Why the replay cannot go on with this width of integers, or at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Halt {
    /// A sum is too wide, in this transaction.
    TooWide(TxIx),
    /// Taint reached too many holdings.
    TooManyHoldings,
    /// The ledger cannot be read on.
    Ledger(ReadError),
}

impl From<ReadError> for Halt {
    fn from(error: ReadError) -> Self {
        Self::Ledger(error)
    }
}

/// What a holding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum HoldingKey {
    /// The balance of an account in an asset.
    Balance { account: u32, asset: u32 },
    /// An output.
    Output { output: u64, holder: u32, asset: u32 },
    /// What is on its way through a transaction; empty between transactions.
    Transit,
}

/// What the replay keeps of a holding at hand.
#[derive(Debug, Clone, Copy)]
struct HoldingState<U> {
    balance: U,
    asset: u32,
    /// The next holding of the same account.
    next: u32,
}

/// What a terminal is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct TerminalKey {
    pub(crate) kind: TerminalKind,
    pub(crate) actor: Option<String>,
    /// The account, where the terminal is at one.
    pub(crate) account: Option<u32>,
    /// The output, where the terminal is one.
    pub(crate) output: Option<u64>,
    pub(crate) asset: u32,
}

/// One side of a written-down edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Account(u32),
    Output { output: u64, holder: u32 },
    Transaction,
    Nobody,
}

impl Side {
    /// An account, or nobody.
    pub(crate) fn of(account: Option<u32>) -> Self {
        account.map_or(Self::Nobody, Self::Account)
    }
}

/// A written-down edge.
#[derive(Debug, Clone)]
pub(crate) struct EdgeNote<U> {
    pub(crate) tx: TxIx,
    /// The event index; `None` where the edge is no single event.
    pub(crate) event: Option<u32>,
    pub(crate) from: Side,
    pub(crate) to: Side,
    pub(crate) place: Place,
    pub(crate) asset: u32,
    pub(crate) amount: U,
    pub(crate) link: LinkNote<U>,
    pub(crate) grade: Grade,
}

/// What a written-down edge is beside a plain payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkNote<U> {
    None,
    Theft,
    Swap {
        asset: u32,
        amount: U,
    },
    /// Into the bridge of this crossing of the scene.
    BridgeIn {
        crossing: u32,
    },
    /// This payout of this crossing of the scene.
    BridgeOut {
        crossing: u32,
        payout: u32,
    },
}

/// What a replay writes down beside the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Records {
    /// Nothing.
    Nothing,
    /// Edges and flows, kept to the end.
    Kept,
    /// Edges, handed over with the program and forgotten.
    HandedOver,
}

/// All that a replay writes down.
#[derive(Debug)]
pub(crate) struct Book<U> {
    pub(crate) program: Program<U>,
    pub(crate) holdings: Vec<HoldingKey>,
    pub(crate) terminals: Vec<TerminalKey>,
    pub(crate) edges: Vec<EdgeNote<U>>,
    pub(crate) flows: Vec<Flow<U>>,
    /// The transactions with steps, in order, where edges are written down: a moment is an
    /// index here.
    pub(crate) moments: Vec<TxIx>,
    tx: TxIx,
    /// Debits and inputs that met missing data.
    pub(crate) unexplained: u64,
    /// Accounts any holding of which taint has reached.
    pub(crate) touched: Touched,
    /// Outputs that taint has reached.
    pub(crate) touched_outputs: Bitmap,
    states: Vec<HoldingState<U>>,
    directory: Directory,
    by_output: FxHashMap<u64, u32>,
    terminal_numbers: BTreeMap<TerminalKey, u32>,
    transit_free: Vec<u32>,
    /// Holdings of outputs that were spent.
    outputs_free: Vec<u32>,
    /// Holdings from this number on were opened when edges were no longer written down: no edge
    /// and no flow names them.
    reusable_from: u32,
    /// How many holdings were used again.
    reused: usize,
    swaps: u32,
    stolen: Vec<(U, Option<TxIx>)>,
    /// Everything moved so far: no sum that a policy keeps can be larger.
    moved: U,
    records: Records,
}

impl<U: Units> Book<U> {
    pub(crate) fn new(
        accounts: usize,
        outputs: usize,
        stolen_assets: usize,
        records: Records,
    ) -> Self {
        Self {
            program: Program::default(),
            holdings: Vec::new(),
            terminals: Vec::new(),
            edges: Vec::new(),
            flows: Vec::new(),
            moments: Vec::new(),
            tx: TxIx(0),
            unexplained: 0,
            touched: Touched::with_len(accounts),
            touched_outputs: Bitmap::with_len(outputs),
            states: Vec::new(),
            directory: Directory::with_len(accounts),
            by_output: FxHashMap::default(),
            terminal_numbers: BTreeMap::new(),
            transit_free: Vec::new(),
            outputs_free: Vec::new(),
            reusable_from: NONE,
            reused: 0,
            swaps: 0,
            stolen: vec![(U::default(), None); stolen_assets],
            moved: U::default(),
            records,
        }
    }

    /// Begins a transaction.
    pub(crate) fn begin(&mut self, tx: TxIx) {
        self.tx = tx;
        if self.records == Records::Kept {
            self.moments.push(tx);
        }
    }

    /// The transaction that is being written down.
    pub(crate) fn tx(&self) -> TxIx {
        self.tx
    }

    /// Numbers for that many swaps: the first of them.
    pub(crate) fn number_swaps(&mut self, count: usize) -> u32 {
        let first = self.swaps;
        self.swaps = first.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        first
    }

    /// Adds to what was stolen of an asset of the case.
    pub(crate) fn count_stolen(&mut self, asset: u32, amount: U) {
        let tx = self.tx();
        if let Some((sum, first)) = self.stolen.get_mut(asset as usize) {
            *sum = sum.plus(amount);
            first.get_or_insert(tx);
        }
    }

    /// What was stolen of each asset of the case, and in which transaction first.
    pub(crate) fn stolen(&self) -> &[(U, Option<TxIx>)] {
        &self.stolen
    }

    fn moment(&self) -> u32 {
        u32::try_from(self.moments.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// Whether edges are still written down.
    pub(crate) fn is_recording(&self) -> bool {
        match self.records {
            Records::Nothing => false,
            Records::Kept => self.edges.len() < EDGES_MAX,
            Records::HandedOver => true,
        }
    }

    /// Whether flows are still written down.
    pub(crate) fn has_flows(&self) -> bool {
        self.records == Records::Kept && self.is_recording()
    }

    /// Whether what is recorded is handed over with the program.
    pub(crate) fn hands_over(&self) -> bool {
        self.records == Records::HandedOver
    }

    /// Whether edges were to be written down and no longer are.
    pub(crate) fn is_full(&self) -> bool {
        self.records == Records::Kept && self.edges.len() >= EDGES_MAX
    }

    /// Counts what is moved; beyond the width of the integers the replay stops.
    pub(crate) fn count_moved(&mut self, amount: U) -> Result<(), Halt> {
        self.moved = self.moved.checked_add(amount).ok_or(Halt::TooWide(self.tx()))?;
        Ok(())
    }

    /// The holding of an account in an asset, if taint has reached it.
    #[inline]
    pub(crate) fn holding(&self, account: u32, asset: u32) -> Option<u32> {
        if !self.touched.has(account) {
            return None;
        }
        let mut holding = self.directory.first(account);
        while let Some(state) = self.states.get(holding as usize) {
            if state.asset == asset {
                return Some(holding);
            }
            holding = state.next;
        }
        None
    }

    /// Looks up the holdings of accounts, for the memory's sake only.
    pub(crate) fn warm(&self, accounts: &[u32]) {
        let mut any = 0;
        for account in accounts {
            if let Some(state) = self.states.get(self.directory.first(*account) as usize) {
                any |= state.asset;
            }
        }
        std::hint::black_box(any);
    }

    /// Whether taint has reached an output.
    #[inline]
    pub(crate) fn is_output_touched(&self, output: u64) -> bool {
        self.touched_outputs.get(usize::try_from(output).unwrap_or(usize::MAX))
    }

    /// The holding of an output that is spent, if taint has reached it. What it holds is taken
    /// whole by the transaction at hand, so that the holding can be used again, unless an edge
    /// names it.
    pub(crate) fn spend_output(&mut self, output: u64) -> Option<u32> {
        if !self.is_output_touched(output) {
            return None;
        }
        let holding = self.by_output.remove(&output)?;
        if holding >= self.reusable_from {
            self.states[holding as usize].balance = U::default();
            self.outputs_free.push(holding);
        }
        Some(holding)
    }

    /// Follows a balance from here on.
    pub(crate) fn open(&mut self, account: u32, asset: u32, balance: U) -> Result<u32, Halt> {
        let holding = self.open_key(HoldingKey::Balance { account, asset }, balance)?;
        let next = self.directory.put(account, holding);
        self.states[holding as usize] = HoldingState { balance, asset, next };
        self.touched.add(account);
        Ok(holding)
    }

    /// Follows an output from here on.
    pub(crate) fn open_output(
        &mut self,
        output: u64,
        holder: u32,
        asset: u32,
    ) -> Result<u32, Halt> {
        let key = HoldingKey::Output { output, holder, asset };
        let holding = match self.outputs_free.pop() {
            // It is empty under every policy, as a new one is.
            Some(holding) => {
                self.holdings[holding as usize] = key;
                self.reused += 1;
                holding
            }
            None => self.open_key(key, U::default())?,
        };
        if !self.has_flows() {
            self.reusable_from = self.reusable_from.min(holding);
        }
        self.by_output.insert(output, holding);
        self.touched_outputs.set(usize::try_from(output).unwrap_or(usize::MAX));
        Ok(holding)
    }

    /// A holding for what is on its way through a transaction.
    pub(crate) fn open_transit(&mut self) -> Result<u32, Halt> {
        match self.transit_free.pop() {
            Some(holding) => Ok(holding),
            None => self.open_key(HoldingKey::Transit, U::default()),
        }
    }

    /// Gives a transit holding back; it is empty.
    pub(crate) fn close_transit(&mut self, holding: u32) {
        debug_assert!(
            self.states[holding as usize].balance.is_zero(),
            "transit holdings end empty"
        );
        self.transit_free.push(holding);
    }

    fn open_key(&mut self, key: HoldingKey, balance: U) -> Result<u32, Halt> {
        if self.holdings.len() >= HOLDINGS_MAX {
            return Err(Halt::TooManyHoldings);
        }
        self.count_moved(balance)?;
        let holding = u32::try_from(self.holdings.len()).map_err(|_| Halt::TooManyHoldings)?;
        self.holdings.push(key);
        self.states.push(HoldingState { balance, asset: NONE, next: NONE });
        self.program.steps.push(Step::Open { balance });
        Ok(holding)
    }

    /// The terminal of a key, made if it is new.
    pub(crate) fn terminal(&mut self, key: TerminalKey) -> Place {
        if let Some(number) = self.terminal_numbers.get(&key) {
            return Place::terminal(*number);
        }
        let number = u32::try_from(self.terminals.len()).unwrap_or(u32::MAX >> 1);
        self.terminals.push(key.clone());
        self.terminal_numbers.insert(key, number);
        Place::terminal(number)
    }

    /// What a holding has.
    pub(crate) fn balance(&self, holding: u32) -> U {
        self.states[holding as usize].balance
    }

    /// Takes a payment out of a holding's balance: what it had before. What is missing must
    /// have been there.
    #[inline]
    fn debit(&mut self, from: Option<u32>, amount: U) -> Result<(Place, U), Halt> {
        let Some(holding) = from else {
            return Ok((Place::CLEAN, U::default()));
        };
        let mut before = self.states[holding as usize].balance;
        if before < amount {
            let missing = amount.minus(before);
            self.count_moved(missing)?;
            self.program.steps.push(Step::Shortage { holding, amount: missing });
            self.unexplained += 1;
            before = amount;
        }
        self.states[holding as usize].balance = before.minus(amount);
        Ok((Place::holding(holding), before))
    }

    #[inline]
    pub(crate) fn credit(&mut self, to: Place, amount: U) -> Result<(), Halt> {
        if let crate::program::Resolved::Holding(holding) = to.resolve() {
            let sum = self.states[holding].balance.checked_add(amount);
            self.states[holding].balance = sum.ok_or(Halt::TooWide(self.tx()))?;
        }
        Ok(())
    }

    /// How many holdings taint has reached.
    pub(crate) fn reached_count(&self) -> usize {
        let transit = |key: &&HoldingKey| **key == HoldingKey::Transit;
        self.holdings.len() + self.reused - self.holdings.iter().filter(transit).count()
    }

    /// Writes a payment from a holding, or from a clean place.
    #[inline]
    pub(crate) fn pay(
        &mut self,
        from: Option<u32>,
        to: Place,
        amount: U,
        note: Option<EdgeNote<U>>,
    ) -> Result<(), Halt> {
        self.count_moved(amount)?;
        let (from, balance) = self.debit(from, amount)?;
        self.credit(to, amount)?;
        let recorded = self.note(note);
        let moment = self.moment();
        self.program.steps.push(Step::Pay { from, to, amount, balance, recorded, moment });
        Ok(())
    }

    /// Writes a stolen payment.
    pub(crate) fn steal(
        &mut self,
        from: Option<u32>,
        again: Place,
        to: Place,
        amount: U,
        asset: u32,
        note: Option<EdgeNote<U>>,
    ) -> Result<(), Halt> {
        self.count_moved(amount)?;
        self.count_stolen(asset, amount);
        let (from, balance) = self.debit(from, amount)?;
        self.credit(to, amount)?;
        let recorded = self.note(note);
        let moment = self.moment();
        let step = Step::Steal { from, again, to, amount, balance, asset, recorded, moment };
        self.program.steps.push(step);
        Ok(())
    }

    /// Writes the conversion of all that is in a holding.
    pub(crate) fn convert(&mut self, holding: u32, to: U, own: Option<u32>) -> Result<(), Halt> {
        self.count_moved(to)?;
        let from = std::mem::replace(&mut self.states[holding as usize].balance, to);
        self.program.steps.push(Step::Convert { holding, from, to, own });
        Ok(())
    }

    /// Writes the conversion of all that is in a holding into the shares given, which are in
    /// empty holdings.
    pub(crate) fn spread(&mut self, holding: u32, shares: Vec<Share<U>>) -> Result<(), Halt> {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let first = number(self.program.shares.len());
        for share in shares {
            self.count_moved(share.to)?;
            self.states[share.holding as usize].balance = share.to;
            self.program.shares.push(share);
        }
        let from = std::mem::take(&mut self.states[holding as usize].balance);
        let shares = first..number(self.program.shares.len());
        self.program.steps.push(Step::Spread { holding, from, shares });
        Ok(())
    }

    /// Writes the transaction of a UTXO chain whose legs begin at `first`, with `outputs` legs
    /// out (the fee counted), and an edge for each leg or none.
    pub(crate) fn join(&mut self, first: usize, outputs: usize, notes: Option<Vec<EdgeNote<U>>>) {
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let end = self.program.legs.len();
        let middle = number(end - outputs);
        let recorded = notes.is_some();
        let notes = notes.into_iter().flatten();
        if self.hands_over() {
            self.program.notes.extend(notes);
        } else {
            self.edges.extend(notes);
        }
        let moment = self.moment();
        let (inputs, outputs) = (number(first)..middle, middle..number(end));
        self.program.steps.push(Step::Join { inputs, outputs, recorded, moment });
    }

    fn note(&mut self, note: Option<EdgeNote<U>>) -> bool {
        match note {
            Some(note) if self.is_recording() => {
                match self.records {
                    Records::HandedOver => self.program.notes.push(note),
                    _ => self.edges.push(note),
                }
                true
            }
            _ => false,
        }
    }
}
