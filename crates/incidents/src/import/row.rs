//! A row of an imported table: what was read of it, and every cell as it stands.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::chain::Chain;
use crate::claim::NativeAmount;
use crate::date::PartialDate;
use crate::import::amount::{
    AmountCell, has_one_point_before_three_digits, has_points_in_thousands, is_missing, read_amount,
};
use crate::import::columns::normal;
use crate::import::date::{find_order, read_date};
use crate::import::sheet::{Sheet, SheetRow};
use crate::import::words::Words;
use crate::import::{
    DateOrder, ImportColumn, ImportDefect, ImportDefectReason, ImportError, ImportField,
    ImportOptions, TableFormat,
};
use crate::usd::Usd;
use crate::vocabulary::{Kind, Technique, VictimKind};

/// What a row says about the amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportedAmount {
    /// US dollars.
    Usd(Usd),
    /// Units of an asset, whose symbol stands as the list has it.
    Native(NativeAmount),
    /// The list has none.
    Missing,
    /// What the list has was not read: see the defects.
    Unreadable,
}

impl ImportedAmount {
    /// Whether there is an amount, in whatever unit.
    pub fn is_read(&self) -> bool {
        matches!(self, Self::Usd(_) | Self::Native(_))
    }

    /// The amount, if it is in US dollars.
    pub fn usd(&self) -> Option<Usd> {
        match self {
            Self::Usd(usd) => Some(*usd),
            Self::Native(_) | Self::Missing | Self::Unreadable => None,
        }
    }
}

/// A row of an imported table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportedRow {
    /// The number of the row, from 1, without the header.
    pub row: usize,
    /// The line on which it begins, from 1.
    pub line: usize,
    /// When it happened.
    pub date: Option<PartialDate>,
    /// What the incident or its victim is called, as the list has it, spaces evened.
    pub name: Option<String>,
    /// How much was taken.
    pub amount: ImportedAmount,
    /// How much came back.
    pub returned: Option<Usd>,
    /// What kind of event it is.
    pub kind: Kind,
    /// What the victim is.
    pub victim_kind: VictimKind,
    /// How it began.
    pub technique: Technique,
    /// Chains that the ledger knows.
    pub chains: Vec<Chain>,
    /// Names of chains that it does not know.
    pub chains_unknown: Vec<String>,
    /// Links.
    pub links: Vec<String>,
    /// Who did it, in the words of the list.
    pub actor: Option<String>,
    /// What happened, in the words of the list.
    pub summary: Option<String>,
    /// The number of the first row with the same date, name and amount.
    pub repeats: Option<usize>,
    /// The cells that the fields above were read from, as they stand. Empty cells are left out.
    pub cells: BTreeMap<ImportField, String>,
    /// The cells of all other columns, as they stand. Empty cells are left out.
    pub extra: BTreeMap<String, String>,
}

impl ImportedRow {
    /// The text from which a field was read; empty where there is none.
    pub fn text(&self, field: ImportField) -> &str {
        self.cells.get(&field).map_or("", |text| text.trim())
    }

    /// Date, name and amount: rows that say the same repeat each other. An amount that was not
    /// read is compared as it stands.
    pub fn says(&self) -> [String; 3] {
        let date = self.date.as_ref().map_or_else(String::new, ToString::to_string);
        let name = self.name.as_ref().map_or_else(String::new, |name| name.to_lowercase());
        let amount = match &self.amount {
            ImportedAmount::Usd(usd) => usd.to_string(),
            _ => self.text(ImportField::Amount).to_lowercase(),
        };
        [date, name, amount]
    }
}

/// Makes rows of the rows of a sheet.
#[derive(Debug)]
pub(super) struct RowReader {
    format: TableFormat,
    pub(super) columns: Vec<ImportColumn>,
    pub(super) order: Option<DateOrder>,
    pub(super) words: Words,
    pub(super) defects: Vec<ImportDefect>,
    /// Columns of amounts of which some have points between thousands.
    pointed: Vec<ImportField>,
    /// Whether the name of the column for names says that bridges were stolen from.
    is_of_bridges: bool,
}

/// The row that is being read, for what is found wrong with it.
#[derive(Debug, Clone, Copy)]
struct At {
    row: usize,
    line: usize,
}

impl RowReader {
    /// A reader for a sheet, with the order of its dates.
    ///
    /// # Errors
    ///
    /// Where the dates of the column leave the order open.
    pub(super) fn new(
        sheet: &Sheet,
        format: TableFormat,
        columns: Vec<ImportColumn>,
        options: &ImportOptions,
    ) -> Result<Self, ImportError> {
        let date = columns.iter().position(|column| column.field == Some(ImportField::Date));
        let order = match (options.dates, date) {
            (Some(order), _) => Some(order),
            (None, Some(date)) => {
                find_order(sheet.rows.iter().map(|row| (row.line, row.cell(date))))?
            }
            (None, None) => None,
        };
        let is_of_bridges = columns.iter().any(|column| {
            column.field == Some(ImportField::Name) && normal(&column.name) == "bridge"
        });
        let is_pointed = |field: &ImportField| {
            let at = columns.iter().position(|column| column.field == Some(*field));
            at.is_some_and(|at| sheet.rows.iter().any(|row| has_points_in_thousands(row.cell(at))))
        };
        let fields = [ImportField::Amount, ImportField::Returned];
        let pointed = fields.into_iter().filter(is_pointed).collect();
        let (words, defects) = (Words::default(), Vec::new());
        Ok(Self { format, columns, order, words, defects, pointed, is_of_bridges })
    }

    pub(super) fn read(&mut self, row: usize, sheet_row: SheetRow) -> ImportedRow {
        let at = At { row, line: sheet_row.line };
        let (mut cells, mut extra) = (BTreeMap::new(), BTreeMap::new());
        for (column, text) in sheet_row.cells {
            let column = &self.columns[column];
            match column.field {
                Some(field) => _ = cells.insert(field, text),
                None => _ = extra.insert(column.name.clone(), text),
            }
        }
        let text = |field| cells.get(&field).map_or("", |text: &String| text.trim());
        let name = self.name(at, text(ImportField::Name));
        let (chains, chains_unknown) = self.chains(text(ImportField::Chain));
        let class = text(ImportField::Class);
        let link = text(ImportField::Link);
        let known = |text: &str| (!is_missing(text)).then(|| text.to_owned());
        ImportedRow {
            row,
            line: at.line,
            date: self.date(at, text(ImportField::Date)),
            amount: self.amount(at, ImportField::Amount, text(ImportField::Amount)),
            returned: self.amount(at, ImportField::Returned, text(ImportField::Returned)).usd(),
            kind: self.words.kind(class),
            victim_kind: self.victim_kind(
                text(ImportField::Target),
                text(ImportField::Bridge),
                class,
            ),
            technique: self.words.technique(text(ImportField::Technique), class),
            links: self.links(at, link),
            actor: known(text(ImportField::Actor)),
            summary: known(text(ImportField::Summary)),
            repeats: None,
            name,
            chains,
            chains_unknown,
            cells,
            extra,
        }
    }

    fn report(&mut self, at: At, field: ImportField, text: &str, reason: ImportDefectReason) {
        let column = self.columns.iter().find(|column| column.field == Some(field));
        self.defects.push(ImportDefect {
            line: at.line,
            row: at.row,
            column: column.map_or_else(String::new, |column| column.name.clone()),
            text: text.to_owned(),
            reason,
        });
    }

    fn date(&mut self, at: At, text: &str) -> Option<PartialDate> {
        read_date(text, self.order).unwrap_or_else(|reason| {
            self.report(at, ImportField::Date, text, reason);
            None
        })
    }

    fn name(&mut self, at: At, text: &str) -> Option<String> {
        let text = if self.format == TableFormat::HeistList {
            // The list went through Markdown.
            text.replace("\\_", "_")
        } else {
            text.to_owned()
        };
        let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty() {
            self.report(at, ImportField::Name, &text, ImportDefectReason::NoName);
            return None;
        }
        Some(name)
    }

    fn amount(&mut self, at: At, field: ImportField, text: &str) -> ImportedAmount {
        let column = self.columns.iter().find(|column| column.field == Some(field));
        let is_open = self.pointed.contains(&field) && has_one_point_before_three_digits(text);
        let read = match is_open {
            true => Err(ImportDefectReason::OpenPoint),
            false => read_amount(text, column.map_or(0, |column| column.power)),
        };
        match read {
            Ok(AmountCell::Missing) => ImportedAmount::Missing,
            Ok(AmountCell::Native(native)) => ImportedAmount::Native(native),
            Ok(AmountCell::Usd(usd, is_rounded)) => {
                if is_rounded {
                    self.report(at, field, text, ImportDefectReason::Rounded);
                }
                ImportedAmount::Usd(usd)
            }
            Err(reason) => {
                self.report(at, field, text, reason);
                ImportedAmount::Unreadable
            }
        }
    }

    fn victim_kind(&mut self, target: &str, bridge: &str, class: &str) -> VictimKind {
        if self.is_of_bridges || bridge.eq_ignore_ascii_case("true") {
            // The word for the target is looked up all the same, so that it is counted.
            self.words.victim(target);
            return VictimKind::Bridge;
        }
        let is_class = self.format == TableFormat::HeistList;
        self.words.victim(if is_class { class } else { target })
    }

    fn chains(&mut self, text: &str) -> (Vec<Chain>, Vec<String>) {
        let (mut chains, mut unknown) = (Vec::new(), Vec::new());
        for name in list(text) {
            match self.words.chain(name) {
                Some(chain) if !chains.contains(&chain) => chains.push(chain),
                None if !unknown.iter().any(|known| known == name) => unknown.push(name.to_owned()),
                Some(_) | None => {}
            }
        }
        (chains, unknown)
    }

    fn links(&mut self, at: At, text: &str) -> Vec<String> {
        let mut links: Vec<String> = Vec::new();
        if is_missing(text) {
            return links;
        }
        for word in text.split_whitespace() {
            let word = word.trim_end_matches([',', ';']);
            if !crate::source::is_link(word) {
                self.report(at, ImportField::Link, text, ImportDefectReason::NoLink);
                break;
            }
            if !links.iter().any(|link| link == word) {
                links.push(word.to_owned());
            }
        }
        links
    }
}

/// The items of a list such as `['Ethereum', 'BSC']`, `["Ethereum"]`, `Ethereum, BSC`.
fn list(text: &str) -> impl Iterator<Item = &str> {
    let text = if is_missing(text) { "" } else { text };
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let items =
        inner.split([',', ';', '/']).map(|item| item.trim().trim_matches(['\'', '"']).trim());
    items.filter(|item| !is_missing(item))
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn chains_are_listed_in_several_ways() {
        for text in
            ["['Ethereum', 'BSC']", "[\"Ethereum\",\"BSC\"]", "Ethereum; BSC", "Ethereum/BSC"]
        {
            assert_eq!(list(text).collect::<Vec<_>>(), ["Ethereum", "BSC"], "{text}");
        }
        for text in ["", "[]", "n/a"] {
            assert_eq!(list(text).collect::<Vec<_>>(), [""; 0], "{text}");
        }
    }
}
