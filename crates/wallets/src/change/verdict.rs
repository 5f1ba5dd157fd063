//! Which output is the change, or why none is said to be.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use alloy_primitives::U256;
use hawkshaw_model::{Mix, TxIx};

use super::facts::Facts;
use super::{MARGIN, Onward, Weighed};

/// Which output is the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// These outputs, by their index: one, or several that one transaction spends together.
    Change {
        /// The outputs.
        outputs: Vec<u32>,
        /// By how many points they are ahead of every other candidate, and of nothing.
        margin: i32,
    },
    /// None that could be told.
    Abstains(Abstention),
}

/// Why no output is said to be the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Abstention {
    /// Several people made the transaction together, or it prepares for that.
    Mix(Mix),
    /// It makes new coins.
    Coinbase,
    /// Everything went to services, or carries only data.
    NoCandidate,
    /// So many outputs are a batch of payments.
    ManyOutputs(usize),
    /// Nothing says enough for the best candidate.
    Weak,
    /// The best candidate is ahead by too little.
    Close {
        /// By how many points.
        margin: i32,
    },
    /// Another candidate than the best one is spent as this wallet spends.
    Alike,
    /// Only that it moved on speaks for the best candidate, and another one looks more like
    /// change otherwise.
    OnlyMoved,
}

impl Abstention {
    /// The word in files.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Mix(_) => "mix",
            Self::Coinbase => "coinbase",
            Self::NoCandidate => "no-candidate",
            Self::ManyOutputs(_) => "many-outputs",
            Self::Weak => "weak",
            Self::Close { .. } => "close",
            Self::Alike => "alike",
            Self::OnlyMoved => "only-moved",
        }
    }
}

/// Candidates that stand or fall together: one, or several that one transaction spends.
#[derive(Debug)]
struct Group {
    members: Vec<usize>,
    score: i32,
    early: i32,
    onward: Onward,
}

pub(super) fn verdict(facts: &Facts<'_>, outputs: &[Weighed]) -> Verdict {
    match weigh(facts, outputs) {
        Ok((group, margin)) => {
            let vouts = group.members.iter().map(|at| outputs[*at].vout);
            Verdict::Change { outputs: vouts.collect(), margin }
        }
        Err(abstention) => Verdict::Abstains(abstention),
    }
}

fn weigh(facts: &Facts<'_>, outputs: &[Weighed]) -> Result<(Group, i32), Abstention> {
    if let Some(mix) = &facts.mix {
        return Err(Abstention::Mix(mix.clone()));
    }
    if facts.tx.inputs.is_empty() {
        return Err(Abstention::Coinbase);
    }
    if facts.is_batch() {
        return Err(Abstention::ManyOutputs(facts.open().count()));
    }
    let mut groups = groups(facts, outputs);
    groups.sort_by_key(|group| (Reverse(group.score), group.members.first().copied()));
    let mut groups = groups.into_iter();
    let best = groups.next().ok_or(Abstention::NoCandidate)?;
    let rivals: Vec<Group> = groups.collect();
    // Where the best one goes on as well, nothing that is known tells them apart; where it does
    // not, the reasons contradict each other.
    // A wallet may change its kind of script too: so the larger one that goes on in the same shape
    // counts as well.
    let goes_on = |group: &Group| match group.onward {
        Onward::Alike => true,
        Onward::Shaped => sum(facts, &group.members) > sum(facts, &best.members),
        _ => false,
    };
    if rivals.iter().any(goes_on) && !pays_itself(facts, &best) {
        return Err(Abstention::Alike);
    }
    let margin = best.score - rivals.first().map_or(0, |rival| rival.score.max(0));
    if best.score < MARGIN {
        return Err(Abstention::Weak);
    }
    if margin < MARGIN {
        return Err(Abstention::Close { margin });
    }
    let looks_better = |rival: &Group| rival.onward != Onward::Swept && rival.early > best.early;
    if rivals.iter().any(looks_better) {
        return Err(Abstention::OnlyMoved);
    }
    Ok((best, margin))
}

/// Whether some outputs pay who is spent from, and no less than half of what the candidates
/// hold: crumbs that somebody sends to himself do not outweigh what goes on elsewhere.
fn pays_itself(facts: &Facts<'_>, group: &Group) -> bool {
    let own = sum(facts, &group.members);
    let all = sum(facts, &facts.open().collect::<Vec<_>>());
    let reuses = group.members.iter().all(|at| facts.outputs[*at].reused);
    reuses && own >= all.saturating_sub(own)
}

/// What some outputs hold.
fn sum(facts: &Facts<'_>, places: &[usize]) -> U256 {
    let amounts = places.iter().map(|at| facts.outputs[*at].leg.amount.to_u256());
    amounts.fold(U256::ZERO, U256::saturating_add)
}

fn groups(facts: &Facts<'_>, outputs: &[Weighed]) -> Vec<Group> {
    let mut by_spender: BTreeMap<TxIx, Vec<usize>> = BTreeMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in facts.open() {
        let fact = &facts.outputs[at];
        match fact.spender.filter(|_| fact.onward != Onward::Mixed) {
            Some(spender) => by_spender.entry(spender).or_default().push(at),
            None => groups.push(vec![at]),
        }
    }
    groups.extend(by_spender.into_values());
    let group = |members: Vec<usize>| Group {
        score: members.iter().map(|at| outputs[*at].score).max().unwrap_or(0),
        early: members.iter().map(|at| outputs[*at].early()).max().unwrap_or(0),
        onward: members.first().map_or(Onward::Unspent, |at| outputs[*at].onward),
        members,
    };
    groups.into_iter().map(group).collect()
}
