//! Made-up blocks through all three ways, and bytes that somebody broke.

#[path = "tests/made.rs"]
#[allow(dead_code, reason = "tests of files use the rest")]
mod made;

use std::sync::Arc;

use bitcoin::hashes::Hash as _;
use hawkshaw_model::rows::{Leg, Rows};
use hawkshaw_model::{Address, Amount, ChainId, TxHash};
use proptest::prelude::*;

use super::{Block, BlockJson, Frame, HEADER_BYTES, Network, Unspent};
use crate::defects::Defects;
use crate::error::DecodeError;
use made::{Made, Maker, mined};

fn frame(height: u64) -> Frame {
    Frame { chain: Network::ALL[4].chain(), file: Arc::from("blocks"), height }
}

fn by_undo(made: &Made) -> Result<Rows, DecodeError> {
    let (bytes, undo) = (made.bytes(), made.undo());
    Block::parse(&bytes)?.to_rows(&frame(made.height.into()), Some(&undo), &mut Defects::default())
}

fn by_json(made: &Made, text: &str) -> Result<Rows, DecodeError> {
    let block = BlockJson::read(text.as_bytes())?;
    block.to_rows(&frame(made.height.into()), &mut Defects::default())
}

/// The legs as the crate `bitcoin` sees them.
fn expected(made: &Made) -> Vec<Leg> {
    let mut legs = Vec::new();
    for (tx, at) in made.block.txdata.iter().zip(0_u32..) {
        let hash = |id: bitcoin::Txid| -> TxHash { id.to_string().parse().unwrap() };
        let leg = |index: usize, spends, output: &bitcoin::TxOut| Leg {
            spot: hawkshaw_model::rows::Spot {
                height: made.height.into(),
                time: Some("1600000000".parse().unwrap()),
                tx_index: Some(at),
                tx: Some(hash(tx.compute_txid())),
                line: u64::from(at) + 1,
            },
            index: u32::try_from(index).unwrap(),
            spends,
            holder: Some(Address::Script(output.script_pubkey.as_bytes().into())),
            amount: Amount::from(output.value.to_sat()),
        };
        if at > 0 {
            let outputs = &made.spent[usize::try_from(at).unwrap() - 1];
            for (index, (input, output)) in tx.input.iter().zip(outputs).enumerate() {
                let spends = (hash(input.previous_output.txid), input.previous_output.vout);
                legs.push(leg(index, Some(spends), output));
            }
        }
        legs.extend(tx.output.iter().enumerate().map(|(index, out)| leg(index, None, out)));
    }
    legs
}

#[test]
fn undo_records_answers_and_earlier_blocks_say_the_same() {
    let mut maker = Maker::new(7);
    let mut unspent = Unspent::new(1_000_000);
    for _ in 0..30 {
        let made = maker.grow(60);
        let rows = by_undo(&made).unwrap();
        assert_eq!(rows.legs, expected(&made));
        assert_eq!(rows.blocks[0].hash.to_vec(), reversed(made.block.block_hash().to_byte_array()));
        assert_eq!(by_json(&made, &made.json()).unwrap(), rows);
        let bytes = made.bytes();
        let block = Block::parse(&bytes).unwrap();
        assert_eq!(block.stated_height(), Some(made.height.into()));
        let place = frame(made.height.into());
        let after = block.to_rows_after(&place, &mut unspent, &mut Defects::default());
        assert_eq!(after.unwrap(), rows);
    }
    assert!(maker.unspent.len() > 1_000);
    assert!(!unspent.is_empty() && unspent.len() <= maker.unspent.len());
}

fn reversed(hash: [u8; 32]) -> Vec<u8> {
    hash.into_iter().rev().collect()
}

/// The third of three blocks: the first with something to spend is the second.
fn third() -> Made {
    let mut maker = Maker::new(3);
    maker.grow(0);
    maker.grow(20);
    maker.grow(20)
}

#[test]
fn a_block_that_contradicts_itself_is_refused() {
    let refusal = |result: Result<Rows, DecodeError>| result.unwrap_err().to_string();
    let mut swapped = third();
    swapped.block.txdata.swap(2, 3);
    assert_eq!(
        refusal(by_undo(&swapped)),
        "it contradicts itself: the header commits to other transactions"
    );
    let mut doubled = third();
    let last = doubled.block.txdata.last().unwrap().clone();
    doubled.block.txdata.extend([last.clone(), last]);
    while !doubled.block.txdata.len().is_multiple_of(4) {
        let last = doubled.block.txdata.last().unwrap().clone();
        doubled.block.txdata.push(last);
    }
    assert_eq!(
        refusal(by_undo(&doubled)),
        "it contradicts itself: the block repeats a transaction"
    );
    let mut lazy = third();
    while lazy.block.header.validate_pow(lazy.block.header.target()).is_ok() {
        lazy.block.header.nonce += 1;
    }
    assert_eq!(
        refusal(by_undo(&lazy)),
        "it contradicts itself: the hash of a header lacks the work that the header claims"
    );
    let mut generous = third();
    generous.spent[4][0].value = bitcoin::Amount::ZERO;
    assert!(refusal(by_undo(&generous)).contains("and pays out"));
    assert!(refusal(by_json(&generous, &generous.json())).contains("and pays out"));
}

#[test]
fn an_undo_record_of_another_block_is_refused() {
    let made = third();
    let bytes = made.bytes();
    let block = Block::parse(&bytes).unwrap();
    let read = |undo: Option<&[u8]>| {
        let rows = block.to_rows(&frame(2), undo, &mut Defects::default());
        rows.unwrap_err().to_string()
    };
    let mut other = made.clone();
    other.spent.pop();
    let count = "it contradicts itself: it says of another number of transactions what they spent";
    assert_eq!(read(Some(&other.undo())), count);
    let mut other = made.clone();
    let more = other.spent[1][0].clone();
    other.spent[0].push(more);
    let count = "it contradicts itself: it says of another number of inputs what they spent";
    assert_eq!(read(Some(&other.undo())), count);
    let mut longer = made.undo();
    longer.push(0);
    let more = "it contradicts itself: it says what more was spent than the block spends";
    assert_eq!(read(Some(&longer)), more);
    assert!(read(None).ends_with("and nothing says what it was"));
}

#[test]
fn a_coinbase_takes_no_more_than_it_may() {
    let mut made = Maker::new(5).grow(0);
    let outputs = &mut made.block.txdata[0].output;
    let paid: u64 = outputs.iter().map(|output| output.value.to_sat()).sum();
    let rest = 5_000_000_000 - paid;
    outputs[0].value += bitcoin::Amount::from_sat(rest);
    made.block = mined(made.block.header.prev_blockhash, made.block.txdata.clone());
    assert!(by_undo(&made).is_ok());
    made.block.txdata[0].output[0].value += bitcoin::Amount::from_sat(1);
    made.block = mined(made.block.header.prev_blockhash, made.block.txdata.clone());
    assert_eq!(
        by_undo(&made).unwrap_err().to_string(),
        "it contradicts itself: the coinbase pays itself 5000000001 satoshi where the block \
         allows for 5000000000"
    );
}

#[test]
fn amounts_end_at_21_million() {
    let mut made = Maker::new(5).grow(0);
    made.block.txdata[0].output[0].value = bitcoin::Amount::from_sat(2_100_000_000_000_001);
    made.block = mined(made.block.header.prev_blockhash, made.block.txdata.clone());
    let over = "it contradicts itself: an amount is over 21 million bitcoin";
    assert_eq!(by_undo(&made).unwrap_err().to_string(), over);
    let outputs = &mut made.block.txdata[0].output;
    outputs[0].value = bitcoin::Amount::from_sat(2_100_000_000_000_000);
    outputs[1].value = bitcoin::Amount::from_sat(1);
    made.block = mined(made.block.header.prev_blockhash, made.block.txdata.clone());
    assert_eq!(by_undo(&made).unwrap_err().to_string(), over);
    made.block.txdata[0].output.truncate(1);
    made.block = mined(made.block.header.prev_blockhash, made.block.txdata.clone());
    let bytes = made.bytes();
    let elsewhere = Frame { chain: ChainId::ethereum(), ..frame(0) };
    let rows = Block::parse(&bytes).unwrap().to_rows(&elsewhere, None, &mut Defects::default());
    assert_eq!(rows.unwrap().legs[0].amount, Amount::from(2_100_000_000_000_000_u64));
}

#[test]
fn outputs_that_nobody_can_spend_keep_their_script() {
    let mut made = Maker::new(5).grow(0);
    let scripts = [vec![0x6a; 83], vec![0x51; 10_001], Vec::new(), vec![0x52, 2, 1, 1]];
    for (output, script) in made.block.txdata[0].output.iter_mut().zip(&scripts) {
        output.script_pubkey = script.clone().into();
    }
    made.block = mined(made.block.header.prev_blockhash, made.block.txdata.clone());
    let rows = by_undo(&made).unwrap();
    for (leg, script) in rows.legs.iter().zip(&scripts) {
        assert_eq!(leg.holder, Some(Address::Script(script.clone().into())));
    }
    let mut unspent = Unspent::new(1_000);
    let bytes = made.bytes();
    let block = Block::parse(&bytes).unwrap();
    block.to_rows_after(&frame(0), &mut unspent, &mut Defects::default()).unwrap();
    let spendable = |output: &&bitcoin::TxOut| {
        output.script_pubkey.len() <= 10_000 && !output.script_pubkey.is_op_return()
    };
    assert_eq!(unspent.len(), made.block.txdata[0].output.iter().filter(spendable).count());
}

#[test]
fn outputs_of_before_the_first_block_are_missed() {
    let made = third();
    let bytes = made.bytes();
    let block = Block::parse(&bytes).unwrap();
    let (mut none, mut few) = (Unspent::new(1_000), Unspent::new(1));
    let rows = block.to_rows_after(&frame(2), &mut none, &mut Defects::default());
    let input = made.block.txdata[1].input[0].previous_output;
    let tx = input.txid.to_string().parse().unwrap();
    assert_eq!(rows, Err(DecodeError::UnknownOutput { tx, vout: input.vout }));
    let rows = block.to_rows_after(&frame(2), &mut few, &mut Defects::default());
    assert_eq!(rows, Err(DecodeError::TooManyOutputs(1)));
}

#[test]
fn an_answer_without_spent_outputs_says_so() {
    let made = third();
    let text = made.json();
    let with = BlockJson::read(text.as_bytes()).unwrap();
    assert!(with.has_spent_outputs());
    let text = text.replace("\"prevout\"", "\"other\"");
    let without = BlockJson::read(text.as_bytes()).unwrap();
    assert!(!without.has_spent_outputs());
    let error = by_json(&made, &text).unwrap_err().to_string();
    assert_eq!(error, "it is not as documented: an input has no `prevout`");
}

#[test]
fn an_answer_that_nests_deep_is_refused() {
    let made = third();
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let text = made.json();
    let inside = text.replacen("\"asm\":\"\"", &format!("\"asm\":{deep}"), 1);
    assert_ne!(text, inside);
    // What nobody reads is passed over without recursion.
    assert_eq!(by_json(&made, &inside), by_undo(&made));
    let read = text.replacen("\"vin\":[", &format!("\"vin\":[{deep},"), 1);
    assert!(by_json(&made, &read).is_err());
    assert!(by_json(&made, &deep).is_err());
}

#[test]
fn an_answer_of_another_height_or_hash_is_refused() {
    let made = third();
    let text = made.json();
    let block = BlockJson::read(text.as_bytes()).unwrap();
    let error = block.to_rows(&frame(3), &mut Defects::default()).unwrap_err();
    assert_eq!(error.to_string(), "it contradicts itself: it is of height 2, not 3");
    let time = made.block.header.time;
    let later = text.replace(&format!("\"time\":{time}"), &format!("\"time\":{}", time + 1));
    let later = BlockJson::read(later.as_bytes()).unwrap();
    let is_other = |head: super::Head| head.hash != block.head().unwrap().hash;
    assert!(later.head().map_or(true, is_other));
}

#[test]
fn a_coinbase_is_kept_where_none_overwrote_it() {
    let made = Maker::new(5).grow(0);
    let bytes = made.bytes();
    let frame = Frame { chain: ChainId::bitcoin(), file: Arc::from("blocks"), height: 91_722 };
    let mut defects = Defects::default();
    let rows = Block::parse(&bytes).unwrap().to_rows(&frame, None, &mut defects).unwrap();
    assert_eq!((rows.legs.len(), defects), (made.block.txdata[0].output.len(), Defects::default()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn broken_bytes_are_refused_and_never_panic(
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
        end in any::<prop::sample::Index>(),
        which in 0..3,
    ) {
        let made = third();
        let (mut bytes, mut undo, mut json) = (made.bytes(), made.undo(), made.json().into_bytes());
        let broken = match which { 0 => &mut bytes, 1 => &mut undo, _ => &mut json };
        let at = at.index(broken.len());
        let is_same = broken[at] == byte;
        broken[at] = byte;
        let whole = by_undo(&made).unwrap();
        let read = |bytes: &[u8], undo: &[u8]| {
            Block::parse(bytes)?.to_rows(&frame(2), Some(undo), &mut Defects::default())
        };
        if which == 2 {
            let _ = std::str::from_utf8(&json).map(|text| by_json(&made, text));
            let cut = &json[..end.index(json.len())];
            prop_assert!(BlockJson::read(cut).is_err());
        } else {
            let rows = read(&bytes, &undo);
            // Witnesses are in no hash that is checked, nor is an undo record without checksum. So
            // little work is in a header here that another may have it too.
            let is_unchecked = is_same || which == 1 || at < HEADER_BYTES;
            prop_assert!(is_unchecked || rows.as_ref().map_or(true, |rows| *rows == whole));
            let (bytes_end, undo_end) = (end.index(bytes.len()), end.index(undo.len()));
            prop_assert!(read(&bytes[..bytes_end], &undo).is_err());
            prop_assert!(read(&made.bytes(), &undo[..undo_end]).is_err());
        }
    }

    #[test]
    fn noise_is_refused(noise in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(Block::parse(&noise).is_err());
        let made = third();
        let bytes = made.bytes();
        let rows = Block::parse(&bytes).unwrap();
        prop_assert!(rows.to_rows(&frame(2), Some(&noise), &mut Defects::default()).is_err());
    }
}
