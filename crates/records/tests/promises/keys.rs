use std::time::{Duration, Instant};

use hawkshaw_records::{KeyId, KeyLimits, KeyRefusal, Keys, KeysError, NewKey, Role};
use proptest::prelude::proptest;

use crate::support::at;

fn new(name: &str, roles: &[Role]) -> NewKey {
    NewKey { name: name.to_owned(), roles: roles.to_vec(), ..NewKey::default() }
}

#[test]
fn a_key_lets_in_whoever_has_its_secret() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::open(folder.path()).unwrap();
    assert!(keys.is_empty());
    let limits = KeyLimits { per_second: Some(5), ..KeyLimits::default() };
    let wanted = NewKey { limits, ..new("shop", &[Role::Screen, Role::Screen]) };
    let made = keys.create(wanted, at(10)).unwrap();
    assert!(!keys.is_empty());
    let key = keys.verify(&made.text, at(11)).unwrap();
    assert_eq!((&key.id, key.name.as_str(), key.limits), (&made.key.id, "shop", limits));
    assert!(key.may(Role::Screen) && !key.may(Role::Alerts));
    let other = keys.create(new("chief", &[Role::Admin]), at(10)).unwrap();
    assert!(keys.verify(&other.text, at(11)).unwrap().may(Role::Alerts));
    let (_, secret) = made.text.rsplit_once('_').unwrap();
    for wrong in [
        String::new(),
        "hk_".to_owned(),
        format!("hk_{}_", made.key.id),
        format!("hk_{}_{secret}x", made.key.id),
        format!("hk_{}_{}", made.key.id, &secret[1..]),
        format!("hk_{}_{secret}", other.key.id),
        format!("HK_{}_{secret}", made.key.id),
        format!(" {}", made.text),
        "x".repeat(1 << 20),
    ] {
        assert_eq!(keys.verify(&wrong, at(11)), Err(KeyRefusal::Invalid), "{wrong:.80}");
    }
    assert!(matches!(keys.create(new("none", &[]), at(1)), Err(KeysError::Conflict(_))));
}

#[test]
fn the_file_holds_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::open(folder.path()).unwrap();
    let made = keys.create(new("a", &[Role::Screen]), at(10)).unwrap();
    assert!(!format!("{made:?}").contains(&made.text));
    drop(keys);
    let (_, secret) = made.text.rsplit_once('_').unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()));
        assert!(!bytes.windows(16).any(|part| part == &secret.as_bytes()[..16]));
    }
}

#[test]
fn rotation_leaves_the_old_secret_good_for_a_while() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::open(folder.path()).unwrap();
    let old = keys.create(new("a", &[Role::Screen]), at(10)).unwrap();
    let fresh = keys.rotate(&old.key.id, at(100), at(20)).unwrap();
    assert_ne!(old.text, fresh.text);
    for text in [&old.text, &fresh.text] {
        assert_eq!(keys.verify(text, at(99)).unwrap().id, old.key.id);
    }
    assert_eq!(keys.verify(&old.text, at(100)), Err(KeyRefusal::Invalid));
    keys.verify(&fresh.text, at(100)).unwrap();
    keys.revoke(&old.key.id, at(101)).unwrap();
    assert_eq!(keys.verify(&fresh.text, at(102)), Err(KeyRefusal::Revoked));
    assert!(matches!(keys.rotate(&old.key.id, at(200), at(103)), Err(KeysError::Conflict(_))));
    let unknown: KeyId = "nobody".parse().unwrap();
    assert!(matches!(keys.revoke(&unknown, at(1)), Err(KeysError::Unknown(_))));
    let what: Vec<String> = keys.events(0).unwrap().into_iter().map(|event| event.what).collect();
    assert_eq!(what, ["created", "rotated", "revoked"]);
    assert_eq!(keys.events(2).unwrap().len(), 1);
}

#[test]
fn there_has_been_a_key_also_when_it_is_good_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::open(folder.path()).unwrap();
    assert_eq!((keys.is_empty(), keys.last_event().unwrap()), (true, 0));
    let revoked = keys.create(new("a", &[Role::Screen]), at(10)).unwrap().key.id;
    keys.revoke(&revoked, at(11)).unwrap();
    let brief = NewKey { expires: Some(at(20)), ..new("b", &[Role::Screen]) };
    let expired = keys.create(brief, at(10)).unwrap().key.id;
    drop(keys);
    let keys = Keys::open(folder.path()).unwrap();
    assert_eq!((keys.is_empty(), keys.last_event().unwrap()), (false, 3));
    assert_eq!(keys.standing(&revoked, at(11)), Some(KeyRefusal::Revoked));
    assert_eq!(keys.standing(&expired, at(19)), None);
    assert_eq!(keys.standing(&expired, at(20)), Some(KeyRefusal::Expired));
    assert_eq!(keys.standing(&"nobody".parse().unwrap(), at(1)), Some(KeyRefusal::Invalid));
}

#[test]
fn a_key_expires() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::open(folder.path()).unwrap();
    let made = NewKey { expires: Some(at(50)), ..new("a", &[Role::Screen]) };
    let made = keys.create(made, at(10)).unwrap();
    keys.verify(&made.text, at(49)).unwrap();
    assert_eq!(keys.verify(&made.text, at(50)), Err(KeyRefusal::Expired));
}

#[test]
fn what_another_changes_is_seen_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let service = Keys::open(folder.path()).unwrap();
    service.watch().unwrap();
    let other = Keys::open(folder.path()).unwrap();
    let made = other.create(new("a", &[Role::Screen]), at(10)).unwrap();
    let within = |what: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !what() {
            assert!(start.elapsed() < Duration::from_secs(30), "it was not seen");
            std::thread::sleep(Duration::from_millis(10));
        }
        start.elapsed()
    };
    within(&|| service.verify(&made.text, at(11)).is_ok());
    other.revoke(&made.key.id, at(12)).unwrap();
    let took = within(&|| service.verify(&made.text, at(13)) == Err(KeyRefusal::Revoked));
    println!("a revocation was seen after {took:?}");
    drop(service);
    let used = other.list().unwrap()[0].last_used;
    assert!(used.is_some_and(|used| used >= at(11)), "{used:?}");
}

#[test]
fn keys_that_cannot_be_read_let_nobody_in() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Keys::open(folder.path()).unwrap();
    let made = keys.create(new("a", &[Role::Screen]), at(10)).unwrap();
    // Nobody watches, so that nobody knows what others changed.
    std::thread::sleep(Duration::from_millis(5200));
    assert_eq!(keys.verify(&made.text, at(11)), Err(KeyRefusal::Unavailable));
    keys.watch().unwrap();
    std::thread::sleep(Duration::from_millis(1000));
    keys.verify(&made.text, at(11)).unwrap();
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(hk_)?[a-z0-9_é]{0,80}") {
        thread_local! {
            static KEYS: (tempfile::TempDir, Keys) = {
                let folder = tempfile::tempdir().unwrap();
                let keys = Keys::open(folder.path()).unwrap();
                keys.watch().unwrap();
                (folder, keys)
            };
        }
        KEYS.with(|(_, keys)| assert!(keys.verify(&text, at(1)).is_err()));
    }
}
