//! Yearly figures that others publish: what a theft is compared with.

use serde::Serialize;

use crate::claim::{Basis, Frame};
use crate::date::PartialDate;
use crate::reader::Table;
use crate::shared::Shared;
use crate::source::{Source, Sources, is_key};

crate::vocabulary::vocabulary! {
    /// What a series is for.
    SeriesKind {
        /// A figure of an economy or of a state.
        Context = "context",
        /// All cryptocurrency stolen by anybody, in a year.
        Denominator = "denominator",
        /// What a claimant attributes to an actor, in a year.
        ClaimedTotal = "claimed-total",
    }

    /// What a series counts.
    SeriesUnit {
        /// US dollars.
        Usd = "USD",
        /// Launches of missiles.
        Launches = "launches",
        /// Thefts.
        Thefts = "thefts",
    }
}

/// A figure a year, from one claimant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Series {
    /// The id.
    pub id: String,
    /// What it is.
    pub title: String,
    /// What it is for.
    pub kind: SeriesKind,
    /// What it counts.
    pub unit: SeriesUnit,
    /// Who publishes it.
    pub by: String,
    /// What it leaves out, or how it is estimated.
    pub holes: String,
    /// The figures, by year.
    pub points: Vec<Point>,
}

/// A figure of a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Point {
    /// The year.
    pub year: i16,
    /// The figure, in whole units of the series.
    pub value: Option<u64>,
    /// At least this.
    pub value_low: Option<u64>,
    /// At most this.
    pub value_high: Option<u64>,
    /// When it was published.
    pub on: PartialDate,
    /// Keys of the sources.
    pub sources: Vec<String>,
    /// What a reader should know.
    pub note: Option<String>,
}

impl Point {
    /// The least that the figure allows for.
    pub fn low(&self) -> Option<u64> {
        self.value_low.or(self.value).or(self.value_high)
    }

    /// The most that the figure allows for.
    pub fn high(&self) -> Option<u64> {
        self.value_high.or(self.value).or(self.value_low)
    }

    /// The figure, else the bound that is stated.
    pub fn point(&self) -> Option<u64> {
        self.value.or(self.value_low).or(self.value_high)
    }

    fn read(table: &Table<'_>, frame: Frame<'_>) -> Option<Self> {
        let year = table.number("year").and_then(|year| i16::try_from(year).ok());
        let year = year.filter(|year| (1900..=9999).contains(year));
        if year.is_none() {
            table.wrong("year", "is missing, or no year such as 2022");
        }
        let value = table.number("value");
        let (value_low, value_high) = (table.number("value_low"), table.number("value_high"));
        if !["value", "value_low", "value_high"].into_iter().any(|field| table.has(field)) {
            table.wrong("", "states no value, value_low or value_high");
        }
        if ![value_low, value, value_high].into_iter().flatten().is_sorted() {
            table.wrong("", "has a value outside of its range");
        }
        let on = table.parsed_needed("on");
        let sources = frame.keys(table);
        let note = table.text("note").map(str::to_owned);
        table.finish();
        Some(Self { year: year?, value, value_low, value_high, on: on?, sources, note })
    }
}

impl Series {
    /// The figure of a year.
    pub fn of_year(&self, year: i16) -> Option<&Point> {
        self.points.iter().find(|point| point.year == year)
    }

    /// Reads `context.toml`: the series and the sources of the file.
    pub(crate) fn read_all(table: &Table<'_>, shared: &Shared) -> (Vec<Self>, Sources) {
        let sources = table.table("sources").map(|list| Source::read_all(&list, &shared.sources));
        let sources = sources.unwrap_or_default();
        let frame = Frame { shared, sources: &sources, theft: None };
        let mut all: Vec<Self> = Vec::new();
        for entry in table.tables("series") {
            let series = Self::read(&entry, frame);
            entry.finish();
            let Some(series) = series else { continue };
            if all.iter().any(|other| other.id == series.id) {
                entry.wrong("id", "stands in the file twice");
            }
            all.push(series);
        }
        (all, sources)
    }

    fn read(table: &Table<'_>, frame: Frame<'_>) -> Option<Self> {
        let id = table.text_needed("id");
        if id.is_some_and(|id| !is_key(id)) {
            table.wrong("id", "is made of words of a-z and 0-9 with dashes between");
        }
        let title = table.text_needed("title");
        let (kind, unit) = (table.parsed_needed("kind"), table.parsed_needed("unit"));
        let by = table.text_needed("by");
        if by.is_some_and(|by| frame.shared.claimants.kind(by).is_none()) {
            table.wrong("by", "is not in claimants.toml");
        }
        let holes = table.text_needed("holes");
        let mut points: Vec<Point> = Vec::new();
        for entry in table.tables("point") {
            let Some(point) = Point::read(&entry, frame) else { continue };
            if points.iter().any(|other| other.year == point.year) {
                entry.wrong("year", "stands in the series twice");
            }
            points.push(point);
        }
        points.sort_by_key(|point| point.year);
        Some(Self {
            id: id?.to_owned(),
            title: title?.to_owned(),
            kind: kind?,
            unit: unit?,
            by: by?.to_owned(),
            holes: holes?.to_owned(),
            points,
        })
    }
}

/// Whose claim a figure is, for lists of claims.
impl Series {
    /// The figure of a year as a claim with its sources.
    pub fn basis(&self, point: &Point) -> Basis {
        Basis {
            by: self.by.clone(),
            on: point.on.clone(),
            sources: point.sources.clone(),
            note: point.note.clone(),
        }
    }
}
