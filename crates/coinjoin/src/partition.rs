//! Whether inputs can be dealt out so that every participant of a JoinMarket transaction pays
//! for what he gets.

use crate::facts::Facts;

/// Ways to deal out inputs that are tried.
const STEPS_MAX: usize = 400_000;

/// Inputs beyond which nothing is tried.
const INPUTS_MAX: usize = 256;

/// What a maker may add to the miner's fee, in satoshi.
const MAKER_PAYS_MAX: u64 = 5_000;

/// The parts that inputs are to make.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    /// Largest first.
    inputs: Vec<u64>,
    /// What each participant gets, largest first.
    gets: Vec<u64>,
    /// Which of them can be the taker.
    takers: Vec<usize>,
    /// What a maker may earn.
    earns_max: u64,
}

/// Whether inputs make the parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// They do.
    Found,
    /// They cannot.
    Impossible,
    /// There are too many ways to deal them out: to try them all, or for one that fits to say
    /// anything.
    Unknown,
}

impl Question {
    /// The parts of a transaction that pays an amount to every participant.
    pub(crate) fn new(facts: &Facts<'_>, amount: u64, changes: usize) -> Self {
        let mut inputs: Vec<u64> = facts.inputs.iter().map(|leg| leg.amount).collect();
        inputs.sort_unstable_by(|a, b| b.cmp(a));
        let peers = facts.outputs.len() - changes;
        let change = facts.others(amount).map(|leg| leg.amount.saturating_add(amount));
        let mut gets: Vec<u64> = change.collect();
        gets.sort_unstable_by(|a, b| b.cmp(a));
        let takers = if changes == peers { (0..peers).collect() } else { vec![gets.len()] };
        gets.resize(peers, amount);
        // Takers refuse makers who ask for more than some thousandths.
        let earns_max = (amount / 200).max(10_000.min(amount / 20));
        Self { inputs, gets, takers, earns_max }
    }

    /// Whether amounts at random would be expected to make the parts too. Every input can be
    /// anybody's, and what each maker puts in has to hit what he may earn, out of all that is
    /// there.
    fn is_met_by_chance(&self) -> bool {
        let peers = self.gets.len() as u64;
        let ways = peers.checked_pow(8).map_or(64, |ways| u64::from(ways.max(1).ilog2()));
        let total = self.inputs.iter().fold(0u64, |sum, amount| sum.saturating_add(*amount));
        let span = total / self.earns_max.saturating_add(MAKER_PAYS_MAX).max(1);
        let hit = 8 * u64::from(span.max(1).ilog2());
        ways * self.inputs.len() as u64 > hit * peers.saturating_sub(1)
    }

    /// The same, where makers may ask for three times as much.
    pub(crate) fn costly(self) -> Self {
        Self { earns_max: self.earns_max.saturating_mul(3), ..self }
    }
}

/// Whether inputs can be dealt out so that every maker puts in what he gets less what he earns,
/// and the taker the rest.
pub(crate) fn parts(question: &Question) -> Answer {
    let total = |amounts: &[u64]| amounts.iter().map(|amount| u128::from(*amount)).sum::<u128>();
    if total(&question.inputs) < total(&question.gets) {
        return Answer::Impossible;
    }
    if question.inputs.len() > INPUTS_MAX || question.is_met_by_chance() {
        return Answer::Unknown;
    }
    let mut answer = Answer::Impossible;
    let steps = STEPS_MAX / question.takers.len().max(1);
    for taker in &question.takers {
        let mut deal = Deal::new(question, *taker, steps);
        match deal.from(0) {
            Answer::Found => return Answer::Found,
            Answer::Unknown => answer = Answer::Unknown,
            Answer::Impossible => {}
        }
    }
    answer
}

/// Inputs on their way to participants.
struct Deal<'a> {
    question: &'a Question,
    taker: usize,
    /// What each participant still has to put in; below nothing where he put in more.
    lacks: Vec<i128>,
    /// What the inputs from each on amount to.
    rest: Vec<i128>,
    steps: usize,
}

impl<'a> Deal<'a> {
    fn new(question: &'a Question, taker: usize, steps: usize) -> Self {
        let mut rest = vec![0; question.inputs.len() + 1];
        for (at, input) in question.inputs.iter().enumerate().rev() {
            rest[at] = rest[at + 1] + i128::from(*input);
        }
        let lacks = question.gets.iter().map(|amount| i128::from(*amount)).collect();
        Self { question, taker, lacks, rest, steps }
    }

    /// What a participant may lack in the end.
    fn tolerance(&self, peer: usize) -> i128 {
        if peer == self.taker { 0 } else { i128::from(self.question.earns_max) }
    }

    /// Deals out the inputs from one on.
    fn from(&mut self, at: usize) -> Answer {
        let Some(input) = self.question.inputs.get(at).map(|amount| i128::from(*amount)) else {
            let is_done =
                (0..self.lacks.len()).all(|peer| self.lacks[peer] <= self.tolerance(peer));
            return if is_done { Answer::Found } else { Answer::Impossible };
        };
        if self.steps == 0 {
            return Answer::Unknown;
        }
        self.steps -= 1;
        if self.is_stuck(at) {
            return Answer::Impossible;
        }
        for peer in self.choices(input) {
            self.lacks[peer] -= input;
            let answer = self.from(at + 1);
            self.lacks[peer] += input;
            if answer != Answer::Impossible {
                return answer;
            }
        }
        Answer::Impossible
    }

    /// Whether the inputs from one on are too few, or too large for somebody who lacks some.
    fn is_stuck(&self, at: usize) -> bool {
        let least = self.question.inputs.last().map_or(0, |amount| i128::from(*amount));
        let mut still = 0;
        for (peer, lacks) in self.lacks.iter().enumerate() {
            let needs = lacks - self.tolerance(peer);
            if needs > 0 && peer != self.taker && lacks + i128::from(MAKER_PAYS_MAX) < least {
                return true;
            }
            still += needs.max(0);
        }
        still > self.rest[at]
    }

    /// Who can put an input in: makers whom it fits best first, the taker last. Of makers who
    /// lack the same one is enough.
    fn choices(&self, input: i128) -> Vec<usize> {
        let room = |peer: &usize| self.lacks[*peer] + i128::from(MAKER_PAYS_MAX) >= input;
        let makers = (0..self.lacks.len()).filter(|peer| *peer != self.taker).filter(room);
        let mut makers: Vec<usize> = makers.collect();
        makers.sort_by_key(|peer| ((self.lacks[*peer] - input).abs(), *peer));
        makers.dedup_by_key(|peer| self.lacks[*peer]);
        makers.push(self.taker);
        makers
    }
}
