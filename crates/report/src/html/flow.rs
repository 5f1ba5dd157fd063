//! The picture of the flow: who paid whom, from left to right.
#![expect(clippy::float_arithmetic, reason = "a sum of widths, not value")]

mod draw;
mod layout;
mod picture;
mod simplify;
mod weight;

use std::collections::BTreeMap;

use crate::findings::Findings;
use crate::markup::Markup;
use picture::{Picture, Role};

/// Draws the flow, with its legend.
pub(super) fn flow(page: &mut Markup, findings: &Findings<'_>) {
    let Some((policy, name)) = findings.drawn() else {
        page.leaf("p", &[], "No conserving policy was applied, so there is no flow to draw.");
        return;
    };
    let mut picture = Picture::of(findings, policy);
    simplify::simplify(&mut picture);
    let layout = layout::layout(&picture);
    if layout.bars.is_empty() {
        page.leaf("p", &[], "No movement carried stolen value, so there is no flow to draw.");
        return;
    }
    page.node("figure", &[], |page| {
        let region = [
            ("class", "scroll"),
            ("tabindex", "0"),
            ("role", "region"),
            ("aria-label", "Picture of the flow, can be scrolled sideways"),
        ];
        page.node("div", &region, |page| draw::draw(page, findings, &picture, &layout));
        page.node("figcaption", &[], |page| {
            legend(page, &picture);
            page.leaf("p", &[], &caption(findings, name.as_str(), &picture));
        });
    });
}

fn legend(page: &mut Markup, picture: &Picture) {
    let mut kinds: BTreeMap<&str, f64> = BTreeMap::new();
    for (place, through) in picture.places.iter().zip(picture.throughputs()) {
        if place.role == Role::Terminal {
            *kinds.entry(place.class).or_default() += through;
        }
    }
    let mut kinds: Vec<(&str, f64)> = kinds.into_iter().collect();
    kinds.sort_by(|a, b| b.1.total_cmp(&a.1));
    page.node("ul", &[("class", "legend")], |page| {
        for (class, _) in kinds {
            page.node("li", &[], |page| {
                super::parts::swatch(page, class);
                page.text(super::parts::class_words(class));
            });
        }
        page.node("li", &[], |page| {
            super::parts::swatch(page, "passed");
            page.text("passed on");
        });
        page.node("li", &[], |page| {
            page.raw("<svg class=\"key\" viewBox=\"0 0 22 10\" aria-hidden=\"true\"><path d=\"M0,5H22\"/></svg>");
            page.text("not read from the ledger alone (see grades)");
        });
    });
}

fn caption(findings: &Findings<'_>, policy: &str, picture: &Picture) -> String {
    let merged = picture.places.iter().filter(|place| place.role == Role::Merged).count();
    let mut text = format!(
        "Drawn under the policy {policy}; other policies say other figures, see the comparison. \
         A ribbon is as wide as the share of the theft that it stands for, so that its width does \
         not change when value is swapped."
    );
    if findings.trace.stolen.len() > 1 {
        text.push_str(
            " Stolen assets that the trace saw swapped into each other are weighed by the rates of \
             these swaps; otherwise each counts the same, as no price is used.",
        );
    }
    if merged > 0 {
        text.push_str(" Addresses that pay and are paid alike are drawn as one.");
    }
    if picture.left_out > 0 {
        let count = crate::text::counted(picture.left_out as u64, "thin ribbon", "thin ribbons");
        text.push_str(&format!(" To stay readable, {count} are left out; edges.csv has them all."));
    }
    text.push_str(" Point at a ribbon or a bar for addresses, amounts and transactions.");
    text
}

/// A count for drawing.
fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
