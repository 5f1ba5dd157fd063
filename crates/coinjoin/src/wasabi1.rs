//! Wasabi 1 (ZeroLink): equal outputs of about 0.1 bitcoin, change, and the coordinator's fee.
//!
//! Sources: `Scanner.cs` and `Constants.cs` of <https://github.com/nopara73/Dumplings>, and for
//! its false positives `data/wasabi1/false_cjtxs.json` of
//! <https://github.com/crocs-muni/coinjoin-analysis>; the fee:
//! <https://docs.wasabiwallet.io/FAQ/FAQ-UseWasabi.html> (0.003 % times the number of equal
//! outputs, of each of them).

use hawkshaw_model::{MixClass, ScriptKind};

use crate::classify::Found;
use crate::facts::{Facts, Holder};

/// The equal outputs are of 0.1 bitcoin, give or take 0.02.
const BASE: std::ops::RangeInclusive<u64> = 8_000_000..=12_000_000;

/// Equal outputs of a round.
const PEERS_MIN: usize = 10;
/// Equal outputs beside an output to the coordinator.
const PEERS_KNOWN_MIN: usize = 3;

/// The scripts to which the coordinator was paid until the end of 2019: those of
/// `bc1qs604c7jv6amk4cxqlnvuxv26hv3e48cds4m0ew` and
/// `bc1qa24tsgchvuxsaccp8vrnkfd85hrcpafg20kmjw`.
const COORDINATOR: [&[u8]; 2] = [
    b"\x00\x14\x86\x9f\x5c\x7a\x4c\xd7\x77\x6a\xe0\xc0\xfc\xd9\xc3\x31\x5a\xbb\x23\x9a\x9f\x0d",
    b"\x00\x14\xea\xaa\xb8\x23\x17\x67\x0d\x0e\xe3\x01\x3b\x07\x3b\x25\xa7\xa5\xc7\x80\xf5\x28",
];

/// A round that pays the coordinator where everybody knew him.
pub(crate) fn pays_coordinator(facts: &Facts<'_>) -> Option<Found> {
    let (_, count) = *facts.equal.first()?;
    let is_coordinator = |holder: Holder<'_>| match holder {
        Holder::Script(script) => COORDINATOR.contains(&script),
        Holder::Name(_) => false,
    };
    let pays = facts.outputs.iter().filter_map(|leg| leg.holder).any(is_coordinator);
    let spends = facts.inputs.iter().filter_map(|leg| leg.holder).any(is_coordinator);
    let is_round = pays && !spends && count >= PEERS_KNOWN_MIN && facts.payers >= count;
    is_round.then_some(Found {
        class: MixClass::Wasabi1,
        confidence: 990,
        rule: "wasabi1-coordinator",
    })
}

/// A round by its amounts alone.
pub(crate) fn round(facts: &Facts<'_>) -> Option<Found> {
    let (base, peers) = *facts.equal.first()?;
    let others = facts.outputs.len() - peers;
    let is_shape = BASE.contains(&base)
        && peers >= PEERS_MIN
        && facts.payers >= peers
        && facts.unique() >= 2
        && others * 3 >= peers
        // Some peers used an address again.
        && facts.paid_back * 10 <= facts.outputs.len()
        && facts.payees * 20 >= facts.outputs.len() * 19;
    let only = [ScriptKind::P2wpkh];
    let is_segwit =
        facts.input_kinds.others_than(&only) == 0 && facts.output_kinds.others_than(&only) == 0;
    if !is_shape || !is_segwit {
        return None;
    }
    let is_paid = facts.outputs.iter().any(|leg| is_fee(leg.amount, base, peers));
    let has_levels = facts.equal.iter().any(|(amount, _)| is_level(*amount, base));
    let (confidence, rule) = match (has_levels, is_paid) {
        (true, _) => (985, "wasabi1-levels"),
        (false, true) => (960, "wasabi1-denomination"),
        (false, false) => (780, "wasabi1-denomination"),
    };
    let is_known = facts.input_kinds.is_whole() && facts.output_kinds.is_whole();
    let confidence = if is_known { confidence } else { confidence - 100 };
    Some(Found { class: MixClass::Wasabi1, confidence, rule })
}

/// Whether an amount is a further level: twice the base and so on, less what it costs.
fn is_level(amount: u64, base: u64) -> bool {
    (1..=8).any(|level| {
        let whole = base << level;
        amount <= whole && whole - amount <= whole / 200
    })
}

/// Whether an amount can be what the coordinator takes: 0.003 % for every peer, of every peer,
/// more where there are levels and less where coins come from a mix.
fn is_fee(amount: u64, base: u64, peers: usize) -> bool {
    let Ok(peers) = u64::try_from(peers) else { return false };
    let whole = base * 3 / 100_000 * peers * peers;
    (whole * 6 / 10..=whole * 14 / 10).contains(&amount)
}
