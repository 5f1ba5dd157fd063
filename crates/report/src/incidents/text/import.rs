//! Imported lists as text: what was read, and which rows the ledger already has.

use comfy_table::Cell;
use hawkshaw_incidents::{
    CrossCheck, ImportedAmount, ImportedRow, ImportedTable, MatchVerdict, PrintedTotal, RowMatch,
    RowPlace, TableFormat, TotalDifference, Usd, Vocabulary as _, YearlyFigure, YearlyTable,
};

use super::{Detail, right, table_with};
use crate::page::{Page, TableStyle};
use crate::text::label;

/// Defects and words that are shown one by one.
const EXAMPLES_MAX: usize = 10;

/// Imported lists: what each holds, what was not read, and for each row what of the ledger it
/// matches, by what and with which doubt. Rows that match beyond doubt only with
/// [`Detail::Every`].
pub fn to_import_text(
    lists: &[ImportedTable],
    matches: &[Vec<RowMatch>],
    detail: Detail,
    style: TableStyle,
) -> String {
    let mut page = Page::new(style);
    for (table, matches) in lists.iter().zip(matches) {
        facts(&mut page, table);
        years(&mut page, table);
        defects(&mut page, table);
        verdicts(&mut page, matches);
        rows(&mut page, (lists, table), matches, detail);
    }
    page.out
}

fn verdicts(page: &mut Page, matches: &[RowMatch]) {
    let count = |verdict: MatchVerdict| matches.iter().filter(|m| m.verdict == verdict).count();
    page.heading("What the ledger already has");
    for verdict in MatchVerdict::ALL {
        page.item("•", &format!("{}: {} rows", verdict.label(), count(*verdict)));
    }
    let twice = matches.iter().filter(|found| found.also_matched_count > 0).count();
    if twice > 0 {
        page.item(
            "•",
            &format!("{twice} rows share their best match with another row: look at both"),
        );
    }
}

/// Where a row stands. Objects of a list in JSON may all stand on one line.
fn place(table: &ImportedTable, place: RowPlace) -> String {
    match table.format {
        TableFormat::DefillamaJson => format!("row {}", place.row),
        _ => format!("line {}", place.line),
    }
}

fn facts(page: &mut Page, table: &ImportedTable) {
    let facts = table.facts();
    page.bold(&format!("{}: {}, {} rows", table.name, table.format.label(), facts.rows));
    let span = match (facts.first, facts.last) {
        (Some(first), Some(last)) => format!(", {first} to {last}"),
        _ => String::new(),
    };
    page.paragraph(&format!("{} in US dollars{span}.", facts.usd.for_people()));
    let told = [
        (facts.with_native, "with an amount in units of an asset"),
        (facts.without_amount, "without an amount"),
        (facts.unreadable_amount, "with an amount that was not read"),
        (facts.without_date, "without a date"),
        (facts.without_full_date - facts.without_date, "with a date that is not known to the day"),
        (facts.repeats, "that repeat another row (still in the sums)"),
        (table.rows_blank, "blank lines"),
    ];
    for (count, what) in told.into_iter().filter(|(count, _)| *count > 0) {
        page.item("•", &format!("{count} {what}"));
    }
    if let Some(order) = table.dates {
        page.item("•", &format!("dates read as {order}"));
    }
}

fn years(page: &mut Page, table: &ImportedTable) {
    page.heading("By year");
    let sums = table.year_sums();
    let headings = ["year", "rows", "without US dollars", "US dollars", "exactly"];
    let mut shown = table_with(page, headings);
    let mut add = |year: String, sum: &hawkshaw_incidents::YearSum| {
        shown.add_row([
            Cell::new(year),
            right(sum.rows.to_string()),
            right(sum.without_usd.to_string()),
            right(sum.usd.for_people()),
            right(sum.usd.to_string()),
        ]);
    };
    for (year, sum) in &sums.years {
        add(year.to_string(), sum);
    }
    if sums.unknown.rows > 0 {
        add("unknown".to_owned(), &sums.unknown);
    }
    page.finished(&shown);
}

fn defects(page: &mut Page, table: &ImportedTable) {
    if table.defects.is_empty() && table.unmapped.is_empty() {
        return;
    }
    page.heading("What was not read as it stands");
    for (reason, count) in table.defects_by_reason() {
        page.item("•", &format!("{count} × {}", reason.label()));
    }
    for defect in table.defects.iter().take(EXAMPLES_MAX) {
        page.item("-", &defect.to_string());
    }
    if table.defects.len() > EXAMPLES_MAX {
        page.paragraph(&format!(
            "and {} more (--json has all)",
            table.defects.len() - EXAMPLES_MAX
        ));
    }
    if !table.unmapped.is_empty() {
        let words: Vec<String> = table
            .unmapped
            .iter()
            .take(EXAMPLES_MAX)
            .map(|word| format!("{} `{}` ({})", word.field, label(&word.word), word.rows))
            .collect();
        let rest = match table.unmapped.len().saturating_sub(EXAMPLES_MAX) {
            0 => String::new(),
            rest => format!(" and {rest} more"),
        };
        page.item("•", &format!("words that the ledger has none for: {}{rest}", words.join(", ")));
    }
}

fn rows(
    page: &mut Page,
    (lists, table): (&[ImportedTable], &ImportedTable),
    matches: &[RowMatch],
    detail: Detail,
) {
    let is_shown = |found: &&RowMatch| {
        detail == Detail::Every
            || found.verdict != MatchVerdict::Same
            || found.also_matched_count > 0
    };
    let mut shown: Vec<(&RowMatch, &ImportedRow)> = matches
        .iter()
        .filter(is_shown)
        .filter_map(|found| Some((found, table.rows.get(found.row.row.checked_sub(1)?)?)))
        .collect();
    shown.sort_by_key(|(found, _)| (found.verdict, found.row));
    let mut last = None;
    for (found, row) in shown {
        if last != Some(found.verdict) {
            page.heading(&format!("Rows: {}", found.verdict.label()));
            last = Some(found.verdict);
        }
        let date = row.date.as_ref().map_or("no date", |date| date.as_str());
        let name = row.name.as_deref().unwrap_or("no name");
        page.item(
            "•",
            &format!(
                "{}: {date}, {}, {}",
                place(table, found.row),
                label(name),
                amount(&row.amount)
            ),
        );
        if let Some(first) = row.repeats.and_then(|first| table.rows.get(first.checked_sub(1)?)) {
            let first = RowPlace { row: first.row, line: first.line, ..found.row };
            page.item("    !", &format!("repeats {}", place(table, first)));
        }
        for candidate in &found.candidates {
            page.item(
                "    →",
                &format!(
                    "{}: name {}; date {}; amount {}",
                    candidate.incident,
                    candidate.name.reason,
                    candidate.date.reason,
                    candidate.amount.reason
                ),
            );
        }
        if found.also_matched_count > 0 {
            let others: Vec<String> = found
                .also_matched_by
                .iter()
                .map(|other| elsewhere(lists, found.row, *other))
                .collect();
            let total = found.also_matched_count;
            page.item(
                "    !",
                &format!("{total} other rows fit it best too: {}", others.join(", ")),
            );
        }
    }
}

/// Where another row stands, with its list where that is another one.
fn elsewhere(lists: &[ImportedTable], row: RowPlace, other: RowPlace) -> String {
    let Some(list) = lists.get(other.list.saturating_sub(1)) else { return String::new() };
    match other.list == row.list {
        true => place(list, other),
        false => format!("{} of {}", place(list, other), list.name),
    }
}

fn amount(amount: &ImportedAmount) -> String {
    match amount {
        ImportedAmount::Usd(usd) => usd.for_people(),
        ImportedAmount::Native(native) => format!("{} {}", native.amount, label(&native.asset)),
        ImportedAmount::Missing => "no amount".to_owned(),
        ImportedAmount::Unreadable => "an amount that was not read".to_owned(),
    }
}

/// A table of yearly totals: whether its printed totals add up, and its years beside those of
/// the ledger, which are given as year, incidents and sum.
pub fn to_yearly_text(
    table: &YearlyTable,
    ledger: &[(i16, usize, Usd)],
    style: TableStyle,
) -> String {
    let mut page = Page::new(style);
    let count = table.columns.len();
    page.bold(&format!("{}: {} years, {count} columns", table.name, table.years.len()));
    page.heading("Do the printed totals add up");
    for column in &table.columns {
        for total in &column.printed {
            let text = match total.difference() {
                TotalDifference::None => format!("{}: yes, {}", column.name, figure(total.sum)),
                TotalDifference::Unknown => format!(
                    "{}: cannot be checked. `{}` on line {} prints {}, and {}",
                    column.name,
                    label(&total.label),
                    total.line,
                    total.printed,
                    unknown(total)
                ),
                TotalDifference::More(by) | TotalDifference::Less(by) => {
                    let less = matches!(total.difference(), TotalDifference::Less(_));
                    format!(
                        "{}: NO. `{}` on line {} prints {}, and the years sum to {}: {} too {}",
                        column.name,
                        label(&total.label),
                        total.line,
                        total.printed,
                        total.sum,
                        by,
                        if less { "little" } else { "much" }
                    )
                }
            };
            page.item("•", &text);
        }
        if column.printed.is_empty() {
            let sum = figure(column.sum);
            page.item("•", &format!("{}: prints no total; the years sum to {sum}", column.name));
        }
        if !column.lacks.is_empty() {
            let years: Vec<String> = column.lacks.iter().map(ToString::to_string).collect();
            page.item("•", &format!("{}: no figure for {}", column.name, years.join(", ")));
        }
    }
    for defect in &table.defects {
        page.item("•", &format!("not read: {defect}"));
    }
    beside(&mut page, table, ledger);
    page.out
}

/// A table of yearly totals against a list: which of its columns the rows of the list sum to, and
/// in which years they do not. Nothing where no column is made of the list.
pub fn to_cross_check_text(
    table: &YearlyTable,
    list: &ImportedTable,
    checks: &[CrossCheck],
    style: TableStyle,
) -> String {
    let mut page = Page::new(style);
    if checks.is_empty() {
        return page.out;
    }
    page.heading(&format!("{} against the rows of {}", table.name, list.name));
    for check in checks {
        let count = check.agree.len();
        page.item("•", &format!("{}: {count} years are what the rows sum to", check.column));
        for year in &check.differ {
            let text = format!(
                "{}: prints {}, and the rows sum to {}",
                year.year, year.printed, year.rows
            );
            page.item("    !", &text);
        }
    }
    page.out
}

/// Why nobody can know whether a printed total is right.
fn unknown(total: &PrintedTotal) -> String {
    if !total.has_years {
        return "its label does not say of which years".to_owned();
    }
    let years: Vec<String> = total.lacks.iter().map(ToString::to_string).collect();
    format!("the years sum to {} without {}, which has no figure", total.sum, years.join(", "))
}

fn figure(figure: YearlyFigure) -> String {
    match figure {
        YearlyFigure::Usd(usd) => usd.for_people(),
        YearlyFigure::Count(count) => count.to_string(),
    }
}

fn beside(page: &mut Page, table: &YearlyTable, ledger: &[(i16, usize, Usd)]) {
    page.heading("Year by year, beside this ledger");
    let columns: Vec<String> = table.columns.iter().map(|column| label(&column.name)).collect();
    let headings = std::iter::once("year").chain(columns.iter().map(String::as_str));
    let mut shown = table_with(page, headings.chain(["this ledger", "incidents"]));
    for year in &table.years {
        let mut row = vec![Cell::new(year)];
        for column in &table.columns {
            let stated = column.years.get(year);
            row.push(right(stated.map_or_else(|| "unknown".to_owned(), |stated| figure(*stated))));
        }
        let own = ledger.iter().find(|(of, ..)| of == year);
        let (count, usd) = own.map_or((0, Usd::ZERO), |(_, count, usd)| (*count, *usd));
        row.push(right(usd.for_people()));
        row.push(right(count.to_string()));
        shown.add_row(row);
    }
    page.finished(&shown);
}
