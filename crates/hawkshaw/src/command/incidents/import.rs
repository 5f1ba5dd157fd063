//! `hawkshaw incidents import`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, anyhow};
use hawkshaw_incidents::{
    DraftOptions, DraftSource, ImportDefect, ImportOptions, Imported, ImportedTable,
    IncidentLedger, MatchVerdict, PartialDate, RowMatch, TableFormat, YearlyTable, draft, is_link,
    match_lists, read_table,
};
use hawkshaw_model::Printable;
use hawkshaw_report::incidents::{Detail, to_cross_check_text, to_import_text};
use serde_json::{Value, json};

use crate::bundle;
use crate::cli::incidents::ImportArguments;
use crate::exit::Failure;
use crate::input;
use crate::screen;

/// The claimant of lists of this form, where none is named.
fn claimant(format: TableFormat) -> &'static str {
    match format {
        TableFormat::DefillamaJson | TableFormat::DefillamaCsv => "DefiLlama",
        TableFormat::HeistList => "list of Ethereum heists",
        TableFormat::Csv | TableFormat::YearlyTotals => "a published list",
    }
}

pub(super) fn run(
    ledger: &IncidentLedger,
    arguments: &ImportArguments,
    quiet: bool,
) -> Result<(), Failure> {
    if let Some(folder) = &arguments.out {
        bundle::check_folder(folder)?;
    }
    let options = ImportOptions { format: arguments.format, dates: arguments.dates };
    let mut text = String::new();
    let mut values = Vec::new();
    let mut drafts = Drafts::new(ledger, arguments)?;
    let (mut lists, mut yearly) = (Vec::new(), Vec::new());
    for path in &arguments.files {
        match read(path, &options)? {
            Imported::Incidents(table) => lists.push(table),
            Imported::YearlyTotals(table) => yearly.push(table),
        }
    }
    let matches = match_lists(ledger, &lists);
    for (table, matches) in lists.iter().zip(&matches) {
        drafts.add(table, matches);
        values.push(table_json(table, matches));
    }
    let detail = if arguments.all { Detail::Every } else { Detail::Largest };
    text.push_str(&to_import_text(&lists, &matches, detail, super::style()));
    for table in &yearly {
        text.push_str(&super::compare::yearly_text(ledger, table, "dprk"));
        let mut value = yearly_json(table);
        for list in &lists {
            let checks = table.cross_check(list);
            text.push_str(&to_cross_check_text(table, list, &checks, super::style()));
            value["cross_checks"][list.name.as_str()] = json!(checks);
        }
        values.push(value);
    }
    if let Some(folder) = &arguments.out {
        drafts.write(folder, quiet)?;
    }
    if arguments.json {
        let value = json!({ "schema": "hawkshaw.incidents.import/1", "tables": values });
        return super::answer_json(&value);
    }
    screen::answer(text.as_bytes())
}

/// Reads a file that others publish.
pub(super) fn read(path: &Path, options: &ImportOptions) -> Result<Imported, Failure> {
    let bytes = input::read(path)?;
    let name =
        path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    read_table(&name, &bytes, options)
        .with_context(|| format!("cannot import {}", path.display()))
        .map_err(Failure::BadData)
}

/// Drafts in the making.
struct Drafts<'a> {
    arguments: &'a ImportArguments,
    edition: Option<PartialDate>,
    taken: BTreeSet<hawkshaw_incidents::IncidentId>,
    files: BTreeMap<String, Vec<u8>>,
    /// What drafted rows say, and where they stand.
    drafted: BTreeMap<[String; 3], String>,
    refused: Vec<String>,
}

impl<'a> Drafts<'a> {
    fn new(ledger: &IncidentLedger, arguments: &'a ImportArguments) -> Result<Self, Failure> {
        let edition = arguments.edition.as_ref().map(|text| {
            text.parse().map_err(|error: hawkshaw_incidents::PartialDateError| {
                Failure::Usage(anyhow::Error::new(error).context("--edition is no date"))
            })
        });
        if let Some(link) = arguments.cite.as_ref().filter(|link| !is_link(link)) {
            let shown = Printable(link);
            return Err(Failure::Usage(anyhow!("--cite `{shown}` is no link such as https://…")));
        }
        if let Some(name) = &arguments.by
            && ledger.claimants().kind(name).is_none()
        {
            let shown = Printable(name);
            return Err(Failure::Usage(anyhow!("--by `{shown}` is no claimant of the ledger")));
        }
        Ok(Self {
            arguments,
            edition: edition.transpose()?,
            taken: ledger.incidents().map(|incident| incident.id.clone()).collect(),
            files: BTreeMap::new(),
            drafted: BTreeMap::new(),
            refused: Vec::new(),
        })
    }

    /// Drafts the rows of a table that match nothing; rows that repeat one of this or of another
    /// table once.
    fn add(&mut self, table: &ImportedTable, matches: &[RowMatch]) {
        let Some(cite) = self.arguments.cite.as_ref().filter(|_| self.arguments.out.is_some())
        else {
            return;
        };
        let last = table.facts().last.map(PartialDate::from);
        let Some(on) = self.edition.clone().or(last) else { return };
        let by = self.arguments.by.as_deref().unwrap_or_else(|| claimant(table.format));
        let mut options = DraftOptions {
            data_set: DraftSource::Own {
                url: cite.clone(),
                publisher: by.to_owned(),
                title: format!("The list {}", table.name),
                published: None,
            },
            claimant: by.to_owned(),
            on,
            actor: None,
            taken: std::mem::take(&mut self.taken),
        };
        let new = matches.iter().filter(|found| found.verdict == MatchVerdict::New);
        let rows = new.filter_map(|found| table.rows.get(found.row.row.checked_sub(1)?));
        for row in rows {
            let place = format!("row {} of {}", row.row, table.name);
            if let Some(first) = self.drafted.get(&row.says()) {
                self.refused.push(format!("{place} repeats {first}"));
                continue;
            }
            match draft(row, &options) {
                Ok(draft) => {
                    options.taken.insert(draft.id);
                    self.files.insert(draft.file.name, draft.file.text.into_bytes());
                    self.drafted.insert(row.says(), place);
                }
                Err(error) => self.refused.push(format!("{place}, {error}")),
            }
        }
        self.taken = options.taken;
    }

    fn write(&self, folder: &Path, quiet: bool) -> Result<(), Failure> {
        bundle::write_files(folder, &self.files)?;
        for refused in &self.refused {
            screen::say(quiet, &format!("no draft: {refused}"));
        }
        let (count, shown) = (self.files.len(), folder.display());
        screen::say(
            quiet,
            &format!("{count} drafts written to {shown}: read and complete them, then"),
        );
        screen::say(quiet, &format!("  hawkshaw incidents check {shown}"));
        Ok(())
    }
}

fn table_json(table: &ImportedTable, matches: &[RowMatch]) -> Value {
    let unmapped: Vec<Value> = table
        .unmapped
        .iter()
        .map(|word| json!({ "field": word.field, "word": word.word, "rows": word.rows }))
        .collect();
    json!({
        "name": table.name,
        "format": table.format,
        "facts": table.facts(),
        "years": table.year_sums(),
        "rows": table.rows,
        "matches": matches,
        "defects": table.defects.iter().map(defect_json).collect::<Vec<_>>(),
        "unmapped": unmapped,
    })
}

/// A table of yearly totals as JSON, with the totals that do not add up.
pub(super) fn yearly_json(table: &YearlyTable) -> Value {
    let wrong: Vec<Value> = table
        .wrong_totals()
        .into_iter()
        .map(|(column, total)| json!({ "column": column.name, "total": total }))
        .collect();
    json!({
        "name": table.name,
        "format": TableFormat::YearlyTotals,
        "table": table,
        "wrong_totals": wrong,
        "defects": table.defects.iter().map(defect_json).collect::<Vec<_>>(),
    })
}

fn defect_json(defect: &ImportDefect) -> Value {
    json!({
        "line": defect.line,
        "row": defect.row,
        "column": defect.column,
        "text": defect.text,
        "reason": defect.reason,
    })
}
