//! The arguments of `hawkshaw screen`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use hawkshaw_attribution::chain_named;
use hawkshaw_model::{Amount, AssetId, ChainId, Timestamp, Usd};

/// Say what is known of addresses, and what rules say about it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw screen 0x098B716B8Aaf21512996dC57EB0615e2383E2f96 --tags tagpacks/ --lists lists/\n  \
    hawkshaw screen bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 --store chain --direction deposit\n  \
    hawkshaw screen - --tags tagpacks/ --json --fail-on-hit < addresses.txt > answers.jsonl\n  \
    hawkshaw screen --file addresses.csv --index screening.idx --as-of 2022-04-14\n\n\
    Files and standard input hold an address a line, or an address and its chain: \
    `address,chain`.\nWhat is not known is `not_found`, and what no list, tag or ledger at hand \
    speaks of `not_covered`:\nneither is clean. See docs/screening.md.\n\n\
    With --fail-on-hit the exit code is 1 where anything is known of any address, and 3 where\n\
    nothing is known and some of what was asked for is no address.")]
pub(crate) struct ScreenArguments {
    /// Addresses in any notation, or accounts such as eip155:1:0x…. `-` reads standard input.
    #[arg(value_name = "ADDRESS")]
    pub(crate) addresses: Vec<String>,
    /// A file of addresses, one a line; `address,chain` is read too. Repeatable.
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Vec<PathBuf>,
    /// The chain of the addresses: a name such as bitcoin, a ticker, or CAIP-2. [default: what
    /// the notation says]
    #[arg(long, value_name = "CHAIN", value_parser = parse_chain)]
    pub(crate) chain: Option<ChainId>,
    #[command(flatten)]
    pub(crate) known: KnownArguments,
    /// What would have been answered at this time: RFC 3339, a date, or Unix seconds.
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<Timestamp>,
    /// Which way value is to go: in from the address (deposit), or out to it (withdrawal).
    /// [default: both matter]
    #[arg(long, value_enum)]
    pub(crate) direction: Option<DirectionArgument>,
    /// What is to move, as CAIP-19.
    #[arg(long, value_name = "ASSET")]
    pub(crate) asset: Option<AssetId>,
    /// How much of it, in base units.
    #[arg(long, value_name = "AMOUNT", requires = "asset")]
    pub(crate) amount: Option<Amount>,
    /// What that is worth in US dollars, such as 1250.50.
    #[arg(long, value_name = "DOLLARS", value_parser = parse_usd)]
    pub(crate) usd: Option<Usd>,
    /// Print JSON lines (schema hawkshaw.screen/1), one for each address, in order.
    #[arg(long)]
    pub(crate) json: bool,
    /// End with exit code 1 where anything is known of any address.
    #[arg(long)]
    pub(crate) fail_on_hit: bool,
    /// List the categories, their numbers and how bad they are, and do nothing else.
    #[arg(long, exclusive = true)]
    pub(crate) categories: bool,
    /// Print the built-in rules, to begin one's own with, and do nothing else.
    #[arg(long, exclusive = true)]
    pub(crate) print_rules: bool,
}

/// Where what is known of addresses is read from.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "What is known")]
pub(crate) struct KnownArguments {
    /// The ledger store: exposure is computed from it once and kept in it, and the tags that were
    /// imported into it count.
    #[arg(long, value_name = "STORE", env = "HAWKSHAW_STORE")]
    pub(crate) store: Option<PathBuf>,
    /// An index that was made before, in place of what would be computed from a store.
    #[arg(long, value_name = "FILE")]
    pub(crate) index: Option<PathBuf>,
    /// Tags: a TagPack, ActorPack, OFAC list, explorer labels, CSV, or a folder of them.
    /// Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) tags: Vec<PathBuf>,
    /// A theft whose case folder is at hand: exposure to it is computed from the store, and its
    /// tags count. Repeatable.
    #[arg(long, value_name = "DIR", requires = "store")]
    pub(crate) case: Vec<PathBuf>,
    /// Prices in US dollars for exposure: a CSV or Parquet file, or a folder of them. Repeatable.
    #[arg(long, value_name = "PATH", requires = "store")]
    pub(crate) prices: Vec<PathBuf>,
    /// Lists: the folder that `hawkshaw lists update` keeps, or a list as it was published.
    /// Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) lists: Vec<PathBuf>,
    /// The rules. [default: built in, see --print-rules]
    #[arg(long, value_name = "FILE")]
    pub(crate) rules: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DirectionArgument {
    /// Value comes in from the address.
    #[value(alias = "received")]
    Deposit,
    /// Value goes out to the address.
    #[value(alias = "sent")]
    Withdrawal,
}

fn parse_chain(text: &str) -> Result<ChainId, String> {
    chain_named(text).ok_or_else(|| {
        format!("`{text}` is the name of no chain: use bitcoin, ethereum, tron, … or CAIP-2")
    })
}

/// Dollars with up to two decimals.
fn parse_usd(text: &str) -> Result<Usd, String> {
    let wrong = || format!("`{text}` is no sum of US dollars, such as 1250.50");
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 30 || part.len() > 2 || !digits(whole) || !digits(part) {
        return Err(wrong());
    }
    let cents = format!("{whole}{part:0<2}");
    cents.parse().map(Usd::from_cents).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::{parse_chain, parse_usd};

    #[test]
    fn sums_and_chains_are_read_and_anything_else_is_refused() {
        assert_eq!(parse_usd("1250.5").unwrap().cents(), 125_050);
        assert_eq!(parse_usd("7").unwrap().cents(), 700);
        for text in ["", ".", "-1", "1.234", "1e9", "١"] {
            assert!(parse_usd(text).is_err(), "{text}");
        }
        assert_eq!(parse_chain("BTC").unwrap(), hawkshaw_model::ChainId::bitcoin());
        assert!(parse_chain("usdt").is_err() && parse_chain("nochain").is_err());
    }
}
