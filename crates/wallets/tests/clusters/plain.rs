//! The rules once more, written plainly: sets of names that are united one transaction after the
//! other.

use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_fixture::text::name_of;
use hawkshaw_model::{Account, Ledger, TxIx};

/// What is withheld, by its word.
pub(crate) type Counts = BTreeMap<&'static str, u64>;

/// The sets of a ledger and how often what was withheld. All holders are of one kind.
pub(crate) fn sets(
    ledger: &dyn Ledger,
    order: &[u64],
    tags: &[(&str, &str)],
) -> (Vec<Vec<String>>, Counts) {
    let mut sets: Vec<BTreeSet<String>> = Vec::new();
    let mut counts = Counts::new();
    for tx in order {
        let legs = ledger.utxo_tx(TxIx(*tx)).unwrap().unwrap();
        let account = |ix: hawkshaw_model::AccountIx| -> Account { ledger.account(ix).unwrap() };
        let names: BTreeSet<String> = legs
            .inputs
            .iter()
            .filter_map(|leg| leg.holder)
            .map(|ix| name_of(&account(ix)))
            .collect();
        let (touched, rest): (Vec<_>, Vec<_>) =
            sets.iter().cloned().partition(|set| !set.is_disjoint(&names));
        let known: BTreeSet<String> = touched.iter().flatten().cloned().collect();
        let fresh = names.difference(&known).count();
        if touched.len() + fresh < 2 {
            continue;
        }
        let paid: Vec<_> = legs
            .outputs
            .iter()
            .filter(|leg| match leg.holder {
                Some(holder) => name_of(&account(holder)) != "data",
                None => !leg.amount.is_zero(),
            })
            .map(|leg| leg.amount)
            .collect();
        let least = legs.inputs.iter().map(|leg| leg.amount).min().unwrap();
        if paid.len() == 2 && paid.iter().all(|amount| *amount >= least) {
            *counts.entry("unnecessary-input").or_default() += 1;
            continue;
        }
        let united: BTreeSet<String> = known.union(&names).cloned().collect();
        let actors: BTreeSet<_> = tags
            .iter()
            .filter(|(name, _)| united.contains(*name))
            .map(|(_, actor)| actor)
            .collect();
        if actors.len() > 1 {
            *counts.entry("different-actors").or_default() += 1;
            continue;
        }
        sets = rest;
        sets.push(united);
    }
    let mut sets: Vec<Vec<String>> =
        sets.into_iter().map(|set| set.into_iter().collect()).collect();
    sets.sort();
    (sets, counts)
}
