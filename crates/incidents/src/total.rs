//! Totals that others publish, with what they count.

use jiff::civil::Date;
use serde::Serialize;

use crate::claim::{Basis, Frame, UsdClaim, is_decimal};
use crate::incident::IncidentId;
use crate::reader::{Place, Table};
use crate::series::Series;
use crate::shared::Shared;
use crate::source::{Source, Sources, is_key};
use crate::vocabulary::Loot;

crate::vocabulary::vocabulary! {
    /// What a published total measures.
    Measure {
        /// US dollars stolen.
        Sum = "sum",
        /// The amount of one incident.
        Incident = "incident",
        /// A part of all thefts, in percent.
        Share = "share",
        /// A part of a series of context, in percent.
        Ratio = "ratio",
        /// A number of incidents.
        Count = "count",
    }
}

/// A total that somebody published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Total {
    /// The id.
    pub id: String,
    /// The total, as people quote it.
    pub title: String,
    /// What it measures.
    pub measure: Measure,
    /// For a sum and an incident.
    #[serde(flatten)]
    pub value: UsdClaim,
    /// For a share and a ratio: least and most, in hundredths of a percent.
    pub percent: Option<(Option<u32>, Option<u32>)>,
    /// For a count.
    pub count: Option<u64>,
    /// A later total of the same claimant for the same thing.
    pub superseded_by: Option<String>,
    /// Who published it.
    #[serde(flatten)]
    pub basis: Basis,
    /// What the ledger counts to compare.
    pub rule: TotalRule,
    #[serde(skip)]
    superseded_by_place: Place,
}

/// What the ledger counts to compare with a published total.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TotalRule {
    /// Attributed to this actor or a part of it.
    pub actor: Option<String>,
    /// From this day.
    pub from: Option<Date>,
    /// To before this day.
    pub to: Option<Date>,
    /// What was taken; both where it is left out.
    pub loot: Option<Loot>,
    /// The incident, for the measure `incident`.
    pub incident: Option<IncidentId>,
    /// The series of all thefts, for a share.
    pub denominator: Option<String>,
    /// The series of context, for a ratio.
    pub against: Option<String>,
    /// The year of that series, where it is not the one of `from`.
    pub year: Option<i16>,
}

impl Total {
    /// Reads `totals.toml`: the totals and the sources of the file.
    pub(crate) fn read_all(
        table: &Table<'_>,
        shared: &Shared,
        series: &[Series],
        is_incident: &dyn Fn(&IncidentId) -> bool,
    ) -> (Vec<Self>, Sources) {
        let sources = table.table("sources").map(|list| Source::read_all(&list, &shared.sources));
        let sources = sources.unwrap_or_default();
        let frame = Frame { shared, sources: &sources, theft: None };
        let entries = table.tables("total");
        let mut all: Vec<Self> = Vec::new();
        for entry in &entries {
            let total = Self::read(entry, frame, series, is_incident);
            entry.finish();
            let Some(total) = total else { continue };
            if all.iter().any(|other| other.id == total.id) {
                entry.wrong("id", "stands in the file twice");
            }
            all.push(total);
        }
        check_superseded(&all, &entries);
        (all, sources)
    }

    fn read(
        table: &Table<'_>,
        frame: Frame<'_>,
        series: &[Series],
        is_incident: &dyn Fn(&IncidentId) -> bool,
    ) -> Option<Self> {
        let id = table.text_needed("id");
        if id.is_some_and(|id| !is_key(id)) {
            table.wrong("id", "is made of words of a-z and 0-9 with dashes between");
        }
        let title = table.text_needed("title").map(str::to_owned);
        let measure: Option<Measure> = table.parsed_needed("measure");
        let value = UsdClaim::read(table);
        let percent = read_percent(table);
        let count = table.number("count");
        let rule = table
            .table("rule")
            .and_then(|rule| TotalRule::read(&rule, measure?, frame, series, is_incident));
        if !table.has("rule") {
            table.wrong("rule", "is missing");
        }
        let has_figure = match measure? {
            Measure::Sum | Measure::Incident => value.point().is_some(),
            Measure::Share | Measure::Ratio => percent.is_some(),
            Measure::Count => count.is_some(),
        };
        if !has_figure {
            table.wrong("measure", "has no figure that fits: usd, percent or count");
        }
        let basis = frame.basis(table);
        let superseded_by_place = table.place_of("superseded_by");
        let superseded_by = table.text("superseded_by").map(str::to_owned);
        Some(Self {
            id: id?.to_owned(),
            title: title?,
            measure: measure?,
            value,
            percent,
            count,
            superseded_by,
            basis: basis?,
            rule: rule?,
            superseded_by_place,
        })
    }
}

/// A later total has to exist and must not lead back.
fn check_superseded(all: &[Total], entries: &[Table<'_>]) {
    let next = |id: &str| {
        let total = all.iter().find(|total| total.id == id)?;
        total.superseded_by.as_deref()
    };
    for total in all {
        let Some(later) = &total.superseded_by else { continue };
        let Some(entry) =
            entries.iter().find(|e| e.place_of("superseded_by") == total.superseded_by_place)
        else {
            continue;
        };
        if !all.iter().any(|other| other.id == *later) {
            entry.wrong("superseded_by", "names no total of the file");
        } else if std::iter::successors(Some(later.as_str()), |id| next(id))
            .take(all.len() + 1)
            .any(|id| id == total.id)
        {
            entry.wrong("superseded_by", "leads back to the total itself");
        }
    }
}

/// Least and most, in hundredths of a percent; `None` where the total states no such bound.
fn read_percent(table: &Table<'_>) -> Option<(Option<u32>, Option<u32>)> {
    let read = |field: &'static str| {
        let text = table.text(field)?;
        let hundredths = hundredths(text);
        if hundredths.is_none() {
            table.wrong(field, "is no percentage such as \"44\" or \"44.5\"");
        }
        hundredths
    };
    let (middle, low, high) = (read("percent"), read("percent_low"), read("percent_high"));
    if ![low, middle, high].into_iter().flatten().is_sorted() {
        table.wrong("percent_low", "is above the most");
    }
    let range = (low.or(middle), high.or(middle));
    (range != (None, None)).then_some(range)
}

fn hundredths(text: &str) -> Option<u32> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let is_form = is_decimal(text) && part.len() <= 2;
    let whole: u32 = whole.parse().ok().filter(|_| is_form)?;
    let part: u32 = format!("{part:0<2}").parse().ok()?;
    whole.checked_mul(100)?.checked_add(part)
}

impl TotalRule {
    fn read(
        table: &Table<'_>,
        measure: Measure,
        frame: Frame<'_>,
        series: &[Series],
        is_incident: &dyn Fn(&IncidentId) -> bool,
    ) -> Option<Self> {
        let rule = Self {
            actor: table.text("actor").map(str::to_owned),
            from: table.parsed("from"),
            to: table.parsed("to"),
            loot: table.text("loot").filter(|loot| *loot != "any").and_then(|loot| {
                loot.parse().map_err(|_| table.wrong("loot", "is none of: crypto, fiat, any")).ok()
            }),
            incident: table.text("incident").and_then(IncidentId::new),
            denominator: table.text("denominator").map(str::to_owned),
            against: table.text("against").map(str::to_owned),
            year: table.number("year").and_then(|year| i16::try_from(year).ok()),
        };
        if rule.actor.as_ref().is_some_and(|actor| frame.shared.actors.get(actor).is_none()) {
            table.wrong("actor", "is no id of actors.toml");
        }
        if let (Some(from), Some(to)) = (rule.from, rule.to)
            && to <= from
        {
            table.wrong("to", "is not after from");
        }
        for (field, id) in [("denominator", &rule.denominator), ("against", &rule.against)] {
            if id.as_ref().is_some_and(|id| !series.iter().any(|series| series.id == *id)) {
                table.wrong(field, "is no series of context.toml");
            }
        }
        let needed = match measure {
            Measure::Incident => ("incident", rule.incident.is_some()),
            Measure::Share => ("denominator", rule.denominator.is_some()),
            Measure::Ratio => ("against", rule.against.is_some()),
            Measure::Sum | Measure::Count => ("from", rule.from.is_some()),
        };
        if !needed.1 {
            table.wrong(needed.0, "is missing, and this measure needs it");
        }
        if rule.incident.as_ref().is_some_and(|id| !is_incident(id)) {
            table.wrong("incident", "is no incident of the ledger");
        }
        table.finish();
        Some(rule)
    }
}
