//! JoinMarket: a taker pays makers for joining him.
//!
//! Every one of n participants gets one output of the same amount; every maker gets change and
//! so does the taker, unless he sweeps: 2n or 2n − 1 outputs. What a maker puts in is the equal
//! amount and his change, less what he earns.
//!
//! Sources: `Scanner.cs` of <https://github.com/nopara73/Dumplings> and of
//! <https://github.com/crocs-muni/Dumplings> (the shape); `isCoinjoinExtra` of
//! <https://github.com/citp/BlockSci> (inputs must cover the parts); defaults of
//! <https://github.com/JoinMarket-Org/joinmarket-clientserver> (dust, fees).

use hawkshaw_model::{MixClass, ScriptKind};

use crate::classify::Found;
use crate::facts::{Facts, Kinds};
use crate::partition::{Answer, Question, parts};

/// Participants: a taker and two makers at least. Two equal outputs are no sign of anything.
const PEERS: std::ops::RangeInclusive<usize> = 3..=50;

/// Equal outputs are at least that large: what JoinMarket takes for dust.
const AMOUNT_MIN: u64 = 27_300;

/// Participants from which the shape says enough where sums could not be tried out.
const PEERS_BY_SHAPE: usize = 5;

/// Coins of each participant up to which the shape says anything: more are a consolidation.
const COINS_EACH_BY_SHAPE: usize = 20;

/// Participants from which makers may ask for much.
const PEERS_COSTLY: usize = 4;

/// People pay whole multiples of this. Change is what is left and hardly ever is one, but for
/// makers who ask for nothing and put in what somebody paid them.
const ROUND: u64 = 10_000;

/// What speaks against a transaction that has the shape but whose sums do not come out.
pub(crate) const NO_PARTS: &str = "inputs-make-no-parts";

/// A transaction of a taker and makers, or what speaks against one.
pub(crate) fn join(facts: &Facts<'_>) -> Result<Found, &'static str> {
    let [(amount, peers)] = facts.equal[..] else { return Err("several-equal-sets") };
    let changes = facts.outputs.len() - peers;
    if !PEERS.contains(&peers) || (changes != peers && changes + 1 != peers) {
        return Err("no-change-each");
    }
    if amount < AMOUNT_MIN {
        return Err("dust");
    }
    if facts.payers < peers {
        return Err("fewer-payers-than-equal-outputs");
    }
    if facts.payees < facts.outputs.len() || facts.paid_back > 0 {
        return Err("reused-scripts");
    }
    let round = facts.others(amount).filter(|leg| leg.amount.is_multiple_of(ROUND)).count();
    if round >= 2 && round * 2 > changes {
        return Err("round-change");
    }
    let fit = kinds(facts, amount, peers);
    // Few inputs can be dealt out by chance only rarely, many nearly always.
    if fit == Fit::Mixed && (peers == *PEERS.start() || facts.inputs.len() > peers * 2) {
        return Err("mixed-scripts");
    }
    let found = |confidence, rule| Ok(Found { class: MixClass::JoinMarket, confidence, rule });
    let question = Question::new(facts, amount, changes);
    match parts(&question) {
        Answer::Found => found(confidence(peers, fit), "joinmarket-parts"),
        Answer::Unknown if by_shape(facts, amount, fit) => found(700, "joinmarket-shape"),
        Answer::Unknown => Err("parts-not-tried-out"),
        Answer::Impossible if peers >= PEERS_COSTLY && fit == Fit::Same => {
            match parts(&question.costly()) {
                Answer::Found => found(780, "joinmarket-costly"),
                _ => Err(NO_PARTS),
            }
        }
        Answer::Impossible => Err(NO_PARTS),
    }
}

fn confidence(peers: usize, fit: Fit) -> u16 {
    let by_peers = match peers {
        0..=3 => 900,
        4 => 940,
        5..=6 => 960,
        _ => 975,
    };
    match fit {
        Fit::Same => by_peers,
        Fit::Unknown => by_peers - 60,
        Fit::Mixed => by_peers - 110,
    }
}

/// Whether scripts are as one wallet program makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// All are of one kind, but for where the taker pays to.
    Same,
    /// Too few are known.
    Unknown,
    /// They are of several kinds.
    Mixed,
}

fn kinds(facts: &Facts<'_>, amount: u64, peers: usize) -> Fit {
    let inputs = &facts.input_kinds;
    let changes = Kinds::of(facts.others(amount));
    let equal = Kinds::of(facts.outputs.iter().filter(|leg| leg.amount == amount));
    if inputs.is_blank() || changes.is_blank() || equal.is_blank() {
        return Fit::Unknown;
    }
    let same = |kind: ScriptKind| {
        changes.others_than(&[kind]) == 0 && equal.others_than(&[kind]) <= 1 && peers > 1
    };
    match inputs.only() {
        Some(kind) if same(kind) => Fit::Same,
        _ => Fit::Mixed,
    }
}

/// Whether enough people take part, with few coins each, scripts are of one wallet program as far
/// as they are known, and the largest input is no more than its owner can get back, with fees.
fn by_shape(facts: &Facts<'_>, amount: u64, fit: Fit) -> bool {
    let peers = facts.equal.first().map_or(0, |(_, peers)| *peers);
    if peers < PEERS_BY_SHAPE || facts.inputs.len() > peers * COINS_EACH_BY_SHAPE {
        return false;
    }
    let change = facts.others(amount).map(|leg| leg.amount).max().unwrap_or(0);
    let fees = (amount / 200).max(100_000);
    let most = amount.saturating_add(change).saturating_add(fees);
    fit != Fit::Mixed && facts.input_max() <= most
}
