use hawkshaw_records::{
    Cursor, PageRequest, RecordId, RecordsError, RegistrationFilter, RegistrationKind, Scope,
};
use hawkshaw_screening::Query;

use crate::support::{at, key, open, owner, register, transfer};

#[test]
fn what_was_registered_comes_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let mut new = transfer("a", 1);
    new.query.asset = Some("eip155:1/slip44:60".parse().unwrap());
    new.query.amount = Some("12345678901234567890123".parse().unwrap());
    new.user = Some("user \u{202e} ' \0 1".to_owned());
    new.reference = Some("0xabc:1".to_owned());
    new.extra = Some("{}".to_owned());
    let (id, query, answer) = (new.id, new.query.clone(), new.answer.clone());
    let made = register(&records, new);
    assert!(made.is_new);
    drop(records);
    let records = open(folder.path());
    let found = records.registration(&Scope::Owner(owner("a")), id).unwrap();
    assert_eq!(found, made.registration);
    assert_eq!((found.query, found.given, found.latest), (query, answer, None));
}

#[test]
fn nobody_sees_what_is_another_keys() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let made = register(&records, transfer("a", 1));
    let id = made.registration.id;
    let other = Scope::Owner(owner("b"));
    assert!(matches!(records.registration(&other, id), Err(RecordsError::NotFound(_))));
    let filter = RegistrationFilter::default();
    let page = records.registrations(&other, &filter, PageRequest::default()).unwrap();
    assert!(page.items.is_empty() && page.next.is_none());
    let stolen = PageRequest { after: cursor(id), ..PageRequest::default() };
    let refused = records.registrations(&other, &filter, stolen);
    assert!(matches!(refused, Err(RecordsError::NotFound("cursor"))), "{refused:?}");
    assert!(matches!(records.unwatch(&other, id, at(5)).wait(), Err(RecordsError::NotFound(_))));
    assert!(records.registration(&Scope::Everything, id).unwrap().removed.is_none());
}

fn cursor(id: RecordId) -> Option<Cursor> {
    Some(format!("c{}", id.to_string().replace('-', "")).parse().unwrap())
}

#[test]
fn the_same_reference_is_registered_once_for_each_key() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let with_reference = |name: &str, number: u64| {
        let mut new = transfer(name, number);
        new.reference = Some("tx:0".to_owned());
        new
    };
    let first = register(&records, with_reference("a", 1));
    let again = register(&records, with_reference("a", 1));
    assert!(!again.is_new);
    assert_eq!(again.registration, first.registration);
    assert!(register(&records, with_reference("a", 2)).is_new, "another address");
    assert!(register(&records, with_reference("b", 1)).is_new, "another key");
    let mut user = with_reference("a", 1);
    user.user = Some("u".to_owned());
    assert!(register(&records, user).is_new, "another user");
    // Within one call too.
    let both = vec![with_reference("c", 1), with_reference("c", 1)];
    let both = records.register(both, None).wait().unwrap();
    assert_eq!(both.iter().map(|one| one.is_new).collect::<Vec<_>>(), [true, false]);
    assert_eq!(both[0].registration.id, both[1].registration.id);
    assert!(register(&records, transfer("a", 1)).is_new, "without a reference every one is new");
}

#[test]
fn an_address_is_watched_once_and_again_after_it_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let watch = || {
        let mut new = transfer("a", 1);
        new.kind = RegistrationKind::Address;
        new
    };
    let first = register(&records, watch());
    let id = first.registration.id;
    let scope = Scope::Owner(owner("a"));
    records.unwatch(&scope, id, at(9)).wait().unwrap();
    assert_eq!(records.registration(&scope, id).unwrap().removed, Some(at(9)));
    let again = register(&records, watch());
    assert_eq!(
        (again.is_new, again.registration.id, again.registration.removed),
        (false, id, None)
    );
    assert_eq!(records.registration(&scope, id).unwrap().removed, None);
}

#[test]
fn pages_give_everything_once_while_more_is_registered() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let all: Vec<_> = (0..25).map(|n| transfer("a", n)).collect();
    let ids: Vec<RecordId> = all.iter().map(|new| new.id).collect();
    records.register(all, None).wait().unwrap();
    register(&records, transfer("b", 1));
    let scope = Scope::Owner(owner("a"));
    for is_descending in [false, true] {
        let mut page = PageRequest { after: None, limit: 7, is_descending };
        let mut seen = Vec::new();
        loop {
            let filter = RegistrationFilter::default();
            let found = records.registrations(&scope, &filter, page).unwrap();
            seen.extend(found.items.iter().map(|item| item.id));
            if is_descending {
                register(&records, transfer("a", 99));
            }
            match found.next {
                Some(next) => page.after = Some(next),
                None => break,
            }
        }
        if is_descending {
            seen.reverse();
        }
        assert_eq!(seen, ids);
    }
}

#[test]
fn filters_find_what_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let mut first = transfer("a", 1);
    (first.reference, first.user) = (Some("r".to_owned()), Some("u".to_owned()));
    let first = register(&records, first).registration.id;
    let mut second = transfer("a", 2);
    second.time = at(1_800_000_000);
    let second = register(&records, second).registration.id;
    let mut third = transfer("a", 3);
    third.kind = RegistrationKind::WithdrawalAttempt;
    let third = register(&records, third).registration.id;
    let found = |filter: &RegistrationFilter| -> Vec<RecordId> {
        let page = PageRequest { is_descending: false, ..PageRequest::default() };
        let scope = Scope::Owner(owner("a"));
        let page = records.registrations(&scope, filter, page).unwrap();
        page.items.iter().map(|item| item.id).collect()
    };
    let any = RegistrationFilter::default;
    assert_eq!(found(&any()), [first, second]);
    let attempts = Some(RegistrationKind::WithdrawalAttempt);
    assert_eq!(found(&RegistrationFilter { kind: attempts, ..any() }), [third]);
    assert_eq!(found(&RegistrationFilter { key: Some(key(2)), ..any() }), [second]);
    let reference = Some("r".to_owned());
    assert_eq!(found(&RegistrationFilter { reference, ..any() }), [first]);
    assert_eq!(found(&RegistrationFilter { user: Some("u".to_owned()), ..any() }), [first]);
    let later = Some(at(1_700_000_001));
    assert_eq!(found(&RegistrationFilter { since: later, ..any() }), [second]);
    assert_eq!(found(&RegistrationFilter { until: later, ..any() }), [first]);
    let hostile = Some("r' OR 1 = 1 --".to_owned());
    assert!(found(&RegistrationFilter { reference: hostile, ..any() }).is_empty());
}

#[test]
fn what_is_too_long_is_refused_and_nothing_of_the_call_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let mut long = transfer("a", 1);
    long.query = Query { address: "x".repeat(10_000), ..Query::default() };
    let refused = records.register(vec![transfer("a", 2), long], None).wait();
    assert!(matches!(refused, Err(RecordsError::Refused(_))), "{refused:?}");
    let twice = transfer("a", 3);
    let refused = records.register(vec![transfer("a", 4), twice.clone(), twice], None).wait();
    assert!(refused.is_err(), "the same id twice");
    let filter = RegistrationFilter::default();
    let page = records.registrations(&Scope::Everything, &filter, PageRequest::default()).unwrap();
    assert!(page.items.is_empty());
}

#[test]
fn many_threads_register_and_read_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    std::thread::scope(|scope| {
        for thread in 0..8u64 {
            let records = &records;
            scope.spawn(move || {
                for number in 0..50 {
                    let made = register(records, transfer("a", thread * 100 + number));
                    let id = made.registration.id;
                    assert_eq!(records.registration(&Scope::Everything, id).unwrap().id, id);
                }
            });
        }
    });
    let page = PageRequest { limit: 1000, ..PageRequest::default() };
    let filter = RegistrationFilter::default();
    let found = records.registrations(&Scope::Everything, &filter, page).unwrap();
    assert_eq!(found.items.len(), 400);
    records.check().unwrap();
}
