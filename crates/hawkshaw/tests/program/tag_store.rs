//! `tags import`, `list` and `show`.

use std::path::Path;

use tempfile::TempDir;

use crate::support::{
    BAD_DATA, DONE, EXCHANGE, Said, SmallCase, THIEF, UNAVAILABLE, USAGE, bundled, command, said,
    tag_pack,
};

fn import(path: &Path, store: &Path) -> Said {
    said(command().args(["tags", "import"]).arg(path).arg("--store").arg(store))
}

fn show(address: &str, store: &Path) -> Said {
    said(command().args(["tags", "show", address]).arg("--store").arg(store))
}

#[test]
fn importing_again_changes_nothing() {
    let parent = TempDir::new().unwrap();
    let store = parent.path().join("store");
    let tags = bundled("ronin-bridge-2022").join("tags");
    import(&tags, &store).ended(DONE).explains("perpetrators.yaml: TagPack");
    let first = std::fs::read(store.join("tags.jsonl")).unwrap();
    import(&tags, &store).ended(DONE).answers(", 0 of them new");
    assert_eq!(std::fs::read(store.join("tags.jsonl")).unwrap(), first);
    let files: Vec<_> = std::fs::read_dir(&store).unwrap().collect();
    assert_eq!(files.len(), 1, "no temporary file is left: {files:?}");
}

#[test]
fn what_was_imported_is_listed_and_shown() {
    let parent = TempDir::new().unwrap();
    let store = parent.path().join("store");
    import(&bundled("ronin-bridge-2022").join("tags"), &store).ended(DONE);
    let thief = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96";
    for form in [thief, &thief.to_lowercase(), &format!("eip155:1:{thief}")] {
        let said = show(form, &store).ended(DONE).answers(&format!("{thief} on Ethereum"));
        said.answers("following does not stop here").answers("https://");
    }
    let json = said(command().args(["tags", "show", thief, "--json", "--store"]).arg(&store));
    let json = json.ended(DONE).json();
    assert_eq!(json["schema"], "hawkshaw.tags.show/1");
    assert!(json["accounts"][0]["stop"].is_null());
    let listed =
        said(command().args(["tags", "list", "--json", "--store"]).arg(&store)).ended(DONE);
    for line in listed.stdout.lines() {
        let tag: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(!tag["source"].as_str().unwrap().is_empty(), "a claim has a source: {line}");
    }
    // The store can be named by the environment, and files need no store.
    let by_name = said(command().args(["tags", "list", "--json"]).env("HAWKSHAW_STORE", &store));
    assert_eq!(by_name.ended(DONE).stdout, listed.stdout);
    let tags = bundled("ronin-bridge-2022").join("tags");
    let direct = said(command().args(["tags", "list", "--json", "--tags"]).arg(&tags)).ended(DONE);
    assert_eq!(direct.stdout, listed.stdout);
}

#[test]
fn an_unknown_address_is_not_called_clean() {
    let case = SmallCase::new();
    let store = case.path().join("store");
    import(&case.path().join("tags"), &store).ended(DONE);
    show(THIEF, &store).ended(DONE).answers("unknown is not clean");
    show("0x12", &store).ended(USAGE).explains("`0x12` is not an address");
    let mixed = "0x098b716B8Aaf21512996dC57EB0615e2383E2f96";
    show(mixed, &store).ended(USAGE).explains("checksum");
}

#[test]
fn tags_that_disagree_are_shown_side_by_side() {
    let case = SmallCase::new();
    let other = tag_pack("Mixer").replace("[exchange]", "[mixing_service]");
    case.write("tags/other.yaml", other.replace("service_data", "authority_data"));
    let store = case.path().join("store");
    import(&case.path().join("tags"), &store).ended(DONE).answers("2 tags");
    let said = show(EXCHANGE, &store).ended(DONE).answers("following stops here: mixer (Mixer)");
    let said = said.answers("conflict: `Mixer` against `Exchange`");
    said.answers("authority_data (60) is surer than service_data (50)");
    let trace = case.trace(&["--json"]).ended(DONE).json();
    assert_eq!(trace["terminals"][0]["kind"], "mixer");
}

#[test]
fn a_tag_of_low_confidence_stops_nothing() {
    let case = SmallCase::new();
    case.write("tags/services.yaml", tag_pack("Rumour").replace("service_data", "heuristic"));
    let trace = case.trace(&["--json"]).ended(DONE).json();
    let rows = trace["terminals"].as_array().unwrap().iter();
    let kinds: Vec<_> = rows.map(|row| &row["kind"]).collect();
    assert!(kinds.contains(&&"held".into()) && !kinds.contains(&&"exchange".into()), "{kinds:?}");
}

#[test]
fn a_refused_file_leaves_the_store_as_it_was() {
    let case = SmallCase::new();
    let store = case.path().join("store");
    import(&case.path().join("tags"), &store).ended(DONE);
    let before = std::fs::read(store.join("tags.jsonl")).unwrap();
    case.write("tags/z.yaml", "tags: [\n");
    import(&case.path().join("tags"), &store).ended(BAD_DATA).explains("z.yaml:");
    import(&case.path().join("absent"), &store).ended(UNAVAILABLE);
    assert_eq!(std::fs::read(store.join("tags.jsonl")).unwrap(), before);
    std::fs::write(store.join("tags.jsonl"), "{\"schema\":\"hawkshaw.tags/99\"}\n").unwrap();
    show(EXCHANGE, &store).ended(BAD_DATA).explains("tags.jsonl");
}

#[test]
fn without_tags_there_is_nothing_to_ask() {
    let empty = TempDir::new().unwrap();
    said(command().args(["tags", "list"])).ended(USAGE).explains("--store");
    let said = said(command().args(["tags", "list", "--store"]).arg(empty.path()));
    said.ended(USAGE).explains("import some first");
}

#[test]
fn labels_reach_the_terminal_without_controls() {
    let case = SmallCase::new();
    case.write("tags/services.yaml", tag_pack("\\e[2J\\u202Eevil\\nline"));
    let store = case.path().join("store");
    import(&case.path().join("tags"), &store).ended(DONE);
    for answer in
        [show(EXCHANGE, &store), said(command().args(["tags", "list", "--store"]).arg(&store))]
    {
        let answer = answer.ended(DONE).answers("evil");
        assert!(!answer.stdout.contains(['\u{1b}', '\u{202e}']), "{:?}", answer.stdout);
        assert!(!answer.stdout.contains("\nline"));
    }
    // JSON keeps every character, as an escape.
    let json = said(command().args(["tags", "list", "--json", "--store"]).arg(&store)).ended(DONE);
    assert!(!json.stdout.contains(['\u{1b}', '\u{202e}']), "{:?}", json.stdout);
    assert_eq!(json.json()["label"], "\u{1b}[2J\u{202e}evil\nline");
}

#[cfg(unix)]
#[test]
fn folders_in_a_circle_end() {
    let case = SmallCase::new();
    std::os::unix::fs::symlink(".", case.path().join("tags/again")).unwrap();
    case.trace(&[]).ended(USAGE).explains("folders deep");
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_unavailable() {
    use std::os::unix::fs::PermissionsExt as _;
    let case = SmallCase::new();
    let file = case.path().join("tags/services.yaml");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&file).is_ok() {
        return; // Whoever runs the tests may read everything.
    }
    case.trace(&[]).ended(UNAVAILABLE).explains("services.yaml");
}
