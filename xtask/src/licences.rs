//! Every dependency is under a licence that `deny.toml` allows.
//!
//! The list is read from `deny.toml` in the form of cargo-deny, so that who has that tool can
//! use it too. This check needs nothing but cargo.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};

use crate::process;
use crate::repository::Repository;

/// Licences under which nothing is ever taken, also where the list says so: they would bind
/// whoever ships the command.
const NEVER: &[&str] = &["GPL", "AGPL", "LGPL", "SSPL", "BUSL", "CC-BY-NC"];

/// Compares the licence of every dependency with the list.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    let allowed = allowed(&repository.text("deny.toml")?)?;
    let ours = repository.packages()?.own;
    let mut packages = built(repository)?;
    packages.retain(|package, _| !ours.contains_key(package.split(' ').next().unwrap_or(package)));
    let refused = refused(&packages, &allowed);
    if !refused.is_empty() {
        bail!("licences that deny.toml does not allow:\n  {}", refused.join("\n  "));
    }
    println!("   {} dependencies, each under an allowed licence", packages.len());
    Ok(())
}

/// The packages that are built on any platform, also for tests, and the licences that they state.
fn built(repository: &Repository) -> Result<BTreeMap<String, String>> {
    let arguments = [
        "tree",
        "--workspace",
        "--target",
        "all",
        "--edges",
        "normal,build,dev",
        "--prefix",
        "none",
        "--no-dedupe",
        "--format",
        "{p}|{l}",
        "--locked",
    ];
    let tree = String::from_utf8(process::output(repository, "cargo", &arguments)?)?;
    let lines = tree.lines().filter(|line| !line.is_empty());
    let pairs = lines.map(|line| line.rsplit_once('|').context("cargo tree has a line of its own"));
    pairs.map(|pair| pair.map(|(package, terms)| (package.to_owned(), terms.to_owned()))).collect()
}

/// The licences that `deny.toml` lists.
fn allowed(text: &str) -> Result<BTreeSet<String>> {
    let file: toml::Table = text.parse().context("deny.toml cannot be read")?;
    let list = file.get("licenses").and_then(|section| section.get("allow"));
    let list = list.and_then(toml::Value::as_array).context("deny.toml has no licenses.allow")?;
    let names = list.iter().map(|name| name.as_str().map(str::to_owned));
    let names: BTreeSet<String> =
        names.collect::<Option<_>>().context("licenses.allow holds more than names")?;
    let is_never = |name: &&String| NEVER.iter().any(|never| name.starts_with(never));
    if let Some(name) = names.iter().find(is_never) {
        bail!("deny.toml allows {name}, which is never taken");
    }
    Ok(names)
}

fn refused(packages: &BTreeMap<String, String>, allowed: &BTreeSet<String>) -> Vec<String> {
    let refused = packages.iter().filter(|(_, terms)| !is_allowed(terms, allowed));
    let line = |(package, terms): (&String, &String)| match terms.as_str() {
        "" => format!("{package}: states no licence"),
        terms => format!("{package}: {terms}"),
    };
    refused.map(line).collect()
}

/// Whether a licence expression leaves a way to take the package under allowed licences only:
/// one side of each `OR`, both sides of each `AND`.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    // Old packages write a slash for OR.
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = &words[..];
    any_of(&mut rest, allowed) == Some(true) && rest.is_empty()
}

/// `A OR B`; `None` where the expression is malformed.
fn any_of(words: &mut &[&str], allowed: &BTreeSet<String>) -> Option<bool> {
    let mut found = all_of(words, allowed)?;
    while let ["OR", rest @ ..] = words {
        *words = rest;
        found |= all_of(words, allowed)?;
    }
    Some(found)
}

/// `A AND B`, which binds tighter.
fn all_of(words: &mut &[&str], allowed: &BTreeSet<String>) -> Option<bool> {
    let mut found = term(words, allowed)?;
    while let ["AND", rest @ ..] = words {
        *words = rest;
        found &= term(words, allowed)?;
    }
    Some(found)
}

/// A licence, one with an exception, or a group.
fn term(words: &mut &[&str], allowed: &BTreeSet<String>) -> Option<bool> {
    let (first, rest) = words.split_first()?;
    *words = rest;
    if *first == "(" {
        let found = any_of(words, allowed)?;
        let (last, rest) = words.split_first()?;
        *words = rest;
        return (*last == ")").then_some(found);
    }
    if matches!(*first, "OR" | "AND" | "WITH" | ")") {
        return None;
    }
    // An exception only takes terms away.
    if let ["WITH", _, rest @ ..] = words {
        *words = rest;
    }
    Some(allowed.contains(*first))
}

#[cfg(test)]
mod tests {
    use super::{allowed, is_allowed, refused};

    const LIST: &str = "[licenses]\nallow = [\"MIT\", \"Apache-2.0\"]\n";

    #[test]
    fn reads_licence_expressions() {
        let list = allowed(LIST).unwrap();
        for terms in [
            "MIT",
            "MIT OR GPL-3.0",
            "MIT/GPL-3.0",
            "Apache-2.0 WITH LLVM-exception",
            "(MIT OR GPL-3.0) AND Apache-2.0",
            "GPL-3.0 AND BSD-3-Clause OR MIT",
        ] {
            assert!(is_allowed(terms, &list), "{terms}");
        }
        for terms in [
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR Apache-2.0) AND LGPL-2.1",
            "mit",
            "",
            "MIT OR",
            "MIT Apache-2.0",
            "(MIT",
            "MIT)",
            "AND MIT",
        ] {
            assert!(!is_allowed(terms, &list), "{terms}");
        }
    }

    #[test]
    fn refuses_packages_by_name() {
        let packages = [("a v1.0.0", "MIT"), ("b v2.0.0", "GPL-3.0"), ("c v3.0.0", "")];
        let packages = packages.map(|(name, terms)| (name.to_owned(), terms.to_owned())).into();
        let refused = refused(&packages, &allowed(LIST).unwrap());
        assert_eq!(refused, ["b v2.0.0: GPL-3.0", "c v3.0.0: states no licence"]);
    }

    #[test]
    fn the_list_itself_cannot_allow_everything() {
        assert!(allowed("[licenses]\nallow = [\"GPL-3.0\"]\n").is_err());
        assert!(allowed("[licenses]\nallow = [1]\n").is_err());
        assert!(allowed("").is_err());
    }
}
