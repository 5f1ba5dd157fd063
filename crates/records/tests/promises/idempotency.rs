use std::time::Duration;

use hawkshaw_records::{
    Begun, IdempotencyKey, Records, RecordsError, RegistrationFilter, Scope, StoredResponse,
    UnixMillis,
};

use crate::support::{open, owner, transfer};

fn begin(records: &Records, name: &str, key: &str, digest: u8, now: UnixMillis) -> Begun {
    let key = IdempotencyKey::new(key).unwrap();
    records.begin(&owner(name), key, [digest; 32], now).unwrap()
}

fn response(text: &str) -> StoredResponse {
    StoredResponse {
        status: 201,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: text.as_bytes().to_vec(),
    }
}

#[test]
fn a_repeated_request_registers_nothing_and_gets_the_same_response() {
    let folder = tempfile::tempdir().unwrap();
    let now = UnixMillis::now();
    let records = open(folder.path());
    let Begun::New(in_flight) = begin(&records, "a", "k", 1, now) else { panic!("it is new") };
    assert!(matches!(begin(&records, "a", "k", 1, now), Begun::InFlight));
    assert!(matches!(begin(&records, "a", "k", 2, now), Begun::Mismatch));
    let Begun::New(other) = begin(&records, "b", "k", 2, now) else { panic!("another's key") };
    drop(other);
    let respond = Box::new(|made: &[hawkshaw_records::Registered]| {
        response(&made[0].registration.id.to_string())
    });
    let made = records.register(vec![transfer("a", 1)], Some((in_flight, respond))).wait();
    let id = made.unwrap()[0].registration.id.to_string();
    for records in [records, open_again(&folder)] {
        let Begun::Done(kept) = begin(&records, "a", "k", 1, now) else { panic!("it is done") };
        assert_eq!(kept, response(&id));
        assert!(matches!(begin(&records, "a", "k", 2, now), Begun::Mismatch));
        let later = now.plus(Duration::from_secs(25 * 3600));
        assert!(matches!(begin(&records, "a", "k", 2, later), Begun::New(_)));
        drop(records);
    }
}

fn open_again(folder: &tempfile::TempDir) -> Records {
    // The lock of the records before goes with them.
    let path = folder.path().to_path_buf();
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(path).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let kept = copy.keep();
    open(&kept)
}

#[test]
fn a_request_that_failed_may_be_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let now = UnixMillis::now();
    let Begun::New(in_flight) = begin(&records, "a", "k", 1, now) else { panic!("it is new") };
    let mut long = transfer("a", 1);
    long.reference = Some("x".repeat(100_000));
    let respond = Box::new(|_: &[hawkshaw_records::Registered]| response("never"));
    records.register(vec![long], Some((in_flight, respond))).wait().unwrap_err();
    let Begun::New(in_flight) = begin(&records, "a", "k", 1, now) else { panic!("again") };
    records.finish(in_flight, response("done")).wait().unwrap();
    assert!(matches!(begin(&records, "a", "k", 1, now), Begun::Done(_)));
}

#[test]
fn a_responder_that_panics_undoes_what_was_registered_and_stops_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let now = UnixMillis::now();
    let Begun::New(in_flight) = begin(&records, "a", "k", 1, now) else { panic!("it is new") };
    let respond = Box::new(|_: &[hawkshaw_records::Registered]| panic!("on purpose"));
    let refused = records.register(vec![transfer("a", 1)], Some((in_flight, respond))).wait();
    assert!(matches!(refused, Err(RecordsError::Database(_))), "{refused:?}");
    let filter = RegistrationFilter::default();
    let page = records.registrations(&Scope::Everything, &filter, Default::default()).unwrap();
    assert!(page.items.is_empty());
    records.register(vec![transfer("a", 2)], None).wait().unwrap();
    assert!(matches!(begin(&records, "a", "k", 1, now), Begun::New(_)));
}

#[test]
fn of_many_that_begin_at_once_one_works() {
    let folder = tempfile::tempdir().unwrap();
    let records = open(folder.path());
    let now = UnixMillis::now();
    let new = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                if let Begun::New(in_flight) = begin(&records, "a", "k", 1, now) {
                    new.lock().unwrap().push(in_flight);
                }
            });
        }
    });
    assert_eq!(new.lock().unwrap().len(), 1);
}

#[test]
fn keys_are_short_visible_text() {
    for bad in ["", "a\nb", "é", "\u{0}"] {
        assert!(IdempotencyKey::new(bad).is_err(), "{bad:?}");
    }
    assert!(IdempotencyKey::new(&"x".repeat(256)).is_err());
    assert!(IdempotencyKey::new(&"x".repeat(255)).is_ok());
}
