//! The services at which movements ended.

use std::collections::BTreeMap;

use hawkshaw_model::{Account, Printable, TerminalKind};

use super::index::Index;
use crate::result::Terminal;

/// What makes places one service: who runs them, else the address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Service<'a> {
    /// Who runs it, as tags name him, and what it is.
    Run(&'a str, &'a TerminalKind),
    /// An address that nobody is known to run.
    At(&'a Account, &'a TerminalKind),
}

impl<'a> Service<'a> {
    fn of(terminal: &'a Terminal) -> Option<Self> {
        match (&terminal.actor, &terminal.account) {
            (Some(actor), _) => Some(Self::Run(actor, &terminal.kind)),
            (None, Some(account)) => Some(Self::At(account, &terminal.kind)),
            (None, None) => None,
        }
    }

    /// As part of a sentence: `Binance`, `one address (mixer)`.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Run(actor, _) => Printable(actor).to_string(),
            Self::At(_, kind) => format!("one address ({kind})"),
        }
    }
}

/// The movements that ended at services of some kinds, by service.
pub(super) fn arrivals<'a>(
    index: &Index<'a>,
    is_wanted: impl Fn(&TerminalKind) -> bool,
) -> BTreeMap<Service<'a>, Vec<usize>> {
    let mut found: BTreeMap<Service<'a>, Vec<usize>> = BTreeMap::new();
    for (number, movement) in index.moves.iter().enumerate() {
        let Some(terminal) = index.terminal(movement) else { continue };
        if !is_wanted(&terminal.kind) {
            continue;
        }
        if let Some(service) = Service::of(terminal) {
            found.entry(service).or_default().push(number);
        }
    }
    found
}
