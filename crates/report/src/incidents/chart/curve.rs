//! US dollars stolen in all, day by day, with the largest incidents by name.
#![expect(clippy::float_arithmetic, reason = "places on a picture, not value")]

use hawkshaw_incidents::{Counted, PartialDate, Statistics, Usd};

use super::axis::{LEFT, RIGHT, money_axis};
use super::canvas::{Anchor, At, Text};
use super::frame::{Drawing, Frame, Sign, ledger_source};
use super::ink::Ink;
use super::scale::{Scale, marks, short};
use super::typeface::{Weight, fit, width};

const TITLE: &str = "US dollars stolen in all, day by day";
const HEIGHT: f64 = 360.0;
/// Incidents that are named.
const NAMED_MAX: usize = 9;
const LABEL: f64 = 11.0;
const LABEL_WIDTH: f64 = 230.0;
const LINE: f64 = 15.0;

/// An incident on the curve.
struct Step<'a> {
    one: &'a Counted<'a>,
    day: f64,
    /// The sums before it and with it.
    before: Usd,
    sum: Usd,
    low: Usd,
    high: Usd,
}

/// Draws the curve.
pub(super) fn draw(statistics: &Statistics<'_>) -> Drawing {
    let mut frame = Frame::new("stolen-in-all", TITLE);
    frame.rules(statistics);
    frame.say(
        "An incident of which the day is not known stands at the last day on which it can have \
         happened; one without an amount adds nothing.",
    );
    let steps = steps(&statistics.incidents);
    if steps.is_empty() {
        frame.nothing("No incident with an amount is counted under this rule.");
        return frame.finish(&ledger_source(statistics));
    }
    let all = "between the sums of the least and of the most that the claims allow for";
    frame.legend(&[(Sign::Band(0), format!("sum, and the band {all}"))]);
    curve(&mut frame, &steps);
    frame.finish(&ledger_source(statistics))
}

fn steps<'a>(incidents: &'a [Counted<'a>]) -> Vec<Step<'a>> {
    let mut priced: Vec<&Counted<'_>> =
        incidents.iter().filter(|one| one.figure.usd.is_some()).collect();
    priced.sort_by_key(|one| (one.incident.dates.theft.last(), &one.incident.id));
    let (mut sum, mut low, mut high) = (Usd::ZERO, Usd::ZERO, Usd::ZERO);
    let step = |one: &'a Counted<'a>| {
        let before = sum;
        sum = sum.plus(one.figure.usd.unwrap_or_default());
        low = low.plus(one.figure.low.unwrap_or_default());
        high = high.plus(one.figure.high.unwrap_or_default());
        Step { one, day: last_day(&one.incident.dates.theft), before, sum, low, high }
    };
    priced.into_iter().map(step).collect()
}

/// The last possible day as a year with its part.
fn last_day(date: &PartialDate) -> f64 {
    let last = date.last();
    f64::from(last.year()) + f64::from(last.day_of_year()) / f64::from(last.days_in_year())
}

fn curve(frame: &mut Frame, steps: &[Step<'_>]) {
    let most = steps.last().map_or(0, |last| last.high.max(last.sum).cents());
    let (top, bottom) = (frame.free + 22.0, frame.free + 22.0 + HEIGHT);
    let marks = marks(most);
    let scale = Scale::new(marks.last().copied().unwrap_or(1), bottom, top);
    money_axis(&mut frame.canvas, &marks, &scale);
    let first = steps.first().map_or(0.0, |step| (step.day - 0.003).floor());
    let end = steps.last().map_or(1.0, |step| step.day.ceil()).max(first + 1.0);
    let x = |day: f64| LEFT + (RIGHT - LEFT) * ((day - first) / (end - first)).clamp(0.0, 1.0);
    years(frame, (first, end), (&x, bottom));
    let stairs = |of: &dyn Fn(&Step<'_>) -> Usd| -> Vec<At> {
        let mut places = vec![(x(first), scale.at(0))];
        for step in steps {
            let level = places.last().map_or(bottom, |last| last.1);
            places.push((x(step.day), level));
            places.push((x(step.day), scale.at(of(step).cents())));
        }
        places
    };
    let mut around = stairs(&|step| step.high);
    around.extend(stairs(&|step| step.low).into_iter().rev());
    frame.canvas.surface(&around, Ink::Series(0));
    frame.canvas.polyline(&stairs(&|step| step.sum), (Ink::Series(0), 2.2));
    for step in steps {
        let incident = step.one.incident;
        let title = format!(
            "{} ({}): {}, {} in all",
            incident.title,
            incident.dates.theft,
            step.one.figure.usd.unwrap_or_default().for_people(),
            step.sum.for_people()
        );
        let at = (x(step.day), scale.at(step.sum.cents()));
        frame.canvas.mark(&title, |canvas| canvas.dot(at, 2.4, Ink::Series(0)));
    }
    names(frame, steps, (&x, &scale));
    total(frame, steps, (&x, &scale));
    frame.free = bottom + 38.0;
}

/// Writes the sum and its range where the curve ends.
fn total(frame: &mut Frame, steps: &[Step<'_>], (x, scale): (&dyn Fn(f64) -> f64, &Scale)) {
    let Some(last) = steps.last() else { return };
    let at = (x(last.day), scale.at(last.high.max(last.sum).cents()) - 10.0);
    let range = match last.low == last.high {
        true => String::new(),
        false => format!(" ({}–{})", short(last.low), short(last.high)),
    };
    let text = format!("{}{range}", short(last.sum));
    let left = at.0.min(RIGHT - width(&text, 12.0, Weight::Bold) / 2.0);
    let text = Text::new((left, at.1), &text).size(12.0).bold();
    frame.canvas.text(text.anchor(Anchor::Middle).halo());
}

/// Draws a line and the number of every year, or of every so many where they are many.
fn years(frame: &mut Frame, (first, end): (f64, f64), (x, bottom): (&dyn Fn(f64) -> f64, f64)) {
    let every = ((end - first) / 22.0).ceil().max(1.0);
    let mut year = first;
    while year < end {
        frame.canvas.line((x(year), bottom), (x(year), bottom + 5.0), (Ink::Soft, 1.0));
        let text = format!("{year:.0}");
        let middle = x((year + 0.5).min(end));
        let text = Text::new((middle, bottom + 18.0), &text).ink(Ink::Soft);
        frame.canvas.text(text.anchor(Anchor::Middle));
        year += every;
    }
}

/// Names the largest incidents beside the curve, to its left where there is space.
fn names(frame: &mut Frame, steps: &[Step<'_>], (x, scale): (&dyn Fn(f64) -> f64, &Scale)) {
    let mut largest: Vec<&Step<'_>> = steps.iter().collect();
    largest.sort_by_key(|step| std::cmp::Reverse(step.one.figure.usd));
    largest.truncate(NAMED_MAX);
    largest.sort_by(|a, b| a.day.total_cmp(&b.day).then(a.sum.cmp(&b.sum)));
    let mut above = f64::INFINITY;
    for step in largest {
        let usd = short(step.one.figure.usd.unwrap_or_default());
        let text = format!("{} {usd}", fit(&step.one.incident.title, LABEL, LABEL_WIDTH));
        let wide = width(&text, LABEL, Weight::Regular);
        let at = (x(step.day), (scale.at(step.before.cents()) + scale.at(step.sum.cents())) / 2.0);
        let is_left = at.0 - wide - 22.0 > LEFT;
        if is_left {
            let y = (at.1 - 8.0).min(above - LINE);
            above = y;
            frame.canvas.line((at.0 - 14.0, y - 3.5), (at.0 - 1.0, at.1), (Ink::Soft, 0.8));
            let text = Text::new((at.0 - 17.0, y), &text).size(LABEL).anchor(Anchor::End);
            frame.canvas.text(text.halo());
        } else {
            let y = (at.1 - 14.0).min(above - LINE);
            above = y;
            frame.canvas.line((at.0 + 1.0, y + 3.0), (at.0, at.1), (Ink::Soft, 0.8));
            frame.canvas.text(Text::new((LEFT + 6.0, y), &text).size(LABEL).halo());
        }
    }
}
