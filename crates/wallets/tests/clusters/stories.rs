//! What is joined and what is not, in small ledgers.

use std::collections::BTreeMap;

use hawkshaw_model::{MixClass, ReadError, UtxoTx};
use hawkshaw_wallets::{PayJoinMark, Withheld};

use crate::support::{
    assert_sets, clusters, clusters_with, ledger, mix_of, no_mix, number, portrait, sets, tags,
};

/// Coins of 50 for a to f.
const COINS: &str = "1: coin = -> a 50, b 50, c 50, d 50, e 50, f 50\n";

fn told(text: &str) -> hawkshaw_ledger::MemoryLedger {
    ledger(&format!("{COINS}{text}"))
}

#[test]
fn what_is_spent_together_is_joined() {
    let ledger = told(
        "2: t1 = coin:0, coin:1 -> x 90, y 10\n\
         3: t2 = coin:2, coin:3 -> x 100\n\
         4: t3 = t1:1, coin:4 -> z 60\n",
    );
    let clusters = clusters(&ledger);
    assert_sets(&ledger, &clusters, &["a b", "c d", "e y"]);
    let counts = clusters.counts();
    assert_eq!((counts.spending, counts.joining, counts.unions), (3, 3, 3));
    assert_eq!(counts.withheld(), 0);
    assert_eq!(clusters.joined(), (3, 6));
    // A later transaction joins what others joined.
    let later = told(
        "2: t1 = coin:0, coin:1 -> b 100\n3: t2 = coin:2, coin:3 -> d 100\n4: t3 = t1:0, t2:0 -> z 200\n",
    );
    let joined = crate::support::clusters(&later);
    assert_sets(&later, &joined, &["a b c d"]);
    let portrait = portrait(&later, &joined, "a", &no_mix);
    let made: Vec<(u32, usize, usize)> = portrait
        .joining
        .iter()
        .map(|joining| (joining.clusters, joining.inputs, joining.accounts))
        .collect();
    assert_eq!(made, [(2, 2, 2), (2, 2, 2), (2, 2, 2)]);
    assert_eq!(joined.largest(), Some((number(&later, "a"), 4)));
    assert_eq!(joined.growth().iter().map(|point| point.size).collect::<Vec<_>>(), [2, 4]);
}

#[test]
fn being_paid_joins_nobody() {
    // Dust to everybody, and change that comes back to the payer.
    let ledger = told("2: t1 = coin:0 -> b 1, c 1, d 1, a 47\n3: t2 = t1:0 -> e 1\n");
    let clusters = clusters(&ledger);
    assert!(sets(&ledger, &clusters).is_empty());
    let dusted = portrait(&ledger, &clusters, "e", &no_mix);
    assert_eq!((dusted.asked[0].flow.inputs, dusted.size), (0, 1));
}

#[test]
fn an_address_that_is_spent_twice_in_one_transaction_is_one() {
    let ledger = told("2: t1 = coin:0 -> a 20, a 30\n3: t2 = t1:0, t1:1 -> a 5, x 45\n");
    let clusters = clusters(&ledger);
    assert!(sets(&ledger, &clusters).is_empty());
    assert_eq!(clusters.counts().repeated_inputs, 1);
    assert_eq!(clusters.counts().withheld(), 0);
}

#[test]
fn inputs_without_an_address_or_an_earlier_transaction_are_counted() {
    let ledger =
        told("2: t1 = coin:0, u:0 7, coin:1 -> none 30, x 70\n3: t2 = t1:0, coin:2 -> y 80\n");
    let clusters = clusters(&ledger);
    // 30 and 70 are both more than the smallest input, which is 7.
    assert_eq!(clusters.counts().unknown_inputs, 2);
    assert_eq!(clusters.counts().unnecessary_input, 1);
    assert!(sets(&ledger, &clusters).is_empty());
}

#[test]
fn a_payment_with_an_input_that_it_did_not_need_is_withheld() {
    let text = "2: t1 = coin:0 -> a 10, a 40\n3: t2 = t1:0, coin:1 -> x 45, y 14\n";
    let ledger = told(text);
    let clusters = clusters(&ledger);
    assert!(sets(&ledger, &clusters).is_empty());
    assert_eq!(clusters.counts().unnecessary_input, 1);
    let portrait = portrait(&ledger, &clusters, "a", &no_mix);
    let why = Withheld::PayJoin(PayJoinMark::UnnecessaryInput);
    assert_eq!(portrait.withheld_counts, BTreeMap::from([(why, 1)]));
    let [withheld] = portrait.withheld[..] else { panic!("one is withheld") };
    assert_eq!((withheld.why, withheld.accounts, withheld.others), (why, 1, 1));
    // With one output or three nobody can tell, and it is joined.
    let one = told("2: t1 = coin:0 -> a 10, a 40\n3: t2 = t1:0, coin:1 -> x 59\n");
    assert_sets(&one, &crate::support::clusters(&one), &["a b"]);
}

#[test]
fn a_mix_is_withheld_and_a_preparation_is_not() {
    let ledger = told(
        "2: t1 = coin:0, coin:1 -> x 90, y 10\n3: t2 = coin:2, coin:3 -> x 90, y 10\n\
         4: t3 = coin:4, coin:5 -> x 90, y 10\n",
    );
    let rule = |tx: &UtxoTx| -> Result<_, ReadError> {
        let spent = tx.inputs[0].holder;
        let is = |name| spent == Some(number(&ledger, name));
        Ok(match () {
            () if is("a") => Some(mix_of(MixClass::Wasabi2)),
            () if is("c") => Some(mix_of(MixClass::Tx0)),
            () => None,
        })
    };
    let clusters = clusters_with(&ledger, &rule, &BTreeMap::new());
    assert_sets(&ledger, &clusters, &["c d", "e f"]);
    assert_eq!(clusters.counts().mixes, [0, 0, 0, 1, 0]);
    let portrait = portrait(&ledger, &clusters, "a", &rule);
    assert_eq!(portrait.withheld[0].why, Withheld::Mix(MixClass::Wasabi2));
}

#[test]
fn different_actors_are_never_joined() {
    let ledger = told(
        "2: t1 = coin:0, coin:1, coin:2 -> x 150\n3: t2 = coin:3, coin:4 -> d 50, e 50\n\
         4: t3 = t2:0, coin:5 -> y 100\n",
    );
    let tags = tags(&ledger, &[("b", "X"), ("c", "Y"), ("d", "X"), ("e", "X")]);
    let clusters = clusters_with(&ledger, &no_mix, &tags);
    // Of a nobody knows whether it is of X or of Y: nothing is joined.
    assert_sets(&ledger, &clusters, &["d f"]);
    assert_eq!(clusters.counts().unnecessary_input, 1);
    assert_eq!(clusters.counts().vetoes, 1);
    let [veto] = clusters.vetoes() else { panic!("one veto") };
    assert_eq!(veto.accounts, [number(&ledger, "b").0, number(&ledger, "c").0]);
    assert_eq!(veto.actors.map(|actor| clusters.actor_name(actor)), ["X", "Y"]);
    assert_eq!(clusters.actor_of(number(&ledger, "f")), Some("X"));
    assert_eq!(clusters.actor_of(number(&ledger, "a")), None);
    let portrait = portrait(&ledger, &clusters, "a", &no_mix);
    assert_eq!(portrait.withheld_counts, BTreeMap::from([(Withheld::Veto, 1)]));
}

#[test]
fn an_actor_is_that_of_the_whole_cluster() {
    // a is joined with b, which is of X; so it cannot be joined with c, which is of Y.
    let text = "2: t1 = coin:0, coin:1 -> a 100\n3: t2 = t1:0, coin:2 -> y 150\n";
    let ledger = told(text);
    let tags = tags(&ledger, &[("b", "X"), ("c", "Y")]);
    let clusters = clusters_with(&ledger, &no_mix, &tags);
    assert_sets(&ledger, &clusters, &["a b"]);
    let [veto] = clusters.vetoes() else { panic!("one veto") };
    assert_eq!(veto.accounts, [number(&ledger, "a").0, number(&ledger, "c").0]);
}

#[test]
fn what_a_cluster_did() {
    let ledger = told("2: t1 = coin:0, coin:1 -> x 60, a 30\n3: t2 = coin:2 -> b 7, c 43\n");
    let clusters = clusters(&ledger);
    assert_sets(&ledger, &clusters, &["a b"]);
    let portrait = portrait(&ledger, &clusters, "b", &no_mix);
    let flow = portrait.flow;
    assert_eq!(flow.received, Some(137u64.into()));
    assert_eq!(flow.spent, Some(100u64.into()));
    assert_eq!(flow.balance(), Some(37u64.into()));
    assert_eq!(portrait.returned, Some(30u64.into()));
    assert_eq!((flow.txs, flow.inputs), (3, 2));
    let own = portrait.asked[0].flow;
    assert_eq!((own.received, own.txs), (Some(57u64.into()), 3));
    assert_eq!(portrait.members.len(), 2);
}

#[test]
fn a_chain_with_accounts_has_no_clusters() {
    use hawkshaw_wallets::{Asked, Clusters, Marks, UpdateError};
    let ledger = ledger("1: a -> b 5 ETH\n");
    let marks = Marks::default();
    let asked =
        Asked { ledger: &ledger, chain: 0, mix: &no_mix, tags: &BTreeMap::new(), marks: &marks };
    let error = Clusters::new().update(&asked, &mut |_, _| {}).unwrap_err();
    assert!(matches!(error, UpdateError::NoOutputs(_)), "{error}");
}
