//! Where an event stands on its chain.

/// The position of an event, the only order of events on a chain.
///
/// Timestamps are no order: all events of a block share one, and on Bitcoin a later block may
/// carry an earlier time (BIP-113).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainPoint {
    /// Block height.
    pub height: u64,
    /// Index of the transaction in its block.
    pub tx_index: u32,
    /// Index of the event in its transaction.
    pub event_index: u32,
}
