//! The case folder that a pursuit writes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use hawkshaw_model::{Account, Case};

use super::book::{OUTPUTS, TRANSFERS};
use crate::draft::toml_text;
use crate::exit::Failure;

/// Behind this line `case.toml` is written anew by every run; what stands before it is the
/// user's.
const MARK: &str = "# ---- written by `hawkshaw trace --explorer`: changes below are lost ----";
/// What stands before what a case was drafted from.
const FOLLOWED: &str = "# drafted from ";
/// Where answers of the explorer are kept.
const CACHE: &str = "cache";

/// A case folder.
#[derive(Debug)]
pub(crate) struct CaseFolder {
    pub(crate) path: PathBuf,
    /// The part of `case.toml` that is the user's; `None` as long as there is none.
    head: Option<String>,
    /// What the case was drafted from, where it was.
    followed: Option<String>,
}

impl CaseFolder {
    /// A folder as it is, or to be made.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let file = path.join("case.toml");
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let is_used = std::fs::read_dir(path).is_ok_and(|mut found| {
                    found.any(|entry| entry.is_ok_and(|entry| entry.file_name() != CACHE))
                });
                if is_used {
                    let shown = path.display();
                    let error = anyhow!(
                        "{shown} is in use and holds no case.toml: name another with --case"
                    );
                    return Err(Failure::Usage(error));
                }
                return Ok(Self { path: path.to_owned(), head: None, followed: None });
            }
            Err(error) => {
                let error = anyhow!(error).context(format!("cannot read {}", file.display()));
                return Err(Failure::Unavailable(error));
            }
        };
        let parts = text.split_once(MARK);
        let head = parts.map(|(head, _)| head.to_owned());
        let followed = parts.and_then(|(_, tail)| {
            tail.lines().find_map(|line| line.strip_prefix(FOLLOWED)).map(str::to_owned)
        });
        let is_ours = head.is_some();
        let table = [TRANSFERS, OUTPUTS].into_iter().find(|name| path.join(name).exists());
        if let (false, Some(table)) = (is_ours, table) {
            let error = anyhow!(
                "{} has a {table} of its own, which a trace that asks an explorer would replace: \
                 copy its case.toml into a new folder and trace that",
                path.display()
            );
            return Err(Failure::Usage(error));
        }
        Ok(Self { path: path.to_owned(), head: Some(head.unwrap_or(text)), followed })
    }

    /// What the case was drafted from, where it was: a target, and since when.
    pub(crate) fn followed(&self) -> Option<&str> {
        self.followed.as_deref()
    }

    /// Whether its thefts are listed.
    pub(crate) fn has_case(&self) -> bool {
        self.head.is_some()
    }

    /// Where answers of the explorer are kept.
    pub(crate) fn cache(&self) -> PathBuf {
        self.path.join(CACHE)
    }

    /// The case, where its thefts are listed already.
    pub(crate) fn case(&self) -> Result<Option<Case>, Failure> {
        let Some(head) = &self.head else { return Ok(None) };
        let place = || self.path.join("case.toml").display().to_string();
        Case::from_toml(head).with_context(place).map_err(Failure::BadData).map(Some)
    }

    /// Lists thefts: the head of `case.toml`, and what it was drafted from.
    pub(crate) fn draft(&mut self, head: String, followed: String) -> Result<(), Failure> {
        self.head = Some(head);
        self.followed = Some(followed);
        self.write(&[], &[])
    }

    /// Writes `case.toml` with the accounts whose histories are whole, and what was reached.
    pub(crate) fn write(&self, complete: &[Account], limits: &[String]) -> Result<(), Failure> {
        let mut text = self.head.clone().unwrap_or_default();
        let _ = writeln!(text, "{MARK}");
        if let Some(followed) = &self.followed {
            let _ = writeln!(text, "{FOLLOWED}{followed}");
        }
        text.push_str("[coverage]\ncomplete_for = [\n");
        for account in complete {
            let _ = writeln!(text, "  {},", toml_text(&account.to_string()));
        }
        text.push_str("]\nlimits = [\n");
        for limit in limits {
            let _ = writeln!(text, "  {},", toml_text(limit));
        }
        text.push_str("]\n");
        make(&self.path)?;
        write(&self.path.join("case.toml"), &text)
    }
}

/// Makes a folder, and those that it is in.
pub(super) fn make(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make {}", folder.display()))
        .map_err(Failure::Unavailable)
}

/// Writes a file so that a reader finds the old text or the new one.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let next = path.with_extension("next");
    std::fs::write(&next, text)
        .with_context(|| format!("cannot write {}", next.display()))
        .map_err(Failure::Unavailable)?;
    put(&next, path)
}

/// Puts a file in the place of another.
pub(super) fn put(from: &Path, to: &Path) -> Result<(), Failure> {
    std::fs::rename(from, to)
        .with_context(|| format!("cannot write {}", to.display()))
        .map_err(Failure::Unavailable)
}
