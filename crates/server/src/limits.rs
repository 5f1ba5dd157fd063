//! What the service holds itself and its clients to.

use std::time::Duration;

use serde::{Deserialize, Serialize};

macro_rules! limits {
    ($($(#[doc = $doc:literal])+ $name:ident = $default:literal, $least:literal..=$most:literal;)*) => {
        /// What the service holds itself and its clients to. Each has a default, a table `[limits]`
        /// of the configuration, and a variable `HAWKSHAW_LIMITS_…` of the environment.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Limits {
            $($(#[doc = $doc])+ pub $name: u64,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl Limits {
            /// The limits by name, with their values.
            pub fn entries(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name),)*]
            }

            /// Sets a limit by its name.
            ///
            /// # Errors
            ///
            /// When there is none of that name.
            pub fn set(&mut self, name: &str, value: u64) -> Result<(), LimitError> {
                match name {
                    $(stringify!($name) => self.$name = value,)*
                    _ => return Err(LimitError::Unknown(name.to_owned())),
                }
                Ok(())
            }

            /// Says whether every limit can be kept.
            ///
            /// # Errors
            ///
            /// Names the first that cannot.
            pub fn check(&self) -> Result<(), LimitError> {
                $(if !($least..=$most).contains(&self.$name) {
                    return Err(LimitError::Outside {
                        name: stringify!($name),
                        value: self.$name,
                        least: $least,
                        most: $most,
                    });
                })*
                Ok(())
            }
        }
    };
}

limits! {
    /// Bytes of a body, other than that of a batch.
    body_bytes = 65_536, 1_024..=16_777_216;
    /// Bytes of the body of a batch.
    batch_bytes = 16_777_216, 1_024..=1_073_741_824;
    /// Addresses of a batch.
    batch_addresses = 100_000, 1..=10_000_000;
    /// Batches that are answered at once.
    batches_in_flight = 4, 1..=1_024;
    /// Bytes of the target of a request.
    uri_bytes = 4_096, 256..=65_000;
    /// Bytes of the head of a request.
    header_bytes = 16_384, 8_192..=1_048_576;
    /// Headers of a request.
    headers = 64, 8..=1_000;
    /// Connections.
    connections = 4_096, 1..=1_000_000;
    /// Connections of one address; of IPv6, of one /64.
    connections_per_address = 2_048, 1..=1_000_000;
    /// Seconds in which the head of a request, and a TLS handshake, has to arrive.
    header_seconds = 10, 1..=3_600;
    /// Seconds in which a body has to arrive.
    body_seconds = 10, 1..=3_600;
    /// Seconds that a client may read nothing of an answer.
    write_seconds = 20, 1..=3_600;
    /// Seconds that a connection may stay open with nothing to do.
    idle_seconds = 75, 1..=86_400;
    /// Requests that are worked on at once.
    requests_in_flight = 1_024, 1..=1_000_000;
    /// Requests a second of one key. An address of a batch counts nothing.
    key_requests_per_second = 50_000, 1..=10_000_000;
    /// Requests a second of all keys.
    requests_per_second = 100_000, 1..=10_000_000;
    /// Requests a second without a known key that are answered with 401; beyond, with 429.
    refusals_per_second = 200, 1..=10_000_000;
    /// Seconds that requests under way get to finish when the service stops.
    shutdown_seconds = 10, 0..=3_600;
}

/// A limit that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// There is no limit of that name.
    #[error("`{0}` is no limit")]
    Unknown(String),
    /// Its value cannot be kept.
    #[error("the limit `{name}` is {value}, and has to be from {least} to {most}")]
    Outside {
        /// Which.
        name: &'static str,
        /// What it was set to.
        value: u64,
        /// The least that it can be.
        least: u64,
        /// The most that it can be.
        most: u64,
    },
    /// A variable of the environment holds no number.
    #[error("{0} is no whole number")]
    NoNumber(String),
}

/// What variables of the environment that set limits begin with.
const PREFIX: &str = "HAWKSHAW_LIMITS_";

impl Limits {
    /// The same, changed by variables such as `HAWKSHAW_LIMITS_BODY_BYTES`.
    ///
    /// # Errors
    ///
    /// When a variable names no limit or holds no number.
    pub fn with_environment(
        mut self,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, LimitError> {
        for (variable, value) in variables {
            let Some(name) = variable.strip_prefix(PREFIX) else { continue };
            let number =
                value.trim().parse().map_err(|_| LimitError::NoNumber(variable.clone()))?;
            self.set(&name.to_ascii_lowercase(), number)?;
        }
        Ok(self)
    }

    /// A limit as a count.
    pub(crate) fn count(limit: u64) -> usize {
        usize::try_from(limit).unwrap_or(usize::MAX)
    }

    /// A limit in seconds.
    pub(crate) const fn seconds(limit: u64) -> Duration {
        Duration::from_secs(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::{LimitError, Limits};

    fn with(name: &str, value: &str) -> Result<Limits, LimitError> {
        Limits::default().with_environment([(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn defaults_can_be_kept_and_the_environment_changes_them() {
        Limits::default().check().unwrap();
        assert_eq!(with("HAWKSHAW_LIMITS_BODY_BYTES", "2048").unwrap().body_bytes, 2_048);
        assert_eq!(with("HAWKSHAW_STORE", "x").unwrap(), Limits::default());
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        let said = with("HAWKSHAW_LIMITS_BODY_BYTES", "many").unwrap_err().to_string();
        assert!(said.contains("HAWKSHAW_LIMITS_BODY_BYTES"), "{said}");
        assert!(with("HAWKSHAW_LIMITS_ZEBRAS", "1").unwrap_err().to_string().contains("zebras"));
        let said = with("HAWKSHAW_LIMITS_HEADERS", "0").unwrap().check().unwrap_err().to_string();
        assert!(said.contains("`headers` is 0"), "{said}");
    }
}
