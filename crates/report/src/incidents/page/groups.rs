//! Sums by what incidents have in common, as tables.

use hawkshaw_incidents::{Group, GroupBy, Statistics};

use super::cells;
use crate::html::parts;
use crate::incidents::text::heading;
use crate::markup::Markup;

/// Incidents that are named in a row; the rest is folded.
const NAMED_MAX: usize = 4;

/// Every table but those of time.
pub(super) fn groups(page: &mut Markup, statistics: &Statistics<'_>) {
    let by =
        [GroupBy::Actor, GroupBy::Victim, GroupBy::Chain, GroupBy::Technique, GroupBy::Country];
    for by in by {
        table(page, statistics, by);
    }
    page.raw(concat!(
        "<p class=\"note\">Each incident is in one group of each table, so that the sums of a ",
        "table add up to the sum of all: by actor under the first attribution that the rule ",
        "counts, by technique under the main one, by chain under “several chains” where there ",
        "are several.</p>\n"
    ));
}

/// The groups by one thing.
pub(super) fn table(page: &mut Markup, statistics: &Statistics<'_>, by: GroupBy) {
    page.leaf("h3", &[], heading(by));
    let groups = statistics.by(by);
    if groups.is_empty() {
        page.leaf("p", &[], "No incident is counted.");
        return;
    }
    let headings = [
        ("", ""),
        ("Incidents", "num"),
        ("US dollars", "num"),
        ("Claims allow for", "num"),
        ("Share", "num"),
        ("Without amount", "num"),
        ("Which, the largest first", ""),
    ];
    parts::table(page, heading(by), &headings, |page| {
        for group in groups {
            page.node("tr", &[], |page| row(page, group, statistics));
            page.line();
        }
    });
}

fn row(page: &mut Markup, group: &Group<'_>, statistics: &Statistics<'_>) {
    cells::heading(page, &crate::text::label(&group.label));
    cells::count(page, group.incidents.len());
    cells::money(page, group.sum.usd);
    cells::range(page, group.sum);
    match group.share.zip(group.sum.usd) {
        Some((share, usd)) => cells::number(page, share.hundredths(), &cells::percent(share, usd)),
        None => cells::unknown(page),
    }
    match group.sum.without_amount {
        0 => page.leaf("td", &[("class", "num"), ("data-key", "0")], ""),
        count => cells::count(page, count),
    }
    page.node("td", &[("class", "wide")], |page| {
        let mut members: Vec<_> = group.incidents.iter().collect();
        members.sort_by_key(|one| (std::cmp::Reverse(one.figure.usd), &one.incident.id));
        let (named, rest) = members.split_at(members.len().min(NAMED_MAX));
        let listed = &statistics.incidents;
        cells::incidents(page, named.iter().map(|one| &one.incident.id), listed);
        if !rest.is_empty() {
            cells::folded(page, &format!("and {} more", rest.len()), |page| {
                page.node("p", &[], |page| {
                    cells::incidents(page, rest.iter().map(|one| &one.incident.id), listed);
                });
            });
        }
    });
}
