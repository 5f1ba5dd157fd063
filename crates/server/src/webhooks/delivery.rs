//! One attempt of a delivery.

use std::time::Duration;

use hawkshaw_model::Timestamp;
use hawkshaw_records::Claimed;
use ureq::Agent;
use ureq::unversioned::transport::DefaultConnector;

use super::reach::{CheckedResolver, Reach, ReachError};
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

/// What came of an attempt that got no answer. A name that means an address that is not public
/// was meant to: another attempt would only try whether it is looked at every time.
fn failed(error: &ureq::Error) -> Outcome {
    match error {
        ureq::Error::Other(other) if other.is::<ReachError>() => {
            Outcome::Never(None, other.to_string())
        }
        error => Outcome::NotNow(None, error.to_string()),
    }
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
        Err(error) => return failed(&error),
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Outcome, Reach, ReachError, agent, failed};

    #[test]
    fn a_name_that_means_a_private_address_is_not_asked_again() {
        let refused = ReachError::Address("10.0.0.1".parse().unwrap());
        let outcome = failed(&ureq::Error::Other(Box::new(refused)));
        assert!(matches!(outcome, Outcome::Never(None, why) if why.contains("no public address")));
        let other = ureq::Error::Other(Box::new(std::fmt::Error));
        assert!(matches!(failed(&other), Outcome::NotNow(None, _)));
        assert!(matches!(failed(&ureq::Error::HostNotFound), Outcome::NotNow(None, _)));
        // As it comes from resolving a name.
        let agent = agent(Reach::default(), Duration::from_secs(5));
        let error = agent.post("http://localhost:9/").send(b"x").unwrap_err();
        assert!(matches!(failed(&error), Outcome::Never(None, _)), "{error:?}");
    }
}
