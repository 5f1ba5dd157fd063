//! Wallets in a round of Wasabi 1.
//!
//! Each peer registers up to seven coins that pay for one output of the round's denomination,
//! gets change, and from the end of 2018 on outputs of two, four, eight … times the
//! denomination where two peers at least can have one. Each pays the coordinator 0.003 % of the
//! denomination per peer, but for coins that come from a round.
//! Source: <https://docs.wasabiwallet.io/FAQ/FAQ-UseWasabi.html>.

use crate::coins::{Coin, Kind, Tx, sum};
use crate::dice::Dice;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    pub(crate) peers: (usize, usize),
    pub(crate) has_levels: bool,
    /// Whether the coordinator is paid where he always was.
    pub(crate) is_known: bool,
}

/// Where the coordinator was paid until the end of 2019:
/// `bc1qs604c7jv6amk4cxqlnvuxv26hv3e48cds4m0ew`.
const COORDINATOR: &str = "0014869f5c7a4cd7776ae0c0fcd9c3315abb239a9f0d";

struct Peer {
    coins: Vec<Coin>,
    rest: u64,
}

pub(crate) fn round(dice: &mut Dice, round: Round) -> Tx {
    let peers = dice.count(round.peers.0, round.peers.1);
    let base = match round.is_known && dice.percent(30) {
        true => dice.pick(&[10_000_000, 5_000_000, 1_000_000, 20_000_000]),
        false if dice.percent(30) => 10_000_000,
        false => dice.within(8_600_000, 11_500_000),
    };
    let share = base * 3 / 100_000 * peers as u64;
    let rate = dice.within(1, 40);
    let mut tx = Tx::default();
    let mut fees = 0;
    let mut all: Vec<Peer> = (0..peers).map(|_| peer(dice, base, share, rate, &mut fees)).collect();
    let base = base - dice.within(0, 5_000);
    let mut levels = vec![base];
    let most = if round.has_levels { 6 } else { 1 };
    while levels.len() < most {
        let level = levels[levels.len() - 1] * 2 - 4_000;
        if all.iter().filter(|peer| peer.rest > level + share).count() < 2 {
            break;
        }
        levels.push(level);
    }
    for peer in &mut all {
        for level in &levels {
            let costs = level + share * u64::from(*level > base);
            if *level == base || peer.rest > costs {
                tx.outputs.push(Coin::fresh(dice, Kind::P2wpkh, *level));
                peer.rest -= if *level == base { 0 } else { costs };
                fees += if *level == base { 0 } else { share };
            }
        }
        if peer.rest > base * 7 / 1_000 {
            tx.outputs.push(Coin::fresh(dice, Kind::P2wpkh, peer.rest));
        } else {
            fees += peer.rest;
        }
        tx.inputs.append(&mut peer.coins);
    }
    let script = match round.is_known {
        true => (0..22).map(|at| u8::from_str_radix(&COORDINATOR[at * 2..at * 2 + 2], 16).unwrap()),
        false => return finish(dice, tx, fees, None),
    };
    finish(dice, tx, fees, Some(script.collect()))
}

fn finish(dice: &mut Dice, mut tx: Tx, fees: u64, script: Option<Vec<u8>>) -> Tx {
    let mut coordinator = Coin::fresh(dice, Kind::P2wpkh, fees);
    if script.is_some() {
        coordinator.script = script;
    }
    tx.outputs.push(coordinator);
    dice.shuffle(&mut tx.inputs);
    dice.shuffle(&mut tx.outputs);
    tx
}

/// A peer with coins for the denomination, and what is left after it and fees.
fn peer(dice: &mut Dice, base: u64, share: u64, rate: u64, fees: &mut u64) -> Peer {
    let mut coins = Vec::new();
    let is_remix = dice.percent(30);
    let costs = |inputs: usize| rate * (68 * inputs as u64 + 31);
    loop {
        let amount = match is_remix && coins.is_empty() {
            true => base + dice.within(0, 300_000),
            false => dice.amount(300_000, 3_000_000_000),
        };
        coins.push(Coin::fresh(dice, Kind::P2wpkh, amount));
        let needs = base + costs(coins.len()) + share;
        if sum(&coins) >= needs {
            *fees += share;
            let rest = sum(&coins) - needs;
            return Peer { coins, rest };
        }
        if coins.len() == 7 {
            coins.clear();
        }
    }
}
