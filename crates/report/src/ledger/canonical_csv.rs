//! Canonical tables as CSV.

use std::fmt::Write as _;

use super::canonical_row::{LEG_COLUMNS, LegRow, TRANSFER_COLUMNS, TransferRow};
use super::words::kind_name;

/// The header of a table of transfers.
pub fn transfer_header() -> String {
    format!("{}\n", TRANSFER_COLUMNS.join(","))
}

/// The header of a table of outputs.
pub fn leg_header() -> String {
    format!("{}\n", LEG_COLUMNS.join(","))
}

/// Writes a movement as a line.
pub fn transfer_csv(out: &mut String, row: &TransferRow<'_>) {
    // Nothing of a canonical table has a comma or a quote in it, but an address of a chain that
    // is not decoded, which cannot have one either.
    let _ = write!(out, "{},{},{},", row.chain, row.height, row.time.to_unix());
    if let Some(index) = row.tx_index {
        let _ = write!(out, "{index}");
    }
    out.push(',');
    if let Some(event) = row.event {
        let _ = write!(out, "{event}");
    }
    out.push(',');
    if let Some(tx) = row.tx {
        out.push_str(&tx.on(row.chain));
    }
    let _ = write!(out, ",{},{},", kind_name(row.kind), row.asset.as_str());
    for account in [row.from, row.to] {
        if let Some(account) = account {
            out.push_str(&account.address_in_files());
        }
        out.push(',');
    }
    let _ = write!(out, "{},", row.amount);
    if let Some(sender) = row.sender {
        out.push_str(&sender.address_in_files());
    }
    out.push('\n');
}

/// Writes a leg as a line.
pub fn leg_csv(out: &mut String, row: &LegRow<'_>) {
    let (chain, height, time) = (row.chain, row.height, row.time.to_unix());
    let _ = write!(out, "{chain},{height},{time},{},{},", row.tx_index, row.tx.on(chain));
    let _ = write!(out, "{},{},", row.side(), row.index);
    out.push_str(&row.outpoint().unwrap_or_default());
    out.push(',');
    if let Some(holder) = row.holder {
        out.push_str(&holder.address_in_files());
    }
    let _ = writeln!(out, ",{}", row.amount);
}

/// Writes fields as a line, quoted where they must be. A field that a spreadsheet would take for
/// a formula begins with an apostrophe.
pub(super) fn line(out: &mut String, fields: &[String]) {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let guard = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        if field.contains([',', '"', '\n', '\r']) {
            let _ = write!(out, "\"{guard}{}\"", field.replace('"', "\"\""));
        } else {
            let _ = write!(out, "{guard}{field}");
        }
    }
    out.push('\n');
}
