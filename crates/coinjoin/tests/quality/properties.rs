//! What holds for every transaction, however odd.

use hawkshaw_coinjoin::{Holder, Leg, Verdict, classify, may_mix_amounts};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use crate::coins::{Coin, Tx};
use crate::dice::Dice;
use crate::{joinmarket, wasabi1, wasabi2, whirlpool};

/// Amounts that rules look at, and any others.
fn amount() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(5_000_000),
        Just(10_000_000),
        Just(100_000),
        Just(100_302),
        Just(8_192),
        Just(59_049),
        Just(u64::MAX),
        any::<u64>(),
        0_u64..100_000_000,
    ]
}

fn coin() -> impl Strategy<Value = Coin> {
    let script = prop_oneof![
        vec(any::<u8>(), 0..40),
        vec(any::<u8>(), 20).prop_map(|hash| [vec![0x00, 0x14], hash].concat()),
        vec(any::<u8>(), 64).prop_map(|data| [vec![0x6a, 0x40], data].concat()),
    ];
    (amount(), option::of(script)).prop_map(|(amount, script)| Coin { amount, script })
}

proptest! {
    #[test]
    fn no_transaction_makes_it_panic(
        inputs in vec(coin(), 0..30),
        outputs in vec(coin(), 0..30),
    ) {
        let tx = Tx { inputs, outputs };
        let verdict = tx.verdict();
        prop_assert!(verdict.confidence() <= 1_000);
        prop_assert!(!verdict.rule().is_empty());
    }

    /// What the tracer passes over by amounts is no mix.
    #[test]
    fn what_is_passed_over_is_none(inputs in vec(coin(), 0..12), outputs in vec(coin(), 0..12)) {
        let amounts: Vec<u64> = outputs.iter().map(|coin| coin.amount).collect();
        let is_passed_over = !may_mix_amounts(inputs.len(), &amounts);
        let tx = Tx { inputs, outputs };
        prop_assert!(!is_passed_over || tx.verdict() == Verdict::PLAIN);
    }

    #[test]
    fn the_order_of_legs_changes_nothing(seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let second = wasabi2::Round { inputs: (10, 80), fee_per_mille: 3, is_taproot: true };
        let first = wasabi1::Round { peers: (5, 60), has_levels: true, is_known: false };
        let join = joinmarket::Join { makers: (2, 12), kind: crate::coins::Kind::P2wpkh };
        let made = [
            whirlpool::mix(&mut dice),
            whirlpool::tx0(&mut dice),
            wasabi1::round(&mut dice, first),
            wasabi2::round(&mut dice, second),
            joinmarket::join(&mut dice, join),
        ];
        for mut tx in made {
            let verdict = tx.verdict();
            dice.shuffle(&mut tx.inputs);
            dice.shuffle(&mut tx.outputs);
            prop_assert_eq!(tx.verdict(), verdict);
        }
    }

    #[test]
    fn addresses_of_other_chains_are_no_obstacle(amounts in vec(amount(), 1..20)) {
        let names: Vec<String> = (0..amounts.len()).map(|at| format!("ltc{at}")).collect();
        let legs: Vec<Leg<'_>> = amounts
            .iter()
            .zip(&names)
            .map(|(amount, name)| Leg { amount: *amount, holder: Some(Holder::Name(name)) })
            .collect();
        prop_assert!(classify(&legs, &legs).confidence() <= 1_000);
    }
}

/// Ten thousand inputs neither take long nor overflow the stack.
#[test]
fn a_huge_transaction_is_answered() {
    let mut dice = Dice::new(7);
    let kind = crate::coins::Kind::P2wpkh;
    let join = joinmarket::join(&mut dice, joinmarket::Join { makers: (9, 9), kind });
    let mut tx = join.clone();
    for _ in 0..10_000 {
        let amount = dice.within(1_000, 2_000);
        tx.inputs.push(Coin::fresh(&mut dice, kind, amount));
    }
    assert!(tx.verdict().confidence() <= 1_000);
    let mut wide = join;
    for _ in 0..10_000 {
        wide.outputs.push(Coin::fresh(&mut dice, kind, 546));
    }
    assert_eq!(wide.verdict().class(), "none");
}
