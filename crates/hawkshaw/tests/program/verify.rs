//! `verify`: it agrees with what is true, and sees what was changed.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{
    BAD_DATA, DONE, EXCHANGE, Said, SmallCase, UNAVAILABLE, USAGE, bundled, command, said,
};

fn verify(folder: &Path) -> Said {
    said(command().arg("verify").arg(folder))
}

/// The copy of the input that the manifest calls by a name.
fn copy_of(folder: &Path, name: &str) -> PathBuf {
    let text = std::fs::read_to_string(folder.join("trace.json")).unwrap();
    let trace: serde_json::Value = serde_json::from_str(&text).unwrap();
    let inputs = trace["manifest"]["inputs"].as_array().unwrap();
    let input = inputs.iter().find(|input| input["name"] == name).unwrap();
    folder.join("inputs").join(input["sha256"].as_str().unwrap())
}

#[test]
fn a_report_agrees_with_itself() {
    for case in ["ronin-bridge-2022", "bitcoin-example"] {
        let parent = TempDir::new().unwrap();
        let folder = parent.path().join("report");
        said(command().arg("trace").arg(bundled(case)).arg("--out").arg(&folder)).ended(DONE);
        verify(&folder).ended(DONE).answers("Every byte agrees");
    }
}

#[test]
fn a_changed_byte_is_seen_in_every_file() {
    for name in
        ["report.html", "edges.csv", "terminals.csv", "patterns.csv", "graph.graphml", "trace.json"]
    {
        let (_parent, folder) = SmallCase::new().report();
        let path = folder.join(name);
        let mut bytes = std::fs::read(&path).unwrap();
        let last = bytes.len() - 3;
        bytes[last] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        // A flipped bit can also make the JSON unreadable: that is bad data as well.
        let said = verify(&folder).ended(BAD_DATA);
        assert!(
            said.stdout.contains("DIFFERS") || said.stderr.contains("no manifest"),
            "{name}: {}{}",
            said.stdout,
            said.stderr
        );
    }
}

#[test]
fn a_figure_made_up_is_seen() {
    let (_parent, folder) = SmallCase::new().report();
    let path = folder.join("trace.json");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\"fifo\":\"60\"", "\"fifo\":\"61\"", 1)).unwrap();
    verify(&folder).ended(BAD_DATA).answers("trace.json       DIFFERS from byte");
}

#[test]
fn a_file_gone_or_added_is_seen() {
    let (_parent, folder) = SmallCase::new().report();
    std::fs::write(folder.join("notes\u{202e}.txt"), "mine").unwrap();
    let said = verify(&folder).ended(DONE).answers("not part of the report");
    assert!(!said.stdout.contains('\u{202e}'));
    std::fs::remove_file(folder.join("edges.csv")).unwrap();
    verify(&folder).ended(BAD_DATA).answers("edges.csv        MISSING");
}

#[test]
fn a_changed_copy_of_an_input_is_seen() {
    let (_parent, folder) = SmallCase::new().report();
    let copy = copy_of(&folder, "transfers.csv");
    let text = std::fs::read_to_string(&copy).unwrap();
    std::fs::write(&copy, text.replace(",60\n", ",61\n")).unwrap();
    verify(&folder).ended(BAD_DATA).explains("the copy of transfers.csv in the report was changed");
}

#[test]
fn a_missing_copy_is_asked_for() {
    let case = SmallCase::new();
    let (_parent, folder) = case.report();
    std::fs::remove_file(copy_of(&folder, "transfers.csv")).unwrap();
    let refused = verify(&folder).ended(UNAVAILABLE).explains("--input PATH");
    refused.explains("transfers.csv (");
    // Any file with the right digest will do, whatever its name and wherever it is.
    let again = |path: &Path| said(command().arg("verify").arg(&folder).arg("--input").arg(path));
    again(&case.path().join("transfers.csv")).ended(DONE).answers("Every byte agrees");
    again(case.path()).ended(DONE);
    again(&case.path().join("tags")).ended(UNAVAILABLE);
    again(&case.path().join("absent")).ended(UNAVAILABLE);
    std::fs::create_dir(case.path().join("empty")).unwrap();
    again(&case.path().join("empty")).ended(USAGE).explains("empty holds no file");
}

#[test]
fn a_manifest_names_no_path() {
    for name in ["../../etc/passwd", "/etc/passwd", "..\\\\x", ".."] {
        let (_parent, folder) = SmallCase::new().report();
        let path = folder.join("trace.json");
        let text = std::fs::read_to_string(&path).unwrap();
        let text = text.replace("\"name\":\"transfers.csv\"", &format!("\"name\":\"{name}\""));
        std::fs::write(&path, text).unwrap();
        let said = verify(&folder).ended(BAD_DATA).explains("`inputs.name` cannot be");
        assert!(!said.stderr.contains("root:"), "{}", said.stderr);
    }
}

#[test]
fn a_digest_in_a_manifest_names_no_path() {
    let (_parent, folder) = SmallCase::new().report();
    let path = folder.join("trace.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let digest = copy_of(&folder, "transfers.csv");
    let digest = digest.file_name().unwrap().to_str().unwrap();
    for bad in ["../trace.json", "", "ABC", &digest.to_uppercase()] {
        std::fs::write(&path, text.replace(digest, bad)).unwrap();
        verify(&folder).ended(BAD_DATA).explains("inputs.sha256");
    }
}

#[cfg(unix)]
#[test]
fn links_out_of_a_report_are_not_followed() {
    use std::os::unix::fs::symlink;
    let (parent, folder) = SmallCase::new().report();
    let copy = copy_of(&folder, "transfers.csv");
    let elsewhere = parent.path().join("elsewhere");
    std::fs::rename(&copy, &elsewhere).unwrap();
    symlink(&elsewhere, &copy).unwrap();
    verify(&folder).ended(UNAVAILABLE).explains("--input PATH");
    std::fs::remove_file(&copy).unwrap();
    std::fs::rename(&elsewhere, &copy).unwrap();
    verify(&folder).ended(DONE);
    for name in ["edges.csv", "inputs", "trace.json"] {
        std::fs::rename(folder.join(name), &elsewhere).unwrap();
        symlink(&elsewhere, folder.join(name)).unwrap();
        let said = verify(&folder);
        assert_ne!(said.code, DONE, "{name}: {}", said.stdout);
        std::fs::remove_file(folder.join(name)).unwrap();
        std::fs::rename(&elsewhere, folder.join(name)).unwrap();
    }
}

#[test]
fn other_folders_are_no_reports() {
    let case = SmallCase::new();
    verify(case.path()).ended(USAGE).explains("is no report");
    verify(&case.path().join("absent")).ended(USAGE).explains("is no report");
    for text in ["", "{}", "[1]", "{\"manifest\":{}}", "\u{0}", &"[".repeat(100_000)] {
        case.write("trace.json", text);
        verify(case.path()).ended(BAD_DATA).explains("has no manifest to run again");
    }
}

#[test]
fn a_report_of_another_version_says_so() {
    let (_parent, folder) = SmallCase::new().report();
    let path = folder.join("trace.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let engine = concat!("hawkshaw ", env!("CARGO_PKG_VERSION"));
    std::fs::write(&path, text.replace(engine, "hawkshaw 9.9.9")).unwrap();
    verify(&folder).ended(BAD_DATA).answers("The report was made by hawkshaw 9.9.9");
}

#[test]
fn what_tags_include_is_an_input_too() {
    for header in ["header.inc", "sub/header.inc", "with space/é.inc"] {
        let case = SmallCase::new();
        let path = case.path().join("tags").join(header);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = "title: t\ncreator: c\nnetwork: ETH\ncurrency: ETH\nconfidence: service_data\n\
                    source: https://example.org/\n";
        std::fs::write(&path, text).unwrap();
        let pack = format!(
            "header: !include '{header}'\ntags:\n  - address: '{EXCHANGE}'\n    label: Exchange\n    \
             concepts: [exchange]\n"
        );
        case.write("tags/services.yaml", pack);
        let (_parent, folder) = case.report();
        verify(&folder).ended(DONE).answers("run again from 4 inputs");
    }
}
