//! Whirlpool: mixes of 5 to 10 equal coins, and the Tx0 that cuts coins to that size.
//!
//! Sources: Stütz, Stockinger et al., "Adoption and Actual Privacy of Decentralized CoinJoin
//! Implementations in Bitcoin", AFT 2022 (the rule for mixes of five); `Scanner.cs` of
//! <https://github.com/nopara73/Dumplings>; the pools of 0.025 and 0.25 bitcoin:
//! <https://ashigaru.rs/news/announcement-whirlpool>; the OP_RETURN of a Tx0: `WhirlpoolFee`
//! of <https://github.com/Samourai-Wallet/whirlpool-protocol> (64 bytes, masked with a shared
//! secret).

use hawkshaw_model::{MixClass, ScriptKind};

use crate::classify::Found;
use crate::facts::{Facts, Holder};

/// What a pool pays, in satoshi, ascending.
const POOLS: [u64; 6] = [100_000, 1_000_000, 2_500_000, 5_000_000, 25_000_000, 50_000_000];

/// The rule of a mix with other scripts than P2WPKH, which is all that the published definition
/// knows: some take their coins out to a script of several keys.
pub(crate) const OTHER_SCRIPTS: &str = "whirlpool-other-scripts";

/// What an input that comes from a Tx0 has more than its pool pays, for the miner, at most; of
/// the smallest pool half of what it pays.
const PREMIX_EXCESS_MAX: u64 = 110_000;

/// Coins in a mix: five at first, up to ten where fees are low.
const COINS: std::ops::RangeInclusive<usize> = 5..=10;

/// The fee of the coordinator is a share of the pool: 5 % and 3.5 % at most.
const FEE_PERCENT_MAX: u64 = 6;

/// Kinds of script that only segregated witness spends.
const WITNESS: [ScriptKind; 3] = [ScriptKind::P2wpkh, ScriptKind::P2wsh, ScriptKind::P2tr];

/// Bytes in the OP_RETURN of a Tx0: 64, and 80 in later versions; 46 at first.
const PAYLOAD_BYTES: std::ops::RangeInclusive<usize> = 46..=80;

/// The pool for which an amount is cut: a little more than the pool pays.
pub(crate) fn pool_of_premix(amount: u64) -> Option<u64> {
    let pool = POOLS.iter().rev().find(|pool| **pool < amount)?;
    (amount - pool <= excess_max(*pool)).then_some(*pool)
}

fn excess_max(pool: u64) -> u64 {
    PREMIX_EXCESS_MAX.min(pool / 2)
}

/// A mix: as many equal outputs of a pool as inputs, some of which come from a mix and some
/// from a Tx0.
pub(crate) fn mix(facts: &Facts<'_>) -> Option<Found> {
    let (pool, count) = *facts.equal.first()?;
    let coins = facts.inputs.len();
    let is_shape = COINS.contains(&coins)
        && count == coins
        && facts.outputs.len() == coins
        && POOLS.contains(&pool);
    if !is_shape || !strangers(facts) {
        return None;
    }
    let fits = |amount: u64| amount >= pool && amount - pool <= excess_max(pool);
    let mixed = facts.inputs.iter().filter(|leg| leg.amount == pool).count();
    if mixed == 0 || mixed == coins || !facts.inputs.iter().all(|leg| fits(leg.amount)) {
        return None;
    }
    if facts.input_kinds.others_than(&WITNESS) > 0
        || facts.output_kinds.others_than(&WITNESS) * 2 > coins
    {
        return None;
    }
    let confidence = match facts.input_kinds.is_whole() && facts.output_kinds.is_whole() {
        true => 990,
        false => 920,
    };
    // Dumplings knows mixes of P2WPKH only.
    let is_defined = facts.output_kinds.others_than(&[ScriptKind::P2wpkh]) == 0
        && facts.input_kinds.others_than(&[ScriptKind::P2wpkh]) == 0;
    let rule = if is_defined { "whirlpool-pool" } else { OTHER_SCRIPTS };
    Some(Found { class: MixClass::Whirlpool, confidence, rule })
}

/// Whether every leg has a holder of its own.
fn strangers(facts: &Facts<'_>) -> bool {
    facts.payers == facts.inputs.len()
        && facts.payees == facts.outputs.len()
        && facts.paid_back == 0
}

/// A Tx0: an OP_RETURN of masked bytes, the fee of the coordinator, coins of a pool's size plus
/// a share for the miner, and change.
pub(crate) fn tx0(facts: &Facts<'_>) -> Option<Found> {
    let [data] = &facts.data[..] else { return None };
    let is_masked = match data.holder {
        Some(Holder::Script(script)) => Some(masked(script)),
        _ => None,
    };
    if data.amount > 0 || is_masked == Some(false) {
        return None;
    }
    let (premix, pool, coins) = premix(facts)?;
    let rest: Vec<u64> = facts.others(premix).map(|leg| leg.amount).collect();
    let fee = rest.iter().min()?;
    let is_fee = *fee > 0 && fee.checked_mul(100)? <= pool * FEE_PERCENT_MAX;
    let is_whole_fee = [35, 50].iter().any(|share| fee * 1_000 == pool * share);
    // A single coin is a weak sign: there must be change, or the fee be the usual one.
    let rest = match coins {
        1 if is_whole_fee => (1..=2).contains(&rest.len()),
        1 => rest.len() == 2,
        _ => rest.len() <= 4,
    };
    let wrong = facts.output_kinds.others_than(&[ScriptKind::P2wpkh]);
    if !is_fee || !rest || wrong > usize::from(coins > 1) {
        return None;
    }
    let confidence = match (is_masked, coins, is_whole_fee) {
        (Some(_), 2.., _) => 985,
        (Some(_), _, true) => 970,
        (Some(_), _, false) => 930,
        (None, 2.., _) => 850,
        (None, _, true) => 750,
        (None, _, false) if facts.output_kinds.is_whole() => 650,
        (None, _, false) => return None,
    };
    Some(Found { class: MixClass::Tx0, confidence, rule: "tx0-premix" })
}

/// The amount that is cut for a pool, the pool, and how many coins there are of it: of all that
/// would do the most coins, then the largest.
fn premix(facts: &Facts<'_>) -> Option<(u64, u64, usize)> {
    let mut amounts: Vec<u64> = facts.outputs.iter().map(|leg| leg.amount).collect();
    amounts.sort_unstable();
    let sets = amounts.chunk_by(|a, b| a == b).filter_map(|set| {
        let pool = pool_of_premix(set[0])?;
        Some((set[0], pool, set.len()))
    });
    sets.max_by_key(|(amount, _, count)| (*count, *amount))
}

/// Whether a script is an OP_RETURN of as many bytes as a Tx0 has, which are no text.
fn masked(script: &[u8]) -> bool {
    let payload = match script {
        [0x6a, length @ 1..=75, payload @ ..] | [0x6a, 0x4c, length, payload @ ..]
            if payload.len() == usize::from(*length) =>
        {
            payload
        }
        _ => return false,
    };
    let is_text = payload.iter().all(|byte| (0x20..0x7f).contains(byte));
    PAYLOAD_BYTES.contains(&payload.len()) && !is_text
}
