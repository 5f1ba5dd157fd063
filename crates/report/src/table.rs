//! The trace as tables of characters, for a person at a terminal.

mod notes;
mod statement;
mod terminals;

use comfy_table::{ContentArrangement, LineStyle, Table, presets};

use crate::findings::Findings;
use crate::group::groups;
use crate::steps::{Step, steps};
use crate::summary::{kinds, loot, theft_time};
use crate::text::{label, prose};

/// How tables are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableStyle {
    /// How many characters fit on a line. Below 60 it is taken as 60.
    pub width: u16,
    /// Whether terminal escapes may be used.
    pub colour: Colour,
}

/// Whether terminal escapes may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Colours by kind of terminal.
    Ansi,
    /// Text alone.
    None,
}

/// The fewest characters of a line that tables are drawn for.
const WIDTH_MIN: u16 = 60;

/// The trace as a person reads it at a glance: the bottom line, the places grouped by who runs
/// them, whether it adds up, and what to do next.
pub fn to_table(findings: &Findings<'_>, style: TableStyle) -> String {
    let style = TableStyle { width: style.width.max(WIDTH_MIN), ..style };
    let mut page = Page { out: String::new(), style };
    let groups = groups(findings);
    headline(&mut page, findings);
    for kind in kinds(findings, &groups) {
        let line = format!("{} {}", kind.shares(findings), kind.happened());
        page.item("•", &line);
    }
    page.heading("Where it is");
    terminals::table(&mut page, findings, &groups);
    page.heading("Does it add up");
    statement::tables(&mut page, findings);
    notes::notes(&mut page, findings);
    page.heading("What to do next");
    for (number, step) in (1..).zip(steps(findings, &groups)) {
        next(&mut page, number, &step);
    }
    page.out
}

fn headline(page: &mut Page, findings: &Findings<'_>) {
    let case = findings.case;
    page.bold(&format!("{} ({})", label(&case.title), case.id));
    let when = theft_time(findings).map(|time| format!(" on {}", time.to_date()));
    page.paragraph(&format!(
        "Stolen: {}{}. As of {}.",
        loot(findings),
        when.unwrap_or_default(),
        findings.trace.as_of
    ));
}

fn next(page: &mut Page, number: usize, step: &Step) {
    page.item(&format!("{number}."), &step.text);
    for address in &step.addresses {
        page.out.push_str("     ");
        page.out.push_str(address);
        page.out.push('\n');
    }
}

/// Text in the making.
struct Page {
    out: String,
    style: TableStyle,
}

impl Page {
    fn heading(&mut self, text: &str) {
        self.out.push('\n');
        self.bold(text);
    }

    fn bold(&mut self, text: &str) {
        match self.style.colour {
            Colour::Ansi => {
                self.out.push_str("\u{1b}[1m");
                self.paragraph(text);
                self.out.push_str("\u{1b}[0m");
            }
            Colour::None => self.paragraph(text),
        }
    }

    /// Writes lines of words that fit.
    fn paragraph(&mut self, text: &str) {
        self.wrapped(text, "", "");
    }

    /// Writes an item of a list, its further lines set in.
    fn item(&mut self, mark: &str, text: &str) {
        let first = format!("  {mark} ");
        let rest = " ".repeat(first.chars().count());
        self.wrapped(text, &first, &rest);
    }

    fn wrapped(&mut self, text: &str, first: &str, rest: &str) {
        let width = usize::from(self.style.width);
        let mut line = first.to_owned();
        let mut filled = false;
        for word in prose(text).split_whitespace() {
            if filled && line.chars().count() + 1 + word.chars().count() > width {
                self.out.push_str(line.trim_end());
                self.out.push('\n');
                rest.clone_into(&mut line);
                filled = false;
            }
            if filled {
                line.push(' ');
            }
            line.push_str(word);
            filled = true;
        }
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    /// An empty table of the page's width.
    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(self.style.width);
        match self.style.colour {
            Colour::Ansi => table.enforce_styling(),
            Colour::None => table.force_no_tty(),
        };
        table
    }

    fn finished(&mut self, table: &Table) {
        for line in table.lines() {
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }
}
