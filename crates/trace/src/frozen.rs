//! What issuers froze of what is held in the end.

use std::collections::BTreeMap;

use hawkshaw_model::{AssetIx, Freeze, FreezeKind, Ledger, ReadError, Timestamp};

use crate::options::Options;
use crate::result::Finding;
use crate::scene::Scene;

/// Holdings that are frozen in the end, by account and asset, with the act that froze them.
#[derive(Debug, Default)]
pub(crate) struct Frozen<'a>(BTreeMap<(u32, u32), &'a Freeze>);

impl<'a> Frozen<'a> {
    /// What is frozen when the scene ends.
    pub(crate) fn find(scene: &Scene<'a>) -> Result<Self, ReadError> {
        let mut acts: Vec<&Freeze> = scene.freezes.iter().collect();
        acts.retain(|act| is_looked_at(act.time, scene.options));
        acts.sort();
        let mut frozen = BTreeMap::new();
        for act in acts {
            let Some(account) = scene.ledger.find_account(&act.account)? else { continue };
            let Some(asset) = find_asset(scene.ledger, act) else { continue };
            let key = (account.0, asset);
            match act.kind {
                // The first act counts: an issuer who says it again froze nothing more.
                FreezeKind::Frozen => drop(frozen.entry(key).or_insert(act)),
                FreezeKind::Released => drop(frozen.remove(&key)),
            }
        }
        Ok(Self(frozen))
    }

    /// The act that froze what an account holds of an asset.
    pub(crate) fn at(&self, account: Option<u32>, asset: u32) -> Option<&'a Freeze> {
        self.0.get(&(account?, asset)).copied()
    }

    /// What a person must know of a frozen holding.
    pub(crate) fn finding(act: &Freeze) -> Finding {
        Finding {
            rule: "frozen",
            tx: Some(act.tx.to_string()),
            account: Some(act.account.to_string()),
            text: format!("the issuer of {} froze what is held here at {}", act.asset, act.time),
        }
    }

    /// When a holding that value last reached at some time counts as frozen.
    pub(crate) fn since(act: &Freeze, last: Timestamp) -> Timestamp {
        act.time.max(last)
    }
}

fn is_looked_at(time: Timestamp, options: &Options) -> bool {
    options.until.is_none_or(|until| time < until)
}

fn find_asset(ledger: &dyn Ledger, act: &Freeze) -> Option<u32> {
    let mut numbers = (0..ledger.asset_count()).filter_map(|index| u32::try_from(index).ok());
    numbers.find(|number| *ledger.asset(AssetIx(*number)) == act.asset)
}
