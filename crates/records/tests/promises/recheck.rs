use std::collections::BTreeSet;
use std::sync::Mutex;

use hawkshaw_records::{
    Alert, AlertFilter, AlertQueue, Changed, GivenAnswer, PageRequest, Records, RegistrationKind,
    Rescreen, Scope,
};
use hawkshaw_screening::{Action, Query, Status};
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

use crate::support::{address, answer, at, key, open, owner, register, transfer};

const NOW: i64 = 1_700_000_100;

/// Lists some addresses, and fails for others.
#[derive(Default)]
struct Lists {
    version: &'static str,
    listed: BTreeSet<u64>,
    broken: Mutex<BTreeSet<u64>>,
}

impl Lists {
    fn of(version: &'static str, listed: impl IntoIterator<Item = u64>) -> Self {
        Self { version, listed: listed.into_iter().collect(), ..Self::default() }
    }
}

impl Rescreen for Lists {
    fn answer(&self, query: &Query) -> Result<GivenAnswer, String> {
        assert!(query.now.is_some());
        let is = |set: &BTreeSet<u64>| set.iter().any(|n| address(*n) == query.address);
        if is(&self.broken.lock().unwrap()) {
            return Err("the index cannot be read".to_owned());
        }
        Ok(match is(&self.listed) {
            true => answer(Status::Hit, Action::Reject, self.version),
            false => answer(Status::NotFound, Action::Allow, self.version),
        })
    }
}

/// Runs to the end; gives how many alerts were raised, and how often a lookup failed.
fn run(records: &Records, lists: &Lists) -> (usize, usize) {
    let (mut from, mut alerts, mut failed) = (None, 0, 0);
    loop {
        let step = records.recheck(lists, from, at(NOW)).unwrap();
        alerts += step.alerts;
        failed += step.failed;
        match step.next {
            Some(next) => from = Some(next),
            None => return (alerts, failed),
        }
    }
}

fn alerts(records: &Records) -> Vec<Alert> {
    let page = PageRequest { limit: 1000, is_descending: false, after: None };
    let filter = AlertFilter::default();
    records.alerts(&Scope::Everything, &filter, page, at(NOW)).unwrap().items
}

fn changed(numbers: impl IntoIterator<Item = u64>) -> Changed {
    Changed::Keys(numbers.into_iter().map(key).collect())
}

#[test]
fn a_change_gives_one_alert_for_each_registration_of_the_address() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    records.answers_change("v1", &Changed::Everything).unwrap();
    let first = register(&records, transfer("a", 1)).registration.id;
    let mut watched = transfer("b", 1);
    watched.kind = RegistrationKind::Address;
    let second = register(&records, watched).registration.id;
    register(&records, transfer("a", 2));
    let lists = Lists::of("v2", [1]);
    let marked = records.answers_change("v2", &changed([1, 3, 1])).unwrap();
    assert_eq!(marked, Some(1), "only what is registered is looked at");
    assert_eq!(run(&records, &lists), (2, 0));
    let raised = alerts(&records);
    let about: BTreeSet<_> = raised.iter().map(|alert| alert.registration).collect();
    assert_eq!(about, BTreeSet::from([first, second]));
    for alert in &raised {
        assert_eq!(alert.queue, AlertQueue::Retroactive);
        assert_eq!(alert.earlier.as_ref().unwrap().status, Status::NotFound);
        assert_eq!(alert.verdict.action, Action::Reject);
    }
    let now = records.registration(&Scope::Owner(owner("a")), first).unwrap();
    assert_eq!(now.given.verdict.status, Status::NotFound, "what was said stays");
    assert_eq!(now.verdict().status, Status::Hit);
    // The same again, and everything: nothing is new.
    records.answers_change("v2", &changed([1])).unwrap();
    assert_eq!(run(&records, &lists), (0, 0));
    records.answers_change("v3", &Changed::Everything).unwrap();
    assert_eq!(run(&records, &lists), (0, 0));
    // A delisting is a change of its own.
    records.answers_change("v4", &changed([1])).unwrap();
    assert_eq!(run(&records, &Lists::of("v4", [])), (2, 0));
    assert_eq!(alerts(&records)[3].earlier.as_ref().unwrap().status, Status::Hit);
}

#[test]
fn what_is_registered_from_old_data_after_the_change_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    records.answers_change("v2", &changed([1])).unwrap();
    let lists = Lists::of("v2", [1]);
    assert_eq!(run(&records, &lists), (0, 0));
    // It was answered from v1 before the change and is registered behind it.
    register(&records, transfer("a", 1));
    assert_eq!(run(&records, &lists), (1, 0));
    let mut new = transfer("a", 1);
    new.answer = answer(Status::Hit, Action::Reject, "v2");
    register(&records, new);
    assert_eq!(run(&records, &lists), (0, 0));
}

#[test]
fn a_lookup_that_fails_is_looked_at_again_and_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    for number in 0..20 {
        register(&records, transfer("a", number));
    }
    let lists = Lists::of("v2", 0..20);
    lists.broken.lock().unwrap().extend([3, 4]);
    records.answers_change("v2", &changed(0..20)).unwrap();
    assert_eq!(run(&records, &lists), (18, 2));
    assert_eq!(run(&records, &lists), (0, 2));
    lists.broken.lock().unwrap().clear();
    assert_eq!(run(&records, &lists), (2, 0));
    // The same in a search through everything.
    lists.broken.lock().unwrap().extend([5]);
    records.answers_change("v3", &Changed::Everything).unwrap();
    let none = Lists { broken: Mutex::new(BTreeSet::from([5])), ..Lists::of("v3", []) };
    assert_eq!(run(&records, &none), (19, 1));
    none.broken.lock().unwrap().clear();
    assert_eq!(run(&records, &none), (1, 0));
}

#[test]
fn what_is_no_longer_watched_raises_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let id = register(&records, transfer("a", 1)).registration.id;
    records.unwatch(&Scope::Everything, id, at(NOW)).wait().unwrap();
    records.answers_change("v2", &Changed::Everything).unwrap();
    assert_eq!(run(&records, &Lists::of("v2", [1])), (0, 0));
}

#[test]
fn an_address_with_more_registrations_than_a_step_is_looked_at_whole() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let many = |number: u64, count: usize| {
        let new = (0..count).map(|_| transfer("a", number)).collect();
        records.register(new, None).wait().unwrap();
    };
    many(1, 4500);
    many(2, 1);
    many(3, 2000);
    records.answers_change("v2", &changed([1, 2, 3])).unwrap();
    assert_eq!(run(&records, &Lists::of("v2", [1, 2, 3])), (6501, 0));
    records.answers_change("v3", &Changed::Everything).unwrap();
    assert_eq!(run(&records, &Lists::of("v3", [1])), (2001, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// However often the search is broken off and begun again, every change gives one alert.
    #[test]
    fn breaking_off_loses_and_repeats_nothing(
        registered in proptest::collection::vec(0u64..30, 1..60),
        listed in proptest::collection::btree_set(0u64..30, 0..30),
        steps in 0usize..4,
        is_everything: bool,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let records = open(folder.path());
        for number in &registered {
            register(&records, transfer("a", *number));
        }
        let lists = Lists::of("v2", listed.iter().copied());
        let what = if is_everything { Changed::Everything } else { changed(0..30) };
        records.answers_change("v2", &what).unwrap();
        let mut raised = 0;
        for _ in 0..steps {
            raised += records.recheck(&lists, None, at(NOW)).unwrap().alerts;
        }
        drop(records);
        let records = open(folder.path());
        raised += run(&records, &lists).0;
        let expected = registered.iter().filter(|number| listed.contains(*number)).count();
        prop_assert_eq!(raised, expected);
        prop_assert_eq!(alerts(&records).len(), expected);
    }
}
