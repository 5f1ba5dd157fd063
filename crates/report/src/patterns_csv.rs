//! Patterns as CSV: one row each, lists with blanks between.

use hawkshaw_model::TxId;
use hawkshaw_trace::Pattern;

use crate::csv::{finish, record, writer};
use crate::findings::Findings;
use crate::text::prose;

/// The columns.
const HEADER: [&str; 13] = [
    "kind",
    "grade",
    "share_billionths",
    "first_time",
    "last_time",
    "text",
    "numbers",
    "accounts_total",
    "accounts",
    "edges_total",
    "transactions",
    "chains",
    "edges",
];

/// The patterns as CSV, by kind and the largest first. `share_billionths` is of the theft.
pub fn to_patterns_csv(findings: &Findings<'_>) -> Vec<u8> {
    let mut out = writer();
    record(&mut out, HEADER.into_iter().map(str::to_owned));
    for pattern in &findings.patterns.found {
        record(&mut out, fields(pattern).into_iter());
    }
    finish(out)
}

fn fields(pattern: &Pattern) -> [String; 13] {
    let mut chains: Vec<&str> = pattern.accounts.iter().map(|a| a.chain().as_str()).collect();
    chains.sort_unstable();
    chains.dedup();
    [
        pattern.kind.to_string(),
        pattern.grade.to_string(),
        pattern.share_billionths.to_string(),
        pattern.first_time.to_string(),
        pattern.last_time.to_string(),
        prose(&pattern.text),
        listed(pattern.numbers.iter().map(|(name, number)| format!("{name}={number}"))),
        pattern.accounts_total.to_string(),
        listed(pattern.accounts.iter().map(|account| account.address_in_files())),
        pattern.edges_total.to_string(),
        listed(pattern.transactions.iter().map(TxId::to_string)),
        chains.join(" "),
        listed(pattern.edges.iter().map(usize::to_string)),
    ]
}

fn listed(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(" ")
}
