//! What answers while its files change: what changed is read again, and until that is done the
//! old one answers.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use hawkshaw_screening::{Coverage, Overlay, RuleSet, Screener};

use super::Ground;
use crate::cli::screen::KnownArguments;
use crate::exit::Failure;
use crate::input;

/// A screener of files, read again when they change.
#[derive(Debug)]
pub(crate) struct LiveScreener {
    known: KnownArguments,
    quiet: bool,
    kept: Mutex<Option<Kept>>,
}

/// What was read, and how the files looked then.
#[derive(Debug, Clone)]
struct Kept {
    stamps: Stamps,
    ground: Ground,
    overlay: Arc<Overlay>,
    rules: Arc<RuleSet>,
}

/// How files look without reading them: by path the time of the last change and the length.
type Stamp = Vec<(PathBuf, Option<SystemTime>, u64)>;

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamps {
    ground: Stamp,
    lists: Stamp,
    rules: Stamp,
}

impl LiveScreener {
    pub(crate) fn new(known: KnownArguments, quiet: bool) -> Self {
        Self { known, quiet, kept: Mutex::new(None) }
    }

    /// Reads what changed since the last time, and everything the first time. After a failure
    /// the next call tries the same again.
    pub(crate) fn load(&self) -> Result<Arc<Screener>, Failure> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken before the files are read: what changes meanwhile is seen the next time.
        let stamps = Stamps::of(&self.known);
        let before = kept.as_ref();
        let same =
            |part: fn(&Stamps) -> &Stamp| before.filter(|kept| part(&kept.stamps) == part(&stamps));
        let ground = match same(|stamps| &stamps.ground) {
            Some(kept) => kept.ground.clone(),
            None => super::ground(&self.known, self.quiet)?,
        };
        let lists =
            same(|stamps| &stamps.lists).filter(|_| same(|stamps| &stamps.ground).is_some());
        let overlay = match lists {
            Some(kept) => Arc::clone(&kept.overlay),
            None => Arc::new(super::overlay(&ground, &self.known.lists, self.quiet)?),
        };
        let rules = match same(|stamps| &stamps.rules) {
            Some(kept) => Arc::clone(&kept.rules),
            None => Arc::new(super::rules(self.known.rules.as_deref())?),
        };
        let index = Arc::clone(&ground.index);
        let screener = Screener::new(
            index,
            Arc::clone(&overlay),
            Arc::clone(&rules) as _,
            Coverage::default(),
        );
        *kept = Some(Kept { stamps, ground, overlay, rules });
        Ok(Arc::new(screener))
    }

    /// Whether any file changed since the last time that all could be read.
    pub(crate) fn has_changed(&self) -> bool {
        let stamps = Stamps::of(&self.known);
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.as_ref().is_none_or(|kept| kept.stamps != stamps)
    }
}

impl Stamps {
    fn of(known: &KnownArguments) -> Self {
        let mut ground = Vec::new();
        let read_once = known.tags.iter().chain(&known.case).chain(&known.prices);
        read_once.for_each(|path| stamp(path, &mut ground));
        known.index.iter().for_each(|path| stamp(path, &mut ground));
        if let Some(store) = &known.store {
            // The manifest changes whenever the store does.
            for name in ["manifest.json", "tags.jsonl"] {
                stamp(&store.join(name), &mut ground);
            }
        }
        let (mut lists, mut rules) = (Vec::new(), Vec::new());
        known.lists.iter().for_each(|path| stamp(path, &mut lists));
        known.rules.iter().for_each(|path| stamp(path, &mut rules));
        Self { ground, lists, rules }
    }
}

/// Notes how a file or the files of a folder look. What cannot be looked at is noted too, so that
/// its coming back is a change.
fn stamp(path: &Path, stamp: &mut Stamp) {
    let files = input::any_files(path).unwrap_or_else(|_| vec![path.to_owned()]);
    for file in files {
        let seen = std::fs::metadata(&file).ok();
        let changed = seen.as_ref().and_then(|seen| seen.modified().ok());
        stamp.push((file, changed, seen.map_or(0, |seen| seen.len())));
    }
}
