//! Text for a terminal in the making: paragraphs, lists and tables that fit its width.

use comfy_table::{ContentArrangement, LineStyle, Table, presets};

use crate::text::prose;

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

/// Text in the making.
pub(crate) struct Page {
    pub(crate) out: String,
    pub(crate) style: TableStyle,
}

impl Page {
    /// An empty page.
    pub(crate) fn new(style: TableStyle) -> Self {
        let style = TableStyle { width: style.width.max(WIDTH_MIN), ..style };
        Self { out: String::new(), style }
    }

    /// Writes a heading after an empty line.
    pub(crate) fn heading(&mut self, text: &str) {
        self.out.push('\n');
        self.bold(text);
    }

    /// Writes a line that stands out.
    pub(crate) fn bold(&mut self, text: &str) {
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
    pub(crate) fn paragraph(&mut self, text: &str) {
        self.wrapped(text, "", "");
    }

    /// Writes an item of a list, its further lines set in.
    pub(crate) fn item(&mut self, mark: &str, text: &str) {
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
    pub(crate) fn table(&self) -> Table {
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

    /// Writes a table.
    pub(crate) fn finished(&mut self, table: &Table) {
        for line in table.lines() {
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }
}
