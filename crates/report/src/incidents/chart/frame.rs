//! What all pictures have around them: title, what is counted, legend, source.
#![expect(clippy::float_arithmetic, reason = "places on a picture, not value")]

use hawkshaw_incidents::Statistics;

use super::canvas::{Area, At, Canvas, Text};
use super::ink::Ink;
use super::typeface::{FAMILIES, Weight, width, wrap};
use crate::markup::Markup;

/// The width of every picture.
pub(super) const WIDTH: f64 = 960.0;
/// What stays free at the sides.
pub(super) const MARGIN: f64 = 28.0;
const SMALL: f64 = 11.0;
const LINE: f64 = 15.5;

/// A picture in the making, from the top down.
#[derive(Debug)]
pub(super) struct Frame {
    name: &'static str,
    title: String,
    pub(super) canvas: Canvas,
    /// Where nothing is drawn yet.
    pub(super) free: f64,
}

/// A picture that is drawn.
#[derive(Debug)]
pub(in crate::incidents) struct Drawing {
    pub(in crate::incidents) name: &'static str,
    pub(in crate::incidents) title: String,
    height: f64,
    body: Markup,
}

/// What stands before a word of a legend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// The fill of a series.
    Bar(usize),
    /// A letter in a ring of the colour of a series.
    Letter(char, usize),
    /// A line with ends.
    Whisker,
    /// A band of the colour of a series.
    Band(usize),
}

impl Frame {
    pub(super) fn new(name: &'static str, title: &str) -> Self {
        let mut canvas = Canvas::new(name);
        canvas.text(Text::new((MARGIN, 38.0), title).size(20.0).bold());
        Self { name, title: title.to_owned(), canvas, free: 60.0 }
    }

    /// Writes what is shown, below the title.
    pub(super) fn say(&mut self, text: &str) {
        self.lines(text, 12.0);
    }

    fn lines(&mut self, text: &str, size: f64) {
        for line in wrap(&crate::text::prose(text), size, WIDTH - 2.0 * MARGIN) {
            let text = Text::new((MARGIN, self.free), &line).size(size).ink(Ink::Soft);
            self.canvas.text(text);
            self.free += LINE;
        }
    }

    /// Says which incidents are counted and which claim gives an amount.
    pub(super) fn rules(&mut self, statistics: &Statistics<'_>) {
        self.say(&format!("Counted: {}.", statistics.inclusion));
        self.say(&format!("Amounts: {}.", statistics.price_rule));
    }

    /// Writes a legend in as many rows as it needs.
    pub(super) fn legend(&mut self, items: &[(Sign, String)]) {
        const SIGN: f64 = 24.0;
        let mut left = MARGIN;
        self.free += 8.0;
        for (sign, words) in items {
            let wide = SIGN + width(words, SMALL, Weight::Regular) + 20.0;
            if left + wide > WIDTH - MARGIN && left > MARGIN {
                left = MARGIN;
                self.free += 18.0;
            }
            self.sign(*sign, (left, self.free));
            self.canvas.text(Text::new((left + SIGN, self.free), words).size(SMALL));
            left += wide;
        }
        self.free += 14.0;
    }

    fn sign(&mut self, sign: Sign, (x, y): At) {
        let canvas = &mut self.canvas;
        let place = Area { left: x, top: y - 9.5, width: 17.0, height: 11.0 };
        match sign {
            Sign::Bar(series) => canvas.bar(place, series),
            Sign::Band(series) => {
                canvas.veil(place, Ink::Series(series));
                let middle = y - 4.0;
                canvas.line((x, middle), (x + 17.0, middle), (Ink::Series(series), 2.0));
            }
            Sign::Letter(letter, series) => {
                Self::letter(canvas, letter, ((x + 9.0, y - 4.0), series))
            }
            Sign::Whisker => whisker(canvas, x + 9.0, (y - 10.0, y + 2.0)),
        }
    }

    /// Draws a letter in a ring.
    pub(super) fn letter(canvas: &mut Canvas, letter: char, (at, series): (At, usize)) {
        canvas.ring(at, 7.0, Ink::Series(series));
        let text = letter.to_string();
        let text = Text::new((at.0, at.1 + 3.2), &text).size(9.0).bold();
        canvas.text(text.anchor(super::canvas::Anchor::Middle));
    }

    /// Says in the middle of an empty picture why it is empty.
    pub(super) fn nothing(&mut self, why: &str) {
        let place =
            Area { left: MARGIN, top: self.free + 6.0, width: WIDTH - 2.0 * MARGIN, height: 120.0 };
        self.canvas.veil(place, Ink::Line);
        let text = Text::new((WIDTH / 2.0, self.free + 71.0), why).size(14.0).ink(Ink::Soft);
        self.canvas.text(text.anchor(super::canvas::Anchor::Middle));
        self.free += 140.0;
    }

    /// Ends the picture with where its figures are from.
    pub(super) fn finish(mut self, source: &str) -> Drawing {
        self.free += 8.0;
        self.lines(source, 10.5);
        Drawing {
            name: self.name,
            title: self.title,
            height: self.free,
            body: self.canvas.into_markup(),
        }
    }
}

/// A line with ends, from the most to the least.
pub(super) fn whisker(canvas: &mut Canvas, x: f64, (top, bottom): (f64, f64)) {
    let ink = (Ink::Text, 1.4);
    canvas.line((x, top), (x, bottom), ink);
    canvas.line((x - 4.0, top), (x + 4.0, top), ink);
    canvas.line((x - 4.0, bottom), (x + 4.0, bottom), ink);
}

impl Drawing {
    /// Writes the picture as SVG, into a page or alone.
    pub(in crate::incidents) fn write(&self, out: &mut Markup) {
        let (width, height) = (format!("{WIDTH:.0}"), format!("{:.0}", self.height.ceil()));
        let view = format!("0 0 {width} {height}");
        let root = [
            ("xmlns", "http://www.w3.org/2000/svg"),
            ("class", "picture"),
            ("width", width.as_str()),
            ("height", &height),
            ("viewBox", &view),
            ("role", "img"),
            ("aria-label", &self.title),
            ("font-family", FAMILIES),
        ];
        out.node("svg", &root, |out| {
            out.line();
            let paper = [
                ("class", Ink::Paper.fill()),
                ("width", width.as_str()),
                ("height", &height),
                ("fill", Ink::Paper.colour()),
            ];
            out.void("rect", &paper);
            out.line();
            out.append(&self.body);
        });
        out.line();
    }
}

/// Where the figures of a picture are from that shows the ledger alone.
pub(super) fn ledger_source(statistics: &Statistics<'_>) -> String {
    let count = statistics.incidents.len();
    let incidents = crate::incidents::text::incidents(count);
    format!(
        "Source: the incident ledger of Hawkshaw, {incidents}; every figure with its claimants \
         and links stands in the ledger."
    )
}
