//! Axes that several pictures have: money upwards, years to the right.
#![expect(clippy::float_arithmetic, reason = "places on a picture, not value")]

use hawkshaw_incidents::Group;

use super::canvas::{Anchor, Canvas, Text};
use super::frame::{MARGIN, WIDTH};
use super::ink::Ink;
use super::scale::{Scale, count, short_cents};

/// Where the figures begin, to the right of the axis.
pub(super) const LEFT: f64 = MARGIN + 62.0;
/// Where they end.
pub(super) const RIGHT: f64 = WIDTH - MARGIN;
/// Years without any incident are shown between others up to so many years in all.
const YEARS_MAX: i16 = 40;

/// A year, or a span of years that an incident is known to lie in, beside its neighbours.
#[derive(Debug)]
pub(super) struct Column<'a> {
    pub(super) label: String,
    pub(super) group: Option<&'a Group<'a>>,
    pub(super) middle: f64,
    pub(super) wide: f64,
}

/// Draws the lines and the figures of an axis of US dollars in cents; says where it ends.
pub(super) fn money_axis(canvas: &mut Canvas, marks: &[u64], scale: &Scale) -> f64 {
    let label = |cents: u64| short_cents(cents);
    axis(canvas, marks, (scale, &label));
    LEFT
}

/// Draws the lines and the figures of an axis.
pub(super) fn axis(
    canvas: &mut Canvas,
    marks: &[u64],
    (scale, label): (&Scale, &dyn Fn(u64) -> String),
) {
    for mark in marks {
        let at = scale.at(*mark);
        let ink = if *mark == 0 { (Ink::Soft, 1.2) } else { (Ink::Line, 1.0) };
        canvas.line((LEFT, at), (RIGHT, at), ink);
        let text = label(*mark);
        let text = Text::new((LEFT - 8.0, at + 4.0), &text).ink(Ink::Soft);
        canvas.text(text.anchor(Anchor::End));
    }
}

/// Years beside each other, with the years between them in which nothing was counted.
pub(super) fn columns<'a>(groups: &'a [Group<'a>], left: f64) -> Vec<Column<'a>> {
    let mut listed: Vec<(String, Option<&Group<'_>>)> = Vec::new();
    let years: Vec<i16> = groups.iter().filter_map(|group| group.key.parse().ok()).collect();
    let span = years.first().zip(years.last());
    let is_short = span.is_some_and(|(first, last)| last.saturating_sub(*first) < YEARS_MAX);
    let mut next: Option<i16> = None;
    for group in groups {
        if let (Ok(year), true) = (group.key.parse::<i16>(), is_short) {
            let missing = next.unwrap_or(year)..year;
            listed.extend(missing.map(|year| (year.to_string(), None)));
            next = Some(year.saturating_add(1));
        }
        listed.push((group.label.clone(), Some(group)));
    }
    let wide = (RIGHT - left) / count(listed.len().max(1));
    let place = |(at, (label, group)): (usize, (String, Option<&'a Group<'a>>))| Column {
        label,
        group,
        middle: left + wide * (count(at) + 0.5),
        wide,
    };
    listed.into_iter().enumerate().map(place).collect()
}
