//! `hawkshaw pattern`.

use crate::cli::pattern::PatternArguments;
use crate::exit::Failure;

pub(crate) fn run(arguments: &PatternArguments, _quiet: bool) -> Result<(), Failure> {
    match arguments.command {}
}
