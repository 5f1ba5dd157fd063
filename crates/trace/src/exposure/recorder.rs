//! What accounts receive of which source: an interpreter of the taint program.

use hawkshaw_model::{AssetIx, Ledger, ReadError, Timestamp, TxIx};
use rustc_hash::FxHashMap;

use crate::exposure::ExposureSettings;
use crate::exposure::pool::Pool;
use crate::exposure::receipts::{Arrival, Receipts};
use crate::exposure::ways::{Origin, Trail, Way, Ways, key_of};
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

/// What is tainted, and on which ways it came.
#[derive(Debug, Clone, Default)]
struct Held<U> {
    pools: Pools<U>,
    trail: Trail,
}

/// Interprets the program and writes down what accounts receive.
pub(crate) struct Recorder<'a, U> {
    ledger: &'a dyn Ledger,
    settings: ExposureSettings<'a>,
    thefts: &'a Thefts,
    holdings: Vec<Held<U>>,
    pub(crate) ways: Ways,
    pub(crate) receipts: Receipts<U>,
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
    /// Where it goes.
    into: Place,
}

/// A source's value that comes to somebody.
struct Coming<'n, U> {
    note: &'n EdgeNote<U>,
    source: u32,
    origin: Origin,
    pools: &'n Pools<U>,
    /// A way is of use to the holding it comes to only if it is shorter than this.
    below: u16,
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
            put_together: 0,
            clock: None,
        }
    }

    /// Carries out a stretch of the program.
    pub(crate) fn run(&mut self, program: &Program<U>) -> Result<(), ReadError> {
        let mut notes = program.notes.iter();
        for step in &program.steps {
            match step {
                Step::Open { .. } => self.holdings.push(Held::default()),
                Step::Shortage { .. } => {}
                Step::Pay { from, to, amount, balance, recorded, .. } => {
                    let mut held = self.debit(*from, *amount, *balance);
                    if let Some(note) = recorded.then(|| notes.next()).flatten() {
                        let paid = Paid { note, is_theft: false, into: *to };
                        self.record(&paid, &mut held)?;
                    }
                    self.credit(*to, held);
                }
                Step::Convert { holding, from, to, .. } => {
                    let Held { pools, trail } = self.empty(*holding);
                    let pools = pools.map(|pool| turned(pool, *from, *to));
                    self.holdings[*holding as usize] = Held { pools, trail };
                }
                Step::Spread { holding, from, shares } => {
                    let shares = &program.shares[shares.start as usize..shares.end as usize];
                    self.spread(*holding, *from, shares);
                }
                Step::Steal { from, again, to, amount, balance, asset, recorded, .. } => {
                    let earlier = self.debit(*from, *amount, *balance);
                    let is_theft = *again != Place::CLEAN || self.is_gain(*recorded, &notes);
                    let pools = self.fresh(earlier.pools, is_theft, *amount, *asset);
                    let mut trail = earlier.trail;
                    trail.keep(&pools);
                    let mut held = Held { pools, trail };
                    if let Some(note) = recorded.then(|| notes.next()).flatten() {
                        self.record(&Paid { note, is_theft, into: *to }, &mut held)?;
                    }
                    self.credit(*to, held);
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

    fn empty(&mut self, holding: u32) -> Held<U> {
        std::mem::take(&mut self.holdings[holding as usize])
    }

    fn debit(&mut self, from: Place, amount: U, balance: U) -> Held<U> {
        let Resolved::Holding(holding) = from.resolve() else { return Held::default() };
        let held = &mut self.holdings[holding];
        let [dirty, cut, clean] = &mut held.pools;
        let pools = [
            dirty.take(DirtyFirst::debit(amount, dirty.amount(), balance)),
            cut.take(Haircut::debit(amount, cut.amount(), balance)),
            clean.take(CleanFirst::debit(amount, clean.amount(), balance)),
        ];
        let trail = held.trail.of(&pools);
        held.trail.keep(&held.pools);
        Held { pools, trail }
    }

    fn credit(&mut self, to: Place, held: Held<U>) {
        let Resolved::Holding(holding) = to.resolve() else { return };
        let into = &mut self.holdings[holding];
        for (sum, pool) in into.pools.iter_mut().zip(held.pools) {
            self.put_together += u64::from(sum.add(pool));
        }
        into.trail.merge(held.trail);
    }

    /// All of the taint goes on in every share.
    fn spread(&mut self, holding: u32, from: U, shares: &[Share<U>]) {
        let whole = self.empty(holding);
        for share in shares {
            let pools = whole.pools.clone().map(|pool| turned(pool, from, share.to));
            let trail = whole.trail.of(&pools);
            self.holdings[share.holding as usize] = Held { pools, trail };
        }
    }

    /// Writes down a payment between accounts: what it carries has come one payment further.
    fn record(&mut self, paid: &Paid<'_, U>, held: &mut Held<U>) -> Result<(), ReadError> {
        let note = paid.note;
        let (from, to) = (key_of(note.from), key_of(note.to));
        // What a swap brings back to the swapper is where it was.
        if from == to || to.is_none() {
            return Ok(());
        }
        let payer = account_of(note.from);
        let is_payout = matches!(note.link, LinkNote::BridgeOut { .. });
        let owner = self.thefts.owner(payer).filter(|_| !is_payout);
        let mut trail = Trail::default();
        for source in sources(&held.pools) {
            let origin = match held.trail.get(source) {
                _ if paid.is_theft || owner == Some(source) => Origin::Own(payer),
                Some(way) => Origin::Came(way),
                None => Origin::Unknown,
            };
            let below = match paid.into.resolve() {
                Resolved::Holding(into) => {
                    self.holdings[into].trail.get(source).map_or(u16::MAX, Way::hops)
                }
                _ => 0,
            };
            let coming = Coming { note, source, origin, pools: &held.pools, below };
            if let Some(way) = self.arrive(&coming)? {
                trail.put(source, way);
            }
        }
        held.trail = trail;
        Ok(())
    }

    /// Writes down that what is of a source came to somebody by a payment, and gives the way on
    /// which it came. `None` where it came back to the source.
    fn arrive(&mut self, coming: &Coming<'_, U>) -> Result<Option<Way>, ReadError> {
        let Coming { note, source, origin, pools, below } = *coming;
        let account = account_of(note.to);
        if account.is_some() && self.thefts.owner(account) == Some(source) {
            return Ok(None);
        }
        let time = self.time(note.tx)?;
        let hops = origin.hops();
        let is_direct = matches!(origin, Origin::Own(_));
        let key = account.map(|account| (account, source, note.asset, is_direct));
        let is_told = hops < below || key.is_some_and(|key| self.receipts.is_shorter(key, hops));
        let way = match is_told {
            true => self.ways.arrive(account, origin, (note.tx, time)),
            // A way that is known there is as short.
            false => Way::untold(hops),
        };
        let Some(key) = key else { return Ok(Some(way)) };
        let amounts = pools.each_ref().map(|pool| pool.part(source));
        let usd = self.settings.prices.and_then(|(prices, assets)| {
            let id = self.ledger.asset(AssetIx(note.asset));
            let worth = |amount: U| Some(prices.worth(assets, id, amount.to_amount(), time)?.0);
            Some([worth(amounts[0])?, worth(amounts[1])?, worth(amounts[2])?])
        });
        self.receipts.add(key, Arrival { amounts, usd, hops, time, way: way.node() });
        Ok(Some(way))
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
            let mut held = match leg.place.resolve() {
                Resolved::Holding(holding) => std::mem::take(&mut self.holdings[holding]),
                _ => Held::default(),
            };
            if let Some((_, source)) = leg.stolen {
                held.pools = held.pools.map(|pool| pool.topped_up(leg.amount, source));
            }
            if let Some(note) = notes_in.get(number) {
                self.read_input(note, leg, &held, &mut side);
            }
            for (sum, pool) in side.pools.iter_mut().zip(held.pools) {
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
            let trail = match notes_out.get(number) {
                Some(note) => self.read_output(note, leg, &pools, &mut side)?,
                None => Trail::default(),
            };
            self.credit(leg.place, Held { pools, trail });
        }
        self.write_payees(side)
    }

    /// Notes who pays in, and the shortest way on which each source came here.
    fn read_input(&mut self, note: &EdgeNote<U>, leg: &Leg<U>, held: &Held<U>, side: &mut Side<U>) {
        let Some(from) = key_of(note.from) else { return };
        let payer = account_of(note.from);
        let paid_in = side.paid_in.entry(from).or_default();
        paid_in.amount = paid_in.amount.plus(leg.amount);
        for (tainted, pool) in paid_in.tainted.iter_mut().zip(&held.pools) {
            *tainted = tainted.plus(pool.amount());
        }
        side.first.get_or_insert(payer);
        let owner = self.thefts.owner(payer);
        for source in sources(&held.pools) {
            let origin = match held.trail.get(source) {
                _ if owner == Some(source) => Origin::Own(payer),
                Some(way) => {
                    paid_in.trail.put(source, way);
                    Origin::Came(way)
                }
                None => Origin::Unknown,
            };
            let known = side.origins.entry(source).or_insert(origin);
            if origin.rank() < known.rank() {
                *known = origin;
            }
        }
    }

    /// Notes who is paid. What is stolen is written down at once, and its way is given.
    fn read_output(
        &mut self,
        note: &EdgeNote<U>,
        leg: &Leg<U>,
        pools: &Pools<U>,
        side: &mut Side<U>,
    ) -> Result<Trail, ReadError> {
        let mut trail = Trail::default();
        // The outputs of a mix end without a word on whose they are.
        let is_mixed = note.grade == Grade::Inference && leg.stolen.is_none();
        // So does what a source is robbed of.
        let ends = is_mixed || leg.place == Place::CLEAN;
        let Some(to) = key_of(note.to).filter(|_| !ends) else { return Ok(trail) };
        let below = if matches!(leg.place.resolve(), Resolved::Holding(_)) { u16::MAX } else { 0 };
        if let Some((_, source)) = leg.stolen {
            let origin = Origin::Own(side.first.flatten());
            let coming = Coming { note, source, origin, pools, below };
            if let Some(way) = self.arrive(&coming)? {
                trail.put(source, way);
            }
            return Ok(trail);
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
                    holdings: Vec::new(),
                });
                side.payees.last_mut()
            }
        };
        let Some(payee) = payee else { return Ok(trail) };
        payee.paid = payee.paid.plus(leg.amount);
        for (sum, pool) in payee.pools.iter_mut().zip(pools) {
            sum.add(pool.clone());
        }
        if let Resolved::Holding(holding) = leg.place.resolve() {
            payee.holdings.push(holding);
        }
        Ok(trail)
    }

    /// Writes down what each payee received. What he paid in himself comes back to him: only
    /// what he gains counts, and of what is tainted only what is beyond his own.
    fn write_payees(&mut self, mut side: Side<U>) -> Result<(), ReadError> {
        for mut payee in std::mem::take(&mut side.payees) {
            let holds = sources(&payee.pools);
            let own = side.paid_in.remove(&payee.to).unwrap_or_default();
            let gained = payee.paid.minus(own.amount);
            for (pool, own) in payee.pools.iter_mut().zip(own.tainted) {
                *pool = pool.take(pool.amount().minus(own).min(gained));
            }
            let mut trail = own.trail;
            for source in holds {
                let origin = side.origins.get(&source).copied().unwrap_or(Origin::Unknown);
                let is_gained = payee.pools.iter().any(|pool| !pool.part(source).is_zero());
                let known = trail.get(source).map(Way::hops);
                let below = match (payee.holdings.is_empty(), known) {
                    (true, _) => 0,
                    (false, known) => known.unwrap_or(u16::MAX),
                };
                let (note, pools) = (&payee.note, &payee.pools);
                if is_gained {
                    let coming = Coming { note, source, origin, pools, below };
                    if let Some(way) = self.arrive(&coming)? {
                        trail.put(source, way);
                    }
                } else if below == u16::MAX && !self.is_own(note, source) {
                    // Value of others took the place of his own.
                    let time = self.time(note.tx)?;
                    let account = account_of(note.to);
                    trail.put(source, self.ways.arrive(account, origin, (note.tx, time)));
                }
            }
            for holding in payee.holdings {
                let held = &mut self.holdings[holding];
                held.trail.merge(trail.of(&held.pools));
            }
        }
        Ok(())
    }

    /// Whether a payment comes to an account of the source.
    fn is_own(&self, note: &EdgeNote<U>, source: u32) -> bool {
        self.thefts.owner(account_of(note.to)) == Some(source)
    }
}

/// Who pays in and is paid in a transaction of a UTXO chain.
struct Side<U> {
    pools: Pools<U>,
    paid_in: FxHashMap<u64, PaidIn<U>>,
    /// Who is paid, in the order of outputs.
    payees: Vec<Payee<U>>,
    places: FxHashMap<u64, usize>,
    /// The first who pays: an account, or an output without an address.
    first: Option<Option<u32>>,
    /// How each source is here, the shortest way.
    origins: FxHashMap<u32, Origin>,
}

/// What a place pays in, what of it is tainted, and on which ways that came there.
#[derive(Default)]
struct PaidIn<U> {
    amount: U,
    tainted: [U; POLICIES],
    trail: Trail,
}

/// Who is paid, and what.
struct Payee<U> {
    to: u64,
    note: EdgeNote<U>,
    paid: U,
    pools: Pools<U>,
    /// Where what he is paid is kept.
    holdings: Vec<usize>,
}

impl<U: Units> Default for Side<U> {
    fn default() -> Self {
        Self {
            pools: Pools::default(),
            paid_in: FxHashMap::default(),
            payees: Vec::new(),
            places: FxHashMap::default(),
            first: None,
            origins: FxHashMap::default(),
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
