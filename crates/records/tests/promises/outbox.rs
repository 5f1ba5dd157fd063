use std::collections::BTreeSet;
use std::time::Duration;

use hawkshaw_records::{
    AlertChange, DeliveryState, EventKind, Failed, NewSubscription, PageRequest, RecordId, Records,
    RecordsError, Scope, Subscription, SubscriptionChange, UnixMillis,
};
use hawkshaw_screening::{Action, Status};

use crate::support::{answer, at, open, owner, register, transfer};

fn subscribe(records: &Records, name: &str, events: &[EventKind]) -> Subscription {
    let new = NewSubscription {
        owner: owner(name),
        url: format!("https://{name}.example/hook"),
        description: None,
        events: events.to_vec(),
    };
    records.subscribe(new, at(1)).wait().unwrap()
}

fn raise(records: &Records, name: &str, number: u64) -> RecordId {
    let mut new = transfer(name, number);
    new.answer = answer(Status::Hit, Action::Hold, "v1");
    new.is_alert = true;
    register(records, new).alert.unwrap()
}

#[test]
fn an_event_goes_to_those_who_own_and_want_it() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let raised = subscribe(&records, "a", &[EventKind::AlertRaised]);
    let both = subscribe(&records, "a", &EventKind::ALL);
    subscribe(&records, "b", &EventKind::ALL);
    let alert = raise(&records, "a", 1);
    let now = UnixMillis::now();
    let claimed = records.claim(now, 10, 10).wait().unwrap();
    let to: BTreeSet<RecordId> = claimed.iter().map(|one| one.subscription).collect();
    assert_eq!(to, BTreeSet::from([raised.id, both.id]));
    for one in &claimed {
        assert_eq!(one.attempt, 1);
        let payload: serde_json::Value = serde_json::from_str(&one.payload).unwrap();
        assert_eq!(payload["type"], "alert.raised");
        assert_eq!(payload["alert"]["id"], alert.to_string());
        assert!(one.secrets[0].text.starts_with("whsec_"));
        records.delivered(one.id, 204, now).wait().unwrap();
    }
    let comment = AlertChange::Comment("seen".to_owned());
    records.change_alert(&Scope::Everything, alert, comment, "eve", at(2)).wait().unwrap();
    let claimed = records.claim(now, 10, 10).wait().unwrap();
    assert_eq!(claimed.iter().map(|one| one.subscription).collect::<Vec<_>>(), [both.id]);
    assert!(records.claim(now, 10, 10).wait().unwrap().is_empty(), "it is being sent");
}

#[test]
fn a_repetition_has_the_same_id_and_a_higher_number_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let now = UnixMillis::now();
    let records = open(folder.path());
    subscribe(&records, "a", &EventKind::ALL);
    raise(&records, "a", 1);
    let first = records.claim(now, 10, 10).wait().unwrap().pop().unwrap();
    // The process ends while it sends.
    drop(records);
    let records = open(folder.path());
    let second = records.claim(now, 10, 10).wait().unwrap().pop().unwrap();
    assert_eq!((second.id, second.attempt), (first.id, 2));
    assert_eq!(second.payload, first.payload);
    let next = now.plus(Duration::from_secs(60));
    let why = Failed { answered: Some(500), error: "no".to_owned(), next: Some(next) };
    records.failed(second.id, why, now).wait().unwrap();
    assert!(records.claim(now, 10, 10).wait().unwrap().is_empty(), "it is not due");
    assert_eq!(records.next_due().unwrap(), Some(next));
    let third = records.claim(next, 10, 10).wait().unwrap().pop().unwrap();
    assert_eq!((third.id, third.attempt), (first.id, 3));
    let why = Failed { answered: None, error: "gone".to_owned(), next: None };
    records.failed(third.id, why, now).wait().unwrap();
    let scope = Scope::Owner(owner("a"));
    let dead = Some(DeliveryState::Dead);
    let letters = records.deliveries(&scope, dead, PageRequest::default()).unwrap();
    assert_eq!(letters.items[0].error.as_deref(), Some("gone"));
    let other = Scope::Owner(owner("b"));
    assert!(records.deliveries(&other, dead, PageRequest::default()).unwrap().items.is_empty());
    let refused = records.requeue(&other, first.id, now).wait();
    assert!(matches!(refused, Err(RecordsError::NotFound(_))), "{refused:?}");
    records.requeue(&scope, first.id, now).wait().unwrap();
    let fourth = records.claim(now, 10, 10).wait().unwrap().pop().unwrap();
    assert_eq!((fourth.id, fourth.attempt), (first.id, 4));
    records.delivered(fourth.id, 200, now).wait().unwrap();
    // A late word about an earlier attempt changes nothing.
    let why = Failed { answered: None, error: "late".to_owned(), next: Some(now) };
    records.failed(fourth.id, why, now).wait().unwrap();
    assert!(records.claim(next, 10, 10).wait().unwrap().is_empty());
}

#[test]
fn a_receiver_that_is_down_takes_no_turns_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let down = subscribe(&records, "a", &EventKind::ALL);
    let up = subscribe(&records, "b", &EventKind::ALL);
    for number in 0..10 {
        raise(&records, "a", number);
    }
    raise(&records, "b", 1);
    let now = UnixMillis::now();
    let count = |claimed: &[hawkshaw_records::Claimed], id| {
        claimed.iter().filter(|one| one.subscription == id).count()
    };
    let claimed = records.claim(now, 100, 2).wait().unwrap();
    assert_eq!((count(&claimed, down.id), count(&claimed, up.id)), (2, 1));
    assert!(records.claim(now, 100, 2).wait().unwrap().is_empty(), "two are being sent");
    records.delivered(claimed[0].id, 200, now).wait().unwrap();
    assert_eq!(records.claim(now, 100, 2).wait().unwrap().len(), 1);
}

#[test]
fn secrets_are_replaced_while_the_old_one_is_good() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let scope = Scope::Owner(owner("a"));
    let made = subscribe(&records, "a", &EventKind::ALL);
    let change = SubscriptionChange::Rotate(at(100));
    let rotated = records.change_subscription(&scope, made.id, change, at(10)).wait().unwrap();
    assert_eq!(rotated.secrets.len(), 2);
    assert_eq!(rotated.secrets[1].text, made.secrets[0].text);
    assert_eq!(rotated.secrets[1].until, Some(at(100)));
    assert_ne!(rotated.secrets[0].text, made.secrets[0].text);
    assert!(!format!("{rotated:?}").contains(&rotated.secrets[0].text));
    // The first has ended; the second ends at once.
    let change = SubscriptionChange::Rotate(at(200));
    let rotated = records.change_subscription(&scope, made.id, change, at(200)).wait().unwrap();
    assert_eq!(rotated.secrets.len(), 1);
    let other = Scope::Owner(owner("b"));
    assert!(matches!(records.subscription(&other, made.id), Err(RecordsError::NotFound(_))));
    assert!(records.subscriptions(&other).unwrap().is_empty());
}

#[test]
fn what_waits_for_an_ended_subscription_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let scope = Scope::Owner(owner("a"));
    let made = subscribe(&records, "a", &EventKind::ALL);
    raise(&records, "a", 1);
    records.unsubscribe(&scope, made.id, at(5)).wait().unwrap();
    assert!(records.claim(UnixMillis::now(), 10, 10).wait().unwrap().is_empty());
    raise(&records, "a", 2);
    assert!(records.claim(UnixMillis::now(), 10, 10).wait().unwrap().is_empty());
    assert!(records.subscriptions(&scope).unwrap().is_empty());
    let again = records.unsubscribe(&scope, made.id, at(6)).wait();
    assert!(matches!(again, Err(RecordsError::NotFound(_))), "{again:?}");
}

#[test]
fn an_owner_who_may_hear_no_more_hears_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    subscribe(&records, "a", &EventKind::ALL);
    subscribe(&records, "a", &EventKind::ALL);
    let other = subscribe(&records, "b", &EventKind::ALL);
    raise(&records, "a", 1);
    assert_eq!(records.subscribers().unwrap(), [owner("a"), owner("b")]);
    assert_eq!(records.unsubscribe_owner(&owner("a"), at(5)).wait().unwrap(), 2);
    assert_eq!(records.unsubscribe_owner(&owner("a"), at(6)).wait().unwrap(), 0);
    raise(&records, "a", 2);
    raise(&records, "b", 3);
    let claimed = records.claim(UnixMillis::now(), 10, 10).wait().unwrap();
    let to: Vec<RecordId> = claimed.iter().map(|one| one.subscription).collect();
    assert_eq!((to, records.subscribers().unwrap()), (vec![other.id], vec![owner("b")]));
}

#[test]
fn what_was_taken_long_ago_is_thrown_away_with_its_event() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    subscribe(&records, "a", &EventKind::ALL);
    let stuck = subscribe(&records, "a", &EventKind::ALL);
    let now = UnixMillis::now();
    let long_ago = UnixMillis(now.0 - 31 * 24 * 3600 * 1000);
    raise(&records, "a", 1);
    raise(&records, "a", 2);
    let claimed = records.claim(now, 10, 10).wait().unwrap();
    assert_eq!(claimed.len(), 4);
    // One event was taken by both long ago, the other by one of them, and that just now.
    for one in &claimed {
        let is_first = one.payload == claimed[0].payload;
        if is_first {
            records.delivered(one.id, 200, long_ago).wait().unwrap();
        } else if one.subscription != stuck.id {
            records.delivered(one.id, 200, now).wait().unwrap();
        }
    }
    // The writer tidies up when it begins to work.
    drop(records);
    let count = |sql: &str| -> i64 {
        let file = folder.path().join("records.sqlite");
        let connection = rusqlite::Connection::open(file).unwrap();
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count("SELECT count(*) FROM deliveries"), 4);
    let records = open(folder.path());
    records.probe().wait().unwrap();
    drop(records);
    assert_eq!(count("SELECT count(*) FROM deliveries"), 2);
    assert_eq!(count("SELECT count(*) FROM events"), 1);
    assert_eq!(count("SELECT count(*) FROM alerts"), 2);
}

#[test]
fn there_is_an_end_to_subscriptions() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    for _ in 0..20 {
        subscribe(&records, "a", &EventKind::ALL);
    }
    let new = |url: &str, events: &[EventKind]| NewSubscription {
        owner: owner("a"),
        url: url.to_owned(),
        description: None,
        events: events.to_vec(),
    };
    let more = records.subscribe(new("https://x.example", &EventKind::ALL), at(1)).wait();
    assert!(matches!(more, Err(RecordsError::Conflict(_))), "{more:?}");
    for bad in [new("", &EventKind::ALL), new("https://x.example", &[])] {
        let refused = records.subscribe(bad, at(1)).wait();
        assert!(matches!(refused, Err(RecordsError::Refused(_))), "{refused:?}");
    }
}
