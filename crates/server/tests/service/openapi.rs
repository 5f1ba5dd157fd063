//! The description of the API, compared with what the service does.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Request, Running};

/// The operations of a path, which may have parameters in common beside them.
fn methods(path: &Value) -> impl Iterator<Item = (&String, &Value)> {
    path.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters")
}

#[test]
fn every_route_is_described_with_its_methods() {
    let service = Running::start();
    let document = service.get("/openapi.json").is(200).json();
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() > 15, "{}", paths.len());
    for (path, operations) in paths {
        let target = path.replace("{address}", "x").replace("{id}", "zebra");
        let purge = Request { method: "PURGE", target: &target, ..Request::default() };
        let refused = service.ask(&purge).is(405);
        let allowed: BTreeSet<String> = refused
            .header("allow")
            .split(',')
            .filter(|method| *method != "HEAD")
            .map(str::to_ascii_lowercase)
            .collect();
        let described: BTreeSet<String> =
            methods(operations).map(|(method, _)| method.clone()).collect();
        assert_eq!(allowed, described, "{path}");
    }
}

#[test]
fn operations_have_names_of_their_own_and_say_what_can_fail() {
    let service = Running::start();
    let document = service.get("/openapi.json").is(200).json();
    let mut names = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods(operations) {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "{name} twice");
            let responses = operation["responses"].as_object().unwrap();
            // Other vendors have statuses of their own.
            if !path.starts_with("/v1/") && path != "/metrics" {
                continue;
            }
            for status in ["401", "403", "429", "500", "503"] {
                assert!(responses.contains_key(status), "{method} {path}: {status}");
            }
            if operation.get("requestBody").is_some() {
                for status in ["400", "408", "413", "415", "422"] {
                    assert!(responses.contains_key(status), "{method} {path}: {status}");
                }
            }
        }
    }
}

#[test]
fn the_page_uses_nothing_from_elsewhere() {
    let service = Running::start();
    for (target, kind) in
        [("/", "text/html"), ("/style.css", "text/css"), ("/script.js", "text/javascript")]
    {
        let said = service.get(target).is(200);
        assert!(said.header("content-type").starts_with(kind));
        assert!(said.header("content-security-policy").contains("default-src 'none'"));
        assert!(!said.body.contains("http://") && !said.body.contains("https://"), "{target}");
    }
    let page = service.get("/").is(200).body;
    assert!(!page.contains("<script>") && !page.contains("<style"), "nothing stands inline");
    let _: Value = service.get("/openapi.json").is(200).json();
}
