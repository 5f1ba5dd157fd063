//! The graph of our own crates: stated once in ARCHITECTURE.md, and the same in the manifests.
//!
//! A line `a -> b c` says that `a` is built on `b` and `c`; a line `a => b` that only tests and
//! benches of `a` use `b`. A crate is built only on crates that stand below it.

use std::collections::{BTreeMap, BTreeSet};

use super::{ARCHITECTURE, Complaint, markdown};
use crate::repository::OwnPackage;

const HEADING: &str = "## Dependency graph";

/// The graph as the page has it.
#[derive(Debug, Default)]
struct Stated {
    /// Crates in the order of the page.
    order: Vec<String>,
    built_on: BTreeMap<String, BTreeSet<String>>,
    tested_with: BTreeMap<String, BTreeSet<String>>,
}

/// Compares the graph of the page with that of the manifests.
pub(super) fn check(page: &str, own: &BTreeMap<String, OwnPackage>) -> Vec<Complaint> {
    let block = markdown::section(page, HEADING).and_then(|lines| markdown::first_block(&lines));
    let Some(block) = block else {
        return vec![Complaint::new(ARCHITECTURE, 0, format!("no fenced block under `{HEADING}`"))];
    };
    let (stated, mut complaints) = read(&block);
    let line = block.first().map_or(0, |(number, _)| *number);
    let mut complain = |text: String| complaints.push(Complaint::new(ARCHITECTURE, line, text));
    let names: BTreeSet<&String> = own.keys().chain(&stated.order).collect();
    for name in names {
        let Some(package) = own.get(name) else {
            complain(format!("the graph has {name}, the workspace has not"));
            continue;
        };
        if !stated.order.contains(name) {
            complain(format!("the graph lacks {name}"));
        }
        let pairs = [
            ("->", stated.built_on.get(name), &package.built_on),
            ("=>", stated.tested_with.get(name), &package.tested_with),
        ];
        for (arrow, on_page, in_manifest) in pairs {
            let on_page = on_page.cloned().unwrap_or_default();
            for target in in_manifest.difference(&on_page) {
                complain(format!("Cargo.toml has {name} {arrow} {target}, the graph has not"));
            }
            for target in on_page.difference(in_manifest) {
                complain(format!("the graph has {name} {arrow} {target}, Cargo.toml has not"));
            }
        }
    }
    let place = |name: &String| stated.order.iter().position(|known| known == name);
    for (name, targets) in &stated.built_on {
        for target in targets.iter().filter(|target| place(target) <= place(name)) {
            complain(format!("{name} -> {target} does not point down"));
        }
    }
    complaints
}

fn read(block: &[(usize, &str)]) -> (Stated, Vec<Complaint>) {
    let mut stated = Stated::default();
    let mut complaints = Vec::new();
    for (number, line) in block {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (name, arrow, targets) = match &words[..] {
            [] => continue,
            [name] => (name, "->", &[][..]),
            [name, arrow @ ("->" | "=>"), targets @ ..] => (name, *arrow, targets),
            _ => {
                let text = "not of the form `crate -> crates` or `crate => crates`";
                complaints.push(Complaint::new(ARCHITECTURE, *number, text));
                continue;
            }
        };
        let targets = targets.iter().map(|target| (*target).to_owned());
        let name = (*name).to_owned();
        if arrow == "=>" {
            stated.tested_with.entry(name).or_default().extend(targets);
        } else {
            stated.order.push(name.clone());
            stated.built_on.entry(name).or_default().extend(targets);
        }
    }
    (stated, complaints)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::repository::OwnPackage;
    use std::collections::BTreeMap;

    fn own(arrows: &[(&str, &[&str], &[&str])]) -> BTreeMap<String, OwnPackage> {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let package = |(name, built_on, tested_with): &(&str, &[&str], &[&str])| {
            let package = OwnPackage {
                folder: format!("crates/{name}"),
                built_on: set(built_on),
                tested_with: set(tested_with),
            };
            ((*name).to_owned(), package)
        };
        arrows.iter().map(package).collect()
    }

    fn complaints(block: &str) -> Vec<String> {
        let own = own(&[
            ("top", &["middle", "base"], &[]),
            ("middle", &["base"], &["help"]),
            ("help", &["base"], &[]),
            ("base", &[], &[]),
        ]);
        let page = format!("# P\n\n## Dependency graph\n\n```text\n{block}```\n");
        check(&page, &own).iter().map(ToString::to_string).collect()
    }

    const TRUE: &str = "top -> middle base\nmiddle -> base\nmiddle => help\nhelp -> base\nbase\n";

    #[test]
    fn a_true_graph_is_accepted() {
        assert_eq!(complaints(TRUE), [""; 0]);
    }

    #[test]
    fn a_line_too_many_or_too_few_is_seen() {
        let expect = |from: &str, to: &str, text: &str| {
            assert!(TRUE.contains(from), "{from}");
            let found = complaints(&TRUE.replacen(from, to, 1)).join("\n");
            assert!(found.contains(text), "{from} as {to}: {found}");
        };
        expect("top -> middle base", "top -> middle", "Cargo.toml has top -> base");
        expect("help -> base", "help -> base middle", "the graph has help -> middle");
        expect("middle => help\n", "", "Cargo.toml has middle => help");
        expect("help -> base\n", "", "the graph lacks help");
        expect("base\n", "base\nghost\n", "the graph has ghost, the workspace has not");
        expect("middle => help", "middle needs help", "not of the form");
    }

    #[test]
    fn arrows_point_down() {
        let upside_down =
            "base\nhelp -> base\nmiddle -> base\nmiddle => help\ntop -> middle base\n";
        let found = complaints(upside_down).join("\n");
        assert!(found.contains("top -> middle does not point down"), "{found}");
    }

    #[test]
    fn a_page_without_the_graph_is_seen() {
        let found = check("# P\n", &own(&[]));
        assert!(found[0].to_string().contains("no fenced block"));
    }
}
