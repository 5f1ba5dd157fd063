//! The arguments of `hawkshaw lists`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hawkshaw_model::Timestamp;
use hawkshaw_screening::ListId;

/// Keep lists of sanctions and of one's own, with the days of additions and delistings.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw lists update --lists lists sdn_advanced.xml\n  \
    hawkshaw lists update --lists lists sanctioned_addresses_*.txt --edition 2024-09-27\n  \
    hawkshaw lists update --lists lists --list my-blocks blocked.csv\n  \
    hawkshaw lists status --lists lists\n  \
    hawkshaw lists show ofac-sdn --lists lists")]
pub(crate) struct ListsArguments {
    #[command(subcommand)]
    pub(crate) command: ListsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ListsCommand {
    /// Take up an edition of a list, and say what it changed. The same file again changes
    /// nothing.
    Update(UpdateArguments),
    /// Say how each list stands: its edition, its age, its addresses by chain.
    Status {
        #[command(flatten)]
        book: BookArguments,
        /// Print JSON (schema hawkshaw.lists.status/1).
        #[arg(long)]
        json: bool,
    },
    /// Print the addresses of a list with their days.
    Show {
        /// The id of the list.
        #[arg(value_name = "LIST")]
        list: ListId,
        #[command(flatten)]
        book: BookArguments,
        /// As it stood at this time: RFC 3339, a date, or Unix seconds. [default: all, also
        /// those that were taken off]
        #[arg(long, value_name = "TIME")]
        as_of: Option<Timestamp>,
        /// Print JSON lines.
        #[arg(long)]
        json: bool,
    },
}

/// Where the lists are kept.
#[derive(Debug, Args)]
pub(crate) struct BookArguments {
    /// The folder of the lists, one file a list.
    #[arg(long, value_name = "FOLDER", env = "HAWKSHAW_LISTS")]
    pub(crate) lists: PathBuf,
}

/// Take up an edition.
#[derive(Debug, Args)]
#[command(after_help = "Read are OFAC's SDN list (advanced XML, XML, CSV), addresses by asset \
    (sanctioned_addresses_XBT.txt),\nthe EU's financial sanctions (XML 1.1, CSV), the UK's list (XML, \
    CSV) and OFSI's (CSV), the UN's (XML),\nand with --list TagPacks, tables with a column \
    address, and addresses one a line or as JSON.\nFiles of one list make up one edition together; \
    those that state different days are taken up one after\nthe other.\n\nOf a URL only its host is contacted, and \
    no redirect is followed.")]
pub(crate) struct UpdateArguments {
    /// Files of lists, folders of them, or URLs.
    #[arg(value_name = "FILE|URL", required = true)]
    pub(crate) sources: Vec<String>,
    #[command(flatten)]
    pub(crate) book: BookArguments,
    /// The id of the list. [default: told by the format: ofac-sdn, ofac-addresses, eu-fsf,
    /// uk-sanctions, uk-ofsi, un-sc]
    #[arg(long, value_name = "LIST")]
    pub(crate) list: Option<ListId>,
    /// The day of the edition. [default: as the file says; else today]
    #[arg(long, value_name = "DATE")]
    pub(crate) edition: Option<Timestamp>,
    /// Take up an edition also where much of the list disappears with it.
    #[arg(long)]
    pub(crate) accept_shrinking: bool,
    /// How many percent of a list may disappear with an edition.
    #[arg(long, value_name = "PERCENT", default_value_t = 25,
        value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) shrinking_max: u8,
    /// How many seconds a URL may take.
    #[arg(long, value_name = "SECONDS", default_value_t = 600,
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) timeout: u64,
    /// Print JSON (schema hawkshaw.lists.update/1).
    #[arg(long)]
    pub(crate) json: bool,
}
