//! What an import did.

use std::fmt::Write as _;

use hawkshaw_model::{ChainId, Timestamp};
use serde_json::{Value, json};

use super::words::{bytes_text, number};

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportAnswer {
    /// Files that were read.
    pub files: u64,
    /// Files that the store had already.
    pub known_files: u64,
    /// Rows that were read.
    pub rows: u64,
    /// Movements and legs that were stored.
    pub stored: u64,
    /// Movements and legs that the store had already, or that were read twice.
    pub duplicates: u64,
    /// Rows that an interrupted import had stored.
    pub resumed: u64,
    /// Transactions that were stored.
    pub txs: u64,
    /// Transactions whose index in the block no file gave.
    pub inferred_indices: u64,
    /// Movements that another table of the import says did not happen, or says better.
    pub left_out: u64,
    /// What was left out or changed, by reason.
    pub defects: Vec<(String, u64)>,
    /// What the store holds now.
    pub chains: Vec<ImportedChain>,
    /// Bytes of the store.
    pub bytes: u64,
    /// How long it took.
    pub millis: u64,
}

/// A chain of a store after an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedChain {
    /// Which.
    pub chain: ChainId,
    /// First and last height.
    pub heights: Option<(u64, u64)>,
    /// First and last time.
    pub times: (Timestamp, Timestamp),
    /// Transactions.
    pub txs: u64,
}

/// The summary of an import as text.
pub fn to_import_text(answer: &ImportAnswer) -> String {
    let mut out = String::new();
    let mut line = |what: &str, text: String| {
        let _ = writeln!(out, "{what:<12} {text}");
    };
    if answer.files == 0 {
        line("files", format!("{} already stored, nothing to do", number(answer.known_files)));
    } else {
        let known = match answer.known_files {
            0 => String::new(),
            known => format!(", {} more were stored already", number(known)),
        };
        line("files", format!("{} read{known}", number(answer.files)));
        line("rows", format!("{} read", number(answer.rows)));
        line(
            "stored",
            format!(
                "{} movements in {} new transactions",
                number(answer.stored),
                number(answer.txs)
            ),
        );
    }
    for (what, count, text) in [
        ("duplicates", answer.duplicates, "movements that were there already"),
        ("resumed", answer.resumed, "rows that the interrupted import had stored"),
        (
            "inferred",
            answer.inferred_indices,
            "transactions whose place in the block no file gives",
        ),
        (
            "left out",
            answer.left_out,
            "movements that another table says did not happen, or says better",
        ),
    ] {
        if count > 0 {
            line(what, format!("{} {text}", number(count)));
        }
    }
    for (reason, count) in &answer.defects {
        line("defects", format!("{} × {reason}", number(*count)));
    }
    for chain in &answer.chains {
        let heights = chain.heights.map_or_else(String::new, |(first, last)| {
            format!("blocks {} to {}, ", number(first), number(last))
        });
        line(
            chain.chain.name(),
            format!(
                "{heights}{} to {}, {} transactions",
                chain.times.0,
                chain.times.1,
                number(chain.txs)
            ),
        );
    }
    line("on disk", bytes_text(answer.bytes));
    if answer.files > 0 {
        line(
            "took",
            format!(
                "{}.{:03} s: {} rows a second",
                number(answer.millis / 1000),
                answer.millis % 1000,
                number(rate(answer.rows, answer.millis))
            ),
        );
    }
    out
}

fn rate(rows: u64, millis: u64) -> u64 {
    rows.saturating_mul(1000) / millis.max(1)
}

/// The summary of an import as JSON, schema `hawkshaw.ledger.import/1`.
pub fn to_import_json(answer: &ImportAnswer) -> Value {
    let defects: serde_json::Map<String, Value> =
        answer.defects.iter().map(|(reason, count)| (reason.clone(), json!(count))).collect();
    let chains: Vec<Value> = answer
        .chains
        .iter()
        .map(|chain| {
            json!({
                "chain": chain.chain.as_str(),
                "heights": chain.heights,
                "times": [chain.times.0.to_unix(), chain.times.1.to_unix()],
                "transactions": chain.txs,
            })
        })
        .collect();
    json!({
        "schema": "hawkshaw.ledger.import/1",
        "files": answer.files,
        "known_files": answer.known_files,
        "rows": answer.rows,
        "stored": answer.stored,
        "duplicates": answer.duplicates,
        "resumed": answer.resumed,
        "transactions": answer.txs,
        "inferred_indices": answer.inferred_indices,
        "left_out": answer.left_out,
        "defects": defects,
        "chains": chains,
        "bytes": answer.bytes,
        "milliseconds": answer.millis,
    })
}
