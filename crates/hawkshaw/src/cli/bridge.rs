//! The arguments of `hawkshaw bridge`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Put the two sides of bridges together.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw bridge match deposits.csv withdrawals.csv\n  \
    hawkshaw bridge match deposits.csv withdrawals.csv --token-map tokens.csv --json\n  \
    hawkshaw bridge match deposits.csv withdrawals.csv --ignore-id")]
pub(crate) struct BridgeArguments {
    #[command(subcommand)]
    pub(crate) command: BridgeCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BridgeCommand {
    /// Say which withdrawal belongs to which deposit, and how sure that is.
    Match(MatchArguments),
}

/// Say which withdrawal belongs to which deposit.
#[derive(Debug, Args)]
#[command(after_help = "Both tables have the columns\n  \
    chain,time,tx_hash,event_index,bridge,id,asset,amount,receiver\n\
    (chain: CAIP-2; time: Unix seconds; asset: CAIP-19; amount: base units) in any order. The \
    columns event_index, bridge\nand id may be absent; the fields bridge, id, asset, amount and \
    receiver may be empty where they are not known.\n\n\
    Class 1: both carry the same id, and nothing contradicts it. Class 2: receiver, asset, amount \
    and time fit, and\nof all rows only these do. Class 3: several fit; accepted only where one is \
    by far the likeliest.")]
pub(crate) struct MatchArguments {
    /// What went in.
    #[arg(value_name = "DEPOSITS.csv")]
    pub(crate) deposits: PathBuf,
    /// What came out.
    #[arg(value_name = "WITHDRAWALS.csv")]
    pub(crate) withdrawals: PathBuf,
    /// Do not look at the column id.
    #[arg(long)]
    pub(crate) ignore_id: bool,
    /// Which assets stand for each other: a table with the columns asset_a and asset_b. What it
    /// leaves open is learned from the rows.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_map: Option<PathBuf>,
    /// Print JSON (schema hawkshaw.bridge-match/1) and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
}
