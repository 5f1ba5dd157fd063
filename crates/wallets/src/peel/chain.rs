//! A chain that was followed.

use hawkshaw_model::Amount;

use super::{Carried, End, Hop, Totals};

/// A peel chain: where it was taken up, its transactions, and where it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeelChain {
    /// The outputs at which it was taken up; none where it was taken up at a transaction.
    pub start: Vec<Carried>,
    /// What came in with it.
    pub amount_in: Amount,
    /// Its transactions, in order.
    pub hops: Vec<Hop>,
    /// Why it ends.
    pub end: End,
    /// What is left where it ends: what goes no further, or, where it is unresolved, every output
    /// that could be the change.
    pub rest: Vec<Carried>,
    /// What became of what came in.
    pub totals: Totals,
}
