//! Exposure: what every account received of which source.
//!
//! The question it answers: here are a ledger and places that value is followed from; which part
//! of what any account received came from which of them, on what way, and how much of it was paid
//! by the place itself?
//! *Useful for* screening: one run answers for all accounts at once.
//! *Not useful for* saying where every unit of a theft is: `trace` does that, and adds up.
//!
//! The replay is that of `trace`, with its netting, swaps, bridges, mixes and stops: only what is
//! fresh taint differs, and the program is interpreted by a recorder that keeps a sparse sum of
//! sources in each holding. The rules are stated in `docs/exposure.md`.
//!
//! **Invariants:** integers only; in every holding the parts of the sources sum to what is
//! tainted, to the base unit, under every policy; the same answer with any number of threads.

mod footprint;
mod origins;
mod pool;
mod receipts;
mod recorder;
mod taken;
mod ways;

use std::sync::mpsc::sync_channel;
use std::thread;

use alloy_primitives::U256;
use hawkshaw_model::{
    Account, AccountIx, Amount, AssetIx, AssetList, Case, PriceTable, ReadError, Timestamp, TxIx,
    Usd,
};

use crate::engine::{Failure, refusal};
use crate::options::TraceError;
use crate::program::Program;
use crate::replay::Replay;
use crate::replay::book::{Halt, Records};
use crate::replay::thefts::{Finding, Thefts};
use crate::scene::Scene;
use crate::units::Units;
pub use footprint::Footprint;
pub(crate) use origins::Origins;
use pool::{REST, SOURCES_HELD_MAX};
use recorder::Recorder;
use taken::Ends;
pub use taken::Taken;
use ways::Node;

/// Receipts that one run keeps: an account, a source and an asset each. Beyond there is no
/// answer, rather than one that leaves something out.
const RECEIPTS_MAX: usize = 50_000_000;

/// Where value is followed from.
#[derive(Debug, Clone, Default)]
pub struct ExposureSource<'a> {
    /// Accounts every payment of which to others is of the source.
    pub accounts: Vec<Account>,
    /// A theft, the stolen transfers of which are of the source.
    pub case: Option<&'a Case>,
}

/// The time of a transaction, where it is not what the ledger says.
pub type Clock<'a> = dyn Fn(TxIx) -> Result<Timestamp, ReadError> + Sync + 'a;

/// What an exposure is asked for beside its scene.
#[derive(Clone, Copy, Default)]
pub struct ExposureSettings<'a> {
    /// Prices, and the decimals of assets, to value payments with.
    pub prices: Option<(&'a PriceTable, &'a AssetList)>,
    /// The times of transactions; `None`: those of the ledger.
    pub clock: Option<&'a Clock<'a>>,
    /// What was taken from its holders, as the ledger of the scene numbers it: that is no payment
    /// of theirs.
    pub taken: Option<&'a Taken>,
}

impl std::fmt::Debug for ExposureSettings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExposureSettings").finish_non_exhaustive()
    }
}

/// What an account received of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Who.
    pub account: AccountIx,
    /// The number of the source; `None`: sources that were not kept apart, together.
    pub source: Option<u32>,
    /// What.
    pub asset: AssetIx,
    /// Whether an account of the source paid it, or it was gained in the theft itself.
    pub is_direct: bool,
    /// How much of it is of the source: dirty-first, haircut, clean-first.
    pub amounts: [Amount; 3],
    /// What that was worth, payment by payment; `None` where no price is known of a part.
    pub usd: Option<[Usd; 3]>,
    /// The fewest payments between the source and the account: as many as the way has.
    pub hops: u16,
    /// When the first came.
    pub first_time: Timestamp,
    /// When the last came.
    pub last_time: Timestamp,
    /// The shortest way, backwards, among the ways of the answer; `None` where it cannot be told.
    pub way: Option<u32>,
}

/// A place on a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayNode {
    /// Whose it is.
    pub account: AccountIx,
    /// By which transaction value came there; `None` where the way begins.
    pub tx: Option<TxIx>,
    /// When; where the way begins, when value left.
    pub time: Timestamp,
    /// The place before it; `None` where the way begins.
    pub next: Option<u32>,
}

/// The answer: what every account received of every source.
#[derive(Debug, Default)]
pub struct Exposure {
    /// By account, source, asset, direct first.
    pub receipts: Vec<Receipt>,
    /// The ways, shared.
    pub ways: Vec<WayNode>,
    /// What was looked at.
    pub footprint: Footprint,
    /// How many thefts the ledger does not hold, or not yet.
    pub missing: usize,
    /// Limits that were reached, and sources that could not be followed.
    pub limits: Vec<String>,
}

/// Follows sources through a ledger and writes down what every account receives of them.
///
/// The case of the scene is not followed: what its coverage says holds.
///
/// # Errors
///
/// When sums have more than 256 bits, when there is more than is kept, or when the ledger is
/// damaged where it is read.
pub fn exposure(
    scene: &Scene<'_>,
    sources: &[ExposureSource<'_>],
    settings: ExposureSettings<'_>,
) -> Result<Exposure, TraceError> {
    match follow::<u128>(*scene, sources, settings) {
        Err(Failure::Halted(Halt::TooWide(_))) => {}
        outcome => return outcome.map_err(|failure| refusal(scene.ledger, failure)),
    }
    follow::<U256>(*scene, sources, settings).map_err(|failure| refusal(scene.ledger, failure))
}

/// Stretches of the program that may wait for the recorder.
const STRETCHES_WAITING: usize = 4;

fn follow<U: Units + 'static>(
    scene: Scene<'_>,
    sources: &[ExposureSource<'_>],
    settings: ExposureSettings<'_>,
) -> Result<Exposure, Failure> {
    let mut limits = Vec::new();
    let mut thefts = find::<U>(&scene, sources, &mut limits)?;
    thefts.taken = settings.taken.cloned().unwrap_or_default();
    let missing = limits.len() + thefts.later;
    let mut replay = Replay::<U>::new(scene, &thefts, Records::HandedOver)?;
    let ledger = scene.ledger;
    let recorder = thread::scope(|scope| {
        let (sender, receiver) = sync_channel::<Program<U>>(STRETCHES_WAITING);
        let thefts = &thefts;
        let worker = scope.spawn(move || {
            let mut recorder = Recorder::new(ledger, settings, thefts);
            for stretch in receiver {
                recorder.run(&stretch)?;
                if recorder.receipts.by_key.len() > RECEIPTS_MAX {
                    return Err(Failure::Refused(TraceError::TooManyReceipts(RECEIPTS_MAX)));
                }
            }
            Ok(recorder)
        });
        // The worker ends early only by a failure, which `join` gives.
        let outcome = replay.run(&mut |stretch| match sender.send(stretch) {
            Ok(()) | Err(_) => Program::default(),
        });
        drop(sender);
        let recorder = match worker.join() {
            Ok(recorder) => recorder?,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        outcome.map_err(Failure::Halted)?;
        Ok::<_, Failure>(recorder)
    })?;
    limits.extend(replay.noise_found().1);
    let footprint = Footprint::of(&replay.book, &replay.asked());
    Ok(answer(recorder, footprint, (missing, limits)))
}

/// Finds what the sources own and what was stolen.
fn find<U: Units>(
    scene: &Scene<'_>,
    sources: &[ExposureSource<'_>],
    limits: &mut Vec<String>,
) -> Result<Thefts, Failure> {
    let ledger = scene.ledger;
    let ends = Ends::of(ledger, scene.options.until)?;
    let is_looked_at = |tx: TxIx| ends.is_before(ledger, tx);
    let mut origins = Origins::find(ledger, sources)?;
    let mut thefts = Thefts::default();
    for (source, number) in sources.iter().zip(0u32..) {
        let Some(case) = source.case else { continue };
        match Thefts::find::<U>(ledger, case, &is_looked_at) {
            Ok(found) => origins.add_thefts(&mut thefts, found, number),
            Err(Finding::Halted(halt)) => return Err(Failure::Halted(halt)),
            Err(Finding::Refused(TraceError::Ledger(error))) => return Err(error.into()),
            Err(Finding::Refused(error)) => {
                limits.push(format!("the case {} is not followed: {error}", case.id));
            }
        }
    }
    thefts.assets.sort_by_key(|asset| ledger.asset(AssetIx(*asset)).clone());
    thefts.origins = Some(origins);
    Ok(thefts)
}

fn answer<U: Units>(
    recorder: Recorder<'_, U>,
    footprint: Footprint,
    (missing, mut limits): (usize, Vec<String>),
) -> Exposure {
    if recorder.put_together > 0 {
        limits.push(format!(
            "more than {SOURCES_HELD_MAX} sources met in one place {} times: the largest are kept \
             apart, the others as a sum without their names",
            recorder.put_together
        ));
    }
    if recorder.ways.is_full {
        limits.push(
            "there are more places on ways than are kept: of some entries the way is not told"
                .to_owned(),
        );
    }
    let mut receipts: Vec<Receipt> = recorder
        .receipts
        .by_key
        .iter()
        .map(|(&(account, source, asset, is_direct), receipt)| Receipt {
            account: AccountIx(account),
            source: (source != REST).then_some(source),
            asset: AssetIx(asset),
            is_direct,
            amounts: receipt.sum.amounts.map(U::to_amount),
            usd: receipt.sum.usd,
            hops: receipt.sum.hops,
            first_time: receipt.first,
            last_time: receipt.last,
            way: receipt.sum.way,
        })
        .collect();
    receipts.sort_by_key(|receipt| {
        let source = receipt.source.unwrap_or(REST);
        (receipt.account, source, receipt.asset, !receipt.is_direct)
    });
    let way = |node: &Node| {
        let Node { account, tx, time, next } = *node;
        WayNode { account: AccountIx(account), tx, time, next }
    };
    let ways = recorder.ways.nodes.iter().map(way).collect();
    Exposure { receipts, ways, footprint, missing, limits }
}
