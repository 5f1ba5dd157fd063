//! What accounts receive of which source: an interpreter of the taint program.

use hawkshaw_model::{AssetIx, Ledger, ReadError, Timestamp, TxIx};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::exposure::ExposureSettings;
use crate::exposure::pool::Pool;
use crate::exposure::receipts::{Arrival, Receipts};
use crate::exposure::ways::{Ways, key_of};
use crate::policy::{CleanFirst, DirtyFirst, Haircut, PooledRule};
use crate::program::{Leg, Place, Program, Resolved, Share, Step};
use crate::replay::book::{self, EdgeNote, LinkNote};
use crate::replay::thefts::Thefts;
use crate::units::Units;
use hawkshaw_model::Grade;

/// How many policies are computed: dirty-first, haircut, clean-first.
pub(crate) const POLICIES: usize = 3;

/// What is tainted under each policy.
pub(crate) type Pools<U> = [Pool<U>; POLICIES];

/// Interprets the program and writes down what accounts receive.
pub(crate) struct Recorder<'a, U> {
    ledger: &'a dyn Ledger,
    settings: ExposureSettings<'a>,
    thefts: &'a Thefts,
    holdings: Vec<Pools<U>>,
    pub(crate) ways: Ways,
    pub(crate) receipts: Receipts<U>,
    /// Where value was that went into a bridge, by crossing and source.
    bridged: FxHashMap<(u32, u32), u32>,
    /// How often sources were put together because a holding had too many.
    pub(crate) put_together: u64,
    /// The transaction whose time was asked last.
    clock: Option<(TxIx, Timestamp)>,
}

/// A recorded payment.
struct Paid<'n, U> {
    note: &'n EdgeNote<U>,
    /// Whether it is a stolen one.
    is_theft: bool,
}

impl<'a, U: Units> Recorder<'a, U> {
    /// Nothing is tainted yet.
    pub(crate) fn new(
        ledger: &'a dyn Ledger,
        settings: ExposureSettings<'a>,
        thefts: &'a Thefts,
    ) -> Self {
        Self {
            ledger,
            settings,
            thefts,
            holdings: Vec::new(),
            ways: Ways::default(),
            receipts: Receipts::default(),
            bridged: FxHashMap::default(),
            put_together: 0,
            clock: None,
        }
    }

    /// Carries out a stretch of the program.
    pub(crate) fn run(&mut self, program: &Program<U>) -> Result<(), ReadError> {
        let mut notes = program.notes.iter();
        for step in &program.steps {
            match step {
                Step::Open { .. } => self.holdings.push(Pools::default()),
                Step::Shortage { .. } => {}
                Step::Pay { from, to, amount, balance, recorded, .. } => {
                    let pools = self.debit(*from, *amount, *balance);
                    if let Some(note) = recorded.then(|| notes.next()).flatten() {
                        self.record(&Paid { note, is_theft: false }, &pools)?;
                    }
                    self.credit(*to, pools);
                }
                Step::Convert { holding, from, to, .. } => {
                    let taken = self.empty(*holding);
                    self.holdings[*holding as usize] = taken.map(|pool| turned(pool, *from, *to));
                }
                Step::Spread { holding, from, shares } => {
                    let shares = &program.shares[shares.start as usize..shares.end as usize];
                    self.spread(*holding, *from, shares);
                }
                Step::Steal { from, again, to, amount, balance, asset, recorded, .. } => {
                    let earlier = self.debit(*from, *amount, *balance);
                    let is_theft = *again != Place::CLEAN || self.is_gain(*recorded, &notes);
                    let pools = self.fresh(earlier, is_theft, *amount, *asset);
                    if let Some(note) = recorded.then(|| notes.next()).flatten() {
                        self.record(&Paid { note, is_theft }, &pools)?;
                    }
                    self.credit(*to, pools);
                }
                Step::Join { inputs, outputs, recorded, .. } => {
                    let count = if *recorded { inputs.len() + outputs.len() } else { 0 };
                    let inputs = &program.legs[inputs.start as usize..inputs.end as usize];
                    let outputs = &program.legs[outputs.start as usize..outputs.end as usize];
                    let (these, after) = notes.as_slice().split_at(count.min(notes.len()));
                    notes = after.iter();
                    self.join(inputs, outputs, these)?;
                }
            }
        }
        Ok(())
    }

    /// Whether the next note is that of a theft.
    fn is_gain(&self, recorded: bool, notes: &std::slice::Iter<'_, EdgeNote<U>>) -> bool {
        let next = notes.as_slice().first().filter(|_| recorded);
        next.is_some_and(|note| note.link == LinkNote::Theft)
    }

    /// What a payment that is a source's own carries: of a theft nothing but the theft; what an
    /// account of a source pays keeps what it has of other sources.
    fn fresh(&mut self, earlier: Pools<U>, is_theft: bool, amount: U, source: u32) -> Pools<U> {
        if is_theft {
            return std::array::from_fn(|_| Pool::fresh(amount, source));
        }
        earlier.map(|pool| pool.topped_up(amount, source))
    }

    fn empty(&mut self, holding: u32) -> Pools<U> {
        std::mem::take(&mut self.holdings[holding as usize])
    }

    fn debit(&mut self, from: Place, amount: U, balance: U) -> Pools<U> {
        let Resolved::Holding(holding) = from.resolve() else { return Pools::default() };
        let [dirty, cut, clean] = &mut self.holdings[holding];
        [
            dirty.take(DirtyFirst::debit(amount, dirty.amount(), balance)),
            cut.take(Haircut::debit(amount, cut.amount(), balance)),
            clean.take(CleanFirst::debit(amount, clean.amount(), balance)),
        ]
    }

    fn credit(&mut self, to: Place, pools: Pools<U>) {
        let Resolved::Holding(holding) = to.resolve() else { return };
        for (held, pool) in self.holdings[holding].iter_mut().zip(pools) {
            self.put_together += u64::from(held.add(pool));
        }
    }

    /// All of the taint goes on in every share.
    fn spread(&mut self, holding: u32, from: U, shares: &[Share<U>]) {
        let whole = self.empty(holding);
        for share in shares {
            let pools = whole.clone().map(|pool| turned(pool, from, share.to));
            self.holdings[share.holding as usize] = pools;
        }
    }

    /// Writes down a payment between accounts.
    fn record(&mut self, paid: &Paid<'_, U>, pools: &Pools<U>) -> Result<(), ReadError> {
        let note = paid.note;
        let (from, to) = (key_of(note.from), key_of(note.to));
        if from == to || to.is_none() {
            return Ok(());
        }
        let (Some(to), payer) = (to, account_of(note.from)) else { return Ok(()) };
        let is_direct = paid.is_theft || self.thefts.owner(payer).is_some();
        let time = self.time(note.tx)?;
        for source in sources(pools) {
            let is_own = paid.is_theft || self.thefts.owner(payer) == Some(source);
            let before = match note.link {
                LinkNote::BridgeOut { crossing, .. } => {
                    self.bridged.get(&(crossing, source)).copied()
                }
                _ if is_own => from.map(|from| self.ways.begin(from, source, time)),
                _ => from.and_then(|from| self.ways.at(from, source)),
            };
            self.arrive(note, (to, is_direct), source, before, pools)?;
            if let LinkNote::BridgeIn { crossing } = note.link
                && let Some(way) = self.ways.at(to, source)
            {
                self.bridged.insert((crossing, source), way);
            }
        }
        Ok(())
    }

    /// Writes down that what is of a source came to a place by a payment.
    fn arrive(
        &mut self,
        note: &EdgeNote<U>,
        (to, is_direct): (u64, bool),
        source: u32,
        before: Option<u32>,
        pools: &Pools<U>,
    ) -> Result<(), ReadError> {
        let account = account_of(note.to);
        if account.is_some() && self.thefts.owner(account) == Some(source) {
            return Ok(());
        }
        let time = self.time(note.tx)?;
        let hops = self.ways.arrive((to, source), before, (note.tx, time));
        let Some(account) = account else { return Ok(()) };
        let amounts = pools.each_ref().map(|pool| pool.part(source));
        let usd = self.settings.prices.and_then(|(prices, assets)| {
            let id = self.ledger.asset(AssetIx(note.asset));
            let worth = |amount: U| Some(prices.worth(assets, id, amount.to_amount(), time)?.0);
            Some([worth(amounts[0])?, worth(amounts[1])?, worth(amounts[2])?])
        });
        let hops = if is_direct { 1 } else { hops.max(2) };
        let way = self.ways.at(to, source);
        let arrival = Arrival { amounts, usd, hops, time, way };
        self.receipts.add((account, source, note.asset, is_direct), arrival);
        Ok(())
    }

    fn time(&mut self, tx: TxIx) -> Result<Timestamp, ReadError> {
        if let Some((_, time)) = self.clock.filter(|(known, _)| *known == tx) {
            return Ok(time);
        }
        let time = match self.settings.clock {
            Some(clock) => clock(tx)?,
            None => self.ledger.transaction(tx)?.time,
        };
        self.clock = Some((tx, time));
        Ok(time)
    }

    /// A transaction of a UTXO chain.
    fn join(
        &mut self,
        inputs: &[Leg<U>],
        outputs: &[Leg<U>],
        notes: &[EdgeNote<U>],
    ) -> Result<(), ReadError> {
        let (notes_in, notes_out) = notes.split_at(inputs.len().min(notes.len()));
        let mut side = Side::default();
        for (number, leg) in inputs.iter().enumerate() {
            let held = match leg.place.resolve() {
                Resolved::Holding(holding) => std::mem::take(&mut self.holdings[holding]),
                _ => Pools::default(),
            };
            let pools = match leg.stolen {
                Some((_, source)) => held.map(|pool| pool.topped_up(leg.amount, source)),
                None => held,
            };
            if let Some(note) = notes_in.get(number) {
                self.read_input(note, leg, &pools, &mut side)?;
            }
            for (sum, pool) in side.pools.iter_mut().zip(pools) {
                self.put_together += u64::from(sum.add(pool));
            }
        }
        let [dirty, cut, clean] = std::mem::take(&mut side.pools);
        let mut dirty = divided::<U, DirtyFirst>(outputs, dirty).into_iter();
        let mut cut = divided::<U, Haircut>(outputs, cut).into_iter();
        let mut clean = divided::<U, CleanFirst>(outputs, clean).into_iter();
        for (number, leg) in outputs.iter().enumerate() {
            let next = |parts: &mut std::vec::IntoIter<Pool<U>>| parts.next().unwrap_or_default();
            let mut pools = [next(&mut dirty), next(&mut cut), next(&mut clean)];
            if let Some((_, source)) = leg.stolen {
                pools = self.fresh(Pools::default(), true, leg.amount, source);
            }
            if let Some(note) = notes_out.get(number) {
                self.read_output(note, leg, &pools, &mut side)?;
            }
            self.credit(leg.place, pools);
        }
        self.write_payees(side)
    }

    /// Notes who pays in, and the shortest way on which each source came here.
    fn read_input(
        &mut self,
        note: &EdgeNote<U>,
        leg: &Leg<U>,
        pools: &Pools<U>,
        side: &mut Side<U>,
    ) -> Result<(), ReadError> {
        let Some(from) = key_of(note.from) else { return Ok(()) };
        let (sum, tainted) = side.paid_in.entry(from).or_default();
        *sum = sum.plus(leg.amount);
        for (tainted, pool) in tainted.iter_mut().zip(pools) {
            *tainted = tainted.plus(pool.amount());
        }
        side.first.get_or_insert(from);
        let owner = self.thefts.owner(account_of(note.from));
        let time = self.time(note.tx)?;
        for source in sources(pools) {
            if owner.is_some() {
                side.direct.insert(source);
            }
            let way = if owner == Some(source) {
                Some(self.ways.begin(from, source, time))
            } else {
                self.ways.at(from, source)
            };
            let Some(way) = way else { continue };
            let known = side.ways.entry(source).or_insert(way);
            if self.ways.hops(way) < self.ways.hops(*known) {
                *known = way;
            }
        }
        Ok(())
    }

    /// Notes who is paid. What is stolen is written down at once.
    fn read_output(
        &mut self,
        note: &EdgeNote<U>,
        leg: &Leg<U>,
        pools: &Pools<U>,
        side: &mut Side<U>,
    ) -> Result<(), ReadError> {
        // The outputs of a mix end without a word on whose they are.
        let is_mixed = note.grade == Grade::Inference && leg.stolen.is_none();
        let Some(to) = key_of(note.to).filter(|_| !is_mixed) else { return Ok(()) };
        if let Some((_, source)) = leg.stolen {
            let time = self.time(note.tx)?;
            let before = side.first.map(|first| self.ways.begin(first, source, time));
            return self.arrive(note, (to, true), source, before, pools);
        }
        let payee = match side.places.get(&to) {
            Some(at) => side.payees.get_mut(*at),
            None => {
                side.places.insert(to, side.payees.len());
                side.payees.push(Payee {
                    to,
                    note: note.clone(),
                    paid: U::default(),
                    pools: Pools::default(),
                });
                side.payees.last_mut()
            }
        };
        let Some(payee) = payee else { return Ok(()) };
        payee.paid = payee.paid.plus(leg.amount);
        for (sum, pool) in payee.pools.iter_mut().zip(pools) {
            sum.add(pool.clone());
        }
        Ok(())
    }

    /// Writes down what each payee received. What he paid in himself comes back to him: only
    /// what he gains counts, and of what is tainted only what is beyond his own.
    fn write_payees(&mut self, mut side: Side<U>) -> Result<(), ReadError> {
        for mut payee in std::mem::take(&mut side.payees) {
            let own = side.paid_in.get(&payee.to);
            let (paid_in, tainted) = own.copied().unwrap_or_default();
            let gained = payee.paid.minus(paid_in);
            for (pool, own) in payee.pools.iter_mut().zip(tainted) {
                *pool = pool.take(pool.amount().minus(own).min(gained));
            }
            for source in sources(&payee.pools) {
                let before = side.ways.get(&source).copied();
                let is_direct = side.direct.contains(&source);
                self.arrive(&payee.note, (payee.to, is_direct), source, before, &payee.pools)?;
            }
        }
        Ok(())
    }
}

/// Who pays in and is paid in a transaction of a UTXO chain.
struct Side<U> {
    pools: Pools<U>,
    /// What each place pays in, and what of it is tainted.
    paid_in: FxHashMap<u64, (U, [U; POLICIES])>,
    /// Who is paid, in the order of outputs.
    payees: Vec<Payee<U>>,
    places: FxHashMap<u64, usize>,
    /// The first who pays.
    first: Option<u64>,
    /// The shortest way of each source.
    ways: FxHashMap<u32, u32>,
    /// Sources whose value an account of a source pays in.
    direct: FxHashSet<u32>,
}

/// Who is paid, and what.
struct Payee<U> {
    to: u64,
    note: EdgeNote<U>,
    paid: U,
    pools: Pools<U>,
}

impl<U: Units> Default for Side<U> {
    fn default() -> Self {
        Self {
            pools: Pools::default(),
            paid_in: FxHashMap::default(),
            payees: Vec::new(),
            places: FxHashMap::default(),
            first: None,
            ways: FxHashMap::default(),
            direct: FxHashSet::default(),
        }
    }
}

/// What the inputs of a transaction brought, divided among its legs out.
fn divided<U: Units, R: PooledRule>(legs: &[Leg<U>], mut pool: Pool<U>) -> Vec<Pool<U>> {
    if pool.amount().is_zero() {
        return Vec::new();
    }
    let total = legs.iter().fold(U::default(), |sum, leg| sum.plus(leg.amount));
    let order: Vec<u32> = (0u32..).take(legs.len()).collect();
    let mut parts = vec![U::default(); legs.len()];
    R::split(legs, &order, (pool.amount().min(total), total), &mut parts);
    parts.into_iter().map(|part| pool.take(part.min(pool.amount()))).collect()
}

/// Taint in a holding that turns as a whole from `from` units into `to` of something else.
fn turned<U: Units>(pool: Pool<U>, from: U, to: U) -> Pool<U> {
    let amount = pool.amount();
    if amount.is_zero() {
        return pool;
    }
    let amount = if amount == from { to } else { to.times_over(amount, from) };
    pool.become_amount(amount.max(U::ONE))
}

/// The sources under any policy, by number.
fn sources<U: Units>(pools: &Pools<U>) -> Vec<u32> {
    let [dirty, cut, clean] = pools;
    let all = dirty.parts().chain(cut.parts()).chain(clean.parts());
    let mut sources: Vec<u32> = all.map(|part| part.0).collect();
    sources.sort_unstable();
    sources.dedup();
    sources
}

fn account_of(side: book::Side) -> Option<u32> {
    match side {
        book::Side::Account(account) => Some(account),
        book::Side::Output { holder, .. } => {
            (holder != hawkshaw_model::AccountIx::NONE).then_some(holder)
        }
        book::Side::Transaction | book::Side::Nobody => None,
    }
}
