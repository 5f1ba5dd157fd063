//! The arguments of `hawkshaw exposure`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hawkshaw_model::Timestamp;
use hawkshaw_screening::Category;

use crate::cli::StopsArgument;

/// Say which part of what addresses received and sent has to do with tagged places.
#[derive(Debug, Args)]
pub(crate) struct ExposureArguments {
    #[command(subcommand)]
    pub(crate) command: ExposureCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ExposureCommand {
    /// Follow value from tagged places and thefts through a ledger, both ways, and write what
    /// every address has of it into a file that `hawkshaw screen --index` reads.
    Build(BuildArguments),
    /// Show what addresses have in such a file.
    Show(ShowArguments),
}

/// Follow value from tagged places and thefts through a ledger.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw exposure build --case cases/ronin-bridge-2022 --out ronin.index\n  \
    hawkshaw exposure build --store chain --tags tagpacks/ --tags ofac/ --out chain.index\n\n\
    Direct is what a tagged place itself paid, or was paid; indirect came through untagged \
    addresses,\nand ends at services. One replay runs for each category and way. See \
    docs/exposure.md.\n\n\
    The store is also taken from HAWKSHAW_STORE; tags that were imported into it count too.")]
pub(crate) struct BuildArguments {
    /// The ledger store.
    #[arg(long, value_name = "STORE", conflicts_with = "ledger")]
    pub(crate) store: Option<PathBuf>,
    /// A file of transfers or outputs in place of a store, or a folder of them. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) ledger: Vec<PathBuf>,
    /// A case: what was stolen in it is a source. Without --store its ledger is read too.
    /// Repeatable.
    #[arg(long = "case", value_name = "DIR")]
    pub(crate) cases: Vec<PathBuf>,
    /// Tags: who they name is a source, and services stop. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) tags: Vec<PathBuf>,
    /// Lists: the folder that `hawkshaw lists update` keeps, or a list as it was published. Who
    /// stands on them is a source. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) lists: Vec<PathBuf>,
    /// Prices in US dollars. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) prices: Vec<PathBuf>,
    /// Look at nothing from this time on.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Timestamp>,
    /// The categories to follow, with commas. [default: all of medium severity or more]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) categories: Vec<Category>,
    /// Where following stops.
    #[arg(long, value_enum, default_value_t = StopsArgument::Inferred)]
    pub(crate) stops: StopsArgument,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

/// Show what addresses have in a file.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw exposure show 0x098b716b8aaf21512996dc57eb0615e2383e2f96 --index ronin.index")]
pub(crate) struct ShowArguments {
    /// An address, plain or as an account such as eip155:1:0x098b…. Several are answered one
    /// after the other.
    #[arg(value_name = "ADDRESS", required = true)]
    pub(crate) addresses: Vec<String>,
    /// The file that `hawkshaw exposure build` wrote.
    #[arg(long, value_name = "FILE")]
    pub(crate) index: PathBuf,
    /// Print JSON lines (schema hawkshaw.screen/1) and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
}
