//! Event files: JSON arrays, plain or zipped.

use std::collections::BTreeMap;
use std::fmt;

use alloy_primitives::{Address, B256, U256};
use hawkshaw_model::{Printable, Timestamp};
use serde::de::{Deserializer as _, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::link::is_router;
use crate::unpack::unpacked;
use crate::{Defect, Defects, Deposit, Pool, PoolError, Withdrawal};

/// Rows of a file: the largest pool known has under 100,000.
const ROWS_MAX: usize = 2_000_000;

impl Pool {
    /// Reads a pool from the bytes of its two files.
    ///
    /// Events that cannot be read are counted in [`Pool::defects`] and left out, and so is what
    /// comes twice.
    ///
    /// # Errors
    ///
    /// When a file is no JSON array (plain or zipped), too large, or has no event at all.
    pub fn read(deposits: (&str, &[u8]), withdrawals: (&str, &[u8])) -> Result<Self, PoolError> {
        let mut defects = Defects::default();
        let deposits = read_deposits(deposits.0, deposits.1, &mut defects)?;
        let clock = Clock::new(&deposits, &mut defects);
        let (withdrawals, interpolated) =
            read_withdrawals(withdrawals.0, withdrawals.1, &clock, &mut defects)?;
        Ok(Self { deposits, withdrawals, defects, interpolated })
    }
}

fn read_deposits(
    name: &str,
    bytes: &[u8],
    defects: &mut Defects,
) -> Result<Vec<Deposit>, PoolError> {
    let rows = rows(name, bytes)?;
    let mut found: Vec<Deposit> = Vec::with_capacity(rows.len());
    let mut seen = BTreeMap::new();
    for row in &rows {
        let Some(row) = Row::new(row, defects) else { continue };
        let Some(block) = row.block(defects) else { continue };
        let Some(time) = row.time(defects) else {
            defects.note(Defect::NoTime);
            continue;
        };
        let deposit = Deposit {
            block,
            time,
            tx: row.hash(&["transactionHash", "transaction_hash", "tx_hash", "txHash"], defects),
            leaf: row.number(&["leafIndex", "leaf_index"], defects),
            depositor: row.person(&[&["depositor"], &["from", "sender"]], defects),
            gas_price: row.amount(&["gasPrice", "gas_price"], defects),
        };
        let commitment = row.hash(&["commitment"], defects);
        let key = match (deposit.leaf, commitment) {
            (Some(leaf), _) => Some((Some(leaf), None)),
            (None, Some(commitment)) => Some((None, Some(commitment))),
            (None, None) => None,
        };
        if let Some(key) = key
            && let Some(&before) = seen.get(&key)
        {
            let is_same = found.get(before) == Some(&deposit);
            defects.note(if is_same { Defect::Duplicate } else { Defect::Contradiction });
            continue;
        } else if let Some(key) = key {
            seen.insert(key, found.len());
        }
        found.push(deposit);
    }
    if found.is_empty() {
        return Err(PoolError::NoEvents {
            file: name.to_owned(),
            what: "deposit",
            rows: rows.len(),
            needs: "each needs blockNumber and timestamp",
        });
    }
    found.sort_by_key(|deposit| (deposit.block, deposit.leaf, deposit.time));
    Ok(found)
}

fn read_withdrawals(
    name: &str,
    bytes: &[u8],
    clock: &Clock,
    defects: &mut Defects,
) -> Result<(Vec<Withdrawal>, usize), PoolError> {
    let rows = rows(name, bytes)?;
    let mut found: Vec<Withdrawal> = Vec::with_capacity(rows.len());
    let mut seen = BTreeMap::new();
    let mut interpolated = 0;
    for row in &rows {
        let Some(row) = Row::new(row, defects) else { continue };
        let Some(block) = row.block(defects) else { continue };
        let Some(recipient) = row.address(&["to", "recipient"], defects) else {
            defects.note(Defect::NoRecipient);
            continue;
        };
        let Some(fee) = row.amount(&["fee"], defects) else {
            defects.note(Defect::NoFee);
            continue;
        };
        let said = row.time(defects);
        let withdrawal = Withdrawal {
            block,
            time: said.unwrap_or_else(|| clock.time_of(block)),
            tx: row.hash(&["transactionHash", "transaction_hash", "tx_hash", "txHash"], defects),
            nullifier: row.hash(&["nullifierHash", "nullifier_hash", "nullifier"], defects),
            recipient,
            fee,
            relayer: row.person(&[&["relayer"]], defects),
            gas_price: row.amount(&["gasPrice", "gas_price"], defects),
        };
        if let Some(nullifier) = withdrawal.nullifier {
            if let Some(&before) = seen.get(&nullifier) {
                let is_same = found.get(before) == Some(&withdrawal);
                defects.note(if is_same { Defect::Duplicate } else { Defect::Contradiction });
                continue;
            }
            seen.insert(nullifier, found.len());
        }
        if clock.is_before(block) {
            defects.note(Defect::BeforeFirstDeposit);
        }
        interpolated += usize::from(said.is_none());
        found.push(withdrawal);
    }
    if found.is_empty() {
        return Err(PoolError::NoEvents {
            file: name.to_owned(),
            what: "withdrawal",
            rows: rows.len(),
            needs: "each needs to, fee and blockNumber",
        });
    }
    // The order of rows in a file says nothing.
    found.sort_by_key(|w| (w.time, w.block, w.recipient, w.nullifier, w.tx, w.fee));
    Ok((found, interpolated))
}

/// The elements of the array in a file.
fn rows(name: &str, bytes: &[u8]) -> Result<Vec<Value>, PoolError> {
    let text = unpacked(name, bytes)?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let bad = |error: serde_json::Error| PoolError::BadJson {
        file: name.to_owned(),
        reason: Printable(&error.to_string()).to_string(),
    };
    let mut reader = serde_json::Deserializer::from_slice(text);
    let rows = reader.deserialize_seq(Rows).map_err(bad)?;
    reader.end().map_err(bad)?;
    Ok(rows)
}

/// Reads an array, up to a bound.
struct Rows;

impl<'de> Visitor<'de> for Rows {
    type Value = Vec<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of events")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = array.next_element()? {
            if rows.len() == ROWS_MAX {
                let error = format!("over {ROWS_MAX} events: no pool has that many");
                return Err(serde::de::Error::custom(error));
            }
            rows.push(row);
        }
        Ok(rows)
    }
}

/// One event of a file.
struct Row<'a>(&'a Map<String, Value>);

impl<'a> Row<'a> {
    fn new(value: &'a Value, defects: &mut Defects) -> Option<Self> {
        let row = value.as_object().map(Self);
        if row.is_none() {
            defects.note(Defect::NotAnEvent);
        }
        row
    }

    /// The text of the first of these fields that is there: files write numbers either way.
    fn text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| match self.0.get(*name)? {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        })
    }

    fn parsed<T>(
        &self,
        names: &[&str],
        defects: &mut Defects,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(names)?;
        let value = parse(&text);
        if value.is_none() {
            defects.note(Defect::UnreadableField);
        }
        value
    }

    fn number(&self, names: &[&str], defects: &mut Defects) -> Option<u64> {
        self.parsed(names, defects, |text| u64::try_from(integer(text)?).ok())
    }

    fn block(&self, defects: &mut Defects) -> Option<u64> {
        let text = self.text(&["blockNumber", "block_number", "block"]);
        let block = text.and_then(|text| u64::try_from(integer(&text)?).ok());
        if block.is_none() {
            defects.note(Defect::NoBlock);
        }
        block
    }

    fn time(&self, defects: &mut Defects) -> Option<i64> {
        self.parsed(&["timestamp", "time", "block_timestamp"], defects, |text| {
            text.parse::<Timestamp>().ok().map(Timestamp::to_unix)
        })
    }

    fn amount(&self, names: &[&str], defects: &mut Defects) -> Option<U256> {
        self.parsed(names, defects, integer)
    }

    fn address(&self, names: &[&str], defects: &mut Defects) -> Option<Address> {
        self.parsed(names, defects, |text| text.parse().ok())
    }

    /// The first of these addresses behind which nobody else stands: a router forwards for the
    /// sender of its transaction.
    fn person(&self, names: &[&[&str]], defects: &mut Defects) -> Option<Address> {
        names
            .iter()
            .filter_map(|names| self.address(names, defects))
            .find(|address| !is_router(address))
    }

    fn hash(&self, names: &[&str], defects: &mut Defects) -> Option<B256> {
        self.parsed(names, defects, |text| text.parse().ok())
    }
}

/// A whole number, decimal or with `0x`.
fn integer(text: &str) -> Option<U256> {
    let (digits, radix) = match text.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let is_plain = !digits.is_empty()
        && digits.len() <= 80
        && digits.bytes().all(|digit| char::from(digit).is_digit(radix));
    is_plain.then(|| U256::from_str_radix(digits, u64::from(radix)).ok()).flatten()
}
