use hawkshaw_model::{Amount, Usd};
use hawkshaw_records::{
    AlertFilter, AlertQueue, Changed, Cursor, NewRegistration, PageRequest, RecordId, RecordsError,
    RegistrationFilter, RegistrationKind, Scope,
};
use hawkshaw_screening::{Action, Direction, Query, Status};

use crate::support::{answer, at, key, open, owner, register, transfer};

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

fn refused(records: &hawkshaw_records::Records, new: NewRegistration) -> String {
    match records.register(vec![new], None).wait() {
        Err(RecordsError::Conflict(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_reference_with_another_amount_is_refused_and_says_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let with_amount = |amount: Option<u64>| {
        let mut new = transfer("a", 1);
        new.reference = Some("dd".to_owned());
        new.query.amount = amount.map(Amount::from);
        new
    };
    let first = register(&records, with_amount(Some(5)));
    let why = refused(&records, with_amount(Some(5_000_000)));
    assert!(why.contains("`amount` was 5 and is 5000000"), "{why}");
    let why = refused(&records, with_amount(None));
    assert!(why.contains("`amount` was 5 and is not given"), "{why}");
    let mut dear = with_amount(Some(5));
    dear.query.usd = Some(Usd::from_cents(100));
    assert!(refused(&records, dear).contains("`usd` was not given and is 1"));
    // Of a call in which one contradicts nothing is kept.
    let both = vec![transfer("a", 7), with_amount(Some(6))];
    assert!(records.register(both, None).wait().is_err());
    let filter = RegistrationFilter::default();
    let page = records.registrations(&Scope::Everything, &filter, PageRequest::default()).unwrap();
    assert_eq!(page.items.len(), 1);
    let again = register(&records, with_amount(Some(5)));
    assert_eq!((again.is_new, again.registration), (false, first.registration));
}

#[test]
fn the_reference_of_an_attempt_names_one_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let attempt = |number: u64, asset: &str| {
        let mut new = transfer("a", number);
        new.kind = RegistrationKind::WithdrawalAttempt;
        new.reference = Some("w-1".to_owned());
        new.query.direction = Some(Direction::Sent);
        new.query.asset = Some(asset.parse().unwrap());
        new
    };
    assert!(register(&records, attempt(1, "eip155:1/slip44:60")).is_new);
    assert!(!register(&records, attempt(1, "eip155:1/slip44:60")).is_new);
    let why = refused(&records, attempt(2, "eip155:1/slip44:60"));
    assert!(why.contains("`address` was 0x") && !why.contains("asset"), "{why}");
    let token = "eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7";
    assert!(refused(&records, attempt(1, token)).contains("`asset` was eip155:1/slip44:60"));
    let mut user = attempt(2, token);
    user.user = Some("u".to_owned());
    assert!(register(&records, user).is_new, "another user's");
}

#[test]
fn what_is_sent_again_is_told_what_is_known_now() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let with = |action: Action, version: &str| {
        let mut new = transfer("a", 1);
        new.reference = Some("r".to_owned());
        let status = if action == Action::Allow { Status::NotFound } else { Status::Hit };
        new.answer = answer(status, action, version);
        new
    };
    register(&records, with(Action::Allow, "v1"));
    // The search does not know v2 yet: the sterner answer counts at once, with an alert.
    let again = register(&records, with(Action::Hold, "v2"));
    assert!(!again.is_new);
    assert_eq!(again.registration.verdict().action, Action::Hold);
    let alerts = AlertFilter { queue: Some(AlertQueue::Retroactive), ..AlertFilter::default() };
    let count = || {
        let page = records.alerts(&Scope::Everything, &alerts, PageRequest::default(), at(9));
        page.unwrap().items.len()
    };
    assert_eq!(count(), 1);
    // A milder one may be the older one.
    let again = register(&records, with(Action::Allow, "v1"));
    assert_eq!((again.registration.verdict().action, count()), (Action::Hold, 1));
    records.answers_change("v3", &Changed::Keys(Vec::new())).unwrap();
    let again = register(&records, with(Action::Allow, "v3"));
    assert_eq!((again.registration.verdict().action, count()), (Action::Allow, 2));
    assert_eq!(again.registration.given.verdict.action, Action::Allow);
}

#[test]
fn a_surface_joins_what_it_keeps_and_may_refuse() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let rejoin = || -> hawkshaw_records::Rejoin {
        Box::new(|before, now| match (&before.extra, &now.extra) {
            (Some(a), Some(b)) if b != "no" => Ok(Some(format!("{a}{b}"))),
            _ => Err(RecordsError::Conflict("it says no".to_owned())),
        })
    };
    let with = |number: u64, extra: &str| {
        let mut new = transfer("a", number);
        (new.reference, new.extra) = (Some("r".to_owned()), Some(extra.to_owned()));
        records.register_joining(vec![new], None, Some(rejoin())).wait()
    };
    let id = with(1, "a").unwrap()[0].registration.id;
    let joined = with(1, "b").unwrap().pop().unwrap();
    assert_eq!((joined.is_new, joined.registration.extra.as_deref()), (false, Some("ab")));
    assert!(matches!(with(1, "no"), Err(RecordsError::Conflict(_))));
    assert_eq!(records.registration(&Scope::Everything, id).unwrap().extra.as_deref(), Some("ab"));
    // Its references name one transfer each.
    let why = with(2, "a").unwrap_err().to_string();
    assert!(why.contains("`address` was"), "{why}");
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
