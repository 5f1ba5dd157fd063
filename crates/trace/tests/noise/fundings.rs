//! Who gave the addresses of a trace what pays their fees.

use hawkshaw_model::AssetNames;
use hawkshaw_trace::Trace;

use crate::support::{all, findings, traced};

fn story(text: &str) -> Trace {
    traced(&text.replace("mETH", "000000000000000 ETH"), &all(), &AssetNames::default())
}

const STORY: &str = "1: mint -> boss 9000mETH
     2: boss -> one 50mETH by boss
     3: boss -> two 50mETH by boss
     4: mint -> victim 500 USDC
     5 steal: victim -> one 500 USDC
     6: one -> two 300 USDC, one -> fee 1mETH by one
     7: two -> end 300 USDC, two -> fee 1mETH by two";

#[test]
fn whoever_gave_the_first_coins_is_named_once() {
    let trace = story(STORY);
    let [finding] = findings(&trace, "gas-funding")[..] else { panic!("{:?}", trace.findings) };
    assert!(finding.account.as_ref().unwrap().contains("626f7373"), "{finding:?}");
    assert_eq!(finding.text.matches("0.05 ETH in ").count(), 2, "{}", finding.text);
    assert!(finding.text.contains("no value is followed"));
    let boss = hawkshaw_fixture::text::account("boss");
    assert!(trace.terminals.iter().all(|terminal| terminal.account.as_ref() != Some(&boss)));
}

#[test]
fn a_service_that_funded_is_said_to_be_one() {
    let trace = story(&STORY.replace("boss", "hotbank"));
    assert!(findings(&trace, "gas-funding")[0].text.starts_with("this exchange of bank gave"));
}

#[test]
fn what_comes_late_is_much_or_is_traced_is_none() {
    for (from, to) in [
        // Much.
        ("boss -> one 50mETH", "boss -> one 2001mETH"),
        // A second gift.
        ("2: boss -> one 50mETH by boss", "2: x -> one 3000mETH by x, boss -> one 50mETH"),
        // After it first paid.
        ("2: boss -> one 50mETH by boss", "2: one -> fee 1mETH by one\n2: boss -> one 50mETH"),
    ] {
        let text = STORY.replace(from, to).replace("3: boss -> two 50mETH by boss\n", "");
        let text = text.replace(" by x,", ",");
        let trace = story(&text);
        assert!(findings(&trace, "gas-funding").is_empty(), "{to}: {:?}", trace.findings);
    }
    let late = STORY.replace("6:", "90006:").replace("7:", "90007:");
    assert!(findings(&story(&late), "gas-funding").is_empty());
    let own = STORY
        .replace("3: boss -> two", "5: one -> two")
        .replace("by boss\n     4", "by one\n     4");
    assert_eq!(findings(&story(&own), "gas-funding")[0].text.matches("0.05 ETH").count(), 1);
}
