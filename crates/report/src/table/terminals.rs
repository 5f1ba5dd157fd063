//! The places, grouped by who runs them.

use comfy_table::{Attribute, Cell, CellAlignment, Color, ColumnConstraint, Width};
use hawkshaw_model::TerminalKind;
use hawkshaw_trace::StolenAsset;

use crate::findings::Findings;
use crate::group::Group;
use crate::interval::Interval;
use crate::page::Page;
use crate::text::{counted, cut};
use crate::usd::UsdSpan;

/// Lines that are shown; the others are in the files.
const LINES_MAX: usize = 40;
/// From this width on the table has the dates.
const WIDTH_DATES: u16 = 96;
/// From this width on the table has poison, and the bounds where there are any.
const WIDTH_ALL: u16 = 124;

/// What the column of US dollars takes.
const WIDTH_USD: u16 = 24;

/// Draws the table of places.
pub(super) fn table(page: &mut Page, findings: &Findings<'_>, groups: &[Group<'_>]) {
    let room = if findings.has_prices() { WIDTH_USD } else { 0 };
    let width = page.style.width.saturating_sub(room);
    let columns = Columns {
        usd: findings.has_prices(),
        dates: width >= WIDTH_DATES,
        poison: width >= WIDTH_ALL && findings.poison().is_some(),
        bounds: width >= WIDTH_ALL
            && groups.iter().any(|group| group.bounds.iter().any(Option::is_some)),
    };
    let mut table = page.table();
    table.set_header(columns.header());
    for group in groups.iter().take(LINES_MAX) {
        table.add_row(columns.row(findings, group));
    }
    // The start of an address stays on one line, as do figures where there is room; a kind
    // always does.
    if let Some(place) = table.column_mut(0) {
        place.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(14)));
    }
    let usd = usize::from(columns.usd);
    let date = 4 + usd + usize::from(columns.bounds) + usize::from(columns.poison);
    let mut whole = vec![1];
    if columns.dates {
        whole.extend([2, 3 + usd, date]);
    }
    for column in whole {
        if let Some(column) = table.column_mut(column) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    page.finished(&table);
    if let Some(rest) = groups.len().checked_sub(LINES_MAX).filter(|rest| *rest > 0) {
        page.paragraph(&format!(
            "{} more in terminals.csv and trace.json.",
            counted(rest as u64, "line", "lines")
        ));
    }
    page.paragraph(
        "Shares are of the stolen asset that the value stands for. Two figures are the least and \
         the most that the conserving policies say; each policy is a convention. Figures are \
         rounded, --json has every base unit.",
    );
    if columns.usd {
        page.paragraph(
            "US dollars are at the last arrival, by the prices that were given; they are for \
             display and order, and taint does not rest on them. Unknown is not zero.",
        );
    }
    if columns.poison {
        page.paragraph(
            "Poison marks all value that passed through a tainted place. It is an upper bound \
             and adds up to nothing.",
        );
    }
    if columns.bounds {
        page.paragraph("Bounds are what any account of the flow allows, whatever the policy.");
    }
}

/// Which columns there is room for.
#[derive(Clone, Copy)]
struct Columns {
    usd: bool,
    dates: bool,
    poison: bool,
    bounds: bool,
}

impl Columns {
    fn header(self) -> Vec<Cell> {
        let mut names = vec!["Place", "Kind", "There now"];
        if self.usd {
            names.push("US dollars");
        }
        names.push("Of the theft");
        if self.bounds {
            names.push("Bounds");
        }
        if self.poison {
            names.push("Poison (at most)");
        }
        if self.dates {
            names.push("Arrived");
        }
        names.push("Can act");
        names.into_iter().map(|name| Cell::new(name).add_attribute(Attribute::Bold)).collect()
    }

    fn row(self, findings: &Findings<'_>, group: &Group<'_>) -> Vec<Cell> {
        let number = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
        let mut cells = vec![
            Cell::new(title(findings, group)),
            Cell::new(crate::kind::name(group.kind)).fg(colour(group.kind)),
            number(group.amount.text(findings.assets, group.asset)),
        ];
        if self.usd {
            let text = group.usd.map(UsdSpan::text).unwrap_or_default();
            // A figure stays whole where the column is too narrow for two.
            cells.push(number(text.replace(" – ", " –\n").replace(" and ", "\nand ")));
        }
        cells.push(number(shares(findings, group)));
        if self.bounds {
            cells.push(number(bounds(findings, group)));
        }
        if self.poison {
            let poison = group.poison.unwrap_or_default();
            cells.push(number(crate::figures::amount(findings.assets, group.asset, poison)));
        }
        if self.dates {
            let (first, last) = (group.first_time.to_date(), group.last_time.to_date());
            let dates = if first == last { first } else { format!("{first}\n{last}") };
            cells.push(Cell::new(dates));
        }
        let who: Vec<String> = group.can_act.iter().take(3).map(|who| cut(who, 40)).collect();
        cells.push(Cell::new(who.join("\n")));
        cells
    }
}

fn title(findings: &Findings<'_>, group: &Group<'_>) -> String {
    let title = cut(&group.title(findings), 60);
    if group.places > 1 && group.actor.is_some() {
        return format!("{title} ({})", counted(group.places, "place", "places"));
    }
    title
}

/// One line for each stolen asset that the group stands for.
fn shares(findings: &Findings<'_>, group: &Group<'_>) -> String {
    let pairs = group.origins.iter().zip(&findings.trace.stolen);
    let some = pairs.filter(|(span, _)| !span.is_zero());
    let line = |(span, stolen): (&Interval, &StolenAsset)| {
        let symbol = crate::figures::symbol(findings.assets, &stolen.asset);
        format!("{} {symbol}", span.percent(stolen.amount))
    };
    some.map(line).collect::<Vec<_>>().join("\n")
}

fn bounds(findings: &Findings<'_>, group: &Group<'_>) -> String {
    let pairs = group.bounds.iter().zip(&findings.trace.stolen);
    let some = pairs.filter_map(|(bounds, stolen)| {
        let bounds = bounds.as_ref()?;
        let span = Interval { lo: bounds.lo, hi: bounds.hi };
        Some(span.text(findings.assets, &stolen.asset))
    });
    some.collect::<Vec<_>>().join("\n")
}

fn colour(kind: &TerminalKind) -> Color {
    match kind {
        TerminalKind::Held | TerminalKind::Frozen => Color::Green,
        TerminalKind::Exchange | TerminalKind::SwapService | TerminalKind::Service(_) => {
            Color::Yellow
        }
        TerminalKind::Mixer | TerminalKind::Bridge => Color::Red,
        TerminalKind::InferredService | TerminalKind::NoData | TerminalKind::Limit => {
            Color::Magenta
        }
        TerminalKind::Burned
        | TerminalKind::Fee
        | TerminalKind::StolenAgain
        | TerminalKind::BelowFloor => Color::DarkGrey,
    }
}
