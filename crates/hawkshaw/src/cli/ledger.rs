//! The arguments of `hawkshaw ledger`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};
use hawkshaw_ingest::{EventChoice, Format};
use hawkshaw_model::{AssetId, ChainId, Timestamp};

use crate::noise::KeptNoise;

/// Keep chains on this machine and ask them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw ledger import exports/ --store chain\n  \
    hawkshaw ledger info --store chain\n  \
    hawkshaw ledger history 0x098B716B8Aaf21512996dC57EB0615e2383E2f96 --store chain\n  \
    hawkshaw ledger balance 0x098B716B8Aaf21512996dC57EB0615e2383E2f96 --at 2022-03-24\n  \
    hawkshaw trace my-case --store chain\n\n\
    A store is a folder. Every command takes it by --store or by HAWKSHAW_STORE.")]
pub(crate) struct LedgerArguments {
    #[command(subcommand)]
    pub(crate) command: LedgerCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Add files of a chain to a store. The same files again change nothing.
    Import(ImportArguments),
    /// Say what a store holds: chains, heights, times, bytes, gaps.
    Info {
        #[command(flatten)]
        store: StoreArgument,
        /// Print JSON (schema hawkshaw.ledger.info/1).
        #[arg(long)]
        json: bool,
    },
    /// Read every byte of a store and say whether it is whole.
    #[command(after_help = "Every problem is named with its file and the byte. Exit code 3 if \
        there is any.")]
    Verify {
        #[command(flatten)]
        store: StoreArgument,
        /// Print JSON (schema hawkshaw.ledger.verify/1).
        #[arg(long)]
        json: bool,
    },
    /// List what an address was paid and paid, in chain order.
    #[command(after_help = "Examples:\n  \
        hawkshaw ledger history 0x098B716B8Aaf21512996dC57EB0615e2383E2f96 --from 2022-03-23\n  \
        hawkshaw ledger history bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 --limit 0 --csv")]
    History(HistoryArguments),
    /// Say what an address holds, by asset, as far as the store knows.
    #[command(after_help = "The balance at a height is that after its block, and the balance at \
        a time that after every block up to then.\nA number below 1,000,000,000 is a height.")]
    Balance {
        #[command(flatten)]
        account: AccountArguments,
        /// When: a height, RFC 3339, a date, or Unix seconds. [default: at the end of the store]
        #[arg(long, value_name = "HEIGHT|TIME")]
        at: Option<Moment>,
        /// Print JSON (schema hawkshaw.ledger.balance/1).
        #[arg(long)]
        json: bool,
    },
    /// List whom an address paid and was paid by, those with the most movements first.
    Counterparties(CounterpartyArguments),
    /// Show what a transaction moved.
    #[command(after_help = "Examples:\n  \
        hawkshaw ledger tx 0xc28fad5e8d5e0ce6a2eaf67b6687be5d58113e16be590824d6cfa1a94467d0b7\n  \
        hawkshaw ledger tx eip155:1:0xc28fad5e8d5e0ce6a2eaf67b6687be5d58113e16be590824d6cfa1a94467d0b7")]
    Tx {
        /// A hash, chain:hash, or an output as txid:vout.
        #[arg(value_name = "HASH")]
        hash: String,
        #[command(flatten)]
        store: StoreArgument,
        /// Only on this chain.
        #[arg(long, value_name = "ID", value_parser = chain)]
        chain: Option<ChainId>,
        /// Print JSON (schema hawkshaw.ledger.tx/1).
        #[arg(long)]
        json: bool,
    },
    /// Take back every block above a height.
    Unwind {
        /// The last height that stays.
        #[arg(long, value_name = "HEIGHT")]
        to: u64,
        /// The chain, where the store holds several.
        #[arg(long, value_name = "ID", value_parser = chain)]
        chain: Option<ChainId>,
        #[command(flatten)]
        store: StoreArgument,
    },
    /// Join the small files that many small imports leave.
    Compact {
        #[command(flatten)]
        store: StoreArgument,
    },
    /// Write canonical tables, which import again as they are.
    #[command(after_help = "Examples:\n  \
        hawkshaw ledger export --store chain --format parquet --out tables\n  \
        hawkshaw ledger export --store chain --from 2022-03-23 --to 2022-03-24 --out day.csv")]
    Export(ExportArguments),
}

/// The store.
#[derive(Debug, Args)]
pub(crate) struct StoreArgument {
    /// The folder of the store.
    #[arg(long, value_name = "STORE", env = "HAWKSHAW_STORE")]
    pub(crate) store: PathBuf,
}

/// Add files of a chain to a store.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw ledger import transfers.csv --store chain\n  \
    hawkshaw ledger import 'aws/transactions/*.parquet' 'aws/token_transfers/*.parquet' --store chain\n  \
    hawkshaw ledger import export.csv --format etherscan --chain eip155:137 --store chain\n\n\
    Name all tables of the same blocks together: transactions, traces, token transfers, blocks.\n\
    An interrupted import loses at most one batch: the same command goes on where it stopped.\n\
    Ctrl-C ends with exit code 130.")]
pub(crate) struct ImportArguments {
    /// Files, folders of them (with all folders inside), or patterns such as 'data/*.parquet'.
    #[arg(value_name = "FILE|DIR|GLOB", required = true)]
    pub(crate) paths: Vec<String>,
    #[command(flatten)]
    pub(crate) store: StoreArgument,
    /// The format: auto, canonical, ethereum-etl, bigquery-ethereum, aws-ethereum, cryo,
    /// bitcoin-etl, bigquery-bitcoin, aws-bitcoin, etherscan, blockchainspider or graphsense.
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = format)]
    pub(crate) format: FormatArgument,
    /// The chain of files that do not name it, such as eip155:137. [default: Ethereum or
    /// Bitcoin, by the format]
    #[arg(long, value_name = "ID", value_parser = chain)]
    pub(crate) chain: Option<ChainId>,
    /// Which raw logs to keep: none, known (those that a decoder has a use for) or all.
    #[arg(long, value_name = "WHICH", default_value_t = EventChoice::Known)]
    pub(crate) events: EventChoice,
    /// Keep the calldata of transactions.
    #[arg(long)]
    pub(crate) calldata: bool,
    /// Leave out files that are not recognised.
    #[arg(long)]
    pub(crate) skip_unknown: bool,
    /// Print the summary as JSON (schema hawkshaw.ledger.import/1).
    #[arg(long)]
    pub(crate) json: bool,
    /// Store a batch after so many rows: for tests.
    #[arg(long, value_name = "ROWS", hide = true)]
    pub(crate) batch_rows: Option<usize>,
}

/// Of which account.
#[derive(Debug, Args)]
pub(crate) struct AccountArguments {
    /// An address, on any chain of the store, or an account such as eip155:1:0x….
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,
    #[command(flatten)]
    pub(crate) store: StoreArgument,
    /// Only on this chain.
    #[arg(long, value_name = "ID", value_parser = chain)]
    pub(crate) chain: Option<ChainId>,
}

/// From when to when.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct RangeArguments {
    /// From this height or time on: RFC 3339, a date, or Unix seconds. A number below
    /// 1,000,000,000 is a height.
    #[arg(long, value_name = "HEIGHT|TIME")]
    pub(crate) from: Option<Moment>,
    /// Before this height or time.
    #[arg(long, value_name = "HEIGHT|TIME")]
    pub(crate) to: Option<Moment>,
}

/// List what an address was paid and paid.
#[derive(Debug, Args)]
pub(crate) struct HistoryArguments {
    #[command(flatten)]
    pub(crate) account: AccountArguments,
    #[command(flatten)]
    pub(crate) range: RangeArguments,
    /// How many movements at most; 0 is all.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: u64,
    /// Only this asset: a CAIP-19 id or the symbol of a curated asset.
    #[arg(long, value_name = "ASSET")]
    pub(crate) asset: Option<AssetArgument>,
    /// Leave out what a noise rule matches, and say how much that is.
    #[arg(long)]
    pub(crate) hide_noise: bool,
    /// Do not apply the noise rules, or not these: zero-value, counterfeit, spoofed-log,
    /// poisoning, airdrop, dust.
    #[arg(long, value_name = "RULE,…", num_args = 0..=1, require_equals = true,
        default_missing_value = "all", value_delimiter = ',', value_parser = crate::noise::parse)]
    pub(crate) keep_noise: Option<Vec<KeptNoise>>,
    /// What outside sources call assets, to tell counterfeits: a CSV with the columns asset,
    /// symbol, name and decimals.
    #[arg(long, value_name = "FILE")]
    pub(crate) names: Option<PathBuf>,
    /// Print JSON (schema hawkshaw.ledger.history/1).
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Print CSV.
    #[arg(long)]
    pub(crate) csv: bool,
}

/// List whom an address dealt with.
#[derive(Debug, Args)]
pub(crate) struct CounterpartyArguments {
    #[command(flatten)]
    pub(crate) account: AccountArguments,
    #[command(flatten)]
    pub(crate) range: RangeArguments,
    /// How many at most; 0 is all.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: usize,
    /// Print JSON (schema hawkshaw.ledger.counterparties/1).
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Print CSV.
    #[arg(long)]
    pub(crate) csv: bool,
}

/// Write canonical tables.
#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    #[command(flatten)]
    pub(crate) store: StoreArgument,
    /// Only this chain.
    #[arg(long, value_name = "ID", value_parser = chain)]
    pub(crate) chain: Option<ChainId>,
    #[command(flatten)]
    pub(crate) range: RangeArguments,
    /// The format.
    #[arg(long, value_enum, default_value_t = TableFormat::Csv)]
    pub(crate) format: TableFormat,
    /// A file that does not exist, for one chain, or a folder that is new or empty, for a file
    /// each.
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) out: PathBuf,
}

/// How a canonical table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableFormat {
    Csv,
    Parquet,
}

/// The format of files, or that it is to be told by their columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormatArgument {
    Auto,
    Named(Format),
}

/// A place on a chain: a height or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Height(u64),
    Time(Timestamp),
}

/// An asset by its id or its symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AssetArgument {
    Id(AssetId),
    Symbol(String),
}

impl Moment {
    /// The one behind it; `None` at the end of time.
    pub(crate) fn next(self) -> Option<Self> {
        match self {
            Self::Height(height) => height.checked_add(1).map(Self::Height),
            Self::Time(time) => {
                let next = time.to_unix().checked_add(1)?;
                Timestamp::from_unix(next).ok().map(Self::Time)
            }
        }
    }
}

impl FromStr for Moment {
    type Err = String;

    /// Numbers below 10^9 are heights: Unix seconds passed it in 2001, and no chain has as many
    /// blocks.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SECONDS_MIN: u64 = 1_000_000_000;
        match text.parse::<u64>() {
            Ok(height) if height < SECONDS_MIN => Ok(Self::Height(height)),
            _ => text.parse().map(Self::Time).map_err(|error: hawkshaw_model::TimestampError| {
                format!("{error}, or a height below 1,000,000,000")
            }),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Height(height) => write!(f, "block {height}"),
            Self::Time(time) => write!(f, "{time}"),
        }
    }
}

impl FromStr for AssetArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains('/') {
            return text
                .parse()
                .map(Self::Id)
                .map_err(|e: hawkshaw_model::AssetIdError| e.to_string());
        }
        Ok(Self::Symbol(text.to_owned()))
    }
}

fn format(text: &str) -> Result<FormatArgument, String> {
    if text == "auto" {
        return Ok(FormatArgument::Auto);
    }
    text.parse()
        .map(FormatArgument::Named)
        .map_err(|e: hawkshaw_ingest::UnknownFormat| format!("{e}, or auto"))
}

/// A chain by its id, or by the name of one that people know.
fn chain(text: &str) -> Result<ChainId, String> {
    let known = [ChainId::ethereum(), ChainId::bitcoin(), ChainId::tron()];
    if let Some(chain) = known.into_iter().find(|chain| chain.name().eq_ignore_ascii_case(text)) {
        return Ok(chain);
    }
    text.parse().map_err(|error: hawkshaw_model::ChainIdError| error.to_string())
}
