//! The arguments of the command.

pub(crate) mod audit;
pub(crate) mod bridge;
pub(crate) mod cluster;
pub(crate) mod exposure;
pub(crate) mod incidents;
pub(crate) mod keys;
pub(crate) mod ledger;
pub(crate) mod lists;
pub(crate) mod mixer;
pub(crate) mod pattern;
pub(crate) mod prices;
pub(crate) mod screen;
pub(crate) mod serve;
pub(crate) mod sources;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use hawkshaw_model::{Fraction, Policy, Timestamp};

use crate::noise::KeptNoise;

/// Follows stolen cryptocurrency from the theft to the cash-outs.
#[derive(Debug, Parser)]
#[command(
    name = "hawkshaw",
    version,
    about,
    max_term_width = 100,
    after_help = "Examples:\n  \
        hawkshaw trace cases/ronin-bridge-2022\n  \
        hawkshaw trace cases/ronin-bridge-2022 --out report\n  \
        hawkshaw verify report\n  \
        hawkshaw case new my-case\n\n\
        Exit codes: 0 done, 1 a hit (only where asked for), 2 wrong usage, 3 bad data,\n4 source unavailable, 130 interrupted, 70 our bug."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Say nothing but the answer.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Follow what a case lists as stolen: where is it now, and who could freeze it.
    Trace(TraceArguments),
    /// Work on cases.
    Case(CaseArguments),
    /// Run a report again from its manifest and say whether every byte agrees.
    Verify(VerifyArguments),
    /// Read and ask what others say about addresses.
    Tags(TagsArguments),
    /// Keep chains on this machine: import files, ask for histories and balances.
    Ledger(ledger::LedgerArguments),
    /// Fetch and ask prices in US dollars.
    Prices(prices::PricesArguments),
    /// Bring a store to the tip of a chain, from a node or its files.
    Sync(sources::SyncArguments),
    /// Ask nodes and explorers what they can do.
    Sources(sources::SourcesArguments),
    /// Who stole how much, when, and what the numbers rest on.
    Incidents(incidents::IncidentsArguments),
    /// Keep lists of sanctions, with the days of additions and delistings.
    Lists(lists::ListsArguments),
    /// Put the two sides of bridges together.
    Bridge(bridge::BridgeArguments),
    /// Say who probably took out of a mixer what a thief put into it.
    Mixer(mixer::MixerArguments),
    /// Say which addresses one wallet spends from.
    Cluster(cluster::ClusterArguments),
    /// Look for shapes that say who made a transaction, and with whom.
    Pattern(pattern::PatternArguments),
    /// Say what is known of addresses, and what rules say about it.
    Screen(Box<screen::ScreenArguments>),
    /// Answer about addresses and transfers over HTTP, and watch what is registered.
    Serve(serve::ServeArguments),
    /// Say which part of what addresses received and sent has to do with tagged places.
    Exposure(exposure::ExposureArguments),
    /// Check and read the audit log of a screening service.
    Audit(audit::AuditArguments),
    /// Say who may ask a screening service, and what.
    Keys(keys::KeysArguments),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// Follow what a case lists as stolen.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw trace cases/ronin-bridge-2022\n  \
    hawkshaw trace my-case --ledger transfers.csv --tags tagpacks/ --out report\n  \
    hawkshaw trace my-case --store chain\n  \
    hawkshaw trace my-case --prices prices.csv --out report\n  \
    hawkshaw trace 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa --store chain --since 2024-05-31\n  \
    hawkshaw trace 0x098B716B8Aaf21512996dC57EB0615e2383E2f96 --since 2022-03-23 \\\n    \
    --explorer 'https://api.etherscan.io/v2/api?chainid=1' --key-file key.txt\n  \
    hawkshaw trace my-case --policy fifo --json | jq '.terminals[0]'")]
pub(crate) struct TraceArguments {
    /// The case folder: case.toml, and any of transfers.csv, outputs.csv, tags/. With --ledger,
    /// --store or --explorer also a transaction, an output (txid:vout) or an address: all that it
    /// brought is then assumed to be stolen.
    #[arg(value_name = "TARGET")]
    pub(crate) target: String,
    /// More canonical transfers or outputs: a CSV file, or a folder of them. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) ledger: Vec<PathBuf>,
    /// The ledger store that holds the chain, in place of the tables of the case, which are not
    /// read then. `hawkshaw ledger import` makes one.
    #[arg(long, value_name = "STORE", conflicts_with = "ledger")]
    pub(crate) store: Option<PathBuf>,
    /// More tags: a TagPack, ActorPack, OFAC list or CSV, or a folder of them. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) tags: Vec<PathBuf>,
    /// Prices in US dollars, to show beside amounts and to order by: a CSV or Parquet file with
    /// the columns asset, time and price, or a folder of them. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) prices: Vec<PathBuf>,
    /// Apply only this taint policy. Repeatable. [default: all that apply]
    #[arg(long, value_name = "NAME", value_parser = parse_policy)]
    pub(crate) policy: Vec<Policy>,
    /// Where following stops: at tagged services, or also at untagged addresses that behave
    /// like services.
    #[arg(long, value_enum, default_value_t = StopsArgument::Inferred)]
    pub(crate) stops: StopsArgument,
    /// Sum up what stays below this part of the theft under every policy, such as 0.001 or
    /// 0.1%. 0 lists everything.
    #[arg(long, value_name = "FRACTION", default_value_t = Fraction::ONE_BASIS_POINT,
        value_parser = parse_fraction)]
    pub(crate) floor: Fraction,
    /// Do not apply the noise rules, or not these: zero-value, counterfeit, spoofed-log,
    /// poisoning, airdrop, dust.
    #[arg(long, value_name = "RULE,…", num_args = 0..=1, require_equals = true,
        default_missing_value = "all", value_delimiter = ',', value_parser = crate::noise::parse)]
    pub(crate) keep_noise: Option<Vec<KeptNoise>>,
    /// Look only at what happened before this time: RFC 3339, a date, or Unix seconds.
    #[arg(long, value_name = "TIME")]
    pub(crate) until: Option<Timestamp>,
    /// Print the trace as JSON (schema hawkshaw.trace/1) and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the report into this folder, which must be new or empty.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) pursuit: PursuitArguments,
}

/// Following with an explorer.
#[derive(Debug, Args)]
#[command(next_help_heading = "Following with an explorer")]
pub(crate) struct PursuitArguments {
    /// Ask this explorer for the histories of the addresses that the money reached: the URL of
    /// an API like Etherscan's, of Blockscout or of Esplora. Only this host is contacted; what it
    /// says is kept in the case folder, so that a second run asks nothing.
    #[arg(long, value_name = "URL", conflicts_with_all = ["store", "ledger"])]
    pub(crate) explorer: Option<String>,
    /// Of a bare address, from when on what came to it counts as stolen: RFC 3339, a date, or
    /// Unix seconds. An explorer has to know it.
    #[arg(long, value_name = "TIME")]
    pub(crate) since: Option<Timestamp>,
    /// How many histories may be asked for.
    #[arg(long, value_name = "HISTORIES", default_value_t = 200, requires = "explorer",
        value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) budget: u64,
    /// How many rows a history may have: longer ones are those of services.
    #[arg(long, value_name = "ROWS", default_value_t = 50_000, requires = "explorer")]
    pub(crate) history_rows: u64,
    /// The case folder to write. [default: case- and the start of the target; a case folder that
    /// is the target itself]
    #[arg(long, value_name = "DIR", requires = "explorer")]
    pub(crate) case: Option<PathBuf>,
    /// Ask nobody: only what the case folder keeps of earlier answers.
    #[arg(long, requires = "explorer")]
    pub(crate) offline: bool,
    #[command(flatten)]
    pub(crate) asking: sources::AskingArguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StopsArgument {
    Tagged,
    Inferred,
}

/// Work on cases.
#[derive(Debug, Args)]
pub(crate) struct CaseArguments {
    #[command(subcommand)]
    pub(crate) command: CaseCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CaseCommand {
    /// Write a commented template to fill in.
    New {
        /// The folder to make. Its name becomes the id of the case.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
}

/// Run a report again.
#[derive(Debug, Args)]
#[command(after_help = "A report holds copies of its inputs, named by their digests, so that \
    nothing else is opened.\nLarge inputs are left out of it: name them with --input, and a ledger store with --store.")]
pub(crate) struct VerifyArguments {
    /// The folder that `trace --out` wrote.
    #[arg(value_name = "REPORT")]
    pub(crate) report: PathBuf,
    /// An input that the report has no copy of: a file, recognised by its digest, or a folder
    /// of such files. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) input: Vec<PathBuf>,
    /// The ledger store that the report rests on.
    #[arg(long, value_name = "STORE")]
    pub(crate) store: Option<PathBuf>,
}

/// Read and ask tags.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw tags import tagpacks/ --store store\n  \
    hawkshaw tags show 0x098B716B8Aaf21512996dC57EB0615e2383E2f96 --store store\n  \
    hawkshaw tags list --tags cases/ronin-bridge-2022/tags")]
pub(crate) struct TagsArguments {
    #[command(subcommand)]
    pub(crate) command: TagsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TagsCommand {
    /// Add tags to a store. The same tags again change nothing.
    Import {
        /// TagPacks, ActorPacks, OFAC lists, CSV, or folders of them.
        #[arg(value_name = "PATH", required = true)]
        paths: Vec<PathBuf>,
        /// The folder to keep the tags in.
        #[arg(long, value_name = "STORE", env = "HAWKSHAW_STORE")]
        store: PathBuf,
    },
    /// List all tags.
    List {
        #[command(flatten)]
        from: TagSource,
        /// Print JSON lines.
        #[arg(long)]
        json: bool,
    },
    /// Show what is said about an address, what of it counts, and what disagrees.
    Show {
        /// An address, or an account such as eip155:1:0x….
        #[arg(value_name = "ADDRESS")]
        address: String,
        #[command(flatten)]
        from: TagSource,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Where tags are read from.
#[derive(Debug, Args)]
pub(crate) struct TagSource {
    /// The store that `tags import` wrote.
    #[arg(long, value_name = "STORE", env = "HAWKSHAW_STORE")]
    pub(crate) store: Option<PathBuf>,
    /// Files or folders of tags. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) tags: Vec<PathBuf>,
}

fn parse_fraction(text: &str) -> Result<Fraction, String> {
    let explain = |_| format!("`{text}` is no part of a whole, such as 0.001, 0.1% or 0");
    text.parse().map_err(explain)
}

fn parse_policy(text: &str) -> Result<Policy, String> {
    text.parse().map_err(|error: hawkshaw_model::UnknownPolicy| error.to_string())
}
