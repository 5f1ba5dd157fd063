//! Colours and fills of pictures, by what they stand for.
//!
//! Every shape has both a class, by which a page may choose its own colour, and the colour for
//! white paper. The colours of series keep apart for all common forms of colour blindness
//! (Okabe and Ito 2008), and each has a pattern of its own beside.

/// What a colour stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Text and axes.
    Text,
    /// Text that steps back.
    Soft,
    /// Lines of a grid.
    Line,
    /// What lies behind everything.
    Paper,
    /// A series by number; the last number is that of everything else.
    Series(usize),
}

/// How many series have a colour.
pub(super) const SERIES_MAX: usize = 7;

/// The series of everything else.
pub(super) const REST: usize = SERIES_MAX - 1;

const FILLS: [&str; SERIES_MAX] = ["f-0", "f-1", "f-2", "f-3", "f-4", "f-5", "f-6"];
const STROKES: [&str; SERIES_MAX] = ["s-0", "s-1", "s-2", "s-3", "s-4", "s-5", "s-6"];
const COLOURS: [&str; SERIES_MAX] =
    ["#0a6aa8", "#e09400", "#00916a", "#c2689a", "#49a6dc", "#cc5600", "#8b949c"];

impl Ink {
    /// The class of what is filled with it.
    pub(super) fn fill(self) -> &'static str {
        match self {
            Self::Text => "f-text",
            Self::Soft => "f-soft",
            Self::Line => "f-line",
            Self::Paper => "f-paper",
            Self::Series(at) => FILLS[at.min(REST)],
        }
    }

    /// The class of what is drawn with it.
    pub(super) fn stroke(self) -> &'static str {
        match self {
            Self::Text => "s-text",
            Self::Soft => "s-soft",
            Self::Line => "s-line",
            Self::Paper => "s-paper",
            Self::Series(at) => STROKES[at.min(REST)],
        }
    }

    /// The colour on white paper.
    pub(super) fn colour(self) -> &'static str {
        match self {
            Self::Text => "#1d2329",
            Self::Soft => "#55606b",
            Self::Line => "#dcd9d1",
            Self::Paper => "#ffffff",
            Self::Series(at) => COLOURS[at.min(REST)],
        }
    }
}

/// The pattern that lies over the colour of a series: a path in a square of 8, nothing for the
/// first.
pub(super) const PATTERNS: [&str; SERIES_MAX] = [
    "",
    "M-2,2L2,-2M0,8L8,0M6,10L10,6",
    "M0,4H8",
    "M-2,6L2,10M0,0L8,8M6,-2L10,2",
    "M4,0V8",
    "M0,4H8M4,0V8",
    "M2,2h1.6v1.6h-1.6zM6,6h1.6v1.6h-1.6z",
];
