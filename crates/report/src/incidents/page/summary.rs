//! The top of the page: what is counted, by which rule, and the numbers that people quote.

use hawkshaw_incidents::{Counted, IncidentLedger, Statistics};

use crate::incidents::text::{between, days, incidents};
use crate::markup::Markup;

/// The title and the rules.
pub(super) fn title(page: &mut Markup, statistics: &Statistics<'_>) {
    page.leaf("p", &[("class", "over")], "Ledger of thefts");
    page.leaf("h1", &[], "What was stolen, who says so, and how far they disagree");
    let counted = format!("Counted: {}.", statistics.inclusion);
    page.leaf("p", &[("class", "about")], &counted);
    let amounts = format!("Amounts: {}.", statistics.price_rule);
    page.leaf("p", &[("class", "about")], &amounts);
}

/// The sum with its range, and key figures.
pub(super) fn summary(page: &mut Markup, ledger: &IncidentLedger, statistics: &Statistics<'_>) {
    let counted = &statistics.incidents;
    if counted.is_empty() {
        page.leaf("p", &[("class", "lead")], "No incident of the ledger fits the rule.");
        return;
    }
    page.node("p", &[("class", "lead")], |page| lead(page, statistics));
    page.node("dl", &[("class", "tiles")], |page| {
        for (name, value, about) in tiles(ledger, statistics) {
            page.node("div", &[], |page| {
                page.leaf("dt", &[], name);
                page.leaf("dd", &[("class", "value")], &value);
                page.leaf("dd", &[("class", "about")], &about);
            });
        }
    });
    page.raw(concat!(
        "<p class=\"note\">A figure of this ledger is one claim among others, chosen by the rule ",
        "above; the range goes from the lowest to the highest claim of each incident. What no ",
        "source states is called unknown; a sum is without it, and says so.",
        "</p>\n"
    ));
}

fn lead(page: &mut Markup, statistics: &Statistics<'_>) {
    let counted = &statistics.incidents;
    let [low, _, high] = statistics.sum.or_nothing();
    match statistics.sum.usd {
        None => {
            page.leaf("strong", &[], "An unknown amount");
            page.text(&format!(" was taken in {}.", incidents(counted.len())));
        }
        Some(usd) => {
            page.leaf("strong", &[], &usd.for_people());
            page.text(&format!(" taken in {}", incidents(counted.len())));
            if low == high {
                page.text("; the claims do not differ.");
            } else {
                page.text("; the claims allow for ");
                page.leaf("strong", &[], &between(low, high));
                page.text(".");
            }
        }
    }
}

fn tiles(
    ledger: &IncidentLedger,
    statistics: &Statistics<'_>,
) -> Vec<(&'static str, String, String)> {
    let counted = &statistics.incidents;
    let number = |wanted: &dyn Fn(&Counted<'_>) -> bool| {
        counted.iter().filter(|one| wanted(one)).count().to_string()
    };
    let dates = || counted.iter().map(|one| &one.incident.dates.theft);
    let first = dates().map(|date| date.first()).min();
    let last = dates().map(|date| date.last()).max();
    let dates = first.zip(last).map(|(first, last)| format!("{first} to {last}"));
    let mut tiles = vec![
        ("Stolen between", dates.unwrap_or_default(), "first and last possible day".to_owned()),
        (
            "Without an amount",
            number(&|one| one.figure.usd.is_none()),
            "incidents whose amount is unknown: in no sum".to_owned(),
        ),
        (
            "Estimates without a range",
            number(&|one| one.figure.estimate_without_range),
            "figures that the claimant calls an estimate, and no more".to_owned(),
        ),
        (
            "Contested attributions",
            number(&|one| ledger.is_contested(one.incident)),
            "denied by somebody, or made to different actors".to_owned(),
        ),
        (
            "Attributed to nobody",
            number(&|one| one.incident.attributions.is_empty()),
            "incidents for which no source here names anybody".to_owned(),
        ),
        (
            "Nearly counted",
            statistics.omitted.len().to_string(),
            "incidents that fit but for one thing: see what is not counted".to_owned(),
        ),
    ];
    tiles.extend(of_the_sum(statistics));
    tiles
}

fn of_the_sum(statistics: &Statistics<'_>) -> Vec<(&'static str, String, String)> {
    let mut tiles = Vec::new();
    if let Some(concentration) = &statistics.concentration {
        if let Some((_, share)) = concentration.largest.first() {
            tiles.push((
                "The largest incident is",
                share.to_string(),
                format!("of the sum; half of it is in {}", incidents(concentration.half.len())),
            ));
        }
        if let Some((_, share)) = concentration.largest.last() {
            let about = "of the sum is in the ten largest incidents".to_owned();
            tiles.push(("Concentration", share.to_string(), about));
        }
    }
    let delays = &statistics.delays;
    if let Some(([_, low, _], [_, high, _])) = delays.quartiles_low.zip(delays.quartiles_high) {
        tiles.push((
            "Theft to first attribution",
            format!("{} days", days(low, high)),
            format!("median of {} of which both dates are known", incidents(delays.known.len())),
        ));
    }
    tiles
}
