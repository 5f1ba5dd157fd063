//! The crate map of ARCHITECTURE.md: every crate has an entry, and every entry an invariant.

use std::collections::{BTreeMap, BTreeSet};

use super::{ARCHITECTURE, Complaint, markdown};
use crate::repository::OwnPackage;

const HEADING: &str = "## Crate map";
const INVARIANT: &str = "**Invariant:**";

/// Compares the entries of the map with the folders of the crates.
pub(super) fn check(page: &str, own: &BTreeMap<String, OwnPackage>) -> Vec<Complaint> {
    let Some(lines) = markdown::section(page, HEADING) else {
        return vec![Complaint::new(ARCHITECTURE, 0, format!("no section `{HEADING}`"))];
    };
    let mut complaints = Vec::new();
    let mut entries: Vec<(usize, &str, bool)> = Vec::new();
    for (number, line) in lines {
        if let Some(title) = line.strip_prefix("### ") {
            let folder = title.split('`').nth(1).unwrap_or(title);
            entries.push((number, folder, false));
        } else if let Some((_, _, has_invariant)) = entries.last_mut() {
            *has_invariant |= line.contains(INVARIANT);
        }
    }
    let folders: BTreeSet<&str> = own.values().map(|package| package.folder.as_str()).collect();
    for (number, folder, has_invariant) in &entries {
        if !folders.contains(folder) {
            let text = format!("the map has `{folder}`, which is no crate");
            complaints.push(Complaint::new(ARCHITECTURE, *number, text));
        } else if !has_invariant {
            let text = format!("the entry of `{folder}` states no {INVARIANT}");
            complaints.push(Complaint::new(ARCHITECTURE, *number, text));
        }
    }
    for folder in folders {
        if !entries.iter().any(|(_, known, _)| *known == folder) {
            let text = format!("the map has no entry `{folder}`");
            complaints.push(Complaint::new(ARCHITECTURE, 0, text));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::repository::OwnPackage;
    use std::collections::BTreeMap;

    fn complaints(map: &str) -> String {
        let package =
            |folder: &str| OwnPackage { folder: folder.to_owned(), ..OwnPackage::default() };
        let own = [("a", package("crates/a")), ("b", package("crates/b"))];
        let own: BTreeMap<_, _> = own.into_iter().map(|(n, p)| (n.to_owned(), p)).collect();
        let page = format!("## Crate map\n\n{map}\n## Next\n");
        check(&page, &own).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_crate_has_an_entry_with_an_invariant() {
        let a = "### `crates/a`\n**Invariant:** no clock.\n";
        let b = "### `crates/b` (tests)\nText. **Invariant:** none.\n";
        assert_eq!(complaints(&format!("{a}{b}")), "");
        assert!(complaints(a).contains("no entry `crates/b`"));
        assert!(complaints(&format!("{a}### `crates/b`\n")).contains("states no"));
        let c = "### `crates/c`\n**Invariant:** x.\n";
        assert!(complaints(&format!("{a}{b}{c}")).contains("`crates/c`, which is no crate"));
    }
}
