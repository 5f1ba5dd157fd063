//! Labels from strangers, through every file of a report and the terminal: shown, never acted on.

use std::path::Path;

use crate::support::{DONE, Said, SmallCase, THEFT, case_toml, command, said, tag_pack};

/// A label as it stands inside a YAML string, and what of it may nowhere stand raw.
struct Label {
    yaml: &'static str,
    forbidden: &'static [&'static str],
}

const LABELS: &[Label] = &[
    Label {
        yaml: "<script>alert(1)</script><img src=x onerror=alert(1)>",
        forbidden: &["<script>alert", "<img"],
    },
    Label {
        yaml: "'\\\" onmouseover='alert(1)' x=\\\"",
        forbidden: &["\" onmouseover", "'alert(1)' x=\""],
    },
    Label { yaml: "\\e[2J\\e]0;title\\a\\r\\b", forbidden: &["\u{1b}", "\u{7}", "\u{8}"] },
    Label {
        yaml: "\\u202Etxt.exe\\u2066a\\u200Bb\\uFEFF",
        forbidden: &["\u{202e}", "\u{2066}", "\u{200b}", "\u{feff}"],
    },
    Label { yaml: "]]><!--</svg></style></title>", forbidden: &["]]>", "</svg></style>", "<!--"] },
    Label { yaml: "&lt;b&gt;&#x1b;", forbidden: &["&#x1b;"] },
    Label { yaml: "a\\nb\\r\\nc\\u2028d\\u0085e\\0", forbidden: &["\u{2028}", "\u{85}", "\0"] },
];

/// Traces with a label, writes a report, and gives both texts of the terminal.
fn run(case: &SmallCase, folder: &Path) -> Said {
    said(command().arg("trace").arg(case.path()).arg("--out").arg(folder)).ended(DONE)
}

#[track_caller]
fn check_files(folder: &Path, label: &Label) {
    for name in
        ["report.html", "trace.json", "edges.csv", "terminals.csv", "patterns.csv", "graph.graphml"]
    {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let is_markup = name.ends_with("html") || name.ends_with("graphml");
        for forbidden in label.forbidden {
            // In JSON and CSV markup means nothing; control characters do everywhere.
            let is_control = forbidden.chars().any(|c| !c.is_ascii() || c.is_control());
            if is_markup || is_control {
                assert!(!text.contains(forbidden), "{name} holds {forbidden:?}");
            }
        }
    }
}

#[test]
fn labels_act_nowhere() {
    for label in LABELS {
        let case = SmallCase::new();
        case.write("tags/services.yaml", tag_pack(label.yaml));
        let title = case_toml("small", THEFT).replace(
            "Small",
            &label
                .yaml
                .replace("\\a", "\\u0007")
                .replace("\\e", "\\u001b")
                .replace("\\0", "\\u0000"),
        );
        case.write("case.toml", title);
        let parent = tempfile::TempDir::new().unwrap();
        let folder = parent.path().join("report");
        let said = run(&case, &folder);
        for forbidden in label.forbidden {
            let is_control = forbidden.chars().any(|c| !c.is_ascii() || c.is_control());
            let raw =
                is_control && (said.stdout.contains(forbidden) || said.stderr.contains(forbidden));
            assert!(!raw, "the terminal got {forbidden:?}");
        }
        check_files(&folder, label);
        said_verify(&folder);
    }
}

fn said_verify(folder: &Path) {
    said(command().arg("verify").arg(folder)).ended(DONE);
}

#[test]
fn no_cell_is_a_formula() {
    for start in ["=", "+", "-", "@", "\\t=", "\\r=", "＝"] {
        let case = SmallCase::new();
        case.write("tags/services.yaml", tag_pack(&format!("{start}HYPERLINK(1)")));
        let (_parent, folder) = case.report();
        for name in ["edges.csv", "terminals.csv"] {
            let text = std::fs::read_to_string(folder.join(name)).unwrap();
            let cells = text.lines().flat_map(|line| line.split(','));
            let active = |cell: &str| {
                cell.trim_start_matches('"').starts_with(['=', '+', '-', '@', '\t', '\r', '＝'])
            };
            let found: Vec<&str> = cells.filter(|cell| active(cell)).collect();
            assert!(found.is_empty(), "{name}: {found:?}");
            assert!(text.contains("HYPERLINK(1)"), "{name} does not show the label");
        }
    }
}

#[test]
fn a_label_of_ten_megabytes_is_cut() {
    let case = SmallCase::new();
    case.write("tags/services.yaml", tag_pack(&"A".repeat(10_000_000)));
    let title = case_toml("small", THEFT).replace("Small", &"B".repeat(10_000_000));
    case.write("case.toml", title);
    let parent = tempfile::TempDir::new().unwrap();
    let folder = parent.path().join("report");
    let said = run(&case, &folder);
    assert!(said.stdout.len() < 100_000 && said.stderr.len() < 100_000);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        let is_file = entry.file_type().unwrap().is_file();
        assert!(!is_file || entry.metadata().unwrap().len() < 200_000, "{:?}", entry.path());
    }
}
