//! What every file keeps to.

use super::Complaint;

/// A committed file is at most this large.
const BYTES_MAX: usize = 512 << 10;
/// A source file is at most this long.
const LINES_MAX: usize = 700;

/// Words that say that something is unfinished. They are put together here, so that this file
/// does not hold them.
const UNFINISHED: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];

/// Endings of files that people write as text.
const TEXT: [&str; 9] = [".rs", ".md", ".toml", ".csv", ".yaml", ".js", ".css", ".snap", ".ci/run"];

/// Checks a file.
pub(super) fn check(name: &str, bytes: &[u8]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if bytes.len() > BYTES_MAX {
        let text = format!("{} bytes, at most {BYTES_MAX} are committed", bytes.len());
        complaints.push(Complaint::new(name, 0, text));
    }
    if !TEXT.iter().any(|ending| name.ends_with(ending)) {
        return complaints;
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        complaints.push(Complaint::new(name, 0, "it is not UTF-8"));
        return complaints;
    };
    for (index, line) in text.lines().enumerate() {
        if line.contains(is_hidden) {
            let text = "an invisible or right-to-left character: write it as an escape";
            complaints.push(Complaint::new(name, index + 1, text));
        }
        if is_ours(name) && UNFINISHED.iter().any(|word| has_word(line, word)) {
            complaints.push(Complaint::new(name, index + 1, "says that something is unfinished"));
        }
    }
    if name.ends_with(".rs") {
        complaints.extend(check_source(name, text));
    }
    complaints
}

fn check_source(name: &str, text: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let lines = text.lines().count();
    if lines > LINES_MAX {
        let text = format!("{lines} lines, at most {LINES_MAX}: split it");
        complaints.push(Complaint::new(name, 0, text));
    }
    let is_test = name.ends_with("/tests.rs") || name.contains("/tests/");
    if !is_test && !text.starts_with("//!") {
        complaints.push(Complaint::new(name, 1, "it does not open with `//!`"));
    }
    complaints
}

/// Checks the manifest of a crate of ours.
pub(super) fn check_manifest(name: &str, text: &str) -> Vec<Complaint> {
    let table: toml::Table = match text.parse() {
        Ok(table) => table,
        Err(error) => return vec![Complaint::new(name, 0, error.to_string())],
    };
    let mut complaints = Vec::new();
    let inherits = |section: Option<&toml::Value>| {
        let flag = section.and_then(|section| section.get("workspace"));
        flag.and_then(toml::Value::as_bool) == Some(true)
    };
    if !inherits(table.get("lints")) {
        complaints.push(Complaint::new(name, 0, "it has no `lints.workspace = true`"));
    }
    let package = table.get("package");
    for field in ["version", "edition", "rust-version", "license", "publish"] {
        if !inherits(package.and_then(|package| package.get(field))) {
            complaints.push(Complaint::new(name, 0, format!("{field} is not the workspace's")));
        }
    }
    complaints
}

/// Whether a file is written by us, and not taken from a source.
fn is_ours(name: &str) -> bool {
    [".rs", ".md", ".toml", ".js", ".css"].iter().any(|ending| name.ends_with(ending))
}

/// Whether a line holds a word by itself.
fn has_word(line: &str, word: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !is_letter(before) && !is_letter(after)
    })
}

/// Characters that make a line read otherwise than it is (Trojan Source, CVE-2021-42574).
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{feff}' | '\u{ad}')
        || (c.is_control() && c != '\t')
}

#[cfg(test)]
mod tests {
    use super::{BYTES_MAX, LINES_MAX, UNFINISHED, check, check_manifest};

    fn complaints(name: &str, text: &str) -> String {
        let found = check(name, text.as_bytes());
        found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn an_ordinary_file_is_accepted() {
        assert_eq!(complaints("crates/a/src/lib.rs", "//! A.\n\nfn f() {\n\t1\n}\n"), "");
        assert_eq!(complaints("x.bin", "\u{202e}"), "");
    }

    #[test]
    fn each_rule_can_fail() {
        for word in UNFINISHED {
            let found = complaints("a.md", &format!("x\n{word}: more\n"));
            assert_eq!(found, "a.md:2: says that something is unfinished");
            assert_eq!(complaints("a.md", &format!("{word}S a{word}\n")), "");
        }
        assert!(complaints("a.rs", "fn f() {}\n").contains("does not open with"));
        assert_eq!(complaints("crates/a/src/b/tests.rs", "fn f() {}\n"), "");
        let long = format!("//!\n{}", "\n".repeat(LINES_MAX));
        assert!(complaints("a.rs", &long).contains("split it"));
        assert!(complaints("a.csv", "x\u{202e}y\n").starts_with("a.csv:1: an invisible"));
        assert!(complaints("a.md", "x\u{1b}[2J\n").contains("invisible"));
        assert!(check("a.md", b"\xff")[0].to_string().contains("not UTF-8"));
        let large = vec![b'x'; BYTES_MAX + 1];
        assert!(check("a.png", &large)[0].to_string().contains("at most"));
    }

    #[test]
    fn manifests_inherit_from_the_workspace() {
        let fields = ["version", "edition", "rust-version", "license", "publish"];
        let package: String = fields.iter().map(|f| format!("{f}.workspace = true\n")).collect();
        let good = format!("[package]\nname = \"a\"\n{package}[lints]\nworkspace = true\n");
        assert_eq!(check_manifest("a/Cargo.toml", &good), []);
        for (from, to) in
            [("[lints]\n", "[l]\n"), ("edition.workspace = true", "edition = \"2024\"")]
        {
            assert_eq!(check_manifest("a/Cargo.toml", &good.replace(from, to)).len(), 1, "{from}");
        }
        assert_eq!(check_manifest("a/Cargo.toml", "[").len(), 1);
    }
}
