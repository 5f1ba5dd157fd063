//! Small ledgers, with numbers worked out by hand.

use crate::ask;

#[test]
fn what_the_source_pays_is_direct_and_what_goes_on_is_indirect() {
    let story = "1: clean -> a 30 ETH\n2: mixer -> a 10 ETH\n3: a -> b 20 ETH\n4: b -> c 20 ETH";
    // Of the 40 of a, 10 are tainted: of 20 most 10, a half of them 5, at least none.
    assert_eq!(
        ask(story, &[&["mixer"]]).lines(),
        [
            "a 0 ETH direct 10/10/10 1: a<mixer",
            "b 0 ETH indirect 10/5/0 2: b<a<mixer",
            "c 0 ETH indirect 10/5/0 3: c<b<a<mixer",
        ]
    );
}

#[test]
fn a_service_receives_and_passes_nothing_on() {
    let story = "1: mixer -> a 10 ETH\n2: a -> shop 10 ETH\n3: shop -> b 10 ETH";
    assert_eq!(
        ask(story, &[&["mixer"]]).stops(&["shop"]).lines(),
        ["a 0 ETH direct 10/10/10 1: a<mixer", "shop 0 ETH indirect 10/10/10 2: shop<a<mixer"]
    );
}

#[test]
fn accounts_of_one_source_pay_each_other_nothing() {
    let story = "1: hot -> cold 9 ETH\n2: cold -> hot 4 ETH\n3: cold -> a 5 ETH";
    assert_eq!(ask(story, &[&["hot", "cold"]]).lines(), ["a 0 ETH direct 5/5/5 1: a<cold"]);
}

#[test]
fn what_a_listed_account_passes_on_of_others_keeps_their_name() {
    // b is listed itself. All that it pays is tainted: 6 of it by a, the rest by b.
    let story = "1: a -> b 6 ETH\n2: clean -> b 4 ETH\n3: b -> c 10 ETH";
    assert_eq!(
        ask(story, &[&["a"], &["b"]]).lines(),
        [
            "b 0 ETH direct 6/6/6 1: b<a",
            "c 0 ETH indirect 6/6/6 2: c<b<a",
            "c 1 ETH direct 4/4/4 1: c<b",
        ]
    );
    // A mixer keeps what it is paid: what it pays is its own.
    assert_eq!(
        ask(story, &[&["a"], &["b"]]).stops(&["b"]).lines(),
        ["b 0 ETH direct 6/6/6 1: b<a", "c 1 ETH direct 10/10/10 1: c<b"]
    );
}

#[test]
fn sources_are_divided_and_nothing_is_lost() {
    let story = "1: s -> a 2 ETH\n2: t -> a 1 ETH\n3: u -> a 4 ETH\n4: a -> b 3 ETH\n\
                 5: a -> c 4 ETH";
    // Of 2, 1 and 4, which sum to 7, 3 are taken: ⌊2·3/7⌋ = 0, ⌊3·3/7⌋ = 1, then 3.
    assert_eq!(
        ask(story, &[&["s"], &["t"], &["u"]]).lines(),
        [
            "a 0 ETH direct 2/2/2 1: a<s",
            "a 1 ETH direct 1/1/1 1: a<t",
            "a 2 ETH direct 4/4/4 1: a<u",
            "b 1 ETH indirect 1/1/1 2: b<a<t",
            "b 2 ETH indirect 2/2/2 2: b<a<u",
            "c 0 ETH indirect 2/2/2 2: c<a<s",
            "c 2 ETH indirect 2/2/2 2: c<a<u",
        ]
    );
}

#[test]
fn a_theft_is_direct_to_whoever_gained_it_and_only_it_is_tainted() {
    let story = "1 theft: victim -> thief 10 ETH\n2: salary -> thief 10 ETH\n3: thief -> a 10 ETH";
    assert_eq!(
        ask(story, &[&[]]).stolen(&["theft thief ETH"]).lines(),
        [
            "a 0 ETH indirect 10/5/0 2: a<thief<victim",
            "thief 0 ETH direct 10/10/10 1: thief<victim"
        ]
    );
    // If the thief is listed too, all that he pays is tainted, and what was stolen keeps its name.
    assert_eq!(
        ask(story, &[&[], &["thief"]]).stolen(&["theft thief ETH"]).lines(),
        [
            "a 0 ETH indirect 10/5/0 2: a<thief<victim",
            "a 1 ETH direct 0/5/10 1: a<thief",
            "thief 0 ETH direct 10/10/10 1: thief<victim",
        ]
    );
}

#[test]
fn a_swap_turns_value_and_its_proceeds_are_not_received_from_elsewhere() {
    let story = "1: lp -> pool 90 USDC\n2: mixer -> a 10 ETH\n\
                 3 swap: a -> pool 10 ETH, pool -> a 20 USDC by a\n4: a -> b 20 USDC\n\
                 5: pool -> c 10 ETH";
    assert_eq!(
        ask(story, &[&["mixer"]]).lines(),
        ["a 0 ETH direct 10/10/10 1: a<mixer", "b 0 USDC indirect 20/20/20 2: b<a<mixer"]
    );
}

#[test]
fn a_source_that_swaps_keeps_its_value_and_the_pool_stays_clean() {
    let story = "1: lp -> pool 90 USDC\n2 swap: mixer -> pool 10 ETH, pool -> mixer 20 USDC by mixer\n\
                 3: pool -> c 10 ETH\n4: mixer -> b 20 USDC";
    assert_eq!(ask(story, &[&["mixer"]]).lines(), ["b 0 USDC direct 20/20/20 1: b<mixer"]);
}

#[test]
fn what_a_source_has_swapped_for_another_goes_through_the_pool() {
    let story = "1: lp -> pool 90 USDC\n\
                 2 swap: mixer -> pool 10 ETH, pool -> b 20 USDC by mixer\n3: pool -> c 10 ETH";
    assert_eq!(
        ask(story, &[&["mixer"]]).lines(),
        ["b 0 USDC indirect 20/20/20 2: b<pool<mixer", "pool 0 ETH direct 10/10/10 1: pool<mixer",]
    );
}

#[test]
fn routers_and_fees_receive_nothing() {
    let story = "1: mixer -> router 10 ETH, router -> a 10 ETH, mixer -> fee:miner 1 ETH\n\
                 2: a -> b 4 ETH, a -> fee:miner 1 ETH\n3: a -> a 5 ETH";
    assert_eq!(
        ask(story, &[&["mixer"]]).lines(),
        ["a 0 ETH direct 10/10/10 1: a<mixer", "b 0 ETH indirect 4/4/4 2: b<a<mixer"]
    );
}

#[test]
fn the_fewest_hops_and_the_earliest_way_count_and_no_way_runs_backwards() {
    let story = "1: s -> a 1 ETH\n2: a -> b 1 ETH\n3: b -> c 1 ETH\n4: s -> b 1 ETH\n\
                 5: b -> d 1 ETH\n6: b -> c 1 ETH";
    let lines = ask(story, &[&["s"]]).lines();
    assert_eq!(
        lines,
        [
            "a 0 ETH direct 1/1/1 1: a<s",
            "b 0 ETH direct 1/1/1 1: b<s",
            "b 0 ETH indirect 1/1/1 2: b<a<s",
            "c 0 ETH indirect 1/1/1 3: c<b<a<s",
            "d 0 ETH indirect 1/1/1 2: d<b<s",
        ]
    );
}

#[test]
fn change_is_not_received_on_a_chain_of_outputs() {
    let story = "1: m = -> mixer 50\n2: a = m:0 -> p 30, mixer 20\n\
                 3: w = -> q 10\n4: b = a:0, w:0 -> r 12, p 24\n5: c = b:0 -> shop 12";
    // p pays in 30 and gets 24 back: change. r gets 12 of 40, of which 30 are tainted.
    assert_eq!(
        ask(story, &[&["mixer"]]).lines(),
        [
            "p 0 BTC direct 30/30/30 1: p<mixer",
            "r 0 BTC indirect 12/9/2 2: r<p<mixer",
            "shop 0 BTC indirect 12/9/2 3: shop<r<p<mixer",
        ]
    );
}

#[test]
fn only_what_a_payer_gains_counts() {
    // h pays in 10 and is paid 30 of 40, of which 30 are tainted: it gained 20, at most.
    let story = "1: m = -> mixer 30\n2: w = -> h 10\n3: a = m:0, w:0 -> h 30, x 10";
    assert_eq!(
        ask(story, &[&["mixer"]]).lines(),
        ["h 0 BTC direct 20/20/20 1: h<mixer", "x 0 BTC direct 0/8/10 1: x<mixer"]
    );
}

#[test]
fn a_stolen_output_is_direct_and_leads_back_to_who_was_robbed() {
    let story = "1: m = -> victim 50\n2: t = m:0 -> thief 40, victim 10\n3: a = t:0 -> x 40";
    assert_eq!(
        ask(story, &[&[]]).stolen(&["t:0"]).lines(),
        [
            "thief 0 BTC direct 40/40/40 1: thief<victim",
            "x 0 BTC indirect 40/40/40 2: x<thief<victim"
        ]
    );
}

#[test]
fn thousands_of_sources_meet_and_the_largest_keep_their_names() {
    let names: Vec<String> = (0..300)
        .map(|n| {
            let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
            format!("s{}{}", letter(n / 26), letter(n))
        })
        .collect();
    let mut story = String::new();
    for (n, name) in names.iter().enumerate() {
        story += &format!("1: {name} -> x {} ETH\n", n + 1);
    }
    story += "2: x -> y 45150 ETH";
    let names: Vec<&'static str> =
        names.into_iter().map(|name| &*Box::leak(name.into_boxed_str())).collect();
    let sources: Vec<&[&'static str]> = names.chunks(1).collect();
    let asked = ask(&story, &sources);
    let (ledger, _) =
        hawkshaw_ledger::MemoryLedger::from_rows(asked.story.transfers.clone(), Vec::new())
            .unwrap();
    let found = asked.ask_on(&ledger);
    let y: Vec<_> = found.receipts.iter().filter(|r| !r.is_direct).collect();
    assert_eq!(y.len(), 64, "as many as are kept apart, the rest among them");
    let sum = y.iter().map(|r| u64::try_from(r.amounts[1].to_u256()).unwrap()).sum::<u64>();
    assert_eq!(sum, 45_150, "nothing is lost");
    assert!(y.iter().any(|r| r.source.is_none()) && y.iter().any(|r| r.source == Some(299)));
    assert!(found.limits[0].contains("more than 64 sources"), "{:?}", found.limits);
}
