//! Figures of several claimants per year: a letter for each claimant, none hidden by another.
#![expect(clippy::float_arithmetic, reason = "places on a picture, not value")]

use super::axis::{LEFT, RIGHT, axis};
use super::canvas::{Anchor, Area, Canvas, Text};
use super::frame::{Frame, Sign, whisker};
use super::ink::{Ink, REST};
use super::scale::{Scale, count, marks};
use super::typeface::fit;

/// A figure that somebody gives for a year.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    /// Who gives it.
    pub(super) by: String,
    pub(super) value: u64,
    /// What is shown where one points at it.
    pub(super) title: String,
}

/// A year with everything that is said of it.
#[derive(Debug, Clone)]
pub(super) struct Year {
    pub(super) year: i16,
    pub(super) figures: Vec<Figure>,
    /// The least, the figure and the most of the ledger, drawn as a bar with a whisker.
    pub(super) ledger: Option<[u64; 3]>,
}

/// A swarm in the making.
pub(super) struct Swarm<'a> {
    pub(super) years: Vec<Year>,
    /// How figures are written.
    pub(super) label: &'a dyn Fn(u64) -> String,
    /// How the least and the most are written, in a line or two.
    pub(super) range: &'a dyn Fn(u64, u64) -> Vec<String>,
    /// Figures above this are drawn at the upper end, with their value beside them.
    pub(super) most: Option<u64>,
}

const HEIGHT: f64 = 320.0;
/// The part of the width of a year that the bar of the ledger takes, and its limit.
const BAR: f64 = 0.92;
const BAR_MAX: f64 = 100.0;
/// How far two letters have to be from each other.
const APART: f64 = 14.6;

impl Swarm<'_> {
    /// Draws legend, axes and figures.
    pub(super) fn draw(&self, frame: &mut Frame, more: &[(Sign, String)]) {
        let claimants = self.claimants();
        let sign = |(at, by): (usize, &String)| {
            (Sign::Letter(letter(at), at % REST), fit(by, 11.0, 300.0))
        };
        let legend: Vec<_> = claimants.iter().enumerate().map(sign).chain(more.to_vec()).collect();
        frame.legend(&legend);
        let ledger = self.years.iter().filter_map(|year| year.ledger).flatten();
        let figures = self.years.iter().flat_map(|year| &year.figures).map(|figure| figure.value);
        let most = figures.chain(ledger).max().unwrap_or(0);
        let marks = marks(self.most.map_or(most, |limit| most.min(limit)));
        let (top, bottom) = (frame.free + 34.0, frame.free + 34.0 + HEIGHT);
        let scale = Scale::new(marks.last().copied().unwrap_or(1), bottom, top);
        axis(&mut frame.canvas, &marks, (&scale, self.label));
        let wide = (RIGHT - LEFT) / count(self.years.len().max(1));
        for (at, year) in self.years.iter().enumerate() {
            let middle = LEFT + wide * (count(at) + 0.5);
            let label = year.year.to_string();
            let name = Text::new((middle, bottom + 18.0), &label).bold().anchor(Anchor::Middle);
            frame.canvas.text(name);
            if let Some(ledger) = year.ledger {
                self.bar(&mut frame.canvas, (year.year, ledger), (middle, wide, &scale));
            }
            self.figures(&mut frame.canvas, year, (middle, wide, &scale), &claimants);
        }
        frame.free = bottom + 40.0;
    }

    /// Who gives figures, in the order in which they first do.
    fn claimants(&self) -> Vec<String> {
        let mut claimants: Vec<String> = Vec::new();
        for figure in self.years.iter().flat_map(|year| &year.figures) {
            if !claimants.contains(&figure.by) {
                claimants.push(figure.by.clone());
            }
        }
        claimants
    }

    fn bar(
        &self,
        canvas: &mut Canvas,
        (year, [low, point, high]): (i16, [u64; 3]),
        (middle, wide, scale): (f64, f64, &Scale),
    ) {
        let wide = (wide * BAR).min(BAR_MAX);
        let place = Area {
            left: middle - wide / 2.0,
            top: scale.at(point),
            width: wide,
            height: scale.at(0) - scale.at(point),
        };
        let label = self.label;
        let title = format!("{year}, this ledger: {}", label(point));
        canvas.mark(&title, |canvas| {
            canvas.veil(place, Ink::Soft);
            let top = scale.at(point);
            canvas.line((place.left, top), (place.left + wide, top), (Ink::Text, 2.0));
        });
        if low != high {
            let title = format!(
                "{year}: the claims of the ledger allow for {} to {}",
                label(low),
                label(high)
            );
            let x = place.left + 6.0;
            canvas.mark(&title, |canvas| whisker(canvas, x, (scale.at(high), scale.at(low))));
        }
    }

    fn figures(
        &self,
        canvas: &mut Canvas,
        year: &Year,
        (middle, wide, scale): (f64, f64, &Scale),
        claimants: &[String],
    ) {
        // Beside the whisker at the left of the bar of the ledger.
        let aside = if year.ledger.is_some() { 8.0 } else { 0.0 };
        let space = (middle + aside, wide - 2.0 * aside - 12.0);
        let mut placed: Vec<Span> = Vec::new();
        for (at, by) in claimants.iter().enumerate() {
            let own: Vec<&Figure> = year.figures.iter().filter(|one| one.by == *by).collect();
            let ends =
                own.iter().map(|one| one.value).min().zip(own.iter().map(|one| one.value).max());
            let Some((least, most)) = ends else { continue };
            let (top, bottom) = (scale.at(most), scale.at(least));
            let x = free_place(&placed, space, (top, bottom));
            placed.push(Span { x, top, bottom });
            canvas.line((x, top), (x, bottom), (Ink::Series(at % REST), 1.8));
            for figure in own {
                let place = (x, scale.at(figure.value));
                canvas.mark(&figure.title, |canvas| {
                    Frame::letter(canvas, letter(at), (place, at % REST));
                });
            }
        }
        let values = || year.figures.iter().map(|figure| figure.value);
        if let Some((least, most)) = values().min().zip(values().max()) {
            let ledger = year.ledger.map_or(0, |ledger| ledger[2]);
            let mut y = scale.at(most.max(ledger)) - 12.0;
            for line in (self.range)(least, most).iter().rev() {
                let text = Text::new((middle, y), line).size(10.0).anchor(Anchor::Middle);
                canvas.text(text.halo());
                y -= 12.0;
            }
        }
    }
}

/// Where the letters of a claimant stand.
#[derive(Debug, Clone, Copy)]
struct Span {
    x: f64,
    top: f64,
    bottom: f64,
}

/// The place nearest to the middle at which letters touch no others; where there is none, that
/// which is farthest from all others.
fn free_place(placed: &[Span], (middle, wide): (f64, f64), (top, bottom): (f64, f64)) -> f64 {
    let distance = |x: f64| {
        let apart = |other: &Span| {
            let between = (top - other.bottom).max(other.top - bottom).max(0.0);
            (other.x - x).hypot(between)
        };
        placed.iter().map(apart).fold(f64::INFINITY, f64::min)
    };
    let mut best = (distance(middle), middle);
    let mut away = 0.0;
    while away <= wide / 2.0 && best.0 < APART {
        for x in [middle - away, middle + away] {
            let apart = distance(x);
            if best.0 < APART && apart > best.0 {
                best = (apart, x);
            }
        }
        away += 1.0;
    }
    best.1
}

/// The letter of a claimant; beyond the alphabet all have the same sign.
fn letter(at: usize) -> char {
    u8::try_from(at).ok().filter(|at| *at < 26).map_or('+', |at| char::from(b'A' + at))
}

#[cfg(test)]
mod tests {
    use super::{APART, Span, free_place, letter};

    #[test]
    fn letters_do_not_hide_each_other() {
        let mut placed: Vec<Span> = Vec::new();
        for (top, bottom) in [(50.0, 50.0), (40.0, 60.0), (52.0, 52.0), (90.0, 90.0)] {
            let x = free_place(&placed, (100.0, 90.0), (top, bottom));
            let apart = |other: &Span| {
                (other.x - x).abs() >= APART
                    || bottom + APART <= other.top
                    || other.bottom + APART <= top
            };
            assert!(placed.iter().all(apart), "{x} {placed:?}");
            placed.push(Span { x, top, bottom });
        }
        assert_eq!((placed[0].x, placed[3].x), (100.0, 100.0));
        assert_eq!((letter(0), letter(25), letter(26)), ('A', 'Z', '+'));
    }
}
