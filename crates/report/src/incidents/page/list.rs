//! Every incident that is counted, each with all that is claimed about it.

use hawkshaw_incidents::{
    Counted, Group, GroupBy, IncidentLedger, Standing, Statistics, Vocabulary as _,
};

use super::{cells, entry};
use crate::incidents::text::{amount, incidents, range};
use crate::markup::Markup;
use crate::text::label;

/// Writes the list.
pub(super) fn list(page: &mut Markup, ledger: &IncidentLedger, statistics: &Statistics<'_>) {
    let counted = &statistics.incidents;
    if counted.is_empty() {
        page.leaf("p", &[], "None.");
        return;
    }
    let text = format!(
        "{} by date of theft. Each opens to all claims about it: how much, by whom, when, how \
         sure, and where that can be read. On paper stands what is open. The amount in its row \
         follows the price rule, the range below it is that of all claims.",
        incidents(counted.len())
    );
    page.leaf("p", &[], &text);
    controls(page);
    page.node("div", &[("class", "list"), ("id", "list")], |page| {
        for one in counted {
            row(page, ledger, (one, &who(statistics, one)));
        }
    });
    page.line();
}

/// What works only with the script, and is hidden without.
fn controls(page: &mut Markup) {
    page.raw(concat!(
        "<div class=\"controls\" hidden=\"hidden\"><label>Filter ",
        "<input type=\"search\" id=\"filter\" autocomplete=\"off\" ",
        "placeholder=\"name, actor, chain, claimant, address …\"/></label>",
        "<span class=\"sorts\">Sort ",
        "<button type=\"button\" data-by=\"date\">by date</button>",
        "<button type=\"button\" data-by=\"usd\">by amount</button>",
        "<button type=\"button\" data-by=\"name\">by name</button></span>",
        "<span id=\"shown\" aria-live=\"polite\"></span>",
        "<button type=\"button\" id=\"open-all\">Open all</button></div>\n"
    ));
}

/// The actor under whom the incident stands in the groups, and how sure the first claim of that
/// is.
fn who(statistics: &Statistics<'_>, one: &Counted<'_>) -> String {
    let is_of = |group: &&Group<'_>| {
        group.incidents.iter().any(|other| other.incident.id == one.incident.id)
    };
    let Some(group) = statistics.by(GroupBy::Actor).iter().find(is_of) else {
        return "unknown".to_owned();
    };
    let claims = &one.incident.attributions;
    let claim =
        claims.iter().find(|claim| claim.actor == group.key && claim.sure != Standing::Denied);
    match claim.map(|claim| claim.sure).filter(|sure| *sure != Standing::Stated) {
        Some(sure) => format!("{} ({})", label(&group.label), sure.label()),
        None => label(&group.label),
    }
}

fn row(page: &mut Markup, ledger: &IncidentLedger, (one, who): (&Counted<'_>, &str)) {
    let incident = one.incident;
    let anchor = cells::anchor(&incident.id);
    let usd = one.figure.usd.map_or("-1".to_owned(), |usd| usd.cents().to_string());
    let name = incident.title.to_lowercase();
    let attributes = [
        ("class", "incident"),
        ("id", anchor.as_str()),
        ("data-usd", &usd),
        ("data-date", incident.dates.theft.as_str()),
        ("data-name", &name),
    ];
    page.node("details", &attributes, |page| {
        page.node("summary", &[], |page| head(page, ledger, (one, who)));
        page.line();
        page.node("div", &[("class", "inside")], |page| entry::entry(page, ledger, one));
    });
    page.line();
}

fn head(page: &mut Markup, ledger: &IncidentLedger, (one, who): (&Counted<'_>, &str)) {
    let incident = one.incident;
    let span = |page: &mut Markup, class: &str, text: &str| {
        page.leaf("span", &[("class", class)], text);
    };
    span(page, "day", &cells::date(&incident.dates.theft));
    page.node("span", &[("class", "what")], |page| {
        page.leaf("strong", &[], &label(&incident.title));
        page.leaf("span", &[("class", "sub")], &incident.victim.kind.label());
    });
    page.node("span", &[("class", "who")], |page| {
        page.text(who);
        if ledger.is_contested(incident) {
            page.text(" ");
            cells::contested(page);
        }
    });
    let range = range(&one.figure);
    page.node("span", &[("class", "money")], |page| {
        let class = if one.figure.usd.is_none() { "unknown" } else { "known" };
        page.leaf("strong", &[("class", class)], &amount(one.figure.usd));
        if !range.is_empty() {
            page.leaf("span", &[("class", "sub")], &range);
        }
        if one.figure.estimate_without_range {
            page.text(" ");
            cells::estimate(page);
        }
    });
}
