//! The arguments of `hawkshaw pattern`.

pub(crate) mod coinjoin;
pub(crate) mod peel;

use clap::{Args, Subcommand};

/// Look for shapes that say who made a transaction, and with whom.
#[derive(Debug, Args)]
pub(crate) struct PatternArguments {
    #[command(subcommand)]
    pub(crate) command: PatternCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PatternCommand {
    /// Say which transactions of a UTXO chain mix coins of several people.
    Coinjoin(coinjoin::CoinjoinArguments),
    /// Follow a peel chain: who was paid step by step, and where it ends.
    Peel(peel::PeelArguments),
}
