//! Lists with dated editions: who stood on a list, from which day to which.

mod book;

pub use book::{BookError, ListBook};
