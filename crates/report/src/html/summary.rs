//! The top of the page: what was stolen, the bottom line, key figures, what to do next.

use crate::figures::{Share, amount};
use crate::findings::Findings;
use crate::group::Group;
use crate::html::parts;
use crate::markup::Markup;
use crate::steps::steps;
use crate::summary::{KindSummary, kinds, listed, loot, theft_time, worth_then};
use crate::text::{counted, label, prose};
use crate::usd::UsdSpan;

/// Sources that are listed.
const SOURCES_MAX: usize = 50;

/// The title of the page, and what was stolen.
pub(super) fn title(page: &mut Markup, findings: &Findings<'_>) {
    let case = findings.case;
    page.leaf("p", &[("class", "over")], "Trace of stolen cryptocurrency");
    page.leaf("h1", &[], &label(&case.title));
    let when = theft_time(findings).map(|time| format!(" Stolen from {time}.")).unwrap_or_default();
    let line = format!(
        "Case {}.{when} As of {}, the last transaction that was looked at.",
        case.id, findings.trace.as_of
    );
    page.leaf("p", &[("class", "about")], &line);
}

/// The bottom line, the key figures and the story.
pub(super) fn summary(page: &mut Markup, findings: &Findings<'_>, groups: &[Group<'_>]) {
    let kinds = kinds(findings, groups);
    if let Some(largest) = kinds.first() {
        page.node("p", &[("class", "lead")], |page| {
            let worth = worth_then(findings);
            page.text(&format!("Of {} stolen{worth}, ", loot(findings)));
            page.leaf("strong", &[], &largest.shares(findings));
            let (happened, there) = (largest.happened(), largest.there(findings));
            page.text(&format!(" {happened}, as {there}{}.", largest.worth()));
        });
    }
    page.node("ul", &[("class", "lines")], |page| {
        for kind in kinds.iter().skip(1) {
            page.node("li", &[], |page| line(page, findings, kind));
        }
    });
    figures(page, findings, groups);
    let story = prose(&findings.case.summary);
    if !story.trim().is_empty() {
        page.leaf("h3", &[], "What happened, as the case tells it");
        page.leaf("p", &[("class", "story")], story.trim());
    }
    if !findings.case.sources.is_empty() {
        page.leaf("h3", &[], "Sources");
        page.node("ul", &[("class", "sources")], |page| {
            for source in findings.case.sources.iter().take(SOURCES_MAX) {
                page.node("li", &[], |page| parts::source(page, source));
            }
        });
    }
}

fn line(page: &mut Markup, findings: &Findings<'_>, kind: &KindSummary<'_>) {
    parts::swatch(page, crate::kind::words(kind.kind).class);
    page.leaf("strong", &[], &kind.shares(findings));
    let (stands_for, there) = (kind.units(findings), kind.there(findings));
    // What is worth something is what is there now.
    let now = if findings.has_prices() && there != stands_for {
        format!(", now {there}")
    } else {
        String::new()
    };
    page.text(&format!(" {}: {stands_for}{now}{}.", kind.happened(), kind.worth()));
}

fn figures(page: &mut Markup, findings: &Findings<'_>, groups: &[Group<'_>]) {
    let trace = findings.trace;
    let members = |wanted: fn(&Group<'_>) -> bool| -> Vec<usize> {
        let groups = groups.iter().filter(|group| wanted(group));
        groups.flat_map(|group| group.members.iter().copied()).collect()
    };
    let can_act = members(|group| !group.can_act.is_empty());
    let txs: std::collections::BTreeSet<_> =
        trace.edges.iter().filter_map(|edge| edge.tx).collect();
    let mut rows = trace.balance.iter().flatten().flatten().peekable();
    let accounted = match (rows.peek().is_some(), rows.all(|row| row.stolen == row.accounted)) {
        (true, true) => "100 %",
        (true, false) => "NOT 100 %",
        (false, _) => "no conserving policy",
    };
    let mut tiles = vec![
        ("Stolen", loot(findings), "in units of the assets stolen"),
        (
            "Accounted for",
            accounted.to_owned(),
            "of each stolen asset, under every conserving policy",
        ),
        (
            "Somebody could act on, at most",
            shares(findings, &can_act),
            "at a service with custody, or in a token its issuer can freeze",
        ),
        (
            "Rests on",
            counted(trace.edges.len() as u64, "movement", "movements"),
            "that carried stolen value",
        ),
        ("In", counted(txs.len() as u64, "transaction", "transactions"), "each named in edges.csv"),
        (
            "Through",
            counted(trace.holdings as u64, "holding", "holdings"),
            "that had stolen value at some time",
        ),
    ];
    tiles.splice(3..3, in_dollars(findings, &can_act));
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

/// The key figures in US dollars: none where no prices are at hand.
fn in_dollars(
    findings: &Findings<'_>,
    can_act: &[usize],
) -> Vec<(&'static str, String, &'static str)> {
    let all: Vec<usize> = (0..findings.trace.terminals.len()).collect();
    let worth = |members: &[usize]| findings.span(members).map(UsdSpan::text);
    let Some((loot, (all, can_act))) = findings.loot_worth().zip(worth(&all).zip(worth(can_act)))
    else {
        return Vec::new();
    };
    let or_nothing = |text: String| if text.is_empty() { "nothing".to_owned() } else { text };
    vec![
        (
            "Worth when stolen",
            loot.text(findings.trace.stolen.len()),
            "US dollars at the time of each theft",
        ),
        (
            "Worth at the last arrivals",
            or_nothing(all),
            "US dollars, of what is at all places together",
        ),
        (
            "Somebody could act on, in dollars",
            or_nothing(can_act),
            "at the last arrivals; not what it would sell for",
        ),
    ]
}

/// What some terminals can stand for at most, per stolen asset.
fn shares(findings: &Findings<'_>, members: &[usize]) -> String {
    let spans = crate::group::origins(findings, members);
    let pairs = spans.iter().zip(&findings.trace.stolen).filter(|(span, _)| !span.is_zero());
    listed(pairs.map(|(span, stolen)| {
        let symbol = crate::figures::symbol(findings.assets, &stolen.asset);
        format!("{} of the {symbol}", Share::of(span.hi, stolen.amount))
    }))
}

/// What to do next, with the addresses in full.
pub(super) fn next(page: &mut Markup, findings: &Findings<'_>, groups: &[Group<'_>]) {
    page.node("ol", &[("class", "steps")], |page| {
        for step in steps(findings, groups) {
            page.node("li", &[], |page| {
                page.text(&step.text);
                if step.addresses.is_empty() {
                    return;
                }
                page.node("ul", &[("class", "addresses")], |page| {
                    for address in &step.addresses {
                        page.node("li", &[], |page| parts::copyable(page, address, "address"));
                    }
                });
            });
            page.line();
        }
    });
    let stolen = findings.trace.stolen.iter();
    let exact = stolen.map(|row| {
        format!("{} is {} base units", amount(findings.assets, &row.asset, row.amount), row.amount)
    });
    let text = format!("Figures are rounded for reading; trace.json is exact ({}).", listed(exact));
    page.leaf("p", &[("class", "note")], &text);
}
