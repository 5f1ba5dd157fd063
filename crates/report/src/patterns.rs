//! Patterns as people read them.

use hawkshaw_model::Amount;
use hawkshaw_trace::{Pattern, PatternKind, Patterns};

use crate::figures::Share;
use crate::text::counted;

/// The name of a kind of pattern, as a heading.
pub(crate) fn heading(kind: PatternKind) -> &'static str {
    match kind {
        PatternKind::PeelChain => "Peel chains",
        PatternKind::RelayChain => "Relay chains",
        PatternKind::PassThrough => "Passing through",
        PatternKind::FanOut => "Fan-out",
        PatternKind::FanIn => "Fan-in",
        PatternKind::GatherScatter => "Gathered, then scattered",
        PatternKind::ScatterGather => "Scattered, then gathered",
        PatternKind::Consolidation => "Branches that met again",
        PatternKind::Cycle => "Circles",
        PatternKind::Structuring => "Structuring",
        PatternKind::RapidSwap => "Rapid swaps into the chain's own coin",
        PatternKind::ChainHop => "Chain hops",
        PatternKind::MixerEntry => "Into mixers",
        PatternKind::Dormancy => "Rest and waking",
    }
}

/// Up to how much of the theft took part.
pub(crate) fn share(pattern: &Pattern) -> Share {
    Share::of(Amount::from(pattern.share_billionths), Amount::from(1_000_000_000u64))
}

/// The patterns of each kind that was found, the largest first, and how many are not listed.
pub(crate) fn by_kind(patterns: &Patterns) -> Vec<(PatternKind, Vec<&Pattern>, u64)> {
    let kinds = PatternKind::ALL.into_iter().map(|kind| {
        let found = patterns.found.iter().filter(|pattern| pattern.kind == kind).collect();
        (kind, found, patterns.left_out.get(&kind).copied().unwrap_or(0))
    });
    kinds
        .filter(|(_, found, left_out): &(_, Vec<_>, _)| !found.is_empty() || *left_out > 0)
        .collect()
}

/// `56 of 58 accounts in between forwarded what they had got within 5 %, 35 of them within the
/// hour; the median stay was 10 minutes`; nothing where no account is in between.
pub(crate) fn passing_through(patterns: &Patterns) -> Option<String> {
    let figures = patterns.passing_through;
    if figures.intermediaries == 0 {
        return None;
    }
    let stay =
        figures.dwell_median.map(|seconds| format!("; the median stay was {}", stay(seconds)));
    Some(format!(
        "{} of {} in between forwarded what they had got within 5 %, {} of them within the hour{}",
        figures.forwarding,
        counted(figures.intermediaries, "account", "accounts"),
        figures.at_once,
        stay.unwrap_or_default()
    ))
}

/// How long value stayed: `12 minutes`.
pub(crate) fn stay(seconds: u64) -> String {
    match seconds {
        0..120 => counted(seconds, "second", "seconds"),
        120..7_200 => counted(seconds / 60, "minute", "minutes"),
        7_200..172_800 => counted(seconds / 3_600, "hour", "hours"),
        _ => counted(seconds / 86_400, "day", "days"),
    }
}
