//! One attempt: a request sent, its answer read within its limits.

use std::io::{self, Read};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ureq::http::{Request, Response, StatusCode};
use ureq::{Agent, Body, Timeout};

use super::{Answer, Asked, Client, Limits, is_page};
use crate::error::SourceFault;

/// Connecting takes a few round trips; longer means that nobody is there.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(15);

/// What came of an attempt.
pub(super) enum Attempt {
    Answer(Answer),
    /// Another attempt would end in the same way.
    Fault(SourceFault),
    Again(Setback),
}

/// Why an attempt failed that may be repeated.
pub(super) enum Setback {
    /// No answer, or a part of one.
    Broken(String),
    /// No whole answer in the time that it was given.
    Slow(Duration),
    /// The host wants to be asked less, or is overloaded, and may say for how long.
    TooMany { status: u16, pause: Option<Duration> },
    /// A web page where data were expected.
    Page,
}

impl Setback {
    /// How long the host wants to be left alone.
    pub(super) fn pause(&self) -> Option<Duration> {
        match self {
            Self::TooMany { pause, .. } => *pause,
            Self::Broken(_) | Self::Slow(_) | Self::Page => None,
        }
    }

    /// What it is after the last attempt.
    pub(super) fn fault(self, attempts: u32) -> SourceFault {
        match self {
            Self::Broken(why) => SourceFault::Unreachable(why),
            Self::Slow(time) => SourceFault::TooSlow(time),
            Self::TooMany { status: 429, .. } => SourceFault::RateLimited(attempts),
            Self::TooMany { status, .. } => {
                SourceFault::Unreachable(format!("HTTP status {status}, {attempts} times"))
            }
            Self::Page => {
                let why = "it answers with a web page, not with data: name the URL of its API";
                SourceFault::Unable(why.to_owned())
            }
        }
    }
}

/// Where connections are made and kept. It follows no redirect and asks no proxy that the
/// environment names: nothing is contacted but the host that the user named.
pub(super) fn agent(limits: Limits) -> Agent {
    let connect = limits.timeout.min(CONNECT_TIME_MAX);
    Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("hawkshaw/", env!("CARGO_PKG_VERSION")))
        .accept("application/json")
        .timeout_global(Some(limits.timeout))
        .timeout_resolve(Some(connect))
        .timeout_connect(Some(connect))
        .max_idle_connections(limits.concurrent_max.max(1))
        .max_idle_connections_per_host(limits.concurrent_max.max(1))
        .build()
        .new_agent()
}

impl Client {
    /// Sends a request once and reads the answer.
    pub(super) fn attempt(&self, asked: &Asked<'_>) -> Attempt {
        let shared = &self.shared;
        let Ok(turn) = shared.pace.turn() else { return Attempt::Fault(SourceFault::Stopped) };
        let begun = Instant::now();
        shared.requests.fetch_add(1, Ordering::Relaxed);
        let attempt = match self.sent(asked) {
            Ok(response) => self.judged(response, asked),
            Err(error) => self.failed(&error),
        };
        let waited = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        shared.waited_us.fetch_add(waited, Ordering::Relaxed);
        drop(turn);
        if shared.pace.is_stopped() { Attempt::Fault(SourceFault::Stopped) } else { attempt }
    }

    fn sent(&self, asked: &Asked<'_>) -> Result<Response<Body>, ureq::Error> {
        let endpoint = self.endpoint();
        let url = endpoint.url(asked.segments, asked.query, asked.secret);
        let mut request = Request::builder().uri(url.as_str());
        if let Some((name, value)) = endpoint.header(self.auth) {
            request = request.header(name, value);
        }
        match asked.body {
            None => self.shared.agent.run(request.method("GET").body(())?),
            Some(body) => {
                let request = request.method("POST").header("content-type", "application/json");
                self.shared.agent.run(request.body(body)?)
            }
        }
    }

    /// What an answer means, by its status first; its announced type is not trusted.
    fn judged(&self, mut response: Response<Body>, asked: &Asked<'_>) -> Attempt {
        let status = response.status();
        if status.is_redirection() {
            return Attempt::Fault(SourceFault::Redirected(self.destination(&response)));
        }
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            return Attempt::Fault(SourceFault::Unauthorised(status.as_u16()));
        }
        let pause = pause(&response);
        if status == StatusCode::TOO_MANY_REQUESTS {
            return Attempt::Again(Setback::TooMany { status: status.as_u16(), pause });
        }
        let body = match self.body(response.body_mut()) {
            Ok(body) => body,
            Err(attempt) => return attempt,
        };
        if status == StatusCode::OK && is_page(&body) && !asked.is_any_file {
            return Attempt::Again(Setback::Page);
        }
        if status != StatusCode::OK && is_transient(status) && !(asked.is_answer)(&body) {
            return Attempt::Again(Setback::TooMany { status: status.as_u16(), pause });
        }
        Attempt::Answer(Answer { status, body })
    }

    /// The body, read piece by piece so that a huge one is given up when it passes the limit.
    fn body(&self, body: &mut Body) -> Result<Vec<u8>, Attempt> {
        let limit = self.shared.limits.body_bytes_max;
        let too_large = || Attempt::Fault(SourceFault::TooLarge(limit));
        let announced = body.content_length().unwrap_or_default();
        if announced > limit {
            return Err(too_large());
        }
        // An announcement alone is not worth more memory than this.
        let capacity = usize::try_from(announced.min(1 << 20)).unwrap_or_default();
        let mut bytes = Vec::with_capacity(capacity);
        let mut reader = body.as_reader().take(limit.saturating_add(1));
        let read = reader.read_to_end(&mut bytes);
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.shared.bytes.fetch_add(length, Ordering::Relaxed);
        if length > limit {
            return Err(too_large());
        }
        match read {
            Ok(_) => Ok(bytes),
            Err(error) => Err(self.failed(&ureq::Error::from(error))),
        }
    }

    /// Scheme and host that a redirect points at.
    fn destination(&self, response: &Response<Body>) -> String {
        let location = response.headers().get("location").and_then(|value| value.to_str().ok());
        let base = self.endpoint().url(&[], &[], None);
        let Some(url) = location.and_then(|location| base.join(location).ok()) else {
            return "nowhere".to_owned();
        };
        let host = url.host_str().unwrap_or("no host");
        let name = match url.port() {
            Some(port) => format!("{}://{host}:{port}", url.scheme()),
            None => format!("{}://{host}", url.scheme()),
        };
        self.shown(&name)
    }

    /// What a failure of the connection means. The text of the library is not repeated where it may
    /// hold the URL.
    fn failed(&self, error: &ureq::Error) -> Attempt {
        use ureq::Error as E;
        let broken = |why: &str| Attempt::Again(Setback::Broken(why.to_owned()));
        let unreachable = |why: String| Attempt::Fault(SourceFault::Unreachable(why));
        match error {
            E::Timeout(Timeout::Resolve | Timeout::Connect) => broken("nobody answers there"),
            E::Timeout(_) => Attempt::Again(Setback::Slow(self.shared.limits.timeout)),
            E::Io(error) => match error.kind() {
                io::ErrorKind::UnexpectedEof => broken("it closed the connection before the end"),
                io::ErrorKind::ConnectionRefused => {
                    broken("connection refused: nothing listens there")
                }
                _ => Attempt::Again(Setback::Broken(error.to_string())),
            },
            E::HostNotFound => broken("there is no such host"),
            E::Decompress(..) => broken("its compressed answer is damaged"),
            E::ConnectionFailed | E::BodyStalled => broken("the connection failed"),
            E::Protocol(_) => broken("it does not speak HTTP"),
            E::LargeResponseHeader(..) => unreachable("its header is too large".to_owned()),
            E::Rustls(error) => unreachable(format!("no encrypted connection: {error}")),
            E::Tls(why) => unreachable(format!("no encrypted connection: {why}")),
            E::Http(_) => unreachable("the key holds characters that cannot be sent".to_owned()),
            _ => unreachable("the request cannot be sent".to_owned()),
        }
    }
}

/// Statuses of servers and gateways that are overloaded or restarting. 500 is among them because
/// gateways use it so; 520 to 529 are those of Cloudflare.
fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 425 | 500 | 502..=504 | 520..=529)
}

/// How many seconds the host wants to be left alone (RFC 9110 §10.2.3; a date is not taken).
fn pause(response: &Response<Body>) -> Option<Duration> {
    let value = response.headers().get("retry-after")?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}
