//! Deposits and withdrawals of bridges as tables, and the map of tokens.

mod sheet;

use alloy_primitives::U256;
use hawkshaw_model::{Amount, AssetId, ChainId, Timestamp};
use rustc_hash::FxHashMap;

use crate::matching::{
    Book, Entry, MatchOptions, Matching, TokenMap, hashed, id_key, match_book, receiver_key,
};

pub use self::sheet::TableError;
use self::sheet::{Column, Sheet, shown};

const COLUMNS: &[Column] = &[
    ("chain", true),
    ("time", true),
    ("tx_hash", true),
    ("event_index", false),
    ("bridge", false),
    ("id", false),
    ("asset", true),
    ("amount", true),
    ("receiver", true),
];
const CHAIN: usize = 0;
const TIME: usize = 1;
const TX_HASH: usize = 2;
const EVENT_INDEX: usize = 3;
const BRIDGE: usize = 4;
const ID: usize = 5;
const ASSET: usize = 6;
const AMOUNT: usize = 7;
const RECEIVER: usize = 8;

const MAP_COLUMNS: &[Column] = &[("asset_a", true), ("asset_b", true)];

/// A row of a table, as the file names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// The transaction, as the file writes it.
    pub tx_hash: Box<str>,
    /// Where in it.
    pub event_index: u64,
}

/// Deposits and withdrawals, read.
#[derive(Debug, Default)]
pub struct BridgeTables {
    book: Book,
    deposits: Vec<TableRow>,
    withdrawals: Vec<TableRow>,
}

/// A file: its name in messages, and its bytes.
#[derive(Debug, Clone, Copy)]
pub struct NamedBytes<'a> {
    /// What messages call it.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

impl BridgeTables {
    /// Reads both tables: `chain,time,tx_hash,event_index,bridge,id,asset,amount,receiver`, in
    /// any order of columns; others are not looked at.
    ///
    /// Chains are CAIP-2 and assets CAIP-19, also of kinds of chain that Hawkshaw holds no
    /// ledger of. `asset`, `amount`, `receiver`, `bridge` and `id` may be empty where they are
    /// not known; the columns `event_index`, `bridge` and `id` may be absent.
    ///
    /// # Errors
    ///
    /// When a file is no such table: the first bad field, with file, line and column.
    pub fn read(deposits: NamedBytes<'_>, withdrawals: NamedBytes<'_>) -> Result<Self, TableError> {
        let mut tables = Self::default();
        let (rows, entries) = read_side(deposits, &mut tables.book)?;
        (tables.deposits, tables.book.deposits) = (rows, entries);
        let (rows, entries) = read_side(withdrawals, &mut tables.book)?;
        (tables.withdrawals, tables.book.payouts) = (rows, entries);
        Ok(tables)
    }

    /// The deposits, in the order of the file.
    pub fn deposits(&self) -> &[TableRow] {
        &self.deposits
    }

    /// The withdrawals, in the order of the file.
    pub fn withdrawals(&self) -> &[TableRow] {
        &self.withdrawals
    }

    /// Puts them together.
    pub fn matching(&mut self, options: &MatchOptions) -> Matching {
        match_book(&mut self.book, options)
    }
}

impl TokenMap {
    /// Reads a map from a table with the columns `asset_a` and `asset_b`.
    ///
    /// # Errors
    ///
    /// When the file is no such table: the first bad field, with file, line and column.
    pub fn read(file: NamedBytes<'_>) -> Result<Self, TableError> {
        let mut sheet = Sheet::open(file.name, file.bytes, MAP_COLUMNS)?;
        let mut map = Self::new();
        while sheet.next_row()? {
            let pair = [asset(&sheet, 0)?, asset(&sheet, 1)?];
            for (column, asset) in pair.iter().enumerate() {
                if asset.is_empty() {
                    return Err(sheet.bad(column, "it is empty"));
                }
            }
            map.add_text(&pair[0], &pair[1]);
        }
        Ok(map)
    }
}

/// Texts that were read before, with their numbers: a file names few chains and assets very
/// often.
#[derive(Debug, Default)]
struct Known {
    chains: FxHashMap<String, (u32, Box<str>)>,
    assets: FxHashMap<String, u32>,
}

fn read_side(
    file: NamedBytes<'_>,
    book: &mut Book,
) -> Result<(Vec<TableRow>, Vec<Entry>), TableError> {
    let mut sheet = Sheet::open(file.name, file.bytes, COLUMNS)?;
    let (mut rows, mut entries) = (Vec::new(), Vec::new());
    let mut known = Known::default();
    while sheet.next_row()? {
        let (row, entry) = read_row(&sheet, book, &mut known)?;
        rows.push(row);
        entries.push(entry);
    }
    Ok((rows, entries))
}

fn read_row(
    sheet: &Sheet<'_>,
    book: &mut Book,
    known: &mut Known,
) -> Result<(TableRow, Entry), TableError> {
    let text = sheet.text(CHAIN)?;
    if !known.chains.contains_key(text) {
        let chain = chain(sheet, CHAIN, text)?;
        let number = book.names.number(&chain);
        known.chains.insert(text.to_owned(), (number, chain.into()));
    }
    let (chain, chain_text) = known.chains.get(text).cloned().unwrap_or_default();
    let text = sheet.text(ASSET)?;
    if !known.assets.contains_key(text) {
        let number = book.names.number(&asset(sheet, ASSET)?);
        known.assets.insert(text.to_owned(), number);
    }
    let asset = known.assets.get(text).copied().unwrap_or_default();
    let tx_hash = transaction(sheet)?;
    let event_index = event_index(sheet)?;
    let row = TableRow { tx_hash: tx_hash.into(), event_index };
    let entry = Entry {
        bridge: book.names.number(&sheet.text(BRIDGE)?.to_lowercase()),
        id: book.names.number(&id_key(sheet.text(ID)?)),
        chain,
        asset,
        receiver: book.names.number(&receiver_key(sheet.text(RECEIVER)?)),
        amount: amount(sheet)?,
        time: time(sheet)?,
        tx: hashed(&chain_text, tx_hash.to_ascii_lowercase().as_bytes()),
        event: event_index,
        far_chain: 0,
        far_asset: 0,
        far_amount: None,
        refund: false,
    };
    Ok((row, entry))
}

/// A CAIP-2 id. Kinds of chain that Hawkshaw knows are checked; of others the form is.
fn chain(sheet: &Sheet<'_>, column: usize, text: &str) -> Result<String, TableError> {
    match text.parse::<ChainId>() {
        Ok(chain) => Ok(chain.as_str().to_owned()),
        Err(hawkshaw_model::ChainIdError::UnknownNamespace(_)) => Ok(text.to_owned()),
        Err(error) => Err(sheet.bad(column, error.to_string())),
    }
}

/// A CAIP-19 id in one form, or nothing where the field is empty.
fn asset(sheet: &Sheet<'_>, column: usize) -> Result<String, TableError> {
    let text = sheet.text(column)?;
    if text.is_empty() {
        return Ok(String::new());
    }
    if let Ok(asset) = text.parse::<AssetId>() {
        return Ok(asset.as_str().to_owned());
    }
    let bad = || {
        let shown = shown(text);
        sheet.bad(column, format!("`{shown}` is not a CAIP-19 asset id such as eip155:1/slip44:60"))
    };
    let (on, local) = text.split_once('/').ok_or_else(bad)?;
    let foreign = !matches!(on.split(':').next(), Some("eip155" | "bip122" | "tron"));
    let is_local = local.split_once(':').is_some_and(|(namespace, reference)| {
        !namespace.is_empty() && !reference.is_empty() && local.len() <= 256
    });
    if !foreign || !is_local || !local.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(bad());
    }
    Ok(format!("{}/{local}", chain(sheet, column, on)?))
}

fn transaction<'a>(sheet: &'a Sheet<'_>) -> Result<&'a str, TableError> {
    const CHARACTERS_MAX: usize = 200;
    let text = sheet.text(TX_HASH)?;
    if text.is_empty() {
        return Err(sheet.bad(TX_HASH, "it is empty"));
    }
    if text.len() > CHARACTERS_MAX || !text.bytes().all(|b| b.is_ascii_graphic()) {
        let reason = format!("`{}` is no transaction hash", shown(text));
        return Err(sheet.bad(TX_HASH, reason));
    }
    Ok(text)
}

/// A whole number, also as a spreadsheet writes it that takes it for a fraction: `7.0`.
fn whole(text: &str) -> &str {
    text.strip_suffix(".0").unwrap_or(text)
}

fn event_index(sheet: &Sheet<'_>) -> Result<u64, TableError> {
    let text = whole(sheet.text(EVENT_INDEX)?);
    if text.is_empty() {
        return Ok(0);
    }
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or_else(|| {
        let shown = shown(text);
        sheet.bad(EVENT_INDEX, format!("`{shown}` is no whole number of at most 64 bits"))
    })
}

fn time(sheet: &Sheet<'_>) -> Result<i64, TableError> {
    let text = whole(sheet.text(TIME)?);
    if text.is_empty() {
        return Err(sheet.bad(TIME, "it is empty: a time is Unix seconds"));
    }
    let time: Result<Timestamp, _> = text.parse();
    time.map(Timestamp::to_unix).map_err(|error| sheet.bad(TIME, error.to_string()))
}

fn amount(sheet: &Sheet<'_>) -> Result<Option<U256>, TableError> {
    let text = sheet.text(AMOUNT)?;
    if text.is_empty() {
        return Ok(None);
    }
    let amount: Result<Amount, _> = text.parse();
    amount
        .map(|amount| Some(amount.to_u256()))
        .map_err(|error| sheet.bad(AMOUNT, error.to_string()))
}
