//! `hawkshaw exposure`.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use hawkshaw_model::{AssetList, Case, Ledger, Printable, Timestamp};
use hawkshaw_report::InputRole;
use hawkshaw_screening::{
    AddressIndex, Answer, Coverage, ExposureEntry, ExposureTable, IndexBuilder, IndexError,
    Listing, Match, Overlay, POLICIES, PathStep, Query, ReplaySettings, RuleSet, Screener,
    SourceBook, Status,
};
use hawkshaw_trace::{Stops, Taken};

use crate::cli::StopsArgument;
use crate::cli::exposure::{BuildArguments, ExposureArguments, ExposureCommand, ShowArguments};
use crate::exit::Failure;
use crate::exposure::{self, Ground, Named};
use crate::input::InputFile;
use crate::investigation::{Held, LedgerPlace, read_tags};
use crate::screen::{self, Activity};
use crate::screening;
use crate::store::{self, StoreInput};

/// The first bytes of an index.
const INDEX_BEGINS: &[u8] = b"HKINDEX\0";

/// Steps of a way that are shown; more are counted.
const STEPS_SHOWN: usize = 12;

pub(crate) fn run(arguments: &ExposureArguments, quiet: bool) -> Result<(), Failure> {
    match &arguments.command {
        ExposureCommand::Build(arguments) => build(arguments, quiet),
        ExposureCommand::Show(arguments) => show(arguments),
    }
}

fn build(arguments: &BuildArguments, quiet: bool) -> Result<(), Failure> {
    let named = match std::env::var_os("HAWKSHAW_STORE") {
        // A ledger that is named is meant.
        Some(path) if arguments.ledger.is_empty() && arguments.cases.is_empty() => {
            Some(path.into())
        }
        _ => None,
    };
    let path = arguments.store.clone().or(named);
    must_not_be_foreign(&arguments.out)?;
    let activity = Activity::start(quiet);
    activity.now("reading the inputs");
    let store = path.as_deref().map(StoreInput::open).transpose()?;
    let place = match &store {
        Some(_) => LedgerPlace::Store,
        None => LedgerPlace::Files(&arguments.ledger),
    };
    let mut tags = arguments.tags.clone();
    tags.extend(path.as_deref().and_then(exposure::tags_of_store));
    let mut files = exposure::gather(&arguments.cases, place, &tags, &arguments.prices, quiet)?;
    files.sort_by(|a, b| (a.role, &a.name, a.digest).cmp(&(b.role, &b.name, b.digest)));
    let cases = exposure::cases(&files)?;
    if store.is_none() && arguments.ledger.is_empty() && arguments.cases.is_empty() {
        return Err(Failure::Usage(anyhow!(
            "there is no ledger: name a store with --store, files with --ledger, or a case"
        )));
    }
    if tags.is_empty() && cases.is_empty() && arguments.lists.is_empty() {
        return Err(Failure::Usage(anyhow!(
            "there is nothing to follow: name tags with --tags, lists with --lists, or a case with \
             --case"
        )));
    }
    let held = Held::read(&files, store.as_ref(), &activity)?;
    activity.now("reading prices and tags");
    let prices = crate::prices::read(&files)?;
    let prices = prices.as_ref().map(|prices| &prices.table);
    let index = read_tags(&mut files)?;
    let listed = screening::listed(&arguments.lists, quiet)?;
    must_hold(held.ledger(), &cases, arguments.until)?;
    let named = Named { tags: &index, listed: &listed, cases: &cases };
    activity.now("joining wallets");
    let ground = match (&store, &path) {
        (Some(store), Some(path)) => {
            Ground::of_store((store.snapshot(), path), named, prices, quiet)?
        }
        _ => Ground::of_files(held.ledger(), &files, named, prices, quiet)?,
    };
    let table = exposure::table(&ground, &settings(arguments), &activity, quiet)?;
    must_follow_something(&table, held.ledger())?;
    activity.now("writing the index");
    let mut notes: Vec<String> = match &store {
        Some(store) => store::lacks(store.snapshot()),
        None => Vec::new(),
    };
    let is_tags = |file: &&InputFile| file.role == InputRole::Tags;
    let paths = files.iter().filter(is_tags).filter_map(|file| file.path.clone());
    let mut listings = screening::listings(&paths.collect::<Vec<_>>())?;
    let by_wallet = ground.by_wallet(&listings)?;
    listings.extend(listed.iter().cloned());
    listings.extend(by_wallet.listings);
    notes.extend(by_wallet.notes);
    write(arguments, held.ledger(), &table, (&listings, &notes))?;
    drop(activity);
    super::tags::say_defects(&index, quiet);
    for limit in table.limits.iter().chain(&notes) {
        screen::say(quiet, &format!("limit: {}", Printable(limit)));
    }
    let out = arguments.out.display();
    screen::answer(format!("{} addresses are exposed: {out}\n", table.exposed.len()).as_bytes())
}

/// Refuses to write over a file that is something else.
fn must_not_be_foreign(out: &Path) -> Result<(), Failure> {
    let Ok(kind) = std::fs::metadata(out) else { return Ok(()) };
    if !kind.is_file() {
        return Err(Failure::Usage(anyhow!("{} is no ordinary file", out.display())));
    }
    let mut first = Vec::new();
    let read = File::open(out).and_then(|file| file.take(8).read_to_end(&mut first));
    if read.is_err() || !INDEX_BEGINS.starts_with(&first) {
        return Err(Failure::Usage(anyhow!(
            "{} is no index of addresses and would be written over: name another file with --out",
            out.display()
        )));
    }
    Ok(())
}

/// Refuses a case that the ledger does not hold: whoever named it expects an answer about it.
fn must_hold(ledger: &dyn Ledger, cases: &[Case], until: Option<Timestamp>) -> Result<(), Failure> {
    for case in cases {
        let refused = |why: anyhow::Error| {
            Failure::BadData(why.context(format!(
                "the case {} cannot be followed: name the ledger of the case, import its \
                 transactions, or leave the case out",
                case.id
            )))
        };
        let taken = Taken::of_case(ledger, case, until).map_err(|error| refused(error.into()))?;
        if let (true, Some(until)) = (taken.is_empty(), until) {
            return Err(refused(anyhow!("nothing that it names happened before {until}")));
        }
    }
    Ok(())
}

/// Refuses tags and lists of which the ledger holds nobody.
fn must_follow_something(table: &ExposureTable, ledger: &dyn Ledger) -> Result<(), Failure> {
    if !table.exposed.is_empty() {
        return Ok(());
    }
    let chains: Vec<&str> = ledger.chains().iter().map(|chain| chain.id.name()).collect();
    let chains = match chains.is_empty() {
        true => "is empty".to_owned(),
        false => format!("holds {}", chains.join(", ")),
    };
    Err(Failure::BadData(anyhow!(
        "nothing could be followed: no address that tags, lists or cases name as a source of the \
         categories asked for moves anything in the ledger, which {chains}; name another ledger, \
         more tags, or other --categories"
    )))
}

fn settings(arguments: &BuildArguments) -> ReplaySettings {
    let categories = match arguments.categories.is_empty() {
        true => SourceBook::followed_by_default(),
        false => arguments.categories.clone(),
    };
    ReplaySettings {
        categories,
        until: arguments.until,
        stops: match arguments.stops {
            StopsArgument::Tagged => Stops::Tagged,
            StopsArgument::Inferred => Stops::Inferred,
        },
        ..ReplaySettings::default()
    }
}

fn write(
    arguments: &BuildArguments,
    ledger: &dyn Ledger,
    table: &ExposureTable,
    (listings, notes): (&[Listing], &[String]),
) -> Result<(), Failure> {
    let mut builder = IndexBuilder::new();
    for listing in listings {
        builder.add_listing(listing).map_err(refusal)?;
    }
    for chain in ledger.chains() {
        let last = match (table.as_of, arguments.until) {
            (Some(as_of), Some(_)) => chain.times.1.min(as_of),
            _ => chain.times.1,
        };
        builder.add_ledger(&chain.id, chain.times.0, last);
    }
    notes.iter().for_each(|note| builder.add_note(note));
    builder.add_table(table).map_err(refusal)?;
    builder.write(&arguments.out).map_err(refusal)
}

fn refusal(error: IndexError) -> Failure {
    match error {
        IndexError::Io { .. } => Failure::Unavailable(error.into()),
        _ => Failure::bad_data(error),
    }
}

fn show(arguments: &ShowArguments) -> Result<(), Failure> {
    let index = Arc::new(AddressIndex::open(&arguments.index).map_err(refusal)?);
    let rules = Arc::new(RuleSet::built_in());
    let screener = Screener::new(index, Arc::new(Overlay::new()), rules, Coverage::default());
    let assets = AssetList::built_in();
    let mut text = String::new();
    for address in &arguments.addresses {
        let query = Query { address: address.clone(), ..Query::default() };
        let answer = screener.screen(&query).map_err(Failure::bad_data)?;
        if arguments.json {
            let _ = writeln!(text, "{}", answer.to_json_text());
        } else {
            shown(&mut text, &answer, &assets);
        }
    }
    screen::answer(screen::visible(&text).as_bytes())
}

/// An answer for people.
fn shown(text: &mut String, answer: &Answer, assets: &AssetList) {
    let asked = Printable(&answer.asked);
    let exposed: Vec<(&ExposureEntry, &[PathStep], bool)> = answer
        .matches
        .iter()
        .filter_map(|found| match found {
            Match::Exposed { entry, path, is_complete } => {
                Some((entry, path.as_slice(), *is_complete))
            }
            Match::Listed(_) => None,
        })
        .collect();
    if exposed.is_empty() {
        let what = match answer.status {
            Status::Invalid => "no address",
            Status::NotCovered => "not covered: no ledger of its chain is in the file",
            Status::Hit | Status::NotFound => "no exposure is known, which is not clean",
        };
        let _ = writeln!(text, "{asked}: {what}");
    } else {
        let _ = writeln!(text, "{asked}");
    }
    for (entry, path, is_complete) in exposed {
        entry_shown(text, entry, assets);
        way_shown(text, path, is_complete);
    }
    for note in &answer.notes {
        let _ = writeln!(text, "  note: {}", Printable(note));
    }
}

fn entry_shown(text: &mut String, entry: &ExposureEntry, assets: &AssetList) {
    let source = match &entry.source {
        Some(source) => Printable(&source.name).to_string(),
        None if entry.sources == 1 => "others, not kept apart".to_owned(),
        None => format!("{} others", entry.sources),
    };
    let _ = writeln!(
        text,
        "  {} {} {}: {source}, {} hop{}, {} to {}",
        entry.direction,
        entry.kind,
        entry.category,
        entry.hops,
        if entry.hops == 1 { "" } else { "s" },
        entry.first_time,
        entry.last_time
    );
    let symbol = Printable(assets.symbol(&entry.asset)).to_string();
    for (at, policy) in POLICIES.iter().enumerate() {
        let units = assets.units(&entry.asset, entry.amounts[at]);
        let usd = entry.usd.map_or_else(String::new, |usd| format!(" ({} US dollars)", usd[at]));
        let _ = writeln!(text, "    {policy:<12} {units} {symbol}{usd}");
    }
}

fn way_shown(text: &mut String, path: &[PathStep], is_complete: bool) {
    for step in path.iter().take(STEPS_SHOWN) {
        let tx = step.tx.as_ref().map(|tx| tx.on(step.account.chain()));
        let by = tx.map_or_else(String::new, |tx| format!(" by {tx}"));
        let _ = writeln!(text, "    way: {}{by}, {}", step.account, step.time);
    }
    if path.len() > STEPS_SHOWN {
        let _ = writeln!(text, "    way: and {} more", path.len() - STEPS_SHOWN);
    } else if !is_complete {
        let _ = writeln!(text, "    way: it cannot be told to its end");
    }
}
