//! The `hawkshaw` command.
//!
//! This crate alone knows of arguments, files, terminals and exit codes. It reads inputs,
//! hands them to the libraries, and writes what they give back.

mod asset_names;
mod bundle;
mod cli;
mod command;
mod crossings;
mod draft;
mod evidence;
mod exit;
mod exposure;
mod input;
mod investigation;
mod lists;
mod noise;
mod prices;
mod pursuit;
mod screen;
mod screening;
mod source;
mod state;
mod store;
mod target;
mod wallets;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};
use crate::exit::Failure;

fn main() -> ExitCode {
    exit::report_panics();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::of_usage(&error),
    };
    match std::panic::catch_unwind(|| run(&cli)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => failure.report(),
        Err(_) => ExitCode::from(exit::BUG),
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Trace(arguments) => command::trace::run(arguments, cli.quiet),
        Command::Case(arguments) => command::case::run(arguments, cli.quiet),
        Command::Verify(arguments) => command::verify::run(arguments, cli.quiet),
        Command::Tags(arguments) => command::tags::run(arguments, cli.quiet),
        Command::Ledger(arguments) => command::ledger::run(arguments, cli.quiet),
        Command::Prices(arguments) => command::prices::run(arguments, cli.quiet),
        Command::Sync(arguments) => command::sync::run(arguments, cli.quiet),
        Command::Sources(arguments) => command::sources::run(arguments, cli.quiet),
        Command::Incidents(arguments) => command::incidents::run(arguments, cli.quiet),
        Command::Lists(arguments) => command::lists::run(arguments, cli.quiet),
        Command::Bridge(arguments) => command::bridge::run(arguments, cli.quiet),
        Command::Mixer(arguments) => command::mixer::run(arguments, cli.quiet),
        Command::Cluster(arguments) => command::cluster::run(arguments, cli.quiet),
        Command::Pattern(arguments) => command::pattern::run(arguments, cli.quiet),
        Command::Screen(arguments) => command::screen::run(arguments, cli.quiet),
        Command::Serve(arguments) => command::serve::run(arguments, cli.quiet),
        Command::Exposure(arguments) => command::exposure::run(arguments, cli.quiet),
        Command::Audit(arguments) => command::audit::run(arguments, cli.quiet),
        Command::Keys(arguments) => command::keys::run(arguments, cli.quiet),
        Command::Completions { shell } => command::completions::run(*shell),
    }
}
