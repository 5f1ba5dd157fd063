//! From when on something counts as a pattern.

/// Seconds of a minute, an hour, a day.
const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// From when on something counts as a pattern.
///
/// Sums are relative to the theft: what a stranger or the thief sends about in dust makes no
/// pattern, whatever the theft. The defaults are no law: a thief who knows them can stay below
/// them, so that a pattern says something and its absence says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatternSettings {
    /// Movements of fewer millionths of the theft are not looked at. 10 (0.001 %): a tenth of the
    /// reporting floor, and below the 0.28 BTC of the 35,772 wallets into which the loot of Bybit
    /// was split.
    pub movement_min_ppm: u32,
    /// What took part in a pattern is at least so many millionths of the theft. 1,000 (0.1 %):
    /// less changes no picture of a theft. Entries to mixers and bridges, which are no guess,
    /// are listed from one movement on.
    pub pattern_min_ppm: u32,
    /// Patterns of a kind that are listed, the largest first; how many are left out is said. 20:
    /// what a person reads.
    pub listed_max: usize,
    /// Accounts and movements that a pattern lists; how many there are is said. 200: a fan-out
    /// and a chain as a whole, but not every deposit into a mixer, which `Trace::edges` has.
    pub evidence_max: usize,
    /// Passing through: what leaves differs from what came by at most so many percent. 5: four
    /// thefts that MFTracer's authors traced by hand (LaunderNetEvm41) have 82 to 97 % of their
    /// intermediaries within.
    pub pass_percent: u32,
    /// Passing through: half of it leaves within so many seconds. An hour: the medians in the
    /// same thefts are 4 to 54 minutes.
    pub pass_seconds: u64,
    /// Chains: so many accounts in a row. 3: two can be a sender and a recipient.
    pub chain_steps_min: usize,
    /// Chains: each account has at least this percentage of what it got from one payer, and
    /// passes on at least as much. 90, as in the vocabulary of AMLSim: fees and dust are the rest.
    pub chain_percent: u32,
    /// Chains: each account pays at most so many others, one of which gets more than half. 3: a
    /// peel has one output beside the change (Meiklejohn and others, 2013), sometimes two.
    pub chain_payees_max: usize,
    /// Chains: half of what came leaves within so many seconds. Three days: one hand drives the
    /// chain as a routine, while a longer rest ends it.
    pub chain_seconds: u64,
    /// Fans: so many payees, or payers. 10: more than a person's change and fees, fewer than the
    /// fan-outs of known cases (Bybit: 50 wallets of 10,000 ETH).
    pub fan_min: usize,
    /// Fans: within so many seconds. A day.
    pub fan_seconds: u64,
    /// Gather and scatter: what leaves is at least this percentage of what came,
    pub gather_out_percent_min: u32,
    /// and at most this. 90 to 102, as in the vocabulary of AMLSim.
    pub gather_out_percent_max: u32,
    /// Scatter and gather: so many accounts in between. 3: two ways can meet by chance.
    pub scatter_min: usize,
    /// Scatter and gather: each of them passes it on within so many seconds. A week.
    pub scatter_seconds: u64,
    /// Scatter and gather: who pays or is paid by more others than this is a hub and no middle,
    /// which bounds the work. 32.
    pub scatter_degree_max: usize,
    /// Consolidation: so many branches meet. 3: change and a payment that a wallet spends together
    /// later are two that meet by chance.
    pub consolidation_min: usize,
    /// Circles: so many accounts at least. 3: two that pay back and forth may be a refund.
    pub cycle_min: usize,
    /// Circles: so many accounts at most. 6: the number of longer ones explodes, and they say
    /// less.
    pub cycle_max: usize,
    /// Circles: closed within so many seconds. Three days.
    pub cycle_seconds: u64,
    /// Circles: every movement carries at least this percentage of the first. 50: it is the same
    /// value that comes back.
    pub cycle_percent: u32,
    /// Structuring: so many payments. 10: fewer equal sums are a habit.
    pub structuring_min: usize,
    /// Structuring: the largest payment is at most so many percent above the smallest. 5.
    pub structuring_percent: u32,
    /// Rapid swap: within so many seconds after the theft. An hour: in recent thefts tokens that
    /// can be frozen are swapped within the first.
    pub swap_seconds: u64,
    /// Dormancy: so many days without a movement. 30: the usual laundering cycle is over after
    /// about 45 (Chainalysis, 2025), with rests of days, not of a month.
    pub dormant_days: u32,
}

impl Default for PatternSettings {
    fn default() -> Self {
        Self {
            movement_min_ppm: 10,
            pattern_min_ppm: 1_000,
            listed_max: 20,
            evidence_max: 200,
            pass_percent: 5,
            pass_seconds: HOUR,
            chain_steps_min: 3,
            chain_percent: 90,
            chain_payees_max: 3,
            chain_seconds: 3 * DAY,
            fan_min: 10,
            fan_seconds: DAY,
            gather_out_percent_min: 90,
            gather_out_percent_max: 102,
            scatter_min: 3,
            scatter_seconds: 7 * DAY,
            scatter_degree_max: 32,
            consolidation_min: 3,
            cycle_min: 3,
            cycle_max: 6,
            cycle_seconds: 3 * DAY,
            cycle_percent: 50,
            structuring_min: 10,
            structuring_percent: 5,
            swap_seconds: HOUR,
            dormant_days: 30,
        }
    }
}

impl PatternSettings {
    /// The seconds of the dormancy.
    pub(super) fn dormant_seconds(&self) -> u64 {
        u64::from(self.dormant_days) * DAY
    }
}
