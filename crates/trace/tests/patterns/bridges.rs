//! Value that is followed from chain to chain.

use hawkshaw_fixture::text::{account, asset, native_asset, tx_hash};
use hawkshaw_model::{
    Amount, ChainId, Crossing, Destination, Grade, LinkClass, Passage, Payout, TxId,
};
use hawkshaw_trace::PatternKind::{ChainHop, PassThrough, RelayChain};
use hawkshaw_trace::{PatternKind, PatternSettings, Patterns, patterns};

use crate::told::{tell, traced};

/// Ether went into a vault, and bitcoin came out.
fn crossing() -> Crossing {
    let passage = |chain: ChainId, tx: &str, event, asset, amount: u64, to: Option<&str>| Passage {
        tx: TxId::new(chain, tx_hash(tx)),
        event,
        asset,
        amount: Amount::from(amount),
        account: to.map(account),
    };
    let bitcoin = ChainId::bitcoin();
    let out = passage(bitcoin.clone(), "out", Some(0), native_asset(&bitcoin), 70, None);
    Crossing {
        bridge: "ferry".to_owned(),
        class: LinkClass::Identifier,
        grade: Grade::Protocol,
        candidates: 1,
        id: None,
        deposit: passage(ChainId::ethereum(), "in", None, asset("ETH"), 500, Some("vault")),
        destination: Destination { chain: Some(bitcoin), receiver: None },
        payouts: vec![Payout { passage: out, part: Amount::from(500u64) }],
    }
}

const STORY: &str = "
    1 steal: victim -> thief 1000 ETH
    2 t: thief -> a 500 ETH
    5 in: a -> vault 500 ETH
    6: funds = -> vaultb 900
    7: out = funds:0 -> mule 70, vaultb 830
    9: on = out:0 -> cash 69";

fn told(found: &Patterns, kind: PatternKind) -> Vec<String> {
    let of_kind = found.found.iter().filter(|pattern| pattern.kind == kind);
    of_kind.map(tell).collect()
}

#[test]
fn who_pays_into_a_bridge_pays_whoever_is_paid_on_the_far_side() {
    let trace = traced(&["steal"], STORY, &[crossing()]);
    let found = patterns(&trace, &PatternSettings::default());
    assert_eq!(told(&found, ChainHop), ["a mule | in out | 50"]);
    let hop = found.found.iter().find(|pattern| pattern.kind == ChainHop).unwrap();
    assert_eq!(hop.numbers[..3], [("movements", 1), ("payers", 1), ("far_chains", 1)]);
    assert!(hop.text.contains("to Bitcoin"), "{}", hop.text);
    // The vault is no account in between; value keeps its share on the far side.
    assert_eq!(told(&found, PassThrough), ["a | t in out | 50", "mule | in out on | 50"]);
    assert_eq!(told(&found, RelayChain), [""; 0]);
}

#[test]
fn what_nobody_got_stays_with_the_bridge() {
    let mut half = crossing();
    half.payouts[0].part = Amount::from(250u64);
    let trace = traced(&["steal"], STORY, &[half]);
    let found = patterns(&trace, &PatternSettings::default());
    let hops = told(&found, ChainHop);
    let [hop] = &hops[..] else { panic!("{hops:?}") };
    assert!(hop.starts_with("a mule vault | in out") && hop.ends_with("| 50"), "{hop}");
}

#[test]
fn a_far_side_that_is_not_in_the_data_is_said() {
    let alone = Crossing { payouts: Vec::new(), ..crossing() };
    let trace = traced(&["steal"], STORY, &[alone]);
    let found = patterns(&trace, &PatternSettings::default());
    assert_eq!(told(&found, ChainHop), ["a vault | in | 50"]);
    let hop = found.found.iter().find(|pattern| pattern.kind == ChainHop).unwrap();
    assert!(hop.text.ends_with("the far side was not followed."), "{}", hop.text);
}
