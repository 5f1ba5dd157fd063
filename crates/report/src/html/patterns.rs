//! How the value was moved: shapes known from laundering, with what shows them.

use hawkshaw_trace::Pattern;

use super::parts;
use crate::figures::grouped;
use crate::findings::Findings;
use crate::markup::Markup;
use crate::patterns::{by_kind, heading, share, stay};
use crate::text::{counted, prose, short};

/// Patterns of a kind that a page shows.
const PATTERNS_MAX: usize = 5;
/// Accounts and transactions that a page shows of each.
const PLACES_MAX: usize = 12;

/// Writes the patterns.
pub(super) fn patterns(page: &mut Markup, findings: &Findings<'_>) {
    page.raw(concat!(
        "<p>These shapes in the movements are known from laundering. Honest people make them too: ",
        "each is an inference and a reason to look, not a proof. A share is up to how much of the ",
        "theft took part, by the largest tainted amounts that a conserving policy says; where ",
        "several assets were stolen each counts the same.</p>\n",
    ));
    figures(page, findings);
    let kinds = by_kind(findings.patterns);
    if kinds.is_empty() {
        page.leaf(
            "p",
            &[],
            "None was found. That says nothing: a thief can stay below thresholds.",
        );
    }
    for (kind, found, left_out) in kinds {
        page.leaf("h3", &[], heading(kind));
        for pattern in found.iter().take(PATTERNS_MAX) {
            details(page, findings, pattern);
        }
        let shown = found.len().min(PATTERNS_MAX);
        let listed = (found.len() - shown) as u64;
        if listed > 0 {
            let text = format!("{} smaller: see trace.json.", grouped(&listed.to_string()));
            page.leaf("p", &[("class", "note")], &text);
        }
        if left_out > 0 {
            let text = format!("{} smaller still are not listed.", grouped(&left_out.to_string()));
            page.leaf("p", &[("class", "note")], &text);
        }
    }
    for limit in &findings.patterns.limits {
        page.leaf("p", &[("class", "note")], &format!("Limit reached: {}.", prose(limit)));
    }
}

/// How the accounts in between passed on what they got.
fn figures(page: &mut Markup, findings: &Findings<'_>) {
    let passing = findings.patterns.passing_through;
    let of = |count: u64| format!("{} of {}", count, grouped(&passing.intermediaries.to_string()));
    let tiles = [
        (
            "Forwarded what they got",
            of(passing.forwarding),
            "of the accounts in between, within 5 %: the strongest of the cheap signs",
        ),
        ("Within the hour", of(passing.at_once), "of the accounts in between"),
        (
            "Median stay",
            passing.dwell_median.map_or_else(|| "unknown".to_owned(), stay),
            "of value at an account in between",
        ),
    ];
    if passing.intermediaries > 0 {
        page.node("dl", &[("class", "tiles")], |page| {
            for (name, value, about) in tiles {
                page.node("div", &[], |page| {
                    page.leaf("dt", &[], name);
                    page.leaf("dd", &[("class", "value")], &value);
                    page.leaf("dd", &[("class", "about")], about);
                });
            }
        });
    }
    let small = findings.patterns.movements_small;
    let text = format!(
        "{} between accounts were looked at; {} below 0.001 % of the theft were not.",
        counted(findings.patterns.movements, "movement", "movements"),
        grouped(&small.to_string())
    );
    page.leaf("p", &[("class", "note")], &text);
}

fn details(page: &mut Markup, findings: &Findings<'_>, pattern: &Pattern) {
    page.node("details", &[("class", "pattern")], |page| {
        page.node("summary", &[], |page| {
            page.node("span", &[("class", "what")], |page| {
                page.text(&prose(&pattern.text));
                if let Some(account) = pattern.accounts.first() {
                    page.text(" ");
                    page.leaf("code", &[], &short(&account.address_for_people()));
                }
            });
            page.node("span", &[("class", "right")], |page| {
                page.leaf("span", &[("class", "share")], &share(pattern).to_string());
            });
        });
        page.node("dl", &[("class", "facts")], |page| facts(page, findings, pattern));
    });
    page.line();
}

fn facts(page: &mut Markup, findings: &Findings<'_>, pattern: &Pattern) {
    let mut fact = |name: &str, inside: &mut dyn FnMut(&mut Markup)| {
        page.leaf("dt", &[], name);
        page.node("dd", &[], |page| inside(page));
    };
    fact("Grade", &mut |page| parts::grade(page, pattern.grade));
    let times = format!("{} to {}", pattern.first_time, pattern.last_time);
    fact("From, to", &mut |page| page.text(&times));
    let numbers = pattern.numbers.iter().map(|(name, number)| measured(name, *number));
    let numbers = numbers.collect::<Vec<_>>().join(", ");
    fact("Measured", &mut |page| page.text(&numbers));
    fact("Accounts", &mut |page| {
        for account in pattern.accounts.iter().take(PLACES_MAX) {
            page.node("div", &[], |page| parts::account(page, findings, account));
        }
        rest(page, pattern.accounts_total, pattern.accounts.len());
    });
    let shown_by = counted(pattern.edges_total, "movement", "movements");
    fact("Shown by", &mut |page| page.text(&shown_by));
    fact("Transactions", &mut |page| {
        if pattern.transactions.is_empty() {
            page.text("none stated");
        }
        for tx in pattern.transactions.iter().take(PLACES_MAX) {
            let text = tx.hash().on(tx.chain());
            page.node("div", &[], |page| parts::copyable(page, &text, "transaction"));
        }
        let more = pattern.edges_total.saturating_sub(pattern.edges.len() as u64);
        rest(page, pattern.transactions.len() as u64 + more, pattern.transactions.len());
    });
}

/// What the page does not show of a list.
fn rest(page: &mut Markup, total: u64, listed: usize) {
    let rest = total.saturating_sub(listed.min(PLACES_MAX) as u64);
    if rest > 0 {
        let text = format!("{} more: see trace.json.", grouped(&rest.to_string()));
        page.leaf("div", &[("class", "note")], &text);
    }
}

/// A number with its name: `payees 12`, `dwell median 4 minutes`.
fn measured(name: &str, number: u64) -> String {
    let named = |end: &str| name.strip_suffix(end).map(|name| name.replace('_', " "));
    if name == "seconds" {
        return format!("took {}", stay(number));
    }
    if let Some(name) = named("_seconds") {
        return format!("{name} {}", stay(number));
    }
    if let Some(name) = named("_basis_points") {
        return format!("{name} {}.{:02} %", number / 100, number % 100);
    }
    if let Some(name) = named("_billionths") {
        let whole = hawkshaw_model::Amount::from(1_000_000_000u64);
        let share = crate::figures::Share::of(hawkshaw_model::Amount::from(number), whole);
        return format!("{name} {share}");
    }
    match name.strip_prefix("seconds_to_") {
        Some(to) => format!("{} to the {}", stay(number), to.replace('_', " ")),
        None => format!("{} {}", name.replace('_', " "), grouped(&number.to_string())),
    }
}
