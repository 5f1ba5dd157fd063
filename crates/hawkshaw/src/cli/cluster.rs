//! The arguments of `hawkshaw cluster`.

use std::path::PathBuf;

use clap::Args;

/// Say which addresses one wallet spends from.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw cluster 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa --store chain\n  \
    hawkshaw cluster bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 --ledger outputs.csv --tags tagpacks/\n\n\
    Addresses whose outputs were spent in one transaction are taken for one owner's. That is an \
    inference.\nTransactions that several people may have made join nothing: CoinJoins, payments \
    that look like\nPayJoins, and those that would join different tagged actors. See \
    docs/clusters.md.\n\n\
    The clusters of a store are kept in a file inside it and brought up to date when it has grown. \
    The\nstore is also taken from HAWKSHAW_STORE.")]
pub(crate) struct ClusterArguments {
    /// An address of a UTXO chain, plain or as an account such as
    /// bip122:000000000019d6689c085ae165831e93:1A1z…. Several are answered one after the other.
    #[arg(value_name = "ADDRESS", required = true)]
    pub(crate) addresses: Vec<String>,
    /// The ledger store that holds the chain.
    #[arg(long, value_name = "STORE", conflicts_with = "ledger")]
    pub(crate) store: Option<PathBuf>,
    /// Canonical outputs in place of a store: a CSV file, or a folder of them. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) ledger: Vec<PathBuf>,
    /// Tags: accounts of different actors are never joined, and tags are shown. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) tags: Vec<PathBuf>,
    /// How many members and transactions are listed, each; 0 lists all.
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    pub(crate) members: usize,
    /// Keep the clusters in this file. [default: a file in the store; none with --ledger]
    #[arg(long, value_name = "PATH", conflicts_with = "no_keep")]
    pub(crate) clusters: Option<PathBuf>,
    /// Neither read nor write a file of clusters.
    #[arg(long)]
    pub(crate) no_keep: bool,
    /// Print JSON (schema hawkshaw.cluster/1) and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
}
