//! `hawkshaw pattern`.

mod coinjoin;
mod peel;
mod place;

use crate::cli::pattern::{PatternArguments, PatternCommand};
use crate::exit::Failure;

pub(crate) fn run(arguments: &PatternArguments, quiet: bool) -> Result<(), Failure> {
    match &arguments.command {
        PatternCommand::Coinjoin(arguments) => coinjoin::run(arguments, quiet),
        PatternCommand::Peel(arguments) => peel::run(arguments, quiet),
    }
}
