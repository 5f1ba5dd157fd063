//! The balance statement: every stolen unit accounted for.

use super::parts;
use crate::figures::{Share, amount};
use crate::findings::Findings;
use crate::markup::Markup;
use crate::statement::{Statement, statements};

/// Writes one table for each stolen asset.
pub(super) fn balance(page: &mut Markup, findings: &Findings<'_>) {
    page.raw(concat!(
        "<p>Every stolen base unit is somewhere: held, cashed out, mixed, bridged, frozen, ",
        "burned, paid as a fee, below the reporting floor, or where the data end. The amounts ",
        "are in the units that were stolen, whatever the value was swapped into since. ",
        "Policies with the same figures share a column.</p>\n",
    ));
    for statement in statements(findings) {
        table(page, findings, &statement);
    }
    if findings.poison().is_some() {
        page.raw(concat!(
            "<p class=\"note\">Poison is left out here: it marks whatever passed through a ",
            "tainted place and adds up to more than was stolen.</p>\n",
        ));
    }
}

fn table(page: &mut Markup, findings: &Findings<'_>, statement: &Statement<'_>) {
    let stolen = statement.stolen;
    let total = amount(findings.assets, &stolen.asset, stolen.amount);
    let only = statement.columns.len() == 1;
    let titles: Vec<String> = statement.columns.iter().map(|column| column.title(only)).collect();
    let mut headings = vec![("Kind of place", "")];
    headings.extend(titles.iter().map(|title| (title.as_str(), "num")));
    parts::table(page, &format!("Balance of {total}"), &headings, |page| {
        for row in &statement.rows {
            page.node("tr", &[], |page| {
                page.node("th", &[("scope", "row")], |page| parts::kind(page, row.kind));
                for amount in &row.amounts {
                    figure(page, findings, statement, *amount);
                }
            });
            page.line();
        }
        page.node("tr", &[("class", "sum")], |page| {
            page.leaf("th", &[("scope", "row")], "Accounted for");
            for column in &statement.columns {
                figure(page, findings, statement, column.accounted);
            }
        });
        page.node("tr", &[], |page| {
            page.leaf("th", &[("scope", "row")], "Difference, in base units");
            for column in &statement.columns {
                page.leaf("td", &[("class", "num")], &column.difference);
            }
        });
    });
}

fn figure(
    page: &mut Markup,
    findings: &Findings<'_>,
    statement: &Statement<'_>,
    amount: hawkshaw_model::Amount,
) {
    parts::number(page, |page| {
        let share = Share::of(amount, statement.stolen.amount);
        page.leaf("b", &[], &share.to_string());
        page.raw("<br/>");
        parts::amount(page, findings, &statement.stolen.asset, amount);
    });
}
