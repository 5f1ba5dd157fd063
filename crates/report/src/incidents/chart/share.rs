//! The part of all cryptocurrency stolen per year, one mark a denominator.

use hawkshaw_incidents::{Percent, Share, Statistics};

use super::frame::{Drawing, Frame};
use super::swarm::{Figure, Swarm, Year};
use crate::incidents::text::{percent, sum};

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
        let label = |hundredths: u64| plain(hundredths);
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
        let Some(part) = share.percent else { continue };
        let figure = Figure {
            by: share.whole.by.clone(),
            value: part.hundredths(),
            title: format!(
                "{}: {part} of {} ({}, {}); the claims allow for {} to {}",
                share.year,
                sum(share.whole.value),
                share.whole.title,
                share.whole.by,
                percent(share.percent_low),
                percent(share.percent_high)
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
        _ if least == most => plain(least),
        (low, high) if low == high || low < 10 => format!("{}–{}", decimal(least), plain(most)),
        (low, high) => format!("{low}–{high} %"),
    };
    vec![line]
}

fn decimal(hundredths: u64) -> String {
    plain(hundredths).trim_end_matches(" %").to_owned()
}

/// A percentage without decimals that are noughts.
fn plain(hundredths: u64) -> String {
    let text = Percent::from_hundredths(hundredths).to_string();
    let number = text.trim_end_matches(" %");
    format!("{} %", number.trim_end_matches('0').trim_end_matches('.'))
}
