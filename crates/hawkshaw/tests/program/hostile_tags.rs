//! Files of tags from strangers: refused or counted, with file and line, and nothing else read.

use crate::support::{BAD_DATA, DONE, EXCHANGE, SmallCase, THIEF, tag_pack};

/// Traces the small case with another file of tags.
#[track_caller]
fn refused(name: &str, text: impl AsRef<[u8]>, explanation: &str) {
    let case = SmallCase::new();
    case.write(&format!("tags/{name}"), text);
    let said = case.trace(&[]).ended(BAD_DATA).explains(name).explains(explanation);
    assert!(!said.stderr.contains("root:"), "{}", said.stderr);
}

#[test]
fn an_alias_bomb_does_not_go_off() {
    let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for (outer, inner) in "bcdefghi".chars().zip("abcdefgh".chars()) {
        let aliases = vec![format!("*{inner}"); 10].join(",");
        bomb.push_str(&format!("{outer}: &{outer} [{aliases}]\n"));
    }
    refused("bomb.yaml", format!("{bomb}tags: [*i]\n"), "alias replay limit exceeded");
}

#[test]
fn an_include_stays_in_its_folder() {
    for path in ["../../x", "/etc/passwd", "a/../../x", "..", "file:///etc/passwd", "absent.yaml"] {
        let pack = format!("header: !include '{path}'\ntags: []\n");
        refused("include.yaml", pack, "the include `");
    }
}

#[cfg(unix)]
#[test]
fn an_include_follows_no_link_out_of_its_folder() {
    let case = SmallCase::new();
    let secret = case.path().join("secret");
    std::fs::write(&secret, "creator: secret\n").unwrap();
    std::os::unix::fs::symlink(&secret, case.path().join("tags/link.inc")).unwrap();
    case.write("tags/services.yaml", "header: !include link.inc\ntags: []\n");
    case.trace(&[]).ended(BAD_DATA).explains("the include `link.inc` is refused");
}

#[test]
fn xml_entities_are_not_resolved() {
    let xml = "<?xml version=\"1.0\"?>\n<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>\n\
               <Sanctions><a>&e;</a></Sanctions>";
    refused("list.xml", xml, "document type definitions are refused");
    let mut laughs = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"ha\">".to_owned();
    for n in 0..9 {
        laughs.push_str(&format!("<!ENTITY a{n} \"&a;&a;&a;&a;&a;&a;&a;&a;\">"));
    }
    refused("laughs.xml", format!("{laughs}]><Sanctions>&a8;</Sanctions>"), "are refused");
}

#[test]
fn what_is_no_list_of_tags_is_refused() {
    refused("a.yaml", "tags:\n  - address: [\n", "a.yaml:");
    refused("a.yaml", "title: x\n", "without `tags:`");
    refused("a.yaml", "tags: &t\n  - *t\n", "a.yaml");
    refused("a.yaml", format!("tags: {}", "[".repeat(100_000)), "a.yaml");
    refused("a.json", "{\"a\": 1}", "neither a list of addresses");
    refused("a.json", "[".repeat(100_000), "a.json");
    refused("a.csv", "address,label,address\n", "twice");
    refused("a.csv", "hello", "not a file of tags");
    refused("a.txt", b"\x1f\x8b\x08", "unpack it first");
    refused("a.txt", b"\xff\xfea\0", "UTF-16");
    refused("a.txt", "", "it is empty");
    refused("a.xml", "<html></html>", "HTML page");
}

#[test]
fn a_bad_tag_is_counted_and_named_and_the_others_are_kept() {
    let case = SmallCase::new();
    let bad = "  - address: '0x12'\n    label: no\n    concepts: [exchange]\n";
    case.write("tags/services.yaml", format!("{}{bad}", tag_pack("Exchange")));
    let said = case.trace(&["--json"]).ended(DONE).explains("tags: 1 × impossible-address");
    let said = said.explains("services.yaml:12: `0x12` is not an address on eip155:1");
    assert_eq!(said.json()["defects"]["tags: impossible-address"], 1);
    assert_eq!(said.json()["terminals"][0]["actor"], "Exchange");
    assert_eq!(case.trace(&["--json", "--quiet"]).ended(DONE).stderr, "");
}

#[test]
fn a_tag_on_the_thief_does_not_stop_the_trace() {
    let case = SmallCase::new();
    let blame =
        format!("  - address: '{THIEF}'\n    label: Thief\n    concepts: [perpetrator, hacking]\n");
    case.write("tags/services.yaml", format!("{}{blame}", tag_pack("Exchange")));
    let trace = case.trace(&["--json"]).ended(DONE).json();
    assert_eq!(trace["terminals"][0]["address"], EXCHANGE);
    assert_eq!(trace["terminals"][0]["amounts"]["fifo"], "60");
}
