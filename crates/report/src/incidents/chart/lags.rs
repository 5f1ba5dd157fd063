//! The correlation of thefts and launches by lag, every test of it beside the others.
#![expect(clippy::float_arithmetic, reason = "places on a picture, not value")]

use hawkshaw_incidents::{CorrelationTest, LAG_MONTHS_MAX, Vocabulary as _};

use super::axis::RIGHT;
use super::canvas::{Anchor, Area, Text};
use super::frame::{Frame, MARGIN};
use super::ink::{Ink, REST};
use super::scale::count;
use crate::incidents::text::lag;

const HEIGHT: f64 = 86.0;
const GAP: f64 = 34.0;

/// Draws a small panel for each test.
pub(super) fn draw(frame: &mut Frame, tests: &[CorrelationTest]) {
    let heading = "Rank correlation of thefts and launches, by months that the launches come later";
    frame.canvas.text(Text::new((MARGIN, frame.free), heading).size(12.0).bold());
    frame.free += 17.0;
    if tests.is_empty() {
        frame.say("Too few months, or no change in them, to say whether the two go together.");
        return;
    }
    frame.say(
        "Spearman's, month by month; p is the part of all circular shifts that reach as much, \
         corrected for the lags tried. A correlation is no cause, and one of several tests below \
         0.05 is no discovery.",
    );
    let top = frame.free + 16.0;
    let wide = (RIGHT - MARGIN - GAP * (count(tests.len()) - 1.0)) / count(tests.len());
    let sizes = tests.iter().flat_map(|test| &test.lags).map(|lag| lag.correlation.0.abs());
    let most = f64::from(sizes.max().unwrap_or(0).max(250).div_euclid(250) * 250 + 250).min(1000.0);
    for (at, test) in tests.iter().enumerate() {
        panel(frame, test, (MARGIN + (wide + GAP) * count(at), wide, top, most));
    }
    frame.free = top + HEIGHT + 66.0;
}

fn panel(frame: &mut Frame, test: &CorrelationTest, (left, wide, top, most): (f64, f64, f64, f64)) {
    let canvas = &mut frame.canvas;
    let (middle, axis) = (top + 8.0 + HEIGHT / 2.0, left + 30.0);
    let name = format!("{}, {}", aspect(test), test.form.label());
    canvas.text(Text::new((left, top), &name).bold());
    let y = |thousandths: f64| middle - thousandths / most * HEIGHT / 2.0;
    for mark in [-most, 0.0, most] {
        let ink = if mark == 0.0 { Ink::Soft } else { Ink::Line };
        canvas.line((axis, y(mark)), (left + wide, y(mark)), (ink, 1.0));
        let text = format!("{:+.2}", mark / 1_000.0);
        let text = if mark == 0.0 { "0" } else { &text };
        let text = Text::new((axis - 4.0, y(mark) + 3.5), text).size(9.0).ink(Ink::Soft);
        canvas.text(text.anchor(Anchor::End));
    }
    let slot = (wide - 30.0) / f64::from(2 * LAG_MONTHS_MAX + 1);
    for one in &test.lags {
        let x = axis + slot * (f64::from(one.months + LAG_MONTHS_MAX) + 0.5);
        let end = y(f64::from(one.correlation.0));
        let place = Area {
            left: x - slot * 0.36,
            top: end.min(middle),
            width: slot * 0.72,
            height: (end - middle).abs(),
        };
        let title = format!("{}: {}, p {}", lag(one.months), one.correlation, one.p);
        let series = if one.months == test.strongest.months { 0 } else { REST };
        canvas.mark(&title, |canvas| canvas.bar(place, series));
        if one.months % 3 == 0 {
            let text = if one.months == 0 { "0".to_owned() } else { format!("{:+}", one.months) };
            let at = (x, middle + HEIGHT / 2.0 + 14.0);
            let text = Text::new(at, &text).size(9.0).ink(Ink::Soft);
            canvas.text(text.anchor(Anchor::Middle));
        }
    }
    let strongest = test.strongest;
    let below = middle + HEIGHT / 2.0;
    let words = format!("strongest {}: {}", strongest.correlation, lag(strongest.months));
    canvas.text(Text::new((left, below + 31.0), &words).size(10.0));
    let words = format!("p {}, corrected {}", strongest.p, test.p_corrected);
    canvas.text(Text::new((left, below + 45.0), &words).size(10.0));
}

fn aspect(test: &CorrelationTest) -> &'static str {
    match test.aspect {
        hawkshaw_incidents::Aspect::Usd => "US dollars",
        hawkshaw_incidents::Aspect::Thefts => "number of thefts",
    }
}
