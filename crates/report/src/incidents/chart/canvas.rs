//! A picture in the making: shapes with tooltips, text, fills by colour and pattern.

use super::ink::{Ink, PATTERNS, SERIES_MAX};
use super::typeface::Weight;
use crate::markup::Markup;
use crate::outline::{Outline, number};

/// A place: from the left, from the top.
pub(super) type At = (f64, f64);

/// A picture in the making.
#[derive(Debug)]
pub(super) struct Canvas {
    /// The name of the picture, unique on a page.
    name: &'static str,
    out: Markup,
}

/// A rectangle.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Where a text stands to its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A text and how it is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    at: At,
    text: &'a str,
    size: f64,
    weight: Weight,
    anchor: Anchor,
    ink: Ink,
    halo: bool,
}

impl<'a> Text<'a> {
    /// A text that begins at a place, in the size of labels.
    pub(super) fn new(at: At, text: &'a str) -> Self {
        let (weight, anchor) = (Weight::Regular, Anchor::Start);
        Self { at, text, size: 11.0, weight, anchor, ink: Ink::Text, halo: false }
    }

    pub(super) fn size(self, size: f64) -> Self {
        Self { size, ..self }
    }

    pub(super) fn bold(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }

    pub(super) fn anchor(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(super) fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }

    /// With the colour of the paper around every letter, to stand on lines.
    pub(super) fn halo(self) -> Self {
        Self { halo: true, ..self }
    }
}

impl Canvas {
    /// An empty picture with the patterns that it may use.
    pub(super) fn new(name: &'static str) -> Self {
        let mut canvas = Self { name, out: Markup::default() };
        canvas.patterns();
        canvas
    }

    pub(super) fn into_markup(self) -> Markup {
        self.out
    }

    /// Shapes that belong together, with a text that is shown where one points at them.
    pub(super) fn mark(&mut self, title: &str, inside: impl FnOnce(&mut Self)) {
        self.out.raw("<g>");
        self.out.leaf("title", &[], title);
        inside(self);
        self.out.raw("</g>\n");
    }

    pub(super) fn text(&mut self, text: Text<'_>) {
        let (x, y, size) = (number(text.at.0), number(text.at.1), number(text.size));
        let anchor = match text.anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let weight = if text.weight == Weight::Bold { "700" } else { "400" };
        let ink = text.ink;
        let class = if text.halo { format!("{} halo", ink.fill()) } else { ink.fill().to_owned() };
        let mut attributes = vec![
            ("class", class.as_str()),
            ("x", &x),
            ("y", &y),
            ("font-size", &size),
            ("font-weight", weight),
            ("text-anchor", anchor),
            ("fill", ink.colour()),
        ];
        if text.halo {
            attributes.extend([
                ("stroke", Ink::Paper.colour()),
                ("stroke-width", "3"),
                ("stroke-linejoin", "round"),
                ("paint-order", "stroke"),
            ]);
        }
        self.out.leaf("text", &attributes, text.text);
        self.out.line();
    }

    /// A filled rectangle.
    pub(super) fn rect(&mut self, place: Area, ink: Ink) {
        self.filled(place, (ink.fill(), ink.colour()), "1");
    }

    /// A filled rectangle that lets through what is behind it.
    pub(super) fn veil(&mut self, place: Area, ink: Ink) {
        self.filled(place, (ink.fill(), ink.colour()), "0.22");
    }

    /// A rectangle in the colour and the pattern of a series.
    pub(super) fn bar(&mut self, place: Area, series: usize) {
        let series = series.min(SERIES_MAX - 1);
        self.rect(place, Ink::Series(series));
        if !PATTERNS[series].is_empty() {
            let pattern = format!("url(#{}-{series})", self.name);
            self.filled(place, ("", &pattern), "1");
        }
    }

    fn filled(&mut self, place: Area, (class, fill): (&str, &str), opacity: &str) {
        let (x, y) = (number(place.left), number(place.top));
        let (width, height) = (number(place.width.max(0.0)), number(place.height.max(0.0)));
        let mut attributes = vec![
            ("x", x.as_str()),
            ("y", &y),
            ("width", &width),
            ("height", &height),
            ("fill", fill),
            ("fill-opacity", opacity),
        ];
        if !class.is_empty() {
            attributes.push(("class", class));
        }
        self.out.void("rect", &attributes);
    }

    /// A straight line.
    pub(super) fn line(&mut self, from: At, to: At, ink: (Ink, f64)) {
        self.polyline(&[from, to], ink);
    }

    /// A line through places.
    pub(super) fn polyline(&mut self, through: &[At], (ink, width): (Ink, f64)) {
        let width = number(width);
        let attributes = [
            ("class", ink.stroke()),
            ("fill", "none"),
            ("stroke", ink.colour()),
            ("stroke-width", &width),
        ];
        self.out.path(&attributes, &Outline::through(through));
        self.out.line();
    }

    /// A surface that lets through what is behind it, between places all around.
    pub(super) fn surface(&mut self, around: &[At], ink: Ink) {
        let attributes = [("class", ink.fill()), ("fill", ink.colour()), ("fill-opacity", "0.22")];
        self.out.path(&attributes, &Outline::through(around).closed());
        self.out.line();
    }

    /// A circle that is filled with paper and drawn with an ink.
    pub(super) fn ring(&mut self, centre: At, radius: f64, ink: Ink) {
        let class = format!("f-paper {}", ink.stroke());
        self.circle((centre, radius), &class, [Ink::Paper.colour(), ink.colour()]);
    }

    /// A filled circle.
    pub(super) fn dot(&mut self, centre: At, radius: f64, ink: Ink) {
        self.circle((centre, radius), ink.fill(), [ink.colour(), "none"]);
    }

    fn circle(&mut self, (centre, radius): (At, f64), class: &str, [fill, stroke]: [&str; 2]) {
        let (x, y, r) = (number(centre.0), number(centre.1), number(radius));
        let attributes = [
            ("class", class),
            ("cx", &x),
            ("cy", &y),
            ("r", &r),
            ("fill", fill),
            ("stroke", stroke),
            ("stroke-width", "1.8"),
        ];
        self.out.void("circle", &attributes);
    }

    fn patterns(&mut self) {
        let name = self.name;
        self.out.node("defs", &[], |out| {
            for (series, path) in PATTERNS.iter().enumerate().filter(|(_, path)| !path.is_empty()) {
                let id = format!("{name}-{series}");
                let attributes = [
                    ("id", id.as_str()),
                    ("width", "8"),
                    ("height", "8"),
                    ("patternUnits", "userSpaceOnUse"),
                ];
                let line = [
                    ("class", "hatch"),
                    ("d", path),
                    ("fill", "none"),
                    ("stroke", "#ffffff"),
                    ("stroke-width", "1.3"),
                    ("stroke-opacity", "0.6"),
                ];
                out.node("pattern", &attributes, |out| out.void("path", &line));
            }
        });
        self.out.line();
    }
}
