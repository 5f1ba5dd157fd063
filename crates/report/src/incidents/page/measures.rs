//! How long attribution took, and what was frozen or came back.

use hawkshaw_incidents::{Outcome, Recovered, Statistics, Vocabulary as _};

use super::cells;
use crate::html::parts;
use crate::incidents::text::{between, incidents, median, undated};
use crate::markup::Markup;

/// Writes recoveries, delays and concentration.
pub(super) fn measures(page: &mut Markup, statistics: &Statistics<'_>) {
    page.leaf("h3", &[], "Frozen, seized, returned");
    recovered(page, statistics);
    page.leaf("h3", &[], "From theft to the first public attribution");
    delays(page, statistics);
    page.leaf("h3", &[], "How far a few incidents make up the sum");
    concentration(page, statistics);
}

fn recovered(page: &mut Markup, statistics: &Statistics<'_>) {
    let some: Vec<&Recovered> =
        statistics.recovered.iter().filter(|one| !one.incidents.is_empty()).collect();
    if some.is_empty() {
        page.leaf("p", &[], "No claim of the ledger says that anything was.");
        return;
    }
    let headings = [
        ("What became of it", ""),
        ("Incidents", "num"),
        ("US dollars", "num"),
        ("Of the sum", "num"),
        ("Claims without amount", "num"),
        ("Which", ""),
    ];
    parts::table(page, "What was frozen or came back", &headings, |page| {
        for one in some {
            page.node("tr", &[], |page| outcome(page, one, statistics));
            page.line();
        }
    });
    page.raw(concat!(
        "<p class=\"note\">The lower figure takes the largest claim of each incident, because ",
        "claims may be of the same money; the higher one adds them up, none beyond what was taken. ",
        "Frozen is not returned. What was blocked before it left is no part of what was taken. ",
        "No claim of recovery does not mean that nothing came back.</p>\n"
    ));
}

fn outcome(page: &mut Markup, one: &Recovered, statistics: &Statistics<'_>) {
    let apart = if one.outcome == Outcome::Blocked { " before it left" } else { "" };
    cells::heading(page, &format!("{}{apart}", one.outcome.label()));
    cells::count(page, one.incidents.len());
    let is_known = one.usd_high.cents() > 0 || one.without_amount == 0;
    let money = match one.usd_low == one.usd_high {
        _ if !is_known => "unknown".to_owned(),
        true => one.usd_low.for_people(),
        false => between(one.usd_low, one.usd_high),
    };
    cells::number(page, one.usd_high.cents(), &money);
    let share = match one.share.filter(|_| is_known) {
        Some((low, high)) if low == high => low.to_string(),
        Some((low, high)) => format!("{low} to {high}"),
        None => String::new(),
    };
    cells::number(page, one.share.map_or(0, |(_, high)| high.hundredths()), &share);
    cells::count(page, one.without_amount);
    page.node("td", &[("class", "wide")], |page| {
        cells::incidents(page, one.incidents.iter(), &statistics.incidents);
    });
}

fn delays(page: &mut Markup, statistics: &Statistics<'_>) {
    let delays = &statistics.delays;
    page.leaf("p", &[], &median(delays));
    if let Some(text) = undated(delays) {
        page.leaf("p", &[], &text);
    }
    if delays.known.is_empty() {
        return;
    }
    page.raw(concat!(
        "<p class=\"note\">Where a date is known to the month or the year, the days are a range.",
        "</p>\n"
    ));
    cells::folded(page, "Days of every incident of which both dates are known", |page| {
        let headings = [("Incident", ""), ("Days, at least", "num"), ("At most", "num")];
        parts::table(page, "Days from theft to attribution", &headings, |page| {
            for (id, low, high) in &delays.known {
                page.node("tr", &[], |page| {
                    page.node("th", &[("scope", "row")], |page| {
                        cells::incident(page, id, &statistics.incidents);
                    });
                    cells::number(page, u64::from(*low), &low.to_string());
                    cells::number(page, u64::from(*high), &high.to_string());
                });
            }
        });
    });
}

fn concentration(page: &mut Markup, statistics: &Statistics<'_>) {
    let Some(concentration) = &statistics.concentration else {
        page.leaf("p", &[], "No incident has an amount.");
        return;
    };
    page.node("ul", &[], |page| {
        for (count, share) in &concentration.largest {
            let text = match count {
                1 => format!("The largest incident is {share} of the sum."),
                count => format!("The {count} largest are {share} of the sum."),
            };
            page.leaf("li", &[], &text);
        }
        page.node("li", &[], |page| {
            page.text(&format!("Half of the sum is in {}: ", incidents(concentration.half.len())));
            cells::incidents(page, concentration.half.iter(), &statistics.incidents);
            page.text(".");
        });
        let text = format!(
            "Herfindahl–Hirschman index {} of 10,000, over {} with an amount.",
            concentration.herfindahl,
            incidents(concentration.incidents)
        );
        page.leaf("li", &[], &text);
    });
}
