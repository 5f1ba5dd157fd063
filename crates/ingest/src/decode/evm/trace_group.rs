//! The traces of one transaction, which are understood together.

/// The traces of one transaction.
#[derive(Debug, Default)]
pub(crate) struct TraceGroup;
