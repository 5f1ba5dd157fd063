//! Edges and terminals as CSV (RFC 4180: comma, CRLF, quotes doubled; UTF-8 with a header row).
//!
//! **Spreadsheets run text that looks like a formula.** A field that begins with `=`, `+`, `-`,
//! `@`, a tab or a carriage return (or their full-width forms) gets a leading apostrophe, which
//! spreadsheets show as text. Programs strip it or read `trace.json` instead.

use csv::{Terminator, Writer, WriterBuilder};
use hawkshaw_model::{Account, Amount, Quote, Usd};
use hawkshaw_trace::{Edge, Link, Party, Terminal};

use crate::findings::Findings;
use crate::group::output_text;
use crate::json::{account, output};
use crate::text::{label, prose};
use crate::usd::quote_cells;

/// The price behind a figure in US dollars.
const QUOTE_COLUMNS: [&str; 3] = ["usd_price", "usd_price_time", "usd_price_source"];

/// The movements as CSV, in the order of the replay. Amounts are base units; `amount_units` is
/// the exact amount in units of a curated asset. With prices there are columns of US dollars at
/// the time of the movement, empty where a price is missing.
pub fn to_edges_csv(findings: &Findings<'_>) -> Vec<u8> {
    let mut out = writer();
    let fixed = [
        "chain",
        "height",
        "tx_index",
        "event_index",
        "time",
        "time_utc",
        "tx",
        "grade",
        "from",
        "from_name",
        "from_output",
        "to",
        "to_name",
        "to_output",
        "asset",
        "symbol",
        "amount",
        "amount_units",
    ];
    let policies = findings.trace.policies.iter();
    let tainted: Vec<String> = policies.map(|policy| format!("tainted_{policy}")).collect();
    let tail = ["link", "link_asset", "link_amount", "source", "terminal_kind", "terminal_actor"];
    let header = fixed.iter().copied().chain(tainted.iter().map(String::as_str)).chain(tail);
    let mut header: Vec<String> = header.map(str::to_owned).collect();
    if findings.has_prices() {
        header.push("usd".to_owned());
        header.extend(findings.trace.policies.iter().map(|policy| format!("usd_tainted_{policy}")));
        header.extend(QUOTE_COLUMNS.map(str::to_owned));
    }
    record(&mut out, header.into_iter());
    for edge in &findings.trace.edges {
        record(&mut out, edge_fields(findings, edge).into_iter());
    }
    finish(out)
}

/// The terminals as CSV, the largest first. Amounts are base units. With prices there are columns
/// of US dollars at the last arrival, empty where a price is missing.
pub fn to_terminals_csv(findings: &Findings<'_>) -> Vec<u8> {
    let mut out = writer();
    let mut header: Vec<String> =
        ["kind", "actor", "chain", "address", "name", "output", "asset", "symbol", "decimals"]
            .map(str::to_owned)
            .to_vec();
    header.extend(findings.trace.policies.iter().map(|policy| format!("amount_{policy}")));
    for (_, policy) in findings.conserving() {
        header.extend(findings.stolen_assets().map(|asset| format!("origin_{policy}_{asset}")));
    }
    for asset in findings.stolen_assets() {
        header.extend([format!("least_{asset}"), format!("most_{asset}")]);
    }
    header.extend(["can_act", "first_time", "last_time", "transfers", "summed"].map(str::to_owned));
    if findings.has_prices() {
        header.extend(findings.trace.policies.iter().map(|policy| format!("usd_{policy}")));
        header.extend(QUOTE_COLUMNS.map(str::to_owned));
    }
    record(&mut out, header.into_iter());
    for terminal in &findings.trace.terminals {
        record(&mut out, terminal_fields(findings, terminal).into_iter());
    }
    finish(out)
}

fn edge_fields(findings: &Findings<'_>, edge: &Edge) -> Vec<String> {
    let number = |number: Option<String>| number.unwrap_or_default();
    let side = |party: &Party| {
        let account = account(party);
        [
            match party {
                Party::Transaction => "transaction".to_owned(),
                _ => account.map(Account::address_in_files).unwrap_or_default(),
            },
            account.and_then(|account| findings.name(account)).unwrap_or_default(),
            output(party).map(output_text).unwrap_or_default(),
        ]
    };
    let (link, link_asset, link_amount) = match &edge.link {
        None => ("", String::new(), String::new()),
        Some(Link::Theft) => ("theft", String::new(), String::new()),
        Some(Link::Swap { asset, amount }) => ("swap", asset.to_string(), amount.to_string()),
        Some(Link::BridgeIn { .. }) => ("bridge-in", String::new(), String::new()),
        Some(Link::BridgeOut { asset, amount, .. }) => {
            ("bridge-out", asset.to_string(), amount.to_string())
        }
    };
    let terminal = edge.terminal.and_then(|index| findings.trace.terminals.get(index));
    let mut fields = vec![
        edge.chain.to_string(),
        number(edge.at.map(|at| at.height.to_string())),
        number(edge.at.map(|at| at.tx_index.to_string())),
        number(edge.at.map(|at| at.event_index.to_string())),
        edge.time.to_unix().to_string(),
        edge.time.to_string(),
        number(edge.tx.map(|tx| tx.on(&edge.chain))),
        edge.grade.to_string(),
    ];
    fields.extend(side(&edge.from));
    fields.extend(side(&edge.to));
    fields.extend([
        edge.asset.to_string(),
        crate::figures::symbol(findings.assets, &edge.asset),
        edge.amount.to_string(),
        findings.assets.units(&edge.asset, edge.amount),
    ]);
    fields.extend(edge.tainted.iter().map(Amount::to_string));
    fields.extend([link.to_owned(), link_asset, link_amount]);
    fields.push(edge.source.as_deref().map(prose).unwrap_or_default());
    fields.push(terminal.map(|row| label(&row.kind.name())).unwrap_or_default());
    fields.push(terminal.and_then(|row| row.actor.as_deref()).map(label).unwrap_or_default());
    if findings.has_prices() {
        let worth = findings.edge_worth(edge);
        fields.push(usd_cell(worth));
        let tainted = edge.tainted.iter();
        fields.extend(tainted.map(|t| usd_cell(findings.worth(&edge.asset, *t, edge.time))));
        fields.extend(quote_cells(worth.as_ref().map(|(_, quote)| quote)));
    }
    fields
}

fn terminal_fields(findings: &Findings<'_>, terminal: &Terminal) -> Vec<String> {
    let place = terminal.account.as_ref();
    let decimals = findings.assets.get(&terminal.asset).map(|info| info.decimals.to_string());
    let mut fields = vec![
        label(&terminal.kind.name()),
        terminal.actor.as_deref().map(label).unwrap_or_default(),
        terminal.chain.to_string(),
        place.map(Account::address_in_files).unwrap_or_default(),
        place.and_then(|account| findings.name(account)).unwrap_or_default(),
        terminal.output.as_ref().map(output_text).unwrap_or_default(),
        terminal.asset.to_string(),
        crate::figures::symbol(findings.assets, &terminal.asset),
        decimals.unwrap_or_default(),
    ];
    fields.extend(terminal.amounts.iter().map(Amount::to_string));
    for (policy, _) in findings.conserving() {
        fields.extend(findings.origins(terminal, policy).iter().map(Amount::to_string));
    }
    for stolen in 0..findings.trace.stolen.len() {
        let bounds = terminal.bounds.get(stolen).copied().flatten();
        fields.push(bounds.map(|bounds| bounds.lo.to_string()).unwrap_or_default());
        fields.push(bounds.map(|bounds| bounds.hi.to_string()).unwrap_or_default());
    }
    fields.push(crate::act::can_act(findings, terminal).join("; "));
    fields.push(terminal.first_time.to_string());
    fields.push(terminal.last_time.to_string());
    fields.push(terminal.transfers.to_string());
    fields.push(terminal.summed.map(|count| count.to_string()).unwrap_or_default());
    if findings.has_prices() {
        let worth: Vec<_> = (0..findings.trace.policies.len())
            .map(|policy| findings.terminal_worth(terminal, policy))
            .collect();
        fields.extend(worth.iter().copied().map(usd_cell));
        fields.extend(quote_cells(worth.iter().flatten().next().map(|(_, quote)| quote)));
    }
    fields
}

/// Dollars; nothing where they are unknown.
fn usd_cell(worth: Option<(Usd, Quote<'_>)>) -> String {
    worth.map(|(usd, _)| usd.to_string()).unwrap_or_default()
}

pub(crate) fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(Vec::new())
}

pub(crate) fn record(out: &mut Writer<Vec<u8>>, fields: impl Iterator<Item = String>) {
    out.write_record(fields.map(inert)).expect("memory can be written");
}

pub(crate) fn finish(out: Writer<Vec<u8>>) -> Vec<u8> {
    out.into_inner().expect("memory can be written")
}

/// A field that no spreadsheet takes for a formula.
fn inert(field: String) -> String {
    let formula = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    if field.starts_with(formula) { format!("'{field}") } else { field }
}
