//! The runs: one for each category and direction, kept while they hold.

use std::collections::BTreeMap;

use hawkshaw_attribution::TagIndex;
use hawkshaw_model::{
    Account, Address, AssetList, Case, ChainId, CoverageClaim, Crossing, Ledger, PriceTable,
    ReadError, Timestamp, TxIx,
};
use hawkshaw_trace::{
    Exposure, ExposureSettings, ExposureSource, MixRule, Noise, Options, Scene, Stops, Taken,
    TraceError,
};

use crate::category::Category;
use crate::exposure::ExposureTable;
use crate::query::Direction;
use crate::replay::book::SourceBook;
use crate::replay::mark::{self, Basis, Mark};
use crate::replay::reversed::ReversedLedger;
use crate::replay::table::TableBuilder;

/// What exposure is computed from beside its sources.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The chains.
    pub ledger: &'a dyn Ledger,
    /// The curated assets, with those that cases vouch for.
    pub assets: &'a AssetList,
    /// The tags, which say where following stops.
    pub tags: &'a TagIndex,
    /// What a transaction of a UTXO chain is taken for, where it mixes.
    pub mix: &'a MixRule<'a>,
    /// Deposits into bridges and what they brought.
    pub crossings: &'a [Crossing],
    /// Prices in US dollars.
    pub prices: Option<&'a PriceTable>,
}

impl std::fmt::Debug for World<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

/// What exposure is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplaySettings {
    /// The categories, one replay each way for each.
    pub categories: Vec<Category>,
    /// Which way.
    pub directions: Vec<Direction>,
    /// Transactions from this time on are not looked at.
    pub until: Option<Timestamp>,
    /// Where following stops.
    pub stops: Stops,
}

impl Default for ReplaySettings {
    fn default() -> Self {
        Self {
            categories: SourceBook::followed_by_default(),
            directions: vec![Direction::Received, Direction::Sent],
            until: None,
            stops: Stops::Inferred,
        }
    }
}

/// Why there is no exposure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The replay of a category was refused.
    #[error("exposure to {category}, {direction}")]
    Refused {
        /// The category.
        category: Category,
        /// Which way.
        direction: Direction,
        /// Why.
        source: TraceError,
    },
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] ReadError),
}

/// Told before each replay.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// The category.
    pub category: Category,
    /// Which way.
    pub direction: Direction,
    /// How many replays are done.
    pub done: usize,
    /// How many there are.
    pub of: usize,
    /// Whether an earlier one still holds.
    pub is_kept: bool,
}

/// Exposure of every address of a ledger, from scratch.
///
/// # Errors
///
/// When a replay is refused or the ledger is damaged: there is no answer then, rather than part
/// of one.
pub fn replay(
    world: &World<'_>,
    book: &SourceBook,
    settings: &ReplaySettings,
    progress: &mut dyn FnMut(Progress),
) -> Result<ExposureTable, ReplayError> {
    ExposureRun::new(settings.clone()).update(world, book, progress)
}

/// Exposure that is kept up to date: what nothing has changed for is not replayed again.
///
/// A replay is done again when the sources of its category changed, when where following stops
/// changed for anybody, when prices, crossings or assets changed, and when a transaction that the
/// ledger grew by has to do with an account or output that the replay looked at. Else its answer
/// is that of a replay from scratch, and stays. Where the ledger is not the one it was, grown,
/// everything is done again.
#[derive(Debug)]
pub struct ExposureRun {
    settings: ReplaySettings,
    basis: Option<Basis>,
    mark: Option<Mark>,
    taken: Taken,
    kept: BTreeMap<(Category, Direction), Kept>,
}

/// A replay that was done.
#[derive(Debug)]
struct Kept {
    sources: blake3::Hash,
    exposure: Exposure,
}

impl ExposureRun {
    /// Nothing is replayed yet.
    pub fn new(settings: ReplaySettings) -> Self {
        Self { settings, basis: None, mark: None, taken: Taken::default(), kept: BTreeMap::new() }
    }

    /// Replays what has to be, and says what is exposed now.
    ///
    /// # Errors
    ///
    /// When a replay is refused or the ledger is damaged. What was kept is then forgotten.
    pub fn update(
        &mut self,
        world: &World<'_>,
        book: &SourceBook,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<ExposureTable, ReplayError> {
        let mut kept = std::mem::take(&mut self.kept);
        let basis = Basis::of(world, book);
        let mark = Mark::of(world.ledger, self.settings.until)?;
        let grown = match (&self.basis, &self.mark) {
            (Some(known), Some(earlier)) if *known == basis => {
                earlier.growth(world.ledger, &mark)?
            }
            _ => None,
        };
        let cases = book.cases().iter().map(|case| &**case);
        let taken = Taken::find(world.ledger, cases, self.settings.until)?;
        if grown.is_none() || taken != self.taken {
            kept.clear();
        }
        (self.basis, self.mark) = (None, None);
        let backwards = ReversedLedger::new(world.ledger, self.settings.until)?.with_openings();
        let taken_back = taken.backwards(|tx| backwards.turned(tx));
        let jobs = self.jobs(book);
        let mut done = BTreeMap::new();
        for (number, (category, direction)) in jobs.iter().copied().enumerate() {
            let sources = mark::sources(book, category);
            let known = kept.remove(&(category, direction));
            let known = known.filter(|known| known.sources == sources);
            let known = match (known, &grown) {
                (Some(known), Some(grown)) if !is_met(&known.exposure, world.ledger, grown)? => {
                    Some(known)
                }
                _ => None,
            };
            let is_kept = known.is_some();
            progress(Progress { category, direction, done: number, of: jobs.len(), is_kept });
            let known = match known {
                Some(known) => known,
                None => {
                    let run = Job {
                        world,
                        book,
                        settings: &self.settings,
                        backwards: &backwards,
                        taken: [&taken, &taken_back],
                    };
                    let exposure = run
                        .follow(category, direction)
                        .map_err(|source| ReplayError::Refused { category, direction, source })?;
                    Kept { sources, exposure }
                }
            };
            done.insert((category, direction), known);
        }
        let prices = world.prices.zip(Some(world.assets));
        let mut table = TableBuilder::new(world.ledger, prices, &taken);
        for ((category, direction), kept) in &done {
            table.add(*direction, book.sources(*category), &kept.exposure);
        }
        let table = table.finish(&mark)?;
        (self.kept, self.basis, self.mark, self.taken) = (done, Some(basis), Some(mark), taken);
        Ok(table)
    }

    /// The replays to do, in a fixed order.
    fn jobs(&self, book: &SourceBook) -> Vec<(Category, Direction)> {
        let mut categories = self.settings.categories.clone();
        categories.sort_unstable();
        categories.dedup();
        categories.retain(|category| !book.sources(*category).is_empty());
        let mut directions = self.settings.directions.clone();
        directions.sort_unstable();
        directions.dedup();
        let both = |category| directions.iter().map(move |direction| (category, *direction));
        categories.into_iter().flat_map(both).collect()
    }
}

/// Whether what the ledger grew by has to do with what a replay looked at.
fn is_met(
    exposure: &Exposure,
    ledger: &dyn Ledger,
    grown: &[std::ops::Range<u64>],
) -> Result<bool, ReadError> {
    let has_grown = grown.iter().any(|txs| !txs.is_empty());
    if has_grown && exposure.missing > 0 {
        return Ok(true);
    }
    for txs in grown {
        if exposure.footprint.is_met(ledger, TxIx(txs.start), TxIx(txs.end))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// One replay.
struct Job<'r> {
    world: &'r World<'r>,
    book: &'r SourceBook,
    settings: &'r ReplaySettings,
    backwards: &'r ReversedLedger<'r>,
    /// What cases say was taken: told forwards, and backwards.
    taken: [&'r Taken; 2],
}

impl Job<'_> {
    fn follow(&self, category: Category, direction: Direction) -> Result<Exposure, TraceError> {
        let sources = self.sources(category, direction);
        match direction {
            Direction::Received => self.forwards(&sources),
            Direction::Sent => self.backwards(&sources),
        }
    }

    fn forwards(&self, sources: &[ExposureSource<'_>]) -> Result<Exposure, TraceError> {
        let World { ledger, assets, tags, mix, crossings, prices } = *self.world;
        let stop = |account: &Account| tags.stop(account);
        let options = Options {
            stops: self.settings.stops,
            until: self.settings.until,
            ..Options::default()
        };
        let case = Case::of_nothing(self.coverage());
        let scene =
            Scene { mix, crossings, prices, ..Scene::new(ledger, &case, assets, &stop, &options) };
        let prices = prices.map(|prices| (prices, assets));
        let taken = Some(self.taken[0]);
        let settings = ExposureSettings { prices, taken, ..ExposureSettings::default() };
        hawkshaw_trace::exposure(&scene, sources, settings)
    }

    /// Backwards no noise is dropped, no deposit address is inferred, no price judges a swap and
    /// no bridge is crossed: those rules know which way time runs.
    fn backwards(&self, sources: &[ExposureSource<'_>]) -> Result<Exposure, TraceError> {
        let World { ledger, assets, tags, mix, prices, .. } = *self.world;
        let stop = |account: &Account| tags.stop(account);
        let backwards = self.backwards;
        let options =
            Options { stops: self.settings.stops, noise: Noise::KEPT, ..Options::default() };
        let case = Case::of_nothing(CoverageClaim::Only(Vec::new()));
        let mix = |tx: &hawkshaw_model::UtxoTx| match ledger.utxo_tx(backwards.turned(tx.tx))? {
            Some(told) => mix(&told),
            None => Ok(None),
        };
        let scene = Scene { mix: &mix, ..Scene::new(backwards, &case, assets, &stop, &options) };
        let clock = |tx| backwards.time(tx);
        let prices = prices.map(|prices| (prices, assets));
        let taken = Some(self.taken[1]);
        let settings = ExposureSettings { prices, clock: Some(&clock), taken };
        let mut exposure = hawkshaw_trace::exposure(&scene, sources, settings)?;
        // Numbers backwards mean something else when the ledger has grown.
        for node in &mut exposure.ways {
            node.tx = node.tx.map(|tx| backwards.turned(tx));
        }
        if !self.world.crossings.is_empty() {
            exposure.limits.push(
                "what was sent is not followed through bridges: only what was received is"
                    .to_owned(),
            );
        }
        Ok(exposure)
    }

    /// The sources of a category as a replay knows them. A theft is no place that anything can
    /// be sent to.
    fn sources(&self, category: Category, direction: Direction) -> Vec<ExposureSource<'_>> {
        let chains: Vec<&ChainId> =
            self.world.ledger.chains().iter().map(|chain| &chain.id).collect();
        let of = |account: &Account| self.everywhere(account, &chains);
        let cases = self.book.cases();
        let sources = self.book.sources(category).iter().map(|booked| ExposureSource {
            accounts: booked.accounts.iter().flat_map(of).collect(),
            case: match direction {
                Direction::Received => booked.case.and_then(|at| cases.get(at)).map(|case| &**case),
                Direction::Sent => None,
            },
        });
        sources.collect()
    }

    /// An account, and where it is no service the accounts of the same key on other EVM chains:
    /// a contract may be somebody else's there, the holder of a key is not.
    fn everywhere(&self, account: &Account, chains: &[&ChainId]) -> Vec<Account> {
        let mut accounts = vec![account.clone()];
        let is_key = matches!(account.address(), Address::Evm(_));
        if is_key && self.world.tags.stop(account).is_none() {
            let others = chains
                .iter()
                .filter(|chain| chain.namespace() == "eip155" && ***chain != *account.chain());
            let there =
                others.map(|chain| Account::new((*chain).clone(), account.address().clone()));
            accounts.extend(there);
        }
        accounts
    }

    /// Where a case says that its data are complete for some accounts only, deposit addresses
    /// are judged for those only.
    fn coverage(&self) -> CoverageClaim {
        let only = self.book.cases().iter().filter_map(|case| match &case.coverage {
            CoverageClaim::Only(accounts) => Some(accounts.clone()),
            CoverageClaim::Everything => None,
        });
        let only: Vec<Vec<Account>> = only.collect();
        match only.is_empty() {
            true => CoverageClaim::Everything,
            false => CoverageClaim::Only(only.into_iter().flatten().collect()),
        }
    }
}
