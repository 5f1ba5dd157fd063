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
