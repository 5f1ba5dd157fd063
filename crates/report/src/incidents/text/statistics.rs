//! Statistics as text.

use comfy_table::Cell;
use hawkshaw_incidents::{
    Concentration, Delays, Group, GroupBy, Month, Outcome, Recovered, Share, Statistics, Timeline,
    Vocabulary as _,
};

use super::list::heading;
use super::{
    between, incidents, omitted, percent, percent_range, right, span, spread, sum, table_with,
};
use crate::page::{Page, TableStyle};
use crate::text::label;

/// How much is shown of the incidents behind a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// The largest few.
    Largest,
    /// Every one.
    Every,
}

/// Incidents that are named behind a figure where not all are asked for.
const LARGEST_SHOWN: usize = 3;

/// Statistics with the rules and the incidents behind every figure. By one thing only, or
/// everything where `by` is `None`.
pub fn to_statistics_text(
    statistics: &Statistics<'_>,
    by: Option<GroupBy>,
    detail: Detail,
    style: TableStyle,
) -> String {
    let mut page = Page::new(style);
    headline(&mut page, statistics);
    match by {
        Some(by) => groups(&mut page, statistics, by, detail),
        None => everything(&mut page, statistics, detail),
    }
    page.out
}

fn headline(page: &mut Page, statistics: &Statistics<'_>) {
    let count = statistics.incidents.len();
    page.bold(&format!("{}: {}", incidents(count), span(statistics.sum)));
    page.paragraph(&format!("Counted: {}.", statistics.inclusion));
    page.paragraph(&format!("Amounts: {}.", statistics.price_rule));
    let unpriced = statistics.incidents.iter().filter(|one| one.figure.usd.is_none()).count();
    if unpriced > 0 {
        page.paragraph(&format!("{} without an amount: in no sum.", incidents(unpriced)));
    }
    let estimates =
        statistics.incidents.iter().filter(|one| one.figure.estimate_without_range).count();
    if estimates > 0 {
        page.paragraph(&format!("Estimates for which no range was given: {estimates}."));
    }
    omitted(page, statistics.omitted.len());
}

fn everything(page: &mut Page, statistics: &Statistics<'_>, detail: Detail) {
    for by in [GroupBy::Year, GroupBy::Actor, GroupBy::Victim, GroupBy::Technique, GroupBy::Chain] {
        groups(page, statistics, by, detail);
    }
    if let Some(concentration) = &statistics.concentration {
        concentrated(page, concentration);
    }
    delays(page, &statistics.delays);
    recovered(page, &statistics.recovered);
    page.heading("Part of all cryptocurrency stolen");
    shares(page, &statistics.shares);
    page.heading("Against figures of the state and its economy");
    shares(page, &statistics.context);
    beside_launches(page, statistics);
}

fn groups(page: &mut Page, statistics: &Statistics<'_>, by: GroupBy, detail: Detail) {
    page.heading(heading(by));
    let headings = ["", "incidents", "US dollars", "claims allow for", "share", "which"];
    let mut table = table_with(page, headings);
    for group in statistics.by(by) {
        let [low, _, high] = group.sum.or_nothing();
        table.add_row([
            Cell::new(label(&group.label)),
            right(group.incidents.len().to_string()),
            right(sum(group.sum)),
            right(spread(low, high)),
            right(group.share.map_or_else(String::new, |share| share.to_string())),
            Cell::new(which(group, detail)),
        ]);
    }
    page.finished(&table);
}

fn which(group: &Group<'_>, detail: Detail) -> String {
    let mut members: Vec<_> = group.incidents.iter().collect();
    members.sort_by_key(|one| (std::cmp::Reverse(one.figure.usd), &one.incident.id));
    let shown = match detail {
        Detail::Largest => members.len().min(LARGEST_SHOWN),
        Detail::Every => members.len(),
    };
    let names: Vec<&str> = members[..shown].iter().map(|one| one.incident.id.as_str()).collect();
    let rest = match members.len() - shown {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    format!("{}{rest}", names.join(", "))
}

fn concentrated(page: &mut Page, concentration: &Concentration) {
    page.heading("Concentration");
    for (count, share) in &concentration.largest {
        if *count == 1 {
            page.item("•", &format!("the largest incident is {share} of the sum"));
        } else {
            page.item("•", &format!("the {count} largest are {share} of the sum"));
        }
    }
    let half: Vec<&str> = concentration.half.iter().map(|id| id.as_str()).collect();
    page.item(
        "•",
        &format!("half of the sum is in {}: {}", incidents(half.len()), half.join(", ")),
    );
    page.item("•", &format!("Herfindahl–Hirschman index {} of 10,000", concentration.herfindahl));
}

fn delays(page: &mut Page, delays: &Delays) {
    page.heading("From theft to the first public attribution");
    page.paragraph(&median(delays));
    if let Some(text) = undated(delays) {
        page.paragraph(&text);
    }
}

/// Median and quartiles of the delays.
pub(in crate::incidents) fn median(delays: &Delays) -> String {
    match delays.quartiles_low.zip(delays.quartiles_high) {
        Some(([low1, low2, low3], [high1, high2, high3])) => format!(
            "Median {} days, quartiles {} and {}, over {} of which both dates are known.",
            days(low2, high2),
            days(low1, high1),
            days(low3, high3),
            incidents(delays.known.len())
        ),
        None => "No incident of which both dates are known.".to_owned(),
    }
}

/// How many are attributed, but nobody knows since when.
pub(in crate::incidents) fn undated(delays: &Delays) -> Option<String> {
    let text = "more are attributed, but since when no source here says.";
    (delays.undated > 0).then(|| format!("{} {text}", incidents(delays.undated)))
}

/// Days, as a range where they are one.
pub(in crate::incidents) fn days(low: u32, high: u32) -> String {
    if low == high { low.to_string() } else { format!("{low} to {high}") }
}

fn recovered(page: &mut Page, outcomes: &[Recovered]) {
    page.heading("Frozen or returned");
    for one in outcomes.iter().filter(|one| !one.incidents.is_empty()) {
        let money = match one.usd_low == one.usd_high {
            true => one.usd_low.for_people(),
            false => between(one.usd_low, one.usd_high),
        };
        let share = match one.share {
            Some((low, high)) if low == high => format!(", {low} of the sum"),
            Some((low, high)) => format!(", {low} to {high} of the sum"),
            None => String::new(),
        };
        let apart = if one.outcome == Outcome::Blocked { " before it left" } else { "" };
        let unpriced = match one.without_amount {
            0 => String::new(),
            count => format!("; {count} more without an amount"),
        };
        let text = format!(
            "{}{apart}: {money}{share}, {}{unpriced}",
            one.outcome.label(),
            incidents(one.incidents.len())
        );
        page.item("•", &text);
    }
    if outcomes.iter().all(|one| one.incidents.is_empty()) {
        page.paragraph("No claim of the ledger says that anything was.");
    }
}

fn shares(page: &mut Page, shares: &[Share]) {
    if shares.is_empty() {
        page.paragraph("No series of the ledger has a figure for these years.");
        return;
    }
    let mut table = table_with(page, ["year", "part", "of", "is", "claims allow for"]);
    for share in shares {
        table.add_row([
            Cell::new(share.year),
            right(sum(share.part)),
            Cell::new(format!(
                "{} {} ({})",
                sum(share.whole.value),
                label(&share.whole.title),
                label(&share.whole.by)
            )),
            right(percent(share.percent)),
            right(percent_range(share)),
        ]);
    }
    page.finished(&table);
    let mut holes: Vec<(&str, &str)> = Vec::new();
    for share in shares {
        // The holes of the ledger itself differ from year to year; the page and JSON have all.
        if !holes.iter().any(|(id, _)| *id == share.whole.id) {
            holes.push((&share.whole.id, &share.whole.holes));
        }
    }
    for (id, text) in holes {
        page.item("•", &format!("{id}: {text}"));
    }
}

fn beside_launches(page: &mut Page, statistics: &Statistics<'_>) {
    page.heading("Beside launches of missiles");
    let timeline = &statistics.timeline;
    let Some(months) = months(timeline) else {
        page.paragraph("No launches, or no thefts of a known month.");
        return;
    };
    let years: Vec<String> =
        statistics.launches.iter().map(|(year, count)| format!("{year} {count}")).collect();
    page.paragraph(&format!("Launches a year: {}.", years.join(", ")));
    page.paragraph(&format!("{months}. {}", left_out(timeline)));
    if statistics.correlations.is_empty() {
        page.paragraph("Too few months to say whether the two go together.");
        return;
    }
    let headings = ["thefts by", "as", "strongest at", "correlation", "p there", "p corrected"];
    let mut table = table_with(page, headings);
    for test in &statistics.correlations {
        let strongest = test.strongest;
        table.add_row([
            test.aspect.label(),
            test.form.label(),
            lag(strongest.months),
            strongest.correlation.to_string(),
            strongest.p.to_string(),
            test.p_corrected.to_string(),
        ]);
    }
    page.finished(&table);
    page.paragraph(
        "Spearman's rank correlation by month; p is the part of all circular shifts that reach \
         as much, corrected for the 13 lags tried. Four tests stand here: one of them under 0.05 \
         is no discovery. A correlation is no cause: a launch is not paid for by the theft of the \
         same month, and both grew over these years.",
    );
}

/// The months that are compared, `12 months, 2022-01 to 2022-12`; `None` where there are none.
pub(in crate::incidents) fn months(timeline: &Timeline) -> Option<String> {
    let (first, last) = timeline.months.first().zip(timeline.months.last())?;
    let month = |month: &Month| format!("{}-{:02}", month.year, month.month);
    Some(format!("{} months, {} to {}", timeline.months.len(), month(first), month(last)))
}

/// What no month of the comparison has.
pub(in crate::incidents) fn left_out(timeline: &Timeline) -> String {
    format!(
        "Left out: {} thefts and {} launches of unknown month, {} thefts before the first or after \
         the last launch of the list.",
        timeline.thefts_without_month, timeline.launches_without_month, timeline.thefts_outside
    )
}

/// A lag in months in words.
pub(in crate::incidents) fn lag(months: i32) -> String {
    match months {
        0 => "the same month".to_owned(),
        1.. => format!("launches {months} months later"),
        _ => format!("launches {} months earlier", months.unsigned_abs()),
    }
}
