//! The trace as one page: to read, to print, to hand over, without any network.
//!
//! The page loads nothing: its style and its script stand in it, and its content security
//! policy forbids everything else. It reads the same without the script, which only copies
//! addresses and opens details for printing.

mod balance;
mod flow;
mod manifest;
mod method;
mod movements;
mod notes;
pub(crate) mod parts;
mod patterns;
mod places;
mod policies;
mod summary;
mod timeline;

use crate::findings::Findings;
use crate::group::groups;
use crate::markup::Markup;
use crate::text::label;

/// Sections of the page: id, heading.
const SECTIONS: [(&str, &str); 11] = [
    ("summary", "Bottom line"),
    ("next", "What to do next"),
    ("flow", "The flow"),
    ("time", "Over time"),
    ("balance", "Does it add up"),
    ("places", "Where the value is"),
    ("policies", "What the policies disagree on"),
    ("patterns", "How it was moved"),
    ("notes", "What to know of the data"),
    ("movements", "Every movement"),
    ("method", "Method and limits"),
];

/// The style of every page.
pub(crate) const STYLE: &str = include_str!("html/style.css");

/// The trace as a self-contained HTML page.
pub fn to_html(findings: &Findings<'_>) -> Vec<u8> {
    let mut page = Markup::default();
    page.raw("<!DOCTYPE html>\n");
    page.node("html", &[("lang", "en")], |page| {
        let title = format!("{} – Hawkshaw trace", label(&findings.case.title));
        if findings.has_prices() {
            head(page, &title, &[STYLE, include_str!("html/usd.css")]);
        } else {
            head(page, &title, &[STYLE]);
        }
        page.node("body", &[], |page| body(page, findings));
    });
    page.line();
    page.into_bytes()
}

/// Writes the head of a page that loads nothing, with styles of ours.
pub(crate) fn head(page: &mut Markup, title: &str, styles: &[&'static str]) {
    page.node("head", &[], |page| {
        page.raw(concat!(
            "\n<meta charset=\"utf-8\"/>\n",
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ",
            "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; ",
            "base-uri 'none'; form-action 'none'\"/>\n",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n",
            "<meta name=\"referrer\" content=\"no-referrer\"/>\n",
            "<meta name=\"color-scheme\" content=\"light dark\"/>\n",
        ));
        page.leaf("title", &[], title);
        page.raw("\n<style>\n");
        for style in styles {
            page.raw(style);
        }
        page.raw("</style>\n");
    });
    page.line();
}

fn body(page: &mut Markup, findings: &Findings<'_>) {
    let groups = groups(findings);
    page.raw("\n<a class=\"skip\" href=\"#summary\">Skip to the bottom line</a>\n");
    page.node("header", &[], |page| summary::title(page, findings));
    page.node("nav", &[("aria-label", "Contents")], |page| {
        page.node("ul", &[], |page| {
            for (id, heading) in SECTIONS.into_iter().chain([("manifest", "How to verify")]) {
                page.node("li", &[], |page| {
                    page.leaf("a", &[("href", &format!("#{id}"))], heading);
                });
            }
        });
    });
    page.line();
    page.node("main", &[], |page| {
        for (id, heading) in SECTIONS {
            section(page, id, heading, |page| match id {
                "summary" => summary::summary(page, findings, &groups),
                "next" => summary::next(page, findings, &groups),
                "flow" => flow::flow(page, findings),
                "time" => timeline::timeline(page, findings),
                "balance" => balance::balance(page, findings),
                "places" => places::places(page, findings, &groups),
                "policies" => policies::policies(page, findings),
                "patterns" => patterns::patterns(page, findings),
                "notes" => notes::notes(page, findings),
                "movements" => movements::movements(page, findings),
                _ => method::method(page, findings),
            });
        }
        section(page, "manifest", "How to verify", |page| manifest::manifest(page, findings));
    });
    page.raw(concat!(
        "\n<footer><p>Made by Hawkshaw, an open-source tracer of stolen cryptocurrency. ",
        "It reads public ledgers and files; it never signs or sends anything.</p></footer>\n",
        "<script>\n",
        include_str!("html/script.js"),
        "</script>\n",
    ));
}

/// Writes a section with its heading.
pub(crate) fn section(
    page: &mut Markup,
    id: &'static str,
    heading: &str,
    inside: impl FnOnce(&mut Markup),
) {
    let title = format!("{id}-title");
    page.node("section", &[("id", id), ("aria-labelledby", &title)], |page| {
        page.leaf("h2", &[("id", &title)], heading);
        page.line();
        inside(page);
    });
    page.line();
}
