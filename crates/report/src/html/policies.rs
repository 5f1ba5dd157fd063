//! Where the policies disagree: for each kind of place a bar from the least to the most.
#![expect(clippy::float_arithmetic, reason = "places on a page, not value")]

use super::timeline::fraction;
use crate::figures::{Share, amount};
use crate::findings::Findings;
use crate::markup::Markup;
use crate::statement::{Row, Statement, statements};

const LEFT: f64 = 170.0;
const WIDTH: f64 = 900.0;
const RIGHT: f64 = 170.0;
const ROW: f64 = 30.0;

/// Draws the comparison, one picture per stolen asset on which the policies disagree.
pub(super) fn policies(page: &mut Markup, findings: &Findings<'_>) {
    page.raw(concat!(
        "<p>When stolen and clean value mix in one place, no ledger says which of it is paid on. ",
        "Courts and analysts use conventions. All were computed side by side; a bar reaches from ",
        "the least to the most that they say, each dot is a policy. A figure on which all agree ",
        "does not rest on the choice of a convention.</p>\n",
    ));
    for statement in statements(findings) {
        let what = amount(findings.assets, &statement.stolen.asset, statement.stolen.amount);
        if statement.columns.len() < 2 {
            let text = format!("On the {what}, all conserving policies agree on every figure.");
            page.leaf("p", &[("class", "agree")], &text);
            continue;
        }
        page.node("figure", &[("class", "chart")], |page| {
            page.leaf("h3", &[], &what);
            chart(page, findings, &statement, &what);
        });
    }
}

fn chart(page: &mut Markup, findings: &Findings<'_>, statement: &Statement<'_>, what: &str) {
    let rows = f64::from(u32::try_from(statement.rows.len()).unwrap_or(0));
    let view = format!("0 0 {WIDTH} {:.0}", rows * ROW + 24.0);
    let about = format!("Least and most share of {what} by kind of place");
    let region = [
        ("class", "scroll"),
        ("tabindex", "0"),
        ("role", "region"),
        ("aria-label", about.as_str()),
    ];
    let svg = [
        ("class", "bars-chart"),
        ("viewBox", view.as_str()),
        ("role", "img"),
        ("aria-label", &about),
    ];
    page.node("div", &region, |page| {
        page.node("svg", &svg, |page| {
            for percent in [0, 25, 50, 75, 100] {
                let at = x(f64::from(percent) / 100.0);
                line(page, "grid", (at, 4.0), (at, rows * ROW + 2.0));
                let place = [
                    ("class", "tick middle"),
                    ("x", &number(at)),
                    ("y", &number(rows * ROW + 18.0)),
                ];
                page.leaf("text", &place, &format!("{percent} %"));
            }
            for (index, row) in (0u32..).zip(&statement.rows) {
                bar(page, findings, statement, row, f64::from(index) * ROW + ROW / 2.0);
            }
        });
    });
}

fn bar(
    page: &mut Markup,
    findings: &Findings<'_>,
    statement: &Statement<'_>,
    row: &Row<'_>,
    middle: f64,
) {
    let stolen = statement.stolen;
    let class = crate::kind::words(row.kind).class;
    let (lo, hi) = row.span.shares(stolen.amount);
    let name = [("class", "name end"), ("x", &number(LEFT - 12.0)), ("y", &number(middle + 4.0))];
    page.leaf("text", &name, &crate::text::cut(&crate::kind::name(row.kind), 22));
    line(page, "track", (x(0.0), middle), (x(1.0), middle));
    line(page, &format!("span k-{class}"), (x(fraction(lo)), middle), (x(fraction(hi)), middle));
    for (column, amount) in statement.columns.iter().zip(&row.amounts) {
        let share = Share::of(*amount, stolen.amount);
        let dot = [
            ("class", format!("dot k-{class}")),
            ("cx", number(x(fraction(share)))),
            ("cy", number(middle)),
            ("r", "4.5".to_owned()),
        ];
        let dot: Vec<(&'static str, &str)> =
            dot.iter().map(|(name, value)| (*name, value.as_str())).collect();
        page.node("circle", &dot, |page| {
            let amount = crate::figures::amount(findings.assets, &stolen.asset, *amount);
            page.leaf("title", &[], &format!("{}: {share}, {amount}", column.title(false)));
        });
    }
    let text = [("class", "about"), ("x", &number(x(1.0) + 12.0)), ("y", &number(middle + 4.0))];
    page.leaf("text", &text, &row.span.percent(stolen.amount));
    page.line();
}

fn line(page: &mut Markup, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let ends = [number(x1), number(y1), number(x2), number(y2)];
    let attributes =
        [("class", class), ("x1", &ends[0]), ("y1", &ends[1]), ("x2", &ends[2]), ("y2", &ends[3])];
    page.void("line", &attributes);
}

fn x(share: f64) -> f64 {
    LEFT + (WIDTH - LEFT - RIGHT) * share
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}
