//! Transactions of Bitcoin and its like, with their inputs and outputs nested.

use hawkshaw_model::rows::{Leg, Spot};
use hawkshaw_model::{Address, Amount, ChainId, TxHash};

use crate::cell::{Cell, Struct};
use crate::decode::canonical::output::check_amount;
use crate::error::Refusal;
use crate::fields::Fields;
use crate::sink::Sink;
use crate::table::Decoder;
use crate::text::{
    bare_hex_array, bitcoin_satoshi, decimal_amount, decimal_u64, float_amount, hex_bytes, shown,
};

pub(crate) const HASH: usize = 0;
pub(crate) const HEIGHT: usize = 1;
pub(crate) const TIME: usize = 2;
/// The number of the transaction in its block.
pub(crate) const INDEX: usize = 3;
pub(crate) const IS_COINBASE: usize = 4;
/// A list of `index, spent_transaction_hash, spent_output_index, addresses | address, type,
/// value`.
pub(crate) const INPUTS: usize = 5;
/// A list of `index, script_hex, addresses | address, type, value`.
pub(crate) const OUTPUTS: usize = 6;

/// Values are whole numbers of satoshi.
pub(crate) static IN_SATOSHI: Decoder = Decoder {
    fields: 7,
    height: HEIGHT,
    row: |fields, sink| row(fields, sink, satoshi),
    is_serial: false,
    flush: None,
};

/// Values are doubles of bitcoin.
pub(crate) static IN_BITCOIN: Decoder = Decoder {
    fields: 7,
    height: HEIGHT,
    row: |fields, sink| row(fields, sink, bitcoin),
    is_serial: false,
    flush: None,
};

type Unit = fn(Cell<'_>) -> Option<Amount>;

fn row(fields: &Fields<'_, '_>, sink: &mut Sink, unit: Unit) -> Result<(), Refusal> {
    let spot = Spot {
        height: fields.filled_number(HEIGHT)?,
        time: fields.time(TIME)?,
        tx_index: fields.number(INDEX)?,
        tx: Some(fields.filled_hash(HASH)?),
        line: fields.line,
    };
    let is_coinbase = fields.flag(IS_COINBASE)?.unwrap_or(false);
    let chain = sink.chain().clone();
    if !is_coinbase {
        for (at, input) in legs(fields, INPUTS)?.into_iter().enumerate() {
            let leg = Nested { fields, field: INPUTS, at, values: input };
            let spends = leg.spends()?;
            // An input that spends nothing is new value: the coinbase of tables that do not
            // flag it.
            let Some(spends) = spends else { continue };
            let (index, amount) = (leg.index()?, leg.amount(unit)?);
            check_amount(fields, INPUTS, &chain, amount)?;
            let holder = leg.payer(&chain)?;
            sink.push_leg(Leg { spot, index, spends: Some(spends), holder, amount });
        }
    }
    for (at, output) in legs(fields, OUTPUTS)?.into_iter().enumerate() {
        let leg = Nested { fields, field: OUTPUTS, at, values: output };
        let (index, amount) = (leg.index()?, leg.amount(unit)?);
        check_amount(fields, OUTPUTS, &chain, amount)?;
        let holder = leg.payee(&chain)?;
        sink.push_leg(Leg { spot, index, spends: None, holder, amount });
    }
    Ok(())
}

/// The inputs or outputs of a row.
fn legs<'a>(fields: &Fields<'_, 'a>, field: usize) -> Result<Vec<Struct<'a>>, Refusal> {
    let no = || fields.refuse(field, "it is no list of structures");
    let cells = match fields.cell(field) {
        Cell::Null => return Ok(Vec::new()),
        Cell::List(list) => list.cells().ok_or_else(no)?,
        _ => return Err(no()),
    };
    // BigQuery's own export wraps lists: {"list": [{"element": {...}}]}.
    cells.into_iter().map(|cell| structure(cell).ok_or_else(no)).collect()
}

fn structure(cell: Cell<'_>) -> Option<Struct<'_>> {
    match cell {
        Cell::Struct(values) => match values.cell("element") {
            Cell::Struct(element) => Some(element),
            _ => Some(values),
        },
        _ => None,
    }
}

/// An input or output, with where it stands.
struct Nested<'f, 'r, 'a> {
    fields: &'f Fields<'r, 'a>,
    field: usize,
    at: usize,
    values: Struct<'a>,
}

impl<'a> Nested<'_, '_, 'a> {
    #[cold]
    fn bad(&self, name: &str, reason: &str) -> Refusal {
        let column = self.fields.table.column_of(self.field, Some(self.fields.names));
        Refusal::field(format!("{column}[{}].{name}", self.at), reason)
    }

    fn index(&self) -> Result<u32, Refusal> {
        let index = number(self.values.cell("index"));
        index.ok_or_else(|| self.bad("index", "it is no whole number of at most 32 bits"))
    }

    fn amount(&self, unit: Unit) -> Result<Amount, Refusal> {
        let value = match self.values.cell("value") {
            Cell::Null => {
                let reason = "it is empty: a leg without its value cannot be held in a ledger";
                return Err(self.bad("value", reason));
            }
            value => value,
        };
        unit(value).ok_or_else(|| self.bad("value", "it is no whole number of satoshi"))
    }

    /// The output that an input spends.
    fn spends(&self) -> Result<Option<(TxHash, u32)>, Refusal> {
        let name = "spent_transaction_hash";
        let hash = match self.values.cell(name) {
            Cell::Null => return Ok(None),
            Cell::Text(text) => bare_hex_array::<32>(text.strip_prefix(b"0x").unwrap_or(text)),
            Cell::Bytes(bytes) => bytes.try_into().ok(),
            _ => None,
        };
        let hash = hash.ok_or_else(|| self.bad(name, "it is no hash of 64 hex digits"))?;
        if hash == [0; 32] {
            return Ok(None);
        }
        let name = "spent_output_index";
        let index = number(self.values.cell(name));
        let index = index.ok_or_else(|| self.bad(name, "it is no number of an output"))?;
        Ok(Some((TxHash::from(hash), index)))
    }

    /// Who held what an input spends.
    fn payer(&self, chain: &ChainId) -> Result<Option<Address>, Refusal> {
        match (self.address()?, self.has_address()) {
            (Some(text), true) => self.parsed(chain, text),
            (None, true) => {
                let reason = "it is empty: without it nobody can be said to have paid";
                Err(self.bad("address", reason))
            }
            (_, false) => Ok(None),
        }
    }

    /// Who holds an output: its script, from which the address is rendered.
    fn payee(&self, chain: &ChainId) -> Result<Option<Address>, Refusal> {
        match self.values.cell("script_hex") {
            Cell::Text(text) => match hex_bytes(text) {
                Some(script) => Ok(Some(Address::Script(script))),
                None => Err(self.bad("script_hex", "it is no hex")),
            },
            _ => match self.address()?.filter(|_| self.has_address()) {
                Some(text) => self.parsed(chain, text),
                None => Ok(None),
            },
        }
    }

    /// Whether the script is of a kind that an address stands for alone. For public keys,
    /// several keys and unknown scripts extractors write what is no address of the script.
    fn has_address(&self) -> bool {
        !matches!(
            self.values.cell("type"),
            Cell::Text(
                b"pubkey"
                    | b"multisig"
                    | b"nonstandard"
                    | b"nulldata"
                    | b"witness_unknown"
                    | b"anchor"
            )
        )
    }

    /// The only address of a leg, as a text.
    fn address(&self) -> Result<Option<&'a [u8]>, Refusal> {
        if let Cell::Text(text) = self.values.cell("address") {
            return Ok(Some(text));
        }
        let cells = match self.values.cell("addresses") {
            Cell::List(list) => list.cells().unwrap_or_default(),
            Cell::Text(text) => return Ok(Some(text)),
            _ => Vec::new(),
        };
        match cells[..] {
            [Cell::Text(text)] => Ok(Some(text)),
            [Cell::Struct(values)] => match values.cell("element") {
                Cell::Text(text) => Ok(Some(text)),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn parsed(&self, chain: &ChainId, text: &[u8]) -> Result<Option<Address>, Refusal> {
        if text.starts_with(b"nonstandard") {
            return Ok(None);
        }
        let parsed = std::str::from_utf8(text).ok().map(|text| Address::parse(chain, text));
        match parsed {
            Some(Ok(address)) => Ok(Some(address)),
            Some(Err(error)) => Err(self.bad("address", &error.to_string())),
            None => Err(self.bad("address", &format!("`{}` is no address", shown(text)))),
        }
    }
}

fn number(cell: Cell<'_>) -> Option<u32> {
    match cell {
        Cell::Int(number) => u32::try_from(number).ok(),
        Cell::UInt(number) => u32::try_from(number).ok(),
        Cell::Text(text) => u32::try_from(decimal_u64(text)?).ok(),
        _ => None,
    }
}

fn satoshi(cell: Cell<'_>) -> Option<Amount> {
    match cell {
        Cell::Text(text) => decimal_amount(text),
        Cell::Int(number) => u64::try_from(number).ok().map(Amount::from),
        Cell::UInt(number) => Some(Amount::from(number)),
        Cell::Decimal(number, scale) => {
            let ten = 10u128.checked_pow(u32::try_from(scale).ok()?)?;
            let number = u128::try_from(*number).ok()?;
            (number % ten == 0).then(|| Amount::from(number / ten))
        }
        Cell::Float(float) => match float_amount(float)? {
            (amount, false) => Some(amount),
            (_, true) => None,
        },
        _ => None,
    }
}

fn bitcoin(cell: Cell<'_>) -> Option<Amount> {
    match cell {
        Cell::Float(float) => bitcoin_satoshi(float),
        // A double that was written out.
        Cell::Text(text) => bitcoin_satoshi(std::str::from_utf8(text).ok()?.parse().ok()?),
        _ => None,
    }
}
