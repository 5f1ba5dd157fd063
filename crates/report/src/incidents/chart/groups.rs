//! Sums by what incidents have in common, as bars to the right.
#![expect(clippy::float_arithmetic, reason = "places on a picture, not value")]

use hawkshaw_incidents::{Group, GroupBy, Statistics, Usd};

use super::canvas::{Anchor, Area, Text};
use super::frame::{Drawing, Frame, MARGIN, Sign, WIDTH, ledger_source};
use super::ink::{Ink, REST};
use super::scale::{Scale, marks, short, short_cents};
use super::typeface::fit;
use crate::incidents::text::{between, incidents};

/// Bars that are drawn; the rest is one bar.
const BARS_MAX: usize = 14;
const ROW: f64 = 28.0;
const LEFT: f64 = MARGIN + 160.0;
const RIGHT: f64 = WIDTH - MARGIN - 250.0;

/// A bar to be drawn.
struct Bar {
    label: String,
    usd: Usd,
    range: (Usd, Usd),
    incidents: usize,
    without_amount: usize,
    /// Whether it is no group of its own: not known, or several together.
    is_rest: bool,
}

impl Bar {
    fn of(group: &Group<'_>) -> Self {
        let [low, usd, high] = group.sum.or_nothing();
        Self {
            label: group.label.clone(),
            usd,
            range: (low, high),
            incidents: group.incidents.len(),
            without_amount: group.sum.without_amount,
            is_rest: matches!(group.key.as_str(), "unknown" | "other"),
        }
    }

    fn rest(groups: &[Group<'_>]) -> Self {
        Self {
            label: format!("{} more groups", groups.len()),
            usd: groups.iter().filter_map(|group| group.sum.usd).sum(),
            range: (
                groups.iter().filter_map(|group| group.sum.usd_low).sum(),
                groups.iter().filter_map(|group| group.sum.usd_high).sum(),
            ),
            incidents: groups.iter().map(|group| group.incidents.len()).sum(),
            without_amount: groups.iter().map(|group| group.sum.without_amount).sum(),
            is_rest: true,
        }
    }

    fn is_unknown(&self) -> bool {
        self.without_amount == self.incidents
    }

    fn words(&self) -> String {
        let incidents = incidents(self.incidents);
        match self.without_amount {
            0 => format!("{} in {incidents}", short(self.usd)),
            _ if self.is_unknown() => format!("unknown amount, {incidents}"),
            count => format!("{} in {incidents}, {count} without amount", short(self.usd)),
        }
    }
}

/// Draws the sums by one thing.
pub(super) fn draw(
    statistics: &Statistics<'_>,
    by: GroupBy,
    (name, title): (&'static str, &str),
) -> Drawing {
    let mut frame = Frame::new(name, title);
    frame.rules(statistics);
    let groups = statistics.by(by);
    if groups.is_empty() {
        frame.nothing("No incident is counted under this rule.");
    } else {
        let whisker = "between the least and the most that the claims allow for".to_owned();
        frame.legend(&[
            (Sign::Bar(0), "a group".to_owned()),
            (Sign::Bar(REST), "not known, other, or several groups together".to_owned()),
            (Sign::Whisker, whisker),
        ]);
        let shown = if groups.len() > BARS_MAX + 1 { BARS_MAX } else { groups.len() };
        let (shown, rest) = groups.split_at(shown);
        let mut bars: Vec<Bar> = shown.iter().map(Bar::of).collect();
        if !rest.is_empty() {
            bars.push(Bar::rest(rest));
        }
        rows(&mut frame, &bars);
    }
    frame.finish(&ledger_source(statistics))
}

fn rows(frame: &mut Frame, bars: &[Bar]) {
    let top = frame.free + 10.0;
    let most = bars.iter().map(|bar| bar.range.1.max(bar.usd).cents()).max().unwrap_or(0);
    let marks = marks(most);
    let scale = Scale::new(marks.last().copied().unwrap_or(1), LEFT, RIGHT);
    let bottom = top + ROW * super::scale::count(bars.len());
    for mark in &marks {
        let x = scale.at(*mark);
        frame.canvas.line((x, top), (x, bottom), (Ink::Line, 1.0));
        let text = short_cents(*mark);
        let text = Text::new((x, bottom + 16.0), &text).ink(Ink::Soft);
        frame.canvas.text(text.anchor(Anchor::Middle));
    }
    for (at, bar) in bars.iter().enumerate() {
        row(frame, bar, (&scale, top + ROW * super::scale::count(at)));
    }
    frame.canvas.line((LEFT, top), (LEFT, bottom), (Ink::Soft, 1.2));
    frame.free = bottom + 36.0;
}

fn row(frame: &mut Frame, bar: &Bar, (scale, top): (&Scale, f64)) {
    let canvas = &mut frame.canvas;
    let middle = top + ROW / 2.0;
    let label = fit(&bar.label, 12.0, LEFT - MARGIN - 12.0);
    canvas.text(Text::new((LEFT - 10.0, middle + 4.0), &label).size(12.0).anchor(Anchor::End));
    let end = scale.at(bar.usd.cents());
    let place = Area { left: LEFT, top: top + 5.0, width: end - LEFT, height: ROW - 10.0 };
    let words = bar.words();
    let series = if bar.is_rest { REST } else { 0 };
    canvas.mark(&format!("{}: {words}", bar.label), |canvas| canvas.bar(place, series));
    let (low, high) = bar.range;
    let mut right = end;
    if low != high {
        let title = format!("{}: the claims allow for {}", bar.label, between(low, high));
        let ends = (scale.at(low.cents()), scale.at(high.cents()));
        right = right.max(ends.1);
        canvas.mark(&title, |canvas| {
            let ink = (Ink::Text, 1.4);
            canvas.line((ends.0, middle), (ends.1, middle), ink);
            canvas.line((ends.0, middle - 4.0), (ends.0, middle + 4.0), ink);
            canvas.line((ends.1, middle - 4.0), (ends.1, middle + 4.0), ink);
        });
    }
    canvas.text(Text::new((right + 8.0, middle + 4.0), &words).halo());
}
