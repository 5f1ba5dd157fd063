//! What answers while its files change: what changed is read again, and until that is done the
//! old one answers.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use hawkshaw_screening::{Coverage, ListInfo, Overlay, RuleSet, Screener};
use hawkshaw_server::Load;

use super::Ground;
use crate::cli::screen::KnownArguments;
use crate::exit::Failure;
use crate::input;

/// So often in a row files have to look the same before they are read: who writes a file in
/// pieces is not done in between.
const LOOKS: u32 = 3;

/// How long it is until what could not be read is tried again though it looks the same.
const REST: Duration = Duration::from_secs(5);

/// A screener of files, read again when they change.
#[derive(Debug)]
pub(crate) struct LiveScreener {
    known: KnownArguments,
    quiet: bool,
    kept: Mutex<Option<Kept>>,
    seen: Mutex<Seen>,
}

/// What was seen of the files beside what was read of them.
#[derive(Debug, Default)]
struct Seen {
    /// How they look, and how often in a row they did.
    last: Option<(Stamps, u32)>,
    /// How they looked when they could not be read, and when that was.
    failed: Option<(Stamps, Instant)>,
}

/// What was read, and how the files looked then.
#[derive(Debug, Clone)]
struct Kept {
    stamps: Stamps,
    ground: Ground,
    overlay: Arc<Overlay>,
    rules: Arc<RuleSet>,
    /// Whether exposure in the ground is still that of earlier lists: what stands on a list is
    /// answered at once, what is exposed to it once that is computed.
    is_behind: bool,
}

/// How files look without reading them.
type Stamp = Vec<(PathBuf, Option<Look>)>;

/// How a file looks: device, number and length, when it was written to, and when anything of it
/// was changed, which nobody can set.
type Look = (u64, u64, u64, (i64, i64), (i64, i64));

#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamps {
    ground: Stamp,
    lists: Stamp,
    rules: Stamp,
}

impl LiveScreener {
    pub(crate) fn new(known: KnownArguments, quiet: bool) -> Self {
        Self { known, quiet, kept: Mutex::new(None), seen: Mutex::default() }
    }

    /// Reads what changed since the last time; everything the first time, and where somebody
    /// asked for it. After a failure the next call tries the same again.
    pub(crate) fn load(&self, wanted: Load) -> Result<Arc<Screener>, Failure> {
        let mut kept = lock(&self.kept);
        // Taken before the files are read: what changes meanwhile is seen the next time.
        let stamps = Stamps::of(&self.known);
        let loaded = self.read(kept.as_ref(), &stamps, wanted);
        let mut seen = lock(&self.seen);
        seen.failed = loaded.is_err().then(|| (stamps, Instant::now()));
        drop(seen);
        let (screener, read) = loaded?;
        *kept = Some(read);
        Ok(screener)
    }

    fn read(
        &self,
        kept: Option<&Kept>,
        stamps: &Stamps,
        wanted: Load,
    ) -> Result<(Arc<Screener>, Kept), Failure> {
        let before = kept.filter(|_| wanted == Load::Noticed);
        let same =
            |part: fn(&Stamps) -> &Stamp| before.filter(|kept| part(&kept.stamps) == part(stamps));
        let has_new_lists = |kept: &&Kept| kept.stamps.lists != stamps.lists;
        let is_of_use = |kept: &&Kept| !kept.is_behind || has_new_lists(kept);
        let ground_kept = same(|stamps| &stamps.ground).filter(is_of_use);
        let is_behind = self.known.index.is_none()
            && self.known.store.is_some()
            && ground_kept.is_some_and(|kept| has_new_lists(&kept));
        let ground = match ground_kept {
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
        super::say_absent_lists(&screener, self.quiet);
        if Stamps::of(&self.known) != *stamps {
            let error = anyhow!("files were changed while they were read; they are read again");
            return Err(Failure::BadData(error));
        }
        if let Some(lost) = before.and_then(|kept| lost_list(&kept.overlay, &overlay)) {
            return Err(Failure::BadData(anyhow!(
                "the list {} is gone; it is taken away only by loading again on demand (SIGHUP, \
                 or POST /v1/admin/reload)",
                lost.id
            )));
        }
        let stamps = stamps.clone();
        Ok((Arc::new(screener), Kept { stamps, ground, overlay, rules, is_behind }))
    }

    /// Whether any file changed since the last time that all could be read, and is not being
    /// written any more.
    pub(crate) fn has_changed(&self) -> bool {
        let stamps = Stamps::of(&self.known);
        if lock(&self.kept).as_ref().is_some_and(|kept| kept.stamps == stamps && !kept.is_behind) {
            lock(&self.seen).last = None;
            return false;
        }
        let mut seen = lock(&self.seen);
        let before = seen.last.take().filter(|(last, _)| *last == stamps);
        let looks = before.map_or(1, |(_, looks)| looks.saturating_add(1));
        seen.last = Some((stamps.clone(), looks));
        let has_failed =
            |(failed, when): &(Stamps, Instant)| *failed == stamps && when.elapsed() < REST;
        looks >= LOOKS && !seen.failed.as_ref().is_some_and(has_failed)
    }
}

/// A list that was there before and is not any more.
fn lost_list<'a>(before: &'a Overlay, now: &Overlay) -> Option<&'a Arc<ListInfo>> {
    before.lists().find(|list| !now.lists().any(|one| one.id == list.id))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stamps {
    fn of(known: &KnownArguments) -> Self {
        let mut ground = Vec::new();
        known.tags.iter().chain(&known.prices).for_each(|path| stamp(path, &mut ground));
        // Of a case these are read. The rest may be large, and a store may lie in it.
        for name in ["case.toml", "tags"] {
            known.case.iter().for_each(|case| stamp(&case.join(name), &mut ground));
        }
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
        let look = std::fs::metadata(&file).ok().map(|seen| {
            let (written, changed) =
                ((seen.mtime(), seen.mtime_nsec()), (seen.ctime(), seen.ctime_nsec()));
            (seen.dev(), seen.ino(), seen.len(), written, changed)
        });
        stamp.push((file, look));
    }
}
