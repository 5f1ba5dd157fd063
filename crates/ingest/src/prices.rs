//! Files of prices: `asset,time,price` as CSV or Parquet.
//!
//! `source` is a further column that is read where it is there, and `currency` one that must say
//! `usd` in every row; all others are left alone. The columns may stand in any order.

mod csv;
mod parquet;

use std::sync::Arc;

use hawkshaw_model::{AssetId, PricePlace, PriceRow, Printable, Timestamp, UsdPrice};

use crate::error::{IngestError, Refusal};
use crate::text::shown;

/// Bytes of a file that are read at most.
const BYTES_MAX: usize = 512 << 20;
/// Prices of a file that are read at most: of 2,000 assets, daily, 13 years. They take about a
/// gigabyte.
const ROWS_MAX: usize = 10_000_000;
/// Bytes of a source that are kept at most.
const SOURCE_BYTES_MAX: usize = 400;
/// 2009-01-03, the day of the first block of any chain: an earlier time is a number that was
/// meant otherwise, such as a date without hyphens.
const FIRST_TIME: i64 = 1_230_940_800;

/// The columns that are read.
const ASSET: &str = "asset";
const TIME: &str = "time";
const PRICE: &str = "price";
const SOURCE: &str = "source";
const CURRENCY: &str = "currency";

/// The prices of a file.
#[derive(Debug, Clone, Default)]
pub struct PriceFile {
    /// Its rows, in the order of the file.
    pub rows: Vec<PriceRow>,
    /// How many prices are doubles. Each was taken by its shortest decimal text, which is what
    /// whoever wrote it most likely meant.
    pub doubles: u64,
}

/// Reads a file of prices. `name` is what errors call it.
///
/// # Errors
///
/// When it is neither CSV nor Parquet with these columns, when it is damaged or too large, and
/// at the first row that is no price, with its place.
pub fn read_prices(name: &str, bytes: &[u8]) -> Result<PriceFile, IngestError> {
    let file: Arc<str> = Arc::from(name);
    if bytes.len() > BYTES_MAX {
        return Err(IngestError::BadHeader {
            file,
            reason: format!("the file has {} bytes, at most {BYTES_MAX} are read", bytes.len()),
        });
    }
    if bytes.starts_with(b"PAR1") { parquet::read(&file, bytes) } else { csv::read(&file, bytes) }
}

/// Which column is what.
#[derive(Debug, Clone, Copy)]
struct Columns {
    asset: usize,
    time: usize,
    price: usize,
    source: Option<usize>,
    currency: Option<usize>,
}

impl Columns {
    fn of(file: &Arc<str>, names: &[String]) -> Result<Self, IngestError> {
        let bad = |reason| IngestError::BadHeader { file: Arc::clone(file), reason };
        let find = |wanted: &str| {
            let mut found = names.iter().enumerate().filter(|(_, name)| name.trim() == wanted);
            let first = found.next().map(|(at, _)| at);
            match found.next() {
                Some(_) => Err(bad(format!("the column `{wanted}` stands twice"))),
                None => Ok(first),
            }
        };
        let needed = |wanted: &str| {
            find(wanted)?.ok_or_else(|| {
                let there: Vec<_> = names.iter().take(20).map(|n| shown(n.as_bytes())).collect();
                bad(format!(
                    "a file of prices has the columns asset, time and price: there is no \
                     `{wanted}` among: {}",
                    there.join(", ")
                ))
            })
        };
        Ok(Self {
            asset: needed(ASSET)?,
            time: needed(TIME)?,
            price: needed(PRICE)?,
            source: find(SOURCE)?,
            currency: find(CURRENCY)?,
        })
    }
}

/// Makes rows of texts, keeping what rows have in common only once.
#[derive(Debug)]
struct Reader {
    file: Arc<str>,
    unit: &'static str,
    asset: Option<(String, AssetId)>,
    source: Option<Arc<str>>,
    found: PriceFile,
}

impl Reader {
    fn new(file: &Arc<str>, unit: &'static str) -> Self {
        Self {
            file: Arc::clone(file),
            unit,
            asset: None,
            source: None,
            found: PriceFile::default(),
        }
    }

    /// Takes a row.
    fn add(
        &mut self,
        line: u64,
        asset: &str,
        time: Timestamp,
        price: UsdPrice,
        source: &str,
    ) -> Result<(), Refusal> {
        if self.found.rows.len() == ROWS_MAX {
            return Err(Refusal::row(format!("a file has at most {ROWS_MAX} prices: split it")));
        }
        let asset = match &self.asset {
            Some((text, known)) if text == asset => known.clone(),
            _ => self.read_asset(asset)?,
        };
        let source = self.read_source(source)?;
        let place = PricePlace { file: Arc::clone(&self.file), unit: self.unit, line };
        self.found.rows.push(PriceRow { asset, time, price, source, place });
        Ok(())
    }

    fn read_asset(&mut self, text: &str) -> Result<AssetId, Refusal> {
        let refused = |error: &dyn std::fmt::Display| Refusal::field(ASSET, error.to_string());
        let asset: AssetId = text.parse().map_err(|error| refused(&error))?;
        self.asset = Some((text.to_owned(), asset.clone()));
        Ok(asset)
    }

    fn read_source(&mut self, text: &str) -> Result<Option<Arc<str>>, Refusal> {
        if text.is_empty() {
            return Ok(None);
        }
        if text.len() > SOURCE_BYTES_MAX {
            let reason = format!("a source has at most {SOURCE_BYTES_MAX} bytes");
            return Err(Refusal::field(SOURCE, reason));
        }
        match &self.source {
            Some(known) if **known == *text => {}
            _ => self.source = Some(Arc::from(text)),
        }
        Ok(self.source.clone())
    }

    fn error(&self, refusal: Refusal, line: u64) -> IngestError {
        refusal.at(&self.file, self.unit, line)
    }
}

/// A time, which is after the first block.
fn checked_time(time: Timestamp) -> Result<Timestamp, Refusal> {
    if time.to_unix() < FIRST_TIME {
        let reason = format!(
            "{time} is before the first block of any chain: write Unix seconds, a date as \
             2022-03-23, or RFC 3339"
        );
        return Err(Refusal::field(TIME, reason));
    }
    Ok(time)
}

/// A time as a text: Unix seconds, a date, RFC 3339.
fn read_time(text: &str) -> Result<Timestamp, Refusal> {
    let time = text.parse::<Timestamp>().map_err(|error| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let hint = if is_number { " (milliseconds are not read: divide by 1,000)" } else { "" };
        Refusal::field(TIME, format!("{error}{hint}"))
    })?;
    checked_time(time)
}

/// A price as a text.
fn read_price(text: &str) -> Result<UsdPrice, Refusal> {
    text.parse()
        .map_err(|error: hawkshaw_model::PriceError| Refusal::field(PRICE, error.to_string()))
}

/// Only prices in US dollars are prices here.
fn check_currency(text: &str) -> Result<(), Refusal> {
    if text.eq_ignore_ascii_case("usd") {
        return Ok(());
    }
    let reason = format!("`{}` is not usd: prices are in US dollars", Printable(text));
    Err(Refusal::field(CURRENCY, reason))
}
