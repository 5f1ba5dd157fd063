//! Canonical `outputs.csv`.

use std::io::Read;

use hawkshaw_model::{
    Amount, ChainId, LedgerKind, OutPoint, Printable, TxHash, TxId, output_amount_max,
};

use crate::check::check_output;
use crate::error::LedgerError;
use crate::files::{collect, read_bytes};
use crate::place::{Located, Place};
use crate::row::{OutputRow, Side};
use crate::table::{Column, Table};
use crate::transfers_csv::{Known, read_account, read_time};

/// The columns, which may stand in any order.
pub(crate) const COLUMNS: &[Column] = &[
    Column::mandatory("chain"),
    Column::mandatory("block_number"),
    Column::mandatory("block_time"),
    Column::mandatory("tx_index"),
    Column::mandatory("tx_hash"),
    Column::mandatory("side"),
    Column::mandatory("leg_index"),
    Column::mandatory("outpoint"),
    Column::mandatory("address"),
    Column::mandatory("amount"),
];

const CHAIN: usize = 0;
const BLOCK_NUMBER: usize = 1;
const BLOCK_TIME: usize = 2;
const TX_INDEX: usize = 3;
const TX_HASH: usize = 4;
const SIDE: usize = 5;
const LEG_INDEX: usize = 6;
const OUTPOINT: usize = 7;
const ADDRESS: usize = 8;
const AMOUNT: usize = 9;

/// Reads canonical `outputs.csv`, each row with its line. `file` is the name in errors.
///
/// # Errors
///
/// When the file cannot be read, is no such file, or a row breaks a rule that it can break by
/// itself.
pub fn read_outputs(reader: impl Read, file: &str) -> Result<Vec<Located<OutputRow>>, LedgerError> {
    let bytes = read_bytes(reader, file)?;
    collect(|sink| {
        each_output(&bytes, file, |row, place| {
            check_output(&row).map_err(|bad| bad.at(place))?;
            sink(row, place)
        })
    })
}

/// Hands every row of a file on.
pub(crate) fn each_output(
    bytes: &[u8],
    file: &str,
    mut sink: impl FnMut(OutputRow, &Place) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    let mut table = Table::open(file, bytes, COLUMNS)?;
    let mut known = Known::default();
    while table.next_row()? {
        sink(read_row(&table, &mut known)?, table.place())?;
    }
    Ok(())
}

fn read_row(table: &Table<'_>, known: &mut Known) -> Result<OutputRow, LedgerError> {
    let chain = known.chain(table, CHAIN, LedgerKind::Outputs)?;
    Ok(OutputRow {
        height: table.filled_number(BLOCK_NUMBER)?,
        tx_index: table.filled_number(TX_INDEX)?,
        time: read_time(table, BLOCK_TIME)?,
        tx: table.parsed(TX_HASH)?,
        side: read_side(table)?,
        leg_index: table.filled_number(LEG_INDEX)?,
        outpoint: read_outpoint(table, &chain)?,
        holder: read_account(table, ADDRESS, &chain)?,
        amount: read_amount(table, &chain)?,
        chain,
    })
}

fn read_amount(table: &Table<'_>, chain: &ChainId) -> Result<Amount, LedgerError> {
    let amount = table.parsed(AMOUNT)?;
    match output_amount_max(chain).filter(|most| amount > *most) {
        None => Ok(amount),
        Some(most) => Err(table.bad(AMOUNT, format!("{amount} is over {most}, all that there is"))),
    }
}

fn read_side(table: &Table<'_>) -> Result<Side, LedgerError> {
    match table.filled(SIDE)? {
        "in" => Ok(Side::In),
        "out" => Ok(Side::Out),
        other => Err(table.bad(SIDE, format!("`{}` is no side: use in or out", Printable(other)))),
    }
}

fn read_outpoint(table: &Table<'_>, chain: &ChainId) -> Result<Option<OutPoint>, LedgerError> {
    let text = table.text(OUTPOINT)?;
    if text.is_empty() {
        return Ok(None);
    }
    let parts = text.rsplit_once(':').and_then(|(hash, vout)| {
        let is_number = !vout.is_empty() && vout.bytes().all(|b| b.is_ascii_digit());
        Some((hash.parse::<TxHash>().ok()?, vout.parse().ok().filter(|_| is_number)?))
    });
    match parts {
        Some((hash, vout)) => Ok(Some(OutPoint::new(TxId::new(chain.clone(), hash), vout))),
        None => Err(table.bad(
            OUTPOINT,
            format!("`{}` is no output: use txid:vout, such as 4a5e…b7:0", Printable(text)),
        )),
    }
}
