//! `hawkshaw lists status` and `hawkshaw lists show`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::anyhow;
use hawkshaw_model::{Printable, Timestamp};
use hawkshaw_screening::{ListId, ListStatus, Listing};
use serde_json::json;

use crate::exit::Failure;
use crate::{lists, screen};

const DAY: i64 = 86_400;

pub(super) fn status(folder: &Path, json: bool) -> Result<(), Failure> {
    let book = lists::open(folder)?;
    let now = jiff::Timestamp::now().as_second();
    let lists = book.status();
    if json {
        let shown: Vec<_> = lists.iter().map(|list| status_json(list, now)).collect();
        let answer = json!({ "schema": "hawkshaw.lists.status/1", "lists": shown });
        return screen::answer(format!("{}\n", screen::visible(&answer.to_string())).as_bytes());
    }
    let mut text = String::new();
    if lists.is_empty() {
        let _ = writeln!(text, "{} holds no list", folder.display());
    }
    for list in &lists {
        let _ = writeln!(text, "{}: {}", list.info.id, Printable(&list.info.name));
        if let Some(edition) = &list.edition {
            let _ = writeln!(
                text,
                "  edition of {} ({}), {} days old, from {}\n  SHA-256 {}",
                edition.date.to_date(),
                told(edition.dated_by),
                age(list, now).unwrap_or(0),
                Printable(&edition.source),
                edition.digest
            );
        }
        let _ = writeln!(
            text,
            "  {} entities, {} addresses, {} taken off; {} editions since {}",
            list.entities,
            list.addresses,
            list.removed,
            list.editions,
            list.first.map_or_else(String::new, Timestamp::to_date)
        );
        for (chain, count) in &list.by_chain {
            let _ = writeln!(text, "  {count:>8}  {chain}");
        }
    }
    screen::answer(text.as_bytes())
}

/// What a day rests on, for people.
pub(super) fn told(by: hawkshaw_screening::DatedBy) -> &'static str {
    use hawkshaw_screening::DatedBy as By;
    match by {
        By::List => "as the list says",
        By::File => "as the file says",
        By::Option => "as --edition said",
        By::Taken => "the day on which it was taken up: the file states none",
    }
}

/// Whole days since the edition.
fn age(list: &ListStatus, now: i64) -> Option<i64> {
    let date = list.edition.as_ref()?.date;
    Some(now.saturating_sub(date.to_unix()).max(0) / DAY)
}

fn status_json(list: &ListStatus, now: i64) -> serde_json::Value {
    let edition = list.edition.as_ref();
    json!({
        "id": list.info.id,
        "name": list.info.name,
        "kind": list.info.kind,
        "edition": edition.map(|edition| edition.date.to_date()),
        "dated_by": edition.map(|edition| edition.dated_by),
        "age_days": age(list, now),
        "digest": edition.map(|edition| edition.digest),
        "source": edition.map(|edition| edition.source.as_str()),
        "first_edition": list.first.map(Timestamp::to_date),
        "editions": list.editions,
        "entities": list.entities,
        "addresses": list.addresses,
        "removed": list.removed,
        "by_chain": list.by_chain,
    })
}

pub(super) fn show(
    folder: &Path,
    id: &ListId,
    as_of: Option<Timestamp>,
    json: bool,
) -> Result<(), Failure> {
    let book = lists::open(folder)?;
    if !book.lists().any(|info| info.id == *id) {
        let known: Vec<String> = book.lists().map(|info| info.id.to_string()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        let error = anyhow!("{} holds no list `{id}`: it holds {known}", folder.display());
        return Err(Failure::Usage(error));
    }
    let stands = |listing: &&Listing| {
        listing.list.id == *id && as_of.is_none_or(|time| listing.stands_at(Some(time)))
    };
    let mut text = String::new();
    for listing in book.listings().filter(stands) {
        if json {
            let line = listing_json(listing).to_string();
            let _ = writeln!(text, "{}", screen::visible(&line));
            continue;
        }
        let day = |time: Option<Timestamp>| time.map_or_else(|| "-".to_owned(), Timestamp::to_date);
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}",
            day(listing.added),
            day(listing.removed),
            listing.account,
            Printable(&listing.label),
            listing.entity.as_ref().map_or_else(String::new, |e| Printable(e).to_string())
        );
    }
    screen::answer(text.as_bytes())
}

fn listing_json(listing: &Listing) -> serde_json::Value {
    json!({
        "list": listing.list.id,
        "account": listing.account.to_string(),
        "label": &*listing.label,
        "entity": listing.entity.as_deref(),
        "category": listing.category,
        "source": &*listing.source,
        "confidence": listing.confidence,
        "added": listing.added.map(|time| time.to_string()),
        "removed": listing.removed.map(|time| time.to_string()),
    })
}
