//! Outputs that lay for long, by holder: those that woke up, and those that lie still.
//!
//! An account may spend one output while another one sleeps on, so that each output is looked at
//! by itself.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::index::Index;
use super::moves::Lying;
use super::pattern::PatternKind;
use super::words::{capital, count, counted, duration, seconds};

/// The outputs of a holder that lay for long.
#[derive(Debug, Default)]
struct Sleep {
    woken: Vec<(u64, Lying)>,
    asleep: Vec<(u64, Lying)>,
}

/// The holders whose outputs slept.
pub(super) fn find(index: &Index<'_>) -> Vec<Draft> {
    let least = index.settings.dormant_seconds().max(1);
    let end = index.trace.as_of.to_unix();
    let mut sleeps: BTreeMap<usize, Sleep> = BTreeMap::new();
    for lying in &index.lying {
        let until = lying.spent.map_or(end, |spent| index.time(spent));
        let rest = seconds(index.time(lying.made), until);
        if rest >= least {
            let sleep = sleeps.entry(lying.holder).or_default();
            let outputs = if lying.spent.is_some() { &mut sleep.woken } else { &mut sleep.asleep };
            outputs.push((rest, *lying));
        }
    }
    let drafts = sleeps.iter().filter(|(_, sleep)| sleep.parts() >= index.least());
    drafts.map(|(holder, sleep)| draft(index, *holder, sleep)).collect()
}

impl Sleep {
    fn all(&self) -> impl Iterator<Item = &(u64, Lying)> {
        self.woken.iter().chain(&self.asleep)
    }

    fn parts(&self) -> u128 {
        parts(self.all())
    }
}

fn parts<'a>(outputs: impl Iterator<Item = &'a (u64, Lying)>) -> u128 {
    outputs.map(|(_, lying)| u128::from(lying.parts)).sum()
}

/// The longest rest of some outputs.
fn longest(outputs: &[(u64, Lying)]) -> u64 {
    outputs.iter().map(|(rest, _)| *rest).max().unwrap_or(0)
}

fn draft(index: &Index<'_>, holder: usize, sleep: &Sleep) -> Draft {
    let (woken, asleep) = (&sleep.woken, &sleep.asleep);
    let told = |outputs: &[(u64, Lying)], end: &str| {
        (!outputs.is_empty()).then(|| {
            format!(
                "{} lay in {} of one account for {}{}{end}",
                index.theft(parts(outputs.iter())),
                counted(count(outputs.len()), "output", "outputs"),
                if outputs.len() > 1 { "up to " } else { "" },
                duration(longest(outputs)),
            )
        })
    };
    let end = index.trace.as_of;
    let told =
        [told(woken, " and woke up then"), told(asleep, &format!(" and was not moved by {end}"))];
    let text: Vec<String> = told.into_iter().flatten().collect();
    let shown = sleep.all().flat_map(|(_, lying)| [Some(lying.made), lying.spent]);
    let mut edges: Vec<usize> = shown.flatten().collect();
    edges.sort_unstable();
    edges.dedup();
    Draft {
        kind: PatternKind::Dormancy,
        parts: sleep.parts(),
        accounts: vec![holder],
        numbers: vec![
            ("rest_seconds", longest(woken).max(longest(asleep))),
            ("rests", count(woken.len() + asleep.len())),
            ("outputs_woken", count(woken.len())),
            ("outputs_asleep", count(asleep.len())),
        ],
        edges,
        text: capital(&text.join("; ")) + ".",
    }
}
