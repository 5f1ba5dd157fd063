//! Answers kept in a folder, so that a second run asks nobody and gets the same.
//!
//! ```text
//! ab/abcdef….answer:
//!   hawkshaw-answer 1
//!   GET https://host/api?action=txlist&address=0x…      without the key
//!   1234 bytes, SHA-256 0123…
//!
//!   the answer
//! ```
//!
//! An entry is named by the SHA-256 digest of its request, and written beside its place and then
//! renamed, so that a reader finds a whole entry or none.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use alloy_primitives::hex;
use sha2::{Digest as _, Sha256};

use crate::endpoint::Endpoint;
use crate::error::{SourceError, SourceFault};

/// Whether somebody may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CacheMode {
    /// What is kept is taken from there, and the rest is asked for.
    #[default]
    AskForTheRest,
    /// Nobody is asked: what is not kept is an error.
    Offline,
}

/// A folder of answers. Clones share it; threads and processes may use it at once.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: Arc<Path>,
    mode: CacheMode,
}

/// A request as a cache knows it: what is asked of whom, without the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheKey(String);

/// The most bytes of an entry before its answer.
const HEADER_BYTES_MAX: u64 = 64 << 10;
const FIRST_LINE: &str = "hawkshaw-answer 1";

impl CacheKey {
    /// A request that gets: the endpoint's URL with segments and parameters, in the order of
    /// their names. Keys are left out: those of the endpoint, and parameters whose name says
    /// that they are one.
    pub fn get(endpoint: &Endpoint, segments: &[&str], query: &[(&str, &str)]) -> Self {
        Self(format!("GET {}", canonical(endpoint, segments, query)))
    }

    /// A request that posts a body.
    pub fn post(endpoint: &Endpoint, segments: &[&str], body: &[u8]) -> Self {
        let digest = hex::encode(Sha256::digest(body));
        Self(format!("POST {} with a body of SHA-256 {digest}", canonical(endpoint, segments, &[])))
    }

    /// What was found out about an endpoint by several requests.
    pub fn finding(endpoint: &Endpoint, what: &str) -> Self {
        Self(format!("{what} {}", canonical(endpoint, &[], &[])))
    }

    /// The request as people read it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn canonical(endpoint: &Endpoint, segments: &[&str], query: &[(&str, &str)]) -> String {
    const SECRETS: &[&str] =
        &["apikey", "api_key", "api-key", "key", "token", "access_token", "auth", "secret"];
    let mut url = endpoint.url(segments, query, None);
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    pairs.retain(|(name, _)| !SECRETS.contains(&name.to_ascii_lowercase().as_str()));
    pairs.sort();
    url.set_query(None);
    if !pairs.is_empty() {
        url.query_pairs_mut().extend_pairs(&pairs);
    }
    endpoint.masked(url.as_str())
}

impl Cache {
    /// Keeps answers in a folder, which is made where it is missing.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made; offline, when it is not there.
    pub fn open(folder: &Path, mode: CacheMode) -> Result<Self, SourceError> {
        let cache = Self { folder: Arc::from(folder), mode };
        match mode {
            CacheMode::AskForTheRest => fs::create_dir_all(folder)
                .map_err(|e| cache.error(folder, "making the folder", &e.to_string()))?,
            CacheMode::Offline if !folder.is_dir() => {
                return Err(cache.error(folder, "reading", "there is no such folder"));
            }
            CacheMode::Offline => {}
        }
        Ok(cache)
    }

    /// Whether somebody may be asked.
    pub fn mode(&self) -> CacheMode {
        self.mode
    }

    /// The answer that is kept, of at most so many bytes. A damaged one counts as none where it
    /// can be asked for anew.
    ///
    /// # Errors
    ///
    /// Offline, when there is none or it is damaged.
    pub fn load(&self, key: &CacheKey, bytes_max: u64) -> Result<Option<Vec<u8>>, SourceError> {
        let path = self.path(key);
        match (read(&path, key, bytes_max), self.mode) {
            (Ok(body), _) => Ok(Some(body)),
            (Err(_), CacheMode::AskForTheRest) => Ok(None),
            (Err(Unread::Missing), CacheMode::Offline) => {
                let why = "the answer is not kept there: run once without being offline";
                Err(self.error(&self.folder, key.as_str(), why))
            }
            (Err(Unread::Damaged(why)), CacheMode::Offline) => {
                let why = format!(
                    "the file is damaged ({why}): remove it and run once without being offline"
                );
                let fault = SourceFault::Unreadable(why);
                Err(SourceError { fault, ..self.error(&path, key.as_str(), "") })
            }
        }
    }

    /// Keeps an answer. Offline nothing is written.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn store(&self, key: &CacheKey, body: &[u8]) -> Result<(), SourceError> {
        if self.mode == CacheMode::Offline {
            return Ok(());
        }
        let path = self.path(key);
        let written = write(&path, key, body);
        written.map_err(|e| self.error(&path, "keeping an answer", &e.to_string()))
    }

    fn path(&self, key: &CacheKey) -> PathBuf {
        let digest = hex::encode(Sha256::digest(key.as_str()));
        self.folder.join(&digest[..2]).join(format!("{digest}.answer"))
    }

    fn error(&self, path: &Path, request: &str, why: &str) -> SourceError {
        SourceError {
            source_name: Arc::from(format!("the cache {}", path.display())),
            request: request.to_owned(),
            fault: SourceFault::Unable(why.to_owned()),
        }
    }
}

/// Why there is no answer in a file.
enum Unread {
    Missing,
    Damaged(String),
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Damaged(error.to_string()),
        }
    }
}

fn read(path: &Path, key: &CacheKey, bytes_max: u64) -> Result<Vec<u8>, Unread> {
    let damaged = |why: &str| Err(Unread::Damaged(why.to_owned()));
    let limit = bytes_max.saturating_add(HEADER_BYTES_MAX);
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > limit) {
        return damaged("it is too large");
    }
    let Some(at) = bytes.windows(2).position(|pair| pair == b"\n\n") else {
        return damaged("it has no header");
    };
    let body = bytes.split_off(at + 2);
    if bytes.strip_suffix(b"\n\n") != Some(header(key, &body).as_bytes()) {
        return damaged("its header does not fit its content");
    }
    Ok(body)
}

fn header(key: &CacheKey, body: &[u8]) -> String {
    let (length, digest) = (body.len(), hex::encode(Sha256::digest(body)));
    format!("{FIRST_LINE}\n{}\n{length} bytes, SHA-256 {digest}", key.as_str())
}

fn write(path: &Path, key: &CacheKey, body: &[u8]) -> io::Result<()> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)?;
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let draft = folder.join(format!(".{}-{count}.draft", std::process::id()));
    let written = (|| {
        let mut file = fs::File::create(&draft)?;
        file.write_all(header(key, body).as_bytes())?;
        file.write_all(b"\n\n")?;
        file.write_all(body)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    })();
    if written.is_err() {
        // What is left of it must not pile up; the error says what went wrong.
        let _ = fs::remove_file(&draft);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::{Cache, CacheKey, CacheMode};
    use crate::endpoint::{Endpoint, Key};
    use std::fs;

    fn key(url: &str, query: &[(&str, &str)]) -> CacheKey {
        let key = Key::new("a-secret-of-the-host").unwrap();
        CacheKey::get(&Endpoint::new(url, Some(key)).unwrap(), &["v2"], query)
    }

    #[test]
    fn a_key_names_the_request_without_the_secret() {
        let one = key("https://host/api?chainid=1&apikey=short", &[("b", "2"), ("a", "1 &")]);
        assert_eq!(one.as_str(), "GET https://host/api/v2?a=1+%26&b=2&chainid=1");
        let other = key("https://host/api?chainid=1", &[("a", "1 &"), ("b", "2")]);
        assert_eq!(one, other);
        let inside = key("https://host/{key}/api", &[]);
        assert!(!inside.as_str().contains("a-secret"), "{}", inside.as_str());
    }

    #[test]
    fn answers_come_back_and_damage_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::open(folder.path(), CacheMode::AskForTheRest).unwrap();
        let offline = Cache::open(folder.path(), CacheMode::Offline).unwrap();
        let key = key("https://host/", &[("a", "1")]);
        assert_eq!(cache.load(&key, 100).unwrap(), None);
        let error = offline.load(&key, 100).unwrap_err().to_string();
        assert!(error.contains("GET https://host/v2?a=1: the answer is not kept"), "{error}");
        for body in [&b""[..], b"\n\n", b"{\"result\":[]}"] {
            cache.store(&key, body).unwrap();
            assert_eq!(offline.load(&key, 100).unwrap().unwrap(), body);
        }
        let path = cache.path(&key);
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&path, &damaged).unwrap();
            assert_eq!(cache.load(&key, 100).unwrap(), None, "byte {at}");
            assert!(offline.load(&key, 100).unwrap_err().to_string().contains("damaged"));
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(cache.load(&key, 100).unwrap(), None, "cut at {at}");
        }
        fs::write(&path, &whole).unwrap();
        assert!(cache.load(&key, 100).unwrap().is_some());
        // Offline nothing is written.
        offline.store(&key, b"other").unwrap();
        assert_eq!(fs::read(&path).unwrap(), whole);
        assert!(Cache::open(&folder.path().join("none"), CacheMode::Offline).is_err());
    }
}
