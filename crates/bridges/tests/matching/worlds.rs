//! Random bridges with known truth.

use std::collections::{BTreeSet, HashSet};

use hawkshaw_bridges::{MatchOptions, Matching, match_legs};
use hawkshaw_model::LinkClass;
use proptest::prelude::{ProptestConfig, any, prop_assert, prop_assert_eq, proptest};

use crate::world::{Habit, World};

fn matched(world: &World, ignore_ids: bool, with_map: bool) -> Matching {
    let token_map = if with_map { world.tokens.clone() } else { Default::default() };
    let options = MatchOptions { ignore_ids, token_map, window: None };
    match_legs(&world.deposits, &world.payouts, &options)
}

/// Of a thousand accepted pairs how many are right, and of a thousand passages with both sides
/// how many are accepted, both rounded down.
fn quality(world: &World, matching: &Matching) -> (usize, usize) {
    let accepted: Vec<_> = matching.pairs.iter().filter(|pair| pair.accepted).collect();
    let right = accepted
        .iter()
        .filter(|pair| world.deposit_of[pair.deposit] == world.payout_of[pair.payout])
        .count();
    (right * 1_000 / accepted.len().max(1), right * 1_000 / world.complete().max(1))
}

#[test]
fn hidden_ids_are_made_up_for_by_fields() {
    let busy = Habit { users: 20, ..Habit::PLAIN };
    let charging = Habit { fee_ppm: 3_000, ..Habit::PLAIN };
    let claimed = Habit { late: 60, ..Habit::PLAIN };
    let batched = Habit { batch: true, late: 30, ..Habit::PLAIN };
    let lossy = Habit { missing: 20, ..Habit::PLAIN };
    for (habit, recall) in [
        (Habit::PLAIN, 990),
        (busy, 930),
        (charging, 990),
        (claimed, 960),
        (batched, 960),
        (lossy, 980),
    ] {
        for seed in 1..4 {
            let world = World::new(seed, habit);
            for with_map in [true, false] {
                let (precision, found) = quality(&world, &matched(&world, true, with_map));
                assert!(precision >= 990, "{habit:?} {seed} {with_map}: precision {precision}");
                assert!(found >= recall, "{habit:?} {seed} {with_map}: recall {found}");
            }
        }
    }
}

#[test]
fn ids_link_nothing_false() {
    for seed in 1..6 {
        let world = World::new(seed, Habit { fee_ppm: 3_000, ..Habit::PLAIN });
        let matching = matched(&world, false, true);
        assert_eq!(quality(&world, &matching), (1_000, 1_000));
        assert!(matching.pairs.iter().all(|pair| pair.class == LinkClass::Identifier));
    }
}

#[test]
fn wrong_ids_are_noticed() {
    for seed in 1..6 {
        let world = World::new(seed, Habit { wrong_ids: 10, ..Habit::PLAIN });
        let matching = matched(&world, false, true);
        let (precision, found) = quality(&world, &matching);
        assert!(precision >= 995 && found >= 970, "{seed}: {precision}, {found}");
        assert!(matching.defects.duplicated_ids > 20, "{:?}", matching.defects);
        assert!(matching.defects.contradicted_ids > 20, "{:?}", matching.defects);
    }
}

/// Accepted and other pairs by the rows that they are of, with everything that is said of them.
fn said(world: &World, matching: &Matching) -> BTreeSet<String> {
    let row = |leg: &hawkshaw_bridges::Leg| format!("{}:{}:{}", leg.tx, leg.event, leg.chain);
    let pairs = matching.pairs.iter().map(|pair| {
        let (deposit, payout) = (&world.deposits[pair.deposit], &world.payouts[pair.payout]);
        format!(
            "{} {} {:?} {} {:?} {:.9}",
            row(deposit),
            row(payout),
            pair.class,
            pair.accepted,
            pair.reasons,
            pair.score
        )
    });
    pairs.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_a_bridge_does_its_pairs_make_sense(
        seed in any::<u64>(),
        users in 1u64..60,
        passages in 1u64..300,
        fee_ppm in 0u64..40_000,
        (late, missing, round, wrong_ids) in (0u64..60, 0u64..50, 0u64..101, 0u64..50),
        (batch, ignore_ids, with_map) in any::<(bool, bool, bool)>(),
    ) {
        let habit = Habit { passages, users, fee_ppm, late, missing, round, wrong_ids, batch };
        let world = World::new(seed, habit);
        let matching = matched(&world, ignore_ids, with_map);
        let (mut payouts, mut deposits) = (HashSet::new(), HashSet::new());
        for pair in &matching.pairs {
            let (d, p) = (&world.deposits[pair.deposit], &world.payouts[pair.payout]);
            prop_assert!((0.0..=1.0).contains(&pair.score));
            prop_assert!(pair.candidates >= 1);
            prop_assert!(!(ignore_ids && pair.class == LinkClass::Identifier));
            prop_assert!(pair.class != LinkClass::Identifier || d.id == p.id);
            if pair.accepted {
                prop_assert!(payouts.insert(pair.payout), "a payout is used twice");
                let again = !deposits.insert(pair.deposit);
                prop_assert!(!again || pair.class == LinkClass::Identifier);
                prop_assert_eq!(&d.receiver, &p.receiver);
                prop_assert!(p.time.to_unix() >= d.time.to_unix() - 3_600);
                if with_map {
                    let number = |leg: &hawkshaw_bridges::Leg| leg.asset.clone().unwrap();
                    let both = (number(d), number(p));
                    let fits = (0..4).any(|n| {
                        both == (crate::world::token(n, false), crate::world::token(n, true))
                    });
                    prop_assert!(fits, "{:?}", both);
                }
            }
        }
        let left = matching.unmatched_deposits.len() + deposits.len();
        prop_assert_eq!(left, world.deposits.len());
        let left = matching.unmatched_payouts.len() + payouts.len();
        prop_assert_eq!(left, world.payouts.len());
        let other = world.shuffled(seed ^ 0x5555);
        let again = matched(&other, ignore_ids, with_map);
        prop_assert_eq!(said(&world, &matching), said(&other, &again));
        prop_assert_eq!(matching.defects, again.defects);
    }
}
