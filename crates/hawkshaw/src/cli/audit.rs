//! The arguments of `hawkshaw audit`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hawkshaw_model::{Digest, Timestamp};

/// Check and read the audit log of a screening service.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw audit verify state\n  \
    hawkshaw audit head state\n  \
    hawkshaw audit verify state --head 5d41402a…\n  \
    hawkshaw audit show state --event screen --since 2026-11-01 --field key=abcdefghjkmn\n\n\
    Each line of the log carries the digest of the line before it. A line that is changed, taken \
    out or put in\nbreaks that chain. A missing end does not: note what `audit head` prints where \
    whoever could change the\nlog cannot reach it, and hand it to --head. A state \
    folder whose head\nis gone is not known to be whole. See docs/records.md.")]
pub(crate) struct AuditArguments {
    #[command(subcommand)]
    pub(crate) command: AuditCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Walk along the chain, and name file and line of the first break.
    Verify {
        /// The state folder of a service, or a folder of audit files.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// The digest of a line that has to be in the log, as `audit head` printed it earlier.
        /// Repeatable.
        #[arg(long, value_name = "DIGEST")]
        head: Vec<Digest>,
        /// Print JSON (schema hawkshaw.audit-verify/1) and nothing else.
        #[arg(long)]
        json: bool,
    },
    /// Print number and digest of the last line that is known to be on the disk.
    Head {
        /// The state folder of a service, or a folder of audit files.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print lines, as they stand in the log.
    Show {
        /// The state folder of a service, or a folder of audit files.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// From this time on: RFC 3339, a date, or Unix seconds.
        #[arg(long, value_name = "TIME")]
        since: Option<Timestamp>,
        /// Before this time.
        #[arg(long, value_name = "TIME")]
        until: Option<Timestamp>,
        /// Only this event, or those whose names begin with it and a point.
        #[arg(long, value_name = "NAME")]
        event: Option<String>,
        /// Only lines in which a member has this text or number. Repeatable.
        #[arg(long, value_name = "NAME=VALUE", value_parser = parse_field)]
        field: Vec<(String, String)>,
        /// Only so many lines, the last ones.
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
        last: Option<u32>,
    },
}

fn parse_field(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write a member and its value, such as key=abcdefghjkmn".to_owned()),
    }
}
