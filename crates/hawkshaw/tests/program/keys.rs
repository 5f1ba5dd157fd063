//! `hawkshaw keys`.

use hawkshaw_records::{KeyRefusal, Keys, Role, UnixMillis};

use crate::support::hawkshaw;

#[test]
fn a_key_is_made_listed_rotated_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_str().unwrap();
    let now = UnixMillis::now().to_timestamp();
    let made = hawkshaw([
        "keys",
        "create",
        "--state",
        state,
        "--name",
        "desk\u{1b}[2J",
        "--role",
        "screen,register",
        "--per-second",
        "7",
        "--json",
    ]);
    let made = made.ended(0).json();
    let (id, text) = (made["id"].as_str().unwrap(), made["key"].as_str().unwrap());
    let open = || Keys::open(folder.path()).unwrap();
    let key = open().verify(text, now).unwrap();
    assert_eq!(key.limits.per_second, Some(7));
    assert!(key.may(Role::Register) && !key.may(Role::Alerts));
    let listed = hawkshaw(["keys", "list", "--state", state]).ended(0);
    listed.answers(id).answers("screen,register").answers("desk\u{fffd}[2J");
    let rotated = hawkshaw(["keys", "rotate", id, "--state", state, "--overlap", "0", "--json"]);
    let rotated = rotated.ended(0).json();
    let fresh = rotated["key"].as_str().unwrap();
    let now = UnixMillis::now().to_timestamp();
    assert_eq!(open().verify(text, now), Err(KeyRefusal::Invalid));
    open().verify(fresh, now).unwrap();
    hawkshaw(["keys", "revoke", id, "--state", state]).ended(0).answers("is revoked");
    assert_eq!(open().verify(fresh, now), Err(KeyRefusal::Revoked));
    hawkshaw(["keys", "revoke", "nobody", "--state", state]).ended(2).explains("no key `nobody`");
    let unknown = ["keys", "create", "--state", state, "--role", "king"];
    hawkshaw(unknown).ended(2).explains("is no role");
    let past = ["keys", "create", "--state", state, "--role", "screen", "--expires", "2020-01-01"];
    hawkshaw(past).ended(2).explains("expired already");
}
