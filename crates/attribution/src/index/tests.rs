use hawkshaw_model::Account;
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

use super::TagIndex;
use crate::conflict::ConflictKind;
use crate::defects::DefectReason;
use crate::include::NoIncludes;

const ADDRESS: &str = "0x19aa5fe80d33a56d56c78e82ea5e50e5d80b4dff";

const ACTORS: &str = "title: T\ncreator: C\nactors:\n\
    - {id: huobi, label: \"Huobi\\u202e\", uri: htx.com, categories: [exchange, organization]}\n\
    - {id: lazarusgroup, label: Lazarus, uri: x, categories: [organization]}\n";

fn account() -> Account {
    format!("eip155:1:{ADDRESS}").parse().unwrap()
}

/// An index of rows `label,category,confidence,actor` on one address.
fn index(rows: &[&str]) -> TagIndex {
    let mut csv = String::from("address,label,category,confidence,actor,source\n");
    for row in rows {
        csv.push_str(&format!("{ADDRESS},{row},s\n"));
    }
    let mut index = TagIndex::new();
    index.add_file("actors.yaml", ACTORS.as_bytes(), &NoIncludes).unwrap();
    index.add_file("tags.csv", csv.as_bytes(), &NoIncludes).unwrap();
    index
}

fn stop(rows: &[&str]) -> String {
    match index(rows).stop(&account()) {
        Some(stop) => format!("{} {}", stop.kind, stop.actor.unwrap()),
        None => "-".to_owned(),
    }
}

#[test]
fn the_most_certain_service_stops() {
    for (rows, expected) in [
        (&["a,exchange,forensic,"][..], "exchange a"),
        (&["a,exchange,heuristic,"], "-"),
        (&["a,exchange,web_crawl,"], "exchange a"),
        (&["a,exchange,web_crawl,", "b,mixing_service,forensic,"], "mixer b"),
        (&["b,mixing_service,forensic,", "z,exchange,service_data,"], "exchange z"),
        (&["b,exchange,forensic,", "a,exchange,forensic,"], "exchange a"),
        (&["a,sanction,authority_data,"], "-"),
        (&["a,exchange,forensic,", "b,sanction,authority_data,"], "exchange a"),
        (&["hot,hot_wallet,forensic,"], "-"),
    ] {
        assert_eq!(stop(rows), expected, "{rows:?}");
    }
}

#[test]
fn categories_are_inherited_from_the_actor() {
    assert_eq!(stop(&["dep,deposit_wallet,forensic,huobi"]), "exchange Huobi\u{fffd}");
    assert_eq!(stop(&["dep,gambling,forensic,huobi"]), "gambling Huobi\u{fffd}");
    assert_eq!(stop(&["hack of it,service_hack,forensic,huobi"]), "-");
    assert_eq!(stop(&["them,sanction;user,authority_data,lazarusgroup"]), "-");
    assert_eq!(stop(&["dep,deposit_wallet,forensic,nobody"]), "-");
}

#[test]
fn a_surer_offender_keeps_a_service_from_stopping() {
    let service = "a,exchange,forensic,";
    assert_eq!(stop(&[service, "b,perpetrator,authority_data,"]), "-");
    assert_eq!(stop(&[service, "b,service_hack,service_data,"]), "exchange a");
    assert_eq!(stop(&[service, "b,victim,web_crawl,"]), "exchange a");
    let both = index(&[service, "b,perpetrator,authority_data,"]);
    assert_eq!(both.name_of(&account()).unwrap(), "b");
    let conflicts = both.conflicts(&account());
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0].kind, ConflictKind::StopsOrNot);
    assert_eq!(conflicts[0].winner.label, "b");
    assert_eq!(conflicts[0].why, "authority_data (60) is surer than forensic (50)");
}

#[test]
fn tags_that_disagree_are_listed() {
    let disagree = index(&[
        "a,exchange,forensic,huobi",
        "b,mixing_service,web_crawl,other",
        "c,scam,heuristic,",
        "d,victim,forensic,",
    ]);
    let listed: Vec<_> = disagree
        .conflicts(&account())
        .into_iter()
        .map(|c| (c.kind, c.winner.label, c.loser.label, c.why))
        .collect();
    let conflict =
        |kind, loser: &str, why: &str| (kind, "a".to_owned(), loser.to_owned(), why.to_owned());
    assert_eq!(
        listed,
        [
            conflict(ConflictKind::Kinds, "b", "forensic (50) is surer than web_crawl (20)"),
            conflict(
                ConflictKind::StopsOrNot,
                "d",
                "equally sure, and only a surer tag keeps a service from stopping a trace"
            ),
            conflict(ConflictKind::Actors, "b", "forensic (50) is surer than web_crawl (20)"),
        ]
    );
    assert_eq!(index(&["a,exchange,forensic,", "b,exchange,web_crawl,"]).conflicts(&account()), []);
}

#[test]
fn the_same_claim_counts_once_and_no_concept_is_lost() {
    let twice = index(&["a,exchange,forensic,", "a,hot_wallet,forensic,", "a,user,web_crawl,"]);
    assert_eq!(twice.len(), 2);
    assert_eq!(twice.defects().count(DefectReason::DuplicateTag), 1);
    let [first, second] = twice.tags_of(&account()) else { panic!() };
    assert_eq!(format!("{:?}", first.concepts), "[exchange, hot_wallet]");
    assert_eq!(second.confidence.level, 20);
}

#[test]
fn names_are_safe_to_show() {
    let hostile = index(&["<b>\u{1b}[2J\u{202e}x</b>,exchange,forensic,"]);
    assert_eq!(hostile.name_of(&account()).unwrap(), "<b>\u{fffd}[2J\u{fffd}x</b>");
}

#[test]
fn a_refused_file_changes_nothing() {
    let mut index = index(&["a,exchange,forensic,"]);
    let before = index.to_store();
    assert!(index.add_file("x.yaml", b"tags:\n- {", &NoIncludes).is_err());
    assert!(index.add_file("x.html", b"<html>", &NoIncludes).is_err());
    assert_eq!(index.to_store(), before);
}

#[test]
fn a_store_is_strict_about_itself() {
    let mut index = TagIndex::new();
    for (text, reason) in [
        ("{\"schema\":\"hawkshaw.tags/2\"}\n", "s:1: the schema"),
        ("{\"schema\":\"hawkshaw.tags/1\"}\n{\"tag\":{\"label\":\"a\"}}\n", "s:2: missing"),
        ("{\"schema\":\"hawkshaw.tags/1\"}\n\n{\"zebra\":1}\n", "s:3: unknown variant"),
        (
            "{\"schema\":\"hawkshaw.tags/1\"}\n{\"tag\":{\"label\":\"a\",\"source\":\"s\",\
          \"confidence\":\"forensic\",\"level\":50}}",
            "s:2: a tag has either",
        ),
    ] {
        let error = index.add_file("s", text.as_bytes(), &NoIncludes).unwrap_err().to_string();
        assert!(error.starts_with(reason), "{error}");
    }
}

fn rows() -> impl Strategy<Value = Vec<(u8, String, &'static str, &'static str, String)>> {
    let category = prop_oneof![
        Just("exchange"),
        Just("mixing_service;sanction"),
        Just("perpetrator"),
        Just("zebra"),
        Just(""),
    ];
    let confidence = prop_oneof![Just("forensic"), Just("web_crawl"), Just("")];
    prop::collection::vec((0_u8..4, "[ab]{1}|\\PC{1,8}", category, confidence, "[st]"), 0..20)
}

fn csv_of(rows: &[(u8, String, &str, &str, String)]) -> String {
    let mut csv = String::from("address,label,category,confidence,source\n");
    for (address, label, category, confidence, source) in rows {
        let label = label.replace('"', "\"\"");
        csv.push_str(&format!("0x{address:040x},\"{label}\",{category},{confidence},{source}\n"));
    }
    csv
}

proptest! {
    #[test]
    fn a_store_gives_back_what_was_written(rows in rows()) {
        let mut index = TagIndex::new();
        index.add_file("a.yaml", ACTORS.as_bytes(), &NoIncludes).unwrap();
        index.add_file("t.csv", csv_of(&rows).as_bytes(), &NoIncludes).unwrap();
        let bytes = index.to_store();
        let mut again = TagIndex::new();
        again.add_file("t.jsonl", &bytes, &NoIncludes).unwrap();
        assert_eq!(again.to_store(), bytes);
        assert!(again.tags().eq(index.tags()) && again.actors().eq(index.actors()));
        assert_eq!(again.len(), index.tags().count());
        let summary = again.add_file("t.jsonl", &bytes, &NoIncludes).unwrap();
        assert_eq!(again.to_store(), bytes);
        let duplicates = summary.defects.count(DefectReason::DuplicateTag);
        assert_eq!(duplicates, u64::try_from(index.len()).unwrap());
    }

    #[test]
    fn the_order_of_files_does_not_matter(rows in rows(), split in any::<prop::sample::Index>()) {
        let (front, back) = rows.split_at(split.index(rows.len() + 1));
        let of = |parts: [&[_]; 2]| {
            let mut index = TagIndex::new();
            for part in parts {
                index.add_file("t.csv", csv_of(part).as_bytes(), &NoIncludes).unwrap();
            }
            index.to_store()
        };
        assert_eq!(of([front, back]), of([back, front]));
    }
}
