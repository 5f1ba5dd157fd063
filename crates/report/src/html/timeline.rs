//! How the value moved on in time: by kind of place, stacked, one picture per stolen asset.
#![expect(clippy::float_arithmetic, reason = "places on a page, not value")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hawkshaw_model::{Amount, TerminalKind, Timestamp};
use hawkshaw_trace::{StolenAsset, TimelinePoint};

use super::parts;
use crate::figures::{Share, amount, symbol};
use crate::findings::Findings;
use crate::markup::Markup;

const WIDTH: f64 = 1120.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 26.0;
/// Points of time that are drawn: more could not be told apart.
const POINTS_MAX: usize = 500;
/// Pictures that are drawn.
const ASSETS_MAX: usize = 6;
/// Marks of time below a picture.
const MARKS: u32 = 5;

/// A point of time with the share of each kind.
type Shares = (Timestamp, Vec<f64>);

/// Draws the timelines.
pub(super) fn timeline(page: &mut Markup, findings: &Findings<'_>) {
    let trace = findings.trace;
    let Some((policy, name)) = findings.drawn().filter(|_| trace.timeline.len() > 1) else {
        page.leaf("p", &[], "There is no more than one point of time to draw.");
        return;
    };
    page.leaf(
        "p",
        &[],
        &format!(
            "What of each stolen asset had gone where by when, under the policy {name}. Each step \
             is a transaction."
        ),
    );
    let end = end(findings, policy);
    for (index, stolen) in trace.stolen.iter().enumerate().take(ASSETS_MAX) {
        let kinds = kinds(&trace.timeline, policy, index);
        let points = points(&trace.timeline, policy, index, stolen, &kinds);
        page.node("figure", &[("class", "chart")], |page| {
            page.leaf("h3", &[], &amount(findings.assets, &stolen.asset, stolen.amount));
            chart(page, findings, stolen, (&kinds, &points), end);
            page.node("ul", &[("class", "legend")], |page| {
                for kind in kinds.iter().rev() {
                    page.node("li", &[], |page| {
                        let class = crate::kind::words(kind).class;
                        parts::swatch(page, class);
                        page.text(parts::class_words(class));
                    });
                }
            });
        });
    }
    let as_of = trace.as_of;
    if end < as_of {
        page.leaf("p", &[("class", "note")], &format!("Nothing changed from there to {as_of}."));
    }
}

/// The kinds that ever have some of an asset: what is held at the bottom, then by size.
fn kinds(timeline: &[TimelinePoint], policy: usize, stolen: usize) -> Vec<TerminalKind> {
    let mut most: BTreeMap<&TerminalKind, Amount> = BTreeMap::new();
    for sums in timeline.iter().filter_map(|point| point.by_kind.get(policy)) {
        for (kind, sum) in sums {
            let sum = sum.get(stolen).copied().unwrap_or_default();
            let known = most.entry(kind).or_default();
            *known = sum.max(*known);
        }
    }
    let mut kinds: Vec<_> = most.into_iter().filter(|(_, most)| !most.is_zero()).collect();
    kinds.sort_by_key(|(kind, most)| (**kind != TerminalKind::Held, std::cmp::Reverse(*most)));
    kinds.into_iter().map(|(kind, _)| kind.clone()).collect()
}

/// The shares at each point of time that is drawn.
fn points(
    timeline: &[TimelinePoint],
    policy: usize,
    stolen: usize,
    asset: &StolenAsset,
    kinds: &[TerminalKind],
) -> Vec<Shares> {
    let step = timeline.len().div_ceil(POINTS_MAX);
    let last = timeline.len() - 1;
    let kept = |index: usize| index.is_multiple_of(step) || index == last;
    let rows = timeline.iter().enumerate().filter(|(index, _)| kept(*index));
    rows.map(|(_, point)| {
        let share = |kind: &TerminalKind| {
            let sums = point.by_kind.get(policy).and_then(|kinds| kinds.get(kind));
            let sum = sums.and_then(|sums| sums.get(stolen)).copied().unwrap_or_default();
            fraction(Share::of(sum, asset.amount))
        };
        (point.time, kinds.iter().map(share).collect())
    })
    .collect()
}

/// Where the time axis ends: at the last change and a bit, or at the end of the data.
fn end(findings: &Findings<'_>, policy: usize) -> Timestamp {
    let timeline = &findings.trace.timeline;
    let of = |point: &TimelinePoint| point.by_kind.get(policy).cloned();
    let mut changes = timeline.windows(2).filter(|pair| of(&pair[0]) != of(&pair[1]));
    let changed = changes.next_back().map_or(timeline[0].time, |pair| pair[1].time);
    let first = timeline[0].time.to_unix();
    let spare = (changed.to_unix() - first) / 12;
    let end = Timestamp::from_unix(changed.to_unix() + spare.max(60)).unwrap_or(changed);
    end.min(findings.trace.as_of.max(changed))
}

fn chart(
    page: &mut Markup,
    findings: &Findings<'_>,
    stolen: &StolenAsset,
    (kinds, points): (&[TerminalKind], &[Shares]),
    end: Timestamp,
) {
    let start = points.first().map_or(end, |(time, _)| *time);
    let span = seconds(end.to_unix() - start.to_unix()).max(1.0);
    let x = |time: Timestamp| {
        let passed = seconds(time.to_unix() - start.to_unix());
        LEFT + (WIDTH - LEFT - RIGHT) * (passed / span).clamp(0.0, 1.0)
    };
    let about = format!(
        "Where the {} was over time, by kind of place",
        symbol(findings.assets, &stolen.asset)
    );
    let region = [
        ("class", "scroll"),
        ("tabindex", "0"),
        ("role", "region"),
        ("aria-label", about.as_str()),
    ];
    let view = format!("0 0 {WIDTH} {HEIGHT}");
    let svg = [
        ("class", "steps-chart"),
        ("viewBox", view.as_str()),
        ("role", "img"),
        ("aria-label", &about),
    ];
    page.node("div", &region, |page| {
        page.node("svg", &svg, |page| {
            let mut below = vec![0.0; points.len()];
            for (index, kind) in kinds.iter().enumerate() {
                let above: Vec<f64> =
                    below.iter().zip(points).map(|(below, point)| below + point.1[index]).collect();
                area(page, kind, points, (&below, &above), (&x, end));
                below = above;
            }
            axes(page, start, end, &x);
        });
    });
}

/// The area between two lines of steps.
fn area(
    page: &mut Markup,
    kind: &TerminalKind,
    points: &[Shares],
    (below, above): (&[f64], &[f64]),
    (x, end): (&dyn Fn(Timestamp) -> f64, Timestamp),
) {
    let xs: Vec<f64> = points.iter().map(|(time, _)| x(*time)).chain([x(end)]).collect();
    let mut path = format!("M{:.1},{:.1}", xs[0], y(above[0]));
    for (index, share) in above.iter().enumerate() {
        let _ = write!(path, "V{:.1}H{:.1}", y(*share), xs[index + 1]);
    }
    for (index, share) in below.iter().enumerate().rev() {
        let _ = write!(path, "V{:.1}H{:.1}", y(*share), xs[index]);
    }
    path.push('Z');
    let words = crate::kind::words(kind);
    let last = above.last().zip(below.last()).map_or(0.0, |(above, below)| above - below);
    page.node("path", &[("class", &format!("area k-{}", words.class)), ("d", &path)], |page| {
        let title =
            format!("{}: {:.2} % at the end", parts::class_words(words.class), last * 100.0);
        page.leaf("title", &[], &title);
    });
    page.line();
}

fn axes(page: &mut Markup, start: Timestamp, end: Timestamp, x: &dyn Fn(Timestamp) -> f64) {
    let number = |value: f64| format!("{value:.1}");
    for percent in [0, 50, 100] {
        let at = number(y(f64::from(percent) / 100.0));
        let line = [
            ("class", "grid"),
            ("x1", &number(LEFT)),
            ("x2", &number(WIDTH - RIGHT)),
            ("y1", &at),
            ("y2", &at),
        ];
        page.void("line", &line);
        let at = number(y(f64::from(percent) / 100.0) + 4.0);
        let text = [("class", "tick end"), ("x", &number(LEFT - 6.0)), ("y", &at)];
        page.leaf("text", &text, &format!("{percent} %"));
    }
    let span = end.to_unix() - start.to_unix();
    for mark in 0..=MARKS {
        let seconds = start.to_unix() + span * i64::from(mark) / i64::from(MARKS);
        let Ok(time) = Timestamp::from_unix(seconds) else { continue };
        let text = if span > 4 * 86_400 {
            time.to_date()
        } else {
            time.to_string()[5..16].replace('T', " ")
        };
        let class = match mark {
            0 => "tick",
            MARKS => "tick end",
            _ => "tick middle",
        };
        let place = [("class", class), ("x", &number(x(time))), ("y", &number(HEIGHT - 8.0))];
        page.leaf("text", &place, &text);
    }
}

fn y(share: f64) -> f64 {
    TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - share)
}

/// A share from 0 to 1, for drawing.
pub(super) fn fraction(share: Share) -> f64 {
    f64::from(u32::try_from(share.billionths()).unwrap_or(u32::MAX)) / 1e9
}

/// Seconds for drawing; spans of over 136 years end there.
fn seconds(seconds: i64) -> f64 {
    f64::from(u32::try_from(seconds.max(0)).unwrap_or(u32::MAX))
}
