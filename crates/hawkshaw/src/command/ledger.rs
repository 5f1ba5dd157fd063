//! `hawkshaw ledger`.

mod balance;
mod change;
mod counterparties;
mod coverage;
mod export;
mod history;
mod import;
mod info;
mod question;
mod tx;
mod verify;

pub(crate) use self::export::export_csv;
use hawkshaw_report::{Colour, TableStyle};

use crate::cli::ledger::{LedgerArguments, LedgerCommand};
use crate::exit::Failure;
use crate::screen;

pub(crate) fn run(arguments: &LedgerArguments, quiet: bool) -> Result<(), Failure> {
    match &arguments.command {
        LedgerCommand::Import(arguments) => import::run(arguments, quiet),
        LedgerCommand::Info { store, json } => info::run(&store.store, *json),
        LedgerCommand::Verify { store, json } => verify::run(&store.store, *json, quiet),
        LedgerCommand::History(arguments) => history::run(arguments, quiet),
        LedgerCommand::Balance { account, at, json } => balance::run(account, *at, *json),
        LedgerCommand::Counterparties(arguments) => counterparties::run(arguments, quiet),
        LedgerCommand::Tx { hash, store, chain, json } => {
            tx::run(hash, &store.store, chain.as_ref(), *json)
        }
        LedgerCommand::Unwind { to, chain, store } => {
            change::unwind(&store.store, *to, chain.as_ref())
        }
        LedgerCommand::Compact { store } => change::compact(&store.store, quiet),
        LedgerCommand::Export(arguments) => export::run(arguments, quiet),
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
