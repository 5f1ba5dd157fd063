//! Checks of the repository itself, run as `cargo xtask <task>`.
//!
//! | task | does |
//! |---|---|
//! | `tidy` | compares ARCHITECTURE.md with the workspace, and looks through every file |
//! | `licences` | compares the licence of every dependency with `deny.toml` |
//! | `cli-reference` | writes `docs/cli.md` from the help texts of the command |
//! | `exchange` | has validators of others check the exports of the incident ledger |
//! | `check` | formatting, lints, documentation, the tasks above, and the main command twice |
//! | `ci` | `cargo test --workspace`, then `check`: what `.ci/run` runs |
//!
//! The Rust toolchain and git are needed, and Python 3 for `exchange`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a task talks to who called it")]

mod checks;
mod cli_reference;
mod exchange;
mod licences;
mod process;
mod repository;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::repository::Repository;

const USAGE: &str = "usage: cargo xtask tidy|licences|cli-reference|exchange|check|ci";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let repository = Repository::here();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["tidy"] => tidy::run(&repository),
        ["licences"] => licences::run(&repository),
        ["cli-reference"] => cli_reference::run(&repository),
        ["exchange"] => exchange::run(&repository),
        ["check"] => checks::check(&repository),
        ["ci"] => checks::ci(&repository),
        _ => bail!("{USAGE}"),
    }
}
