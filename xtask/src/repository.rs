//! The repository: where it is, which files it has, and which crates.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::process;

/// The repository that this task was built in.
#[derive(Debug)]
pub(crate) struct Repository {
    root: PathBuf,
}

/// The packages of this workspace, as cargo sees them.
#[derive(Debug)]
pub(crate) struct Packages {
    /// By name.
    pub(crate) own: BTreeMap<String, OwnPackage>,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
}

/// A package of this workspace.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct OwnPackage {
    /// Its folder, seen from the root.
    pub(crate) folder: String,
    /// The packages of this workspace that it is built on.
    pub(crate) built_on: BTreeSet<String>,
    /// Those that only its tests and benches use.
    pub(crate) tested_with: BTreeSet<String>,
}

impl Repository {
    /// The repository that this task was built in.
    pub(crate) fn here() -> Self {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self { root: xtask.parent().unwrap_or(xtask).to_owned() }
    }

    /// Its root.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A file of it as text.
    pub(crate) fn text(&self, name: &str) -> Result<String> {
        std::fs::read_to_string(self.root.join(name)).with_context(|| format!("cannot read {name}"))
    }

    /// The files that are committed or would be, by path from the root.
    pub(crate) fn files(&self) -> Result<Vec<String>> {
        let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let output = process::output(self, "git", &list)?;
        let names = String::from_utf8(output).context("a file name is not UTF-8")?;
        let mut names: Vec<String> =
            names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        names.retain(|name| self.root.join(name).is_file());
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// The packages of this workspace.
    pub(crate) fn packages(&self) -> Result<Packages> {
        let arguments = ["metadata", "--format-version", "1", "--locked"];
        let output = process::output(self, "cargo", &arguments)?;
        let metadata: Value = serde_json::from_slice(&output)?;
        Packages::read(&metadata, &self.root)
    }
}

impl Packages {
    fn read(metadata: &Value, root: &Path) -> Result<Self> {
        let list = metadata["packages"].as_array().context("cargo metadata has no packages")?;
        let target = metadata["target_directory"].as_str().context("no target directory")?;
        let own_names: BTreeSet<&str> = list
            .iter()
            .filter(|package| package["source"].is_null())
            .filter_map(|package| package["name"].as_str())
            .collect();
        let mut own = BTreeMap::new();
        for package in list.iter().filter(|package| package["source"].is_null()) {
            let name = package["name"].as_str().context("a package without a name")?;
            own.insert(name.to_owned(), own_package(package, &own_names, root)?);
        }
        Ok(Self { own, target: target.into() })
    }
}

fn own_package(package: &Value, own: &BTreeSet<&str>, root: &Path) -> Result<OwnPackage> {
    let manifest = package["manifest_path"].as_str().context("a package without a manifest")?;
    let folder = Path::new(manifest).parent().and_then(|folder| folder.strip_prefix(root).ok());
    let folder = folder.with_context(|| format!("{manifest} is not in the repository"))?;
    let mut found =
        OwnPackage { folder: folder.to_string_lossy().replace('\\', "/"), ..OwnPackage::default() };
    for dependency in package["dependencies"].as_array().into_iter().flatten() {
        let name = dependency["name"].as_str().unwrap_or_default();
        if !own.contains(name) {
            continue;
        }
        let is_dev = dependency["kind"].as_str() == Some("dev");
        let arrows = if is_dev { &mut found.tested_with } else { &mut found.built_on };
        arrows.insert(name.to_owned());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::Packages;
    use std::path::Path;

    #[test]
    fn keeps_our_packages_and_the_arrows_between_them() {
        let metadata = serde_json::json!({
            "target_directory": "/r/target",
            "packages": [
                { "name": "a", "version": "1.0.0", "source": null,
                  "manifest_path": "/r/crates/a/Cargo.toml",
                  "dependencies": [
                    { "name": "b", "kind": null }, { "name": "csv", "kind": null },
                    { "name": "b", "kind": "dev" }
                  ] },
                { "name": "b", "version": "1.0.0", "source": null,
                  "manifest_path": "/r/crates/b/Cargo.toml", "dependencies": [] },
                { "name": "csv", "version": "1.4.0", "source": "registry",
                  "manifest_path": "/elsewhere/Cargo.toml", "dependencies": [] }
            ]
        });
        let packages = Packages::read(&metadata, Path::new("/r")).unwrap();
        let a = &packages.own["a"];
        assert_eq!(a.folder, "crates/a");
        assert!(a.built_on.contains("b") && a.tested_with.contains("b"));
        assert_eq!(a.built_on.len() + a.tested_with.len() + packages.own.len(), 4);
    }
}
