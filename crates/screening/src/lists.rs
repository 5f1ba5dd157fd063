//! Lists with dated editions: who stood on a list, from which day to which.
//!
//! A book is a folder with one file a list, `ID.jsonl`. The library takes and gives bytes; who
//! opens files is the caller. Nothing that was stored is lost: who is taken off gets a day of
//! removal, and who comes back a new period.

mod book;
mod diff;
mod file;
mod list;

#[cfg(test)]
mod tests;

pub use book::{BookError, ListBook, ListStatus};
pub use diff::{DiffEntry, ListDiff};
pub use list::{DatedBy, Edition, ListEntry, Shrinking};
