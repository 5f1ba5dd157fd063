//! What the tests share.

use std::path::Path;

use hawkshaw_model::{Account, Timestamp};
use hawkshaw_records::{
    GivenAnswer, KeyId, NewRegistration, RecordId, Records, Registered, RegistrationKind,
    StateFolder, Verdict,
};
use hawkshaw_screening::{Action, AddressKey, Direction, Query, Status};

/// Opened records; the folder is locked while they live.
pub(crate) fn open(path: &Path) -> Records {
    Records::open(&StateFolder::open(path).unwrap()).unwrap()
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds).unwrap()
}

pub(crate) fn owner(name: &str) -> KeyId {
    name.parse().unwrap()
}

pub(crate) fn address(number: u64) -> String {
    format!("0x{number:040x}")
}

pub(crate) fn key(number: u64) -> AddressKey {
    let account: Account = format!("eip155:1:{}", address(number)).parse().unwrap();
    AddressKey::of(&account)
}

pub(crate) fn answer(status: Status, action: Action, version: &str) -> GivenAnswer {
    let listings = match status {
        Status::Hit => vec!["ofac-sdn sanctions 1".to_owned()],
        _ => Vec::new(),
    };
    let verdict =
        Verdict { status, action, rule: None, listings, data_version: version.to_owned() };
    GivenAnswer { json: format!("{{\"status\":\"{status}\"}}"), verdict }
}

pub(crate) fn clean(version: &str) -> GivenAnswer {
    answer(Status::NotFound, Action::Allow, version)
}

pub(crate) fn transfer(name: &str, number: u64) -> NewRegistration {
    NewRegistration {
        id: RecordId::new().unwrap(),
        owner: owner(name),
        kind: RegistrationKind::Transfer,
        time: at(1_700_000_000),
        query: Query {
            address: address(number),
            chain: Some("eip155:1".parse().unwrap()),
            direction: Some(Direction::Received),
            ..Query::default()
        },
        key: Some(key(number)),
        user: None,
        reference: None,
        extra: None,
        answer: clean("v1"),
        is_alert: false,
    }
}

pub(crate) fn register(records: &Records, new: NewRegistration) -> Registered {
    records.register(vec![new], None).wait().unwrap().pop().unwrap()
}
