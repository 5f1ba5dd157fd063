//! Transactions that resemble mixes and are none, each made by its one payer.

use std::cmp::Reverse;

use crate::coins::{Coin, Kind, Tx, data, fresh, sum};
use crate::dice::Dice;
use crate::whirlpool::split;

/// What makes a transaction of a kind.
type Make = fn(&mut Dice) -> Tx;

/// Every kind, by name.
pub(crate) const ALL: [(&str, Make); 18] = [
    ("ordinary payment", payment),
    ("batch of an exchange", batch),
    ("batch with many equal amounts", equal_batch),
    ("batch of many inputs", batch_of_many),
    ("half of the outputs equal", half_equal),
    ("round amounts", round_amounts),
    ("payout of a mining pool", mining_pool),
    ("faucet", faucet),
    ("equal payouts of one payer", equal_payouts),
    ("as many equal outputs as inputs", equal_both_sides),
    ("consolidation", consolidation),
    ("consolidation of equal coins", consolidation_of_equal),
    ("mint of Runes", runes),
    ("mint of many", mint),
    ("OP_RETURN with text and payments", memo),
    ("PayJoin", payjoin),
    ("equal payouts of 0.1", tenth),
    ("split of one coin", split_up),
];

fn kind(dice: &mut Dice) -> Kind {
    dice.pick(&[Kind::P2wpkh, Kind::P2wpkh, Kind::P2wpkh, Kind::P2sh, Kind::P2pkh, Kind::P2tr])
}

/// Coins of one payer that suffice, under scripts of his own.
fn fund(dice: &mut Dice, outputs: &[Coin], inputs: usize, reuses: bool) -> Vec<Coin> {
    let kind = kind(dice);
    let own = fresh(dice, kind);
    let total = sum(outputs) + dice.within(300, 60_000);
    let parts = split(dice, total, inputs);
    let coin = |amount: u64| match reuses {
        true => Coin { amount, script: Some(own.clone()) },
        false => Coin::fresh(dice, kind, amount),
    };
    parts.into_iter().map(coin).collect()
}

fn pay(dice: &mut Dice, amounts: &[u64], inputs: usize) -> Tx {
    let mut outputs: Vec<Coin> = Vec::new();
    for amount in amounts {
        let kind = kind(dice);
        outputs.push(Coin::fresh(dice, kind, *amount));
    }
    let reuses = dice.percent(30);
    let inputs = fund(dice, &outputs, inputs, reuses);
    dice.shuffle(&mut outputs);
    Tx { inputs, outputs }
}

fn payment(dice: &mut Dice) -> Tx {
    let amounts = [dice.amount(1_000, 10_000_000_000), dice.amount(1_000, 10_000_000_000)];
    let (outputs, inputs) = (dice.count(1, 2), dice.count(1, 6));
    pay(dice, &amounts[..outputs], inputs)
}

fn batch(dice: &mut Dice) -> Tx {
    let amounts: Vec<u64> =
        (0..dice.count(3, 200)).map(|_| dice.amount(2_000, 5_000_000_000)).collect();
    let inputs = dice.count(1, 60);
    pay(dice, &amounts, inputs)
}

/// People ask for round amounts.
fn equal_batch(dice: &mut Dice) -> Tx {
    let usual: Vec<u64> = (0..dice.count(1, 5))
        .map(|_| dice.within(1, 99) * 10_u64.pow(u32::try_from(dice.within(4, 7)).unwrap()))
        .collect();
    let mut amounts = Vec::new();
    for _ in 0..dice.count(3, 400) {
        let amount = match dice.percent(60) {
            true => dice.pick(&usual),
            false => dice.amount(2_000, 1_000_000_000),
        };
        amounts.push(amount);
    }
    let inputs = dice.count(1, 40);
    pay(dice, &amounts, inputs)
}

fn batch_of_many(dice: &mut Dice) -> Tx {
    let amounts: Vec<u64> =
        (0..dice.count(3, 30)).map(|_| dice.pick(&[1, 2, 5, 10, 25]) * 1_000_000).collect();
    let inputs = dice.count(10, 120);
    pay(dice, &amounts, inputs)
}

fn half_equal(dice: &mut Dice) -> Tx {
    let equal = dice.amount(100_000, 500_000_000);
    let count = dice.count(3, 8);
    let mut amounts = vec![equal; count];
    let others = count - usize::from(dice.percent(50));
    amounts.extend((0..others).map(|_| dice.amount(10_000, 3_000_000_000)));
    let inputs = dice.count(count, count * 3);
    pay(dice, &amounts, inputs)
}

/// The closest that one payer comes to JoinMarket.
pub(crate) fn half_equal_of_a_kind(dice: &mut Dice) -> Tx {
    let mut tx = half_equal(dice);
    for coin in tx.inputs.iter_mut().chain(&mut tx.outputs) {
        coin.script = Some(fresh(dice, Kind::P2wpkh));
    }
    tx
}

fn round_amounts(dice: &mut Dice) -> Tx {
    let amounts: Vec<u64> = (0..dice.count(20, 150))
        .map(|_| dice.pick(&[1, 2, 5]) * 10_u64.pow(u32::try_from(dice.within(4, 8)).unwrap()))
        .collect();
    let inputs = dice.count(20, 80);
    let mut tx = pay(dice, &amounts, inputs);
    tx.inputs.sort_by_key(|coin| Reverse(coin.amount));
    tx.outputs.sort_by_key(|coin| Reverse(coin.amount));
    tx
}

fn mining_pool(dice: &mut Dice) -> Tx {
    let amounts: Vec<u64> =
        (0..dice.count(20, 1_500)).map(|_| dice.amount(10_000, 500_000_000)).collect();
    let inputs = dice.count(1, 3);
    pay(dice, &amounts, inputs)
}

fn faucet(dice: &mut Dice) -> Tx {
    let gift = dice.pick(&[1_000, 5_000, 10_000, 20_000]);
    let mut amounts = vec![gift; dice.count(10, 300)];
    amounts.push(dice.amount(10_000, 10_000_000));
    let inputs = dice.count(1, 20);
    pay(dice, &amounts, inputs)
}

fn equal_payouts(dice: &mut Dice) -> Tx {
    let amount = dice.pick(&[10_000_000, 5_000_000, 1_000_000, 100_000, 50_000_000, 7_654_321]);
    let count = dice.count(3, 30);
    let mut amounts = vec![amount; count];
    if dice.percent(80) {
        amounts.push(dice.amount(10_000, amount * 3));
    }
    let inputs = dice.count(1, count * 2);
    pay(dice, &amounts, inputs)
}

/// Somebody deals equal deposits out again.
fn equal_both_sides(dice: &mut Dice) -> Tx {
    let amount = dice.pick(&[1_000_000, 10_000_000, 5_000_000, 2_000_000, 12_345_678]);
    let count = dice.count(3, 20);
    let mut tx = Tx::default();
    for _ in 0..count {
        tx.inputs.push(Coin::fresh(dice, Kind::P2wpkh, amount));
        tx.outputs.push(Coin::fresh(dice, Kind::P2wpkh, amount - 500));
    }
    tx
}

fn consolidation(dice: &mut Dice) -> Tx {
    let inputs = dice.count(5, 500);
    let amount = dice.amount(10_000_000, 100_000_000_000);
    pay(dice, &[amount], inputs)
}

/// What came out of mixes goes to one place, or to three.
fn consolidation_of_equal(dice: &mut Dice) -> Tx {
    let amount = dice.pick(&[5_000_000, 10_987_249, 65_536, 59_049, 100_000]);
    let count = dice.count(5, 60);
    let inputs: Vec<Coin> = (0..count).map(|_| Coin::fresh(dice, Kind::P2wpkh, amount)).collect();
    let total = sum(&inputs) - 5_000;
    let outputs = dice.count(1, 3);
    let parts = split(dice, total, outputs);
    let outputs = parts.into_iter().map(|amount| Coin::fresh(dice, Kind::P2wpkh, amount)).collect();
    Tx { inputs, outputs }
}

fn runes(dice: &mut Dice) -> Tx {
    let mut outputs = vec![Coin {
        amount: 0,
        script: Some(vec![0x6a, 0x5d, 0x08, 0x14, 0xc0, 0xa2, 0x33, 0x14, 0x5a, 0x16, 0x01]),
    }];
    for _ in 0..dice.count(1, 25) {
        outputs.push(Coin::fresh(dice, Kind::P2tr, 546));
    }
    let change = dice.amount(10_000, 110_000);
    outputs.push(Coin::fresh(dice, Kind::P2tr, change));
    let count = dice.count(1, 30);
    let inputs = fund(dice, &outputs, count, false);
    Tx { inputs, outputs }
}

/// A minter funds many mints at once.
fn mint(dice: &mut Dice) -> Tx {
    let amount = dice.pick(&[330, 546, 10_000, 28_000, 101_500]);
    let mut amounts = vec![amount; dice.count(10, 100)];
    amounts.push(dice.amount(1_000, 10_000_000));
    let inputs = dice.count(1, 50);
    pay(dice, &amounts, inputs)
}

fn memo(dice: &mut Dice) -> Tx {
    let text =
        "=:ETH.ETH:0x1c7b17362c84287bd1184447e6dfeaf920c31bbe:0/1/0:te:0,hello world again ok";
    let amounts: Vec<u64> = (0..dice.count(1, 3)).map(|_| dice.amount(5_000, 60_000_000)).collect();
    let inputs = dice.count(1, 8);
    let mut tx = pay(dice, &amounts, inputs);
    let length = dice.pick(&[46, 64, 80]);
    tx.outputs.push(data(&text.as_bytes()[..length]));
    tx
}

/// Who is paid adds a coin of his own.
fn payjoin(dice: &mut Dice) -> Tx {
    let (theirs, paid) = (dice.amount(10_000, 10_000_000), dice.amount(10_000, 100_000_000));
    let change = dice.amount(10_000, 100_000_000);
    let mut tx = pay(dice, &[theirs + paid, change], 1);
    tx.inputs = [theirs, paid + change + 500].map(|a| Coin::fresh(dice, Kind::P2wpkh, a)).to_vec();
    tx
}

fn tenth(dice: &mut Dice) -> Tx {
    let amount = dice.pick(&[10_000_000, 9_990_000, 11_000_000]);
    let count = dice.count(10, 60);
    let mut amounts = vec![amount; count];
    amounts.extend((0..dice.count(1, 2)).map(|_| dice.amount(10_000, 3_000_000_000)));
    let inputs = dice.count(1, 40);
    pay(dice, &amounts, inputs)
}

fn split_up(dice: &mut Dice) -> Tx {
    let amount = dice.pick(&[5_000_000, 1_000_000, 100_000, 65_536, 8_192]);
    let amounts = vec![amount; dice.count(5, 40)];
    pay(dice, &amounts, 1)
}
