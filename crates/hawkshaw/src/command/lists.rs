//! `hawkshaw lists`.

mod show;
mod update;

use crate::cli::lists::{ListsArguments, ListsCommand};
use crate::exit::Failure;

pub(crate) fn run(arguments: &ListsArguments, quiet: bool) -> Result<(), Failure> {
    match &arguments.command {
        ListsCommand::Update(arguments) => update::run(arguments, quiet),
        ListsCommand::Status { book, json } => show::status(&book.lists, *json),
        ListsCommand::Show { list, book, as_of, json } => {
            show::show(&book.lists, list, *as_of, *json)
        }
    }
}
