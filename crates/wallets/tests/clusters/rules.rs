//! Random chains against the rules written plainly.

use std::collections::BTreeMap;

use hawkshaw_model::{Ledger as _, TxIx};
use hawkshaw_wallets::{Clusters, Withheld};
use proptest::prelude::*;

use crate::chance::{Chance, chain, name};
use crate::support::{clusters_with, ledger, no_mix, number, portrait, sets, tags};
use crate::{plain, support};

/// Some tags of holders.
fn some_tags(seed: u64, holders: usize) -> Vec<(String, String)> {
    let mut chance = Chance(seed ^ 0x7a95);
    let actors = ["X", "Y", "Z"];
    let count = chance.below(5);
    (0..count)
        .map(|_| (name(chance.below(holders)), actors[chance.below(3)].to_owned()))
        .collect::<BTreeMap<_, _>>()
        .into_iter()
        .collect()
}

proptest! {
    #[test]
    fn clusters_are_those_of_the_plain_rules(seed in any::<u64>(), txs in 1usize..120) {
        let ledger = ledger(&chain(seed, txs, 24).join("\n"));
        let owned = some_tags(seed, 24);
        let tagged: Vec<(&str, &str)> =
            owned.iter().map(|(name, actor)| (name.as_str(), actor.as_str())).collect();
        let clusters = clusters_with(&ledger, &no_mix, &tags(&ledger, &tagged));
        let order: Vec<u64> = (0..txs as u64).collect();
        let (wanted, counts) = plain::sets(&ledger, &order, &tagged);
        prop_assert_eq!(sets(&ledger, &clusters), wanted);
        let count = |what: &str| counts.get(what).copied().unwrap_or(0);
        prop_assert_eq!(clusters.counts().unnecessary_input, count("unnecessary-input"));
        prop_assert_eq!(clusters.counts().vetoes, count("different-actors"));
        prop_assert_eq!(clusters.vetoes().len() as u64, count("different-actors"));
        prop_assert_eq!(clusters.counts().mixed_kinds, 0);
    }

    #[test]
    fn without_vetoes_no_order_of_transactions_matters(seed in any::<u64>(), txs in 1usize..80) {
        let ledger = ledger(&chain(seed, txs, 20).join("\n"));
        let mut order: Vec<u64> = (0..txs as u64).collect();
        let mut chance = Chance(seed);
        for at in (1..order.len()).rev() {
            order.swap(at, chance.below(at + 1));
        }
        let mut shuffled = Clusters::new();
        for number in 0..ledger.account_count() {
            let number = u32::try_from(number).unwrap();
            shuffled.push_account(&ledger.account(hawkshaw_model::AccountIx(number)).unwrap());
        }
        for tx in order {
            let legs = ledger.utxo_tx(TxIx(tx)).unwrap().unwrap();
            let spent: Vec<u32> =
                legs.inputs.iter().map(|leg| leg.holder.map_or(u32::MAX, |ix| ix.0)).collect();
            let tx = u32::try_from(tx).unwrap();
            shuffled.add(tx, &spent, || Ok(legs), &no_mix).unwrap();
        }
        prop_assert_eq!(sets(&ledger, &shuffled), sets(&ledger, &support::clusters(&ledger)));
    }

    #[test]
    fn the_transactions_of_a_cluster_join_exactly_its_members(
        seed in any::<u64>(), txs in 1usize..100,
    ) {
        let ledger = ledger(&chain(seed, txs, 24).join("\n"));
        let clusters = support::clusters(&ledger);
        for set in sets(&ledger, &clusters) {
            let first = number(&ledger, &set[0]);
            let made: Vec<u64> =
                clusters.made_by(first).keys().map(|tx| u64::from(*tx)).collect();
            prop_assert_eq!(plain::sets(&ledger, &made, &[]).0, vec![set.clone()]);
            let unions: u32 = clusters.made_by(first).values().sum();
            prop_assert_eq!(unions as usize, set.len() - 1);
        }
    }

    #[test]
    fn a_portrait_adds_up(seed in any::<u64>(), txs in 1usize..80) {
        let ledger = ledger(&chain(seed, txs, 16).join("\n"));
        let clusters = support::clusters(&ledger);
        for number in 0..16 {
            let name = name(number);
            if ledger.find_account(&hawkshaw_fixture::text::bitcoin_account(&name)).unwrap().is_none() {
                continue;
            }
            let portrait = portrait(&ledger, &clusters, &name, &no_mix);
            let (mut received, mut spent, mut seen, mut withheld) = (0u64, 0u64, 0u64, 0u64);
            let of = |leg: &hawkshaw_model::UtxoLeg| leg.holder.map(|ix| clusters.cluster_of(ix));
            let root = clusters.cluster_of(support::number(&ledger, &name));
            for tx in 0..txs as u64 {
                let legs = ledger.utxo_tx(TxIx(tx)).unwrap().unwrap();
                let sum = |legs: &[hawkshaw_model::UtxoLeg]| -> u64 {
                    let own = legs.iter().filter(|leg| of(leg) == Some(root));
                    own.map(|leg| u64::try_from(leg.amount.to_u256()).unwrap()).sum()
                };
                (received, spent) = (received + sum(&legs.outputs), spent + sum(&legs.inputs));
                let mut all = legs.inputs.iter().chain(&legs.outputs);
                seen += u64::from(all.any(|leg| of(leg) == Some(root)));
                let payers: std::collections::BTreeSet<_> =
                    legs.inputs.iter().filter_map(of).collect();
                withheld += u64::from(payers.contains(&root) && payers.len() > 1);
            }
            prop_assert_eq!(portrait.flow.received, Some(received.into()));
            prop_assert_eq!(portrait.flow.spent, Some(spent.into()));
            prop_assert_eq!(portrait.flow.txs, seen);
            prop_assert_eq!(portrait.withheld_counts.values().sum::<u64>(), withheld);
            prop_assert!(!portrait.withheld_counts.contains_key(&Withheld::Veto));
            prop_assert_eq!(portrait.members.len(), portrait.size as usize);
        }
    }
}
