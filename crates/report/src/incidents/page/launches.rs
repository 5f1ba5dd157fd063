//! Thefts beside launches in words and tables.

use hawkshaw_incidents::{CorrelationTest, Statistics, Vocabulary as _};

use super::cells;
use crate::html::parts;
use crate::incidents::text::{lag, left_out, months};
use crate::markup::Markup;

/// Writes what is compared, the tests, and the launches a year.
pub(super) fn launches(page: &mut Markup, statistics: &Statistics<'_>) {
    let timeline = &statistics.timeline;
    if let Some(months) = months(timeline) {
        let text = format!(
            "Compared over {months}. After the last launch of the list nobody knows whether there \
             was none or whether the list ends, so the comparison ends there. {}",
            left_out(timeline)
        );
        page.leaf("p", &[], &text);
    }
    tests(page, &statistics.correlations);
    if statistics.launches.is_empty() {
        return;
    }
    cells::folded(page, "Launches a year, of the whole list", |page| {
        parts::table(page, "Launches a year", &[("Year", "time"), ("Launches", "num")], |page| {
            for (year, count) in &statistics.launches {
                page.node("tr", &[], |page| {
                    cells::heading(page, &year.to_string());
                    cells::number(page, u64::from(*count), &count.to_string());
                });
            }
        });
    });
}

fn tests(page: &mut Markup, tests: &[CorrelationTest]) {
    if tests.is_empty() {
        page.leaf("p", &[], "Too few months to say whether the two go together.");
        return;
    }
    let headings = [
        ("Thefts by", ""),
        ("As", ""),
        ("Strongest at", ""),
        ("Correlation", "num"),
        ("Pairs of months", "num"),
        ("p there", "num"),
        ("p corrected", "num"),
    ];
    parts::table(page, "Tests of correlation", &headings, |page| {
        for test in tests {
            let strongest = test.strongest;
            page.node("tr", &[], |page| {
                cells::heading(page, &test.aspect.label());
                cells::text(page, &test.form.label());
                cells::text(page, &lag(strongest.months));
                page.leaf("td", &[("class", "num")], &strongest.correlation.to_string());
                cells::count(page, strongest.pairs);
                page.leaf("td", &[("class", "num")], &strongest.p.to_string());
                page.leaf("td", &[("class", "num")], &test.p_corrected.to_string());
            });
        }
    });
    page.raw(concat!(
        "<p>Spearman’s rank correlation by month; p is the part of all circular shifts of one ",
        "series against the other that reach as much, corrected for the lags tried. Of several ",
        "tests one under 0.05 is no discovery. <strong>A correlation is no cause</strong>: a ",
        "launch is not paid for by the theft of the same month, and both grew over these years.",
        "</p>\n"
    ));
}
