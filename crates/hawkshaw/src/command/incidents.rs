//! `hawkshaw incidents`.

mod check;
mod compare;
mod export;
mod import;
mod list;
mod plot;
mod read;
mod show;
mod stats;

use hawkshaw_report::{Colour, TableStyle};

use crate::cli::incidents::{IncidentsArguments, IncidentsCommand};
use crate::exit::Failure;
use crate::screen;

pub(crate) fn run(arguments: &IncidentsArguments, quiet: bool) -> Result<(), Failure> {
    match &arguments.command {
        IncidentsCommand::List { ledger, filter, sort, json } => {
            list::run(&read::ledger(ledger)?, filter, *sort, *json)
        }
        IncidentsCommand::Show { incident, ledger, json } => {
            show::run(&read::ledger(ledger)?, incident, *json)
        }
        IncidentsCommand::Stats { ledger, filter, by, list, launches, json, plot } => {
            let ledger = read::ledger(ledger)?;
            let launches = read::launches(&ledger, launches.as_deref())?;
            if let Some(folder) = plot {
                plot::run(&ledger, filter, &launches, folder, quiet)?;
            }
            stats::run(
                &ledger,
                filter,
                &launches,
                &stats::Shown { by: *by, every: *list, json: *json },
            )
        }
        IncidentsCommand::Compare { totals, ledger, table, actor, json } => {
            let ledger = read::ledger(ledger)?;
            match table {
                Some(file) => compare::table(&ledger, file, actor, *json),
                None => compare::run(&ledger, totals, *json),
            }
        }
        IncidentsCommand::Plot { ledger, filter, launches, out } => {
            let ledger = read::ledger(ledger)?;
            let launches = read::launches(&ledger, launches.as_deref())?;
            plot::run(&ledger, filter, &launches, out, quiet)
        }
        IncidentsCommand::Export { ledger, filter, format, out } => {
            export::run(&read::ledger(ledger)?, filter, *format, out.as_deref())
        }
        IncidentsCommand::Import(arguments) => {
            import::run(&read::ledger(&arguments.ledger)?, arguments, quiet)
        }
        IncidentsCommand::Check { paths } => check::run(paths),
    }
}

/// How text is drawn on the terminal at hand.
fn style() -> TableStyle {
    let colour = if screen::is_colourful() { Colour::Ansi } else { Colour::None };
    TableStyle { width: screen::width(), colour }
}

/// Prints a value as indented JSON.
fn answer_json(value: &serde_json::Value) -> Result<(), Failure> {
    screen::answer(screen::visible(&format!("{value:#}\n")).as_bytes())
}
