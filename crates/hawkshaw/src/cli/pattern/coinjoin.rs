//! The arguments of `hawkshaw pattern coinjoin`.

use std::path::PathBuf;

use clap::Args;

/// Say which transactions of a UTXO chain mix coins of several people.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw pattern coinjoin chain\n  \
    hawkshaw pattern coinjoin outputs.csv\n  \
    hawkshaw pattern coinjoin my-case --json | jq '.transactions[] | select(.class != \"none\")'\n\n\
    Classes: whirlpool, tx0 (prepares coins for Whirlpool and mixes nothing), wasabi1, wasabi2,\n\
    joinmarket, none. A class is an inference from the shape of a transaction, its scripts and,\n\
    where they are at hand, the transactions beside it. See docs/coinjoin.md.")]
pub(crate) struct CoinjoinArguments {
    /// A store, a canonical outputs.csv, or a folder of such files, a case too.
    #[arg(value_name = "LEDGER")]
    pub(crate) ledger: PathBuf,
    /// Print JSON (schema hawkshaw.coinjoin/1), with an entry for every transaction.
    #[arg(long)]
    pub(crate) json: bool,
}
