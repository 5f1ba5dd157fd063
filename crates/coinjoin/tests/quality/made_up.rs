//! Classes that no data at hand have, and everything that resembles them.

use hawkshaw_coinjoin::Verdict;

use crate::coins::{Kind, Tx};
use crate::dice::Dice;
use crate::score::{Score, word};
use crate::{joinmarket, negatives, wasabi1, wasabi2, whirlpool};

/// Transactions of each variant.
const EACH: u64 = 300;

/// A class, its variant, and what makes such a transaction.
type Variant = (&'static str, &'static str, Box<dyn Fn(&mut Dice) -> Tx>);

/// The classes with their variants: years, sizes and kinds of script.
fn variants() -> Vec<Variant> {
    let mut all: Vec<Variant> = vec![
        ("whirlpool", "mix", Box::new(whirlpool::mix)),
        ("tx0", "tx0", Box::new(whirlpool::tx0)),
    ];
    let second = [
        ("2022", (50, 400), 3, false),
        ("2023 with Taproot", (150, 400), 3, true),
        ("2024 with other coordinators", (20, 100), 0, true),
        ("small", (10, 60), 0, true),
    ];
    for (name, inputs, fee_per_mille, is_taproot) in second {
        let round = wasabi2::Round { inputs, fee_per_mille, is_taproot };
        all.push(("wasabi2", name, Box::new(move |dice| wasabi2::round(dice, round))));
    }
    let first = [
        ("2018", (3, 40), false, true),
        ("2019", (25, 100), true, true),
        ("2020 and later", (12, 100), true, false),
        ("without levels", (12, 60), false, false),
    ];
    for (name, peers, has_levels, is_known) in first {
        let round = wasabi1::Round { peers, has_levels, is_known };
        all.push(("wasabi1", name, Box::new(move |dice| wasabi1::round(dice, round))));
    }
    for (name, kind) in [("2015", Kind::P2pkh), ("2018", Kind::P2sh), ("2021", Kind::P2wpkh)] {
        let join = joinmarket::Join { makers: (2, 12), kind };
        all.push(("joinmarket", name, Box::new(move |dice| joinmarket::join(dice, join))));
    }
    all
}

#[test]
fn every_class_is_told_from_every_other_and_from_what_resembles_it() {
    let mut score = Score::default();
    for (seed, (class, name, make)) in (1..).zip(variants()) {
        let mut own = Score::default();
        let mut dice = Dice::new(seed);
        for _ in 0..EACH {
            let tx = make(&mut dice);
            let verdict = tx.verdict();
            // The published definition of Whirlpool knows P2WPKH only.
            let class = match class {
                "whirlpool" if tx.pays(Kind::P2wsh) => "resembling",
                class => class,
            };
            score.note(class, word(&verdict));
            own.note(class, &format!("{} {}", verdict.class(), verdict.rule()));
        }
        eprintln!("{class} {name}: {own:?}");
    }
    for (seed, (name, make)) in (1_000..).zip(negatives::ALL) {
        let mut own = Score::default();
        let mut dice = Dice::new(seed);
        for _ in 0..EACH * 2 {
            let verdict = make(&mut dice).verdict();
            score.note("none", verdict.class());
            own.note("none", &format!("{} {}", verdict.class(), verdict.rule()));
        }
        eprintln!("none, {name}: {own:?}");
    }
    for class in ["whirlpool", "resembling", "tx0", "wasabi1", "wasabi2", "joinmarket", "none"] {
        score.check(class, 995, 990);
    }
}

/// Half of the payees get the same, and every script is new and of one kind, as nobody's
/// program does it: only sums tell this from JoinMarket, and by chance they come out.
#[test]
fn a_payer_who_imitates_joinmarket_is_mostly_found_out() {
    let mut dice = Dice::new(5_000);
    let verdicts = (0..EACH).map(|_| negatives::half_equal_of_a_kind(&mut dice).verdict());
    let wrong = verdicts.filter(|verdict| verdict.class() != "none").count();
    eprintln!("imitations of JoinMarket: {wrong} of {EACH} taken for one");
    assert!(wrong * 25 <= 300, "{wrong} of {EACH}");
}

/// A table may lack scripts.
#[test]
fn amounts_alone_do_not_make_a_mix_of_a_payout() {
    let mut wrong = 0;
    for (seed, (_, make)) in (2_000..).zip(negatives::ALL) {
        let mut dice = Dice::new(seed);
        for _ in 0..100 {
            let verdict = make(&mut dice).without_scripts().verdict();
            wrong += u64::from(matches!(verdict, Verdict::Mix(_)));
        }
    }
    assert!(wrong <= 18, "{wrong} of 1,800");
}

#[test]
fn mixes_are_known_without_scripts() {
    let mut score = Score::default();
    for (seed, (class, _, make)) in (3_000..).zip(variants()) {
        let mut dice = Dice::new(seed);
        for _ in 0..100 {
            score.note(class, make(&mut dice).without_scripts().verdict().class());
        }
    }
    for class in ["whirlpool", "wasabi2", "joinmarket"] {
        score.check(class, 950, 900);
    }
}
