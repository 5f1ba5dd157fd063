//! Canonical `transfers.csv`.

use std::collections::HashMap;
use std::io::Read;

use hawkshaw_model::{
    Account, AssetId, ChainId, ChainPoint, LedgerKind, Printable, Timestamp, TransferKind, TxHash,
};

use crate::check::{check_kind, check_transfer};
use crate::error::LedgerError;
use crate::files::{collect, read_bytes};
use crate::place::{Located, Place};
use crate::row::TransferRow;
use crate::table::{Column, Table};

/// The columns, which may stand in any order.
pub(crate) const COLUMNS: &[Column] = &[
    Column::mandatory("chain"),
    Column::mandatory("block_number"),
    Column::mandatory("block_time"),
    Column::mandatory("tx_index"),
    Column::mandatory("event_index"),
    Column::mandatory("tx_hash"),
    Column::mandatory("kind"),
    Column::mandatory("asset"),
    Column::mandatory("from"),
    Column::mandatory("to"),
    Column::mandatory("amount"),
    Column::optional("sender"),
    Column::optional("source"),
];

const CHAIN: usize = 0;
const BLOCK_NUMBER: usize = 1;
const BLOCK_TIME: usize = 2;
const TX_INDEX: usize = 3;
const EVENT_INDEX: usize = 4;
const TX_HASH: usize = 5;
const KIND: usize = 6;
const ASSET: usize = 7;
const FROM: usize = 8;
const TO: usize = 9;
const AMOUNT: usize = 10;
const SENDER: usize = 11;
const SOURCE: usize = 12;

/// Reads canonical `transfers.csv`, each row with its line. `file` is the name in errors.
///
/// ```
/// let text = "chain,block_number,block_time,tx_index,event_index,tx_hash,kind,asset,from,to,amount
/// eip155:1,1,1600000000,0,0,0x0101010101010101010101010101010101010101010101010101010101010101,\
/// native,eip155:1/slip44:60,0x00000000000000000000000000000000000000a1,\
/// 0x00000000000000000000000000000000000000b0,-5
/// ";
/// let error = hawkshaw_ledger::read_transfers(text.as_bytes(), "transfers.csv").unwrap_err();
/// assert!(error.to_string().starts_with("transfers.csv line 2, column `amount`: `-5` is not"));
/// ```
///
/// # Errors
///
/// When the file cannot be read, is no such file, or a row breaks a rule that it can break by
/// itself.
pub fn read_transfers(
    reader: impl Read,
    file: &str,
) -> Result<Vec<Located<TransferRow>>, LedgerError> {
    let bytes = read_bytes(reader, file)?;
    collect(|sink| {
        each_transfer(&bytes, file, |row, place| {
            check_transfer(&row).map_err(|bad| bad.at(place))?;
            sink(row, place)
        })
    })
}

/// Hands every row of a file on.
pub(crate) fn each_transfer(
    bytes: &[u8],
    file: &str,
    mut sink: impl FnMut(TransferRow, &Place) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    let mut table = Table::open(file, bytes, COLUMNS)?;
    let mut known = Known::default();
    while table.next_row()? {
        sink(read_row(&table, &mut known)?, table.place())?;
    }
    Ok(())
}

/// Chains and assets that were read before: a file names few of them very often.
#[derive(Debug, Default)]
pub(crate) struct Known {
    chain: Option<ChainId>,
    assets: HashMap<String, AssetId>,
}

impl Known {
    /// The chain of a row, which must keep value in a way.
    pub(crate) fn chain(
        &mut self,
        table: &Table<'_>,
        column: usize,
        kind: LedgerKind,
    ) -> Result<ChainId, LedgerError> {
        let text = table.filled(column)?;
        if let Some(known) = self.chain.as_ref().filter(|known| known.as_str() == text) {
            return Ok(known.clone());
        }
        let chain: ChainId = table.parsed(column)?;
        check_kind(&chain, kind).map_err(|bad| bad.at(table.place()))?;
        self.chain = Some(chain.clone());
        Ok(chain)
    }

    fn asset(&mut self, table: &Table<'_>) -> Result<AssetId, LedgerError> {
        let text = table.filled(ASSET)?;
        if let Some(known) = self.assets.get(text) {
            return Ok(known.clone());
        }
        let asset: AssetId = table.parsed(ASSET)?;
        self.assets.insert(text.to_owned(), asset.clone());
        Ok(asset)
    }
}

fn read_row(table: &Table<'_>, known: &mut Known) -> Result<TransferRow, LedgerError> {
    let chain = known.chain(table, CHAIN, LedgerKind::Accounts)?;
    let source = Some(table.text(SOURCE)?).filter(|source| !source.is_empty());
    Ok(TransferRow {
        point: read_point(table, source.is_some())?,
        time: read_time(table, BLOCK_TIME)?,
        tx: read_hash(table, source.is_some())?,
        kind: read_kind(table)?,
        asset: known.asset(table)?,
        from: read_account(table, FROM, &chain)?,
        to: read_account(table, TO, &chain)?,
        amount: table.parsed(AMOUNT)?,
        sender: read_account(table, SENDER, &chain)?,
        source: source.map(str::to_owned),
        chain,
    })
}

/// The place of a row; a row that only a source states may lack it, in whole or in part.
fn read_point(table: &Table<'_>, has_source: bool) -> Result<Option<ChainPoint>, LedgerError> {
    let height = table.number(BLOCK_NUMBER)?;
    let tx_index = table.number(TX_INDEX)?;
    let event_index = table.number(EVENT_INDEX)?;
    if let (Some(height), Some(tx_index), Some(event_index)) = (height, tx_index, event_index) {
        return Ok(Some(ChainPoint { height, tx_index, event_index }));
    }
    if has_source {
        return Ok(None);
    }
    let missing = match (height, tx_index) {
        (None, _) => BLOCK_NUMBER,
        (_, None) => TX_INDEX,
        _ => EVENT_INDEX,
    };
    Err(table.bad(missing, EMPTY_WITHOUT_SOURCE))
}

fn read_hash(table: &Table<'_>, has_source: bool) -> Result<Option<TxHash>, LedgerError> {
    match table.text(TX_HASH)? {
        "" if has_source => Ok(None),
        "" => Err(table.bad(TX_HASH, EMPTY_WITHOUT_SOURCE)),
        _ => table.parsed(TX_HASH).map(Some),
    }
}

const EMPTY_WITHOUT_SOURCE: &str = "it is empty: only a row with a source may lack it";

/// Unix seconds.
pub(crate) fn read_time(table: &Table<'_>, column: usize) -> Result<Timestamp, LedgerError> {
    let seconds: i64 = table.filled_number(column)?;
    Timestamp::from_unix(seconds).map_err(|_| {
        table.bad(column, format!("`{seconds}` is beyond the year 9999: use Unix seconds"))
    })
}

/// An address of a chain, or `None` where the field is empty.
pub(crate) fn read_account(
    table: &Table<'_>,
    column: usize,
    chain: &ChainId,
) -> Result<Option<Account>, LedgerError> {
    match table.text(column)? {
        "" => Ok(None),
        text => match Account::parse(chain, text) {
            Ok(account) => Ok(Some(account)),
            Err(error) => Err(table.bad(column, error.to_string())),
        },
    }
}

fn read_kind(table: &Table<'_>) -> Result<TransferKind, LedgerError> {
    Ok(match table.filled(KIND)? {
        "native" => TransferKind::Native,
        "internal" => TransferKind::Internal,
        "token" => TransferKind::Token,
        "fee" => TransferKind::Fee,
        "mint" => TransferKind::Mint,
        "burn" => TransferKind::Burn,
        "wrap" => TransferKind::Wrap,
        "unwrap" => TransferKind::Unwrap,
        other => {
            let kinds = "native, internal, token, fee, mint, burn, wrap, unwrap";
            let reason = format!("`{}` is no kind: the kinds are {kinds}", Printable(other));
            return Err(table.bad(KIND, reason));
        }
    })
}
