//! Why the answer of a node cannot be read.

use hawkshaw_model::TxHash;

/// Why what a node says cannot be taken: all of them are the node's fault, or of whoever stands
/// between.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// It is not JSON of the documented shape.
    #[error("it is not as documented: {0}")]
    Malformed(String),
    /// Objects and lists stand inside each other deeper than any answer needs.
    #[error("it nests objects and lists over {0} deep")]
    TooDeep(usize),
    /// Its parts contradict each other.
    #[error("it contradicts itself: {0}")]
    Contradiction(String),
    /// It spends an output that was made where nobody can look.
    #[error(
        "it spends output {vout} of transaction {tx}, which was made before the first block here, \
         and nothing says what it was"
    )]
    UnknownOutput {
        /// The transaction that made it.
        tx: TxHash,
        /// Its index among those of the transaction.
        vout: u32,
    },
    /// What its inputs spent must be remembered, and is too much.
    #[error("over {0} unspent outputs would have to be remembered to say what its inputs spent")]
    TooManyOutputs(usize),
}
