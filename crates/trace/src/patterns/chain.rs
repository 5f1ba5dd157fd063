//! Accounts in a row, each of which has its value from the one before.

use super::holding::Conduct;
use super::index::Index;
use super::share::is_at_least;
use super::words;

/// A row of accounts that pass value on.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    /// The accounts that pass it on, in their order.
    pub(super) steps: Vec<usize>,
    /// How many of them paid somebody else too.
    pub(super) peels: usize,
}

impl Chain {
    /// Whether it is a peel chain: enough of its steps, and at least half of them, peel.
    pub(super) fn is_peeling(&self, steps_min: usize) -> bool {
        self.peels >= steps_min.max(1) && self.peels * 2 >= self.steps.len()
    }
}

/// The longest rows, each account being in one at most.
pub(super) fn chains(index: &Index<'_>, conducts: &[Conduct]) -> Vec<Chain> {
    let is_step: Vec<bool> = conducts.iter().map(|conduct| is_step(index, conduct)).collect();
    let after = |step: usize| {
        let (next, _) = conducts[step].payee?;
        let (payer, _) = conducts[next].payer?;
        (is_step[next] && payer == step && next != step).then_some(next)
    };
    let is_first = |step: usize| {
        let before = conducts[step].payer.map(|(payer, _)| payer);
        before.is_none_or(|before| !is_step[before] || after(before) != Some(step))
    };
    let firsts = (0..conducts.len()).filter(|step| is_step[*step] && is_first(*step));
    let rows = firsts.map(|first| {
        let steps: Vec<usize> = std::iter::successors(Some(first), |step| after(*step)).collect();
        let peels = steps.iter().filter(|step| conducts[**step].payees > 1).count();
        Chain { steps, peels }
    });
    rows.filter(|row| {
        let is_long = row.steps.len() >= index.settings.chain_steps_min.max(1);
        is_long && conducts[row.steps[0]].got >= index.least()
    })
    .collect()
}

/// Whether an account has its value from one payer, or from the theft, and passes it on, most of
/// it to one payee.
fn is_step(index: &Index<'_>, conduct: &Conduct) -> bool {
    let settings = index.settings;
    let percent = settings.chain_percent;
    let payer = conduct.payer.map_or(0, |(_, parts)| parts);
    let payee = conduct.payee.map_or(0, |(_, parts)| parts);
    conduct.is_between()
        && is_at_least(payer.max(conduct.stolen), percent, conduct.got)
        && is_at_least(conduct.paid, percent, conduct.got)
        && is_at_least(conduct.got, percent, conduct.paid)
        && conduct.payees <= settings.chain_payees_max
        && payee.saturating_mul(2) > conduct.paid
        && conduct.dwell.is_some_and(|dwell| dwell <= settings.chain_seconds)
}

/// The accounts of a chain, from the one that pays the first step to the one that the last pays
/// most.
pub(super) fn accounts(chain: &Chain, conducts: &[Conduct]) -> Vec<usize> {
    let (first, last) = (chain.steps.first(), chain.steps.last());
    let before = first.and_then(|step| conducts[*step].payer).map(|(payer, _)| payer);
    let behind = last.and_then(|step| conducts[*step].payee).map(|(payee, _)| payee);
    before.into_iter().chain(chain.steps.iter().copied()).chain(behind).collect()
}

/// The edges by which the steps paid, and by which the first was paid.
pub(super) fn edges(index: &Index<'_>, chain: &Chain) -> Vec<usize> {
    let came = chain.steps.first().map_or(&[][..], |step| index.paid_to(*step));
    let left = chain.steps.iter().flat_map(|step| index.paid_by(*step));
    index.edges(&came.iter().chain(left).copied().collect::<Vec<_>>())
}

/// The median of how long value stayed at a step.
pub(super) fn dwell(chain: &Chain, conducts: &[Conduct]) -> u64 {
    let mut dwells: Vec<u64> =
        chain.steps.iter().filter_map(|step| conducts[*step].dwell).collect();
    dwells.sort_unstable();
    dwells.get(dwells.len().saturating_sub(1) / 2).copied().unwrap_or(0)
}

/// `a median of 4 minutes at each`.
pub(super) fn rest(dwell: u64) -> String {
    format!("the median rest at each was {}", words::duration(dwell))
}
