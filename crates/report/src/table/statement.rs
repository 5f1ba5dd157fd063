//! The balance statement, one table for each stolen asset.

use comfy_table::{Attribute, Cell, CellAlignment};

use crate::figures::{Share, amount};
use crate::findings::Findings;
use crate::page::Page;
use crate::statement::{Statement, statements};

/// Draws the statements.
pub(super) fn tables(page: &mut Page, findings: &Findings<'_>) {
    for statement in statements(findings) {
        let mut table = page.table();
        table.set_header(header(findings, &statement));
        for row in &statement.rows {
            let mut cells = vec![Cell::new(crate::kind::name(row.kind))];
            let stolen = statement.stolen.amount;
            let shares = row.amounts.iter().map(|amount| Share::of(*amount, stolen));
            cells.extend(shares.map(|share| right(share.to_string())));
            table.add_row(cells);
        }
        let mut sum = vec![Cell::new("accounted for").add_attribute(Attribute::Bold)];
        let mut missing = vec![Cell::new("difference (base units)")];
        for column in &statement.columns {
            sum.push(right(Share::of(column.accounted, statement.stolen.amount).to_string()));
            missing.push(right(column.difference.clone()));
        }
        table.add_row(sum);
        table.add_row(missing);
        page.finished(&table);
    }
}

fn header(findings: &Findings<'_>, statement: &Statement<'_>) -> Vec<Cell> {
    let stolen = statement.stolen;
    let mut cells = vec![Cell::new(amount(findings.assets, &stolen.asset, stolen.amount))];
    let only = statement.columns.len() == 1;
    cells.extend(statement.columns.iter().map(|column| right(column.title(only))));
    cells.into_iter().map(|cell| cell.add_attribute(Attribute::Bold)).collect()
}

fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}
