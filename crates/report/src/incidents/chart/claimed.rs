//! What claimants say was stolen per year beside what the ledger adds up to.

use hawkshaw_incidents::{
    GroupBy, IncidentLedger, InclusionRule, Loot, Pricing, Selection, Series, SeriesKind,
    SeriesUnit, Usd,
};

use super::frame::{Drawing, Frame, Sign};
use super::scale::short_cents;
use super::swarm::{Figure, Swarm, Year};

const TITLE: &str = "Yearly totals that claimants publish, beside this ledger";
/// Of whom claimants publish yearly totals.
const ACTOR: &str = "dprk";

/// Draws the published totals. What the ledger counts beside them is always the same rule, that
/// of the totals, whatever else was selected.
pub(super) fn draw(ledger: &IncidentLedger) -> Drawing {
    let mut frame = Frame::new("claimed-totals", TITLE);
    let rule = InclusionRule {
        actor: Some(ACTOR.to_owned()),
        loot: Some(Loot::Crypto),
        ..InclusionRule::default()
    };
    let selection = Selection::new(ledger, rule, Pricing::Ledger);
    frame.say(&format!("The ledger counts here: {}.", selection.rule.text(ledger)));
    frame.say(&format!("Amounts: {}.", selection.pricing.text()));
    frame.say(
        "A letter is one published total for the year, above stand the least and the most; the \
         same letter twice is a claimant who revised it.",
    );
    let years = years(ledger, &selection);
    if years.iter().all(|year| year.figures.is_empty()) {
        frame.nothing("The ledger holds no published yearly total.");
    } else {
        let label = |cents: u64| short_cents(cents);
        let more = [
            (Sign::Band(super::ink::REST), "this ledger".to_owned()),
            (Sign::Whisker, "what its claims allow for".to_owned()),
        ];
        Swarm { years, label: &label, range: &range, most: None }.draw(&mut frame, &more);
    }
    frame.finish(
        "Sources: the series of claimed totals of context.toml, each with its link; the incident \
         ledger of Hawkshaw.",
    )
}

fn range(least: u64, most: u64) -> Vec<String> {
    let (least, most) = (short_cents(least), short_cents(most));
    if least == most { vec![least] } else { vec![format!("{least} to"), most] }
}

fn years(ledger: &IncidentLedger, selection: &Selection<'_>) -> Vec<Year> {
    let is_claimed = |series: &&Series| {
        series.kind == SeriesKind::ClaimedTotal && series.unit == SeriesUnit::Usd
    };
    let series: Vec<&Series> = ledger.series().iter().filter(is_claimed).collect();
    let groups = selection.groups(ledger, GroupBy::Year);
    let mut listed: Vec<i16> =
        series.iter().flat_map(|series| &series.points).map(|point| point.year).collect();
    listed.extend(groups.iter().filter_map(|group| group.key.parse::<i16>().ok()));
    listed.sort_unstable();
    listed.dedup();
    let of_year = |year: i16| {
        let group = groups.iter().find(|group| group.key == year.to_string());
        let known = group.filter(|group| group.sum.usd.is_some());
        Year {
            year,
            figures: series.iter().filter_map(|series| figure(series, year)).collect(),
            ledger: known.map(|group| group.sum.or_nothing().map(Usd::cents)),
        }
    };
    listed.into_iter().map(of_year).collect()
}

fn figure(series: &Series, year: i16) -> Option<Figure> {
    let point = series.of_year(year)?;
    let value = Usd::from_dollars(point.point()?)?;
    let bound = match (point.value, point.value_low, point.value_high) {
        (None, Some(_), None) => "at least ",
        (None, None, Some(_)) => "at most ",
        _ => "",
    };
    Some(Figure {
        by: series.by.clone(),
        value: value.cents(),
        title: format!(
            "{year}: {bound}{} ({}, published {})",
            value.for_people(),
            series.title,
            point.on
        ),
    })
}
