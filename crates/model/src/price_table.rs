//! What was a unit of an asset worth at a time, and who says so?

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::amount::Amount;
use crate::asset::AssetId;
use crate::curated::AssetList;
use crate::price::{Usd, UsdPrice};
use crate::text::Printable;
use crate::time::Timestamp;

/// Prices of assets over time.
///
/// A price holds from its own time on, until the next one, and at most for
/// [`AGE_MAX_SECONDS`](Self::AGE_MAX_SECONDS). What has no such price is unknown, and so is what
/// an amount of it is worth: no price is taken from the future, from another asset, or from what
/// a symbol promises.
#[derive(Debug, Clone, Default)]
pub struct PriceTable {
    assets: BTreeMap<AssetId, Vec<Point>>,
    repeated: u64,
}

/// A price at a time, as a file states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    /// Of what.
    pub asset: AssetId,
    /// From when on.
    pub time: Timestamp,
    /// For a whole unit.
    pub price: UsdPrice,
    /// Who says so, where the file tells.
    pub source: Option<Arc<str>>,
    /// Where it stands.
    pub place: PricePlace,
}

/// Where a price stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricePlace {
    /// The file.
    pub file: Arc<str>,
    /// What the number counts: `line` or `row`.
    pub unit: &'static str,
    /// The line of a text, the header being line 1, or the row of a table, counted from 1.
    pub line: u64,
}

/// A price that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote<'a> {
    /// For a whole unit.
    pub price: UsdPrice,
    /// Since when it holds.
    pub quoted_at: Timestamp,
    /// Who says so: the source that the row names, else its file.
    pub source: &'a str,
}

/// Two prices of one asset at one time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{first} says that {asset} was worth {first_price} US dollars at {time}, and {second} says \
     {second_price}: leave one of them out"
)]
pub struct PriceConflict {
    /// The asset.
    pub asset: AssetId,
    /// When.
    pub time: Timestamp,
    /// Where one of them stands.
    pub first: PricePlace,
    /// What it says.
    pub first_price: UsdPrice,
    /// Where the other one stands.
    pub second: PricePlace,
    /// What it says.
    pub second_price: UsdPrice,
}

#[derive(Debug, Clone)]
struct Point {
    time: Timestamp,
    price: UsdPrice,
    source: Arc<str>,
}

impl PriceTable {
    /// How long a price holds at most: 48 hours, so that one missing day of daily prices is
    /// bridged and two are not.
    pub const AGE_MAX_SECONDS: i64 = 48 * 3_600;

    /// A table of rows in any order. A row that says again what another one said is counted.
    ///
    /// # Errors
    ///
    /// When two rows give one asset two prices at one time.
    pub fn from_rows(mut rows: Vec<PriceRow>) -> Result<Self, Box<PriceConflict>> {
        rows.sort_by(|a, b| (&a.asset, a.time).cmp(&(&b.asset, b.time)));
        let mut table = Self::default();
        let mut last: Option<PriceRow> = None;
        for row in rows {
            if let Some(last) = &last
                && (&last.asset, last.time) == (&row.asset, row.time)
            {
                if last.price != row.price {
                    return Err(Box::new(PriceConflict {
                        asset: row.asset,
                        time: row.time,
                        first: last.place.clone(),
                        first_price: last.price,
                        second: row.place,
                        second_price: row.price,
                    }));
                }
                table.repeated += 1;
                continue;
            }
            let source = row.source.as_ref().unwrap_or(&row.place.file);
            let point = Point { time: row.time, price: row.price, source: Arc::clone(source) };
            table.assets.entry(row.asset.clone()).or_default().push(point);
            last = Some(row);
        }
        Ok(table)
    }

    /// The price that holds at a time, if one is known.
    pub fn at(&self, asset: &AssetId, time: Timestamp) -> Option<Quote<'_>> {
        let points = self.assets.get(asset)?;
        let point = points[..points.partition_point(|point| point.time <= time)].last()?;
        let age = time.to_unix() - point.time.to_unix();
        (age <= Self::AGE_MAX_SECONDS).then(|| point.quote())
    }

    /// What an amount was worth at a time, and by which price. `None` where the price or the
    /// decimals of the asset are not known.
    pub fn worth(
        &self,
        assets: &AssetList,
        asset: &AssetId,
        amount: Amount,
        time: Timestamp,
    ) -> Option<(Usd, Quote<'_>)> {
        let quote = self.at(asset, time)?;
        let decimals = assets.get(asset)?.decimals;
        Some((quote.price.worth(amount, decimals)?, quote))
    }

    /// The assets with their first and last price, and how many there are.
    pub fn assets(&self) -> impl Iterator<Item = (&AssetId, Quote<'_>, Quote<'_>, usize)> {
        let rows = self.assets.iter();
        rows.filter_map(|(asset, points)| {
            Some((asset, points.first()?.quote(), points.last()?.quote(), points.len()))
        })
    }

    /// The prices of an asset in the order of time.
    pub fn quotes(&self, asset: &AssetId) -> impl Iterator<Item = Quote<'_>> {
        self.assets.get(asset).into_iter().flatten().map(Point::quote)
    }

    /// How many prices there are.
    pub fn len(&self) -> usize {
        self.assets.values().map(Vec::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.assets.is_empty()
    }

    /// How many rows said again what another row said.
    pub fn repeated(&self) -> u64 {
        self.repeated
    }
}

impl Point {
    fn quote(&self) -> Quote<'_> {
        Quote { price: self.price, quoted_at: self.time, source: &self.source }
    }
}

impl fmt::Display for PricePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", Printable(&self.file), self.unit, self.line)
    }
}

#[cfg(test)]
mod tests {
    use super::{PriceConflict, PricePlace, PriceRow, PriceTable};
    use crate::amount::Amount;
    use crate::asset::AssetId;
    use crate::curated::AssetList;
    use crate::time::Timestamp;
    use proptest::prelude::{prop, proptest};

    const DAY: i64 = 86_400;
    const START: i64 = 1_648_000_000;

    fn eth() -> AssetId {
        "eip155:1/slip44:60".parse().unwrap()
    }

    fn time(seconds: i64) -> Timestamp {
        Timestamp::from_unix(START + seconds).unwrap()
    }

    fn row(line: u64, seconds: i64, price: &str) -> PriceRow {
        let place = PricePlace { file: "daily.csv".into(), unit: "line", line };
        PriceRow {
            asset: eth(),
            time: time(seconds),
            price: price.parse().unwrap(),
            source: None,
            place,
        }
    }

    fn table(rows: Vec<PriceRow>) -> Result<PriceTable, Box<PriceConflict>> {
        PriceTable::from_rows(rows)
    }

    #[test]
    fn a_price_holds_from_its_time_on_and_for_two_days() {
        let table = table(vec![row(3, DAY, "3100"), row(2, 0, "3000")]).unwrap();
        let at = |seconds| table.at(&eth(), time(seconds)).map(|q| q.price.to_string());
        assert_eq!(at(-1), None, "nothing is known of the future");
        assert_eq!(at(0).as_deref(), Some("3000"));
        assert_eq!(at(DAY - 1).as_deref(), Some("3000"));
        assert_eq!(at(DAY).as_deref(), Some("3100"));
        assert_eq!(at(3 * DAY).as_deref(), Some("3100"));
        assert_eq!(at(3 * DAY + 1), None, "what is too old is unknown");
        let quote = table.at(&eth(), time(DAY + 5)).unwrap();
        assert_eq!((quote.quoted_at, quote.source), (time(DAY), "daily.csv"));
    }

    #[test]
    fn another_asset_has_no_price_of_this_one() {
        let table = table(vec![row(2, 0, "3000")]).unwrap();
        let weth = "eip155:1/erc20:0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2".parse().unwrap();
        assert_eq!(table.at(&weth, time(0)), None);
    }

    #[test]
    fn without_decimals_nothing_is_worth_anything_known() {
        let unknown: AssetId =
            "eip155:1/erc20:0x00000000000000000000000000000000000000ff".parse().unwrap();
        let mut rows = vec![row(2, 0, "3000"), row(3, 0, "2")];
        rows[1].asset = unknown.clone();
        let table = table(rows).unwrap();
        let assets = AssetList::built_in();
        let wei = Amount::from(1_500_000_000_000_000_000u64);
        let worth = table.worth(&assets, &eth(), wei, time(1)).unwrap();
        assert_eq!(worth.0.to_string(), "4500.00");
        assert_eq!(table.worth(&assets, &unknown, wei, time(1)), None);
    }

    #[test]
    fn rows_that_contradict_each_other_are_named() {
        let twice = table(vec![row(2, 0, "3000"), row(9, 0, "3000.0")]).unwrap();
        assert_eq!((twice.repeated(), twice.len()), (1, 1));
        let error = table(vec![row(2, 0, "3000"), row(9, 0, "3001")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "daily.csv line 2 says that eip155:1/slip44:60 was worth 3000 US dollars at \
             2022-03-23T01:46:40Z, and daily.csv line 9 says 3001: leave one of them out"
        );
    }

    proptest! {
        /// The answer is that of a search through all rows, whatever their order.
        #[test]
        fn at_is_the_latest_price_before(
            times in prop::collection::btree_set(0i64..20, 0..12), asked in -5i64..30,
        ) {
            let rows = times.iter().rev().map(|t| row(2, t * DAY / 2, &(t + 1).to_string()));
            let table = table(rows.collect()).unwrap();
            let asked = asked * DAY / 2;
            let best = times.iter().filter(|t| **t * DAY / 2 <= asked).max();
            let best = best.filter(|t| asked - **t * DAY / 2 <= PriceTable::AGE_MAX_SECONDS);
            let expected = best.map(|t| (t + 1).to_string());
            let found = table.at(&eth(), time(asked)).map(|quote| quote.price.to_string());
            assert_eq!(found, expected);
        }
    }
}
