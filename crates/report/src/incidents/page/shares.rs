//! The selection as a part of something larger, with what each whole leaves out.

use hawkshaw_incidents::{Share, Statistics};

use super::cells;
use crate::html::parts;
use crate::incidents::text::{between, percent_range, sum};
use crate::markup::Markup;
use crate::text::label;

/// Writes the shares of all thefts and the ratios to series of context.
pub(super) fn shares(page: &mut Markup, statistics: &Statistics<'_>) {
    page.leaf("h3", &[], "By denominator");
    table(page, "Share of all cryptocurrency stolen", &statistics.shares);
    holes(page, &statistics.shares);
    page.leaf("h3", &[], "Against figures of a state and its economy");
    page.raw(concat!(
        "<p>What was counted in a year, in percent of a figure of the same year. A ratio of ",
        "stolen goods to a product or to exports compares what is not alike: it shows size, not ",
        "a share of income.</p>\n"
    ));
    table(page, "Against figures of a state and its economy", &statistics.context);
    holes(page, &statistics.context);
}

fn table(page: &mut Markup, caption: &str, shares: &[Share]) {
    if shares.is_empty() {
        let text =
            "No series of the ledger has a figure for the years in which something is counted.";
        page.leaf("p", &[], text);
        return;
    }
    let headings = [
        ("Year", "time"),
        ("Counted", "num"),
        ("Of", ""),
        ("By", ""),
        ("Whole", "num"),
        ("Part", "num"),
        ("Claims allow for", "num"),
    ];
    parts::table(page, caption, &headings, |page| {
        for share in shares {
            page.node("tr", &[], |page| row(page, share));
            page.line();
        }
    });
}

fn row(page: &mut Markup, share: &Share) {
    let year = share.year.to_string();
    page.leaf("td", &[("class", "time"), ("data-key", &year)], &year);
    cells::sum(page, share.part);
    page.leaf("td", &[("class", "wide")], &label(&share.whole.title));
    cells::text(page, &label(&share.whole.by));
    let [low, whole, high] = share.whole.value.or_nothing();
    page.node("td", &[("class", "num"), ("data-key", &whole.cents().to_string())], |page| {
        page.text(&sum(share.whole.value));
        if low != high {
            page.leaf("span", &[("class", "sub")], &between(low, high));
        }
    });
    match share.percent {
        Some(part) => cells::number(page, part.hundredths(), &part.to_string()),
        None => cells::unknown(page),
    }
    let ends = [share.percent_high, share.percent_low];
    let [high, low] = ends.map(|end| end.unwrap_or_default().hundredths());
    cells::number(page, high - low.min(high), &percent_range(share));
}

/// What each whole leaves out; those of the ledger differ from year to year.
fn holes(page: &mut Markup, shares: &[Share]) {
    let mut holes: Vec<(String, &str)> = Vec::new();
    for share in shares {
        let whole = &share.whole;
        let is_series =
            shares.iter().all(|one| one.whole.id != whole.id || one.whole.holes == whole.holes);
        let name = if is_series {
            whole.title.clone()
        } else {
            format!("{}, {}", whole.title, share.year)
        };
        if !holes.iter().any(|(known, _)| *known == name) {
            holes.push((name, &whole.holes));
        }
    }
    if holes.is_empty() {
        return;
    }
    cells::folded(page, "What each of these wholes leaves out", |page| {
        page.node("dl", &[("class", "facts holes")], |page| {
            for (name, text) in holes {
                page.leaf("dt", &[], &label(&name));
                page.leaf("dd", &[], text);
            }
        });
    });
}
