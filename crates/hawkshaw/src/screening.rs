//! What is known of addresses, gathered from what the command line names.
//!
//! Tags and exposure become an index; lists, which change every day, stand beside it. So when a
//! list changes, only that is read again.

mod live;
mod stored;
mod tags;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use hawkshaw_screening::{
    AddressIndex, Coverage, IndexBuilder, IndexError, ListBook, Listing, NameIndex, NamedEntity,
    Overlay, RuleSet, Screener,
};

pub(crate) use self::live::LiveScreener;
use crate::cli::screen::KnownArguments;
use crate::exit::Failure;
use crate::input;
use crate::screen::{self, Activity};

/// Files of a folder of lists end so.
const BOOK_ENDING: &str = "jsonl";

/// What makes a screener but the rules and the lists beside it.
#[derive(Debug, Clone)]
pub(crate) struct Ground {
    index: Arc<AddressIndex>,
    /// Tags that stand beside an index that was named.
    beside: Vec<Listing>,
}

/// Refuses arguments that name nothing of which anything could be said.
pub(crate) fn require_something(known: &KnownArguments) -> Result<(), Failure> {
    if known.store.is_none()
        && known.index.is_none()
        && known.tags.is_empty()
        && known.lists.is_empty()
    {
        return Err(Failure::Usage(anyhow!(
            "name what is known of addresses: --tags, --lists, --store (or HAWKSHAW_STORE) or \
             --index; without any of them nothing could be said of any address"
        )));
    }
    if known.index.is_some() && known.store.is_some() && !is_store_of_environment(known) {
        return Err(Failure::Usage(anyhow!(
            "--index and --store are two answers to the same question: name the index that was \
             made before, or the store that one is made of"
        )));
    }
    Ok(())
}

/// Whether nobody named the store on the command line.
fn is_store_of_environment(known: &KnownArguments) -> bool {
    let named = std::env::var_os("HAWKSHAW_STORE");
    named.is_some_and(|named| known.store.as_ref().is_some_and(|store| *store == *named))
}

/// Everything that the arguments name, as what answers.
pub(crate) fn gather(known: &KnownArguments, quiet: bool) -> Result<Screener, Failure> {
    require_something(known)?;
    let rules = Arc::new(rules(known.rules.as_deref())?);
    let ground = ground(known, quiet)?;
    let overlay = overlay(&ground, &known.lists, quiet)?;
    let screener = Screener::new(ground.index, Arc::new(overlay), rules, Coverage::default());
    say_absent_lists(&screener, quiet);
    Ok(screener)
}

/// The rules of a file, or the built-in ones.
fn rules(path: Option<&Path>) -> Result<RuleSet, Failure> {
    let Some(path) = path else { return Ok(RuleSet::built_in()) };
    let text = String::from_utf8(input::read(path)?)
        .with_context(|| format!("{} is no text", path.display()))
        .map_err(Failure::BadData)?;
    let refused = |problems: hawkshaw_screening::RuleProblems| {
        Failure::BadData(anyhow!("{}: {problems}", path.display()))
    };
    RuleSet::from_toml(&text).map_err(refused)
}

/// The index that is named, or one of the tags and what is exposed in the store.
fn ground(known: &KnownArguments, quiet: bool) -> Result<Ground, Failure> {
    let activity = Activity::start(quiet);
    activity.now("reading tags");
    let mut files = Vec::new();
    for path in &known.tags {
        files.extend(input::tag_files(path)?);
    }
    for tags in known.case.iter().map(|case| case.join("tags")) {
        if tags.is_dir() {
            files.extend(input::tag_files(&tags)?);
        }
    }
    if let (Some(store), Some(index)) = (&known.store, &known.index) {
        let (store, index) = (store.display(), index.display());
        screen::say(
            quiet,
            &format!("--index is asked, {index}, and HAWKSHAW_STORE, {store}, is not"),
        );
    } else if let Some(store) = &known.store {
        let imported = store.join("tags.jsonl");
        files.extend(imported.is_file().then_some(imported));
    }
    let tags = tags::read(&files)?;
    drop(activity);
    tags.say_defects(quiet);
    if let Some(path) = &known.index {
        let index = AddressIndex::open(path).map_err(refusal)?;
        return Ok(Ground { index: Arc::new(index), beside: tags.into_listings() });
    }
    let index = match &known.store {
        Some(store) => stored::index(store, known, &tags, quiet)?,
        None => index_of_tags(&tags)?,
    };
    Ok(Ground { index: Arc::new(index), beside: Vec::new() })
}

fn index_of_tags(tags: &tags::Tags) -> Result<AddressIndex, Failure> {
    let mut builder = IndexBuilder::new();
    for listing in tags.listings() {
        builder.add_listing(listing).map_err(refusal)?;
    }
    let bytes = builder.to_bytes().map_err(refusal)?;
    AddressIndex::from_bytes("index of tags", bytes).map_err(refusal)
}

/// What files of tags say, for an index that is made of them.
pub(crate) fn listings(files: &[PathBuf]) -> Result<Vec<Listing>, Failure> {
    Ok(tags::read(files)?.into_listings())
}

/// The lists, and the tags that stand beside an index.
fn overlay(ground: &Ground, lists: &[PathBuf], quiet: bool) -> Result<Overlay, Failure> {
    let mut overlay = Overlay::new();
    if !ground.beside.is_empty() {
        overlay = overlay.with_listings(ground.beside.iter().cloned());
    }
    for path in lists {
        overlay = overlay.with_listings(read_lists(path, quiet)?);
    }
    Ok(overlay)
}

/// What lists say, for exposure to whoever stands on them. What is wrong with them is said where
/// they are read to be asked themselves.
pub(crate) fn listed(lists: &[PathBuf], quiet: bool) -> Result<Vec<Listing>, Failure> {
    let mut listed = Vec::new();
    for path in lists {
        listed.extend(read_lists(path, quiet)?);
    }
    Ok(listed)
}

/// The listings of a folder of lists, or of lists as they were published.
fn read_lists(path: &Path, quiet: bool) -> Result<Vec<Listing>, Failure> {
    let Some(book) = book(path)? else {
        let tags = tags::read(&input::tag_files(path)?)?;
        tags.say_defects(quiet);
        if let Some(file) = tags.empty_lists().first() {
            return Err(Failure::BadData(anyhow!(
                "{file} names no address, which such a list never does: what it should say would \
                 be missing from every answer"
            )));
        }
        return Ok(tags.into_listings());
    };
    Ok(book.listings().cloned().collect())
}

/// The book of lists in a folder, where it is one.
fn book(path: &Path) -> Result<Option<ListBook>, Failure> {
    let files = if path.is_dir() { book_files(path)? } else { Vec::new() };
    if files.is_empty() {
        return Ok(None);
    }
    refuse_strangers(path, &files)?;
    let named = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    ListBook::from_files(named)
        .with_context(|| format!("the lists in {} cannot be relied on", path.display()))
        .map_err(Failure::BadData)
        .map(Some)
}

/// Refuses a folder of lists in which other files of tags lie: they would count for nothing.
fn refuse_strangers(folder: &Path, book: &[(String, Vec<u8>)]) -> Result<(), Failure> {
    let is_of_book = |file: &Path| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        file.parent() == Some(folder) && book.iter().any(|(known, _)| *known == name)
    };
    let stranger = input::tag_files(folder)?.into_iter().find(|file| !is_of_book(file));
    let Some(stranger) = stranger else { return Ok(()) };
    Err(Failure::BadData(anyhow!(
        "{} is kept by `hawkshaw lists update`, and {} in it is none of its files: take it up \
         with `hawkshaw lists update --lists {} {}`, or move it away and name it by itself",
        folder.display(),
        stranger.display(),
        folder.display(),
        stranger.display(),
    )))
}

/// Who stands on the lists of books by name; `None` where there is no book.
pub(crate) fn names(lists: &[PathBuf]) -> Result<Option<NameIndex>, Failure> {
    let mut names: Option<NameIndex> = None;
    for path in lists {
        let Some(book) = book(path)? else { continue };
        for (list, entry) in book.entries() {
            let index = names.get_or_insert_default();
            index.add(NamedEntity { list: Arc::clone(list), entry: entry.clone() });
        }
    }
    Ok(names)
}

/// The files of a folder of lists, by name: none where it is a folder of something else.
fn book_files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let Ok(files) = input::files_ending_in(folder, &[BOOK_ENDING]) else { return Ok(Vec::new()) };
    let mut book = Vec::new();
    for path in files.into_iter().filter(|path| path.parent() == Some(folder)) {
        let bytes = input::read(&path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Tags are kept as JSON lines too.
        let family = hawkshaw_attribution::STORE_SCHEMA.as_bytes();
        let head = bytes.get(..bytes.len().min(200)).unwrap_or_default();
        if !head.windows(family.len()).any(|part| part == family) {
            book.push((name, bytes));
        }
    }
    Ok(book)
}

/// How a failure of an index ends the command.
pub(crate) fn refusal(error: IndexError) -> Failure {
    match error {
        IndexError::Io { .. } => Failure::Unavailable(error.into()),
        _ => Failure::bad_data(error),
    }
}

/// Says which rules are about lists that nobody named: they apply to nothing.
fn say_absent_lists(screener: &Screener, quiet: bool) {
    for (rule, list) in screener.rules_about_absent_lists() {
        let text = format!(
            "the rule `{}` is about the list `{list}`, of which nothing was read: it applies to \
             nothing",
            hawkshaw_model::Printable(&rule)
        );
        screen::say(quiet, &text);
    }
}

/// Says what a person must know of what was gathered.
pub(crate) fn say(screener: &Screener, quiet: bool) {
    let coverage = screener.coverage();
    let chains: Vec<&str> = coverage.chains().map(|(chain, _)| chain.name()).collect();
    let text = format!(
        "{} addresses in the index, {} beside it, of {} chains; data version {}",
        screener.index().len(),
        screener.overlay().len(),
        chains.len(),
        screener.data_version()
    );
    screen::say(quiet, &text);
}

#[cfg(test)]
mod real_data;
#[cfg(test)]
mod tests;
