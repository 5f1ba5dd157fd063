//! Wallets in a round of Wasabi 2.
//!
//! Each registers up to ten coins, fresh ones and ones of earlier rounds, pays the coordinator
//! for fresh coins where he asks for it, and divides the rest by denominations that at least
//! two inputs of the round break down into, greedily or by chance, as `AmountDecomposer.cs` of
//! <https://github.com/WalletWasabi/WalletWasabi> does.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::coins::{Coin, Kind, Tx, sum};
use crate::dice::Dice;

const LEAST: u64 = 5_000;

/// Inputs of a round, and what its coordinator takes of fresh coins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    pub(crate) inputs: (usize, usize),
    pub(crate) fee_per_mille: u64,
    pub(crate) is_taproot: bool,
}

fn denominations() -> Vec<u64> {
    let mut all = Vec::new();
    for exponent in 0..60 {
        all.push(2_u64.checked_pow(exponent));
        all.push(3_u64.checked_pow(exponent));
        all.push(3_u64.checked_pow(exponent).and_then(|power| power.checked_mul(2)));
        for times in [1_u64, 2, 5] {
            all.push(10_u64.checked_pow(exponent).and_then(|power| power.checked_mul(times)));
        }
    }
    let mut all: Vec<u64> = all.into_iter().flatten().collect();
    all.retain(|amount| (LEAST..=134_375_000_000).contains(amount));
    all.sort_unstable_by_key(|amount| Reverse(*amount));
    all.dedup();
    all
}

/// What a wallet wants to spend.
fn register(dice: &mut Dice, all: &[u64], kind: Kind, most: usize) -> Vec<Coin> {
    let coins = dice.count(1, most);
    let is_rich = dice.percent(20);
    let mut amount = || match dice.percent(60) {
        true => loop {
            let amount = dice.pick(all);
            if amount <= if is_rich { 5_000_000_000 } else { 200_000_000 } {
                break amount;
            }
        },
        false => dice.amount(20_000, if is_rich { 20_000_000_000 } else { 500_000_000 }),
    };
    let amounts: Vec<u64> = (0..coins).map(|_| amount()).collect();
    amounts.into_iter().map(|amount| Coin::fresh(dice, kind, amount)).collect()
}

/// The denominations that several inputs break down into, with the fee of an output each.
fn common(inputs: &[u64], all: &[u64], fee: u64) -> Vec<u64> {
    let mut sorted = inputs.to_vec();
    sorted.sort_unstable_by_key(|amount| Reverse(*amount));
    let second = sorted.get(1).copied().unwrap_or(0);
    let mut frequency: BTreeMap<u64, usize> = BTreeMap::new();
    for input in inputs {
        let mut rest = *input;
        for denomination in all.iter().map(|amount| amount + fee).filter(|amount| *amount <= second)
        {
            while denomination <= rest {
                *frequency.entry(denomination).or_default() += 1;
                rest -= denomination;
            }
        }
    }
    let often = frequency.into_iter().filter(|(_, count)| *count > 1);
    let mut often: Vec<u64> = often.map(|(amount, _)| amount).collect();
    often.reverse();
    often
}

/// How a wallet divides what it has.
fn decompose(dice: &mut Dice, have: u64, common: &[u64], fee: u64) -> Vec<u64> {
    const OUTPUTS_MAX: usize = 10;
    let by_chance = dice.percent(70);
    let (mut rest, mut outputs) = (have, Vec::new());
    while outputs.len() + 1 < OUTPUTS_MAX && rest >= LEAST + fee {
        let fits: Vec<u64> = common.iter().copied().filter(|amount| *amount <= rest).collect();
        let near: Vec<u64> = fits.iter().copied().filter(|amount| *amount >= rest / 3).collect();
        let next = match (by_chance && !near.is_empty(), fits.first()) {
            (true, _) => dice.pick(&near),
            (false, Some(first)) => *first,
            (false, None) => break,
        };
        outputs.push(next - fee);
        rest -= next;
    }
    if rest >= LEAST + fee {
        outputs.push(rest - fee);
    }
    outputs
}

pub(crate) fn round(dice: &mut Dice, round: Round) -> Tx {
    let all = denominations();
    let rate = dice.amount(1, 60);
    let wanted = dice.count(round.inputs.0, round.inputs.1);
    let kind = |dice: &mut Dice| match round.is_taproot && dice.percent(50) {
        true => Kind::P2tr,
        false => Kind::P2wpkh,
    };
    let (mut wallets, mut inputs) = (Vec::new(), 0);
    while inputs < wanted {
        let kind = kind(dice);
        // Nobody has most of a small round: clients refuse to mix with themselves.
        let mut coins = register(dice, &all, kind, (wanted / 4).clamp(1, 10));
        coins.truncate(wanted - inputs);
        inputs += coins.len();
        wallets.push(coins);
    }
    let output_fee = 31 * rate;
    let amounts: Vec<u64> = wallets.iter().flatten().map(|coin| coin.amount).collect();
    let common = common(&amounts, &all, output_fee);
    let (mut tx, mut collected) = (Tx::default(), 0);
    for coins in wallets {
        let is_fresh = |coin: &&Coin| !all.contains(&coin.amount) && coin.amount > 1_000_000;
        let fresh: u64 = coins.iter().filter(is_fresh).map(|coin| coin.amount).sum();
        let fee = fresh * round.fee_per_mille / 1_000;
        let costs = fee + 68 * rate * coins.len() as u64;
        if let Some(have) = sum(&coins).checked_sub(costs) {
            for amount in decompose(dice, have, &common, output_fee) {
                let kind = kind(dice);
                tx.outputs.push(Coin::fresh(dice, kind, amount));
            }
            collected += fee;
        }
        tx.inputs.extend(coins);
    }
    if collected > LEAST {
        tx.outputs.push(Coin::fresh(dice, Kind::P2wpkh, collected));
    }
    tx.inputs.sort_by_key(|coin| Reverse(coin.amount));
    tx.outputs.sort_by_key(|coin| Reverse(coin.amount));
    tx
}
