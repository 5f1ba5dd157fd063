//! Links from one page of the repository to a file of it.

use super::{Complaint, markdown};

/// Finds links to files that are not there.
pub(super) fn check(name: &str, text: &str, exists: &dyn Fn(&str) -> bool) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (number, line, is_code) in markdown::with_fences(text) {
        if is_code {
            continue;
        }
        for target in targets(line) {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            match beside(name, path) {
                Some(path) if exists(&path) => {}
                _ => {
                    complaints.push(Complaint::new(name, number, format!("no file `{target}`")));
                }
            }
        }
    }
    complaints
}

/// What stands in the brackets of `[…](…)`.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next())
}

/// A path seen from the root, that a page names from where it stands; `None` above the root.
fn beside(page: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn links_lead_to_files() {
        let exists = |path: &str| ["docs/a.md", "README.md"].contains(&path);
        let count = |name: &str, text: &str| check(name, text, &exists).len();
        assert_eq!(count("docs/b.md", "[a](a.md), [r](../README.md#x) [w](https://e.org/z)"), 0);
        assert_eq!(count("README.md", "![p](docs/a.md \"title\") [here](#here)"), 0);
        assert_eq!(count("README.md", "[a](a.md) and [b](docs/b.md)"), 2);
        assert_eq!(count("README.md", "[up](../README.md)"), 1);
        assert_eq!(count("README.md", "```\n[a](a.md)\n```\n"), 0);
    }
}
