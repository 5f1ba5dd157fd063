//! What a trace is made of.

use hawkshaw_model::{
    Account, AssetList, AssetNames, Case, Crossing, Freeze, Ledger, Mix, PriceTable, ReadError,
    Stop, UtxoTx,
};

use crate::options::Options;

/// Says whether several people made a transaction of a UTXO chain together. It may read what
/// the transaction spends and what spends its outputs.
pub type MixRule<'a> = dyn Fn(&UtxoTx) -> Result<Option<Mix>, ReadError> + 'a;

fn no_mix(_: &UtxoTx) -> Result<Option<Mix>, ReadError> {
    Ok(None)
}

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
    /// What a transaction of a UTXO chain is taken for, where it mixes or prepares to mix.
    pub mix: &'a MixRule<'a>,
    /// Prices in US dollars: a swap that is known to have brought less than half of what was
    /// given carries no taint.
    pub prices: Option<&'a PriceTable>,
    /// What outside sources call assets, for telling counterfeits.
    pub names: Option<&'a AssetNames>,
    /// What is asked.
    pub options: &'a Options,
}

impl<'a> Scene<'a> {
    /// A scene of which no more is known: no bridges, no freezes, no
    /// mixes, no prices.
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
            mix: &no_mix,
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
