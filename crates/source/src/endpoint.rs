//! The URL that a user named, and the key for it.

use std::fmt;
use std::sync::Arc;

use url::{Host, Url, form_urlencoded};

/// The place of the key in a URL.
const PLACE: &str = "{key}";

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

/// How a host wants to be shown the key that a user gave for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Auth {
    /// Where the URL says `{key}`, or in a parameter that a request names.
    #[default]
    Query,
    /// As `Authorization: Bearer`.
    Bearer,
    /// As a header of this name.
    Header(&'static str),
    /// As a user and a password with a colon between (RFC 7617).
    Basic,
}

/// A URL with its key. Shown as scheme, host and port only, because paths and queries of nodes
/// often hold keys.
#[derive(Clone)]
pub struct Endpoint {
    url: Url,
    key: Option<Key>,
    /// User and password with a colon between, as the URL gave them.
    user: Option<Key>,
    is_key_in_url: bool,
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
    /// The key would decide which host is asked.
    #[error("the URL holds {{key}} in its host: it may stand in the path or the query")]
    KeyInHost,
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
        let is_key_in_url = text.contains(PLACE);
        let mut url = parsed(text, key.as_ref())?;
        let host = url.host().ok_or(EndpointError::Url)?;
        let is_local = match &host {
            Host::Domain(name) => *name == "localhost",
            Host::Ipv4(ip) => ip.is_loopback(),
            Host::Ipv6(ip) => ip.is_loopback(),
        };
        let name = match url.port() {
            Some(port) => format!("{}://{host}:{port}", url.scheme()),
            None => format!("{}://{host}", url.scheme()),
        };
        let user = user(&url)?;
        if (key.is_some() || user.is_some()) && url.scheme() == "http" && !is_local {
            return Err(EndpointError::Unencrypted(name));
        }
        url.set_username("").map_err(|()| EndpointError::Url)?;
        url.set_password(None).map_err(|()| EndpointError::Url)?;
        url.set_fragment(None);
        Ok(Self { url, key, user, is_key_in_url, name: Arc::from(name) })
    }

    /// Scheme, host and port: what errors, logs and stores call it.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The URL of a request: the endpoint's own with segments behind its path and parameters
    /// behind its query. The parameter named in `secret` is filled with the key, unless the URL
    /// holds the key or that parameter already.
    pub(crate) fn url(
        &self,
        segments: &[&str],
        query: &[(&str, &str)],
        secret: Option<&str>,
    ) -> Url {
        let mut url = self.url.clone();
        if !segments.is_empty()
            && let Ok(mut path) = url.path_segments_mut()
        {
            path.pop_if_empty().extend(segments);
        }
        let is_given = |name: &str| self.url.query_pairs().any(|(given, _)| given == name);
        let secret = secret.filter(|name| !self.is_key_in_url && !is_given(name));
        let secret = secret.and_then(|name| Some((name, self.key.as_ref()?.secret())));
        if !query.is_empty() || secret.is_some() {
            url.query_pairs_mut().extend_pairs(query).extend_pairs(secret);
        }
        url
    }

    /// The header that shows the host who asks: its name and its value.
    pub(crate) fn header(&self, auth: Auth) -> Option<(&'static str, String)> {
        if let Some(user) = &self.user {
            return Some(("authorization", format!("Basic {}", base64(user.secret().as_bytes()))));
        }
        let key = self.key.as_ref().filter(|_| !self.is_key_in_url)?.secret();
        match auth {
            Auth::Query => None,
            Auth::Bearer => Some(("authorization", format!("Bearer {key}"))),
            Auth::Header(name) => Some((name, key.to_owned())),
            Auth::Basic => Some(("authorization", format!("Basic {}", base64(key.as_bytes())))),
        }
    }

    /// A text from outside without the secrets that stand in it: hosts repeat in errors what
    /// they were sent.
    pub(crate) fn masked(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for secret in self.secrets() {
            masked = masked.replace(&secret, "…");
        }
        masked
    }

    /// The key and the password in the forms in which they travel, and what looks like a key in
    /// the path and query that the user gave; the longest first.
    fn secrets(&self) -> Vec<String> {
        /// Words of paths such as `api` are shorter, keys of providers longer.
        const LENGTH_MIN: usize = 16;
        let mut secrets = Vec::new();
        for key in self.key.iter().chain(&self.user) {
            secrets.extend(forms(key.secret()));
            let parts = key.secret().split(':').filter(|part| part.len() > 2);
            secrets.extend(parts.flat_map(forms));
        }
        let segments = self.url.path_segments().into_iter().flatten();
        let values = self.url.query_pairs().map(|(_, value)| value.into_owned());
        let parts = segments.map(str::to_owned).chain(values);
        secrets.extend(parts.filter(|part| part.len() >= LENGTH_MIN));
        secrets.retain(|secret| !secret.is_empty());
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets
    }
}

/// What a secret looks like on its way: as it is, in a URL and in a header.
fn forms(secret: &str) -> [String; 3] {
    let encoded = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    [secret.to_owned(), encoded, base64(secret.as_bytes())]
}

/// The URL of a text with the key in its place. The key must not change the host.
fn parsed(text: &str, key: Option<&Key>) -> Result<Url, EndpointError> {
    let url = |text: &str| text.parse::<Url>().map_err(|_| EndpointError::Url);
    let filled = if text.contains(PLACE) {
        let key = key.ok_or(EndpointError::NoKey)?;
        let encoded: String = form_urlencoded::byte_serialize(key.secret().as_bytes()).collect();
        let [one, other] = [url(&text.replace(PLACE, "key"))?, url(&text.replace(PLACE, "0"))?];
        if one.host_str() != other.host_str() {
            return Err(EndpointError::KeyInHost);
        }
        let filled = url(&text.replace(PLACE, &encoded.replace('+', "%20")))?;
        if filled.host_str() != one.host_str() {
            return Err(EndpointError::KeyInHost);
        }
        filled
    } else {
        url(text)?
    };
    if !matches!(filled.scheme(), "http" | "https") || !filled.has_host() {
        return Err(EndpointError::Url);
    }
    Ok(filled)
}

/// User and password of a URL, if it names any.
fn user(url: &Url) -> Result<Option<Key>, EndpointError> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let decoded = |text: &str| {
        // Form decoding takes a plus for a space; in a user's name it is a plus.
        let pairs = text.replace('+', "%2B");
        form_urlencoded::parse(pairs.as_bytes()).map(|(name, _)| name.into_owned()).collect()
    };
    let name: String = decoded(&url.username().replace('=', "%3D").replace('&', "%26"));
    let password = url.password().unwrap_or_default();
    let password: String = decoded(&password.replace('=', "%3D").replace('&', "%26"));
    Key::new(&format!("{name}:{password}")).map(Some)
}

/// Base 64 with padding (RFC 4648).
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let group = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4_usize {
            let shifted = group >> (18 - 6 * place) & 63;
            let letter = usize::try_from(shifted).ok().and_then(|index| LETTERS.get(index));
            let letter = letter.copied().map_or('=', char::from);
            text.push(if place <= chunk.len() { letter } else { '=' });
        }
    }
    text
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

#[cfg(test)]
mod tests;
