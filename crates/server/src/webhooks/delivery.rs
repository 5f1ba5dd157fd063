//! One attempt of a delivery.

use std::time::Duration;

use hawkshaw_model::Timestamp;
use hawkshaw_records::Claimed;
use ureq::Agent;
use ureq::unversioned::transport::DefaultConnector;

use super::reach::{CheckedResolver, Reach};
use super::signature::{SIGNATURE, signature};

/// Bytes of headers that a receiver may answer.
const HEADERS_MAX: usize = 16 << 10;

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The receiver took it.
    Taken(u16),
    /// He did not, this time.
    NotNow(Option<u16>, String),
    /// He never will.
    Never(Option<u16>, String),
}

/// What sends deliveries. Nothing is kept from one to the next: no connection, no cookie.
pub(super) fn agent(reach: Reach, timeout: Duration) -> Agent {
    let config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .max_response_header_size(HEADERS_MAX)
        .max_idle_connections(0)
        .max_idle_connections_per_host(0)
        .user_agent(concat!("hawkshaw/", env!("CARGO_PKG_VERSION")))
        .build();
    Agent::with_parts(config, DefaultConnector::default(), CheckedResolver::new(reach))
}

/// The body of an attempt. What makes a repetition known stands in it, so that it is signed.
pub(super) fn body(claimed: &Claimed) -> String {
    format!(
        "{{\"delivery\":\"{}\",\"attempt\":{},\"event\":{}}}",
        claimed.id, claimed.attempt, claimed.payload
    )
}

/// Makes an attempt. What the receiver answers beside the status is not read: it is of no use,
/// and would tell whoever may look at deliveries what stands where he named.
pub(super) fn send(agent: &Agent, reach: Reach, claimed: &Claimed, now: Timestamp) -> Outcome {
    if let Err(error) = reach.check(&claimed.url) {
        return Outcome::Never(None, error.to_string());
    }
    let body = body(claimed);
    let answer = agent
        .post(&claimed.url)
        .header("content-type", "application/json")
        .header("hawkshaw-delivery", claimed.id.to_string())
        .header("hawkshaw-attempt", claimed.attempt.to_string())
        .header(SIGNATURE, signature(&claimed.secrets, now, &body))
        .send(body.as_bytes());
    let status = match answer {
        Ok(answer) => answer.status().as_u16(),
        Err(ureq::Error::Other(error)) => return Outcome::NotNow(None, error.to_string()),
        Err(error) => return Outcome::NotNow(None, error.to_string()),
    };
    match status {
        200..=299 => Outcome::Taken(status),
        300..=399 => Outcome::NotNow(
            Some(status),
            "the receiver redirects, which is not followed".to_owned(),
        ),
        410 => Outcome::Never(Some(status), "the receiver is gone for good".to_owned()),
        _ => Outcome::NotNow(Some(status), format!("the receiver answered {status}")),
    }
}
