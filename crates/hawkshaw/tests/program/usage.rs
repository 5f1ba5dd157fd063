//! Wrong usage, help, completions, and where text goes.

use std::io::Read as _;
use std::process::Stdio;

use tempfile::TempDir;

use crate::support::{DONE, SmallCase, USAGE, bundled, command, hawkshaw, said};

#[test]
fn wrong_arguments_are_wrong_usage() {
    for arguments in [
        &[][..],
        &["trace"],
        &["trace", "a", "b"],
        &["nonsense"],
        &["trace", "a", "--colour"],
        &["tags"],
        &["tags", "import", "x"],
        &["tags", "show"],
        &["completions", "tcsh-like"],
        &["verify"],
    ] {
        let said = hawkshaw(arguments).ended(USAGE);
        assert!(said.stdout.is_empty() && !said.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_folder_without_a_case_says_how_to_make_one() {
    let empty = TempDir::new().unwrap();
    let trace = || said(command().arg("trace").arg(empty.path()));
    trace().ended(USAGE).explains("hawkshaw case new");
    std::fs::write(empty.path().join("case.toml"), "id = \"a\"").unwrap();
    trace().ended(USAGE).explains("there is no ledger");
}

#[test]
fn help_and_version_are_answers() {
    hawkshaw(["--help"]).ended(DONE).answers("Exit codes: 0 done, 1 a hit");
    hawkshaw(["trace", "--help"]).ended(DONE).answers("--policy");
    hawkshaw(["--version"]).ended(DONE).answers(concat!("hawkshaw ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_are_scripts() {
    for (shell, text) in
        [("bash", "_hawkshaw()"), ("zsh", "#compdef hawkshaw"), ("fish", "complete")]
    {
        let said = hawkshaw(["completions", shell]).ended(DONE).answers(text);
        assert_eq!(said.stderr, "");
    }
}

#[test]
fn quiet_says_the_answer_only() {
    let case = SmallCase::new();
    let loud = TempDir::new().unwrap();
    let out = loud.path().join("r");
    let said = case.trace(&["--out", out.to_str().unwrap()]).ended(DONE).explains("verify");
    assert!(said.stdout.contains("Small"));
    let out = loud.path().join("q");
    let said = case.trace(&["--quiet", "--out", out.to_str().unwrap()]).ended(DONE);
    assert_eq!(said.stderr, "");
    assert!(out.join("report.html").is_file() && said.stdout.contains("Small"));
    case.trace(&["--quiet", "--policy", "tiho"]).ended(USAGE).explains("tiho");
}

#[test]
fn no_colour_where_none_is_wanted_or_seen() {
    let case = SmallCase::new();
    for value in ["1", ""] {
        let said = said(command().arg("trace").arg(case.path()).env("NO_COLOR", value)).ended(DONE);
        assert!(!said.stdout.contains('\u{1b}') && !said.stderr.contains('\u{1b}'));
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = command()
        .arg("trace")
        .arg(bundled("ronin-bridge-2022"))
        .arg("--json")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(DONE), ""));
}

#[test]
fn a_new_case_is_a_working_example() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("my-case");
    said(command().args(["case", "new"]).arg(&folder)).ended(DONE).explains("hawkshaw trace");
    let trace = said(command().arg("trace").arg(&folder).arg("--json")).ended(DONE).json();
    assert_eq!(trace["case"], "my-case");
    assert_eq!(trace["balance"]["fifo"]["eip155:1/slip44:60"]["difference"], "0");
    let kinds: Vec<_> =
        trace["terminals"].as_array().unwrap().iter().map(|row| &row["kind"]).collect();
    assert_eq!(kinds, ["exchange", "held"]);
    // It holds work now, and is not overwritten.
    said(command().args(["case", "new"]).arg(&folder)).ended(USAGE).explains("is not empty");
}

#[test]
fn a_case_id_is_no_path() {
    let parent = TempDir::new().unwrap();
    for name in ["Bad_Id", "..", "a b", "-a", "a--b", "ä"] {
        let said = said(command().args(["case", "new"]).arg(parent.path().join(name)));
        said.ended(USAGE);
    }
    assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
}
