//! Keys in their file, and in the memory of a service.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use hawkshaw_model::Timestamp;
use rusqlite::Connection;

use super::error::{KeyRefusal, KeysError};
use super::key::{ApiKey, CreatedKey, KeyEvent, KeyId, NewKey};
use super::secret::{self, Kept};
use super::table::{self, Entry};
use crate::alert::TEXT_MAX;
use crate::clock::UnixMillis;
use crate::database;
use crate::error::RecordsError;
use crate::folder;
use crate::schema;

/// How often a service looks whether another process changed the keys.
const LOOK: Duration = Duration::from_millis(200);

/// Keys that could not be read for so long let nobody in.
const STALE: Duration = Duration::from_secs(5);

/// How often it is written down when keys were last used.
const NOTE: Duration = Duration::from_secs(10);

/// So many keys there may be.
const KEYS_MAX: usize = 10_000;

/// A key as text is no longer than this.
const TEXT: usize = 128;

/// The keys of a state folder. Several processes may have them open: what one changes the others
/// see within a second.
#[derive(Debug)]
pub struct Keys {
    shared: Arc<Shared>,
    watcher: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
struct Shared {
    path: PathBuf,
    connection: Mutex<Connection>,
    table: RwLock<Arc<Loaded>>,
    /// When the file was last seen to say what `table` says.
    seen: Mutex<Instant>,
    is_closed: AtomicBool,
}

#[derive(Debug, Default)]
struct Loaded {
    version: i64,
    by_id: HashMap<KeyId, Arc<Held>>,
}

#[derive(Debug)]
struct Held {
    entry: Entry,
    public: Arc<ApiKey>,
    used: AtomicI64,
}

impl Keys {
    /// Opens the keys of a state folder, or begins them. The folder need not be locked.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written, is damaged, or is newer than this program.
    pub fn open(folder: &Path) -> Result<Self, KeysError> {
        folder::make(folder)?;
        let path = folder.join("keys.sqlite");
        let mut connection = database::connect(&path)?;
        let known = i64::try_from(table::MIGRATIONS.len()).unwrap_or(i64::MAX);
        schema::check(&connection, &path, (table::APPLICATION, known))?;
        database::set_durable(&connection, &path)?;
        database::check(&connection, &path, true)?;
        schema::migrate(&mut connection, &path, table::APPLICATION, table::MIGRATIONS)?;
        let shared = Arc::new(Shared {
            path,
            connection: Mutex::new(connection),
            table: RwLock::default(),
            seen: Mutex::new(Instant::now()),
            is_closed: AtomicBool::new(false),
        });
        shared.load(true)?;
        Ok(Self { shared, watcher: Mutex::default() })
    }

    /// Begins to look for what other processes change, and to write down when keys were used.
    /// For a service; it ends when the keys are dropped.
    ///
    /// # Errors
    ///
    /// When no thread can be started.
    pub fn watch(&self) -> Result<(), KeysError> {
        let mut watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        if watcher.is_none() {
            let shared = Arc::clone(&self.shared);
            let named = std::thread::Builder::new().name("keys".to_owned());
            let thread = named.spawn(move || shared.watch()).map_err(|error| {
                RecordsError::disk("start the watcher of", &self.shared.path, &error)
            })?;
            *watcher = Some(thread);
        }
        Ok(())
    }

    /// Makes a key. Its secret is in the answer and nowhere else.
    ///
    /// # Errors
    ///
    /// When it has no role, or the file cannot be written.
    pub fn create(&self, new: NewKey, now: Timestamp) -> Result<CreatedKey, KeysError> {
        let refuse = |why: &str| Err(KeysError::Conflict(why.to_owned()));
        let mut roles = new.roles;
        roles.sort_unstable();
        roles.dedup();
        if roles.is_empty() {
            return refuse("a key needs at least one role");
        }
        if new.name.len() > TEXT_MAX {
            return refuse("the name is too long");
        }
        if self.shared.loaded().by_id.len() >= KEYS_MAX {
            return refuse("there are too many keys");
        }
        let secret = secret::new_secret()?;
        let id: KeyId = secret::new_id()?.parse().map_err(KeysError::Conflict)?;
        let key = ApiKey {
            id,
            name: new.name,
            roles,
            limits: new.limits,
            created: now,
            expires: new.expires,
            old_until: None,
            revoked: None,
            last_used: None,
        };
        let entry = Entry { key: key.clone(), kept: Kept::of(&secret)?, old: None };
        self.change(|connection| table::insert(connection, &entry))?;
        let text = format!("hk_{}_{secret}", key.id);
        Ok(CreatedKey { key, text })
    }

    /// All keys, in the order of their making.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn list(&self) -> Result<Vec<ApiKey>, KeysError> {
        let entries = self.shared.with(table::entries)?;
        Ok(entries.into_iter().map(|entry| entry.key).collect())
    }

    /// Gives a key another secret. The one that it has is good until `old_until`.
    ///
    /// # Errors
    ///
    /// When there is no such key, or it was taken back.
    pub fn rotate(
        &self,
        id: &KeyId,
        old_until: Timestamp,
        now: Timestamp,
    ) -> Result<CreatedKey, KeysError> {
        let mut key = self.known(id)?;
        if key.revoked.is_some() {
            return Err(KeysError::Conflict(format!("the key `{id}` was revoked: make a new one")));
        }
        let secret = secret::new_secret()?;
        let kept = Kept::of(&secret)?;
        self.change(|connection| table::rotate(connection, id, &kept, old_until, now))?;
        key.old_until = Some(old_until);
        Ok(CreatedKey { key, text: format!("hk_{id}_{secret}") })
    }

    /// Takes a key back. Every process refuses it within a second.
    ///
    /// # Errors
    ///
    /// When there is no such key.
    pub fn revoke(&self, id: &KeyId, now: Timestamp) -> Result<(), KeysError> {
        self.known(id)?;
        self.change(|connection| table::revoke(connection, id, now))
    }

    /// What was done with keys behind a number, at most a thousand events: for the audit log.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn events(&self, after: i64) -> Result<Vec<KeyEvent>, KeysError> {
        Ok(self.shared.with(|connection| table::events(connection, after))?)
    }

    /// Whether there has never been a key. One that was taken back or has expired was one: that
    /// nobody may ask any more does not mean that everybody may.
    pub fn is_empty(&self) -> bool {
        self.shared.loaded().by_id.is_empty()
    }

    /// Why a key is good for nothing any more; `None`: it is good.
    pub fn standing(&self, id: &KeyId, now: Timestamp) -> Option<KeyRefusal> {
        let table = self.shared.loaded();
        let Some(held) = table.by_id.get(id) else { return Some(KeyRefusal::Invalid) };
        refusal(&held.public, now)
    }

    /// What a key is, without its secret; `None`: there is no such key.
    pub fn get(&self, id: &KeyId) -> Option<Arc<ApiKey>> {
        self.shared.loaded().by_id.get(id).map(|held| Arc::clone(&held.public))
    }

    /// The number of the last thing that was done with a key; 0: nothing ever was.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn last_event(&self) -> Result<i64, KeysError> {
        Ok(self.shared.with(table::last_event)?)
    }

    /// Whose key this is. Takes well under a microsecond and touches no disk.
    ///
    /// # Errors
    ///
    /// When it lets nobody in.
    pub fn verify(&self, text: &str, now: Timestamp) -> Result<Arc<ApiKey>, KeyRefusal> {
        let (id, secret) = parts(text).ok_or(KeyRefusal::Invalid)?;
        if self.shared.is_stale() {
            return Err(KeyRefusal::Unavailable);
        }
        let table = self.shared.loaded();
        let held = table.by_id.get(&id).ok_or(KeyRefusal::Invalid)?;
        let key = &held.public;
        let is_new = held.entry.kept.is(secret);
        let is_old = held.entry.old.as_ref().is_some_and(|old| old.is(secret));
        let is_old = is_old && key.old_until.is_some_and(|until| now < until);
        if !(is_new || is_old) {
            return Err(KeyRefusal::Invalid);
        }
        if let Some(refusal) = refusal(key, now) {
            return Err(refusal);
        }
        held.used.fetch_max(now.to_unix(), Ordering::Relaxed);
        Ok(Arc::clone(key))
    }

    fn known(&self, id: &KeyId) -> Result<ApiKey, KeysError> {
        let mut keys = self.list()?.into_iter();
        keys.find(|key| key.id == *id).ok_or_else(|| KeysError::Unknown(id.to_string()))
    }

    fn change(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<(), KeysError> {
        self.shared.with(|connection| {
            let transaction = connection.unchecked_transaction()?;
            work(&transaction)?;
            transaction.commit()
        })?;
        Ok(self.shared.load(true)?)
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.shared.is_closed.store(true, Ordering::Relaxed);
        let watcher = self.watcher.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(watcher) = watcher {
            watcher.thread().unpark();
            let _ = watcher.join();
        }
    }
}

impl Shared {
    fn with<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, RecordsError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        work(&connection).map_err(|error| RecordsError::sqlite(&self.path, &error))
    }

    fn loaded(&self) -> Arc<Loaded> {
        Arc::clone(&self.table.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_stale(&self) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).elapsed() > STALE
    }

    /// Reads the keys, where another process or `is_ours` changed them.
    fn load(&self, is_ours: bool) -> Result<(), RecordsError> {
        let started = Instant::now();
        let read = self.with(|connection| {
            let version = connection.query_row("PRAGMA data_version", [], |row| row.get(0))?;
            if !is_ours && version == self.loaded().version {
                return Ok(None);
            }
            Ok(Some((version, table::entries(connection)?)))
        })?;
        if let Some((version, entries)) = read {
            let before = self.loaded();
            let held = |entry: Entry| {
                let used = before.by_id.get(&entry.key.id);
                let used = used.map_or(0, |held| held.used.load(Ordering::Relaxed));
                let public = Arc::new(entry.key.clone());
                (entry.key.id.clone(), Arc::new(Held { entry, public, used: used.into() }))
            };
            let by_id = entries.into_iter().map(held).collect();
            let loaded = Arc::new(Loaded { version, by_id });
            *self.table.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        }
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = started;
        Ok(())
    }

    fn watch(&self) {
        let mut noted = Instant::now();
        let mut known: BTreeMap<KeyId, i64> = BTreeMap::new();
        while !self.is_closed.load(Ordering::Relaxed) {
            std::thread::park_timeout(LOOK);
            // A failure shows as age: after some seconds nobody is let in.
            let _ = self.load(false);
            if noted.elapsed() >= NOTE {
                self.note(&mut known);
                noted = Instant::now();
            }
        }
        self.note(&mut known);
    }

    /// Writes down when keys were last used. Failing that costs nobody anything.
    fn note(&self, known: &mut BTreeMap<KeyId, i64>) {
        let table = self.loaded();
        let used = |(id, held): (&KeyId, &Arc<Held>)| {
            let at = held.used.load(Ordering::Relaxed);
            (at > known.get(id).copied().unwrap_or(0)).then(|| (id.clone(), at))
        };
        let fresh: BTreeMap<KeyId, i64> = table.by_id.iter().filter_map(used).collect();
        if fresh.is_empty() {
            return;
        }
        let written = self.with(|connection| {
            let transaction = connection.unchecked_transaction()?;
            for (id, at) in &fresh {
                table::used(&transaction, id, Timestamp::from_unix(*at).unwrap_or_default())?;
            }
            transaction.commit()
        });
        if written.is_ok() {
            known.extend(fresh);
        }
    }
}

/// Why a key lets nobody in, whoever has its secret.
fn refusal(key: &ApiKey, now: Timestamp) -> Option<KeyRefusal> {
    if key.revoked.is_some() {
        return Some(KeyRefusal::Revoked);
    }
    key.expires.is_some_and(|end| end <= now).then_some(KeyRefusal::Expired)
}

/// Id and secret of a key as text.
fn parts(text: &str) -> Option<(KeyId, &str)> {
    if text.len() > TEXT {
        return None;
    }
    let (id, secret) = text.strip_prefix("hk_")?.split_once('_')?;
    Some((id.parse().ok()?, secret))
}

impl From<UnixMillis> for Timestamp {
    fn from(millis: UnixMillis) -> Self {
        millis.to_timestamp()
    }
}
