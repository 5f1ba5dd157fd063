//! Parts that several sections share: cells that sort, links to sources and incidents, badges.

use hawkshaw_incidents::{Counted, IncidentId, PartialDate, Percent, Source, Span, Usd};

use crate::incidents::text::spread;
use crate::incidents::wording;
use crate::markup::Markup;
use crate::text::is_link;

/// A cell of text.
pub(super) fn text(page: &mut Markup, text: &str) {
    page.leaf("td", &[], text);
}

/// A cell of figures that sorts by a number.
pub(super) fn number(page: &mut Markup, key: u64, shown: &str) {
    page.leaf("td", &[("class", "num"), ("data-key", &key.to_string())], shown);
}

/// A cell with a number of things.
pub(super) fn count(page: &mut Markup, count: usize) {
    let digits = count.to_string();
    let shown = crate::figures::grouped(&digits);
    page.leaf("td", &[("class", "num"), ("data-key", &digits)], &shown);
}

/// A cell with an amount. One that is not known sorts below all others.
pub(super) fn money(page: &mut Markup, usd: Option<Usd>) {
    match usd {
        Some(usd) => number(page, usd.cents(), &usd.for_people()),
        None => unknown(page),
    }
}

/// A cell of what is not known. It sorts below all others.
pub(super) fn unknown(page: &mut Markup) {
    page.leaf("td", &[("class", "num unknown"), ("data-key", "-1")], "unknown");
}

/// A cell with a sum, and whether it lacks amounts.
pub(super) fn sum(page: &mut Markup, span: Span) {
    match span.usd {
        Some(usd) => number(page, usd.cents(), &crate::incidents::text::sum(span)),
        None => unknown(page),
    }
}

/// A cell with what the claims of a sum allow for; nothing where all agree.
pub(super) fn range(page: &mut Markup, span: Span) {
    let [low, _, high] = span.or_nothing();
    let width = high.cents() - low.cents().min(high.cents());
    number(page, width, &spread(low, high));
}

/// A date as people read it: between two days where it is not known better.
pub(super) fn date(date: &PartialDate) -> String {
    date.as_str().replace('/', " to ")
}

/// A part of a sum; one that is too small for two decimals is not nought.
pub(super) fn percent(share: Percent, part: Usd) -> String {
    if share.hundredths() == 0 && part > Usd::ZERO {
        return "< 0.01 %".to_owned();
    }
    share.to_string()
}

/// A cell that heads a row.
pub(super) fn heading(page: &mut Markup, text: &str) {
    page.leaf("th", &[("scope", "row")], text);
}

/// A link to the entry of an incident on this page, or its id where it has none.
pub(super) fn incident(page: &mut Markup, id: &IncidentId, listed: &[Counted<'_>]) {
    if listed.iter().any(|one| one.incident.id == *id) {
        page.leaf("a", &[("href", &format!("#{}", anchor(id))), ("class", "in")], id.as_str());
    } else {
        page.leaf("code", &[], id.as_str());
    }
}

/// Links to incidents, one beside the other.
pub(super) fn incidents<'i>(
    page: &mut Markup,
    ids: impl Iterator<Item = &'i IncidentId>,
    listed: &[Counted<'_>],
) {
    for (at, id) in ids.enumerate() {
        if at > 0 {
            page.text(", ");
        }
        incident(page, id, listed);
    }
}

/// The id of the entry of an incident.
pub(super) fn anchor(id: &IncidentId) -> String {
    format!("i-{id}")
}

/// A link that leaves the page, with some text; the text alone where the link is none.
pub(super) fn link(page: &mut Markup, url: &str, title: &str, shown: &str) {
    let url = wording::link(url);
    if !is_link(&url) {
        page.leaf("span", &[("class", "id")], shown);
        return;
    }
    let mut attributes = vec![("href", url.as_str()), ("rel", "noopener noreferrer nofollow")];
    if !title.is_empty() {
        attributes.push(("title", title));
    }
    page.leaf("a", &attributes, shown);
}

/// The sources of a claim as short links.
pub(super) fn keys<'s>(
    page: &mut Markup,
    keys: &[String],
    source: impl Fn(&str) -> Option<&'s Source>,
) {
    for key in keys {
        page.text(" ");
        page.node("span", &[("class", "key-of")], |page| match source(key) {
            Some(source) => link(page, &source.url, &wording::source(source), key),
            None => page.text(key),
        });
    }
}

/// A word that a reader must not miss.
pub(super) fn badge(page: &mut Markup, class: &str, word: &str, title: &str) {
    let class = format!("badge b-{class}");
    page.leaf("span", &[("class", &class), ("title", title)], word);
}

/// The badge of an amount that is an estimate without a range.
pub(super) fn estimate(page: &mut Markup) {
    let title = "The claimant calls this an estimate and gives no range.";
    badge(page, "estimate", "estimate, no range", title);
}

/// The badge of an attribution that somebody denies or that names others.
pub(super) fn contested(page: &mut Markup) {
    let title = "Somebody denies this attribution, or somebody else is named.";
    badge(page, "contested", "contested", title);
}

/// A summary that opens, without a table around it.
pub(super) fn folded(page: &mut Markup, words: &str, inside: impl FnOnce(&mut Markup)) {
    page.node("details", &[("class", "fold")], |page| {
        page.leaf("summary", &[], words);
        inside(page);
    });
    page.line();
}
