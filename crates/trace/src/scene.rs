//! What a trace is made of.

use hawkshaw_model::{
    Account, AssetList, AssetNames, Case, Crossing, Freeze, Ledger, PriceTable, Stop,
};

use crate::options::Options;

/// What is followed, through what, and what is known beside it.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The chains.
    pub ledger: &'a dyn Ledger,
    /// What was stolen.
    pub case: &'a Case,
    /// The curated assets, which a swap may carry taint into.
    pub assets: &'a AssetList,
    /// Whether an account is a tagged service at which following stops.
    pub stop: &'a dyn Fn(&Account) -> Option<Stop>,
    /// Deposits into bridges and what they brought.
    pub crossings: &'a [Crossing],
    /// What issuers froze, in any order.
    pub freezes: &'a [Freeze],
    /// Prices in US dollars: a swap that is known to have brought less than half of what was
    /// given carries no taint.
    pub prices: Option<&'a PriceTable>,
    /// What outside sources call assets, for telling counterfeits.
    pub names: Option<&'a AssetNames>,
    /// What is asked.
    pub options: &'a Options,
}

impl<'a> Scene<'a> {
    /// A scene of which no more is known: no bridges, no freezes, no prices.
    pub fn new(
        ledger: &'a dyn Ledger,
        case: &'a Case,
        assets: &'a AssetList,
        stop: &'a dyn Fn(&Account) -> Option<Stop>,
        options: &'a Options,
    ) -> Self {
        Self {
            ledger,
            case,
            assets,
            stop,
            crossings: &[],
            freezes: &[],
            prices: None,
            names: None,
            options,
        }
    }
}

impl std::fmt::Debug for Scene<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scene").field("case", &self.case.id).finish_non_exhaustive()
    }
}
