//! The arguments of `hawkshaw incidents`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};
use hawkshaw_incidents::{
    Chain, DateOrder, GroupBy, Kind, Loot, Pricing, Standing, TableFormat, Technique, Usd,
    VictimKind, Vocabulary,
};

/// Who stole how much, when, and what the numbers rest on.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw incidents list --actor dprk --year 2022\n  \
    hawkshaw incidents show ronin\n  \
    hawkshaw incidents stats --actor dprk --loot crypto\n  \
    hawkshaw incidents compare\n  \
    hawkshaw incidents plot --actor dprk --out plots\n  \
    hawkshaw incidents import hacks.csv")]
pub(crate) struct IncidentsArguments {
    #[command(subcommand)]
    pub(crate) command: IncidentsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum IncidentsCommand {
    /// List incidents with their amounts and whom they are attributed to.
    #[command(after_help = "Examples:\n  \
        hawkshaw incidents list --actor dprk --from 2022-01-01 --to 2023-01-01\n  \
        hawkshaw incidents list --victim bridge --min-usd 50000000 --sort amount")]
    List {
        #[command(flatten)]
        ledger: LedgerArguments,
        #[command(flatten)]
        filter: FilterArguments,
        /// The order.
        #[arg(long, value_enum, default_value_t = SortArgument::Date)]
        sort: SortArgument,
        /// Print JSON (schema hawkshaw.incidents.list/1).
        #[arg(long)]
        json: bool,
    },
    /// Show one incident with every claim, who makes it, and where it can be read.
    #[command(after_help = "Examples:\n  \
        hawkshaw incidents show 2022-ronin-bridge\n  \
        hawkshaw incidents show kucoin --json")]
    Show {
        /// The id, or a part of the id, the title or another name.
        #[arg(value_name = "INCIDENT")]
        incident: String,
        #[command(flatten)]
        ledger: LedgerArguments,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Count: by year, quarter, actor, victim, chain, technique; shares, concentration, delays,
    /// what came back, and thefts beside launches of missiles.
    #[command(after_help = "Examples:\n  \
        hawkshaw incidents stats --actor dprk --loot crypto\n  \
        hawkshaw incidents stats --by technique --list\n  \
        hawkshaw incidents stats --actor dprk --price lowest --json")]
    Stats {
        #[command(flatten)]
        ledger: LedgerArguments,
        #[command(flatten)]
        filter: FilterArguments,
        /// Count by this alone: year, quarter, actor, victim, chain, technique or country.
        #[arg(long, value_name = "WHAT", value_parser = word::<GroupBy>)]
        by: Option<GroupBy>,
        /// Name every incident behind a figure, not only the largest.
        #[arg(long)]
        list: bool,
        /// Launches of missiles to compare with, as CSV with a column `date`, in place of those
        /// of the ledger.
        #[arg(long, value_name = "FILE")]
        launches: Option<PathBuf>,
        /// Print JSON (schema hawkshaw.incidents.stats/1).
        #[arg(long)]
        json: bool,
        /// Also write the pictures, the page and the files of `plot` into this folder, which
        /// must be new or empty.
        #[arg(long, value_name = "DIR")]
        plot: Option<PathBuf>,
    },
    /// Put published totals beside what the ledger gives, with the incidents that explain the
    /// difference.
    #[command(after_help = "Examples:\n  \
        hawkshaw incidents compare\n  \
        hawkshaw incidents compare chainalysis-2022 --json\n  \
        hawkshaw incidents compare --table yearly_totals.csv")]
    Compare {
        /// Totals by id. [default: all]
        #[arg(value_name = "TOTAL")]
        totals: Vec<String>,
        #[command(flatten)]
        ledger: LedgerArguments,
        /// A table of yearly totals as CSV: its printed totals are checked, and its years put
        /// beside those of the ledger.
        #[arg(long, value_name = "FILE", conflicts_with = "totals")]
        table: Option<PathBuf>,
        /// The actor whose thefts a table counts.
        #[arg(long, value_name = "ACTOR", default_value = "dprk", requires = "table")]
        actor: String,
        /// Print JSON (schema hawkshaw.incidents.compare/1).
        #[arg(long)]
        json: bool,
    },
    /// Write a page with everything, the pictures as SVG and PNG, and CSV, JSON and Parquet.
    #[command(after_help = "Examples:\n  \
        hawkshaw incidents plot --actor dprk --loot crypto --out plots")]
    Plot {
        #[command(flatten)]
        ledger: LedgerArguments,
        #[command(flatten)]
        filter: FilterArguments,
        /// Launches of missiles, in place of those of the ledger.
        #[arg(long, value_name = "FILE")]
        launches: Option<PathBuf>,
        /// The folder, which must be new or empty.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Export incidents for other programs.
    #[command(after_help = "Examples:\n  \
        hawkshaw incidents export --format csv > incidents.csv\n  \
        hawkshaw incidents export --format stix --actor dprk --out dprk.stix.json")]
    Export {
        #[command(flatten)]
        ledger: LedgerArguments,
        #[command(flatten)]
        filter: FilterArguments,
        /// The format.
        #[arg(long, value_enum)]
        format: ExportFormat,
        /// The file to write, which must not exist. [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Read a list that others publish, and say which of its rows the ledger already has.
    #[command(after_help = "Examples:\n  \
        hawkshaw incidents import hacks.json\n  \
        hawkshaw incidents import list.csv --dates dmy\n  \
        hawkshaw incidents import list.csv yearly_totals.csv\n  \
        hawkshaw incidents import list.csv --out drafts --cite https://example.org/list.csv\n\n\
        Nothing is merged: a row that matches is shown with the doubt, and rows that match\n\
        nothing become drafts for a person to check.")]
    Import(ImportArguments),
    /// Check files of incidents: every mistake with its file, line and field.
    Check {
        /// Files or folders. [default: the ledger that is built in]
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
}

/// Read a list that others publish.
#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The list: a DefiLlama export, a list of Ethereum heists, yearly totals, or CSV with
    /// columns such as date, name and amount.
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) ledger: LedgerArguments,
    /// The form of the list: defillama-json, defillama-csv, csv, ethereum-heist or yearly-totals.
    /// [default: told by its content]
    #[arg(long, value_name = "FORM", value_parser = word::<TableFormat>)]
    pub(crate) format: Option<TableFormat>,
    /// The order of dates such as 03/04/2022: dmy or mdy. [default: told by
    /// the column as a whole]
    #[arg(long, value_name = "ORDER", value_parser = word::<DateOrder>)]
    pub(crate) dates: Option<DateOrder>,
    /// Write a draft for every row that matches nothing into this folder, which must be new
    /// or empty.
    #[arg(long, value_name = "DIR", requires = "cite")]
    pub(crate) out: Option<PathBuf>,
    /// The link under which the list is published, for the sources of drafts.
    #[arg(long, value_name = "URL")]
    pub(crate) cite: Option<String>,
    /// Who publishes the list: a name of the claimants. [default: by the form of the list]
    #[arg(long, value_name = "NAME")]
    pub(crate) by: Option<String>,
    /// The date of the list's edition, for the claims of drafts. [default: of its last row]
    #[arg(long, value_name = "DATE")]
    pub(crate) edition: Option<String>,
    /// Show every row, not only those that match in doubt or not at all.
    #[arg(long)]
    pub(crate) all: bool,
    /// Print JSON (schema hawkshaw.incidents.import/1).
    #[arg(long)]
    pub(crate) json: bool,
}

/// Where incidents are read from.
#[derive(Debug, Args)]
pub(crate) struct LedgerArguments {
    /// A folder of incidents in place of those that are built in. Actors, claimants, sources
    /// and series that it lacks are the built-in ones.
    #[arg(long, value_name = "DIR", env = "HAWKSHAW_INCIDENTS")]
    pub(crate) ledger: Option<PathBuf>,
    /// More incidents: a file or a folder. Repeatable.
    #[arg(long, value_name = "PATH")]
    pub(crate) add: Vec<PathBuf>,
}

/// Which incidents, and which of their amounts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Which incidents")]
pub(crate) struct FilterArguments {
    /// Attributed to this actor or a part of it, such as dprk or lazarus-group.
    #[arg(long, value_name = "ACTOR")]
    pub(crate) actor: Option<String>,
    /// With an attribution at least so sure: suspected, likely or stated.
    #[arg(long, value_name = "HOW", default_value = "suspected", value_parser = standing)]
    pub(crate) sure: Standing,
    /// Attributed by this claimant, such as FBI.
    #[arg(long, value_name = "NAME", requires = "actor")]
    pub(crate) attributed_by: Option<String>,
    /// Of this kind: theft, attempt, ransom, fraud, exit-scam, cryptojacking, or all.
    /// Repeatable. [default: theft]
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub(crate) kind: Vec<KindArgument>,
    /// What was taken: crypto or fiat.
    #[arg(long, value_name = "WHAT", value_parser = word::<Loot>)]
    pub(crate) loot: Option<Loot>,
    /// From such victims, such as exchange, bridge or bank.
    #[arg(long, value_name = "KIND", value_parser = word::<VictimKind>)]
    pub(crate) victim: Option<VictimKind>,
    /// On this chain, such as ethereum or bnb-chain.
    #[arg(long, value_name = "CHAIN", value_parser = chain)]
    pub(crate) chain: Option<Chain>,
    /// Begun by this technique, such as key-theft.
    #[arg(long, value_name = "HOW", value_parser = word::<Technique>)]
    pub(crate) technique: Option<Technique>,
    /// From a victim in this country, by its two letters.
    #[arg(long, value_name = "CODE")]
    pub(crate) country: Option<String>,
    /// Stolen in this year.
    #[arg(long, value_name = "YEAR", conflicts_with_all = ["from", "to"],
        value_parser = clap::value_parser!(i16).range(1900..=9998))]
    pub(crate) year: Option<i16>,
    /// Stolen on this day or later.
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,
    /// Stolen before this day.
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<String>,
    /// Of at least so many US dollars.
    #[arg(long, value_name = "DOLLARS")]
    pub(crate) min_usd: Option<Usd>,
    /// Which claim gives an amount: ledger (the best supported), lowest, highest, theft (priced
    /// at the time of the theft), or by:CLAIMANT.
    #[arg(long, value_name = "RULE", default_value = "ledger")]
    pub(crate) price: Pricing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KindArgument {
    All,
    One(Kind),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortArgument {
    Date,
    Amount,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    Csv,
    Json,
    Parquet,
    /// A STIX 2.1 bundle.
    Stix,
    /// MISP events.
    Misp,
}

fn word<V: Vocabulary>(text: &str) -> Result<V, String> {
    text.parse().map_err(|error: <V as FromStr>::Err| error.to_string())
}

fn standing(text: &str) -> Result<Standing, String> {
    match word(text)? {
        Standing::Denied => Err("use suspected, likely or stated".to_owned()),
        other => Ok(other),
    }
}

fn kind(text: &str) -> Result<KindArgument, String> {
    if text == "all" { Ok(KindArgument::All) } else { word(text).map(KindArgument::One) }
}

fn chain(text: &str) -> Result<Chain, String> {
    Chain::by_any_name(text).ok_or_else(|| {
        let names: Vec<&str> = Chain::all().map(Chain::slug).collect();
        format!("no chain of the ledger; use one of: {}", names.join(", "))
    })
}
