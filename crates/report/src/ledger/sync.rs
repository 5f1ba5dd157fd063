//! What bringing a store to the tip of a chain did.

use std::fmt::Write as _;

use hawkshaw_model::ChainId;
use serde_json::{Value, json};

use super::words::{bytes_text, number, tenths};
use crate::text::label;

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncAnswer {
    /// The chain.
    pub chain: ChainId,
    /// The host or folder that was read.
    pub source: String,
    /// Blocks that were read.
    pub blocks: u64,
    /// The last height that is stored whole.
    pub through: Option<u64>,
    /// The tip of the source.
    pub tip: Option<u64>,
    /// Rows that were read.
    pub rows: u64,
    /// Movements and legs that were stored.
    pub stored: u64,
    /// Transactions that were stored.
    pub txs: u64,
    /// Logs and calls that were stored.
    pub events: u64,
    /// What was left out, by reason.
    pub defects: Vec<(String, u64)>,
    /// Blocks of the source that cannot be read, as sentences.
    pub left_out: Vec<String>,
    /// What the source leaves out, as sentences.
    pub lacks: Vec<String>,
    /// Blocks that went away.
    pub reorganisations: Vec<ReorganisationNote>,
    /// Requests that were sent, those that were sent again among them, and bytes that came.
    pub traffic: Option<TrafficNote>,
    /// Bytes of the store.
    pub bytes: u64,
    /// How long it took.
    pub millis: u64,
}

/// What was sent and received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrafficNote {
    /// Requests.
    pub requests: u64,
    /// Those that were sent again.
    pub retries: u64,
    /// Bytes of answers.
    pub bytes: u64,
}

/// Blocks that the chain gave up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReorganisationNote {
    /// The last block that both have.
    pub common: u64,
    /// The last stored block that went away.
    pub gone_to: u64,
    /// Transactions that were taken back.
    pub txs: u64,
    /// Movements that were taken back.
    pub rows: u64,
    /// Transactions that stand in a new block again.
    pub returned: u64,
    /// Transactions that no new block holds, as explorers show them.
    pub lost: Vec<String>,
}

/// Transactions that text names.
const NAMED_MAX: usize = 10;

/// A reorganisation as text.
pub fn to_reorganisation_text(gone: &ReorganisationNote) -> String {
    let mut out = format!(
        "blocks {} to {} went away: {} transactions with {} movements were taken back, {} of them \
         stand in new blocks, {} do not\n",
        number(gone.common.saturating_add(1)),
        number(gone.gone_to),
        number(gone.txs),
        number(gone.rows),
        number(gone.returned),
        number(gone.lost.len() as u64)
    );
    for tx in gone.lost.iter().take(NAMED_MAX) {
        let _ = writeln!(out, "  gone: {tx}");
    }
    if gone.lost.len() > NAMED_MAX {
        let more = (gone.lost.len() - NAMED_MAX) as u64;
        let _ = writeln!(out, "  and {} more: --json names all", number(more));
    }
    out
}

/// What a run did, as text.
pub fn to_sync_text(answer: &SyncAnswer) -> String {
    let mut out = String::new();
    let mut line = |what: &str, text: &str| {
        let _ = writeln!(out, "{what:<12} {text}");
    };
    let through = match answer.through {
        Some(height) => format!("stored through block {}", number(height)),
        None => "nothing is stored".to_owned(),
    };
    let tip = match (answer.tip, answer.through) {
        (Some(tip), Some(through)) if tip < through => {
            format!(", the source lags behind at {}", number(tip))
        }
        (Some(tip), _) => format!(", the tip is {}", number(tip)),
        (None, _) => String::new(),
    };
    let name = answer.chain.name();
    line("chain", &format!("{name}: {through}{tip}"));
    line("source", &label(&answer.source));
    if answer.blocks == 0 {
        line("read", "nothing new");
    } else {
        let (blocks, rows) = (number(answer.blocks), number(answer.rows));
        line("read", &format!("{blocks} blocks with {rows} rows"));
        line(
            "stored",
            &format!(
                "{} movements in {} transactions, {} logs and calls",
                number(answer.stored),
                number(answer.txs),
                number(answer.events)
            ),
        );
    }
    for text in &answer.lacks {
        line("lacks", text);
    }
    for text in &answer.left_out {
        line("left out", text);
    }
    for (reason, count) in &answer.defects {
        line("left out", &format!("{} × {reason}", number(*count)));
    }
    for gone in &answer.reorganisations {
        line("changed", to_reorganisation_text(gone).trim_end());
    }
    if let Some(traffic) = answer.traffic {
        line(
            "traffic",
            &format!(
                "{} requests, {} of them again, {}",
                number(traffic.requests),
                number(traffic.retries),
                bytes_text(traffic.bytes)
            ),
        );
    }
    line("on disk", &bytes_text(answer.bytes));
    let rate = tenths(answer.blocks.saturating_mul(1000), answer.millis.max(1));
    let (seconds, millis) = (number(answer.millis / 1000), answer.millis % 1000);
    line("took", &format!("{seconds}.{millis:03} s: {rate} blocks a second"));
    out
}

/// What a run did, as JSON, schema `hawkshaw.sync/1`.
pub fn to_sync_json(answer: &SyncAnswer) -> Value {
    let defects: serde_json::Map<String, Value> =
        answer.defects.iter().map(|(reason, count)| (reason.clone(), json!(count))).collect();
    let gone: Vec<Value> = answer
        .reorganisations
        .iter()
        .map(|gone| {
            json!({
                "common": gone.common,
                "gone_to": gone.gone_to,
                "transactions": gone.txs,
                "movements": gone.rows,
                "returned": gone.returned,
                "lost": gone.lost,
            })
        })
        .collect();
    let traffic = answer.traffic.map(|traffic| {
        json!({
            "requests": traffic.requests,
            "retries": traffic.retries,
            "bytes": traffic.bytes,
        })
    });
    json!({
        "schema": "hawkshaw.sync/1",
        "chain": answer.chain.as_str(),
        "source": answer.source,
        "blocks": answer.blocks,
        "through": answer.through,
        "tip": answer.tip,
        "rows": answer.rows,
        "stored": answer.stored,
        "transactions": answer.txs,
        "events": answer.events,
        "defects": defects,
        "left_out": answer.left_out,
        "lacks": answer.lacks,
        "reorganisations": gone,
        "traffic": traffic,
        "bytes": answer.bytes,
        "milliseconds": answer.millis,
    })
}
