//! How fast Bitcoin blocks become rows, from memory, on one thread.
//!
//! `cargo bench -p hawkshaw-chains --bench bitcoin` takes blocks of 2,500 generated transactions
//! apart, and the two real blocks of `../shared/data/btc_blocks` where that folder is there, whose
//! undo records are made up. Beside it the plain way is measured: the crate `bitcoin` builds the
//! block and computes the identity of each transaction, without anything of what inputs spent.
//! The best of several runs counts.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a benchmark prints rates"
)]

#[path = "../src/bitcoin/tests/made.rs"]
#[allow(dead_code, reason = "tests use the rest")]
mod made;

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bitcoin::consensus::deserialize;
use hawkshaw_chains::Defects;
use hawkshaw_chains::bitcoin::{Block, BlockJson, Frame, Network};
use hawkshaw_model::rows::Rows;
use made::{Made, Maker};

const BLOCKS: usize = 12;
const TXS: usize = 2_500;
const RUNS: usize = 5;

fn main() {
    println!("{:<34} {:>7} {:>9} {:>8} {:>7}", "", "tx", "tx/s", "legs/s", "MB/s");
    let mut maker = Maker::new(1);
    // Blocks that make something to spend.
    (0..100).for_each(|_| drop(maker.grow(200)));
    let blocks: Vec<Made> = (0..BLOCKS).map(|_| maker.grow(TXS)).collect();
    measure("generated", &blocks);
    let real = real_blocks();
    if real.is_empty() {
        println!("real blocks: ../shared/data/btc_blocks is not there");
    } else {
        measure("real", &real);
    }
}

/// Real blocks with made-up amounts for what they spend.
fn real_blocks() -> Vec<Made> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/btc_blocks/wire/testdata");
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let blocks = entries.map(|entry| {
        let bytes = fs::read(entry.expect("it is listed").path()).expect("it is readable");
        let block: bitcoin::Block = deserialize(&bytes).expect("it is a block");
        let spent = block.txdata.iter().skip(1).map(|tx| {
            let paid: bitcoin::Amount = tx.output.iter().map(|output| output.value).sum();
            let mut spent = vec![tx.output[0].clone(); tx.input.len()];
            spent.iter_mut().for_each(|output| output.value = bitcoin::Amount::ZERO);
            spent[0].value = paid + bitcoin::Amount::from_sat(100_000);
            spent
        });
        Made { height: 1, spent: spent.collect(), block }
    });
    blocks.collect()
}

fn measure(name: &str, blocks: &[Made]) {
    let raw: Vec<(Vec<u8>, Vec<u8>)> =
        blocks.iter().map(|made| (made.bytes(), made.undo())).collect();
    let texts: Vec<String> = blocks.iter().map(Made::json).collect();
    let txs: usize = blocks.iter().map(|made| made.block.txdata.len()).sum();
    let raw_bytes: usize = raw.iter().map(|(block, undo)| block.len() + undo.len()).sum();
    let text_bytes: usize = texts.iter().map(String::len).sum();
    let frames: Vec<Frame> = blocks.iter().map(frame).collect();
    let by_undo = || -> Vec<Rows> {
        let rows = raw.iter().zip(&frames).map(|((bytes, undo), frame)| {
            let block = Block::parse(bytes).expect("it is a block");
            block.to_rows(frame, Some(undo), &mut Defects::default()).expect("it adds up")
        });
        rows.collect()
    };
    let by_json = || -> Vec<Rows> {
        let rows = texts.iter().zip(&frames).map(|(text, frame)| {
            let block = BlockJson::read(text.as_bytes()).expect("it is an answer");
            block.to_rows(frame, &mut Defects::default()).expect("it adds up")
        });
        rows.collect()
    };
    let legs: usize = by_undo().iter().map(|rows| rows.legs.len()).sum();
    assert_eq!(by_undo(), by_json());
    let plain = || -> usize {
        let count = raw.iter().map(|(bytes, _)| {
            let block: bitcoin::Block = deserialize(bytes).expect("it is a block");
            for tx in &block.txdata {
                black_box(tx.compute_txid());
            }
            block.txdata.len()
        });
        count.sum()
    };
    let print = |what: &str, time: Duration, bytes: usize| {
        let seconds = time.as_secs_f64();
        let rate = |count: usize| count as f64 / seconds;
        println!(
            "{:<34} {txs:>7} {:>9.0} {:>8.0} {:>7.0}",
            format!("{name}: {what}"),
            rate(txs),
            rate(legs),
            rate(bytes) / 1e6
        );
    };
    print("block and undo record", best(by_undo), raw_bytes);
    print("getblock 3", best(by_json), text_bytes);
    print("plain, without what is spent", best(plain), raw_bytes);
}

fn frame(made: &Made) -> Frame {
    let chain = Network::ALL[0].chain();
    Frame { chain, file: Arc::from("blocks"), height: u64::from(made.height) }
}

/// The best time, without that of dropping what comes out.
fn best<T>(work: impl Fn() -> T) -> Duration {
    let run = |_| {
        let start = Instant::now();
        let result = black_box(work());
        let time = start.elapsed();
        drop(result);
        time
    };
    (0..RUNS).map(run).min().expect("there is a run")
}
