//! Ledgers as stories, and their clusters as sets of names.

use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_fixture::text::{Story, bitcoin_account, name_of};
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{AccountIx, Ledger, Mix, MixClass, ReadError, UtxoTx};
use hawkshaw_wallets::{Asked, Clusters, Inquiry, Marks, Portrait};

/// A ledger that a story tells.
pub(crate) fn ledger(text: &str) -> MemoryLedger {
    let story: Story = text.parse().unwrap();
    MemoryLedger::from_rows(story.transfers, story.outputs).unwrap().0
}

/// No transaction mixes anything.
pub(crate) fn no_mix(_: &UtxoTx) -> Result<Option<Mix>, ReadError> {
    Ok(None)
}

/// A mix of a class.
pub(crate) fn mix_of(class: MixClass) -> Mix {
    Mix { class, confidence: 900, rule: "test", equal: Vec::new() }
}

/// The number of an account by its name.
pub(crate) fn number(ledger: &dyn Ledger, name: &str) -> AccountIx {
    ledger.find_account(&bitcoin_account(name)).unwrap().unwrap()
}

/// Tags of accounts by name, those that the ledger has.
pub(crate) fn tags(ledger: &dyn Ledger, tags: &[(&str, &str)]) -> BTreeMap<AccountIx, String> {
    let found = tags.iter().filter_map(|(name, actor)| {
        let number = ledger.find_account(&bitcoin_account(name)).unwrap()?;
        Some((number, (*actor).to_owned()))
    });
    found.collect()
}

/// The clusters of a ledger without mixes and tags.
pub(crate) fn clusters(ledger: &MemoryLedger) -> Clusters {
    clusters_with(ledger, &no_mix, &BTreeMap::new())
}

/// The clusters of a ledger.
pub(crate) fn clusters_with(
    ledger: &MemoryLedger,
    mix: &hawkshaw_wallets::MixRule<'_>,
    tags: &BTreeMap<AccountIx, String>,
) -> Clusters {
    let mut clusters = Clusters::new();
    update(&mut clusters, ledger, mix, tags);
    clusters
}

/// Reads what a ledger has beyond what clusters know.
pub(crate) fn update(
    clusters: &mut Clusters,
    ledger: &MemoryLedger,
    mix: &hawkshaw_wallets::MixRule<'_>,
    tags: &BTreeMap<AccountIx, String>,
) {
    let asked = Asked { ledger, chain: 0, mix, tags, marks: &Marks::default() };
    clusters.update(&asked, &mut |_, _| {}).unwrap();
}

/// The clusters of two or more accounts, as names.
pub(crate) fn sets(ledger: &dyn Ledger, clusters: &Clusters) -> Vec<Vec<String>> {
    let mut sets: BTreeMap<AccountIx, BTreeSet<String>> = BTreeMap::new();
    for number in (0..).map(AccountIx).take(ledger.account_count()) {
        let name = name_of(&ledger.account(number).unwrap());
        sets.entry(clusters.cluster_of(number)).or_default().insert(name);
    }
    let mut sets: Vec<Vec<String>> = sets
        .into_values()
        .filter(|names| names.len() > 1)
        .map(|names| names.into_iter().collect())
        .collect();
    sets.sort();
    sets
}

/// Checks the clusters of a ledger, each as names with spaces between.
#[track_caller]
pub(crate) fn assert_sets(ledger: &dyn Ledger, clusters: &Clusters, wanted: &[&str]) {
    let found: Vec<String> = sets(ledger, clusters).iter().map(|set| set.join(" ")).collect();
    assert_eq!(found, wanted);
}

/// What a ledger says of the cluster of an account.
pub(crate) fn portrait(
    ledger: &MemoryLedger,
    clusters: &Clusters,
    name: &str,
    mix: &hawkshaw_wallets::MixRule<'_>,
) -> Portrait {
    let asked = number(ledger, name);
    let inquiry = Inquiry { ledger, chain: 0, mix, list_max: 100 };
    clusters.portrait(asked, &[asked], &inquiry).unwrap()
}
