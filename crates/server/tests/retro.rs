//! What was answered earlier, when lists change.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hawkshaw_model::Timestamp;
use hawkshaw_records::{
    Alert, AlertFilter, AlertQueue, GivenAnswer, KeyId, NewRegistration, PageRequest, RecordId,
    Records, RegistrationKind, Scope, StateFolder, Verdict,
};
use hawkshaw_screening::{
    AddressIndex, AddressKey, Category, Coverage, IndexBuilder, ListInfo, ListKind, Listing,
    Overlay, Query, RuleSet, Screener, Status,
};
use hawkshaw_server::Retro;

const ONE: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";
const TWO: &str = "0x19aa5fe80d33a56d56c78e82ea5e50e5d80b4dff";

fn listing(address: &str) -> Listing {
    let info = ListInfo {
        id: "ofac-sdn".parse().unwrap(),
        name: "OFAC SDN".to_owned(),
        kind: ListKind::Sanctions,
        edition: None,
    };
    Listing {
        list: Arc::new(info),
        account: format!("eip155:1:{address}").parse().unwrap(),
        label: "LAZARUS GROUP".into(),
        entity: None,
        category: Category::Sanctions,
        source: "https://example.org".into(),
        confidence: 100,
        added: None,
        removed: None,
        by_cluster: false,
    }
}

/// What answers when these addresses are listed beside an index that lists one more.
fn screener(listed: &[&str]) -> Arc<Screener> {
    let mut builder = IndexBuilder::new();
    builder.add_listing(&listing("0x1111111111111111111111111111111111111111")).unwrap();
    let index = AddressIndex::from_bytes("index", builder.to_bytes().unwrap()).unwrap();
    let other = listing("0x2222222222222222222222222222222222222222");
    let all = listed.iter().map(|address| listing(address)).chain([other.clone()]);
    let overlay = Overlay::of_lists([&other.list], all);
    let rules = Arc::new(RuleSet::built_in());
    Arc::new(Screener::new(Arc::new(index), Arc::new(overlay), rules, Coverage::default()))
}

fn open(path: &Path) -> Arc<Records> {
    Arc::new(Records::open(&StateFolder::open(path).unwrap()).unwrap())
}

fn register(records: &Records, screener: &Screener, address: &str) -> RecordId {
    let query = Query { address: address.to_owned(), ..Query::default() };
    let answer = screener.screen(&query).unwrap();
    let key = answer.account.as_ref().map(AddressKey::of);
    let new = NewRegistration {
        id: RecordId::new().unwrap(),
        owner: "a".parse::<KeyId>().unwrap(),
        kind: RegistrationKind::Transfer,
        time: Timestamp::from_unix(1_700_000_000).unwrap(),
        query,
        key,
        user: None,
        reference: None,
        extra: None,
        answer: GivenAnswer { verdict: Verdict::of(&answer), json: answer.to_json().to_string() },
        is_alert: false,
    };
    records.register(vec![new], None).wait().unwrap()[0].registration.id
}

fn alerts(records: &Records) -> Vec<Alert> {
    let page = PageRequest { is_descending: false, ..PageRequest::default() };
    let now = Timestamp::from_unix(2_000_000_000).unwrap();
    records.alerts(&Scope::Everything, &AlertFilter::default(), page, now).unwrap().items
}

fn within(what: &dyn Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < Duration::from_secs(60), "it did not happen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until it would have been seen.
fn settle(records: &Records, version: &str) {
    within(&|| records.data_version().unwrap().as_deref() == Some(version));
    std::thread::sleep(Duration::from_millis(300));
}

#[test]
fn listings_and_delistings_raise_alerts_and_restarts_raise_none() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let retro = Retro::start(Arc::clone(&records)).unwrap();
    let (first, second) = (screener(&[]), screener(&[ONE]));
    retro.replaced(None, Arc::clone(&first));
    settle(&records, first.data_version());
    let concerned = register(&records, &first, &ONE.to_uppercase().replace("0X", "0x"));
    register(&records, &first, TWO);
    retro.replaced(Some(Arc::clone(&first)), Arc::clone(&second));
    within(&|| alerts(&records).len() == 1);
    let alert = alerts(&records).pop().unwrap();
    assert_eq!((alert.registration, alert.queue), (concerned, AlertQueue::Retroactive));
    assert_eq!(alert.earlier.unwrap().status, Status::NotFound);
    assert_eq!(alert.verdict.status, Status::Hit);
    // What was answered from the old lists and comes behind the search.
    let late = register(&records, &first, ONE);
    within(&|| alerts(&records).len() == 2);
    assert_eq!(alerts(&records)[1].registration, late);
    // The same lists in a new process.
    retro.close();
    drop((retro, records));
    let records = open(folder.path());
    let retro = Retro::start(Arc::clone(&records)).unwrap();
    retro.replaced(None, Arc::clone(&second));
    settle(&records, second.data_version());
    assert_eq!(alerts(&records).len(), 2);
    // A delisting, while no process ran.
    retro.close();
    drop((retro, records));
    let records = open(folder.path());
    let retro = Retro::start(Arc::clone(&records)).unwrap();
    retro.replaced(None, Arc::clone(&first));
    within(&|| alerts(&records).len() == 4);
    assert_eq!(alerts(&records)[3].verdict.status, Status::NotFound);
}

#[test]
fn a_chain_that_is_covered_now_has_everything_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let retro = Retro::start(Arc::clone(&records)).unwrap();
    let first = screener(&[]);
    retro.replaced(None, Arc::clone(&first));
    settle(&records, first.data_version());
    let bitcoin = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
    register(&records, &first, bitcoin);
    // Now something would be known of Bitcoin: not covered has become not found.
    let mut covered = Coverage::default();
    let chain = "bip122:000000000019d6689c085ae165831e93".parse().unwrap();
    let at = |seconds| Timestamp::from_unix(seconds).unwrap();
    covered.add_ledger(&chain, at(0), at(1_700_000_000));
    let (index, overlay) = (Arc::clone(first.index()), Arc::clone(first.overlay()));
    let second = Screener::new(index, overlay, Arc::clone(first.rules()), covered);
    retro.replaced(Some(first), Arc::new(second));
    within(&|| alerts(&records).len() == 1);
    let alert = alerts(&records).pop().unwrap();
    assert_eq!(alert.earlier.unwrap().status, Status::NotCovered);
    assert_eq!(alert.verdict.status, Status::NotFound);
}
