//! Clusters that are brought up to date.

use std::collections::BTreeMap;

use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{AccountIx, Ledger as _};
use hawkshaw_wallets::{Clusters, Marks, Standing};
use proptest::prelude::*;

use crate::chance::{chain, name};
use crate::support::{clusters, clusters_with, ledger, no_mix, sets, tags, update};

fn standing(clusters: &Clusters, ledger: &MemoryLedger) -> Standing {
    clusters.standing(ledger, 0, &Marks::default(), &BTreeMap::new()).unwrap()
}

fn standing_with(
    clusters: &Clusters,
    ledger: &MemoryLedger,
    tags: &BTreeMap<AccountIx, String>,
) -> Standing {
    clusters.standing(ledger, 0, &Marks::default(), tags).unwrap()
}

/// Everything that can be asked of clusters without their ledger.
fn all(clusters: &Clusters) -> String {
    let roots: Vec<u32> =
        (0..clusters.account_count()).map(|at| clusters.cluster_of(ix(at)).0).collect();
    let made: Vec<_> = (0..clusters.account_count()).map(|at| clusters.made_by(ix(at))).collect();
    format!(
        "{roots:?} {made:?} {:?} {:?} {:?} {:?} {:?} {}",
        clusters.counts(),
        clusters.vetoes(),
        clusters.jumps(),
        clusters.growth(),
        clusters.largest(),
        clusters.tx_count(),
    )
}

fn ix(at: usize) -> AccountIx {
    AccountIx(u32::try_from(at).unwrap())
}

proptest! {
    #[test]
    fn a_ledger_that_grew_gives_what_it_gives_at_once(
        seed in any::<u64>(), txs in 1usize..90, cuts in proptest::collection::vec(1usize..90, 0..4),
    ) {
        let lines = chain(seed, txs, 20);
        let tagged = [(name(1), "X"), (name(2), "Y"), (name(19), "X")];
        let tagged: Vec<(&str, &str)> =
            tagged.iter().map(|(name, actor)| (name.as_str(), *actor)).collect();
        let whole = ledger(&lines.join("\n"));
        let at_once = clusters_with(&whole, &no_mix, &tags(&whole, &tagged));
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < txs).collect();
        cuts.sort_unstable();
        cuts.push(txs);
        let mut grown = Clusters::new();
        for cut in cuts {
            let part = ledger(&lines[..cut].join("\n"));
            let actors = tags(&part, &tagged);
            let before = grown.standing(&part, 0, &Marks::default(), &actors).unwrap();
            prop_assert!(!matches!(before, Standing::Stale(_)), "{:?}", before);
            update(&mut grown, &part, &no_mix, &actors);
            let after = grown.standing(&part, 0, &Marks::default(), &actors).unwrap();
            prop_assert_eq!(after, Standing::Current);
        }
        prop_assert_eq!(all(&grown), all(&at_once));
        prop_assert_eq!(sets(&whole, &grown), sets(&whole, &at_once));
    }

    #[test]
    fn a_ledger_that_was_changed_is_another_one(
        seed in any::<u64>(), txs in 3usize..60, at in any::<usize>(),
    ) {
        let lines = chain(seed, txs, 20);
        let before = clusters(&ledger(&lines.join("\n")));
        let shorter = ledger(&lines[..txs - 1].join("\n"));
        prop_assert!(matches!(standing(&before, &shorter), Standing::Stale(_)));
        let (mut changed, at) = (lines, at % txs);
        changed[at].push_str(", newcomer 0");
        let other = ledger(&changed.join("\n"));
        prop_assert!(matches!(standing(&before, &other), Standing::Stale(_)));
    }
}

const TOLD: &str = "1: ca = -> a 50, b 50\n2: t1 = ca:0, ca:1 -> x 90, y 10\n";

#[test]
fn one_other_amount_or_hash_is_seen() {
    let before = clusters(&ledger(TOLD));
    assert_eq!(standing(&before, &ledger(TOLD)), Standing::Current);
    let grown = format!("{TOLD}3: t2 = t1:0 -> z 90\n");
    assert_eq!(standing(&before, &ledger(&grown)), Standing::Behind);
    for other in [
        TOLD.replace("x 90", "x 89"),
        TOLD.replace("t1", "t9"),
        TOLD.replace("a 50", "c 50"),
        TOLD.replace("y 10", "y 9, w 1"),
    ] {
        assert!(matches!(standing(&before, &ledger(&other)), Standing::Stale(_)), "{other}");
    }
}

#[test]
fn files_with_the_same_marks_are_not_read_again() {
    let before = {
        let ledger = ledger(TOLD);
        let marks = Marks { accounts: vec![7], segments: vec![(2, 8)] };
        let tags = BTreeMap::new();
        let mut clusters = Clusters::new();
        let asked = hawkshaw_wallets::Asked {
            ledger: &ledger,
            chain: 0,
            mix: &no_mix,
            tags: &tags,
            marks: &marks,
        };
        clusters.update(&asked, &mut |_, _| {}).unwrap();
        clusters
    };
    let changed = ledger(&TOLD.replace("x 90", "x 89"));
    let with = |accounts: &[u64], segments: &[(u64, u64)]| {
        let marks = Marks { accounts: accounts.to_vec(), segments: segments.to_vec() };
        before.standing(&changed, 0, &marks, &BTreeMap::new()).unwrap()
    };
    assert_eq!(with(&[7], &[(2, 8)]), Standing::Current);
    assert_eq!(with(&[7, 9], &[(2, 8), (5, 1)]), Standing::Current);
    assert!(matches!(with(&[7], &[(2, 9)]), Standing::Stale(_)));
    // Other marks of what has the same content: files were joined.
    let same = ledger(TOLD);
    let marks = Marks { accounts: vec![1], segments: vec![(9, 9)] };
    let standing = before.standing(&same, 0, &marks, &BTreeMap::new()).unwrap();
    assert_eq!(standing, Standing::Current);
}

#[test]
fn other_tags_make_other_clusters() {
    let ledger = ledger(TOLD);
    let none = BTreeMap::new();
    let with = |of: &[(&str, &str)]| tags(&ledger, of);
    let before = clusters_with(&ledger, &no_mix, &with(&[("a", "X"), ("b", "Y")]));
    assert_eq!(
        standing_with(&before, &ledger, &with(&[("b", "Y"), ("a", "X")])),
        Standing::Current
    );
    for other in [&with(&[("a", "X")]), &with(&[("a", "X"), ("b", "Z")]), &none] {
        assert!(matches!(standing_with(&before, &ledger, other), Standing::Stale(_)));
    }
    assert!(matches!(
        standing_with(&clusters(&ledger), &ledger, &with(&[("x", "X")])),
        Standing::Stale(_)
    ));
    assert_eq!(ledger.account_count(), 4);
}
