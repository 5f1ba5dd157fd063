//! The stolen entries of a case, found in the ledger.

use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_model::{
    Account, AccountIx, AssetId, AssetIx, Batch, Case, Ledger, OutputIx, ReadError, Stolen, TxId,
    TxIx,
};
use rustc_hash::FxHashSet;

use crate::exposure::{Origins, Taken};
use crate::netting;
use crate::options::TraceError;
use crate::replay::book::Halt;
use crate::replay::moves::Movements;
use crate::units::Units;

/// A case lists at most so many stolen assets: each has a column of its own in every answer,
/// and a thief can let a theft pay any number of worthless tokens.
const ASSETS_MAX: usize = 256;

/// Stolen value on an account chain: what an account gained of an asset in a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Gain {
    pub(crate) account: u32,
    pub(crate) asset: u32,
}

/// Everything stolen, by transaction.
#[derive(Debug, Default)]
pub(crate) struct Thefts {
    /// Stolen gains by transaction.
    pub(crate) gains: BTreeMap<u64, BTreeSet<Gain>>,
    /// Stolen outputs by the transaction that made them.
    pub(crate) outputs: BTreeMap<u64, BTreeSet<u64>>,
    /// The stolen assets, in CAIP-19 order.
    pub(crate) assets: Vec<u32>,
    /// Entries that come too late to be looked at.
    pub(crate) later: usize,
    /// In an exposure, which source is whose; a trace has none, and its thefts are numbered by
    /// their assets.
    pub(crate) origins: Option<Origins>,
    /// In an exposure, what is no payment of whoever had it.
    pub(crate) taken: Taken,
}

impl Thefts {
    /// Finds every stolen entry. `end` says of a transaction whether it is looked at.
    pub(crate) fn find<U: Units>(
        ledger: &dyn Ledger,
        case: &Case,
        is_looked_at: &dyn Fn(TxIx) -> bool,
    ) -> Result<Self, Finding> {
        let mut thefts = Self::default();
        let mut assets = BTreeSet::new();
        for (index, stolen) in case.stolen.iter().enumerate() {
            let entry = index + 1;
            match stolen {
                Stolen::Transfer { tx, to, asset } => {
                    let number = find_tx(ledger, tx, entry)?;
                    if !is_looked_at(number) {
                        thefts.later += 1;
                        continue;
                    }
                    let mut gains = gains::<U>(ledger, number)?;
                    keep_wanted(&mut gains, ledger, to.as_ref(), asset.as_ref())?;
                    if gains.is_empty() {
                        let tx = tx.to_string();
                        return Err(TraceError::NothingGained { entry, tx }.into());
                    }
                    assets.extend(gains.iter().map(|gain| gain.asset));
                    thefts.gains.entry(number.0).or_default().extend(gains);
                }
                Stolen::Output(outpoint) => {
                    let missing = || TraceError::NotInLedger { entry, what: outpoint.to_string() };
                    let number = ledger.find_tx(outpoint.tx())?.ok_or_else(missing)?;
                    let output = ledger.find_output(outpoint)?.ok_or_else(missing)?;
                    if !is_looked_at(number) {
                        thefts.later += 1;
                        continue;
                    }
                    let asset = ledger.native_asset(outpoint.tx().chain()).ok_or_else(missing)?;
                    assets.insert(asset.0);
                    thefts.outputs.entry(number.0).or_default().insert(output.0);
                }
            }
        }
        if assets.len() > ASSETS_MAX {
            return Err(TraceError::TooManyAssets { found: assets.len(), limit: ASSETS_MAX }.into());
        }
        thefts.assets = assets.into_iter().collect();
        thefts.assets.sort_by_key(|asset| ledger.asset(AssetIx(*asset)).clone());
        Ok(thefts)
    }

    /// The number of a stolen asset among those of the case.
    pub(crate) fn own(&self, asset: u32) -> Option<u32> {
        let at = self.assets.iter().position(|stolen| *stolen == asset)?;
        u32::try_from(at).ok()
    }

    /// The number of what an account gains by a stolen payment: of the source, else of the asset.
    pub(crate) fn number_of(&self, tx: TxIx, account: Option<u32>, asset: u32) -> u32 {
        let number = match (&self.origins, account) {
            (Some(origins), Some(account)) => origins.of_gain(tx.0, Gain { account, asset }),
            _ => self.own(asset),
        };
        number.unwrap_or(0)
    }

    /// The same of a stolen output.
    pub(crate) fn number_of_output(&self, output: OutputIx, asset: u32) -> u32 {
        let number = match &self.origins {
            Some(origins) => origins.of_output(output.0),
            None => self.own(asset),
        };
        number.unwrap_or(0)
    }

    /// The source whose account this is, all payments of which are its own.
    #[inline]
    pub(crate) fn owner(&self, account: Option<u32>) -> Option<u32> {
        self.origins.as_ref()?.owner(account?)
    }

    /// Whether there are accounts all payments of which are a source's.
    pub(crate) fn has_owners(&self) -> bool {
        self.origins.as_ref().is_some_and(|origins| !origins.has_no_accounts())
    }

    /// Whether an output is stolen in its transaction.
    pub(crate) fn is_stolen_output(&self, tx: TxIx, output: OutputIx) -> bool {
        self.outputs.get(&tx.0).is_some_and(|outputs| outputs.contains(&output.0))
    }
}

/// Why the thefts could not be found: the case is wrong, or the integers are too narrow.
#[derive(Debug)]
pub(crate) enum Finding {
    Refused(TraceError),
    Halted(Halt),
}

impl From<TraceError> for Finding {
    fn from(error: TraceError) -> Self {
        Self::Refused(error)
    }
}

impl From<Halt> for Finding {
    fn from(halt: Halt) -> Self {
        Self::Halted(halt)
    }
}

impl From<ReadError> for Finding {
    fn from(error: ReadError) -> Self {
        Self::Halted(error.into())
    }
}

fn find_tx(ledger: &dyn Ledger, tx: &TxId, entry: usize) -> Result<TxIx, TraceError> {
    ledger.find_tx(tx)?.ok_or_else(|| TraceError::NotInLedger { entry, what: tx.to_string() })
}

/// Keeps the gains of an account and of an asset, as far as an entry names them.
fn keep_wanted(
    gains: &mut BTreeSet<Gain>,
    ledger: &dyn Ledger,
    to: Option<&Account>,
    asset: Option<&AssetId>,
) -> Result<(), ReadError> {
    if let Some(to) = to {
        let account = ledger.find_account(to)?.map(|account| account.0);
        gains.retain(|gain| Some(gain.account) == account);
    }
    if let Some(asset) = asset {
        gains.retain(|gain| ledger.asset(AssetIx(gain.asset)) == asset);
    }
    Ok(())
}

/// What anybody but a burn address gained in a transaction.
fn gains<U: Units>(ledger: &dyn Ledger, tx: TxIx) -> Result<BTreeSet<Gain>, Halt> {
    let mut gains = BTreeSet::new();
    for segment in ledger.segments(tx, TxIx(tx.0 + 1)) {
        let Batch::Transfers(batch) = segment.batch()? else {
            continue;
        };
        let Ok(at) = usize::try_from(tx.0.wrapping_sub(batch.tx_first.0)) else {
            continue;
        };
        let Some(movements) = Movements::<U>::read(&batch, at) else {
            continue;
        };
        let movements = movements?;
        let mut burns = FxHashSet::default();
        for account in movements.moves.iter().flat_map(|one| [one.from, one.to]).flatten() {
            if ledger.account(AccountIx(account))?.address().is_burn() {
                burns.insert(account);
            }
        }
        let is_burn = |account: u32| burns.contains(&account);
        let payments =
            netting::payments(&movements.moves, &is_burn).map_err(|_| Halt::TooWide(tx))?;
        for payment in payments {
            if let Some(account) = payment.to.filter(|to| !is_burn(*to)) {
                gains.insert(Gain { account, asset: payment.asset });
            }
        }
    }
    Ok(gains)
}
