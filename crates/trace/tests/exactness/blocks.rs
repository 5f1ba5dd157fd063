//! Real blocks of the main chain in `../shared/data`, as rows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use bitcoin::hashes::Hash as _;
use bitcoin::{Block, ScriptBuf};
use hawkshaw_fixture::text::Story;
use hawkshaw_ledger::{OutputRow, Side};
use hawkshaw_model::{Account, Address, Amount, ChainId, OutPoint, Timestamp, TxHash, TxId};

/// An output of the chain by the bytes of its transaction and its index.
type Point = ([u8; 32], u32);

/// The outputs that were there before a block: how much, and whose where that is known.
pub(crate) type Earlier = BTreeMap<Point, (u64, Option<ScriptBuf>)>;

#[expect(clippy::print_stderr, reason = "a test that is left out has to say so")]
pub(crate) fn read(name: &str) -> Option<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/btc_blocks");
    let Ok(mut file) = File::open(path.join(name)) else {
        eprintln!("skipped: btc_blocks is not in ../shared/data");
        return None;
    };
    let mut bytes = Vec::new();
    if name.ends_with(".bz2") {
        bzip2_rs::DecoderReader::new(file).read_to_end(&mut bytes).unwrap();
    } else {
        file.read_to_end(&mut bytes).unwrap();
    }
    Some(bytes)
}

/// The blocks of a file in which each stands behind four bytes of the network and its length.
pub(crate) fn framed(mut bytes: &[u8]) -> Vec<Block> {
    let mut blocks = Vec::new();
    while let Some((frame, rest)) = bytes.split_first_chunk::<8>() {
        let length = u32::from_le_bytes(*frame.last_chunk().unwrap());
        let (block, rest) = rest.split_at(usize::try_from(length).unwrap());
        blocks.push(bitcoin::consensus::deserialize(block).unwrap());
        bytes = rest;
    }
    blocks
}

/// The outputs of a file of btcd's: hash, index and length, and then height, amount and script as
/// Bitcoin Core shortens them (`compressor.h`).
pub(crate) fn stored(mut bytes: &[u8]) -> Earlier {
    let mut outputs = Earlier::new();
    while let Some((hash, rest)) = bytes.split_first_chunk::<32>() {
        let (index, rest) = rest.split_first_chunk().unwrap();
        let (length, rest) = rest.split_first_chunk().unwrap();
        let (mut entry, rest) =
            rest.split_at(usize::try_from(u32::from_le_bytes(*length)).unwrap());
        number(&mut entry);
        let amount = amount(number(&mut entry));
        let script = script(number(&mut entry), entry);
        outputs.insert((*hash, u32::from_le_bytes(*index)), (amount, script));
        bytes = rest;
    }
    outputs
}

fn number(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    loop {
        let (first, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        number = number << 7 | u64::from(first & 0x7f);
        if first & 0x80 == 0 {
            return number;
        }
        number += 1;
    }
}

fn amount(code: u64) -> u64 {
    let Some(code) = code.checked_sub(1) else { return 0 };
    let (zeros, rest) = (code % 10, code / 10);
    let digits = if zeros < 9 { rest / 9 * 10 + rest % 9 + 1 } else { rest + 1 };
    digits * 10_u64.pow(u32::try_from(zeros).unwrap())
}

/// The script; that of a key without compression would take arithmetic on its curve to say.
fn script(kind: u64, bytes: &[u8]) -> Option<ScriptBuf> {
    let around =
        |front: &[u8], back: &[u8]| Some(ScriptBuf::from_bytes([front, bytes, back].concat()));
    match kind {
        0 => around(&[0x76, 0xa9, 20], &[0x88, 0xac]),
        1 => around(&[0xa9, 20], &[0x87]),
        2 => around(&[33, 2], &[0xac]),
        3 => around(&[33, 3], &[0xac]),
        4 | 5 => None,
        _ => around(&[], &[]),
    }
}

/// Blocks as a story, the first at a height. What they spend of earlier blocks is made by
/// transactions of that hash without inputs, each in a block of its own before; outputs of these
/// that nobody here spends are worth nothing. Where `earlier` lacks an output its amount is made
/// up: as much as its transaction needs for what it pays and 1,000 satoshi.
pub(crate) fn story(blocks: &[Block], earlier: &Earlier) -> Story {
    let mut writer = Writer { rows: Vec::new(), height: 0, known: earlier.clone() };
    let made: BTreeSet<[u8; 32]> =
        blocks.iter().flat_map(|b| &b.txdata).map(|tx| tx.compute_txid().to_byte_array()).collect();
    for block in blocks {
        for tx in &block.txdata {
            writer.make_up(tx);
            let hash = tx.compute_txid().to_byte_array();
            for (output, vout) in tx.output.iter().zip(0u32..) {
                let known = (output.value.to_sat(), Some(output.script_pubkey.clone()));
                writer.known.insert((hash, vout), known);
            }
        }
    }
    let mut before: BTreeMap<[u8; 32], u32> = BTreeMap::new();
    let inputs = blocks.iter().flat_map(|b| b.txdata.iter().skip(1)).flat_map(|tx| &tx.input);
    for point in inputs.map(|input| input.previous_output) {
        let hash = point.txid.to_byte_array();
        if !made.contains(&hash) {
            let most = before.entry(hash).or_default();
            *most = point.vout.max(*most);
        }
    }
    for (hash, most) in before {
        writer.height += 1;
        for vout in 0..=most {
            let (amount, script) = writer.known.get(&(hash, vout)).cloned().unwrap_or_default();
            writer.leg((hash, 0, vout), None, amount, script.as_ref());
        }
    }
    for block in blocks {
        writer.height += 1;
        for (tx, at) in block.txdata.iter().zip(0u32..) {
            writer.transaction(tx, at);
        }
    }
    Story { transfers: Vec::new(), outputs: writer.rows }
}

struct Writer {
    rows: Vec<OutputRow>,
    height: u64,
    known: Earlier,
}

impl Writer {
    /// Makes up what the inputs of a transaction spent, where nothing says it.
    fn make_up(&mut self, tx: &bitcoin::Transaction) {
        if tx.is_coinbase() {
            return;
        }
        let points = tx.input.iter().map(|input| input.previous_output);
        let points = points.map(|point| (point.txid.to_byte_array(), point.vout));
        let (known, missing): (Vec<Point>, Vec<Point>) =
            points.partition(|point| self.known.contains_key(point));
        let taken: u64 = known.iter().map(|point| self.known[point].0).sum();
        let paid: u64 = tx.output.iter().map(|output| output.value.to_sat()).sum();
        let count = u64::try_from(missing.len()).unwrap().max(1);
        let each = (paid + 1_000).saturating_sub(taken).div_ceil(count).max(1);
        self.known.extend(missing.into_iter().map(|point| (point, (each, None))));
    }

    fn transaction(&mut self, tx: &bitcoin::Transaction, at: u32) {
        let hash = tx.compute_txid().to_byte_array();
        let inputs = if tx.is_coinbase() { &[][..] } else { &tx.input };
        for (input, index) in inputs.iter().zip(0u32..) {
            let point = (input.previous_output.txid.to_byte_array(), input.previous_output.vout);
            let (amount, script) = self.known[&point].clone();
            self.leg((hash, at, index), Some(point), amount, script.as_ref());
        }
        for (output, index) in tx.output.iter().zip(0u32..) {
            let script = Some(&output.script_pubkey);
            self.leg((hash, at, index), None, output.value.to_sat(), script);
        }
    }

    fn leg(
        &mut self,
        (hash, tx_index, leg_index): ([u8; 32], u32, u32),
        spends: Option<Point>,
        amount: u64,
        script: Option<&ScriptBuf>,
    ) {
        let chain = ChainId::bitcoin();
        let script = script.filter(|script| !script.is_empty());
        let address = script.map(|script| Address::Script(script.as_bytes().into()));
        let seconds = 1_231_000_000 + i64::try_from(self.height).unwrap() * 600;
        let tx = |hash| TxId::new(ChainId::bitcoin(), TxHash::from(hash));
        self.rows.push(OutputRow {
            height: self.height,
            tx_index,
            time: Timestamp::from_unix(seconds).unwrap(),
            tx: TxHash::from(hash),
            side: if spends.is_some() { Side::In } else { Side::Out },
            leg_index,
            outpoint: spends.map(|(hash, vout)| OutPoint::new(tx(hash), vout)),
            holder: address.map(|address| Account::new(chain.clone(), address)),
            amount: Amount::from(amount),
            chain,
        });
    }
}
