//! The arguments of `hawkshaw pattern peel`.

use std::path::PathBuf;

use clap::Args;

/// Follow a peel chain: who was paid step by step, and where it ends.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw pattern peel 6a26d2ecb67f27d1fa5524763b49029d7106e91e3cc05743073461a719776192:0 \\\n    \
      --store chain --tags tagpacks/\n  \
    hawkshaw pattern peel bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 --ledger outputs.csv\n  \
    hawkshaw pattern peel TXID --store chain --backwards --dwell-max 30 --json\n\n\
    A step is taken only where exactly one output fits the wallet by 2 points or more; else the \
    chain\nstops, and every output that could be the change is shown. Every step is an inference. \
    See\ndocs/peel-chains.md.")]
pub(crate) struct PeelArguments {
    /// An output (txid:vout), a transaction, or an address, plain or with its chain. Of a
    /// transaction, the chain that begins with it; of an address, the chain of every output that
    /// it was paid.
    #[arg(value_name = "TARGET")]
    pub(crate) target: String,
    /// The ledger store that holds the chain.
    #[arg(
        long,
        value_name = "STORE",
        conflicts_with = "ledger",
        required_unless_present = "ledger"
    )]
    pub(crate) store: Option<PathBuf>,
    /// Canonical outputs: a CSV file, or a folder of them. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) ledger: Vec<PathBuf>,
    /// Tags: a TagPack, ActorPack, OFAC list or CSV, or a folder of them. A chain stops at
    /// services, and payments to them are listed by name. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) tags: Vec<PathBuf>,
    /// Follow a chain through so many transactions at most.
    #[arg(long, value_name = "COUNT", default_value_t = 1_000,
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) hops: u32,
    /// Stop where value lay for more than so many days.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32))]
    pub(crate) dwell_max: Option<u32>,
    /// Also say where the chain began: go back as long as the target is the change.
    #[arg(long)]
    pub(crate) backwards: bool,
    /// Print JSON (schema hawkshaw.peel/1) and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
}
