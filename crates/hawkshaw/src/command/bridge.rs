//! `hawkshaw bridge`.

use std::fmt::Write as _;
use std::path::Path;

use hawkshaw_bridges::{
    BridgeTables, MatchOptions, Matching, NamedBytes, Pair, TableRow, TokenMap,
};
use hawkshaw_model::{LinkClass, Printable};
use serde_json::{Value, json};

use crate::cli::bridge::{BridgeArguments, BridgeCommand, MatchArguments};
use crate::exit::Failure;
use crate::input;
use crate::screen::{self, Activity};

/// Pairs that are shown without `--json`.
const PAIRS_SHOWN: usize = 20;

pub(crate) fn run(arguments: &BridgeArguments, quiet: bool) -> Result<(), Failure> {
    match &arguments.command {
        BridgeCommand::Match(arguments) => match_sides(arguments, quiet),
    }
}

fn match_sides(arguments: &MatchArguments, quiet: bool) -> Result<(), Failure> {
    let activity = Activity::start(quiet);
    activity.now("reading");
    let token_map = match &arguments.token_map {
        None => TokenMap::new(),
        Some(path) => {
            let bytes = input::read(path)?;
            let name = path.display().to_string();
            let file = NamedBytes { name: &name, bytes: &bytes };
            TokenMap::read(file).map_err(Failure::bad_data)?
        }
    };
    let mut tables = read(&arguments.deposits, &arguments.withdrawals)?;
    activity.now("matching");
    let options = MatchOptions { ignore_ids: arguments.ignore_id, token_map, window: None };
    let matching = tables.matching(&options);
    drop(activity);
    let text = match arguments.json {
        true => as_json(&tables, &matching),
        false => as_text(&tables, &matching),
    };
    screen::answer(text.as_bytes())
}

fn read(deposits: &Path, withdrawals: &Path) -> Result<BridgeTables, Failure> {
    let names = [deposits, withdrawals].map(|path| path.display().to_string());
    let bytes = [input::read(deposits)?, input::read(withdrawals)?];
    let file = |at: usize| NamedBytes { name: &names[at], bytes: &bytes[at] };
    BridgeTables::read(file(0), file(1)).map_err(Failure::bad_data)
}

/// Row by row, so that a million pairs are never held as JSON values.
fn as_json(tables: &BridgeTables, matching: &Matching) -> String {
    let mut text = String::from("{\n  \"schema\": \"hawkshaw.bridge-match/1\",\n  \"pairs\": ");
    list(&mut text, "  ", matching.pairs.iter().map(|pair| pair_json(tables, pair)));
    text.push_str(",\n  \"unmatched\": {\n    \"deposits\": ");
    let rows = |places: &[usize], rows: &[TableRow]| -> Vec<Value> {
        places.iter().filter_map(|at| rows.get(*at)).map(row_json).collect()
    };
    list(&mut text, "    ", rows(&matching.unmatched_deposits, tables.deposits()).into_iter());
    text.push_str(",\n    \"withdrawals\": ");
    list(&mut text, "    ", rows(&matching.unmatched_payouts, tables.withdrawals()).into_iter());
    let defects = matching.defects.named().into_iter().filter(|(_, count)| *count > 0);
    let defects: serde_json::Map<String, Value> =
        defects.map(|(name, count)| (name.to_owned(), json!(count))).collect();
    let _ = writeln!(text, "\n  }},\n  \"defects\": {}\n}}", Value::Object(defects));
    text
}

fn list(text: &mut String, indent: &str, values: impl Iterator<Item = Value>) {
    text.push('[');
    let mut is_first = true;
    for value in values {
        let _ = write!(text, "{}\n{indent}  {value}", if is_first { "" } else { "," });
        is_first = false;
    }
    if !is_first {
        let _ = write!(text, "\n{indent}");
    }
    text.push(']');
}

fn pair_json(tables: &BridgeTables, pair: &Pair) -> Value {
    let row = |rows: &[TableRow], at: usize| rows.get(at).map_or(Value::Null, row_json);
    let reasons: Vec<&str> = pair.reasons.iter().map(|reason| reason.name()).collect();
    json!({
        "deposit": row(tables.deposits(), pair.deposit),
        "withdrawal": row(tables.withdrawals(), pair.payout),
        "class": pair.class.number(),
        "score": rounded(pair.score),
        "candidates": pair.candidates,
        "accepted": pair.accepted,
        "reasons": reasons,
    })
}

/// A score with four digits behind the point.
fn rounded(score: f64) -> Value {
    let text = format!("{score:.4}");
    text.parse::<f64>().map_or(Value::Null, |score| json!(score))
}

fn row_json(row: &TableRow) -> Value {
    json!({ "tx_hash": row.tx_hash, "event_index": row.event_index })
}

fn as_text(tables: &BridgeTables, matching: &Matching) -> String {
    let mut text = String::new();
    let (deposits, withdrawals) = (tables.deposits().len(), tables.withdrawals().len());
    let _ = writeln!(text, "{deposits} deposits, {withdrawals} withdrawals\n");
    let _ = writeln!(text, "class  accepted  reported only");
    for class in [LinkClass::Identifier, LinkClass::Fields, LinkClass::Statistics] {
        let of = |accepted: bool| {
            let pairs = matching.pairs.iter();
            pairs.filter(|pair| pair.class == class && pair.accepted == accepted).count()
        };
        let _ = writeln!(text, "{:<5}  {:>8}  {:>13}", class.number(), of(true), of(false));
    }
    let _ = writeln!(
        text,
        "\nin no accepted pair: {} deposits, {} withdrawals",
        matching.unmatched_deposits.len(),
        matching.unmatched_payouts.len()
    );
    for (name, count) in matching.defects.named().into_iter().filter(|(_, count)| *count > 0) {
        let _ = writeln!(text, "{name}: {count}");
    }
    if matching.pairs.is_empty() {
        return text;
    }
    let _ = writeln!(text, "\nclass  score   accepted  candidates  deposit, withdrawal");
    for pair in matching.pairs.iter().take(PAIRS_SHOWN) {
        let place = |rows: &[TableRow], at: usize| {
            rows.get(at).map_or_else(String::new, |row| {
                format!("{}:{}", Printable(&row.tx_hash), row.event_index)
            })
        };
        let _ = writeln!(
            text,
            "{:<5}  {:.4}  {:<8}  {:>10}  {}\n{:>35}{}",
            pair.class.number(),
            pair.score,
            if pair.accepted { "yes" } else { "no" },
            pair.candidates,
            place(tables.deposits(), pair.deposit),
            "",
            place(tables.withdrawals(), pair.payout),
        );
    }
    let more = matching.pairs.len().saturating_sub(PAIRS_SHOWN);
    if more > 0 {
        let _ = writeln!(text, "… and {more} more: --json has them all");
    }
    text
}
