//! The file in which clusters are kept.
//!
//! It is written beside its place and then renamed, so that whoever reads or is killed finds the
//! old one or the new one. Nothing rests on it: where it cannot be read or written, is damaged or
//! of something else, that is said and the clusters are made from the ledger.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use hawkshaw_model::ChainId;
use hawkshaw_wallets::{Asked, Clusters, FileError, Standing};

use super::MIX_RULES;
use super::ground::Ground;
use crate::cli::cluster::ClusterArguments;
use crate::exit::Failure;
use crate::screen::{self, Activity};

/// How files of clusters begin.
const MAGIC: &[u8; 8] = b"HKCLUST\0";
/// A file that has so many of these bytes in their places is one, if a damaged one.
const MAGIC_MATCHES_MIN: usize = 6;
/// Bytes that are read or written at once.
const BUFFER_BYTES: usize = 1 << 20;

/// Where the clusters of a chain are kept.
#[derive(Debug)]
pub(super) struct Place {
    path: PathBuf,
    chain: String,
}

/// Where the clusters of a chain are kept, if anywhere.
pub(super) fn place(
    ground: &Ground,
    chain: usize,
    arguments: &ClusterArguments,
) -> Result<Option<Place>, Failure> {
    if arguments.no_keep {
        return Ok(None);
    }
    let id = &ground.ledger().chains()[chain].id;
    if let Some(path) = &arguments.clusters {
        must_not_be_foreign(path)?;
        return Ok(Some(Place { path: path.clone(), chain: id.to_string() }));
    }
    Ok(ground.store().map(|store| beside(store, id)))
}

/// Where a store keeps the clusters of a chain.
pub(super) fn beside(store: &Path, chain: &ChainId) -> Place {
    let path = store.join(format!("clusters-{}.hkc", chain.reference()));
    Place { path, chain: chain.to_string() }
}

/// Refuses to write over a file that is something else.
fn must_not_be_foreign(path: &Path) -> Result<(), Failure> {
    if fs::metadata(path).is_ok_and(|kind| !kind.is_file()) {
        return Err(Failure::Usage(anyhow!("{} is no ordinary file", path.display())));
    }
    let mut first = Vec::new();
    let read = File::open(path).and_then(|file| file.take(8).read_to_end(&mut first));
    let matches = first.iter().zip(MAGIC).filter(|(one, other)| one == other).count();
    if read.is_ok() && matches < MAGIC_MATCHES_MIN.min(first.len()) {
        return Err(Failure::Usage(anyhow!(
            "{} is no file of clusters and would be written over: name another with --clusters",
            path.display()
        )));
    }
    Ok(())
}

/// The clusters of a file that are still those of a ledger or only behind it, and whether they
/// are up to date.
pub(super) fn load(
    place: &Place,
    asked: &Asked<'_>,
    quiet: bool,
) -> Result<Option<(Clusters, bool)>, Failure> {
    let anew = |why: &str| {
        let path = place.path.display();
        screen::say(quiet, &format!("the clusters in {path} are made anew: {why}"));
    };
    let activity = Activity::start(quiet);
    activity.now("reading the clusters that were kept");
    let read = read(place);
    let clusters = match read {
        Ok(clusters) => clusters,
        Err(FileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            drop(activity);
            anew(&error.to_string());
            return Ok(None);
        }
    };
    let standing = clusters.standing(asked.ledger, asked.chain, asked.marks, asked.tags);
    drop(activity);
    match standing.map_err(Failure::bad_data)? {
        Standing::Current => Ok(Some((clusters, true))),
        Standing::Behind => Ok(Some((clusters, false))),
        Standing::Stale(why) => {
            anew(why);
            Ok(None)
        }
    }
}

fn read(place: &Place) -> Result<Clusters, FileError> {
    let file = File::open(&place.path)?;
    let bytes = file.metadata()?.len();
    let input = BufReader::with_capacity(BUFFER_BYTES, file);
    Clusters::read(&place.chain, MIX_RULES, bytes, input)
}

/// Keeps clusters, or says why that cannot be.
pub(super) fn save(place: &Place, clusters: &Clusters, quiet: bool) {
    if let Err(why) = write(place, clusters) {
        let path = place.path.display();
        screen::say(quiet, &format!("the clusters are not kept in {path}: {why}"));
    }
}

fn write(place: &Place, clusters: &Clusters) -> Result<(), String> {
    let beside = |ending: &str| {
        let mut name = place.path.clone().into_os_string();
        name.push(ending);
        PathBuf::from(name)
    };
    let (lock, next) = (beside(".lock"), beside(".next"));
    let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&lock);
    let lock = lock.map_err(|error| error.to_string())?;
    // The lock goes with the process: what a killed one left half written is written over.
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err("another run is writing them".to_owned()),
        Err(TryLockError::Error(error)) => return Err(error.to_string()),
    }
    let written = File::create(&next).and_then(|file| {
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, file);
        clusters.write(&place.chain, MIX_RULES, &mut out)?;
        out.flush()?;
        out.get_ref().sync_all()?;
        fs::rename(&next, &place.path)
    });
    if let Err(error) = written {
        let _ = fs::remove_file(&next);
        return Err(error.to_string());
    }
    if let Some(folder) = place.path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}
