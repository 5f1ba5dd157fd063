//! US dollars stolen per year, stacked by actor, with the range of the claims.
#![expect(clippy::float_arithmetic, reason = "places on a picture, not value")]

use std::collections::BTreeMap;

use hawkshaw_incidents::{Group, GroupBy, IncidentId, Statistics, Usd};

use super::axis::{columns, money_axis};
use super::canvas::{Anchor, Area, Canvas, Text};
use super::frame::{Drawing, Frame, MARGIN, Sign, ledger_source, whisker};
use super::ink::{Ink, REST};
use super::scale::{Scale, marks, short};
use super::typeface::{Weight, fit, width};
use crate::incidents::text::between;

const TITLE: &str = "US dollars stolen per year, by actor";
const HEIGHT: f64 = 300.0;
/// Actors with a colour of their own.
const ACTORS_MAX: usize = REST;

/// Draws the bars of the years.
pub(super) fn draw(statistics: &Statistics<'_>) -> Drawing {
    let mut frame = Frame::new("stolen-by-year", TITLE);
    frame.rules(statistics);
    frame.say(
        "An incident stands with the actor whom the first attribution names that the rule counts.",
    );
    let years = statistics.by(GroupBy::Year);
    if years.is_empty() {
        frame.nothing("No incident is counted under this rule.");
        return frame.finish(&ledger_source(statistics));
    }
    let actors = Actors::new(statistics.by(GroupBy::Actor));
    let mut legend = actors.legend();
    legend.push((Sign::Whisker, "between the least and the most that the claims allow for".into()));
    frame.legend(&legend);
    bars(&mut frame, years, &actors);
    frame.finish(&ledger_source(statistics))
}

fn bars(frame: &mut Frame, years: &[Group<'_>], actors: &Actors) {
    let most = years.iter().filter_map(|year| year.sum.usd_high.max(year.sum.usd)).max();
    let most = most.map_or(0, Usd::cents);
    let (top, bottom) = (frame.free + 22.0, frame.free + 22.0 + HEIGHT);
    let marks = marks(most);
    let scale = Scale::new(marks.last().copied().unwrap_or(1), bottom, top);
    let left = money_axis(&mut frame.canvas, &marks, &scale);
    let columns = columns(years, left);
    for column in &columns {
        let (middle, wide) = (column.middle, column.wide);
        let canvas = &mut frame.canvas;
        let name = Text::new((middle, bottom + 17.0), &column.label).anchor(Anchor::Middle);
        // A span of years is longer than the number of one.
        canvas.text(if column.label.len() > 4 { name.size(9.0) } else { name.bold() });
        let number = column.group.map_or(0, |year| year.incidents.len()).to_string();
        let number = Text::new((middle, bottom + 33.0), &number).ink(Ink::Soft);
        canvas.text(number.anchor(Anchor::Middle));
        let Some(year) = column.group else { continue };
        bar(canvas, year, (middle, wide), (&scale, actors));
        if year.sum.without_amount > 0 {
            let text = year.sum.without_amount.to_string();
            let text = Text::new((middle, bottom + 49.0), &text).ink(Ink::Soft);
            canvas.text(text.anchor(Anchor::Middle));
        }
    }
    let mut rows = vec![("incidents", 33.0)];
    if years.iter().any(|year| year.sum.without_amount > 0) {
        rows.push(("no amount", 49.0));
    }
    for (row, below) in &rows {
        let text = Text::new((MARGIN, bottom + below), row).ink(Ink::Soft).size(10.0);
        frame.canvas.text(text);
    }
    frame.free = bottom + rows.last().map_or(33.0, |row| row.1) + 22.0;
}

/// The bar of a year with its whisker and its sum.
fn bar(canvas: &mut Canvas, year: &Group<'_>, (middle, wide): (f64, f64), by: (&Scale, &Actors)) {
    let (scale, actors) = by;
    let column = wide;
    let wide = (wide * 0.62).min(64.0);
    let mut below = Usd::ZERO;
    for (actor, usd) in actors.sums(year) {
        let above = below.plus(usd);
        let place = Area {
            left: middle - wide / 2.0,
            top: scale.at(above.cents()),
            width: wide,
            height: scale.at(below.cents()) - scale.at(above.cents()),
        };
        let title = format!("{}, {}: {}", year.label, actors.name(actor), usd.for_people());
        canvas.mark(&title, |canvas| canvas.bar(place, actor));
        below = above;
    }
    if year.sum.usd.is_none() {
        let text = Text::new((middle, scale.at(0) - 6.0), "unknown").size(10.0).ink(Ink::Soft);
        canvas.text(text.anchor(Anchor::Middle));
        return;
    }
    let [low, usd, high] = year.sum.or_nothing();
    if low != high {
        let title = format!("{}: the claims allow for {}", year.label, between(low, high));
        let ends = (scale.at(high.cents()), scale.at(low.cents()));
        canvas.mark(&title, |canvas| whisker(canvas, middle, ends));
    }
    let label = short(usd);
    let fits = |size: &f64| width(&label, *size, Weight::Regular) < column - 3.0;
    if let Some(size) = [10.5, 9.0].into_iter().find(fits) {
        let at = (middle, scale.at(high.max(usd).cents()) - 6.0);
        canvas.text(Text::new(at, &label).size(size).anchor(Anchor::Middle).halo());
    }
}

/// Who has a colour: the actors with the largest sums.
struct Actors {
    /// Name and sum, the largest first; the rest has none.
    named: Vec<(String, Usd)>,
    rest: (usize, Usd),
    of: BTreeMap<IncidentId, usize>,
}

impl Actors {
    fn new(groups: &[Group<'_>]) -> Self {
        let (named, rest) = groups.split_at(groups.len().min(ACTORS_MAX));
        // A single further actor needs no summing up, but there is no colour left for it.
        let mut of = BTreeMap::new();
        for (at, group) in groups.iter().enumerate() {
            for one in &group.incidents {
                of.insert(one.incident.id.clone(), at.min(REST));
            }
        }
        Self {
            named: named
                .iter()
                .map(|group| (group.label.clone(), group.sum.usd.unwrap_or_default()))
                .collect(),
            rest: (rest.len(), rest.iter().filter_map(|group| group.sum.usd).sum()),
            of,
        }
    }

    fn name(&self, actor: usize) -> String {
        match self.named.get(actor) {
            Some((name, _)) => crate::text::label(name),
            None if self.rest.0 == 1 => "1 other".to_owned(),
            None => format!("{} others", self.rest.0),
        }
    }

    fn legend(&self) -> Vec<(Sign, String)> {
        const NAME_WIDTH: f64 = 250.0;
        let known = self.named.iter().enumerate().map(|(at, (name, usd))| {
            (Sign::Bar(at), format!("{} {}", fit(name, 11.0, NAME_WIDTH), short(*usd)))
        });
        let rest = (self.rest.0 > 0)
            .then(|| (Sign::Bar(REST), format!("{} {}", self.name(REST), short(self.rest.1))));
        known.chain(rest).collect()
    }

    /// The sums of a year by actor, the actors in the order of the legend.
    fn sums(&self, year: &Group<'_>) -> Vec<(usize, Usd)> {
        let mut sums: BTreeMap<usize, Usd> = BTreeMap::new();
        for one in &year.incidents {
            let actor = self.of.get(&one.incident.id).copied().unwrap_or(REST);
            let sum = sums.entry(actor).or_default();
            *sum = sum.plus(one.figure.usd.unwrap_or_default());
        }
        sums.into_iter().filter(|(_, usd)| *usd > Usd::ZERO).collect()
    }
}
