//! Why the answer of a node cannot be read.

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
}
