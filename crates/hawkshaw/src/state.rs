//! The folder of what a service has to keep.

use std::path::{Path, PathBuf};

use anyhow::anyhow;

use crate::exit::Failure;

/// The folder that is named, or that of the person who runs the command
/// (XDG Base Directory Specification: `$XDG_STATE_HOME`, else `~/.local/state`).
pub(crate) fn folder(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let absolute = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let base = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")));
    let missing = || Failure::Usage(anyhow!("name a folder to keep things in with --state"));
    Ok(base.ok_or_else(missing)?.join("hawkshaw"))
}
