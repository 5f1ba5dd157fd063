//! Requests to one host: bounded, paced, tried again.

mod exchange;
mod pace;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hawkshaw_chains::DecodeError;
use ureq::Agent;
use ureq::http::StatusCode;

use self::exchange::{Attempt, Setback};
use self::pace::Pace;
use crate::endpoint::{Auth, Endpoint};
use crate::error::{SourceError, SourceFault};

/// How often a web page is tried again where data were expected: gateways show one while they
/// restart, a wrong URL always does.
const PAGE_ATTEMPTS_MAX: u32 = 3;

/// How often a request is tried again that took all the time that it was given.
const SLOW_ATTEMPTS_MAX: u32 = 3;

/// What a client may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long a request may take with its answer.
    pub timeout: Duration,
    /// How large an answer may be after it is unpacked.
    pub body_bytes_max: u64,
    /// How many requests a second, in thousandths; 0 for no limit.
    pub per_second_milli: u32,
    /// How many requests may be under way at once.
    pub concurrent_max: usize,
    /// How often a request is tried in all.
    pub attempts_max: u32,
    /// How long to wait before the second attempt; each further one waits twice as long.
    pub back_off_first: Duration,
    /// How long to wait before an attempt at most, also where the host asks for more.
    pub back_off_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(60),
            body_bytes_max: 256 << 20,
            per_second_milli: 0,
            concurrent_max: 8,
            attempts_max: 6,
            back_off_first: Duration::from_millis(250),
            back_off_max: Duration::from_secs(60),
        }
    }
}

/// What a client has spent so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests that were sent, each attempt counted.
    pub requests: u64,
    /// Attempts after a first.
    pub retries: u64,
    /// Bytes of answers, unpacked.
    pub bytes: u64,
    /// Time that all threads together waited for answers.
    pub waited: Duration,
}

/// Asks one host. Clones share limits, pace and counts; threads may ask at once.
#[derive(Debug, Clone)]
pub struct Client {
    shared: Arc<Shared>,
    auth: Auth,
}

#[derive(Debug)]
struct Shared {
    endpoint: Endpoint,
    limits: Limits,
    agent: Agent,
    pace: Pace,
    requests: AtomicU64,
    retries: AtomicU64,
    bytes: AtomicU64,
    waited_us: AtomicU64,
    /// Spreads the retries of threads that failed together.
    jitter: AtomicU64,
}

/// A request.
pub(crate) struct Asked<'a> {
    /// What errors call it.
    pub(crate) request: &'a str,
    pub(crate) segments: &'a [&'a str],
    pub(crate) query: &'a [(&'a str, &'a str)],
    pub(crate) secret: Option<&'a str>,
    /// JSON to post; else the request gets.
    pub(crate) body: Option<&'a [u8]>,
    /// Whether a body is an answer to the request although the HTTP status tells of an error.
    pub(crate) is_answer: fn(&[u8]) -> bool,
    /// Whether the answer may be XML or a web page: what it is, is for whoever asks to say.
    pub(crate) is_any_file: bool,
    /// Whether whoever asks would rather ask for less than wait as long once more.
    pub(crate) is_divisible: bool,
}

impl Asked<'_> {
    /// A request for the endpoint's own path.
    pub(crate) const PLAIN: Self = Self {
        request: "",
        segments: &[],
        query: &[],
        secret: None,
        body: None,
        is_answer: |_| false,
        is_any_file: false,
        is_divisible: false,
    };
}

/// What a host answered.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
}

impl Client {
    /// A client that asks nothing yet.
    pub fn new(endpoint: Endpoint, limits: Limits) -> Self {
        let shared = Shared {
            endpoint,
            limits,
            agent: exchange::agent(limits),
            pace: Pace::new(limits),
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            waited_us: AtomicU64::new(0),
            jitter: AtomicU64::new(0),
        };
        Self { shared: Arc::new(shared), auth: Auth::default() }
    }

    /// The client that shows its key in another way; it shares all else with this one.
    #[must_use]
    pub fn with_auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// Whom it asks.
    pub fn endpoint(&self) -> &Endpoint {
        &self.shared.endpoint
    }

    /// What it may spend.
    pub fn limits(&self) -> Limits {
        self.shared.limits
    }

    /// What it has spent.
    pub fn traffic(&self) -> Traffic {
        let shared = &self.shared;
        Traffic {
            requests: shared.requests.load(Ordering::Relaxed),
            retries: shared.retries.load(Ordering::Relaxed),
            bytes: shared.bytes.load(Ordering::Relaxed),
            waited: Duration::from_micros(shared.waited_us.load(Ordering::Relaxed)),
        }
    }

    /// Lets every request that is under way or comes later fail with
    /// [`SourceFault::Stopped`](crate::SourceFault::Stopped), as soon as it can.
    pub fn stop(&self) {
        self.shared.pace.stop();
        self.shared.agent.clone().shutdown();
    }

    /// Whether it was stopped.
    pub fn is_stopped(&self) -> bool {
        self.shared.pace.is_stopped()
    }

    /// Gets the endpoint's path with segments behind it and a query. `request` is what errors
    /// call it. A parameter named in `secret` is filled with the key, where there is one.
    ///
    /// # Errors
    ///
    /// When no attempt gives an answer of HTTP status 200.
    pub fn get(
        &self,
        request: &str,
        segments: &[&str],
        query: &[(&str, &str)],
        secret: Option<&str>,
    ) -> Result<Vec<u8>, SourceError> {
        self.wanted(&Asked { request, segments, query, secret, body: None, ..Asked::PLAIN })
    }

    /// The file that the endpoint's own URL names, whatever it holds.
    ///
    /// # Errors
    ///
    /// When the host does not give it within the limits.
    pub fn file(&self) -> Result<Vec<u8>, SourceError> {
        self.wanted(&Asked { request: "the file", is_any_file: true, ..Asked::PLAIN })
    }

    /// Posts JSON to the endpoint's path with segments behind it.
    ///
    /// # Errors
    ///
    /// When no attempt gives an answer of HTTP status 200.
    pub fn post_json(
        &self,
        request: &str,
        segments: &[&str],
        body: &[u8],
    ) -> Result<Vec<u8>, SourceError> {
        self.wanted(&Asked { request, segments, body: Some(body), ..Asked::PLAIN })
    }

    /// Waits before another attempt after an answer that says so in its body, such as one of
    /// status 200 that tells of a rate limit. `attempts` is how often it was tried already.
    ///
    /// # Errors
    ///
    /// When it was tried as often as is allowed, or the client was stopped.
    pub fn back_off(&self, request: &str, attempts: u32) -> Result<(), SourceError> {
        if attempts >= self.shared.limits.attempts_max {
            return Err(self.error(request, SourceFault::RateLimited(attempts)));
        }
        self.shared.retries.fetch_add(1, Ordering::Relaxed);
        let time = self.delay(attempts);
        self.shared.pace.sleep(time).map_err(|_| self.error(request, SourceFault::Stopped))
    }

    /// An error of this host. Secrets of the endpoint are masked.
    pub fn error(&self, request: &str, fault: SourceFault) -> SourceError {
        let endpoint = self.endpoint();
        let source_name = Arc::clone(endpoint.name());
        SourceError { source_name, request: endpoint.masked(request), fault: self.masked(fault) }
    }

    /// A fault without the endpoint's secrets: hosts repeat what they were sent, and answers that
    /// cannot be read are quoted.
    fn masked(&self, fault: SourceFault) -> SourceFault {
        use SourceFault as F;
        let masked = |text: String| self.endpoint().masked(&text);
        match fault {
            F::Unreachable(why) => F::Unreachable(masked(why)),
            F::Refused(why) => F::Refused(masked(why)),
            F::Unable(why) => F::Unable(masked(why)),
            F::Unreadable(why) => F::Unreadable(masked(why)),
            F::Decode(DecodeError::Malformed(why)) => {
                F::Decode(DecodeError::Malformed(masked(why)))
            }
            F::Decode(DecodeError::Contradiction(why)) => {
                F::Decode(DecodeError::Contradiction(masked(why)))
            }
            other => other,
        }
    }

    /// Whether a secret of the endpoint stands in an answer: as it is, as in URLs, or as in JSON.
    pub(crate) fn is_revealing(&self, body: &[u8]) -> bool {
        let endpoint = self.endpoint();
        let is_in = |text: &str| endpoint.masked(text) != text;
        let text = String::from_utf8_lossy(body);
        is_in(&text)
            || (text.contains('%') && is_in(&unescaped(&text, "%", 2)))
            || (text.contains('\\')
                && is_in(&unescaped(&text, "\\u00", 2).replace("\\/", "/").replace("\\\"", "\"")))
    }

    /// A piece of an answer as errors show it: short, printable, without the endpoint's secrets.
    pub fn shown(&self, text: &str) -> String {
        const CHARACTERS_MAX: usize = 200;
        // A secret must not stand across the cut, so it is masked before; no secret is longer
        // than a key may be.
        let piece: String = text.chars().take(CHARACTERS_MAX + 3 * 4096).collect();
        let masked = self.endpoint().masked(&piece);
        let words: Vec<&str> = masked.split_whitespace().collect();
        let line = words.join(" ");
        let mut short: String = line.chars().take(CHARACTERS_MAX).collect();
        if short.len() < line.len() {
            short.push('…');
        }
        hawkshaw_model::Printable(&short).to_string()
    }

    /// The body of an answer of status 200.
    fn wanted(&self, asked: &Asked<'_>) -> Result<Vec<u8>, SourceError> {
        let answer = self.ask(asked)?;
        if answer.status == StatusCode::OK {
            return Ok(answer.body);
        }
        Err(self.error(asked.request, self.refusal(&answer)))
    }

    /// Why an answer of another status than 200 is no answer.
    pub(crate) fn refusal(&self, answer: &Answer) -> SourceFault {
        let status = answer.status.as_u16();
        if is_page(&answer.body) {
            return SourceFault::Refused(format!("HTTP status {status}, with a web page"));
        }
        let text = self.shown(&String::from_utf8_lossy(&answer.body));
        let text = if text.is_empty() { text } else { format!(": {text}") };
        SourceFault::Refused(format!("HTTP status {status}{text}"))
    }

    /// Asks until there is an answer that another attempt does not change.
    pub(crate) fn ask(&self, asked: &Asked<'_>) -> Result<Answer, SourceError> {
        let shared = &self.shared;
        let mut attempts = 0;
        loop {
            let attempt = self.attempt(asked);
            attempts += 1;
            let setback = match attempt {
                Attempt::Answer(answer) => return Ok(answer),
                Attempt::Fault(fault) => return Err(self.error(asked.request, fault)),
                Attempt::Again(setback) => setback,
            };
            let attempts_max = match setback {
                Setback::Page => PAGE_ATTEMPTS_MAX,
                Setback::Slow(_) if asked.is_divisible => 1,
                Setback::Slow(_) => SLOW_ATTEMPTS_MAX,
                _ => u32::MAX,
            };
            if attempts >= attempts_max.min(shared.limits.attempts_max) {
                return Err(self.error(asked.request, setback.fault(attempts)));
            }
            let time = setback.pause().map_or_else(
                || self.delay(attempts),
                |asked| asked.clamp(self.delay(attempts), shared.limits.back_off_max),
            );
            if setback.pause().is_some() {
                shared.pace.pause(time);
            }
            shared.retries.fetch_add(1, Ordering::Relaxed);
            let stopped = |_| self.error(asked.request, SourceFault::Stopped);
            shared.pace.sleep(time).map_err(stopped)?;
        }
    }

    /// How long to wait after so many attempts: twice as long each time, less up to a half so
    /// that threads do not come back together.
    fn delay(&self, attempts: u32) -> Duration {
        let limits = self.shared.limits;
        let doublings = attempts.saturating_sub(1).min(16);
        let full = limits.back_off_first.saturating_mul(1 << doublings).min(limits.back_off_max);
        let step = self.shared.jitter.fetch_add(1, Ordering::Relaxed);
        let part = u32::from(splitmix(step).to_le_bytes()[0]);
        full.saturating_sub(full / 512 * part)
    }
}

/// A text with what stands behind a mark as so many hex digits put in their place. Whatever is no
/// ASCII character stays.
fn unescaped(text: &str, mark: &str, digits: usize) -> String {
    let mut pieces = text.split(mark);
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let code = piece.get(..digits).and_then(|code| u8::from_str_radix(code, 16).ok());
        match code.filter(u8::is_ascii) {
            Some(code) => {
                plain.push(char::from(code));
                plain.push_str(piece.get(digits..).unwrap_or_default());
            }
            None => {
                plain.push_str(mark);
                plain.push_str(piece);
            }
        }
    }
    plain
}

/// A number that looks random (SplitMix64).
fn splitmix(step: u64) -> u64 {
    let mut mixed = step.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Whether a body is a web page or XML: no answer of a node or explorer is.
fn is_page(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    body.trim_ascii_start().first() == Some(&b'<')
}
