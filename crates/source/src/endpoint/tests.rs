use super::{Auth, Endpoint, EndpointError, Key, base64};

fn key() -> Key {
    Key::new("s3cret/k+y\n").unwrap()
}

#[test]
fn base64_is_that_of_the_standard() {
    // The examples of RFC 4648 §10.
    let cases = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")];
    for (plain, encoded) in cases {
        assert_eq!(base64(plain.as_bytes()), encoded);
    }
}

#[test]
fn keys_are_not_shown() {
    let endpoint = Endpoint::new("https://node.example/v3/{key}?a=b", Some(key())).unwrap();
    assert_eq!(
        format!("{endpoint} {endpoint:?}"),
        "https://node.example Endpoint(https://node.example)"
    );
    assert_eq!(format!("{:?}", key()), "Key(…)");
    let echo = "no such path /v3/s3cret%2Fk%2By for s3cret/k+y";
    assert_eq!(endpoint.masked(echo), "no such path /v3/… for …");
    let infura = Endpoint::new("https://node.example/v3/0123456789abcdef0123", None).unwrap();
    assert_eq!(infura.masked("bad id 0123456789abcdef0123"), "bad id …");
    let user = Endpoint::new("http://rpc:pass%20word@127.0.0.1:8332/", None).unwrap();
    assert_eq!(user.masked("rpc:pass word, pass word, cnBjOnBhc3Mgd29yZA=="), "…, …, …");
}

#[test]
fn urls_keep_what_the_user_named() {
    let endpoint = Endpoint::new("https://api.example/v2/api?chainid=1", Some(key())).unwrap();
    let url = endpoint.url(&["tx", "a/b"], &[("page", "2")], Some("apikey"));
    assert_eq!(
        url.as_str(),
        "https://api.example/v2/api/tx/a%2Fb?chainid=1&page=2&apikey=s3cret%2Fk%2By"
    );
    assert_eq!(endpoint.url(&[], &[], None).as_str(), "https://api.example/v2/api?chainid=1");
    let root = Endpoint::new("https://esplora.example/api/", None).unwrap();
    assert_eq!(
        root.url(&["block", "0"], &[], None).as_str(),
        "https://esplora.example/api/block/0"
    );
    assert_eq!(root.url(&[], &[], None).as_str(), "https://esplora.example/api/");
    let filled = Endpoint::new("https://a.example/{key}", Some(key())).unwrap();
    let url = filled.url(&[], &[("a", "b")], Some("apikey"));
    assert_eq!(url.as_str(), "https://a.example/s3cret%2Fk%2By?a=b");
}

#[test]
fn keys_go_where_they_are_wanted() {
    let endpoint = Endpoint::new("https://node.example", Some(Key::new("u:p").unwrap())).unwrap();
    let value = |auth| endpoint.header(auth).map(|(name, value)| format!("{name}: {value}"));
    assert_eq!(value(Auth::Query), None);
    assert_eq!(value(Auth::Bearer).unwrap(), "authorization: Bearer u:p");
    assert_eq!(value(Auth::Header("TRON-PRO-API-KEY")).unwrap(), "TRON-PRO-API-KEY: u:p");
    assert_eq!(value(Auth::Basic).unwrap(), "authorization: Basic dTpw");
    let named = Endpoint::new("http://a%3Ab+:c%26=@localhost:1", None).unwrap();
    assert_eq!(named.header(Auth::Query).unwrap().1, format!("Basic {}", base64(b"a:b+:c&=")));
    let filled = Endpoint::new("https://a.example/{key}", Some(key())).unwrap();
    assert_eq!(filled.header(Auth::Bearer), None);
}

#[test]
fn what_is_no_endpoint_is_refused() {
    let refused = |text: &str, key: Option<Key>| Endpoint::new(text, key).unwrap_err();
    assert_eq!(refused("ftp://a.example", None), EndpointError::Url);
    assert_eq!(refused("node.example", None), EndpointError::Url);
    assert_eq!(refused("https://a.example/{key}", None), EndpointError::NoKey);
    assert_eq!(refused("https://{key}.example/", Some(key())), EndpointError::KeyInHost);
    assert_eq!(
        refused("https://a.example:{key}@b.example@{key}/", Some(key())),
        EndpointError::KeyInHost
    );
    let plain = |text: &str| refused(text, Some(key()));
    assert_eq!(
        plain("http://node.example:8545/"),
        EndpointError::Unencrypted("http://node.example:8545".to_owned())
    );
    assert!(matches!(refused("http://a:b@node.example/", None), EndpointError::Unencrypted(_)));
    for local in ["http://127.0.0.1:1", "http://localhost", "http://[::1]:3", "http://127.9.9.9"] {
        assert!(Endpoint::new(local, Some(key())).is_ok(), "{local}");
    }
    assert_eq!(Key::new("a\nb").unwrap_err(), EndpointError::Key);
    assert_eq!(Key::new(" \n").unwrap_err(), EndpointError::Key);
}
