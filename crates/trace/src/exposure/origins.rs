//! Which source it is that a payment comes from.

use std::collections::BTreeMap;

use hawkshaw_model::{AccountIx, Ledger, ReadError};
use rustc_hash::FxHashMap;

use crate::exposure::ExposureSource;
use crate::replay::thefts::{Gain, Thefts};

/// The sources of an exposure, found in a ledger.
#[derive(Debug, Default)]
pub(crate) struct Origins {
    /// The source that an account belongs to.
    owners: FxHashMap<u32, u32>,
    /// The source that a stolen gain belongs to, by transaction.
    gains: FxHashMap<(u64, Gain), u32>,
    /// The source that a stolen output belongs to.
    outputs: FxHashMap<u64, u32>,
}

impl Origins {
    /// The accounts of the sources that the ledger has. Where sources share an account, it is
    /// the first one's.
    pub(crate) fn find(
        ledger: &dyn Ledger,
        sources: &[ExposureSource<'_>],
    ) -> Result<Self, ReadError> {
        let mut origins = Self::default();
        for (source, number) in sources.iter().zip(0u32..) {
            for account in &source.accounts {
                if let Some(AccountIx(found)) = ledger.find_account(account)? {
                    origins.owners.entry(found).or_insert(number);
                }
            }
        }
        Ok(origins)
    }

    /// Adds what was stolen in a case. What another source stole already stays its own.
    pub(crate) fn add_thefts(&mut self, all: &mut Thefts, found: Thefts, source: u32) {
        for (tx, gains) in found.gains {
            for gain in gains {
                self.gains.entry((tx, gain)).or_insert(source);
                all.gains.entry(tx).or_default().insert(gain);
            }
        }
        for (tx, outputs) in found.outputs {
            for output in outputs {
                self.outputs.entry(output).or_insert(source);
                all.outputs.entry(tx).or_default().insert(output);
            }
        }
        let mut assets: Vec<u32> = found.assets;
        assets.retain(|asset| !all.assets.contains(asset));
        all.assets.extend(assets);
        all.later += found.later;
    }

    /// The source whose account this is.
    #[inline]
    pub(crate) fn owner(&self, account: u32) -> Option<u32> {
        self.owners.get(&account).copied()
    }

    /// The source of a stolen gain.
    pub(crate) fn of_gain(&self, tx: u64, gain: Gain) -> Option<u32> {
        self.gains.get(&(tx, gain)).copied()
    }

    /// The source of a stolen output.
    pub(crate) fn of_output(&self, output: u64) -> Option<u32> {
        self.outputs.get(&output).copied()
    }

    /// The accounts of all sources, in order.
    pub(crate) fn accounts(&self) -> BTreeMap<u32, u32> {
        self.owners.iter().map(|(account, source)| (*account, *source)).collect()
    }

    /// Whether no source has an account in the ledger.
    pub(crate) fn has_no_accounts(&self) -> bool {
        self.owners.is_empty()
    }
}
