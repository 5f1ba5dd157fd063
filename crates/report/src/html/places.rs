//! The places where following stopped: an overview by who runs them, then each place down to
//! the transactions that brought the value.

use std::collections::BTreeMap;

use hawkshaw_model::{Account, AssetId, OutPoint};
use hawkshaw_trace::{Edge, Terminal};

use super::parts;
use crate::figures::amount;
use crate::findings::Findings;
use crate::group::{Group, output_text};
use crate::interval::Interval;
use crate::json::{account, output};
use crate::markup::Markup;
use crate::text::{counted, cut, short};
use crate::usd::quoted;

/// Lines of the overview.
const LINES_MAX: usize = 200;
/// Places that are shown one by one.
const PLACES_MAX: usize = 400;
/// Payments that are listed, in all and for one place.
const PAYMENTS_MAX: usize = 2_000;
const PAYMENTS_PER_PLACE_MAX: usize = 100;

/// Writes the overview and the places.
pub(super) fn places(page: &mut Markup, findings: &Findings<'_>, groups: &[Group<'_>]) {
    overview(page, findings, groups);
    page.leaf("h3", &[], "Place by place, down to transactions");
    let arrivals = Arrivals::of(findings);
    let mut left = PAYMENTS_MAX;
    let members = groups.iter().flat_map(|group| group.members.iter().copied());
    for index in members.clone().take(PLACES_MAX) {
        place(page, findings, index, &arrivals, &mut left);
    }
    let rest = members.count().saturating_sub(PLACES_MAX);
    if rest > 0 {
        let text = format!("{} more in terminals.csv.", counted(rest as u64, "place", "places"));
        page.leaf("p", &[("class", "note")], &text);
    }
}

fn overview(page: &mut Markup, findings: &Findings<'_>, groups: &[Group<'_>]) {
    let now = if findings.has_prices() { "There now, in US dollars" } else { "There now" };
    let headings = [
        ("Place", ""),
        ("Kind", ""),
        (now, "num"),
        ("Stands for", "num"),
        ("Bounds and poison", "num"),
        ("Arrived", ""),
        ("Who could act", ""),
    ];
    let order = match findings.weights() {
        Some(_) => "those that stand for the most US dollars at the theft first",
        None => "the largest share first",
    };
    let caption = format!("Places by who runs them, {order}");
    parts::table(page, &caption, &headings, |page| {
        for group in groups.iter().take(LINES_MAX) {
            page.node("tr", &[], |page| line(page, findings, group));
            page.line();
        }
    });
    if groups.len() > LINES_MAX {
        let rest = counted((groups.len() - LINES_MAX) as u64, "line", "lines");
        page.leaf("p", &[("class", "note")], &format!("{rest} more: see terminals.csv."));
    }
    page.raw(concat!(
        "<p class=\"note\">Two figures are the least and the most that the conserving policies ",
        "say. Bounds are the least that must and the most that can have reached the place, ",
        "whatever the policy. Poison is an upper bound and adds up to nothing.</p>\n",
    ));
}

fn line(page: &mut Markup, findings: &Findings<'_>, group: &Group<'_>) {
    page.node("th", &[("scope", "row")], |page| {
        page.text(&group.title(findings));
        if group.places > 1 && group.actor.is_some() {
            let count = counted(group.places, "place", "places");
            page.leaf("span", &[("class", "sub")], &format!("{count} on {}", group.chain.name()));
        } else {
            page.leaf("span", &[("class", "sub")], group.chain.name());
        }
    });
    page.node("td", &[], |page| parts::kind(page, group.kind));
    parts::number(page, |page| {
        parts::interval(page, findings, group.asset, group.amount);
        if let Some(usd) = group.usd {
            page.node("div", &[], |page| dollars(page, &usd.text()));
            if let [only] = group.members[..]
                && usd.priced > 0
            {
                quote(page, findings, &findings.trace.terminals[only]);
            }
        }
    });
    parts::number(page, |page| origins(page, findings, &group.origins));
    parts::number(page, |page| {
        for (bounds, stolen) in group.bounds.iter().zip(&findings.trace.stolen) {
            if let Some(bounds) = bounds {
                let span = Interval { lo: bounds.lo, hi: bounds.hi };
                page.node("div", &[], |page| {
                    parts::interval(page, findings, &stolen.asset, span);
                });
            }
        }
        if let Some(poison) = group.poison {
            page.node("span", &[("class", "sub")], |page| {
                page.text("poison ");
                parts::amount(page, findings, group.asset, poison);
            });
        }
    });
    page.node("td", &[("class", "time")], |page| {
        page.text(&group.first_time.to_date());
        if group.first_time.to_date() != group.last_time.to_date() {
            page.raw("<br/>");
            page.text(&group.last_time.to_date());
        }
    });
    let who: Vec<String> = group.can_act.iter().take(6).map(|who| cut(who, 60)).collect();
    page.leaf("td", &[], &who.join(", "));
}

/// A sum of dollars; what is unknown stands out.
fn dollars(page: &mut Markup, text: &str) {
    match text {
        "unknown" => page.leaf("span", &[("class", "usd unknown")], "$ unknown"),
        _ => page.leaf("span", &[("class", "usd")], text),
    }
}

/// The price of what is at a terminal, with its source as the title.
fn quote(page: &mut Markup, findings: &Findings<'_>, terminal: &Terminal) {
    let amount = terminal.amounts.first().copied().unwrap_or_default();
    let worth = findings.worth(&terminal.asset, amount, terminal.last_time);
    if let Some((_, quote)) = worth {
        let source = crate::text::prose(quote.source);
        page.leaf(
            "span",
            &[("class", "sub"), ("title", &source)],
            &format!("at {}", quoted(&quote)),
        );
    }
}

fn origins(page: &mut Markup, findings: &Findings<'_>, origins: &[Interval]) {
    for (span, stolen) in origins.iter().zip(&findings.trace.stolen) {
        if !span.is_zero() {
            page.node("div", &[], |page| {
                page.leaf("b", &[], &span.percent(stolen.amount));
                page.node("span", &[("class", "sub")], |page| {
                    parts::interval(page, findings, &stolen.asset, *span);
                });
            });
        }
    }
}

/// Which edges brought value to which terminal.
struct Arrivals<'a> {
    by_terminal: BTreeMap<usize, Vec<&'a Edge>>,
    by_account: BTreeMap<(&'a Account, &'a AssetId), Vec<&'a Edge>>,
    by_output: BTreeMap<&'a OutPoint, Vec<&'a Edge>>,
}

impl<'a> Arrivals<'a> {
    fn of(findings: &Findings<'a>) -> Self {
        let mut arrivals = Self {
            by_terminal: BTreeMap::new(),
            by_account: BTreeMap::new(),
            by_output: BTreeMap::new(),
        };
        for edge in &findings.trace.edges {
            if let Some(terminal) = edge.terminal {
                arrivals.by_terminal.entry(terminal).or_default().push(edge);
            } else if let Some(output) = output(&edge.to) {
                arrivals.by_output.entry(output).or_default().push(edge);
            } else if let Some(account) = account(&edge.to) {
                arrivals.by_account.entry((account, &edge.asset)).or_default().push(edge);
            }
        }
        arrivals
    }

    /// The edges that ended at a terminal; else all that arrived at its place.
    fn at(&self, index: usize, terminal: &'a Terminal) -> &[&'a Edge] {
        let output = || terminal.output.as_ref().and_then(|output| self.by_output.get(output));
        let account = || {
            let account = terminal.account.as_ref().filter(|_| terminal.output.is_none())?;
            self.by_account.get(&(account, &terminal.asset))
        };
        let edges = self.by_terminal.get(&index).or_else(output).or_else(account);
        edges.map_or(&[], Vec::as_slice)
    }
}

fn place(
    page: &mut Markup,
    findings: &Findings<'_>,
    index: usize,
    arrivals: &Arrivals<'_>,
    left: &mut usize,
) {
    let terminal = &findings.trace.terminals[index];
    page.node("details", &[("class", "place")], |page| {
        page.node("summary", &[], |page| heading(page, findings, index, terminal));
        page.node("dl", &[("class", "facts")], |page| facts(page, findings, terminal));
        figures(page, findings, terminal);
        payments(page, findings, arrivals.at(index, terminal), left);
    });
    page.line();
}

fn heading(page: &mut Markup, findings: &Findings<'_>, index: usize, terminal: &Terminal) {
    parts::kind(page, &terminal.kind);
    let name = terminal.account.as_ref().and_then(|account| findings.name(account));
    let actor = terminal.actor.as_deref().map(crate::text::label);
    if let Some(name) = actor.or(name) {
        page.leaf("b", &[], &name);
    }
    if let Some(account) = &terminal.account {
        page.leaf("code", &[], &short(&account.address_for_people()));
    }
    if let Some(count) = terminal.summed {
        page.text(&counted(count, "place", "places"));
    }
    let amounts = findings.conserving().filter_map(|(policy, _)| terminal.amounts.get(policy));
    let span = Interval::of(amounts.copied());
    page.node("span", &[("class", "right")], |page| {
        parts::interval(page, findings, &terminal.asset, span);
        if let Some(usd) = findings.span(&[index]) {
            dollars(page, &usd.text());
        }
        let share = crate::group::share(findings, &[index]);
        page.leaf("span", &[("class", "share")], &share.to_string());
    });
}

fn facts(page: &mut Markup, findings: &Findings<'_>, terminal: &Terminal) {
    let mut fact = |name: &str, inside: &mut dyn FnMut(&mut Markup)| {
        page.leaf("dt", &[], name);
        page.node("dd", &[], |page| inside(page));
    };
    if let Some(account) = &terminal.account {
        fact("Address", &mut |page| parts::account(page, findings, account));
    }
    if let Some(output) = &terminal.output {
        fact("Output", &mut |page| parts::copyable(page, &output_text(output), "output"));
    }
    fact("Chain", &mut |page| page.text(terminal.chain.name()));
    fact("Meaning", &mut |page| page.text(crate::kind::meaning(&terminal.kind)));
    let times = format!("{} to {}", terminal.first_time, terminal.last_time);
    fact("Arrived", &mut |page| page.text(&times));
    if findings.has_prices() {
        let worth = findings.terminal_worth(terminal, 0);
        let text = match &worth {
            Some((_, quote)) => {
                format!("{}, says {}", quoted(quote), crate::text::prose(quote.source))
            }
            None => "unknown: there is no price of it, or nobody says how many decimals it has"
                .to_owned(),
        };
        fact("Price of a unit", &mut |page| page.text(&text));
    }
    let transfers = counted(terminal.transfers, "movement", "movements");
    fact("By", &mut |page| page.text(&transfers));
    let who = crate::act::can_act(findings, terminal).join(", ");
    if !who.is_empty() {
        fact("Could act", &mut |page| page.text(&who));
    }
}

/// The figures of a terminal, policies with the same figures on one line.
fn figures(page: &mut Markup, findings: &Findings<'_>, terminal: &Terminal) {
    let mut headings = vec![("Policy", ""), ("There now", "num"), ("Stands for", "num")];
    if findings.has_prices() {
        headings.insert(2, ("US dollars", "num"));
    }
    parts::table(page, "Under each policy", &headings, |page| {
        for (index, names) in alike(findings, terminal) {
            page.node("tr", &[], |page| {
                page.leaf("th", &[("scope", "row")], &names.join(", "));
                let now = terminal.amounts.get(index).copied().unwrap_or_default();
                parts::number(page, |page| {
                    parts::amount(page, findings, &terminal.asset, now);
                });
                if findings.has_prices() {
                    let worth = findings.terminal_worth(terminal, index);
                    let text = worth.map(|(usd, _)| parts::worth(usd, now));
                    let text = text.unwrap_or_else(|| "unknown".to_owned());
                    parts::number(page, |page| dollars(page, &text));
                }
                parts::number(page, |page| {
                    let stands_for = findings.origins(terminal, index).iter();
                    let spans: Vec<Interval> =
                        stands_for.map(|origin| Interval { lo: *origin, hi: *origin }).collect();
                    if spans.is_empty() {
                        page.text("no origin: an upper bound");
                    }
                    origins(page, findings, &spans);
                });
            });
        }
    });
    for (bounds, stolen) in terminal.bounds.iter().zip(&findings.trace.stolen) {
        if let Some(bounds) = bounds {
            let text = format!(
                "Whatever the policy: at least {} and at most {} of what was stolen.",
                amount(findings.assets, &stolen.asset, bounds.lo),
                amount(findings.assets, &stolen.asset, bounds.hi)
            );
            page.leaf("p", &[("class", "note")], &text);
        }
    }
}

/// Policies that say the same of a terminal: the place of the first, and their names.
fn alike(findings: &Findings<'_>, terminal: &Terminal) -> Vec<(usize, Vec<&'static str>)> {
    let mut rows: Vec<(usize, Vec<&'static str>)> = Vec::new();
    let same = |a: usize, b: usize| {
        terminal.amounts.get(a) == terminal.amounts.get(b)
            && terminal.origins.get(a) == terminal.origins.get(b)
    };
    for (index, policy) in findings.trace.policies.iter().enumerate() {
        match rows.iter_mut().find(|(first, _)| same(*first, index)) {
            Some((_, names)) => names.push(policy.as_str()),
            None => rows.push((index, vec![policy.as_str()])),
        }
    }
    rows
}

fn payments(page: &mut Markup, findings: &Findings<'_>, edges: &[&Edge], left: &mut usize) {
    let shown = edges.len().min(PAYMENTS_PER_PLACE_MAX).min(*left);
    *left -= shown;
    if shown > 0 {
        super::movements::table(page, findings, "What brought it", edges[..shown].iter().copied());
    }
    if shown < edges.len() {
        let rest = counted((edges.len() - shown) as u64, "movement", "movements");
        page.leaf("p", &[("class", "note")], &format!("{rest} more: see edges.csv."));
    }
}
