//! Thefts and launches of missiles one below the other, and whether the two go together.
#![expect(clippy::float_arithmetic, reason = "places on a picture, not value")]

use hawkshaw_incidents::{IncidentLedger, SeriesUnit, Statistics, Timeline, Usd, launches_by_year};

use super::axis::{LEFT, RIGHT};
use super::canvas::{Anchor, Area, At, Text};
use super::frame::{Drawing, Frame, MARGIN};
use super::ink::{Ink, REST};
use super::lags;
use super::scale::{LogScale, Scale, count, marks, short_cents};
use crate::incidents::text::left_out;

const TITLE: &str = "Thefts beside launches of missiles";
const THEFTS: f64 = 170.0;
const LAUNCHES: f64 = 100.0;
/// Months beyond this are put together in quarters.
const MONTHS_MAX: usize = 48;

/// A month or a quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Bucket {
    year: i16,
    label: String,
    usd: Usd,
    thefts: u32,
    launches: u32,
}

/// Draws thefts, launches and the correlations.
pub(super) fn draw(ledger: &IncidentLedger, statistics: &Statistics<'_>) -> Drawing {
    let mut frame = Frame::new("launches", TITLE);
    frame.rules(statistics);
    let timeline = &statistics.timeline;
    let buckets = buckets(timeline);
    if buckets.is_empty() {
        frame.nothing(
            "There are no launches on the list, or no thefts of a known month before its end.",
        );
        return frame.finish(&source(ledger, statistics));
    }
    let by = if timeline.months.len() > MONTHS_MAX { "quarter" } else { "month" };
    frame.say(&format!("Each bar is a {by}. {}", left_out(timeline)));
    panels(&mut frame, &buckets, by);
    lags::draw(&mut frame, &statistics.correlations);
    frame.finish(&source(ledger, statistics))
}

fn buckets(timeline: &Timeline) -> Vec<Bucket> {
    let is_long = timeline.months.len() > MONTHS_MAX;
    let mut buckets: Vec<Bucket> = Vec::new();
    for month in &timeline.months {
        let label = match is_long {
            true => format!("{}-Q{}", month.year, (month.month + 2) / 3),
            false => format!("{}-{:02}", month.year, month.month),
        };
        let new = Bucket { year: month.year, label, usd: Usd::ZERO, thefts: 0, launches: 0 };
        if buckets.last().is_none_or(|last| last.label != new.label) {
            buckets.push(new);
        }
        if let Some(bucket) = buckets.last_mut() {
            bucket.usd = bucket.usd.plus(month.usd);
            bucket.thefts += month.thefts;
            bucket.launches += month.launches;
        }
    }
    buckets
}

fn panels(frame: &mut Frame, buckets: &[Bucket], by: &str) {
    let wide = (RIGHT - LEFT) / count(buckets.len().max(1));
    let x = |at: usize| LEFT + wide * (count(at) + 0.5);
    let top = frame.free + 30.0;
    heading(
        frame,
        (MARGIN, top - 14.0),
        &format!("US dollars stolen per {by}, each line ten times the one below"),
    );
    thefts(frame, buckets, (&x, wide, top));
    let top = top + THEFTS + 60.0;
    heading(frame, (MARGIN, top - 14.0), &format!("Missiles launched per {by}"));
    launches(frame, buckets, (&x, wide, top));
    let bottom = top + LAUNCHES;
    let mut shown: Option<i16> = None;
    for (at, bucket) in buckets.iter().enumerate() {
        if shown == Some(bucket.year) {
            continue;
        }
        shown = Some(bucket.year);
        let left = x(at) - wide / 2.0;
        frame.canvas.line((left, bottom), (left, bottom + 6.0), (Ink::Soft, 1.0));
        let same = buckets[at..].iter().take_while(|other| other.year == bucket.year).count();
        if count(same) * wide < 34.0 && at + same < buckets.len() {
            // The number of the next year would stand on this one.
            continue;
        }
        let text = bucket.year.to_string();
        frame.canvas.text(Text::new((left + 3.0, bottom + 16.0), &text).ink(Ink::Soft));
    }
    frame.free = bottom + 50.0;
}

fn heading(frame: &mut Frame, at: At, text: &str) {
    frame.canvas.text(Text::new(at, text).size(12.0).bold());
}

/// Amounts on a logarithmic axis with the number of thefts below.
fn thefts(
    frame: &mut Frame,
    buckets: &[Bucket],
    (x, wide, top): (&dyn Fn(usize) -> f64, f64, f64),
) {
    let bottom = top + THEFTS;
    let amounts = || buckets.iter().map(|bucket| bucket.usd.cents()).filter(|cents| *cents > 0);
    let ends = (amounts().min().unwrap_or(100), amounts().max().unwrap_or(1_000));
    let scale = LogScale::new(ends, bottom, top);
    for power in scale.lowest..=scale.highest {
        let cents = 10_u64.saturating_pow(power);
        let at = scale.at(cents);
        frame.canvas.line((LEFT, at), (RIGHT, at), (Ink::Line, 1.0));
        let text = short_cents(cents);
        let text = Text::new((LEFT - 8.0, at + 4.0), &text).ink(Ink::Soft);
        frame.canvas.text(text.anchor(Anchor::End));
    }
    let digits = Text::new((MARGIN, bottom + 15.0), "thefts").ink(Ink::Soft).size(10.0);
    frame.canvas.text(digits);
    for (at, bucket) in buckets.iter().enumerate().filter(|(_, bucket)| bucket.thefts > 0) {
        let usd =
            if bucket.usd == Usd::ZERO { "amount unknown".into() } else { bucket.usd.for_people() };
        let title = format!("{}: {usd} in {} thefts", bucket.label, bucket.thefts);
        let place = bar(x(at), wide, (scale.at(bucket.usd.cents()), bottom));
        frame.canvas.mark(&title, |canvas| {
            if bucket.usd == Usd::ZERO {
                let text = Text::new((x(at), bottom - 4.0), "?").anchor(Anchor::Middle);
                canvas.text(text.bold());
            } else {
                canvas.bar(place, 0);
            }
            let text = bucket.thefts.to_string();
            let text = Text::new((x(at), bottom + 15.0), &text).size(9.0).ink(Ink::Soft);
            canvas.text(text.anchor(Anchor::Middle));
        });
    }
    frame.canvas.line((LEFT, bottom), (RIGHT, bottom), (Ink::Soft, 1.2));
}

fn launches(
    frame: &mut Frame,
    buckets: &[Bucket],
    (x, wide, top): (&dyn Fn(usize) -> f64, f64, f64),
) {
    let bottom = top + LAUNCHES;
    let most = buckets.iter().map(|bucket| u64::from(bucket.launches)).max().unwrap_or(0);
    let marks = marks(most);
    let scale = Scale::new(marks.last().copied().unwrap_or(1), bottom, top);
    for mark in &marks {
        let at = scale.at(*mark);
        frame.canvas.line((LEFT, at), (RIGHT, at), (Ink::Line, 1.0));
        let text = mark.to_string();
        let text = Text::new((LEFT - 8.0, at + 4.0), &text).ink(Ink::Soft);
        frame.canvas.text(text.anchor(Anchor::End));
    }
    for (at, bucket) in buckets.iter().enumerate().filter(|(_, bucket)| bucket.launches > 0) {
        let title = format!("{}: {} launches", bucket.label, bucket.launches);
        let end = scale.at(u64::from(bucket.launches));
        let place = bar(x(at), wide, (end, bottom));
        frame.canvas.mark(&title, |canvas| {
            canvas.bar(place, REST);
            let text = bucket.launches.to_string();
            let text = Text::new((x(at), end - 3.0), &text).size(9.0);
            canvas.text(text.anchor(Anchor::Middle).halo());
        });
    }
    frame.canvas.line((LEFT, bottom), (RIGHT, bottom), (Ink::Soft, 1.2));
}

fn bar(middle: f64, wide: f64, (top, bottom): (f64, f64)) -> Area {
    let width = (wide * 0.72).min(40.0);
    Area { left: middle - width / 2.0, top, width, height: bottom - top }
}

fn source(ledger: &IncidentLedger, statistics: &Statistics<'_>) -> String {
    let is_own = launches_by_year(ledger.launches()) == statistics.launches;
    let series = ledger.series().iter().find(|series| series.unit == SeriesUnit::Launches);
    let by = series.filter(|_| is_own).map_or_else(
        || "a list that was handed in".to_owned(),
        |series| format!("{}, as in launches.csv", series.by),
    );
    format!("Sources: thefts, the incident ledger of Hawkshaw; launches, {by}.")
}
