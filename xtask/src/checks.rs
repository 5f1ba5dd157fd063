//! The checks that every change passes.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::repository::Repository;
use crate::{cli_reference, exchange, licences, process, tidy};

/// The test command of the README.
const TESTS: &[&str] = &["test", "--workspace"];
/// The main command of the README, less the build profile.
const CASE: &str = "cases/ronin-bridge-2022";

/// Tests, then every other check.
pub(crate) fn ci(repository: &Repository) -> Result<()> {
    step("tests", || cargo(repository, TESTS, &[]))?;
    check(repository)
}

/// Every check but the tests.
pub(crate) fn check(repository: &Repository) -> Result<()> {
    step("formatting", || cargo(repository, &["fmt", "--all", "--check"], &[]))?;
    step("tidiness", || tidy::run(repository))?;
    step("licences", || licences::run(repository))?;
    step("lints", || {
        let lints = ["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"];
        cargo(repository, &lints, &[])
    })?;
    step("documentation", || {
        let environment = [("RUSTDOCFLAGS", "--deny warnings")];
        cargo(repository, &["doc", "--workspace", "--no-deps"], &environment)
    })?;
    step("the main command, twice", || main_command(repository))?;
    step("command line reference", || reference(repository))?;
    step("exchange formats", || exchange::run(repository))?;
    println!("== all checks passed");
    Ok(())
}

fn step(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("== {name}");
    let start = Instant::now();
    work()?;
    println!("   {name}: done in {} s", start.elapsed().as_secs());
    Ok(())
}

fn cargo(repository: &Repository, arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    process::run(repository, "cargo", arguments, environment)
}

/// Traces the bundled theft twice: it must work, and give the same bytes.
fn main_command(repository: &Repository) -> Result<()> {
    let binary = cli_reference::binary(repository)?;
    let table = process::output(repository, &binary, &["trace", CASE])?;
    let first = process::output(repository, &binary, &["trace", CASE, "--json"])?;
    let second = process::output(repository, &binary, &["trace", CASE, "--json"])?;
    if table.is_empty() || first.is_empty() {
        bail!("the main command answered nothing");
    }
    if first != second {
        bail!("two runs of the main command gave different bytes");
    }
    println!("   {} bytes of JSON, the same in both runs", first.len());
    Ok(())
}

/// Compares the command line reference with the help texts.
fn reference(repository: &Repository) -> Result<()> {
    let stored = repository.text(cli_reference::FILE)?;
    if stored != cli_reference::page(repository)? {
        bail!("{} is out of date: run `cargo xtask cli-reference`", cli_reference::FILE);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{CASE, TESTS};
    use crate::repository::Repository;

    #[test]
    fn checks_the_commands_of_the_readme() {
        let readme = Repository::here().text("README.md").unwrap();
        let main = format!("cargo run --release -- trace {CASE}\n");
        let tests = format!("cargo {}\n", TESTS.join(" "));
        assert!(readme.contains(&main), "the README has no `{main}`");
        assert!(readme.contains(&tests), "the README has no `{tests}`");
        let script = Repository::here().text(".ci/run").unwrap();
        assert!(script.contains(&tests), ".ci/run does not call `{tests}`");
    }
}
