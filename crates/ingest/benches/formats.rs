//! How fast files become rows: rows a second and megabytes a second, on one thread and on two.
//!
//! `cargo bench -p hawkshaw-ingest` writes files of generated rows, reads each several times
//! from the page cache, and prints the best run. The first argument that is a number is the
//! number of rows, a million by default.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a benchmark prints rates"
)]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use hawkshaw_ingest::{ReadOptions, open};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

const RUNS: usize = 3;

fn main() {
    let rows = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir().expect("a folder for generated files");
    let text = transfers(rows);
    let files = [
        write(folder.path(), "transfers.csv", &text),
        parquet(folder.path(), &text),
        write(folder.path(), "token_transfers.csv", &token_transfers(rows)),
        write(folder.path(), "logs.csv", &logs(rows)),
        write(folder.path(), "traces.csv", &traces(rows)),
    ];
    drop(text);
    println!("{:<46} {:>8} {:>9} {:>12} {:>9}", "table", "threads", "rows", "rows/s", "MB/s");
    for file in &files {
        for threads in [1, 2] {
            measure(file, rows, threads);
        }
    }
}

fn measure(path: &Path, rows: u64, threads: usize) {
    let threads = NonZeroUsize::new(threads).expect("one or two");
    let options = ReadOptions::default().threads(threads);
    let bytes = fs::metadata(path).expect("the file was written").len();
    let mut best = Duration::MAX;
    let mut words = String::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        let read = open(path, &options).expect("the file is of a known format");
        words = read.recognised().to_string();
        for chunk in read {
            black_box(chunk.expect("the rows are good"));
        }
        best = best.min(start.elapsed());
    }
    let seconds = best.as_secs_f64();
    println!(
        "{words:<46} {threads:>8} {rows:>9} {:>12.0} {:>9.0}",
        rows as f64 / seconds,
        bytes as f64 / seconds / 1e6
    );
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).expect("the folder can be written");
    path
}

/// A number that looks random and is not.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 31)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    number ^ (number >> 29)
}

fn hash(number: u64) -> String {
    let mixed = mixed(number);
    format!("0x{mixed:016x}{number:016x}{mixed:016x}{number:016x}")
}

fn address(number: u64) -> String {
    let mixed = mixed(number);
    format!("0x{mixed:016x}{number:016x}{:08x}", mixed >> 32)
}

fn transfers(rows: u64) -> String {
    let mut text = String::from(
        "chain,block_number,block_time,tx_index,event_index,tx_hash,kind,asset,from,to,amount\n",
    );
    for row in 0..rows {
        let tx = row / 2;
        let _ = writeln!(
            text,
            "eip155:1,{},{},{},{},{},token,eip155:1/erc20:{},{},{},{}",
            15_000_000 + tx / 100,
            1_600_000_000 + tx / 8,
            tx % 100,
            row % 2,
            hash(tx),
            address(mixed(row) % 1_000),
            address(mixed(row) % 100_000),
            address(mixed(row + 1) % 100_000),
            u128::from(mixed(row)) * 10,
        );
    }
    text
}

fn parquet(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("transfers.parquet");
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let cells: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    let columns = names.iter().enumerate().map(|(at, name)| {
        let column = cells.iter().map(|row| row[at]);
        let is_number = ["block_number", "block_time", "tx_index", "event_index"].contains(name);
        let array: ArrayRef = if is_number {
            Arc::new(column.map(|cell| cell.parse::<i64>().ok()).collect::<Int64Array>())
        } else {
            Arc::new(column.map(Some).collect::<StringArray>())
        };
        (*name, array)
    });
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(250_000))
        .build();
    let file = File::create(&path).expect("the folder can be written");
    let mut writer =
        ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("a schema");
    writer.write(&batch).expect("the folder can be written");
    writer.close().expect("the folder can be written");
    path
}

fn token_transfers(rows: u64) -> String {
    let mut text = String::from(
        "token_address,from_address,to_address,value,transaction_hash,log_index,block_number\n",
    );
    for row in 0..rows {
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{}",
            address(mixed(row) % 1_000),
            address(mixed(row) % 100_000),
            address(mixed(row + 1) % 100_000),
            mixed(row),
            hash(row / 2),
            row % 200,
            15_000_000 + row / 200,
        );
    }
    text
}

fn logs(rows: u64) -> String {
    let transfer = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
    let word = |number: u64| format!("0x000000000000000000000000{}", &address(number)[2..]);
    let mut text = String::from(
        "log_index,transaction_hash,transaction_index,block_hash,block_number,address,data,topics\n",
    );
    for row in 0..rows {
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},0x{:064x},\"{transfer},{},{}\"",
            row % 200,
            hash(row / 2),
            row % 100,
            hash(row / 200),
            15_000_000 + row / 200,
            address(mixed(row) % 1_000),
            mixed(row),
            word(mixed(row) % 100_000),
            word(mixed(row + 1) % 100_000),
        );
    }
    text
}

fn traces(rows: u64) -> String {
    let mut text = String::from(
        "block_number,transaction_hash,transaction_index,from_address,to_address,value,input,\
         output,trace_type,call_type,reward_type,gas,gas_used,subtraces,trace_address,error,\
         status,trace_id\n",
    );
    for row in 0..rows {
        let place = if row % 4 == 0 { String::new() } else { (row % 4 - 1).to_string() };
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},0x,0x,call,call,,21000,21000,0,{place},,1,",
            15_000_000 + row / 400,
            hash(row / 4),
            row / 4 % 100,
            address(mixed(row) % 100_000),
            address(mixed(row + 1) % 100_000),
            mixed(row),
        );
    }
    text
}
