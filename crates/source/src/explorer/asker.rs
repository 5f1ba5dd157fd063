//! Asks an explorer, or the folder in which its answers are kept.

use hawkshaw_chains::DecodeError;
use hawkshaw_chains::explorers::Complaint;
use ureq::http::StatusCode;

use crate::cache::{Cache, CacheKey, CacheMode};
use crate::client::{Answer, Asked, Client};
use crate::endpoint::Auth;
use crate::error::{SourceError, SourceFault};

/// How often an answer is asked for anew that is cut off or says that it took too long.
const ROUNDS_MAX: u32 = 4;

/// Asks an explorer, or the folder in which its answers are kept. Answers that tell of an error
/// are not kept.
#[derive(Debug, Clone)]
pub(super) struct Asker {
    client: Client,
    cache: Option<Cache>,
    /// The parameter for the key.
    secret: Option<&'static str>,
}

/// What a body is worth.
#[derive(Debug)]
pub(super) enum Reading<T> {
    /// An answer that is the same when it is asked for again.
    Answer(T),
    /// "Ask less often".
    TooMany,
    /// Worth another attempt, and this is why if there is none.
    Again(SourceFault),
}

/// A request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    /// What errors call it.
    pub(super) name: &'a str,
    pub(super) segments: &'a [&'a str],
    pub(super) query: &'a [(&'a str, &'a str)],
    /// JSON to post; else the request gets.
    pub(super) body: Option<&'a [u8]>,
    /// Whether what is kept is passed over.
    pub(super) is_anew: bool,
}

impl Request<'_> {
    /// A request for the endpoint itself.
    pub(super) const PLAIN: Self =
        Self { name: "", segments: &[], query: &[], body: None, is_anew: false };
}

/// An answer with its HTTP status.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body<'a> {
    pub(super) is_ok: bool,
    pub(super) is_missing: bool,
    pub(super) bytes: &'a [u8],
}

/// An answer that was read, to be kept once it is known to fit the others.
#[derive(Debug)]
pub(super) struct Fetched<T> {
    pub(super) value: T,
    /// The body, where the HTTP status is 200.
    pub(super) bytes: Vec<u8>,
    key: CacheKey,
    status: u16,
    is_kept: bool,
}

impl Asker {
    pub(super) fn new(client: &Client, cache: Option<Cache>, secret: Option<&'static str>) -> Self {
        Self { client: client.clone().with_auth(Auth::Query), cache, secret }
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// The same, passing by what is kept.
    pub(super) fn without_cache(&self) -> Self {
        Self { cache: None, ..self.clone() }
    }

    /// Whether nobody is asked, and only what is kept is looked at.
    pub(super) fn is_offline(&self) -> bool {
        self.cache.as_ref().is_some_and(|cache| cache.mode() == CacheMode::Offline)
    }

    pub(super) fn error(&self, request: &str, fault: SourceFault) -> SourceError {
        self.client.error(request, fault)
    }

    /// Gets an answer and keeps it.
    pub(super) fn get<T>(
        &self,
        request: &Request<'_>,
        read: impl Fn(Body<'_>) -> Result<Reading<T>, SourceFault>,
    ) -> Result<T, SourceError> {
        let fetched = self.fetch(request, read)?;
        self.keep(&fetched)?;
        Ok(fetched.value)
    }

    /// Keeps an answer, unless the key stands in it: then it is asked for again another time.
    pub(super) fn keep<T>(&self, fetched: &Fetched<T>) -> Result<(), SourceError> {
        match &self.cache {
            Some(cache) if !fetched.is_kept && !self.client.is_revealing(&fetched.bytes) => {
                let mut entry = format!("{}\n", fetched.status).into_bytes();
                entry.extend_from_slice(&fetched.bytes);
                cache.store(&fetched.key, &entry)
            }
            _ => Ok(()),
        }
    }

    /// Gets an answer without keeping it.
    pub(super) fn fetch<T>(
        &self,
        request: &Request<'_>,
        read: impl Fn(Body<'_>) -> Result<Reading<T>, SourceFault>,
    ) -> Result<Fetched<T>, SourceError> {
        let endpoint = self.client.endpoint();
        let key = match request.body {
            None => CacheKey::get(endpoint, request.segments, request.query),
            Some(body) => CacheKey::post(endpoint, request.segments, body),
        };
        if let Some(fetched) = self.kept(request, &key, &read)? {
            return Ok(fetched);
        }
        let mut attempts = 0;
        loop {
            let answer = self.client.ask(&Asked {
                request: request.name,
                segments: request.segments,
                query: request.query,
                secret: self.secret,
                body: request.body,
                ..Asked::PLAIN
            })?;
            attempts += 1;
            let reading = match read(Body::of(&answer)) {
                // Whoever breaks off may still end the message properly.
                Err(SourceFault::Decode(error @ DecodeError::Malformed(_))) => {
                    Reading::Again(SourceFault::Decode(error))
                }
                other => other.map_err(|fault| self.error(request.name, fault))?,
            };
            let fault = match reading {
                Reading::Answer(value) => {
                    let status = answer.status.as_u16();
                    return Ok(Fetched { value, bytes: answer.body, key, status, is_kept: false });
                }
                Reading::TooMany => {
                    self.client.back_off(request.name, attempts)?;
                    continue;
                }
                Reading::Again(fault) => fault,
            };
            if attempts >= ROUNDS_MAX {
                return Err(self.error(request.name, fault));
            }
            match self.client.back_off(request.name, attempts) {
                Err(SourceError { fault: SourceFault::RateLimited(_), .. }) => {
                    return Err(self.error(request.name, fault));
                }
                other => other?,
            }
        }
    }

    fn kept<T>(
        &self,
        request: &Request<'_>,
        key: &CacheKey,
        read: impl Fn(Body<'_>) -> Result<Reading<T>, SourceFault>,
    ) -> Result<Option<Fetched<T>>, SourceError> {
        let Some(cache) = &self.cache else { return Ok(None) };
        if request.is_anew && cache.mode() != CacheMode::Offline {
            return Ok(None);
        }
        let bytes_max = self.client.limits().body_bytes_max;
        let Some(entry) = cache.load(key, bytes_max)? else { return Ok(None) };
        let at = entry.iter().position(|byte| *byte == b'\n').unwrap_or(0);
        let status: Option<u16> =
            entry.get(..at).and_then(|text| std::str::from_utf8(text).ok()?.parse().ok());
        let bytes = entry.get(at + 1..).unwrap_or_default().to_vec();
        if let Some(status) = status {
            let body = Body {
                is_ok: status == StatusCode::OK,
                is_missing: status == StatusCode::NOT_FOUND,
                bytes: &bytes,
            };
            if let Ok(Reading::Answer(value)) = read(body) {
                let key = key.clone();
                return Ok(Some(Fetched { value, bytes, key, status, is_kept: true }));
            }
        }
        // Kept by a version that read it in another way.
        if cache.mode() == CacheMode::Offline {
            let why = "what is kept of it cannot be read: run once without being offline";
            return Err(self.error(key.as_str(), SourceFault::Unable(why.to_owned())));
        }
        Ok(None)
    }

    /// A refusal of the key, which does not depend on what was asked.
    pub(super) fn key_refusal(text: &str) -> SourceFault {
        SourceFault::Unable(format!("it refuses the key, or wants one: {text}"))
    }

    /// Why an answer of another status than 200 is none.
    pub(super) fn refusal(&self, body: Body<'_>) -> SourceFault {
        let said = String::from_utf8_lossy(body.bytes);
        let text = self.client.shown(&said);
        if matches!(Complaint::of(&said), Complaint::Key(_)) {
            return Self::key_refusal(&text);
        }
        SourceFault::Refused(if text.is_empty() { "no reason given".to_owned() } else { text })
    }
}

impl<T> Fetched<T> {
    /// The same without what was read in it.
    pub(super) fn without_value(self) -> Fetched<()> {
        let Self { bytes, key, status, is_kept, .. } = self;
        Fetched { value: (), bytes, key, status, is_kept }
    }
}

impl<'a> Body<'a> {
    fn of(answer: &'a Answer) -> Self {
        Self {
            is_ok: answer.status == StatusCode::OK,
            is_missing: answer.status == StatusCode::NOT_FOUND,
            bytes: &answer.body,
        }
    }
}
