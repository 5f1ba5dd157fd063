//! `hawkshaw tags`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use hawkshaw_attribution::{FolderIncludes, NoIncludes, TagIndex};
use hawkshaw_model::{Account, ChainId, Printable, Tag, TagSubject};
use serde_json::json;

use crate::cli::{TagSource, TagsArguments, TagsCommand};
use crate::exit::Failure;
use crate::input;
use crate::screen;

/// The file of a store that holds its tags.
const STORE_FILE: &str = "tags.jsonl";

/// Defects that are shown one by one.
const EXAMPLES_SHOWN: usize = 3;

pub(crate) fn run(arguments: &TagsArguments, quiet: bool) -> Result<(), Failure> {
    match &arguments.command {
        TagsCommand::Import { paths, store } => import(paths, store, quiet),
        TagsCommand::List { from, json } => list(&index(from, quiet)?, *json),
        TagsCommand::Show { address, from, json } => show(&index(from, quiet)?, address, *json),
    }
}

fn import(paths: &[PathBuf], store: &Path, quiet: bool) -> Result<(), Failure> {
    let file = store.join(STORE_FILE);
    let mut index = TagIndex::new();
    if file.exists() {
        add(&mut index, &file)?;
    }
    let before = index.len();
    let known_defects = index.defects().total();
    for path in paths {
        for file in input::tag_files(path)? {
            let summary = add(&mut index, &file)?;
            screen::say(quiet, &summary);
        }
    }
    std::fs::create_dir_all(store)
        .with_context(|| format!("cannot make {}", store.display()))
        .map_err(Failure::Unavailable)?;
    replace(&file, &index.to_store())?;
    if index.defects().total() > known_defects {
        say_defects(&index, quiet);
    }
    let text = format!(
        "{} tags in {}, {} of them new\n",
        index.len(),
        store.display(),
        index.len() - before
    );
    screen::answer(text.as_bytes())
}

/// Replaces a file so that a reader sees the old one or the new one, and a crash loses neither.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let fresh = path.with_extension("new");
    std::fs::write(&fresh, bytes)
        .and_then(|()| std::fs::File::open(&fresh)?.sync_all())
        .and_then(|()| std::fs::rename(&fresh, path))
        .with_context(|| format!("cannot write {}", path.display()))
        .map_err(Failure::Unavailable)
}

/// Adds a file to an index: what it brought, as a line.
fn add(index: &mut TagIndex, path: &Path) -> Result<String, Failure> {
    let name = path.display().to_string();
    let bytes = input::read(path)?;
    let summary = if path.file_name().is_some_and(|name| name == STORE_FILE) {
        index.add_file(&name, &bytes, &NoIncludes)
    } else {
        index.add_file(&name, &bytes, &FolderIncludes::beside(path))
    };
    let summary = summary.map_err(Failure::bad_data)?;
    Ok(format!(
        "{name}: {}, {} tags, {} actors, {} defects",
        summary.format.name(),
        summary.tags,
        summary.actors,
        summary.defects.total()
    ))
}

fn index(from: &TagSource, quiet: bool) -> Result<TagIndex, Failure> {
    let mut index = TagIndex::new();
    let mut any = false;
    if let Some(store) = &from.store {
        let file = store.join(STORE_FILE);
        if !file.exists() {
            let error = anyhow!("{} holds no tags: import some first", store.display());
            return Err(Failure::Usage(error));
        }
        add(&mut index, &file)?;
        any = true;
    }
    for path in &from.tags {
        for file in input::tag_files(path)? {
            add(&mut index, &file)?;
            any = true;
        }
    }
    if !any {
        let error = anyhow!("name a store with --store (or HAWKSHAW_STORE), or files with --tags");
        return Err(Failure::Usage(error));
    }
    say_defects(&index, quiet);
    Ok(index)
}

/// Says what was wrong with tags: how often, and for the first ones where.
pub(crate) fn say_defects(index: &TagIndex, quiet: bool) {
    for (reason, count, examples) in index.defects().iter() {
        screen::say(quiet, &format!("tags: {count} × {}", reason.name()));
        for example in examples.iter().take(EXAMPLES_SHOWN) {
            let (file, what) = (Printable(&example.file), Printable(&example.what));
            let line = if example.line == 0 { String::new() } else { format!(":{}", example.line) };
            screen::say(quiet, &format!("  {file}{line}: {what}"));
        }
    }
}

fn list(index: &TagIndex, json: bool) -> Result<(), Failure> {
    let mut text = String::new();
    for tag in index.tags() {
        if json {
            let _ = writeln!(text, "{}", screen::visible(&tag_json(tag).to_string()));
        } else {
            let _ = writeln!(
                text,
                "{}\t{}\t{}\t{} {}\t{}",
                subject(tag),
                Printable(&tag.label),
                concepts(tag),
                tag.confidence.level,
                tag.confidence.id,
                Printable(&tag.source)
            );
        }
    }
    screen::answer(text.as_bytes())
}

fn show(index: &TagIndex, address: &str, json: bool) -> Result<(), Failure> {
    let accounts = matching(index, address)?;
    if json {
        let shown: Vec<_> = accounts.iter().map(|account| account_json(index, account)).collect();
        let answer = json!({ "schema": "hawkshaw.tags.show/1", "accounts": shown });
        return screen::answer(format!("{}\n", screen::visible(&answer.to_string())).as_bytes());
    }
    let mut text = String::new();
    if accounts.is_empty() {
        let _ = writeln!(
            text,
            "{}: not in these tags. That says nothing about the address: unknown is not clean.",
            Printable(address)
        );
    }
    for account in &accounts {
        show_account(&mut text, index, account);
    }
    screen::answer(text.as_bytes())
}

/// The tagged accounts that an address can mean: on every chain that it is tagged on.
fn matching<'a>(index: &'a TagIndex, address: &str) -> Result<Vec<&'a Account>, Failure> {
    let exact = address.parse::<Account>().ok();
    let found: Vec<&Account> = index
        .accounts()
        .filter(|account| match &exact {
            Some(exact) => exact == *account,
            None => {
                account.address_for_people() == address
                    || account.address_in_files() == address.to_ascii_lowercase()
            }
        })
        .collect();
    if !found.is_empty() || exact.is_some() {
        return Ok(found);
    }
    // Tell a mistyped address from one that is merely not tagged.
    let chain = match address {
        text if text.starts_with("0x") => ChainId::ethereum(),
        text if text.starts_with('T') => ChainId::tron(),
        _ => ChainId::bitcoin(),
    };
    Account::parse(&chain, address).map_err(|error| Failure::Usage(error.into()))?;
    Ok(found)
}

fn show_account(text: &mut String, index: &TagIndex, account: &Account) {
    let _ = writeln!(text, "{} on {}", account.address_for_people(), account.chain().name());
    match index.stop(account) {
        Some(stop) => {
            let actor = stop.actor.as_deref().unwrap_or("unknown");
            let _ = writeln!(text, "  following stops here: {} ({})", stop.kind, Printable(actor));
        }
        None => {
            let _ = writeln!(text, "  following does not stop here");
        }
    }
    for tag in index.tags_of(account) {
        let date = tag.lastmod.map_or_else(|| "undated".to_owned(), |date| date.to_date());
        let _ = writeln!(
            text,
            "  {:>3} {:<24} {}  [{}]  {date}",
            tag.confidence.level,
            tag.confidence.id,
            Printable(&tag.label),
            concepts(tag)
        );
        let _ = writeln!(text, "      {}", Printable(&tag.source));
    }
    for conflict in index.conflicts(account) {
        let _ = writeln!(
            text,
            "  conflict: `{}` against `{}`: {}",
            Printable(&conflict.winner.label),
            Printable(&conflict.loser.label),
            Printable(&conflict.why)
        );
    }
}

fn account_json(index: &TagIndex, account: &Account) -> serde_json::Value {
    let stop = index.stop(account);
    let conflicts: Vec<_> = index
        .conflicts(account)
        .iter()
        .map(
            |c| json!({ "winner": tag_json(&c.winner), "loser": tag_json(&c.loser), "why": c.why }),
        )
        .collect();
    json!({
        "account": account.to_string(),
        "stop": stop.map(|stop| json!({ "kind": stop.kind.name(), "actor": stop.actor })),
        "tags": index.tags_of(account).iter().map(tag_json).collect::<Vec<_>>(),
        "conflicts": conflicts,
    })
}

fn tag_json(tag: &Tag) -> serde_json::Value {
    json!({
        "subject": subject(tag),
        "label": tag.label,
        "actor": tag.actor.as_ref().map(ToString::to_string),
        "concepts": tag.concepts.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "source": tag.source,
        "creator": tag.creator,
        "confidence": { "id": tag.confidence.id, "level": tag.confidence.level },
        "lastmod": tag.lastmod.map(|date| date.to_date()),
        "context": tag.context,
        "currency": tag.currency,
    })
}

fn subject(tag: &Tag) -> String {
    match &tag.subject {
        TagSubject::Account(account) => account.to_string(),
        TagSubject::Transaction(tx) => tx.to_string(),
    }
}

fn concepts(tag: &Tag) -> String {
    let names: Vec<&str> = tag.concepts.iter().map(hawkshaw_model::ConceptId::as_str).collect();
    names.join(", ")
}
