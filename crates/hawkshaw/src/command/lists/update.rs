//! `hawkshaw lists update`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use hawkshaw_attribution::{
    Defects, FolderIncludes, Format, Includes, ListFile, NoIncludes, read_list, read_own_list,
};
use hawkshaw_model::{Digest, Printable, Timestamp};
use hawkshaw_screening::{DatedBy, DiffEntry, Edition, ListBook, ListDiff, ListId, Shrinking};
use hawkshaw_source::{Client, Endpoint, Limits};
use serde_json::json;

use super::show::told;
use crate::cli::lists::UpdateArguments;
use crate::exit::Failure;
use crate::lists::{self, Lock};
use crate::{input, screen, source};

/// Changes of a kind that are shown one by one to people; the rest is counted. JSON has all.
const SHOWN_MAX: usize = 50;

/// Defects that are shown one by one.
const EXAMPLES_SHOWN: usize = 3;

/// Files beside `sdn.csv` that are read with it.
const COMPANIONS: [&str; 2] = ["sdn_comments.csv", "alt.csv"];

/// A file of a list, read.
struct Read {
    /// Its name without directory, or its URL without what may be secret.
    name: String,
    digest: Digest,
    file: ListFile,
}

/// An edition in the making.
struct Gathered {
    id: ListId,
    edition: Edition,
    files: Vec<ListFile>,
}

/// What came of an edition.
struct Outcome {
    id: ListId,
    edition: Edition,
    diff: ListDiff,
    defects: Defects,
}

pub(super) fn run(arguments: &UpdateArguments, quiet: bool) -> Result<(), Failure> {
    let today = today()?;
    let mut by_list: BTreeMap<ListId, Vec<Read>> = BTreeMap::new();
    for source in &arguments.sources {
        for read in read_source(source, arguments)? {
            if read.file.format == Format::SdnCompanion {
                screen::say(quiet, &format!("{}: {}", read.name, read.file.format.name()));
                continue;
            }
            let id = list_of(&read, arguments.list.as_ref())?;
            by_list.entry(id).or_default().push(read);
        }
    }
    let folder = &arguments.book.lists;
    let lock = Lock::take(folder)?;
    let mut book = lists::open(folder)?;
    let (mut outcomes, mut failures) = (Vec::new(), Vec::new());
    let mut editions = Vec::new();
    for (id, files) in by_list {
        for files in by_day(&id, files, arguments.edition)? {
            editions.push(gather(id.clone(), files, arguments.edition, today)?);
        }
    }
    for gathered in editions {
        match take_up(&mut book, gathered, arguments) {
            Ok(outcome) => {
                if !outcome.diff.is_known {
                    lock.replace(folder, &book, &outcome.id)?;
                }
                outcomes.push(outcome);
            }
            Err(failure) => failures.push(failure),
        }
    }
    answer(&outcomes, arguments.json, quiet)?;
    // What was refused changed nothing; what was taken up before stays.
    let mut failures = failures.into_iter();
    let first = failures.next();
    for failure in failures {
        screen::say(quiet, &format!("error: {}", failure.reason()));
    }
    first.map_or(Ok(()), Err)
}

/// The first second of today.
fn today() -> Result<Timestamp, Failure> {
    let now = jiff::Timestamp::now().as_second();
    let clock = || anyhow!("the clock of this machine is wrong");
    Timestamp::from_unix(now - now.rem_euclid(86_400)).map_err(|_| Failure::Unavailable(clock()))
}

fn read_source(source: &str, arguments: &UpdateArguments) -> Result<Vec<Read>, Failure> {
    if source.starts_with("http://") || source.starts_with("https://") {
        return Ok(vec![fetch(source, arguments)?]);
    }
    let path = Path::new(source);
    let list = arguments.list.as_ref();
    input::tag_files(path)?.iter().map(|file| read_file(file, list)).collect()
}

fn read_file(path: &Path, list: Option<&ListId>) -> Result<Read, Failure> {
    let bytes = input::read(path)?;
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let beside = FolderIncludes::beside(path);
    read(name, &path.display().to_string(), &bytes, &beside, list)
}

fn read(
    name: String,
    shown: &str,
    bytes: &[u8],
    beside: &dyn Includes,
    list: Option<&ListId>,
) -> Result<Read, Failure> {
    // The name tells the asset of bare lists, and stands in messages. Under an id that is none of
    // OFAC's a bare list is nobody's but the user's own.
    let is_own = list.is_some_and(|id| !id.as_str().starts_with("ofac"));
    let file = match is_own {
        true => read_own_list(shown, bytes, beside),
        false => read_list(shown, bytes, beside),
    };
    let file = file.map_err(Failure::bad_data)?;
    let mut digest = Digest::of(bytes);
    if file.format == Format::SdnCsv {
        let companions = COMPANIONS.iter().filter_map(|name| beside.read(name).ok());
        digest = joined(std::iter::once(digest).chain(companions.map(|b| Digest::of(&b))));
    }
    Ok(Read { name, digest, file })
}

/// Asks the host of a URL, and no other.
fn fetch(url: &str, arguments: &UpdateArguments) -> Result<Read, Failure> {
    let endpoint =
        Endpoint::new(url, None).context("the URL cannot be used").map_err(Failure::Usage)?;
    let limits = Limits { timeout: Duration::from_secs(arguments.timeout), ..Limits::default() };
    let host = endpoint.name().to_string();
    let client = Client::new(endpoint, limits);
    let interrupt = Arc::new(AtomicBool::new(false));
    let done = Arc::new(AtomicBool::new(false));
    let handler = signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&interrupt));
    let (stopped, finished) = (client.clone(), Arc::clone(&done));
    std::thread::spawn(move || {
        while !finished.load(Ordering::Relaxed) {
            if interrupt.load(Ordering::Relaxed) {
                stopped.stop();
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let bytes = client.file();
    done.store(true, Ordering::Relaxed);
    if let Ok(handler) = handler {
        signal_hook::low_level::unregister(handler);
    }
    let bytes = bytes.map_err(source::failure)?;
    // Paths and queries may hold keys: only the last segment of the path is shown.
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default();
    let list = arguments.list.as_ref();
    read(format!("{host}/…/{file}"), file, &bytes, &NoIncludes, list)
}

/// Which list a file is of.
fn list_of(read: &Read, named: Option<&ListId>) -> Result<ListId, Failure> {
    if let Some(id) = named {
        return Ok(id.clone());
    }
    let id = match read.file.format {
        Format::SdnXml | Format::SdnPlainXml | Format::SdnCsv => "ofac-sdn",
        Format::OfacText | Format::OfacJson => "ofac-addresses",
        Format::EuXml | Format::EuCsv => "eu-fsf",
        Format::UkXml | Format::UkCsv => "uk-sanctions",
        Format::OfsiCsv => "uk-ofsi",
        Format::UnXml => "un-sc",
        other => {
            let (name, format) = (Printable(&read.name), other.name());
            let error = anyhow!("{name} is a {format}: name the list that it makes up with --list");
            return Err(Failure::Usage(error));
        }
    };
    id.parse().map_err(|reason: String| Failure::Usage(anyhow!(reason)))
}

/// Files of one list by the day that they state, the oldest first: each day is an edition. Made
/// one, an address that the younger file no longer has would stay on the list.
fn by_day(
    id: &ListId,
    files: Vec<Read>,
    named: Option<Timestamp>,
) -> Result<Vec<Vec<Read>>, Failure> {
    let mut by_day: BTreeMap<Option<String>, Vec<Read>> = BTreeMap::new();
    for read in files {
        by_day.entry(read.file.edition.map(Timestamp::to_date)).or_default().push(read);
    }
    let is_of_several_days = by_day.len() > 1;
    if let (true, Some(without)) = (is_of_several_days, by_day.get(&None)) {
        let name = without.first().map_or("", |read| read.name.as_str());
        return Err(Failure::Usage(anyhow!(
            "`{id}`: {} states no day and other files do: whether they are one edition cannot be \
             told; take up each edition by itself, with --edition where a file states no day",
            Printable(name)
        )));
    }
    if let (true, Some(day)) = (is_of_several_days, named) {
        let days: Vec<String> = by_day.into_keys().flatten().collect();
        return Err(Failure::Usage(anyhow!(
            "`{id}`: the files state different days ({}), and --edition says {}: leave it out, \
             and each day is taken up by itself",
            days.join(", "),
            day.to_date()
        )));
    }
    Ok(by_day.into_values().collect())
}

/// Files of one list as one edition.
fn gather(
    id: ListId,
    mut files: Vec<Read>,
    named: Option<Timestamp>,
    today: Timestamp,
) -> Result<Gathered, Failure> {
    files.sort_by(|a, b| (&a.name, a.digest).cmp(&(&b.name, b.digest)));
    let stated = files.iter().filter_map(|read| read.file.edition).max();
    let (date, dated_by) = match (named, stated) {
        (Some(date), _) => (date, DatedBy::Option),
        (None, Some(date)) => (date, DatedBy::File),
        (None, None) => (today, DatedBy::Taken),
    };
    const DAY: i64 = 86_400;
    if date.to_unix() > today.to_unix() + 2 * DAY {
        let error = anyhow!(
            "`{id}`: the edition of {} lies in the future; name its day with --edition",
            date.to_date()
        );
        return Err(Failure::Usage(error));
    }
    let digest = match &files[..] {
        [only] => only.digest,
        several => joined(several.iter().map(|read| read.digest)),
    };
    let names: Vec<&str> = files.iter().map(|read| read.name.as_str()).collect();
    let source = match names.len() {
        0..=3 => names.join(", "),
        more => format!("{} and {} more files", names.first().unwrap_or(&""), more - 1),
    };
    let edition = Edition { date, dated_by, digest, source };
    Ok(Gathered { id, edition, files: files.into_iter().map(|read| read.file).collect() })
}

/// One digest of several.
fn joined(digests: impl Iterator<Item = Digest>) -> Digest {
    let texts: Vec<String> = digests.map(|digest| digest.to_string()).collect();
    Digest::of(texts.join("\n").as_bytes())
}

fn take_up(
    book: &mut ListBook,
    gathered: Gathered,
    arguments: &UpdateArguments,
) -> Result<Outcome, Failure> {
    let shrinking = match arguments.accept_shrinking {
        true => Shrinking::Accepted,
        false => Shrinking::AtMost(arguments.shrinking_max),
    };
    let Gathered { id, edition, files } = gathered;
    let diff =
        book.update(&id, &edition, &files, shrinking).map_err(|e| Failure::BadData(e.into()))?;
    let mut defects = Defects::new();
    files.into_iter().for_each(|file| defects.merge(file.defects));
    Ok(Outcome { id, edition, diff, defects })
}

fn answer(outcomes: &[Outcome], json: bool, quiet: bool) -> Result<(), Failure> {
    for outcome in outcomes {
        say_defects(outcome, quiet);
    }
    if json {
        let lists: Vec<_> = outcomes.iter().map(outcome_json).collect();
        let answer = json!({ "schema": "hawkshaw.lists.update/1", "lists": lists });
        return screen::answer(format!("{}\n", screen::visible(&answer.to_string())).as_bytes());
    }
    let mut text = String::new();
    for outcome in outcomes {
        outcome_text(&mut text, outcome);
    }
    screen::answer(text.as_bytes())
}

fn say_defects(outcome: &Outcome, quiet: bool) {
    for (reason, count, examples) in outcome.defects.iter() {
        screen::say(quiet, &format!("{}: {count} × {}", outcome.id, reason.name()));
        for example in examples.iter().take(EXAMPLES_SHOWN) {
            let (file, what) = (Printable(&example.file), Printable(&example.what));
            let line = if example.line == 0 { String::new() } else { format!(":{}", example.line) };
            screen::say(quiet, &format!("  {file}{line}: {what}"));
        }
    }
}

fn outcome_text(text: &mut String, outcome: &Outcome) {
    let (edition, diff) = (&outcome.edition, &outcome.diff);
    let day = edition.date.to_date();
    let told = told(edition.dated_by);
    if diff.is_known {
        let _ = writeln!(text, "{}: taken up before, nothing changed", outcome.id);
        return;
    }
    let _ = writeln!(
        text,
        "{}: edition of {day} ({told}): {} addresses added, {} removed, {} changed, {} unchanged; \
         {} entities added, {} removed, {} unchanged",
        outcome.id,
        diff.added.len(),
        diff.removed.len(),
        diff.changed.len(),
        diff.unchanged,
        diff.entities_added.len(),
        diff.entities_removed.len(),
        diff.entities_unchanged
    );
    for (sign, entries) in [("+", &diff.added), ("-", &diff.removed), ("~", &diff.changed)] {
        for entry in entries.iter().take(SHOWN_MAX) {
            let entity = entry.entity.as_ref().map(|entity| format!(" ({})", Printable(entity)));
            let _ = writeln!(
                text,
                "  {sign} {}  {}  {}{}",
                entry.since.to_date(),
                entry.account,
                Printable(&entry.label),
                entity.unwrap_or_default()
            );
        }
        if entries.len() > SHOWN_MAX {
            let more = entries.len() - SHOWN_MAX;
            let _ = writeln!(text, "  {sign} and {more} more; --json has all");
        }
    }
}

fn outcome_json(outcome: &Outcome) -> serde_json::Value {
    let entries = |entries: &[DiffEntry]| -> Vec<serde_json::Value> {
        let one = |entry: &DiffEntry| {
            json!({
                "account": entry.account.to_string(),
                "label": &*entry.label,
                "entity": entry.entity.as_deref(),
                "since": entry.since.to_string(),
            })
        };
        entries.iter().map(one).collect()
    };
    let (edition, diff) = (&outcome.edition, &outcome.diff);
    let defects: BTreeMap<&str, u64> =
        outcome.defects.iter().map(|(reason, count, _)| (reason.name(), count)).collect();
    json!({
        "id": outcome.id,
        "edition": edition.date.to_date(),
        "dated_by": edition.dated_by,
        "digest": edition.digest,
        "source": edition.source,
        "known": diff.is_known,
        "added": entries(&diff.added),
        "removed": entries(&diff.removed),
        "changed": entries(&diff.changed),
        "unchanged": diff.unchanged,
        "entities": {
            "added": diff.entities_added,
            "removed": diff.entities_removed,
            "unchanged": diff.entities_unchanged,
        },
        "defects": defects,
    })
}
