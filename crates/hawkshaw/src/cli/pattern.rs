//! The arguments of `hawkshaw pattern`.

use clap::{Args, Subcommand};

/// Look for shapes that say who made a transaction, and with whom.
#[derive(Debug, Args)]
pub(crate) struct PatternArguments {
    #[command(subcommand)]
    pub(crate) command: PatternCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PatternCommand {}
