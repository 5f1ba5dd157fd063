//! Ledgers, rules and launches from the command line.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use hawkshaw_incidents::{
    IncidentLedger, InclusionRule, Kind, Launches, LedgerFile, Selection, is_country, read_launches,
};
use hawkshaw_model::Printable;
use jiff::civil::Date;

use crate::cli::incidents::{FilterArguments, KindArgument, LedgerArguments};
use crate::exit::Failure;
use crate::input;

/// Endings of the files of a ledger.
const ENDINGS: &[&str] = &["toml", "csv"];

/// The ledger that the arguments name.
pub(super) fn ledger(arguments: &LedgerArguments) -> Result<IncidentLedger, Failure> {
    let mut more = Vec::new();
    for path in &arguments.add {
        more.extend(files(path)?);
    }
    let read = match &arguments.ledger {
        None if more.is_empty() => return Ok(IncidentLedger::built_in()),
        None => IncidentLedger::built_in_and(more),
        Some(folder) => {
            let mut all = files(folder)?;
            all.extend(more);
            IncidentLedger::from_files(all)
        }
    };
    read.map_err(Failure::bad_data)
}

/// The files of a ledger below a path, or the file itself.
pub(super) fn files(path: &Path) -> Result<Vec<LedgerFile>, Failure> {
    let paths: Vec<PathBuf> = input::files_ending_in(path, ENDINGS)?;
    paths.iter().map(|path| file(path)).collect()
}

fn file(path: &Path) -> Result<LedgerFile, Failure> {
    let name = path.to_string_lossy().replace('\\', "/");
    let text = String::from_utf8(input::read(path)?);
    let text = text.map_err(|_| Failure::BadData(anyhow!("{name} is not UTF-8 text")))?;
    Ok(LedgerFile { name, text })
}

/// Launches from a file, or those of the ledger.
pub(super) fn launches(
    ledger: &IncidentLedger,
    path: Option<&Path>,
) -> Result<Vec<Launches>, Failure> {
    let Some(path) = path else { return Ok(ledger.launches().to_vec()) };
    let file = file(path)?;
    read_launches(&file.name, &file.text).map_err(Failure::bad_data)
}

/// The incidents that the arguments select.
pub(super) fn selection<'a>(
    ledger: &'a IncidentLedger,
    filter: &FilterArguments,
) -> Result<Selection<'a>, Failure> {
    let kinds = match filter.kind[..] {
        [] => vec![Kind::Theft],
        _ if filter.kind.contains(&KindArgument::All) => Vec::new(),
        _ => filter.kind.iter().filter_map(|kind| kind.one()).collect(),
    };
    let (from, to) = match filter.year {
        Some(year) => (Date::new(year, 1, 1).ok(), Date::new(year + 1, 1, 1).ok()),
        None => (day("--from", filter.from.as_ref())?, day("--to", filter.to.as_ref())?),
    };
    if let (Some(from), Some(to)) = (from, to)
        && to <= from
    {
        return Err(Failure::Usage(anyhow!("--to {to} is not after --from {from}")));
    }
    check_names(ledger, filter)?;
    let rule = InclusionRule {
        actor: filter.actor.as_deref().map(|text| actor(ledger, text)).transpose()?,
        standing: filter.sure,
        attributed_by: filter.attributed_by.clone(),
        kinds,
        loot: filter.loot,
        victim: filter.victim,
        chain: filter.chain,
        technique: filter.technique,
        country: filter.country.as_ref().map(|code| code.to_ascii_uppercase()),
        from,
        to,
        usd_min: filter.min_usd,
    };
    Ok(Selection::new(ledger, rule, filter.price.clone()))
}

impl KindArgument {
    fn one(self) -> Option<Kind> {
        match self {
            Self::All => None,
            Self::One(kind) => Some(kind),
        }
    }
}

fn day(option: &str, text: Option<&String>) -> Result<Option<Date>, Failure> {
    let parse = |text: &String| {
        text.parse().map_err(|_| {
            let shown = Printable(text);
            Failure::Usage(anyhow!("{option} `{shown}` is no date such as 2022-03-23"))
        })
    };
    text.map(parse).transpose()
}

/// Countries and claimants have to be known: a mistyped one would select nothing.
fn check_names(ledger: &IncidentLedger, filter: &FilterArguments) -> Result<(), Failure> {
    if let Some(code) = &filter.country
        && !is_country(&code.to_ascii_uppercase())
    {
        let shown = Printable(code);
        return Err(Failure::Usage(anyhow!("--country `{shown}` is no code such as KR")));
    }
    let by = match &filter.price {
        hawkshaw_incidents::Pricing::By(name) => Some(name),
        _ => None,
    };
    for name in filter.attributed_by.iter().chain(by) {
        if ledger.claimants().kind(name).is_none() {
            let known: Vec<&str> = ledger.claimants().iter().map(|(name, _)| name).collect();
            return Err(Failure::Usage(anyhow!(
                "`{}` is no claimant of the ledger: {}",
                Printable(name),
                known.join(", ")
            )));
        }
    }
    Ok(())
}

/// The id of the actor that a text means, by id or by name.
pub(super) fn actor(ledger: &IncidentLedger, text: &str) -> Result<String, Failure> {
    ledger.actors().named(text).map(|actor| actor.id.clone()).ok_or_else(|| {
        let known: Vec<&str> = ledger.actors().iter().map(|actor| actor.id.as_str()).collect();
        let (shown, known) = (Printable(text), known.join(", "));
        Failure::Usage(anyhow!("`{shown}` is no actor of the ledger: {known}"))
    })
}
