//! Hawkshaw's own tables.

use std::io::Write;
use std::num::NonZeroUsize;
use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, UInt32Array};
use flate2::Compression;
use flate2::write::GzEncoder;
use hawkshaw_ingest::ReadOptions;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression as Codec;
use parquet::file::properties::WriterProperties;

use crate::support::{Sample, sample};

const HEADER: &str =
    "chain,block_number,block_time,tx_index,event_index,tx_hash,kind,asset,from,to,amount\n";

fn hash(number: u64) -> String {
    format!("0x{number:064x}")
}

fn address(number: u64) -> String {
    format!("0x{number:040x}")
}

fn line(number: u64) -> String {
    format!(
        "eip155:1,{},{},{},0,{},token,eip155:1/erc20:{},{},{},{}\n",
        number / 10,
        1_600_000_000 + number,
        number % 10,
        hash(number),
        address(0xc0de + number % 3),
        address(number),
        address(number + 1),
        u128::from(number) * 1_000_000_000_000_000_000,
    )
}

fn transfers(rows: u64) -> String {
    let mut text = HEADER.to_owned();
    (0..rows).for_each(|row| text.push_str(&line(row)));
    text
}

#[test]
fn transfers_keep_their_order_on_any_number_of_threads() {
    let file = sample("transfers.csv", transfers(60_000));
    let one = ReadOptions::default().threads(NonZeroUsize::MIN);
    let one = file.read_as(&one).unwrap();
    assert_eq!(one.words, "canonical transfers, CSV");
    assert_eq!(one.transfers.len(), 60_000);
    assert_eq!((one.first_height, one.is_in_order), (Some(0), true));
    let (last, asset) = one.transfers.last().unwrap();
    assert_eq!((last.spot.line, last.spot.height), (60_001, 5_999));
    assert_eq!(asset, &format!("eip155:1/erc20:{}", address(0xc0de + 59_999 % 3)));
    for threads in [2, 5] {
        let options = ReadOptions::default().threads(NonZeroUsize::new(threads).unwrap());
        assert_eq!(file.read_as(&options).unwrap().transfers, one.transfers);
    }
    let mut gz = GzEncoder::new(Vec::new(), Compression::fast());
    gz.write_all(transfers(60_000).as_bytes()).unwrap();
    let gz = sample("transfers.csv.gz", gz.finish().unwrap()).read();
    assert_eq!(gz.words, "canonical transfers, CSV compressed by gzip");
    assert_eq!(gz.transfers, one.transfers);
}

#[test]
fn dropping_a_file_half_read_ends_its_threads() {
    let file = sample("transfers.csv", transfers(100_000));
    let mut rows = file.open(&ReadOptions::default()).unwrap();
    rows.next().unwrap().unwrap();
    drop(rows);
}

#[test]
fn marks_quotes_and_line_ends_change_nothing() {
    let plain = sample("a.csv", transfers(3)).read();
    let quoted = transfers(3).replace(",token,", ",\"token\",");
    for text in [
        format!("\u{feff}{}", transfers(3)),
        transfers(3).replace('\n', "\r\n"),
        transfers(3).replace('\n', "\n\n"),
        transfers(3).trim_end().to_owned(),
        quoted.clone(),
        quoted.replace('\n', "\r\n"),
    ] {
        let read = sample("a.csv", &text).read();
        assert_eq!(read.moves(), plain.moves(), "{text}");
    }
}

fn refused(row: &str) -> String {
    sample("t.csv", format!("{HEADER}{row}\n")).error()
}

#[test]
fn a_bad_field_is_named_with_its_line() {
    let good = line(7);
    let good = good.trim_end();
    let with = |from: &str, to: &str| refused(&good.replacen(from, to, 1));
    assert_eq!(
        with("7000000000000000000", "-5"),
        "t.csv line 2, column `amount`: `-5` is not a whole number of base units: only the digits \
         0 to 9 are allowed"
    );
    assert_eq!(
        with(",token,", ",tokn,"),
        "t.csv line 2, column `kind`: `tokn` is no kind: the kinds are native, internal, token, \
         fee, mint, burn, wrap, unwrap"
    );
    assert_eq!(
        with("eip155:1/erc20", "eip155:10/erc20"),
        "t.csv line 2, column `asset`: eip155:10/erc20:0x000000000000000000000000000000000000c0df \
         is an asset of another chain than eip155:1"
    );
    assert_eq!(
        with(&hash(7), "0x07"),
        "t.csv line 2, column `tx_hash`: `0x07` is no hash of 64 hex digits"
    );
    assert_eq!(with(&hash(7), ""), "t.csv line 2, column `tx_hash`: it is empty");
    assert_eq!(
        with("1600000007", "99999999999999"),
        "t.csv line 2, column `block_time`: `99999999999999` is no time from 1970 to 9999: use \
         Unix seconds"
    );
    assert_eq!(
        with("1600000007,7,0", "1600000007,4294967296,0"),
        "t.csv line 2, column `tx_index`: `4294967296` is no whole number of at most 32 bits"
    );
    assert_eq!(
        with("7,7,0", "7,7,4294967295"),
        "t.csv line 2, column `event_index`: it must be below 4294967295"
    );
    assert_eq!(
        with(&format!("{},{}", address(7), address(8)), &format!(",{}", address(8))),
        "t.csv line 2, column `from`: only a mint may have an empty from"
    );
    assert_eq!(
        with(&address(7), "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
        "t.csv line 2, column `from`: `0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed` is not an \
         address on eip155:1: the EIP-55 checksum is wrong"
    );
    assert_eq!(
        with("eip155:1,", "bip122:000000000019d6689c085ae165831e93,"),
        "t.csv line 2, column `chain`: bip122:000000000019d6689c085ae165831e93 keeps outputs: \
         its rows need the columns of outputs"
    );
    assert_eq!(with(",token", ""), "t.csv line 2: the row has 10 fields, the header has 11");
    let nul = with("token", "tok\0en");
    assert!(nul.ends_with("it holds NUL bytes: it is neither text nor Parquet"), "{nul}");
}

#[test]
fn errors_far_into_a_file_have_the_right_line() {
    let text = transfers(50_000) + &line(9).replace(",token,", ",\"to\nken\",");
    let error = sample("t.csv", text).error();
    assert!(error.starts_with("t.csv line 50002, column `kind`: `to\u{fffd}ken`"), "{error}");
    let text = transfers(50_000) + "\0";
    let error = sample("t.csv", text).error();
    assert!(error.starts_with("t.csv line 50002: the row has 1 fields"), "{error}");
    let text = transfers(50_000) + "\"" + &transfers(10);
    assert!(sample("t.csv", text).error().starts_with("t.csv line 50002"));
}

#[test]
fn rows_that_only_a_source_states_are_refused() {
    let text =
        format!("{},source\n{},https://example.org\n", HEADER.trim_end(), line(1).trim_end());
    assert_eq!(
        sample("t.csv", text).error(),
        "t.csv line 2, column `source`: only a source states this row: such rows belong into the \
         transfers.csv of a case folder, not into a ledger"
    );
}

#[test]
fn headers_are_exact() {
    let with = |from: &str, to: &str| sample("t.csv", transfers(1).replacen(from, to, 1)).error();
    assert!(
        with("amount", "value")
            .contains("canonical transfers would also need `amount` and has no column `value`")
    );
    assert!(with("amount", "amount,note").contains("canonical transfers has no column `note`"));
    let twice = transfers(1).replacen("amount\n", "amount,amount\n", 1);
    assert_eq!(sample("t.csv", twice).error(), "t.csv: column `amount` stands twice");
    assert!(sample("t.csv", "").error().contains("it is empty"));
    assert!(sample("t.csv", "\n\n").error().contains("it is empty"));
    assert!(sample("t.csv", [0xff, 0xfe, 0x2c]).error().contains("not UTF-8"));
}

#[test]
fn chains_may_be_mixed_and_one_may_be_asked_for() {
    let polygon = line(2).replace("eip155:1", "eip155:137");
    let text = format!("{HEADER}{}{polygon}{}", line(1), line(3));
    let file = sample("t.csv", text);
    let rows: Vec<_> = file.open(&ReadOptions::default()).unwrap().map(Result::unwrap).collect();
    let sizes: Vec<_> = rows.iter().map(|r| (r.chain.to_string(), r.transfers.len())).collect();
    assert_eq!(sizes, [("eip155:1".to_owned(), 2), ("eip155:137".to_owned(), 1)]);
    let only = ReadOptions::default().chain(Some("eip155:1".parse().unwrap()));
    assert_eq!(
        file.error_as(&only),
        "t.csv line 3, column `chain`: the row is of eip155:137, and eip155:1 was asked for"
    );
}

#[test]
fn outputs_events_and_transactions_are_read() {
    let chain = "bip122:000000000019d6689c085ae165831e93";
    let text = format!(
        "chain,block_number,block_time,tx_index,tx_hash,side,leg_index,outpoint,address,amount\n\
         {chain},1,1600000000,1,{0},in,0,{0}:3,1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa,5\n\
         {chain},1,1600000000,1,{0},out,0,,script:51,5\n",
        "ab".repeat(32)
    );
    let read = sample("o.csv", &text).read();
    assert_eq!(read.words, "canonical outputs, CSV");
    assert_eq!(read.legs.len(), 2);
    assert_eq!(read.legs[0].spends.unwrap().1, 3);
    assert_eq!(read.legs[1].spends, None);
    assert!(sample("o.csv", text.replace(",out,0,,", ",out,0,ab:1,")).error().contains("line 3"));
    assert_eq!(
        sample("o.csv", text.replace("script:51,5", "script:51,2100000000000001")).error(),
        "o.csv line 3, column `amount`: 2100000000000001 is over 2100000000000000, all that there \
         is"
    );
    // What a later block wiped out (BIP-30).
    let gone = "e3bf3d07d4b0375638d5f1db5255fe07ba2c4cb067cd81b84ee974b6585fb468";
    let coinbase =
        |height: u32| format!("{chain},{height},1290000000,0,{gone},out,0,,script:51,5\n");
    let header = text.lines().next().unwrap();
    let twice = format!("{header}\n{}{}", coinbase(91_722), coinbase(91_880));
    let read = sample("o.csv", twice).read();
    assert_eq!(read.legs.iter().map(|leg| leg.spot.height).collect::<Vec<_>>(), [91_880]);
    assert_eq!(read.defect("overwritten-coinbase"), 1);

    let text = format!(
        "chain,block_number,block_time,tx_index,event_index,tx_hash,emitter,topic0,topic1,topic2,\
         topic3,data\neip155:1,1,1600000000,0,7,{},{},{},{},,,0xabcd\n",
        hash(1),
        address(2),
        hash(3),
        hash(4)
    );
    let read = sample("e.csv", &text).read();
    assert_eq!(read.words, "canonical events, CSV");
    assert_eq!((read.events[0].event, read.events[0].topics.len()), (7, 2));
    assert_eq!(*read.events[0].data, [0xab, 0xcd]);

    let text = format!(
        "chain,block_number,tx_index,tx_hash,sender,to,success,calldata\n\
         eip155:1,1,0,{},{},,false,0xabcd\n",
        hash(1),
        address(2)
    );
    let file = sample("x.csv", &text);
    let read = file.read();
    assert_eq!(read.words, "canonical transactions, CSV");
    assert_eq!((read.calls[0].success, read.calls[0].data.len()), (Some(false), 0));
    let read = file.read_as(&ReadOptions::default().calldata(true)).unwrap();
    assert_eq!(*read.calls[0].data, [0xab, 0xcd]);
}

/// The same rows as Parquet, some of the numbers as numbers.
fn parquet(rows: u64, codec: Codec) -> Sample {
    let text = transfers(rows);
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let cells: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let columns = names.iter().enumerate().map(|(at, name)| {
        let column = cells.iter().map(|row| row[at]);
        let array: ArrayRef = match *name {
            "block_number" | "block_time" => {
                Arc::new(column.map(|c| c.parse::<i64>().unwrap()).collect::<Int64Array>())
            }
            "tx_index" => {
                Arc::new(column.map(|c| c.parse::<u32>().unwrap()).collect::<UInt32Array>())
            }
            _ => Arc::new(column.map(Some).collect::<StringArray>()),
        };
        (*name, array)
    });
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let properties = WriterProperties::builder()
        .set_compression(codec)
        .set_max_row_group_row_count(Some(5_000))
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    sample("transfers.parquet", bytes)
}

#[test]
fn parquet_gives_the_same_rows() {
    let csv = sample("t.csv", transfers(12_000)).read();
    for codec in [
        Codec::SNAPPY,
        Codec::ZSTD(Default::default()),
        Codec::GZIP(Default::default()),
        Codec::LZ4_RAW,
        Codec::LZ4,
        Codec::UNCOMPRESSED,
    ] {
        let read = parquet(12_000, codec).read();
        assert_eq!(read.words, "canonical transfers, Parquet");
        assert_eq!(read.first_height, Some(0));
        let without_line = |(row, asset): &(hawkshaw_model::rows::Transfer, String)| {
            let mut row = row.clone();
            row.spot.line = 0;
            row.asset = 0;
            (row, asset.clone())
        };
        let (left, right) = (read.transfers.iter(), csv.transfers.iter());
        assert!(left.map(without_line).eq(right.map(without_line)));
        assert_eq!(read.transfers[11_999].0.spot.line, 12_000);
    }
}

#[test]
fn row_groups_are_read_at_the_same_time() {
    let file = parquet(60_000, Codec::SNAPPY);
    let read = |threads| {
        let options = ReadOptions::default().threads(NonZeroUsize::new(threads).unwrap());
        file.read_as(&options).unwrap().transfers
    };
    let one = read(1);
    for threads in [2, 3, 8] {
        assert!(read(threads) == one);
    }
}

#[test]
fn damaged_parquet_is_an_error() {
    let file = parquet(2_000, Codec::SNAPPY);
    let bytes = std::fs::read(&file.path).unwrap();
    for length in [4, 8, 100, bytes.len() / 2, bytes.len() - 1] {
        let error = sample("t.parquet", &bytes[..length]).error();
        assert!(error.starts_with("t.parquet is damaged: "), "{error}");
    }
}
