//! Statistics as pictures that can stand alone: each says what it counts, and from where.
//!
//! **Invariants:** every mark has a tooltip with its figure; nothing rests on colour alone; no
//! picture loads anything; the same statistics give the same bytes.

mod axis;
mod canvas;
mod claimed;
mod curve;
mod frame;
mod groups;
mod ink;
mod lags;
mod launches;
mod scale;
mod share;
mod swarm;
mod typeface;
mod years;

use hawkshaw_incidents::{GroupBy, IncidentLedger, Statistics};

pub(super) use frame::Drawing;

use crate::markup::Markup;

/// A picture as SVG.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The name of a file for it, without ending.
    pub name: &'static str,
    /// What it shows.
    pub title: String,
    /// The picture.
    pub svg: Vec<u8>,
}

/// Every picture of statistics. Where there is nothing to draw a picture says so.
pub fn charts(ledger: &IncidentLedger, statistics: &Statistics<'_>) -> Vec<Picture> {
    let picture = |drawing: Drawing| {
        let mut svg = Markup::default();
        drawing.write(&mut svg);
        Picture { name: drawing.name, title: drawing.title, svg: svg.into_bytes() }
    };
    drawings(ledger, statistics).into_iter().map(picture).collect()
}

/// Every picture, to be written alone or into a page.
pub(super) fn drawings(ledger: &IncidentLedger, statistics: &Statistics<'_>) -> Vec<Drawing> {
    let by_victim = ("stolen-by-victim", "US dollars stolen, by what the victim is");
    let by_technique = ("stolen-by-technique", "US dollars stolen, by how it began");
    vec![
        years::draw(statistics),
        curve::draw(statistics),
        share::draw(statistics),
        claimed::draw(ledger),
        launches::draw(ledger, statistics),
        groups::draw(statistics, GroupBy::Victim, by_victim),
        groups::draw(statistics, GroupBy::Technique, by_technique),
    ]
}
