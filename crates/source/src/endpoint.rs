//! The URL that a user named, and the key for it.

use std::fmt;
use std::sync::Arc;

use url::Url;

/// A secret for one host. Neither `Debug` nor `Display` shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Arc<str>);

impl Key {
    /// A key from the text of a key file: its only line.
    ///
    /// # Errors
    ///
    /// When the text is empty, over 4,096 bytes, or holds more than one line.
    pub fn new(text: &str) -> Result<Self, EndpointError> {
        let line = text.trim();
        let is_sane = !line.is_empty() && line.len() <= 4096 && !line.contains(char::is_control);
        if is_sane { Ok(Self(Arc::from(line))) } else { Err(EndpointError::Key) }
    }

    /// The secret itself, to be sent to its host and nowhere else.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// A URL with its key. Shown as scheme, host and port only, because paths and queries of nodes
/// often hold keys.
#[derive(Clone)]
pub struct Endpoint {
    pub(crate) url: Url,
    pub(crate) key: Option<Key>,
    name: Arc<str>,
}

/// Why a text is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// It is no http or https URL with a host.
    #[error("it is no http:// or https:// URL with a host")]
    Url,
    /// A key would travel readable for everybody on the way.
    #[error("a key would be sent unencrypted to {0}: use https://, or a host of this machine")]
    Unencrypted(String),
    /// A key file does not hold one line.
    #[error("a key file holds the key on one line, of 1 to 4,096 visible characters")]
    Key,
    /// The URL has a place for a key and none is there.
    #[error("the URL holds {{key}}: give the key with --key-file")]
    NoKey,
}

impl Endpoint {
    /// An endpoint from what the user named. `{key}` in the URL is replaced by the key.
    ///
    /// # Errors
    ///
    /// When it is no URL of http or https, or would send a key unencrypted to another machine.
    pub fn new(text: &str, key: Option<Key>) -> Result<Self, EndpointError> {
        let filled = match (&key, text.contains("{key}")) {
            (Some(key), true) => text.replace("{key}", key.secret()),
            (None, true) => return Err(EndpointError::NoKey),
            (_, false) => text.to_owned(),
        };
        let url: Url = filled.parse().map_err(|_| EndpointError::Url)?;
        let host = url.host_str().ok_or(EndpointError::Url)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(EndpointError::Url);
        }
        let name = match url.port() {
            Some(port) => format!("{}://{host}:{port}", url.scheme()),
            None => format!("{}://{host}", url.scheme()),
        };
        let is_local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        let has_secret = key.is_some() || !url.username().is_empty() || url.password().is_some();
        if has_secret && url.scheme() == "http" && !is_local {
            return Err(EndpointError::Unencrypted(name));
        }
        Ok(Self { url, key, name: Arc::from(name) })
    }

    /// Scheme, host and port: what errors, logs and stores call it.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({})", self.name)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
