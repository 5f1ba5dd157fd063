//! The arguments of `hawkshaw mixer`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hawkshaw_model::Timestamp;

/// Say who probably took out of a mixer what a thief put into it.
#[derive(Debug, Args)]
pub(crate) struct MixerArguments {
    #[command(subcommand)]
    pub(crate) command: MixerCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MixerCommand {
    /// Look at a pool of fixed notes: Tornado Cash and its copies.
    Tornado(TornadoArguments),
}

/// Look at a pool of fixed notes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw mixer tornado --deposits deposits_eth_100.json.zip \\\n    \
      --withdrawals withdrawals_eth_100.json.zip --depositors depositors.csv\n  \
    hawkshaw mixer tornado --deposits deposits_eth_100.json.zip \\\n    \
      --withdrawals withdrawals_eth_100.json.zip --from 2020-10-17 --to 2021-03-03 --json\n\n\
    What comes out are hypotheses, each with the number of recipients that could be meant as \
    well;\nthey are never edges of a trace. See docs/mixers.md.")]
pub(crate) struct TornadoArguments {
    /// The deposits of a pool: a JSON array, plain or zipped. The pool that is asked about comes
    /// first; more of the same mixer serve the rule on several denominations. Repeatable.
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) deposits: Vec<PathBuf>,
    /// The withdrawals of a pool, in the order of --deposits. Repeatable.
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) withdrawals: Vec<PathBuf>,
    /// Known batches: a CSV file with the columns depositor, deposit_count, deposit_first_utc
    /// and deposit_last_utc. Without it, the largest row of runs of one hand is looked for.
    #[arg(long, value_name = "FILE")]
    pub(crate) depositors: Option<PathBuf>,
    /// Look only at what happened from this time on: RFC 3339, a date, or Unix seconds.
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<Timestamp>,
    /// Look only at what happened until this time; a date counts to its end.
    #[arg(long, value_name = "TIME", value_parser = parse_end)]
    pub(crate) to: Option<Timestamp>,
    /// Print JSON (schema hawkshaw.mixer/1) and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
}

/// The last second of a time: of a date, that of its day.
fn parse_end(text: &str) -> Result<Timestamp, String> {
    let time: Timestamp =
        text.parse().map_err(|error: hawkshaw_model::TimestampError| error.to_string())?;
    let is_date = text.len() == 10 && text.contains('-');
    let seconds = time.to_unix() + if is_date { 86_399 } else { 0 };
    Timestamp::from_unix(seconds).map_err(|error| error.to_string())
}
