//! Explorers that misbehave: what passes is waited out, the rest is named, and nothing is lost.

use std::time::{Duration, Instant};

use hawkshaw_fixture::explorer::{Behaviour, Dialect, FakeExplorer, Fault};
use hawkshaw_source::{ExplorerOptions, open_explorer};

use crate::support::{THIEF, client, evm, moved, open, options, payments, ronin, served, try_open};

#[test]
fn what_passes_is_waited_out_and_every_row_arrives_once() {
    let faults = [
        Fault::RateLimited,
        Fault::TooManyRequests(None),
        Fault::ServerError,
        Fault::Html,
        Fault::CutBody,
        Fault::QueryTimeout,
        Fault::Slow(Duration::from_millis(30)),
        Fault::Truncated,
    ];
    let file = payments(&[7; 160]);
    for fault in faults {
        for dialect in [Dialect::EtherscanV2, Dialect::Blockscout] {
            let behaviour = Behaviour { dialect, ..Behaviour::default() };
            let fake = FakeExplorer::accounts(file.as_bytes(), behaviour);
            let explorer = open(&fake);
            for nth in [2, 3, 5] {
                fake.fault_every(nth, fault.clone());
                let history = explorer.history(&evm(THIEF), 100_000);
                let history = history.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
                assert!(history.is_whole(), "{fault:?} {:?}", history.gaps);
                assert!(moved(&history.rows) == served(&fake, &evm(THIEF)), "{fault:?} {nth}");
            }
        }
    }
}

#[test]
fn what_stays_is_named_in_bounded_time() {
    let cases = [
        (Fault::RateLimited, "too many requests"),
        (Fault::TooManyRequests(None), "too many requests"),
        (Fault::InvalidKey, "refuses the key, or wants one: Invalid API Key"),
        (Fault::Html, "web page"),
        (Fault::ServerError, "502"),
        (Fault::CutBody, "does not answer"),
        (Fault::QueryTimeout, "Query Timeout"),
        (Fault::Nested(10_000), "nests"),
        (Fault::Huge(64 << 20), "over 33554432 bytes"),
        (Fault::Redirect("http://127.0.0.1:1/".to_owned()), "redirects to http://127.0.0.1:1"),
    ];
    let fake = FakeExplorer::accounts(payments(&[20, 20]).as_bytes(), Behaviour::default());
    let explorer = open(&fake);
    for (fault, named) in cases {
        fake.fault_always(Some(fault.clone()));
        let begun = Instant::now();
        let error = explorer.history(&evm(THIEF), 100_000).unwrap_err().to_string();
        assert!(error.contains(named), "{fault:?}: {error}");
        assert!(error.contains("http://127.0.0.1"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{fault:?}");
    }
    fake.fault_always(None);
    assert!(explorer.history(&evm(THIEF), 100_000).unwrap().is_whole());
}

#[test]
fn a_key_is_sent_and_never_shown() {
    const SECRET: &str = "S3CRETS3CRETS3CRET";
    let behaviour = Behaviour { key: Some(SECRET.to_owned()), ..Behaviour::default() };
    let fake = ronin(behaviour);
    let error = try_open(&fake, None).unwrap_err().to_string();
    assert!(error.contains("refuses the key"), "{error}");
    let url = format!("{}?chainid=1", fake.url());
    let client = client(&url, Some(SECRET));
    let explorer = open_explorer(&client, None, &ExplorerOptions::default()).unwrap();
    let history = explorer.history(&evm(THIEF), 100_000).unwrap();
    assert!(history.is_whole());
    fake.fault_always(Some(Fault::Nested(10_000)));
    let error = explorer.history(&evm(THIEF), 100_000).unwrap_err();
    for text in [error.to_string(), format!("{error:?}"), format!("{explorer:?}")] {
        assert!(!text.contains("S3CRET"), "{text}");
    }
    assert!(fake.asked().iter().any(|asked| asked.contains(SECRET)));
}

#[test]
fn stopping_ends_what_is_under_way() {
    let fake = ronin(Behaviour::default());
    let explorer = open(&fake);
    fake.fault_always(Some(Fault::RateLimited));
    explorer.stop();
    let error = explorer.history(&evm(THIEF), 100).unwrap_err().to_string();
    assert!(error.contains("it was stopped"), "{error}");
}

#[test]
fn an_address_of_another_chain_is_refused() {
    let fake = ronin(Behaviour::default());
    let script = hawkshaw_model::Address::Script(vec![0x51].into());
    let error = open(&fake).history(&script, 10).unwrap_err().to_string();
    assert!(error.contains("is no address of eip155:1"), "{error}");
    let unknown = open_explorer(&client(&fake.url(), None), None, &options("eip155:987654321"));
    assert!(unknown.is_err());
}
