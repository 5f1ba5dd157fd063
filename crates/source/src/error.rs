//! Why a source cannot be read.

use std::sync::Arc;

/// Why a source cannot be read. Names the host and what was asked, never a key.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{source_name}: {request}: {fault}")]
pub struct SourceError {
    /// The host that was asked, or the file.
    pub source_name: Arc<str>,
    /// What was asked, such as `eth_getBlockByNumber of block 17`, without a key.
    pub request: String,
    /// What went wrong. The message says it whole, so it is no further cause to be shown.
    pub fault: SourceFault,
}

/// What can be wrong with a source.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum SourceFault {
    /// It does not answer, or breaks off, also after all retries.
    #[error("it does not answer: {0}")]
    Unreachable(String),
    /// It does not give a whole answer in the time that it is given, also after all retries.
    #[error("it gives no whole answer within {0:?}")]
    TooSlow(std::time::Duration),
    /// It wants fewer requests, also after all retries.
    #[error("it refuses because of too many requests, also after {0} attempts")]
    RateLimited(u32),
    /// It refuses who asks.
    #[error("it refuses the key, or wants one (HTTP status {0})")]
    Unauthorised(u16),
    /// It answers with an error that another attempt does not change.
    #[error("it answers with an error: {0}")]
    Refused(String),
    /// It sends elsewhere.
    #[error("it redirects to {0}, which is refused: name that URL if it is the right one")]
    Redirected(String),
    /// Its answer is larger than any that is sensible.
    #[error("its answer is over {0} bytes")]
    TooLarge(u64),
    /// Its answer cannot be read.
    #[error("its answer cannot be read: {0}")]
    Decode(#[from] hawkshaw_chains::DecodeError),
    /// It is a file or folder, and cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// It holds another chain than was asked for.
    #[error("it holds {found}, and {wanted} was asked for")]
    WrongChain {
        /// The chain that was asked for.
        wanted: String,
        /// The chain that it holds.
        found: String,
    },
    /// It cannot do what is needed.
    #[error("{0}")]
    Unable(String),
    /// The person who started it stopped it.
    #[error("it was stopped")]
    Stopped,
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use hawkshaw_chains::DecodeError;

    use super::{SourceError, SourceFault};

    #[test]
    fn the_reason_is_said_once() {
        let fault = SourceFault::Decode(DecodeError::TooDeep(5));
        let error = SourceError { source_name: "host".into(), request: "block 1".into(), fault };
        assert!(error.source().is_none());
        let wanted = "host: block 1: its answer cannot be read: it nests objects and lists over 5 \
                      deep";
        assert_eq!(error.to_string(), wanted);
    }
}
