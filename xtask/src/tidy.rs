//! Whether the repository is what its documents say.

mod arrows;
mod crate_map;
mod files;
mod links;
mod markdown;

use std::fmt;

use anyhow::{Result, bail};

use crate::repository::Repository;

/// The page that describes the crates.
const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// Something to be mended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Complaint {
    file: String,
    /// From 1; 0 where it is about the whole file.
    line: usize,
    text: String,
}

impl Complaint {
    fn new(file: &str, line: usize, text: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, text: text.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.text),
            line => write!(f, "{}:{line}: {}", self.file, self.text),
        }
    }
}

/// Looks through the repository.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    let names = repository.files()?;
    let packages = repository.packages()?;
    let page = repository.text(ARCHITECTURE)?;
    let mut complaints = arrows::check(&page, &packages.own);
    complaints.extend(crate_map::check(&page, &packages.own));
    for package in packages.own.values() {
        let manifest = format!("{}/Cargo.toml", package.folder);
        complaints.extend(files::check_manifest(&manifest, &repository.text(&manifest)?));
    }
    for name in &names {
        let bytes = std::fs::read(repository.root().join(name))?;
        complaints.extend(files::check(name, &bytes));
        if name.ends_with(".md") {
            let text = String::from_utf8_lossy(&bytes);
            complaints
                .extend(links::check(name, &text, &|path| repository.root().join(path).exists()));
        }
    }
    complaints.sort();
    if !complaints.is_empty() {
        let list: Vec<String> = complaints.iter().map(Complaint::to_string).collect();
        bail!("{} complaints:\n  {}", list.len(), list.join("\n  "));
    }
    println!("   {} files, {} crates: nothing to complain about", names.len(), packages.own.len());
    Ok(())
}
