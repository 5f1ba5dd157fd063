use hawkshaw_records::{
    AlertChange, AlertFilter, AlertQueue, AlertState, NewAlert, PageRequest, RecordId, Records,
    RecordsError, Scope,
};
use hawkshaw_screening::{Action, Status};

use crate::support::{answer, at, open, owner, register, transfer};

const NOW: i64 = 1_700_000_100;

fn raised(records: &Records, name: &str, number: u64) -> RecordId {
    let mut new = transfer(name, number);
    new.answer = answer(Status::Hit, Action::Hold, "v1");
    new.is_alert = true;
    register(records, new).alert.unwrap()
}

#[test]
fn an_alert_goes_from_open_to_closed_and_back_with_its_history() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let scope = Scope::Owner(owner("a"));
    let id = raised(&records, "a", 1);
    let change = |change, now| records.change_alert(&scope, id, change, "eve", at(now)).wait();
    let assigned = change(AlertChange::Assign(Some("eve".to_owned())), NOW).unwrap();
    assert_eq!(assigned.assignee.as_deref(), Some("eve"));
    change(AlertChange::Comment("looks bad".to_owned()), NOW + 1).unwrap();
    let snoozed = change(AlertChange::Snooze(at(NOW + 100)), NOW + 2).unwrap();
    assert_eq!((snoozed.state, snoozed.snoozed_until), (AlertState::Snoozed, Some(at(NOW + 100))));
    assert_eq!(snoozed.assignee.as_deref(), Some("eve"), "a comment takes nobody away");
    let woken = records.alert(&scope, id, at(NOW + 100)).unwrap();
    assert_eq!((woken.state, woken.snoozed_until), (AlertState::Open, None));
    let closed = change(AlertChange::Close("paid back".to_owned()), NOW + 101).unwrap();
    assert_eq!((closed.state, closed.reason.as_deref()), (AlertState::Closed, Some("paid back")));
    for refused in [
        AlertChange::Close("again".to_owned()),
        AlertChange::Snooze(at(NOW + 500)),
        AlertChange::Assign(None),
    ] {
        let refused = change(refused, NOW + 102);
        assert!(matches!(refused, Err(RecordsError::Conflict(_))), "{refused:?}");
    }
    let reopened = change(AlertChange::Reopen, NOW + 103).unwrap();
    assert_eq!((reopened.state, reopened.reason), (AlertState::Open, None));
    assert!(matches!(change(AlertChange::Reopen, NOW + 104), Err(RecordsError::Conflict(_))));
    let history = records.alert_history(&scope, id).unwrap();
    let what: Vec<&str> = history.iter().map(|event| event.what.as_str()).collect();
    assert_eq!(what, ["raised", "assigned", "commented", "snoozed", "closed", "reopened"]);
    assert_eq!(history[4].text.as_deref(), Some("paid back"));
    assert!(history.iter().skip(1).all(|event| event.who == "eve"));
}

#[test]
fn queues_and_states_are_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let scope = Scope::Owner(owner("a"));
    let first = raised(&records, "a", 1);
    let second = raised(&records, "a", 2);
    raised(&records, "b", 3);
    let registration = records.alert(&scope, first, at(NOW)).unwrap().registration;
    let queue = AlertQueue::Retroactive;
    let new = NewAlert { registration, queue, time: at(NOW) };
    let third = records.raise(&scope, new.clone()).wait().unwrap();
    let other = Scope::Owner(owner("b"));
    assert!(matches!(records.raise(&other, new).wait(), Err(RecordsError::NotFound(_))));
    let until = AlertChange::Snooze(at(NOW + 10));
    records.change_alert(&scope, second, until, "eve", at(NOW)).wait().unwrap();
    let found = |filter: AlertFilter, now: i64| -> Vec<RecordId> {
        let page = PageRequest { is_descending: false, ..PageRequest::default() };
        let page = records.alerts(&scope, &filter, page, at(now)).unwrap();
        page.items.iter().map(|alert| alert.id).collect()
    };
    let any = AlertFilter::default;
    assert_eq!(found(any(), NOW), [first, second, third]);
    assert_eq!(found(AlertFilter { queue: Some(queue), ..any() }, NOW), [third]);
    let registration = Some(registration);
    assert_eq!(found(AlertFilter { registration, ..any() }, NOW), [first, third]);
    let open = AlertFilter { state: Some(AlertState::Open), ..any() };
    assert_eq!(found(open, NOW), [first, third]);
    assert_eq!(found(open, NOW + 10), [first, second, third], "it woke up");
    let snoozed = AlertFilter { state: Some(AlertState::Snoozed), ..any() };
    assert_eq!(found(snoozed, NOW), [second]);
    assert!(found(snoozed, NOW + 10).is_empty());
    let page = PageRequest { limit: 2, is_descending: false, after: None };
    let page = records.alerts(&scope, &any(), page, at(NOW)).unwrap();
    let page = PageRequest { limit: 2, is_descending: false, after: page.next };
    let rest = records.alerts(&scope, &any(), page, at(NOW)).unwrap();
    assert_eq!((rest.items.len(), rest.items[0].id, rest.next), (1, third, None));
}

#[test]
fn nobody_works_on_another_keys_alert() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let id = raised(&records, "a", 1);
    let other = Scope::Owner(owner("b"));
    assert!(matches!(records.alert(&other, id, at(NOW)), Err(RecordsError::NotFound(_))));
    assert!(matches!(records.alert_history(&other, id), Err(RecordsError::NotFound(_))));
    let comment = AlertChange::Comment("mine".to_owned());
    let refused = records.change_alert(&other, id, comment, "b", at(NOW)).wait();
    assert!(matches!(refused, Err(RecordsError::NotFound(_))), "{refused:?}");
    assert_eq!(records.alert_history(&Scope::Everything, id).unwrap().len(), 1);
}

#[test]
fn empty_and_endless_texts_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let scope = Scope::Everything;
    let id = raised(&records, "a", 1);
    for change in [
        AlertChange::Comment(" \n".to_owned()),
        AlertChange::Close(String::new()),
        AlertChange::Comment("x".repeat(5000)),
        AlertChange::Assign(Some("x".repeat(5000))),
        AlertChange::Snooze(at(NOW)),
    ] {
        let refused = records.change_alert(&scope, id, change.clone(), "eve", at(NOW)).wait();
        assert!(matches!(refused, Err(RecordsError::Refused(_))), "{change:?}: {refused:?}");
    }
}
