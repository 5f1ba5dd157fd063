//! Coins and transactions of wallets that are made up.

use hawkshaw_coinjoin::{Holder, Leg, Verdict, classify};

use crate::dice::Dice;

/// Kinds of script of wallets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    P2pkh,
    P2sh,
    P2wpkh,
    P2wsh,
    P2tr,
}

/// An amount under a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Coin {
    pub(crate) amount: u64,
    pub(crate) script: Option<Vec<u8>>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Tx {
    pub(crate) inputs: Vec<Coin>,
    pub(crate) outputs: Vec<Coin>,
}

/// A script that nobody used before.
pub(crate) fn fresh(dice: &mut Dice, kind: Kind) -> Vec<u8> {
    let mut bytes = |count: usize| -> Vec<u8> {
        (0..count).map(|_| u8::try_from(dice.next() & 0xff).unwrap()).collect()
    };
    match kind {
        Kind::P2pkh => [vec![0x76, 0xa9, 0x14], bytes(20), vec![0x88, 0xac]].concat(),
        Kind::P2sh => [vec![0xa9, 0x14], bytes(20), vec![0x87]].concat(),
        Kind::P2wpkh => [vec![0x00, 0x14], bytes(20)].concat(),
        Kind::P2wsh => [vec![0x00, 0x20], bytes(32)].concat(),
        Kind::P2tr => [vec![0x51, 0x20], bytes(32)].concat(),
    }
}

/// An OP_RETURN of a payload.
pub(crate) fn data(payload: &[u8]) -> Coin {
    let length = u8::try_from(payload.len()).unwrap();
    let head = if length <= 75 { vec![0x6a, length] } else { vec![0x6a, 0x4c, length] };
    Coin { amount: 0, script: Some([head, payload.to_vec()].concat()) }
}

impl Coin {
    pub(crate) fn fresh(dice: &mut Dice, kind: Kind, amount: u64) -> Self {
        Self { amount, script: Some(fresh(dice, kind)) }
    }
}

pub(crate) fn sum(coins: &[Coin]) -> u64 {
    coins.iter().map(|coin| coin.amount).sum()
}

impl Tx {
    /// Whether an output is of a kind whose scripts are as long as no other's and begin alike.
    pub(crate) fn pays(&self, kind: Kind) -> bool {
        let sample = fresh(&mut Dice::new(1), kind);
        let is_alike =
            |script: &Vec<u8>| script.len() == sample.len() && script[..2] == sample[..2];
        self.outputs.iter().any(|coin| coin.script.as_ref().is_some_and(is_alike))
    }

    /// What it is taken for.
    pub(crate) fn verdict(&self) -> Verdict {
        classify(&legs(&self.inputs), &legs(&self.outputs))
    }

    /// The same without scripts, as in a table that lacks addresses.
    pub(crate) fn without_scripts(&self) -> Self {
        let bare = |coins: &[Coin]| {
            coins.iter().map(|coin| Coin { amount: coin.amount, script: None }).collect()
        };
        Self { inputs: bare(&self.inputs), outputs: bare(&self.outputs) }
    }
}

fn legs(coins: &[Coin]) -> Vec<Leg<'_>> {
    coins
        .iter()
        .map(|coin| Leg { amount: coin.amount, holder: coin.script.as_deref().map(Holder::Script) })
        .collect()
}
