//! An answer for a person.

use std::fmt::Write as _;

use hawkshaw_model::{Amount, AssetList, Printable, Usd};
use hawkshaw_screening::{
    Answer, Direction, ExposureEntry, ExposureKind, ListKind, Listing, Match, POLICIES, PathStep,
    Severity, Status,
};

/// Places of a way that are shown at each of its ends.
const PLACES_SHOWN: usize = 6;

/// The report on an address.
pub(super) fn render(answer: &Answer, assets: &AssetList) -> String {
    let mut text = String::new();
    head(&mut text, answer);
    let listings = answer.matches.iter().filter_map(|found| match found {
        Match::Listed(listing) => Some(listing),
        Match::Exposed { .. } => None,
    });
    let listings: Vec<&Listing> = listings.collect();
    if !listings.is_empty() {
        let _ = writeln!(text, "\n  The address itself");
        listings.iter().for_each(|listing| listed(&mut text, listing, answer));
    }
    for (direction, title) in [
        (Direction::Received, "Where its money came from"),
        (Direction::Sent, "Where its money went"),
    ] {
        exposed(&mut text, answer, assets, direction, title);
    }
    if !answer.decision.shadow.is_empty() {
        let _ = writeln!(text, "\n  Rules on trial would have said");
        for shadow in &answer.decision.shadow {
            let _ = writeln!(text, "    {} ({})", shadow.action, Printable(&shadow.rule));
        }
    }
    if !answer.notes.is_empty() {
        let _ = writeln!(text, "\n  To know");
        for note in &answer.notes {
            let _ = writeln!(text, "    {}", Printable(note));
        }
    }
    let as_of = answer.as_of.map_or(String::new(), |time| format!(", as of {time}"));
    let _ = writeln!(text, "\n  data version {}{as_of}", answer.data_version);
    text
}

/// The address, what was found, and what to do.
fn head(text: &mut String, answer: &Answer) {
    let _ = write!(text, "{}", answer.shown());
    if let Some(chain) = &answer.chain {
        let _ = write!(text, "  {}", chain.name());
    }
    let found = match answer.status {
        Status::Hit => "something is known of it",
        Status::NotFound => "nothing is known of it: that does not make it clean",
        Status::NotCovered => {
            "nothing can be known of it: no list, tag or ledger at hand covers it"
        }
        Status::Invalid => "it is no address",
    };
    let action = answer.decision.action.as_str().to_ascii_uppercase();
    let _ = writeln!(text, "\n\n  {action}  {}: {found}", answer.status);
    if let Some(rule) = &answer.decision.rule {
        let _ = writeln!(text, "    by the rule `{}`", Printable(rule));
    }
    for reason in &answer.decision.reasons {
        let _ = writeln!(text, "    - {}", Printable(&reason.text));
    }
}

fn listed(text: &mut String, listing: &Listing, answer: &Answer) {
    let category = listing.category;
    let severity = match category.severity() {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Severe => "severe",
    };
    let _ = writeln!(text, "    {category} ({severity})  {}", Printable(&listing.label));
    let list = &listing.list;
    let kind = match list.kind {
        ListKind::Sanctions => "list of sanctions",
        ListKind::Tags => "tags",
        ListKind::Own => "own list",
    };
    let entity = listing.entity.as_ref();
    let entity = entity.map_or(String::new(), |entity| format!(", entry {}", Printable(entity)));
    let _ = writeln!(text, "      {} ({kind} `{}`{entity})", Printable(&list.name), list.id);
    let since = match (listing.added, list.kind) {
        (Some(added), _) => format!("since {}", added.to_date()),
        (None, ListKind::Sanctions) => "since when is not known here".to_owned(),
        (None, _) => "undated".to_owned(),
    };
    let until = match listing.removed {
        Some(removed) if listing.stands_at(answer.as_of) => {
            format!(", until {}", removed.to_date())
        }
        Some(removed) => format!(", TAKEN OFF {}", removed.to_date()),
        None => String::new(),
    };
    let by = if listing.by_cluster { ", by another address of its wallet" } else { "" };
    let chain = listing.account.chain();
    let _ = writeln!(
        text,
        "      on {}, {since}{until}, confidence {} of 100{by}",
        chain.name(),
        listing.confidence
    );
    if !listing.source.is_empty() {
        let _ = writeln!(text, "      {}", Printable(&listing.source));
    }
}

fn exposed(
    text: &mut String,
    answer: &Answer,
    assets: &AssetList,
    direction: Direction,
    title: &str,
) {
    let entries = answer.matches.iter().filter_map(|found| match found {
        Match::Exposed { entry, path, is_complete } if entry.direction == direction => {
            Some((entry, path, *is_complete))
        }
        _ => None,
    });
    let entries: Vec<_> = entries.collect();
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n  {title}");
    for total in answer.totals.iter().filter(|total| total.direction == direction) {
        let units = units(assets, &total.asset, total.amount);
        let _ = writeln!(text, "    {} in all: {units}{}", total.direction, dollars(total.usd));
    }
    for (entry, path, is_complete) in entries {
        one_exposure(text, answer, assets, entry);
        way(text, entry.direction, path, is_complete);
    }
}

fn one_exposure(text: &mut String, answer: &Answer, assets: &AssetList, entry: &ExposureEntry) {
    let who = match &entry.source {
        Some(source) => Printable(&source.name).to_string(),
        None => format!("{} sources together", entry.sources),
    };
    let case = entry.source.as_ref().and_then(|source| source.case.as_ref());
    let case = case.map_or(String::new(), |case| format!(" (case {case})"));
    let how = match entry.kind {
        ExposureKind::Ownership => "the address is the place itself, or its wallet is".to_owned(),
        ExposureKind::Direct => "directly".to_owned(),
        ExposureKind::Indirect => format!("through {} payments", entry.hops),
    };
    let _ = writeln!(text, "    {}  {who}{case}, {how}", entry.category);
    let total = answer
        .totals
        .iter()
        .find(|total| total.direction == entry.direction && total.asset == entry.asset);
    for (place, policy) in POLICIES.iter().enumerate() {
        let amount = entry.amounts.get(place).copied().unwrap_or_default();
        let usd = entry.usd.as_ref().and_then(|usd| usd.get(place)).copied();
        let share = total.map_or(String::new(), |total| percent(amount, total.amount));
        let _ = writeln!(
            text,
            "      {:<12} {}{}{share}",
            policy.as_str(),
            units(assets, &entry.asset, amount),
            dollars(usd)
        );
    }
    let (first, last) = (entry.first_time, entry.last_time);
    let _ = writeln!(text, "      from {first} to {last}");
    if let Some(source) = entry.source.as_ref().filter(|source| !source.reference.is_empty()) {
        let _ = writeln!(text, "      {}", Printable(&source.reference));
    }
}

/// The way between the address and the source, told from the address.
fn way(text: &mut String, direction: Direction, path: &[PathStep], is_complete: bool) {
    for (place, step) in path.iter().enumerate() {
        let rest = path.len().saturating_sub(PLACES_SHOWN);
        if (PLACES_SHOWN..rest).contains(&place) {
            if place == PLACES_SHOWN {
                let _ = writeln!(text, "        … {} places more …", rest - PLACES_SHOWN);
            }
            continue;
        }
        let mark = match (place, direction) {
            (0, _) => "way",
            (_, Direction::Received) => " ← ",
            (_, Direction::Sent) => " → ",
        };
        let tx = step.tx.map(|tx| format!("  {}", tx.on(step.account.chain())));
        let _ = writeln!(
            text,
            "      {mark} {}  {}{}",
            step.account.address_for_people(),
            step.time,
            tx.unwrap_or_default()
        );
    }
    if !path.is_empty() && !is_complete {
        let _ = writeln!(text, "        the way goes on: it is too long to be told");
    }
}

fn units(assets: &AssetList, asset: &hawkshaw_model::AssetId, amount: Amount) -> String {
    format!("{} {}", assets.units(asset, amount), Printable(assets.symbol(asset)))
}

fn dollars(usd: Option<Usd>) -> String {
    usd.map_or(String::new(), |usd| format!(", ${usd}"))
}

/// A part of a whole in percent, with two decimals, rounded down.
fn percent(part: Amount, whole: Amount) -> String {
    if whole.is_zero() || part > whole {
        return String::new();
    }
    let hundredths = Usd::from_cents(10_000).part(part, whole);
    format!(", {hundredths} %")
}
