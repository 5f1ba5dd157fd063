//! `hawkshaw pattern`.

mod peel;

use crate::cli::pattern::{PatternArguments, PatternCommand};
use crate::exit::Failure;

pub(crate) fn run(arguments: &PatternArguments, quiet: bool) -> Result<(), Failure> {
    match &arguments.command {
        PatternCommand::Peel(arguments) => peel::run(arguments, quiet),
    }
}
