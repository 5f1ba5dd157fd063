//! What outside sources call assets: `asset,symbol,name,decimals` as CSV.
//!
//! Symbol and name are whatever a contract answers: they are read as they are, cut where they
//! are long, and never taken for true.

use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder};
use hawkshaw_model::{AssetId, AssetNames, OutsideName};

use crate::error::IngestError;
use crate::text::shown;

/// Bytes of a file that are read at most.
const BYTES_MAX: usize = 512 << 20;
/// Assets of a file that are read at most.
const ROWS_MAX: usize = 1_000_000;
/// Bytes of a symbol or name that are kept at most.
const NAME_BYTES_MAX: usize = 4_096;

const ASSET: &str = "asset";
const SYMBOL: &str = "symbol";
const NAME: &str = "name";
const DECIMALS: &str = "decimals";

/// The names of a file.
#[derive(Debug, Clone, Default)]
pub struct AssetNameFile {
    /// What the assets are called.
    pub names: AssetNames,
    /// How many symbols and names were cut at 4,096 bytes, or were no UTF-8.
    pub mended: u64,
    /// How many rows gave an asset another name than one before: the last counts.
    pub renamed: u64,
}

/// Reads a file of names. `name` is what errors call it. The columns may stand in any order;
/// `asset` must be there, and a further one is not read.
///
/// # Errors
///
/// When it is no CSV with these columns, when it is too large, and at the first row that names
/// no asset or has decimals that cannot be, with its line.
pub fn read_asset_names(name: &str, bytes: &[u8]) -> Result<AssetNameFile, IngestError> {
    let file: Arc<str> = Arc::from(name);
    let header = |reason| IngestError::BadHeader { file: Arc::clone(&file), reason };
    if bytes.len() > BYTES_MAX {
        let found = bytes.len();
        return Err(header(format!("the file has {found} bytes, at most {BYTES_MAX} are read")));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut input = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let damaged = |error: csv::Error| IngestError::Damaged {
        file: Arc::clone(&file),
        reason: error.to_string(),
    };
    let mut record = ByteRecord::new();
    input.read_byte_record(&mut record).map_err(damaged)?;
    let columns = Columns::of(&record).map_err(header)?;
    let width = record.len();
    let mut found = AssetNameFile::default();
    while input.read_byte_record(&mut record).map_err(damaged)? {
        let line = record.position().map_or(0, csv::Position::line);
        let bad = |column: &str, reason: String| IngestError::BadField {
            file: Arc::clone(&file),
            unit: "line",
            line,
            column: column.to_owned(),
            reason,
        };
        if record.len() != width {
            let reason = format!("the row has {} fields, the header has {width}", record.len());
            return Err(IngestError::BadRow { file, unit: "line", line, reason });
        }
        if found.names.len() >= ROWS_MAX {
            let reason = format!("a file names at most {ROWS_MAX} assets: split it");
            return Err(IngestError::BadRow { file, unit: "line", line, reason });
        }
        let field = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default();
        let text = shown(field(Some(columns.asset)));
        let asset: AssetId = std::str::from_utf8(field(Some(columns.asset)))
            .map_err(|_| bad(ASSET, format!("`{text}` is not UTF-8")))?
            .trim()
            .parse()
            .map_err(|error: hawkshaw_model::AssetIdError| bad(ASSET, error.to_string()))?;
        let decimals = String::from_utf8_lossy(field(columns.decimals)).trim().to_owned();
        let decimals = match decimals.as_str() {
            "" => None,
            digits => Some(digits.parse::<u8>().map_err(|_| {
                let text = shown(digits.as_bytes());
                bad(DECIMALS, format!("`{text}` is no whole number up to 255: leave it empty"))
            })?),
        };
        let symbol = outside(field(columns.symbol), &mut found.mended);
        let name = outside(field(columns.name), &mut found.mended);
        found.renamed += u64::from(found.names.add(asset, OutsideName { symbol, name, decimals }));
    }
    Ok(found)
}

/// A text as it stands, cut where it is long.
fn outside(bytes: &[u8], mended: &mut u64) -> String {
    let cut = &bytes[..bytes.len().min(NAME_BYTES_MAX)];
    let text = String::from_utf8_lossy(cut);
    let is_whole = cut.len() == bytes.len() && matches!(text, std::borrow::Cow::Borrowed(_));
    *mended += u64::from(!is_whole);
    text.into_owned()
}

/// Which column is what.
struct Columns {
    asset: usize,
    symbol: Option<usize>,
    name: Option<usize>,
    decimals: Option<usize>,
}

impl Columns {
    fn of(record: &ByteRecord) -> Result<Self, String> {
        let find = |wanted: &str| {
            let is_it = |field: &[u8]| field.trim_ascii() == wanted.as_bytes();
            let mut found = record.iter().enumerate().filter(|(_, field)| is_it(field));
            let first = found.next().map(|(at, _)| at);
            match found.next() {
                Some(_) => Err(format!("the column `{wanted}` stands twice")),
                None => Ok(first),
            }
        };
        let asset = find(ASSET)?.ok_or_else(|| {
            let there: Vec<String> = record.iter().take(20).map(shown).collect();
            format!(
                "a file of asset names has the columns asset, symbol, name and decimals: there is \
                 no `{ASSET}` among: {}",
                there.join(", ")
            )
        })?;
        let (symbol, name) = (find(SYMBOL)?, find(NAME)?);
        if symbol.is_none() && name.is_none() {
            return Err(format!("there is neither a column `{SYMBOL}` nor one `{NAME}`"));
        }
        Ok(Self { asset, symbol, name, decimals: find(DECIMALS)? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{NAME_BYTES_MAX, read_asset_names};

    const TOKEN: &str = "eip155:1/erc20:0x1111111111111111111111111111111111111111";

    #[test]
    fn columns_in_any_order_and_either_line_end() {
        let text = format!(
            "\u{feff}name,decimals,extra,asset,symbol\r\n\"Tether, USD\",6,x,{TOKEN},USD\u{422}\r\n"
        );
        let found = read_asset_names("assets.csv", text.as_bytes()).unwrap();
        let name = found.names.get(&TOKEN.parse().unwrap()).unwrap();
        assert_eq!((name.name.as_str(), name.symbol.as_str()), ("Tether, USD", "USD\u{422}"));
        assert_eq!((name.decimals, found.mended, found.renamed), (Some(6), 0, 0));
    }

    #[test]
    fn the_last_name_counts_and_long_ones_are_cut() {
        let long = "x".repeat(1_000_000);
        let text = format!("asset,symbol\n{TOKEN},A\n{TOKEN},A\n{TOKEN},{long}\n");
        let found = read_asset_names("assets.csv", text.as_bytes()).unwrap();
        assert_eq!((found.names.len(), found.mended, found.renamed), (1, 1, 1));
        let kept = &found.names.get(&TOKEN.parse().unwrap()).unwrap().symbol;
        assert_eq!(kept.len(), NAME_BYTES_MAX);
    }

    #[test]
    fn says_what_has_to_be_mended() {
        for (text, part) in [
            ("", "no `asset`"),
            ("symbol,name\n", "no `asset`"),
            ("asset,decimals\n", "neither"),
            ("asset,symbol,asset\n", "twice"),
            ("asset,symbol\nUSDT,x\n", "line 2, column `asset`"),
            (&format!("asset,symbol,decimals\n{TOKEN},x,256\n"), "255"),
            (&format!("asset,symbol,decimals\n{TOKEN},x,-1\n"), "line 2, column `decimals`"),
            (&format!("asset,symbol\n{TOKEN}\n"), "1 fields"),
        ] {
            let error = read_asset_names("assets.csv", text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(part), "{text:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(rows in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut text = format!("asset,symbol,name,decimals\n{TOKEN},").into_bytes();
            text.extend(rows);
            if let Ok(found) = read_asset_names("assets.csv", &text) {
                prop_assert!(found.names.iter().all(|(_, name)| name.symbol.len() <= 3 * NAME_BYTES_MAX));
            }
        }
    }
}
