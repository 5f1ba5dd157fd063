//! Other programs that a task runs.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::repository::Repository;

/// Runs a program with its output on the screen.
pub(crate) fn run(
    repository: &Repository,
    program: &str,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<()> {
    let mut command = Command::new(program);
    command.args(arguments).envs(environment.iter().copied()).current_dir(repository.root());
    let status = command.status().with_context(|| format!("cannot run {program}"))?;
    if !status.success() {
        bail!("`{program} {}` failed", arguments.join(" "));
    }
    Ok(())
}

/// What a program writes to its standard output. It sees no terminal, so that it writes the
/// same on every machine.
pub(crate) fn output(
    repository: &Repository,
    program: &str,
    arguments: &[&str],
) -> Result<Vec<u8>> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(repository.root());
    command.env_remove("HAWKSHAW_STORE").env("NO_COLOR", "1").env_remove("COLUMNS");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = command.output().with_context(|| format!("cannot run {program}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("`{program} {}` failed: {}", arguments.join(" "), said.trim());
    }
    Ok(output.stdout)
}
