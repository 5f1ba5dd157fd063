//! What speaks for and against an output, and how much each weighs.
//!
//! Points are small whole numbers. Those of a published rule are its own: for an output that it
//! leaves over, against one that it excludes, and nothing where it leaves over all or none. They
//! are no measured likelihoods; [`MARGIN`](super::MARGIN) is more than any single weak rule gives.

use alloy_primitives::U256;
use hawkshaw_model::Amount;

use super::Onward;
use super::facts::Facts;
use super::rules::allowed;

/// Why an output is, or is not, the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// It pays an address that is spent from.
    AddressReuse,
    /// All inputs have one kind of script: change has it too.
    AddressType,
    /// Its address was never paid before: wallets make new ones for change.
    ClientChange,
    /// It is the only output that was never paid before, and no output pays itself
    /// (Meiklejohn and others, definition 4.3).
    OneTimeChange,
    /// Its address is paid again later, as addresses of change are not (the waiting of
    /// Meiklejohn and others).
    UsedAgain,
    /// Its amount is no multiple of 0.01 bitcoin, as those are that people pay.
    PowerOfTen,
    /// Its amount does not end in four zeros.
    Round,
    /// It is smaller than every input: else one input had not been needed.
    OptimalChange,
    /// It is at least six tenths of what the candidates hold.
    LargerShare,
    /// Whoever spends it has the habits of this wallet.
    GoesOn,
    /// It is spent at the same fee rate, or for the same fee.
    FixedFee,
    /// In a row of transactions with one input and two outputs, it is spent by such a one, or not
    /// at all. What goes on is counted by [`GoesOn`](Self::GoesOn), so that it gives no points.
    PeelingChain,
    /// It is the only candidate that is fresh and smaller than every input. It repeats other
    /// rules, so that it gives no points.
    Legacy,
}

impl Rule {
    /// All of them, in the order of answers.
    pub const ALL: [Self; 13] = [
        Self::AddressReuse,
        Self::AddressType,
        Self::ClientChange,
        Self::OneTimeChange,
        Self::UsedAgain,
        Self::PowerOfTen,
        Self::Round,
        Self::OptimalChange,
        Self::LargerShare,
        Self::GoesOn,
        Self::FixedFee,
        Self::PeelingChain,
        Self::Legacy,
    ];

    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AddressReuse => "address-reuse",
            Self::AddressType => "address-type",
            Self::ClientChange => "client-change",
            Self::OneTimeChange => "one-time-change",
            Self::UsedAgain => "used-again",
            Self::PowerOfTen => "power-of-ten",
            Self::Round => "round",
            Self::OptimalChange => "optimal-change",
            Self::LargerShare => "larger-share",
            Self::GoesOn => "goes-on",
            Self::FixedFee => "fixed-fee",
            Self::PeelingChain => "peeling-chain",
            Self::Legacy => "legacy",
        }
    }

    /// Points for an output that the rule leaves over, and for one that it excludes.
    fn points(self) -> (i32, i32) {
        match self {
            Self::AddressReuse => (3, 0),
            Self::AddressType => (1, -1),
            Self::ClientChange => (1, -2),
            Self::UsedAgain | Self::PowerOfTen | Self::Round => (0, -1),
            Self::OptimalChange => (1, -1),
            Self::LargerShare | Self::FixedFee => (1, 0),
            Self::OneTimeChange | Self::PeelingChain | Self::Legacy | Self::GoesOn => (0, 0),
        }
    }

    /// Whether it was decided when the transaction was made, not by what came later. Payments to
    /// the same address later count with it: they say whose address it was.
    pub(super) fn is_early(self) -> bool {
        !matches!(self, Self::GoesOn | Self::FixedFee | Self::PeelingChain)
    }
}

/// Something that speaks for an output, or against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// The rule.
    pub rule: Rule,
    /// What it gives; nothing where it only names what others have counted.
    pub points: i32,
    /// Whether the rule names the output.
    pub is_for: bool,
}

/// What speaks for and against a candidate.
pub(super) fn reasons(facts: &Facts<'_>, at: usize) -> Vec<Reason> {
    Rule::ALL.into_iter().filter_map(|rule| reason(facts, at, rule)).collect()
}

fn reason(facts: &Facts<'_>, at: usize, rule: Rule) -> Option<Reason> {
    match rule {
        Rule::LargerShare => {
            is_larger(facts, at).then_some(Reason { rule, points: rule.points().0, is_for: true })
        }
        Rule::GoesOn => {
            let (points, is_for) = match facts.outputs[at].onward {
                Onward::Alike => (2, true),
                Onward::Shaped => (1, true),
                Onward::Swept => (-1, false),
                Onward::Emptied | Onward::Mixed | Onward::Elsewhere | Onward::Unspent => {
                    return None;
                }
            };
            Some(Reason { rule, points, is_for })
        }
        // An unspent output is not excluded, which is no point for it.
        Rule::FixedFee => {
            let fact = &facts.outputs[at];
            let counts = fact.pays_alike && fact.onward != Onward::Swept;
            counts.then_some(Reason { rule, points: rule.points().0, is_for: true })
        }
        // Paying oneself is no sign of a payee, though the address is not new.
        Rule::ClientChange if facts.outputs[at].reused => None,
        _ => {
            let allowed = allowed(facts, rule)?;
            let mut open = facts.open().map(|other| allowed[other]);
            let first = open.next()?;
            if !is_telling(rule) && open.all(|other| other == first) {
                return None;
            }
            let (points_for, points_against) = rule.points();
            let is_for = allowed[at];
            let points = if is_for { points_for } else { points_against };
            (points != 0 || is_for).then_some(Reason { rule, points, is_for })
        }
    }
    .filter(|reason| reason.points != 0 || names_alone(rule))
}

/// Whether a rule says something also where it treats all candidates alike: that none of them is
/// the change, or that all look like it.
fn is_telling(rule: Rule) -> bool {
    matches!(rule, Rule::AddressType | Rule::ClientChange | Rule::AddressReuse | Rule::UsedAgain)
}

/// Whether a rule is named where it gives no points.
fn names_alone(rule: Rule) -> bool {
    matches!(rule, Rule::OneTimeChange | Rule::PeelingChain | Rule::Legacy)
}

/// Whether an output is at least six tenths of what the candidates hold, and not the only one.
fn is_larger(facts: &Facts<'_>, at: usize) -> bool {
    let legs: Vec<Amount> = facts.open().map(|other| facts.outputs[other].leg.amount).collect();
    let all = legs.iter().copied().try_fold(Amount::ZERO, Amount::checked_add);
    let tenths = |amount: Amount, by: u64| amount.to_u256().checked_mul(U256::from(by));
    let own = tenths(facts.outputs[at].leg.amount, 10);
    let is_large = own.zip(all.and_then(|all| tenths(all, 6))).is_some_and(|(own, all)| own >= all);
    legs.len() > 1 && is_large
}
