//! Parts that several sections share: addresses to copy, amounts, badges, tables.

use hawkshaw_model::{Account, Amount, AssetId, Grade, TerminalKind, Usd};

use crate::findings::Findings;
use crate::interval::Interval;
use crate::markup::Markup;
use crate::text::{is_link, prose};

/// What a class of colour stands for, for legends.
pub(super) fn class_words(class: &str) -> &'static str {
    match class {
        "exchange" => "exchange",
        "mixer" => "mixer",
        "bridge" => "bridge, not followed",
        "swap" => "swap service",
        "service" => "other service",
        "inferred" => "inferred service, unverified",
        "frozen" => "frozen",
        "burned" => "burned",
        "fee" => "fees",
        "held" => "still held",
        "nodata" => "no data",
        "again" => "stolen again",
        "floor" => "below the reporting floor",
        "limit" => "limit reached",
        _ => "passed on",
    }
}

/// A square of the colour of a class.
pub(super) fn swatch(page: &mut Markup, class: &str) {
    page.node("i", &[("class", &format!("swatch k-{class}")), ("aria-hidden", "true")], |_| {});
}

/// The kind of a terminal as a badge.
pub(super) fn kind(page: &mut Markup, kind: &TerminalKind) {
    let words = crate::kind::words(kind);
    page.node("span", &[("class", "kind"), ("title", crate::kind::meaning(kind))], |page| {
        swatch(page, words.class);
        page.text(&crate::kind::name(kind));
    });
}

/// A grade as a badge.
pub(super) fn grade(page: &mut Markup, grade: Grade) {
    let class = format!("grade g-{grade}");
    page.leaf("span", &[("class", &class), ("title", grade_words(grade))], grade.as_str());
}

/// What a grade means.
pub(super) fn grade_words(grade: Grade) -> &'static str {
    match grade {
        Grade::Ledger => "The chain says so.",
        Grade::Convention => {
            "True under a named convention, such as who paid whom through a contract that passes \
             on what several payers put in."
        }
        Grade::Protocol => "An identifier of a bridge or swap proves it.",
        Grade::Inference => "A heuristic says so. It can be wrong.",
        Grade::Reported => "A named source says so, and no ledger record is at hand.",
    }
}

/// An identity in full, with a button that copies it where scripts run.
pub(crate) fn copyable(page: &mut Markup, text: &str, what: &str) {
    page.leaf("code", &[("class", "id")], text);
    page.text(" ");
    let name = format!("Copy {what} {text}");
    let button = [
        ("type", "button"),
        ("class", "copy"),
        ("data-copy", text),
        ("aria-label", name.as_str()),
        ("hidden", "hidden"),
    ];
    page.leaf("button", &button, "Copy");
}

/// An account in full, with its name where the tags have one.
pub(super) fn account(page: &mut Markup, findings: &Findings<'_>, account: &Account) {
    if let Some(name) = findings.name(account) {
        page.leaf("span", &[("class", "tag")], &name);
        page.text(" ");
    }
    copyable(page, &account.address_for_people(), "address");
}

/// An amount rounded for people, exact in its title.
pub(super) fn amount(page: &mut Markup, findings: &Findings<'_>, asset: &AssetId, amount: Amount) {
    interval(page, findings, asset, Interval { lo: amount, hi: amount });
}

/// An interval rounded for people, exact in its title.
pub(super) fn interval(
    page: &mut Markup,
    findings: &Findings<'_>,
    asset: &AssetId,
    span: Interval,
) {
    let exact = if span.lo == span.hi {
        format!("{} base units of {asset}", span.lo)
    } else {
        format!("{} to {} base units of {asset}", span.lo, span.hi)
    };
    page.leaf(
        "span",
        &[("class", "amount"), ("title", &exact)],
        &span.text(findings.assets, asset),
    );
}

/// What an amount is worth, for people: nothing is worth nothing.
pub(super) fn worth(usd: Usd, amount: Amount) -> String {
    if amount.is_zero() { "$0".to_owned() } else { crate::usd::dollars(usd) }
}

/// A source: a link where it is a web page, text where it is not.
pub(super) fn source(page: &mut Markup, text: &str) {
    let shown = prose(text);
    if shown == text && is_link(text) {
        let link = [("href", text), ("rel", "noopener noreferrer nofollow"), ("class", "id")];
        page.leaf("a", &link, text);
    } else {
        page.leaf("span", &[("class", "id")], &shown);
    }
}

/// A table that scrolls inside its own box.
pub(crate) fn table(
    page: &mut Markup,
    caption: &str,
    headings: &[(&str, &str)],
    rows: impl FnOnce(&mut Markup),
) {
    let region =
        [("class", "scroll"), ("tabindex", "0"), ("role", "region"), ("aria-label", caption)];
    page.node("div", &region, |page| {
        page.node("table", &[], |page| {
            page.leaf("caption", &[], caption);
            page.node("thead", &[], |page| {
                page.node("tr", &[], |page| {
                    for (heading, class) in headings {
                        page.leaf("th", &[("scope", "col"), ("class", class)], heading);
                    }
                });
            });
            page.line();
            page.node("tbody", &[], rows);
        });
    });
    page.line();
}

/// A cell of figures.
pub(super) fn number(page: &mut Markup, inside: impl FnOnce(&mut Markup)) {
    page.node("td", &[("class", "num")], inside);
}
