//! Why a rule applied, in words, with the numbers that were compared.

use hawkshaw_model::{Amount, Fraction, Printable, Usd};

use super::judge::{Judge, Matched, Sum, Worth, amount_of};
use super::rule::{EvidenceTest, Minimum, Rule};
use crate::answer::{Evidence, Reason};
use crate::exposure::{ExposureEntry, ExposureKind, POLICIES};
use crate::listing::Listing;
use crate::query::{Action, Direction};

/// Pieces of evidence that are told one by one; the rest is counted.
const EVIDENCE_TOLD_MAX: usize = 16;

/// Why a rule applied.
pub(super) fn of_match(judge: &Judge<'_>, rule: &Rule, matched: &Matched) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let name = Printable(&rule.name);
    if let Some(why) = &rule.why {
        reasons.push(told(None, format!("rule \"{name}\": {}", Printable(why))));
    }
    let test = rule.evidence.as_ref();
    let policy = test.map_or(0, |test| test.policy);
    for at in &matched.listings {
        let listing = judge.facts.listings.get(*at).map(listing);
        let text = format!("rule \"{name}\": {}", listing.unwrap_or_default());
        reasons.push(told(Some(Evidence::Listing(*at)), text));
    }
    for at in matched.owned.iter().chain(matched.sums.iter().flat_map(|sum| &sum.entries)) {
        let entry = judge.facts.exposure.get(*at);
        let entry = entry.map(|entry| exposure(judge, entry, policy));
        let text = format!("rule \"{name}\": {}", entry.unwrap_or_default());
        reasons.push(told(Some(Evidence::Exposure(*at)), text));
    }
    shorten(&mut reasons);
    for sum in &matched.sums {
        reasons.push(told(None, format!("rule \"{name}\": {}", compared(sum, test, policy))));
    }
    if rule.query.asks_amount() {
        let text = transfer(judge, rule, matched);
        reasons.push(told(None, format!("rule \"{name}\": {text}")));
    }
    if reasons.is_empty() {
        let text = format!("rule \"{name}\" asks nothing of the address that was not so");
        reasons.push(told(None, text));
    }
    reasons
}

/// Why an action is milder than its rule says.
pub(super) fn of_softened(rule: &Rule, action: Action, softened: Action) -> Reason {
    let name = Printable(&rule.name);
    let text = format!(
        "rule \"{name}\" says {action}, and rests on received value whose worth nobody knows and \
         which anybody can send: {softened} at most (`unpriced` of the rule file)"
    );
    told(None, text)
}

/// What is known and decided nothing: lists it was taken from, and value below the minimum.
pub(super) fn of_ignored(judge: &Judge<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for (at, listed) in judge.facts.listings.iter().enumerate() {
        if !listed.stands_at(judge.query.as_of) {
            let when = match judge.query.as_of {
                Some(_) => "does not count at the time asked for",
                None => "stands there no longer, and does not count",
            };
            let text = format!("{when}: {}", listing(listed));
            reasons.push(told(Some(Evidence::Listing(at)), text));
        }
    }
    let policy = judge.settings.policy;
    for (at, entry) in judge.facts.exposure.iter().enumerate() {
        if let Some(minimum) = judge.minimum_missed(entry) {
            let text = format!(
                "ignored: {}; all that is so received is below the minimum of {}",
                exposure(judge, entry, policy),
                of_minimum(minimum)
            );
            reasons.push(told(Some(Evidence::Exposure(at)), text));
        }
    }
    shorten(&mut reasons);
    reasons
}

pub(super) fn told(evidence: Option<Evidence>, text: String) -> Reason {
    Reason { evidence, text }
}

fn shorten(reasons: &mut Vec<Reason>) {
    let more = reasons.len().saturating_sub(EVIDENCE_TOLD_MAX);
    if more > 0 {
        reasons.truncate(EVIDENCE_TOLD_MAX);
        reasons.push(told(None, format!("and {more} more of the kind")));
    }
}

fn listing(listing: &Listing) -> String {
    let since = listing.added.map(|time| format!(" since {}", time.to_date()));
    let until = listing.removed.map(|time| format!(", taken off on {}", time.to_date()));
    let entity = listing.entity.as_ref().map(|entity| format!(", entry {}", Printable(entity)));
    let wallet = if listing.by_cluster { "another address of its wallet is" } else { "is" };
    format!(
        "{wallet} on {} ({}){}{} as \"{}\"{}: {}, confidence {}",
        Printable(&listing.list.name),
        listing.list.id,
        since.unwrap_or_default(),
        until.unwrap_or_default(),
        Printable(&listing.label),
        entity.unwrap_or_default(),
        listing.category,
        listing.confidence
    )
}

fn exposure(judge: &Judge<'_>, entry: &ExposureEntry, policy: usize) -> String {
    let source = match &entry.source {
        Some(source) => {
            let name = Printable(&source.name);
            format!("\"{name}\" ({}, confidence {})", entry.category, source.confidence)
        }
        None => format!("{} more sources ({})", entry.sources, entry.category),
    };
    if entry.kind == ExposureKind::Ownership {
        return format!("is itself {source}, or its wallet is");
    }
    let way = match entry.direction {
        Direction::Received => "received from",
        Direction::Sent => "sent to",
    };
    let hops = match entry.kind {
        ExposureKind::Direct => "directly".to_owned(),
        _ => format!("over {} payments", entry.hops),
    };
    let amount = amount_of(entry, policy).unwrap_or(Amount::ZERO);
    let worth = match judge.entry_worth(entry, policy) {
        Worth::Known(usd) => format!("worth {usd} USD"),
        Worth::Estimated(usd) => format!("worth {usd} USD by the estimate of the rule file"),
        Worth::Unknown => "of unknown worth".to_owned(),
    };
    format!(
        "{way} {source} {hops}: {amount} base units of {}, {worth} by {}, last on {}",
        entry.asset,
        policy_name(policy),
        entry.last_time.to_date()
    )
}

/// What a sum came to, beside what the rule asks for.
fn compared(sum: &Sum, test: Option<&EvidenceTest>, policy: usize) -> String {
    let estimated = if sum.is_estimated { " (partly by estimates of the rule file)" } else { "" };
    let unknown = match sum.unknown {
        0 => String::new(),
        more => format!(" and {more} of unknown worth, which count as enough"),
    };
    let share = match sum.total {
        Some(total) if sum.unknown == 0 => {
            format!(", {} of the {total} USD {}", percent(sum.usd, total), sum.direction)
        }
        _ => String::new(),
    };
    let mut text = format!(
        "{} by {}: {} USD{estimated} in {} entries{unknown}{share}",
        sum.direction,
        policy_name(policy),
        sum.usd,
        sum.entries.len()
    );
    if let Some(test) = test.filter(|test| test.asks_amount()) {
        text.push_str("; the rule asks for at least ");
        let usd = test.usd_min.map(|usd| format!("{usd} USD"));
        let amount = test.amount_min.map(|amount| format!("{amount} base units"));
        let share = test.share_min.map(|share| format!("a share of {}", as_percent(share)));
        let asked: Vec<String> = [usd, amount, share].into_iter().flatten().collect();
        text.push_str(&asked.join(" and "));
    }
    text
}

fn transfer(judge: &Judge<'_>, rule: &Rule, matched: &Matched) -> String {
    let amount = judge.query.amount.map(|amount| format!("{amount} base units, "));
    let worth = match judge.transfer_worth() {
        Worth::Known(usd) => format!("{usd} USD"),
        Worth::Estimated(usd) => format!("{usd} USD by the estimate of the rule file"),
        Worth::Unknown => "of unknown worth".to_owned(),
    };
    let query = &rule.query;
    let asked = [
        query.usd_min.map(|usd| format!("at least {usd} USD")),
        query.usd_below.map(|usd| format!("less than {usd} USD")),
        query.amount_min.map(|amount| format!("at least {amount} base units")),
        query.amount_below.map(|amount| format!("less than {amount} base units")),
    ];
    let asked: Vec<String> = asked.into_iter().flatten().collect();
    let unknown =
        if matched.is_transfer_unknown { ", and what is not known counts as so" } else { "" };
    format!(
        "the transfer is {}{worth}; the rule asks for {}{unknown}",
        amount.unwrap_or_default(),
        asked.join(" and ")
    )
}

fn of_minimum(minimum: Minimum) -> String {
    match (minimum.share, minimum.large) {
        (Some(share), Some(large)) => format!(
            "{} USD and {} of all that was received (or {large} USD)",
            minimum.usd,
            as_percent(share)
        ),
        _ => format!("{} USD", minimum.usd),
    }
}

fn policy_name(policy: usize) -> &'static str {
    POLICIES.get(policy).map_or("", |policy| policy.as_str())
}

/// A part in percent with two decimals, rounded down; never over 100.
fn percent(part: Usd, whole: Usd) -> String {
    let scaled = part.cents().saturating_mul(10_000);
    let points = scaled.checked_div(whole.cents()).unwrap_or(10_000).min(10_000);
    format!("{}.{:02} %", points / 100, points % 100)
}

/// A fraction in percent, exact.
fn as_percent(share: Fraction) -> String {
    let text = share.to_string();
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let (front, back) = part.split_at(part.len().min(2));
    let digits = format!("{whole}{front:0<2}");
    let digits = digits.trim_start_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    if back.is_empty() { format!("{digits} %") } else { format!("{digits}.{back} %") }
}

#[cfg(test)]
mod tests {
    use super::as_percent;

    #[test]
    fn shares_are_shown_in_percent() {
        for (text, shown) in [("0.1%", "0.1 %"), ("1", "100 %"), ("0.05", "5 %"), ("0", "0 %")] {
            assert_eq!(as_percent(text.parse().unwrap()), shown);
        }
    }
}
