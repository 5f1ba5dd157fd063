//! Wallets in a transaction of JoinMarket.
//!
//! The taker asks for an amount, or sweeps what he has. Every maker picks coins for the amount
//! and change that is no dust, and asks for a fee, relative or absolute, of which he pays a
//! little to the miner. The taker pays the rest. All wallets of a time use one kind of script;
//! the taker may pay to another.
//! Source: <https://github.com/JoinMarket-Org/joinmarket-clientserver>.

use crate::coins::{Coin, Kind, Tx, sum};
use crate::dice::Dice;

const DUST: u64 = 27_300;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Join {
    pub(crate) makers: (usize, usize),
    pub(crate) kind: Kind,
}

/// Coins of a wallet that suffice for an amount, picked in one of the ways that wallets have.
fn pick(dice: &mut Dice, kind: Kind, least: u64) -> Vec<Coin> {
    let most = match dice.percent(15) {
        true => least.saturating_mul(20),
        false => least.saturating_mul(3),
    };
    let floor = match dice.percent(20) {
        true => least / 8,
        false => least / 2,
    };
    let mut coins = Vec::new();
    while sum(&coins) < least {
        let amount = dice.amount(floor.max(3_000), most);
        coins.push(Coin::fresh(dice, kind, amount));
    }
    if dice.percent(10) {
        let amount = dice.amount(3_000, least);
        coins.push(Coin::fresh(dice, kind, amount));
    }
    coins
}

pub(crate) fn join(dice: &mut Dice, join: Join) -> Tx {
    let makers = dice.count(join.makers.0, join.makers.1);
    let rate = dice.amount(1, 80);
    let sweeps = dice.percent(25);
    let mut tx = Tx::default();
    let mut amount = match dice.percent(30) {
        true => dice.within(1, 99) * dice.pick(&[100_000, 1_000_000, 10_000_000]),
        false => dice.amount(100_000, 5_000_000_000),
    };
    let mut taker = pick(dice, join.kind, amount + amount / 50 + 20_000 + 1_500 * rate);
    let fees: Vec<(u64, u64)> = (0..makers)
        .map(|_| match dice.within(1, 10) {
            1 => (0, 0),
            2..=6 => (0, dice.amount(1, 300)),
            _ => (dice.amount(1, 5_000), 0),
        })
        .collect();
    let mut inputs = taker.len();
    if sweeps {
        let relative: u64 = fees.iter().map(|(_, relative)| relative).sum();
        let absolute: u64 = fees.iter().map(|(absolute, _)| absolute).sum();
        let miner = rate * (40 + 150 * 3 * makers as u64);
        let have = sum(&taker) - absolute - miner;
        amount = have / (100_000 + relative) * 100_000;
    }
    let mut paid = 0;
    for (absolute, relative) in fees {
        let coins = pick(dice, join.kind, amount + DUST);
        inputs += coins.len();
        let earned = absolute + amount / 100_000 * relative;
        let given = dice.within(0, 500).min(earned);
        paid += earned - given;
        tx.outputs.push(Coin::fresh(dice, join.kind, amount));
        tx.outputs.push(Coin::fresh(dice, join.kind, sum(&coins) - amount + earned - given));
        tx.inputs.extend(coins);
    }
    let kind = match dice.percent(15) {
        true => dice.pick(&[Kind::P2pkh, Kind::P2sh, Kind::P2wpkh, Kind::P2tr]),
        false => join.kind,
    };
    tx.outputs.push(Coin::fresh(dice, kind, amount));
    let miner = rate * (11 + 68 * inputs as u64 + 31 * 2 * (makers as u64 + 1));
    let change = sum(&taker).saturating_sub(amount + paid + miner);
    if !sweeps && change > DUST {
        tx.outputs.push(Coin::fresh(dice, join.kind, change));
    }
    tx.inputs.append(&mut taker);
    dice.shuffle(&mut tx.inputs);
    dice.shuffle(&mut tx.outputs);
    tx
}
