//! `hawkshaw cluster`.

mod answer;
mod ground;
mod json;
mod keep;
mod text;

use std::collections::BTreeMap;
use std::path::Path;

use hawkshaw_attribution::TagIndex;
use hawkshaw_coinjoin as coinjoin;
use hawkshaw_model::{AssetList, Ledger, Mix, ReadError, UtxoTx};
use hawkshaw_wallets::{Asked, Clusters, Inquiry, Marks, UpdateError};

use self::answer::{Answer, Known, Subject};
use self::ground::Ground;
use crate::cli::cluster::ClusterArguments;
use crate::exit::Failure;
use crate::screen::{self, Activity, Meter};

/// The version of what [`mix`] says: clusters that were made by another one are made anew.
const MIX_RULES: u32 = 1;

/// Whether several people made a transaction together, by what was known when it was made: with
/// what spends it, it would change its class when its accounts are joined already.
fn mix(ledger: &dyn Ledger, tx: &UtxoTx) -> Result<Option<Mix>, ReadError> {
    coinjoin::mix_when_made(ledger, tx)
}

pub(crate) fn run(arguments: &ClusterArguments, quiet: bool) -> Result<(), Failure> {
    let activity = Activity::start(quiet);
    activity.now("opening the ledger");
    let ground = Ground::open(arguments, quiet)?;
    let subjects = ground.subjects(&arguments.addresses)?;
    activity.now("reading tags");
    let tags = ground::read_tags(&arguments.tags)?;
    let mut chains: Vec<usize> = subjects.iter().filter_map(Subject::chain).collect();
    chains.sort_unstable();
    chains.dedup();
    if let ([_, _, ..], Some(path)) = (&chains[..], &arguments.clusters) {
        return Err(Failure::Usage(anyhow::anyhow!(
            "--clusters names one file, {}, and the addresses are of {} chains: ask for them one \
             after the other",
            path.display(),
            chains.len()
        )));
    }
    drop(activity);
    let mut known = BTreeMap::new();
    for chain in chains {
        let actors = ground.actors(chain, &tags)?;
        let clusters = clusters(&ground, chain, &actors, arguments, quiet)?;
        known.insert(chain, Known { clusters, chain });
    }
    let activity = Activity::start(quiet);
    activity.now("reading what the clusters did");
    let list_max = if arguments.members == 0 { usize::MAX } else { arguments.members };
    let answers = answer::all(&ground, &subjects, &known, &tags, list_max)?;
    drop(activity);
    let assets = AssetList::built_in();
    if arguments.json {
        let json = json::render(&ground, &answers, &known, &assets)?;
        return screen::answer(screen::visible(&format!("{json:#}\n")).as_bytes());
    }
    let text = text::render(&ground, &answers, &known, &assets)?;
    screen::answer(text.as_bytes())
}

/// The clusters of a chain: those that were kept, brought up to date, or new ones.
fn clusters(
    ground: &Ground,
    chain: usize,
    actors: &BTreeMap<hawkshaw_model::AccountIx, String>,
    arguments: &ClusterArguments,
    quiet: bool,
) -> Result<Clusters, Failure> {
    let ledger = ground.ledger();
    let marks = ground.marks(chain);
    let rule = |tx: &UtxoTx| mix(ledger, tx);
    let asked = Asked { ledger, chain, mix: &rule, tags: actors, marks: &marks };
    let place = keep::place(ground, chain, arguments)?;
    up_to_date(&asked, place.as_ref(), quiet)
}

/// The clusters of a chain of a ledger, for whoever asks for wallets: those that are kept beside
/// the store, where there is one.
pub(crate) fn wallets(
    (ledger, chain): (&dyn Ledger, usize),
    (store, marks): (Option<&Path>, Marks),
    tags: &TagIndex,
    quiet: bool,
) -> Result<Clusters, Failure> {
    let actors = ground::actors(ledger, chain, tags)?;
    let rule = |tx: &UtxoTx| mix(ledger, tx);
    let asked = Asked { ledger, chain, mix: &rule, tags: &actors, marks: &marks };
    let place = store.map(|store| keep::beside(store, &ledger.chains()[chain].id));
    up_to_date(&asked, place.as_ref(), quiet)
}

fn up_to_date(
    asked: &Asked<'_>,
    place: Option<&keep::Place>,
    quiet: bool,
) -> Result<Clusters, Failure> {
    let kept = match place {
        Some(place) => keep::load(place, asked, quiet)?,
        None => None,
    };
    let (mut clusters, is_current) = kept.unwrap_or_default();
    if is_current {
        return Ok(clusters);
    }
    let meter = Meter::rows(quiet, "joining what is spent together");
    clusters.update(asked, &mut |done, all| meter.at(done, all)).map_err(refusal)?;
    drop(meter);
    if let Some(place) = place {
        keep::save(place, &clusters, quiet);
    }
    Ok(clusters)
}

fn refusal(error: UpdateError) -> Failure {
    match error {
        UpdateError::NoOutputs(_) => Failure::Usage(error.into()),
        _ => Failure::bad_data(error),
    }
}

/// How an inquiry asks the ledger at hand.
fn inquiry<'a>(
    ground: &'a Ground,
    chain: usize,
    rule: &'a hawkshaw_wallets::MixRule<'a>,
    list_max: usize,
) -> Inquiry<'a> {
    Inquiry { ledger: ground.ledger(), chain, mix: rule, list_max }
}

/// An answer that found its account, with the clusters of its chain.
fn known_of<'a>(answer: &Answer, known: &'a BTreeMap<usize, Known>) -> Option<&'a Known> {
    known.get(&answer.chain?)
}
