//! Arguments of what asks nodes and explorers.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use hawkshaw_model::{AssetId, ChainId};

/// Bring a store to the tip of a chain.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw sync --source http://127.0.0.1:8545 --store chain --from 19000000\n  \
    hawkshaw sync --source 'https://node.example/v3/{key}' --key-file key.txt --store chain --follow\n  \
    hawkshaw sync --source ~/.bitcoin/blocks --store chain\n\n\
    Only the host that --source names is contacted. The same command goes on where it stopped.")]
pub(crate) struct SyncArguments {
    #[command(flatten)]
    pub(crate) source: SourceArguments,
    /// The store, which is made where there is none.
    #[arg(long, value_name = "STORE", env = "HAWKSHAW_STORE")]
    pub(crate) store: PathBuf,
    /// The first block. [default: where the store ends, or the first of the chain]
    #[arg(long, value_name = "HEIGHT")]
    pub(crate) from: Option<u64>,
    /// The last block. [default: the tip]
    #[arg(long, value_name = "HEIGHT", conflicts_with = "follow")]
    pub(crate) to: Option<u64>,
    /// Go on with every new block until Ctrl-C.
    #[arg(long)]
    pub(crate) follow: bool,
    /// With --follow, how many seconds to wait at the tip.
    #[arg(long, value_name = "SECONDS", default_value_t = 6, requires = "follow",
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) every: u64,
    /// How many blocks must stand on top of one before it is taken.
    #[arg(long, value_name = "BLOCKS", default_value_t = 0)]
    pub(crate) confirmations: u64,
    /// How many blocks a reorganisation may take back. A deeper one stops the run.
    #[arg(long, value_name = "BLOCKS", default_value_t = 256)]
    pub(crate) reorg_depth: u64,
    /// After how many rows a batch is stored: what a kill loses.
    #[arg(long, value_name = "ROWS", default_value_t = 1 << 18)]
    pub(crate) batch_rows: usize,
    /// Which logs to keep beside what they move.
    #[arg(long, value_enum, default_value_t = EventsArgument::Known)]
    pub(crate) events: EventsArgument,
    /// Leave calldata out.
    #[arg(long)]
    pub(crate) no_calldata: bool,
    /// Print what was done as JSON (schema hawkshaw.sync/1).
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which logs to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventsArgument {
    /// None.
    None,
    /// Those that bridges, freezes and approvals leave.
    Known,
    /// All.
    All,
}

/// A node, and how it may be asked.
#[derive(Debug, Args)]
pub(crate) struct SourceArguments {
    /// A node's URL, with {key} where its key belongs, or the folder with a Bitcoin node's blk
    /// files.
    #[arg(long, value_name = "URL")]
    pub(crate) source: String,
    #[command(flatten)]
    pub(crate) asking: AskingArguments,
}

/// How a host may be asked.
#[derive(Debug, Clone, Args)]
pub(crate) struct AskingArguments {
    /// A file with the key on its only line: for {key} in the URL, as user:password for a
    /// Bitcoin node, else as the host wants it.
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// The chain that it has to be, as CAIP-2. Another one is refused.
    #[arg(long, value_name = "CHAIN")]
    pub(crate) chain: Option<ChainId>,
    /// The native asset of an EVM chain that is not known here, as CAIP-19.
    #[arg(long, value_name = "ASSET")]
    pub(crate) native: Option<AssetId>,
    /// How many requests a second, such as 5 or 0.5. [default: as fast as it answers; 3 for
    /// explorers]
    #[arg(long, value_name = "REQUESTS", value_parser = parse_rate)]
    pub(crate) rate: Option<u32>,
    /// How many requests may be under way at once.
    #[arg(long, value_name = "REQUESTS", default_value_t = 8,
        value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) concurrency: u16,
    /// How many seconds a request may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 60,
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: u64,
}

/// Ask a node or an explorer what it can do.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw sources check http://127.0.0.1:8545\n  \
    hawkshaw sources check https://blockstream.info/api --json\n\n\
    Only the host that is named is contacted.")]
pub(crate) struct SourcesArguments {
    #[command(subcommand)]
    pub(crate) command: SourcesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SourcesCommand {
    /// What it is, what it can do, how far behind and how fast it is.
    Check {
        /// A node's or explorer's URL, or the folder with a Bitcoin node's blk files.
        #[arg(value_name = "URL")]
        source: String,
        #[command(flatten)]
        asking: AskingArguments,
        /// Print JSON (schema hawkshaw.source/1).
        #[arg(long)]
        json: bool,
    },
}

/// Requests a second, in thousandths.
fn parse_rate(text: &str) -> Result<u32, String> {
    let explain = || format!("`{text}` is no number of requests a second, such as 5 or 0.5");
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 3 || !(whole.to_owned() + part).bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(explain());
    }
    let milli: u32 = format!("{whole}{part:0<3}").parse().map_err(|_| explain())?;
    if milli == 0 { Err(explain()) } else { Ok(milli) }
}

#[cfg(test)]
mod tests {
    use super::parse_rate;

    #[test]
    fn rates_are_thousandths() {
        assert_eq!(parse_rate("5"), Ok(5_000));
        assert_eq!(parse_rate("0.5"), Ok(500));
        assert_eq!(parse_rate("0.333"), Ok(333));
        for text in ["0", "", "-1", "1.2345", "a", "1e3"] {
            assert!(parse_rate(text).is_err(), "{text}");
        }
    }
}
