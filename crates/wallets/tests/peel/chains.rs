//! Chains, to the base unit.

use hawkshaw_model::Amount;
use hawkshaw_wallets::peel::{End, PeelSettings};

use crate::told::Told;

const CHAIN: &str = "
    1: old = -> h/exchange 5000, w/victim 500000000
    2: steal = old:1 -> w/thief 400000000, w/rest 99990000
    3: p1 = steal:0 -> h/exchange 50000000, w/c1 349990000
    4: p2 = p1:1 -> w/c2 299980123, s/bob 49999877
    5: p3 = p2:0 -> w/c3 239970000, h/al 60000123
    6: p4 = p3:0 -> h/swap 239960000";

#[test]
fn a_chain_is_followed_to_its_end_and_adds_up() {
    let told = Told::new(CHAIN);
    told.check(
        "steal:0",
        "p1 p2 p3 p4 | exchange 50000000, ?bob 49999877, ?al 60000123, swap 239960000 | paid-out | ",
    );
    let chain = told.follow("steal:0", &PeelSettings::default());
    assert_eq!(chain.amount_in, Amount::from(400_000_000u64));
    assert_eq!(chain.totals.fees, Amount::from(40_000u64));
    assert_eq!(chain.totals.peeled(), Some(Amount::from(399_960_000u64)));
    assert_eq!(chain.totals.services.len(), 2);
    assert!(chain.totals.adds_up(chain.amount_in));
    assert!(!chain.totals.adds_up(Amount::from(1u64)));
    let margins: Vec<_> = chain.hops.iter().map(|hop| told.verdict(&told.name(hop.tx))).collect();
    assert_eq!(margins, [":1 by 5", ":0 by 6", ":0 by 3", "no-candidate"]);
}

#[test]
fn a_transaction_begins_a_chain_too() {
    let told = Told::new(CHAIN);
    let chain = told.follow_tx("p2");
    assert_eq!(told.tell(&chain).split(" |").next(), Some("p2 p3 p4"));
    assert_eq!(chain.amount_in, Amount::from(349_990_000u64));
    // New coins are nobody's change: all of them are shown.
    let chain = told.follow_tx("old");
    assert_eq!(told.tell(&chain), "old | exchange 5000 | unresolved coinbase | 500000000");
}

#[test]
fn what_was_not_spent_is_still_there() {
    let told = Told::new(&CHAIN.replace("5: p3", "# 5: p3").replace("6: p4", "# 6: p4"));
    told.check("steal:0", "p1 p2 | exchange 50000000, ?bob 49999877 | unspent | 299980123");
    told.check("p1:1", "p2 | ?bob 49999877 | unspent | 299980123");
    told.check("p2:0", " |  | unspent | 299980123");
    told.check("old:0", " |  | service | 5000");
}

#[test]
fn where_both_outputs_go_on_alike_it_stops_and_shows_both() {
    let story = "
        1: a = -> w/a 500000000
        2: p1 = a:0 -> w/b 449990123, h/shop 50000000
        3: p2 = p1:0 -> w/c 379980123, w/d 70000000
        4: q = p2:0 -> w/e 300000001, h/shop 79970122
        5: r = p2:1 -> w/f 60000001, h/al 9989999";
    let told = Told::new(story);
    told.check("a:0", "p1 p2 | ?shop 50000000 | unresolved alike | 379980123 70000000");
    let chain = told.follow("a:0", &PeelSettings::default());
    let last = chain.hops.last().unwrap();
    let scores: Vec<_> = last.change.outputs.iter().map(|output| output.score).collect();
    assert_eq!(scores, [6, 3], "a margin of three, and not followed");
    let spent: Vec<_> =
        last.change.outputs.iter().map(|output| told.name(output.spender.unwrap())).collect();
    assert_eq!(spent, ["q", "r"]);
    assert!(last.next.is_empty());
}

#[test]
fn it_stops_before_a_mix() {
    let told = Told::new(
        "1: a = -> w/a 500000000
         2: p1 = a:0 -> w/b 449990123, h/shop 50000000
         3: mix = p1:0, u:0 w/u 449990123 -> w/c 449900000, w/d 449900000",
    );
    told.check("a:0", "p1 | ?shop 50000000 | mix mix | 449990123");
    assert_eq!(told.tell(&told.follow_tx("mix")), " |  | mix mix | ");
}

#[test]
fn it_stops_where_many_branches_merge() {
    let others: Vec<String> = (0..9).map(|n| format!("u{n}:0 w/u{n} 1000000")).collect();
    let story = |others: &str| {
        format!(
            "1: a = -> w/a 500000000
             2: p1 = a:0 -> w/b 449990123, h/shop 50000000
             3: all = p1:0, {others} -> w/c 400000000, h/shop 40000000"
        )
    };
    let told = Told::new(&story(&others.join(", ")));
    told.check("a:0", "p1 | ?shop 50000000 | merge all | 449990123");
    let chain = told.follow("a:0", &PeelSettings::default());
    // Inputs that the ledger does not hold count as one source each.
    let End::Merge { inputs, sources, .. } = chain.end else { panic!("{:?}", chain.end) };
    assert_eq!((inputs, sources), (10, 10));
}

#[test]
fn much_from_elsewhere_is_a_merge_point_as_well() {
    let story = |other: u64| {
        format!(
            "1: a = -> w/a 500000000
             2: p1 = a:0 -> w/b 449990123, h/shop 50000000
             3: p2 = p1:0, u:0 w/u {other} -> w/c 400000000, h/al {}",
            40_000_123 + other
        )
    };
    let told = Told::new(&story(449_990_124));
    told.check("a:0", "p1 | ?shop 50000000 | merge p2 | 449990123");
    // Less than half joins it, and is said to have.
    let told = Told::new(&story(449_990_123));
    told.check("a:0", "p1 p2 | ?shop 50000000 | unresolved weak | 400000000 489990246");
    let chain = told.follow("a:0", &PeelSettings::default());
    assert_eq!(chain.totals.joined, Amount::from(449_990_123u64));
    assert_eq!(chain.totals.fees, Amount::from(9_990_000u64 + 9_877));
}

#[test]
fn what_comes_back_is_no_payment() {
    // A peel that is spent together with the change at the next step, and one that comes back
    // three steps later.
    let told = Told::new(
        "1: a = -> w/a 500000000
         2: p1 = a:0 -> w/b 300000123, w/mine 199980000
         3: p2 = p1:0, p1:1 -> w/c 449970123, h/shop 50000000
         4: p3 = p2:0 -> w/d 399960123, w/also 50000000
         5: p4 = p3:0 -> w/e 369950123, h/shop 30000000
         6: p5 = p4:0, p3:1 -> w/f 409940123, s/bob 10000000",
    );
    told.check(
        "a:0",
        "p1 p2 p3 p4 p5 | ?shop 50000000, ?also 50000000 back, ?shop 30000000, ?bob 10000000 | \
         unspent | 409940123",
    );
    let chain = told.follow("a:0", &PeelSettings::default());
    assert_eq!(chain.totals.returned.amount, Amount::from(50_000_000u64));
    assert_eq!(chain.totals.joined, Amount::ZERO);
    assert_eq!(chain.hops[4].returned, Amount::from(50_000_000u64));
    let shop = chain.totals.addresses.values().map(|paid| (paid.payments, paid.amount));
    let shop: Vec<_> = shop.collect();
    assert!(shop.contains(&(2, Amount::from(80_000_000u64))), "{shop:?}");
    assert_eq!(shop.len(), 2, "what came back is no payee: {shop:?}");
}

#[test]
fn a_payee_who_empties_into_a_service_is_named() {
    let told = Told::new(
        "1: a = -> w/a 500000000
         2: p1 = a:0 -> w/b 400000123, w/deposit 99990000
         3: p2 = p1:0 -> w/c 300000123, h/shop 99990000
         4: sweep = p1:1 -> h/exchange 99980000",
    );
    told.check(
        "a:0",
        "p1 p2 | ?deposit 99990000 onto exchange, ?shop 99990000 | unspent | 300000123",
    );
}

#[test]
fn a_long_rest_and_many_steps_end_it_if_asked() {
    let told = Told::new(CHAIN);
    let with = |hops_max, dwell_max| {
        let chain = told.follow("steal:0", &PeelSettings { hops_max, dwell_max });
        told.tell(&chain).rsplit(" | ").take(2).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(with(2, None), "299980123 hop-limit p3");
    assert_eq!(with(0, None), "400000000 hop-limit p1");
    assert_eq!(with(9, Some(599)), "400000000 dwell p1");
    assert_eq!(with(9, Some(600)), " paid-out");
}

#[test]
fn a_chain_goes_back_to_where_it_was_paid() {
    let told = Told::new(CHAIN);
    let back = |output: &str| told.tell_origin(&told.origin(output));
    assert_eq!(back("p3:0"), "p3 p2 p1 steal | coinbase");
    assert_eq!(back("p2:1"), " | paid p2");
    assert_eq!(told.tell_origin(&told.origin_of("p2")), "p1 steal | coinbase");
    assert_eq!(told.tell_origin(&told.origin_of("old")), " | coinbase");
    let told = Told::new(
        "1: a = -> w/a 500000000
         2: b = -> w/b 500000000
         3: mix = a:0, x:0 w/x 5 -> w/c 499990001, w/d 5
         4: p1 = mix:0 -> w/e 399980001, h/shop 100000000
         5: p2 = p1:0, b:0 -> w/f 800000123, h/shop 99970000
         6: p3 = p2:0 -> w/g 700000123, h/shop 99990000
         7: p4 = y:0 w/y 500000000 -> w/h 400000123, h/shop 99990000",
    );
    let back = |output: &str| told.tell_origin(&told.origin(output));
    assert_eq!(back("p1:0"), "p1 | mix mix");
    assert_eq!(back("p3:0"), "p3 p2 | gathered 2");
    assert_eq!(back("p4:0"), "p4 | no-data");
}
