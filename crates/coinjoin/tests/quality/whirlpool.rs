//! Wallets in Whirlpool.
//!
//! A Tx0 pays the coordinator, cuts coins of a pool's size with a share for the miner, and
//! gives change; its outputs are in the order of BIP-69. A mix takes coins that were mixed
//! before and coins of a Tx0, one of a wallet.
//! Source: <https://github.com/Samourai-Wallet/whirlpool-client>.

use crate::coins::{Coin, Kind, Tx, data, fresh};
use crate::dice::Dice;

const POOLS: [u64; 6] = [100_000, 1_000_000, 2_500_000, 5_000_000, 25_000_000, 50_000_000];

/// What a coin of a Tx0 has more than its pool pays.
fn excess(dice: &mut Dice) -> u64 {
    dice.pick(&[170, 302, 1_150, 2_887, 5_003, 11_797, 25_410, 40_000]) + dice.within(0, 900)
}

pub(crate) fn mix(dice: &mut Dice) -> Tx {
    let pool = dice.pick(&POOLS);
    let coins = dice.count(5, 10);
    let premixed = dice.count(2, 2.max(coins / 2));
    let mut tx = Tx::default();
    for at in 0..coins {
        let more = if at < premixed { excess(dice) } else { 0 };
        tx.inputs.push(Coin::fresh(dice, Kind::P2wpkh, pool + more));
        let kind = if dice.percent(8) { Kind::P2wsh } else { Kind::P2wpkh };
        tx.outputs.push(Coin::fresh(dice, kind, pool));
    }
    dice.shuffle(&mut tx.inputs);
    tx
}

pub(crate) fn tx0(dice: &mut Dice) -> Tx {
    let pool = dice.pick(&POOLS);
    let coins = if dice.percent(25) { 1 } else { dice.count(2, 70) };
    let premix = pool + excess(dice);
    let whole = if pool == 5_000_000 { pool * 35 / 1_000 } else { pool / 20 };
    let fee = if dice.percent(85) { whole } else { dice.within(whole / 50, whole) };
    let payload: Vec<u8> =
        fresh(dice, Kind::P2tr).into_iter().chain(fresh(dice, Kind::P2tr)).collect();
    let long: Vec<u8> = [payload.clone(), payload.clone()].concat();
    let length = dice.pick(&[64, 64, 80]);
    let mut outputs = vec![data(&long[..length]), Coin::fresh(dice, Kind::P2wpkh, fee)];
    for _ in 0..coins {
        outputs.push(Coin::fresh(dice, Kind::P2wpkh, premix));
    }
    let change = dice.amount(1_000, pool * 2);
    outputs.push(Coin::fresh(dice, Kind::P2wpkh, change));
    outputs.sort_by_key(|coin| coin.amount);
    let total: u64 = outputs.iter().map(|coin| coin.amount).sum::<u64>() + dice.within(500, 20_000);
    let count = dice.count(1, 12);
    let inputs = split(dice, total, count);
    let kind = dice.pick(&[Kind::P2wpkh, Kind::P2wpkh, Kind::P2sh, Kind::P2pkh]);
    let inputs = inputs.into_iter().map(|amount| Coin::fresh(dice, kind, amount)).collect();
    Tx { inputs, outputs }
}

/// An amount in so many parts.
pub(crate) fn split(dice: &mut Dice, total: u64, parts: usize) -> Vec<u64> {
    let mut cuts: Vec<u64> = (1..parts).map(|_| dice.within(1, total - 1)).collect();
    cuts.extend([0, total]);
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2).map(|pair| pair[1] - pair[0]).collect()
}
