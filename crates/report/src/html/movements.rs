//! The movements that carried stolen value, in the order of the replay.

use hawkshaw_trace::{Edge, Link, Party};

use super::parts;
use crate::findings::Findings;
use crate::group::output_text;
use crate::interval::Interval;
use crate::json::{account, output};
use crate::markup::Markup;
use crate::text::counted;
use crate::usd::quoted;

/// Rows that a page shows.
const ROWS_MAX: usize = 2_000;

/// Writes the table of movements.
pub(super) fn movements(page: &mut Markup, findings: &Findings<'_>) {
    let edges = &findings.trace.edges;
    let shown = edges.len().min(ROWS_MAX);
    page.raw(concat!(
        "<p>In the order of the replay: block, transaction, event. Where a chain keeps outputs, ",
        "inputs pay into their transaction and the transaction pays its outputs, since the chain ",
        "does not say which input paid which output.</p>\n",
    ));
    if shown < edges.len() {
        let text = format!(
            "The first {} of {}: edges.csv and trace.json have them all.",
            counted(shown as u64, "row", "rows"),
            counted(edges.len() as u64, "movement", "movements")
        );
        page.leaf("p", &[("class", "note")], &text);
    }
    page.node("details", &[("class", "all")], |page| {
        let all = counted(edges.len() as u64, "movement", "movements");
        page.leaf("summary", &[], &format!("Show the {all}"));
        table(page, findings, "Movements of stolen value", edges.iter().take(shown));
    });
}

/// A table of movements.
pub(super) fn table<'e>(
    page: &mut Markup,
    findings: &Findings<'_>,
    caption: &str,
    edges: impl Iterator<Item = &'e Edge>,
) {
    let headings = [
        ("Time (UTC)", ""),
        ("Grade", ""),
        ("From", ""),
        ("To", ""),
        ("Amount", "num"),
        ("Of it stolen", "num"),
        ("Transaction", ""),
    ];
    parts::table(page, caption, &headings, |page| {
        for edge in edges {
            page.node("tr", &[], |page| row(page, findings, edge));
            page.line();
        }
    });
}

fn row(page: &mut Markup, findings: &Findings<'_>, edge: &Edge) {
    page.leaf("td", &[("class", "time")], &edge.time.to_string());
    page.node("td", &[], |page| {
        parts::grade(page, edge.grade);
        match &edge.link {
            Some(Link::Theft) => page.leaf("span", &[("class", "grade g-theft")], "theft"),
            Some(Link::Swap { asset, amount }) => {
                let given = crate::figures::amount(findings.assets, asset, *amount);
                page.leaf("span", &[("class", "sub")], &format!("swap of {given}"));
            }
            Some(Link::BridgeIn { bridge, destination, .. }) => {
                let to = destination.chain.as_ref().map_or("another chain", |chain| chain.name());
                page.leaf("span", &[("class", "sub")], &format!("into {bridge}, to {to}"));
            }
            Some(Link::BridgeOut { bridge, class, asset, amount, .. }) => {
                let given = crate::figures::amount(findings.assets, asset, *amount);
                let class = class.number();
                let text = format!("out of {bridge} for {given} (class {class})");
                page.leaf("span", &[("class", "sub")], &text);
            }
            None => {}
        }
    });
    for side in [&edge.from, &edge.to] {
        page.node("td", &[], |page| party(page, findings, side));
    }
    parts::number(page, |page| {
        parts::amount(page, findings, &edge.asset, edge.amount);
        if findings.has_prices() {
            let worth = findings.edge_worth(edge);
            let text = worth.map(|(usd, _)| parts::worth(usd, edge.amount));
            let text = text.unwrap_or_else(|| "$ unknown".to_owned());
            let title = worth.map(|(_, quote)| quoted(&quote)).unwrap_or_default();
            page.leaf("span", &[("class", "sub usd"), ("title", &title)], &text);
        }
    });
    let tainted = findings.conserving().filter_map(|(policy, _)| edge.tainted.get(policy));
    let tainted = Interval::of(tainted.copied());
    parts::number(page, |page| parts::interval(page, findings, &edge.asset, tainted));
    page.node("td", &[], |page| {
        match edge.tx {
            Some(tx) => parts::copyable(page, &tx.on(&edge.chain), "transaction"),
            None => page.text("none stated"),
        }
        if let Some(at) = edge.at {
            let place = format!("block {}, {}.{}", at.height, at.tx_index, at.event_index);
            page.leaf("span", &[("class", "sub")], &place);
        }
        if let Some(source) = &edge.source {
            page.node("span", &[("class", "sub")], |page| parts::source(page, source));
        }
    });
}

fn party(page: &mut Markup, findings: &Findings<'_>, party: &Party) {
    match party {
        Party::Transaction => page.text("the transaction"),
        Party::Nobody => page.text("nobody"),
        Party::Account(_) | Party::Output { .. } => {
            if let Some(account) = account(party) {
                parts::account(page, findings, account);
            }
            if let Some(output) = output(party) {
                page.leaf("span", &[("class", "sub id")], &output_text(output));
            }
        }
    }
}
