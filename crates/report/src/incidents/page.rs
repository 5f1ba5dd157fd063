//! The ledger as one page: to read, to print, to hand over, without any network.
//!
//! The page loads nothing: its style, its script and its pictures stand in it, and its content
//! security policy forbids everything else. It reads the same without the script, which sorts
//! and filters, copies addresses and opens details for printing.

mod cells;
mod claims;
mod compare;
mod entry;
mod groups;
mod launches;
mod list;
mod measures;
mod method;
mod omitted;
mod series;
mod shares;
mod summary;

use hawkshaw_incidents::{Comparison, GroupBy, IncidentLedger, Statistics};

use super::chart::{Drawing, drawings};
use crate::html::{STYLE, head, section};
use crate::markup::Markup;

/// Sections of the page: id, heading.
const SECTIONS: [(&str, &str); 11] = [
    ("summary", "In numbers"),
    ("time", "Over time"),
    ("totals", "Published totals against this ledger"),
    ("shares", "Share of all cryptocurrency stolen"),
    ("launches", "Beside launches of missiles"),
    ("groups", "By whom, from whom, how, where"),
    ("after", "Attribution, freezing, recovery"),
    ("incidents", "Every incident counted"),
    ("omitted", "What is not counted, and why"),
    ("series", "Figures of others that are used"),
    ("method", "Method and limits"),
];

/// What every section is written from.
#[derive(Clone, Copy)]
struct Material<'m, 'a> {
    ledger: &'m IncidentLedger,
    statistics: &'m Statistics<'a>,
    comparisons: &'m [Comparison<'m>],
    drawings: &'m [Drawing],
}

/// The ledger under a rule as a self-contained HTML page.
pub fn to_page(
    ledger: &IncidentLedger,
    statistics: &Statistics<'_>,
    comparisons: &[Comparison<'_>],
) -> Vec<u8> {
    let drawings = drawings(ledger, statistics);
    let material = Material { ledger, statistics, comparisons, drawings: &drawings };
    let mut page = Markup::default();
    page.raw("<!DOCTYPE html>\n");
    page.node("html", &[("lang", "en")], |page| {
        let style = include_str!("page/style.css");
        head(page, "Thefts and who claims what about them – Hawkshaw", &[STYLE, style]);
        page.node("body", &[("class", "ledger")], |page| body(page, material));
    });
    page.line();
    page.into_bytes()
}

fn body(page: &mut Markup, material: Material<'_, '_>) {
    page.raw("\n<a class=\"skip\" href=\"#summary\">Skip to the numbers</a>\n");
    page.node("header", &[], |page| summary::title(page, material.statistics));
    page.node("nav", &[("aria-label", "Contents")], |page| {
        page.node("ul", &[], |page| {
            for (id, heading) in SECTIONS {
                page.node("li", &[], |page| {
                    page.leaf("a", &[("href", &format!("#{id}"))], heading);
                });
            }
        });
    });
    page.line();
    page.node("main", &[], |page| {
        for (id, heading) in SECTIONS {
            section(page, id, heading, |page| inside(page, id, material));
        }
    });
    page.raw(concat!(
        "\n<footer><p>Made by Hawkshaw, an open-source tracer of stolen cryptocurrency. ",
        "Every claim here is its claimant's; whoever is named has a right of reply.</p></footer>\n",
        "<script>\n",
        include_str!("../html/script.js"),
        "</script>\n<script>\n",
        include_str!("page/script.js"),
        "</script>\n",
    ));
}

fn inside(page: &mut Markup, id: &str, material: Material<'_, '_>) {
    let Material { ledger, statistics, .. } = material;
    match id {
        "summary" => summary::summary(page, ledger, statistics),
        "time" => {
            material.picture(page, "stolen-by-year");
            groups::table(page, statistics, GroupBy::Year);
            material.picture(page, "stolen-in-all");
        }
        "totals" => {
            material.picture(page, "claimed-totals");
            compare::compare(page, ledger, material.comparisons);
        }
        "shares" => {
            material.picture(page, "share-by-year");
            shares::shares(page, statistics);
        }
        "launches" => {
            material.picture(page, "launches");
            launches::launches(page, statistics);
        }
        "groups" => {
            material.picture(page, "stolen-by-victim");
            material.picture(page, "stolen-by-technique");
            groups::groups(page, statistics);
        }
        "after" => measures::measures(page, statistics),
        "incidents" => list::list(page, ledger, statistics),
        "omitted" => omitted::omitted(page, ledger, statistics),
        "series" => series::series(page, ledger),
        _ => method::method(page, statistics),
    }
}

impl Material<'_, '_> {
    /// Writes the picture with a name.
    fn picture(&self, page: &mut Markup, name: &str) {
        for drawing in self.drawings.iter().filter(|drawing| drawing.name == name) {
            page.node("figure", &[("class", "chart")], |page| {
                let region = [
                    ("class", "scroll"),
                    ("tabindex", "0"),
                    ("role", "region"),
                    ("aria-label", drawing.title.as_str()),
                ];
                page.node("div", &region, |page| drawing.write(page));
            });
            page.line();
        }
    }
}
