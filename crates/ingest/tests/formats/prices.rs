//! Files of prices.

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Date32Array, Decimal64Array, Decimal128Array, Float32Array, Float64Array, Int64Array,
    RecordBatch, StringArray, TimestampMillisecondArray,
};
use hawkshaw_ingest::{IngestError, PriceFile, read_prices};
use hawkshaw_model::{PriceTable, Timestamp};
use parquet::arrow::ArrowWriter;
use proptest::prelude::{any, prop, proptest};

const ETH: &str = "eip155:1/slip44:60";
const DAI: &str = "eip155:1/erc20:0x6b175474e89094c44da98b954eedeac495271d0f";

fn csv(text: &str) -> Result<PriceFile, IngestError> {
    read_prices("daily.csv", text.as_bytes())
}

fn error(text: &str) -> String {
    csv(text).unwrap_err().to_string()
}

/// What is said of each row in a line.
fn shown(file: &PriceFile) -> Vec<String> {
    let rows = file.rows.iter();
    rows.map(|row| {
        let source = row.source.as_deref().unwrap_or("-");
        format!("{} {} {} {source} {}", row.asset, row.time, row.price, row.place.line)
    })
    .collect()
}

fn parquet(columns: Vec<(&str, ArrayRef)>) -> Result<PriceFile, IngestError> {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    read_prices("daily.parquet", &bytes)
}

fn text(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

#[test]
fn csv_has_three_columns_in_any_order_and_may_have_more() {
    let file = csv(&format!(
        "\u{feff}price,volume,asset,source,time\r\n\
         3021.50,9,{ETH},an exchange,1648042149\r\n\
         \"0.99950\",,{},\"a, b\",2022-03-24\r\n\
         1e-8,x,{ETH},,2022-03-25T12:00:00Z\r\n",
        DAI.to_uppercase().replace("EIP155", "eip155").replace("ERC20:0X", "erc20:0x")
    ))
    .unwrap();
    assert_eq!(
        shown(&file),
        [
            format!("{ETH} 2022-03-23T13:29:09Z 3021.5 an exchange 2"),
            format!("{DAI} 2022-03-24T00:00:00Z 0.9995 a, b 3"),
            format!("{ETH} 2022-03-25T12:00:00Z 0.00000001 - 4"),
        ]
    );
    assert_eq!(file.doubles, 0);
    assert!(csv("asset,time,price\n").unwrap().rows.is_empty());
}

#[test]
fn a_bad_row_is_named_and_says_what_would_be_right() {
    let bad = |asset: &str, time: &str, price: &str| {
        error(&format!("asset,time,price\n{ETH},2022-03-24,1\n{asset},{time},{price}\n"))
    };
    for (asset, time, price, said) in [
        (ETH, "2022-03-25", "-3", "line 3, column `price`: `-3` is below zero"),
        (ETH, "2022-03-25", "0", "the price is 0: leave the row out"),
        (ETH, "2022-03-25", "NaN", "`NaN` is no price"),
        (ETH, "2022-03-25", "", "`` is no price"),
        (ETH, "2022-03-25", "1e30", "at most 1000000000000 US dollars"),
        (ETH, "1648042149000", "1", "milliseconds are not read"),
        (ETH, "20220325", "1", "before the first block of any chain"),
        (ETH, "25.3.2022", "1", "line 3, column `time`: `25.3.2022` is no time"),
        ("ETH", "2022-03-25", "1", "line 3, column `asset`: `ETH` is not a CAIP-19 asset id"),
        ("", "2022-03-25", "1", "there is no asset"),
    ] {
        let error = bad(asset, time, price);
        assert!(error.starts_with("daily.csv line 3") && error.contains(said), "{error}");
    }
    let short = error(&format!("asset,time,price\n{ETH},2022-03-24\n"));
    assert_eq!(short, "daily.csv line 2: the row has 2 fields, the header has 3");
}

#[test]
fn a_header_must_say_what_is_what() {
    let missing = error("timestamp_ms,price,date\n");
    assert!(missing.contains("there is no `asset` among: timestamp_ms, price, date"), "{missing}");
    assert!(error("asset,time,price,price\n").contains("`price` stands twice"));
    assert!(error("").contains("there is no `asset`"));
    let euros = error(&format!("asset,time,price,currency\n{ETH},2022-03-24,1,EUR\n"));
    assert!(euros.contains("`EUR` is not usd"), "{euros}");
    let dollars = csv(&format!("asset,time,price,currency\n{ETH},2022-03-24,1,USD\n"));
    assert_eq!(dollars.unwrap().rows.len(), 1);
}

/// Closes of a day as some publish them: they are known only when the day is over, and stand at
/// its end.
#[test]
fn daily_closes_in_milliseconds_are_converted_to_the_end_of_their_day() {
    let published = "timestamp_ms,price,date\n\
                     1648080000000,3031.08,2022-03-24\n1648166400000,3108.06,2022-03-25\n";
    let mut converted = "asset,time,price\n".to_owned();
    for line in published.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let start: i64 = fields[0].parse::<i64>().unwrap() / 1_000;
        converted.push_str(&format!("{ETH},{},{}\n", start + 86_400, fields[1]));
    }
    let table = PriceTable::from_rows(csv(&converted).unwrap().rows).unwrap();
    let at = |time: &str| {
        let quote = table.at(&ETH.parse().unwrap(), time.parse::<Timestamp>().unwrap());
        quote.map(|quote| quote.price.to_string())
    };
    assert_eq!(at("2022-03-24T12:00:00Z"), None);
    assert_eq!(at("2022-03-25T12:00:00Z").as_deref(), Some("3031.08"));
    assert_eq!(at("2022-03-26T00:00:00Z").as_deref(), Some("3108.06"));
}

#[test]
fn parquet_gives_the_same_as_csv() {
    let assets = || ("asset", text(&[ETH, DAI]));
    let doubles: ArrayRef = Arc::new(Float64Array::from(vec![3021.5, 1e-8]));
    let seconds: ArrayRef = Arc::new(Int64Array::from(vec![1_648_042_149, 1_648_080_000]));
    let file = parquet(vec![("price", doubles), assets(), ("time", seconds)]).unwrap();
    let expected = [
        format!("{ETH} 2022-03-23T13:29:09Z 3021.5 - 1"),
        format!("{DAI} 2022-03-24T00:00:00Z 0.00000001 - 2"),
    ];
    assert_eq!(shown(&file), expected);
    assert_eq!(file.doubles, 2);

    let decimals = Decimal128Array::from(vec![302_150_000_000_000i128, 1_000]);
    let decimals: ArrayRef = Arc::new(decimals.with_precision_and_scale(30, 11).unwrap());
    let times: ArrayRef =
        Arc::new(TimestampMillisecondArray::from(vec![1_648_042_149_999, 1_648_080_000_000]));
    let file = parquet(vec![assets(), ("time", times), ("price", decimals)]).unwrap();
    assert_eq!((shown(&file), file.doubles), (expected.to_vec(), 0));

    let short = Decimal64Array::from(vec![302_150i64, 1]).with_precision_and_scale(18, 2).unwrap();
    let days: ArrayRef = Arc::new(Date32Array::from(vec![19_074, 19_075]));
    let source = ("source", text(&["here", ""]));
    let file = parquet(vec![assets(), ("time", days), ("price", Arc::new(short)), source]).unwrap();
    assert_eq!(
        shown(&file),
        [
            format!("{ETH} 2022-03-23T00:00:00Z 3021.5 here 1"),
            format!("{DAI} 2022-03-24T00:00:00Z 0.01 - 2"),
        ]
    );
}

#[test]
fn parquet_that_cannot_be_exact_is_refused() {
    let with = |price: ArrayRef| {
        let time: ArrayRef = Arc::new(Int64Array::from(vec![1_648_042_149]));
        let columns = vec![("asset", text(&[ETH])), ("time", time), ("price", price)];
        parquet(columns).unwrap_err().to_string()
    };
    let single = with(Arc::new(Float32Array::from(vec![0.1f32])));
    assert!(single.contains("row 1, column `price`: single precision"), "{single}");
    assert!(with(Arc::new(Float64Array::from(vec![f64::NAN]))).contains("`NaN` is no price"));
    assert!(with(Arc::new(Float64Array::from(vec![-1.0]))).contains("below zero"));
    assert!(with(Arc::new(Float64Array::from(vec![None]))).contains("leave the row out"));
    assert!(with(Arc::new(Float64Array::from(vec![f64::MAX]))).contains("price"));
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0usize..3) {
        let start: &[u8] = [&b""[..], b"asset,time,price\n", b"PAR1"][kind];
        let _ = read_prices("x", &[start, &bytes].concat());
    }

    #[test]
    fn no_fields_panic(fields in "[-0-9a-z:/.,\"\n ]{0,200}") {
        let _ = csv(&format!("asset,time,price\n{ETH},1648042149,1\n{fields}"));
    }

    /// A double survives the way over its shortest text.
    #[test]
    fn doubles_keep_their_value(price in 1e-20f64..1e11) {
        let time: ArrayRef = Arc::new(Int64Array::from(vec![1_648_042_149]));
        let column: ArrayRef = Arc::new(Float64Array::from(vec![price]));
        let file = parquet(vec![("asset", text(&[ETH])), ("time", time), ("price", column)]);
        let read: f64 = file.unwrap().rows[0].price.to_string().parse().unwrap();
        assert_eq!(read.to_bits(), price.to_bits());
    }
}

#[test]
fn damaged_parquet_is_an_error() {
    let time: ArrayRef = Arc::new(Int64Array::from(vec![1_648_042_149; 50]));
    let price: ArrayRef = Arc::new(Float64Array::from(vec![3.5; 50]));
    let columns = vec![("asset", text(&[ETH; 50])), ("time", time), ("price", price)];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    for end in 0..bytes.len() {
        assert!(read_prices("x", &bytes[..end]).is_err(), "{end}");
    }
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0xff;
        let _ = read_prices("x", &damaged);
    }
}
