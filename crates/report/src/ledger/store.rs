//! What a store holds.

use std::fmt::Write as _;

use comfy_table::{Attribute, Cell, CellAlignment};
use hawkshaw_model::{ChainId, Timestamp};
use serde_json::{Value, json};

use super::words::{bytes_text, coverage_text, number, tenths};
use crate::page::{Page, TableStyle};
use crate::text::{counted, label};

/// What a store holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoreAnswer {
    /// Counts the states of the store.
    pub generation: u64,
    /// What names its state: a digest.
    pub digest: String,
    /// Bytes of all files.
    pub bytes: u64,
    /// Addresses that have a number.
    pub accounts: u64,
    /// Assets that have a number.
    pub assets: u64,
    /// The chains.
    pub chains: Vec<ChainAnswer>,
    /// What the bytes are.
    pub columns: Vec<ColumnGroup>,
    /// The files that were imported whole, in the order of their imports.
    pub imports: Vec<ImportNote>,
    /// Per chain, up to which height an import that was interrupted got.
    pub unfinished: Option<Vec<(String, u64)>>,
}

/// A chain of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainAnswer {
    /// Which.
    pub chain: ChainId,
    /// First and last height.
    pub heights: Option<(u64, u64)>,
    /// First and last time.
    pub times: (Timestamp, Timestamp),
    /// Transactions.
    pub txs: u64,
    /// Movements or legs.
    pub rows: u64,
    /// Segments.
    pub segments: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Stretches of blocks that are covered.
    pub covered: Vec<[u64; 2]>,
    /// Accounts whose histories were imported one by one, each with its first and last height.
    pub histories: Vec<(String, [u64; 2])>,
    /// What the sources of the blocks left out, as sentences.
    pub lacks: Vec<String>,
}

/// Bytes of columns of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnGroup {
    /// What they hold.
    pub name: String,
    /// How many bytes they take.
    pub bytes: u64,
}

/// A file that was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportNote {
    /// Its name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// Its digest.
    pub digest: String,
}

/// Imports that are listed as text.
const IMPORTS_MAX: usize = 20;

impl ChainAnswer {
    /// Blocks between the covered stretches.
    fn gaps(&self) -> Vec<[u64; 2]> {
        let pairs = self.covered.windows(2);
        pairs.map(|pair| [pair[0][1].saturating_add(1), pair[1][0].saturating_sub(1)]).collect()
    }
}

/// What a store holds, as text.
pub fn to_store_text(answer: &StoreAnswer, style: TableStyle) -> String {
    let mut page = Page::new(style);
    for chain in &answer.chains {
        page.bold(&match chain.chain.name() {
            name if name == chain.chain.as_str() => name.to_owned(),
            name => format!("{name} ({})", chain.chain),
        });
        let _ = writeln!(
            page.out,
            "  {} transactions, {} movements, {}, {}",
            number(chain.txs),
            number(chain.rows),
            counted(chain.segments, "segment", "segments"),
            bytes_text(chain.bytes)
        );
        page.item("covers", &coverage_text(&chain.chain, &chain.covered, chain.times));
        if !chain.histories.is_empty() {
            let count = number(chain.histories.len() as u64);
            page.item(
                "and",
                &format!("the histories of {count} accounts that were imported alone"),
            );
        }
        for [first, last] in chain.gaps().into_iter().take(IMPORTS_MAX) {
            let text = format!("blocks {} to {} are missing", number(first), number(last));
            page.item("gap:", &text);
        }
        chain.lacks.iter().for_each(|text| page.item("lacks:", text));
    }
    if let Some(through) = &answer.unfinished {
        page.out.push('\n');
        page.paragraph("An import was interrupted: run its command again to go on.");
        for (chain, height) in through {
            page.item("•", &format!("{} is stored up to block {}", label(chain), number(*height)));
        }
    }
    let txs: u64 = answer.chains.iter().map(|chain| chain.txs).sum();
    page.heading("Bytes");
    columns(&mut page, answer, txs);
    let _ = writeln!(
        page.out,
        "{} addresses, {} assets, {} on disk: {} bytes a transaction",
        number(answer.accounts),
        number(answer.assets),
        bytes_text(answer.bytes),
        tenths(answer.bytes, txs)
    );
    page.heading("Imports");
    for import in answer.imports.iter().rev().take(IMPORTS_MAX) {
        page.item("•", &format!("{} ({})", label(&import.name), bytes_text(import.bytes)));
    }
    if answer.imports.len() > IMPORTS_MAX {
        let more = (answer.imports.len() - IMPORTS_MAX) as u64;
        page.paragraph(&format!("and {} before: --json lists all", number(more)));
    }
    let _ = writeln!(page.out, "\nstate {} (sha256 {})", answer.generation, answer.digest);
    page.out
}

fn columns(page: &mut Page, answer: &StoreAnswer, txs: u64) {
    let mut table = page.table();
    let bold = |text: &str| Cell::new(text).add_attribute(Attribute::Bold);
    table.set_header(["columns", "bytes", "a transaction"].map(bold));
    let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    for group in &answer.columns {
        table.add_row([
            Cell::new(label(&group.name)),
            right(number(group.bytes)),
            right(tenths(group.bytes, txs)),
        ]);
    }
    page.finished(&table);
}

/// What a store holds, as JSON, schema `hawkshaw.ledger.info/1`.
pub fn to_store_json(answer: &StoreAnswer) -> Value {
    let chains: Vec<Value> = answer
        .chains
        .iter()
        .map(|chain| {
            json!({
                "chain": chain.chain.as_str(),
                "heights": chain.heights,
                "times": [chain.times.0.to_unix(), chain.times.1.to_unix()],
                "transactions": chain.txs,
                "movements": chain.rows,
                "segments": chain.segments,
                "bytes": chain.bytes,
                "covered": chain.covered,
                "gaps": chain.gaps(),
                "histories": chain.histories,
                "lacks": chain.lacks,
            })
        })
        .collect();
    let columns: serde_json::Map<String, Value> =
        answer.columns.iter().map(|group| (group.name.clone(), json!(group.bytes))).collect();
    let imports: Vec<Value> = answer
        .imports
        .iter()
        .map(|import| {
            json!({
                "name": import.name,
                "bytes": import.bytes,
                "digest": import.digest,
            })
        })
        .collect();
    let unfinished = answer.unfinished.as_ref().map(|through| {
        through
            .iter()
            .map(|(chain, height)| (chain.clone(), json!(height)))
            .collect::<serde_json::Map<String, Value>>()
    });
    json!({
        "schema": "hawkshaw.ledger.info/1",
        "generation": answer.generation,
        "digest": answer.digest,
        "bytes": answer.bytes,
        "accounts": answer.accounts,
        "assets": answer.assets,
        "chains": chains,
        "columns": columns,
        "imports": imports,
        "unfinished": unfinished,
    })
}
