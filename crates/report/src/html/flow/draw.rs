//! Draws a laid-out picture as SVG.
#![expect(clippy::float_arithmetic, reason = "places on a page, not value")]

use std::fmt::Write as _;

use hawkshaw_model::{Grade, Timestamp};

use super::layout::{BAR, Layout, label_is_right};
use super::picture::{Picture, Place, Ribbon, Role};
use crate::findings::Findings;
use crate::markup::Markup;
use crate::summary::listed;
use crate::text::{counted, cut};

/// How wide a letter of a label is, on the safe side.
const LETTER: f64 = 6.9;

/// Draws the picture.
pub(super) fn draw(page: &mut Markup, findings: &Findings<'_>, picture: &Picture, layout: &Layout) {
    let box_of = format!("-4 0 {:.0} {:.0}", layout.width + 8.0, layout.height);
    let style = format!("min-width:{:.0}px;max-width:{:.0}px", layout.width * 0.84, layout.width);
    let attributes = [
        ("class", "flow"),
        ("viewBox", box_of.as_str()),
        ("role", "img"),
        ("aria-label", "The flow of the stolen value from left to right"),
        ("style", style.as_str()),
    ];
    page.node("svg", &attributes, |page| {
        page.line();
        arrowhead(page);
        for (index, ((from, to), ribbon)) in picture.ribbons.iter().enumerate() {
            let way = &layout.ways[index];
            let back = way[0].0 >= way[way.len() - 1].0;
            let path = if back { way_back(way) } else { band(way, layout.widths[index]) };
            let places = (&picture.places[*from], &picture.places[*to]);
            ribbon_element(page, findings, ribbon, places, &path, (back, layout.widths[index]));
        }
        for place in 0..picture.places.len() {
            place_element(page, picture, layout, place);
        }
    });
}

fn ribbon_element(
    page: &mut Markup,
    findings: &Findings<'_>,
    ribbon: &Ribbon,
    (from, to): (&Place, &Place),
    path: &str,
    (back, width): (bool, f64),
) {
    let certain = ribbon.grades.iter().all(|grade| *grade == Grade::Ledger);
    let mut class =
        format!("ribbon k-{}", if to.role == Role::Terminal { to.class } else { "passed" });
    if !certain {
        class.push_str(" unproven");
    }
    if back {
        class.push_str(" back");
    }
    let stroke = format!("{:.1}", width.clamp(1.5, 4.0));
    let mut attributes = vec![("class", class.as_str()), ("d", path)];
    if back {
        attributes.push(("stroke-width", &stroke));
        attributes.push(("marker-end", "url(#arrow)"));
    }
    page.node("path", &attributes, |page| {
        page.leaf("title", &[], &ribbon_title(findings, ribbon, from, to));
    });
    page.line();
}

/// What a pointer over a ribbon is told.
fn ribbon_title(findings: &Findings<'_>, ribbon: &Ribbon, from: &Place, to: &Place) -> String {
    let mut text =
        format!("{} to {}: {} of the theft", title(from), title(to), share(ribbon.weight));
    let amounts = ribbon.amounts.iter();
    let amounts = amounts.map(|(asset, sum)| crate::figures::amount(findings.assets, asset, *sum));
    if ribbon.count > 0 {
        let payments = counted(ribbon.count, "payment", "payments");
        let _ = write!(text, "; {} in {payments}", listed(amounts));
    } else {
        text.push_str("; rests there");
    }
    if let Some((first, last)) = ribbon.times {
        let _ = write!(text, "; {first}");
        if first != last {
            let _ = write!(text, " to {last}");
        }
    }
    let grades = ribbon.grades.iter().map(|grade| grade.as_str().to_owned());
    let _ = write!(text, "; grade {}", listed(grades));
    for (side, place) in [("from", from), ("to", to)] {
        if !place.listed.is_empty() {
            let _ = write!(text, "; {side} {}", place.listed.join(" "));
        }
    }
    if !ribbon.txs.is_empty() {
        let _ = write!(text, "; tx {}", ribbon.txs.join(" "));
    }
    text
}

fn place_element(page: &mut Markup, picture: &Picture, layout: &Layout, index: usize) {
    let place = &picture.places[index];
    let (x, y, height) = layout.bars[index];
    let class = format!("bar k-{}", place.class);
    let number = |value: f64| format!("{value:.1}");
    page.node("g", &[("class", "place")], |page| {
        let mut about = title(place);
        for address in &place.listed {
            let _ = write!(about, "; {address}");
        }
        if place.count > place.listed.len() as u64 && !place.listed.is_empty() {
            about.push_str("; …");
        }
        page.leaf("title", &[], &about);
        let bar = [
            ("class", class.as_str()),
            ("x", &number(x)),
            ("y", &number(y)),
            ("width", &number(BAR)),
            ("height", &number(height)),
            ("rx", "2"),
        ];
        page.void("rect", &bar);
        let right = label_is_right(picture, index);
        let room = if right { 204.0 } else { layout.pitch - 10.0 };
        let (x, y) = if right { (x + BAR + 8.0, y + height / 2.0 - 3.0) } else { (x, y - 19.0) };
        let through = picture.throughputs()[index];
        let lines = [(title(place), "name"), (subtitle(place, through), "about")];
        for (line, (text, class)) in lines.into_iter().enumerate() {
            let y = number(y + super::float(line) * 14.0);
            let text = cut(&text, letters(room));
            page.leaf("text", &[("class", class), ("x", &number(x)), ("y", &y)], &text);
        }
    });
    page.line();
}

/// How many letters fit.
fn letters(room: f64) -> usize {
    let mut count: usize = 8;
    while super::float(count + 1) * LETTER < room {
        count += 1;
    }
    count
}

fn title(place: &Place) -> String {
    let count = || counted(place.count, "address", "addresses");
    match place.role {
        Role::Merged => count(),
        _ => place.title.clone(),
    }
}

/// The second line of a label: share, then what was swapped, how many addresses, or when.
fn subtitle(place: &Place, through: f64) -> String {
    let what = match (place.swaps.first(), place.role) {
        (Some((given, got)), _) => format!("{given} → {got}"),
        (None, Role::Terminal) if place.count > 1 => counted(place.count, "address", "addresses"),
        _ => place.first_time.map(day).unwrap_or_default(),
    };
    format!("{} · {what}", share(through))
}

/// `23 Mar 22`: a day where there is little room.
fn day(time: Timestamp) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let date = time.to_date();
    let month = date.get(5..7).and_then(|month| month.parse::<usize>().ok()).unwrap_or(1);
    let month = MONTHS.get(month.saturating_sub(1)).copied().unwrap_or_default();
    let (year, day) = (date.get(2..4).unwrap_or_default(), date.get(8..10).unwrap_or_default());
    format!("{} {month} {year}", day.trim_start_matches('0'))
}

fn arrowhead(page: &mut Markup) {
    page.raw(concat!(
        "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" ",
        "markerUnits=\"userSpaceOnUse\" markerWidth=\"9\" markerHeight=\"9\" orient=\"auto\">",
        "<path class=\"arrow\" d=\"M0,0L8,4L0,8Z\"/></marker></defs>\n",
    ));
}

/// A share for display.
fn share(weight: f64) -> String {
    let percent = weight * 100.0;
    if percent > 0.0 && percent < 0.05 { "< 0.1 %".to_owned() } else { format!("{percent:.1} %") }
}

/// A ribbon as an area along its way.
fn band(way: &[(f64, f64)], width: f64) -> String {
    let half = width / 2.0;
    let last = way.len() - 1;
    // It leaves a bar on its right side, passes columns in their middle, and arrives on the left.
    let inset = |index: usize| match index {
        0 => BAR,
        _ if index == last => 0.0,
        _ => BAR / 2.0,
    };
    let mut points: Vec<(f64, f64)> =
        way.iter().enumerate().map(|(index, (x, y))| (x + inset(index), *y)).collect();
    let mut path = String::new();
    let _ = write!(path, "M{:.1},{:.1}", points[0].0, points[0].1 - half);
    curves(&mut path, &points, -half);
    let end = points[last];
    let _ = write!(path, "L{:.1},{:.1}", end.0, end.1 + half);
    points.reverse();
    curves(&mut path, &points, half);
    path.push('Z');
    path
}

/// A smooth line through points: level at its ends and where it turns, else as steep as its
/// neighbours allow, so that it never swings beyond them.
fn curves(path: &mut String, points: &[(f64, f64)], shift: f64) {
    let rise = |index: usize| {
        let (x0, y0) = points[index];
        let (x1, y1) = points[index + 1];
        (y1 - y0) / (x1 - x0)
    };
    let slope = |index: usize| {
        if index == 0 || index + 1 == points.len() {
            return 0.0;
        }
        let (before, after) = (rise(index - 1), rise(index));
        if before * after <= 0.0 { 0.0 } else { 2.0 * before * after / (before + after) }
    };
    for index in 0..points.len() - 1 {
        let ((x0, y0), (x1, y1)) = (points[index], points[index + 1]);
        let reach = (x1 - x0) * 0.42;
        let _ = write!(
            path,
            "C{:.1},{:.1} {:.1},{:.1} {x1:.1},{:.1}",
            x0 + reach,
            y0 + slope(index) * reach + shift,
            x1 - reach,
            y1 - slope(index + 1) * reach + shift,
            y1 + shift,
        );
    }
}

/// A way back to an earlier place: a line from the left side of its payer, with an arrow; to a
/// place of the same column a loop on the right.
fn way_back(way: &[(f64, f64)]) -> String {
    let ((x0, y0), (x1, y1)) = (way[0], way[way.len() - 1]);
    let (start, end, reach) =
        if x0 > x1 { (x0, x1 + BAR, -0.5 * (x0 - x1)) } else { (x0 + BAR, x1 + BAR, 40.0) };
    let (a, b) = (start + reach, if x0 > x1 { end - reach } else { end + reach });
    format!("M{start:.1},{y0:.1}C{a:.1},{y0:.1} {b:.1},{y1:.1} {end:.1},{y1:.1}")
}
