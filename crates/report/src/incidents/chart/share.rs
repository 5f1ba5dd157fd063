//! The part of all cryptocurrency stolen per year, one mark a denominator.

use hawkshaw_incidents::{Percent, Share, Statistics};

use super::frame::{Drawing, Frame};
use super::swarm::{Figure, Swarm, Year};

const TITLE: &str = "Share of all cryptocurrency stolen per year, by whose total it is taken of";
/// Shares above this are drawn at the upper end.
const SHOWN_MAX: u64 = 12_000;

/// Draws the shares.
pub(super) fn draw(statistics: &Statistics<'_>) -> Drawing {
    let mut frame = Frame::new("share-by-year", TITLE);
    frame.rules(statistics);
    frame.say(
        "A letter is one published total of everything stolen in that year; above stand the least \
         and the most. The spread is the disagreement of those who count.",
    );
    let years = years(&statistics.shares);
    if years.is_empty() {
        frame.nothing(
            "No published total of all thefts covers a year in which something is counted.",
        );
    } else {
        let label = |hundredths: u64| percent(hundredths);
        Swarm { years, label: &label, range: &range, most: Some(SHOWN_MAX) }.draw(&mut frame, &[]);
    }
    frame.finish(
        "Source: the incident ledger of Hawkshaw over the series of context.toml; what each total \
         leaves out stands beside it in the table of shares.",
    )
}

fn years(shares: &[Share]) -> Vec<Year> {
    let mut years: Vec<Year> = Vec::new();
    for share in shares {
        let figure = Figure {
            by: share.whole.by.clone(),
            value: share.percent.hundredths(),
            title: format!(
                "{}: {} of {} ({}, {}); the claims allow for {} to {}",
                share.year,
                share.percent,
                share.whole.value.usd.for_people(),
                share.whole.title,
                share.whole.by,
                share.percent_low,
                share.percent_high
            ),
        };
        match years.iter_mut().find(|year| year.year == share.year) {
            Some(year) => year.figures.push(figure),
            None => years.push(Year { year: share.year, figures: vec![figure], ledger: None }),
        }
    }
    years
}

/// Whole percentages where they tell least and most apart.
fn range(least: u64, most: u64) -> Vec<String> {
    let whole = |hundredths: u64| (hundredths + 50) / 100;
    let line = match (whole(least), whole(most)) {
        _ if least == most => percent(least),
        (low, high) if low == high || low < 10 => format!("{}–{}", decimal(least), percent(most)),
        (low, high) => format!("{low}–{high} %"),
    };
    vec![line]
}

fn decimal(hundredths: u64) -> String {
    percent(hundredths).trim_end_matches(" %").to_owned()
}

/// A percentage without decimals that are noughts.
fn percent(hundredths: u64) -> String {
    let text = Percent::from_hundredths(hundredths).to_string();
    let number = text.trim_end_matches(" %");
    format!("{} %", number.trim_end_matches('0').trim_end_matches('.'))
}
