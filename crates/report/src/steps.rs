//! What to do next: whom to contact first, what to watch, which flag shows more.

use std::collections::BTreeSet;

use hawkshaw_model::{Account, LedgerKind, TerminalKind};
use hawkshaw_trace::{Noise, Terminal};

use crate::figures::Share;
use crate::findings::Findings;
use crate::group::Group;
use crate::manifest::StopRule;
use crate::summary::listed;
use crate::text::counted;

/// Those whom a report proposes to contact, at most.
const CONTACTS_MAX: usize = 6;
/// Addresses that are written in full for each of them, at most.
const ADDRESSES_MAX: usize = 12;

/// A step: a sentence, and the addresses it is about, in full.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// What to do.
    pub(crate) text: String,
    /// Where, to copy.
    pub(crate) addresses: Vec<String>,
}

/// The steps, in the order of the value that can be acted on.
pub(crate) fn steps(findings: &Findings<'_>, groups: &[Group<'_>]) -> Vec<Step> {
    // What only poison marks is no reason to write to anybody.
    let reached: Vec<&Group<'_>> =
        groups.iter().filter(|group| group.share > Share::default()).collect();
    let mut steps = contacts(findings, &reached);
    steps.extend(watch(findings, &reached));
    steps.extend(coinjoins(findings, &reached));
    steps.extend(dead_ends(findings, &reached));
    steps.extend(flags(findings, &reached));
    steps.push(plain(
        "An address that this trace does not list is unknown, not clean; a figure is consistent \
         with the named policy, not proof of guilt. Whoever is named has a right of reply."
            .to_owned(),
    ));
    steps
}

fn plain(text: String) -> Step {
    Step { text, addresses: Vec::new() }
}

/// Whoever has custody, or could freeze the token, the largest share first.
fn contacts(findings: &Findings<'_>, groups: &[&Group<'_>]) -> Vec<Step> {
    let can_act = groups.iter().filter(|group| !group.can_act.is_empty());
    can_act.take(CONTACTS_MAX).map(|group| contact(findings, group)).collect()
}

fn contact(findings: &Findings<'_>, group: &Group<'_>) -> Step {
    let what = group.amount.text(findings.assets, group.asset);
    let distinct: BTreeSet<_> = members(findings, group).map(|row| &row.account).collect();
    let places = counted(distinct.len() as u64, "address", "addresses");
    let share = shares(findings, group);
    let who = listed(group.can_act.iter().take(3).map(|who| crate::text::cut(who, 60)));
    let last = group.last_time.to_date();
    let text = match group.kind {
        TerminalKind::Frozen => format!(
            "{who} has frozen {what} at {places} (last arrival {last}): ask how the victim can \
             recover it."
        ),
        TerminalKind::Held
        | TerminalKind::NoData
        | TerminalKind::Mixer
        | TerminalKind::InferredService => format!(
            "Ask {who} to freeze {what} at {places}, {share} stolen; last arrival \
             {last}."
        ),
        _ => format!(
            "Contact {who} about {what} at {places}, {share} stolen; last arrival \
             {last}. Ask to hold what is left and to keep the account records."
        ),
    };
    Step { text, addresses: addresses(findings, group) }
}

/// The share of each stolen asset: `3.17 – 4.83 % of the ETH`.
fn shares(findings: &Findings<'_>, group: &Group<'_>) -> String {
    let pairs = group.origins.iter().zip(&findings.trace.stolen);
    let some = pairs.filter(|(span, _)| !span.is_zero());
    listed(some.map(|(span, stolen)| {
        let symbol = crate::figures::symbol(findings.assets, &stolen.asset);
        format!("{} of the {symbol}", span.percent(stolen.amount))
    }))
}

/// Held value that nobody can freeze can only be watched.
fn watch(findings: &Findings<'_>, groups: &[&Group<'_>]) -> Option<Step> {
    let held: Vec<&Group<'_>> = groups
        .iter()
        .copied()
        .filter(|group| *group.kind == TerminalKind::Held && group.can_act.is_empty())
        .collect();
    let places: u64 = held.iter().map(|group| group.places).sum();
    let largest = held.first()?;
    Some(Step {
        text: format!(
            "Watch {} that still {} stolen value nobody can freeze, {} {}: tell exchanges now, \
             before it moves.",
            counted(places, "place", "places"),
            if places == 1 { "holds" } else { "hold" },
            if largest.places == 1 { "the largest with" } else { "the largest of them together" },
            largest.amount.text(findings.assets, largest.asset),
        ),
        addresses: held
            .iter()
            .flat_map(|group| addresses(findings, group))
            .take(ADDRESSES_MAX)
            .collect(),
    })
}

/// What went into transactions that several people made together.
fn coinjoins(findings: &Findings<'_>, groups: &[&Group<'_>]) -> Option<Step> {
    let has = groups.iter().any(|group| is_coinjoin(findings, group));
    has.then(|| {
        plain(
            "Value in a CoinJoin is not followed: whose its outputs are cannot be told from the \
             ledger. Its finding says which outputs stand alone: change among them may be \
             linkable by its amount. `hawkshaw pattern coinjoin` lists every such transaction."
                .to_owned(),
        )
    })
}

/// Whether a mixer is a transaction of a UTXO chain, and no place that keeps coins.
fn is_coinjoin(findings: &Findings<'_>, group: &Group<'_>) -> bool {
    let is_shared =
        |row: &Terminal| row.account.is_none() && row.chain.ledger_kind() == LedgerKind::Outputs;
    *group.kind == TerminalKind::Mixer && members(findings, group).all(is_shared)
}

/// Where the trail of this trace ends, and what could carry it on.
fn dead_ends(findings: &Findings<'_>, groups: &[&Group<'_>]) -> Vec<Step> {
    let has = |kind: &TerminalKind| {
        groups.iter().any(|group| group.kind == kind && !is_coinjoin(findings, group))
    };
    let rows = [
        (
            TerminalKind::Mixer,
            "Value in a mixer is not followed: nothing on the chain links what \
          leaves it to what entered it. Weigh the withdrawals with `hawkshaw mixer`.",
        ),
        (
            TerminalKind::Bridge,
            "Value left over a bridge: add the chain on its far side to the \
          data and trace again.",
        ),
        (
            TerminalKind::NoData,
            "The data end at the places marked no-data: add their histories \
          and trace again.",
        ),
        (
            TerminalKind::InferredService,
            "Inferred services are unverified: find out who runs \
          them and tag them, or follow through them with --stops tagged.",
        ),
        (
            TerminalKind::Limit,
            "A limit of the engine was reached: what lies beyond is not \
          followed.",
        ),
    ];
    let rows = rows.into_iter().filter(|(kind, _)| has(kind));
    rows.map(|(_, text)| plain(text.to_owned())).collect()
}

fn flags(findings: &Findings<'_>, groups: &[&Group<'_>]) -> Vec<Step> {
    let mut steps = Vec::new();
    let parameters = findings.manifest.parameters();
    let below: u64 = groups
        .iter()
        .filter(|group| *group.kind == TerminalKind::BelowFloor)
        .map(|group| group.places)
        .sum();
    if below > 0 {
        steps.push(plain(format!(
            "{} below the reporting floor in one row: --floor 0 lists them.",
            if below == 1 { "1 place is".to_owned() } else { format!("{below} places are") }
        )));
    }
    if parameters.noise != Noise::KEPT && !findings.trace.noise.is_empty() {
        steps.push(plain(
            "Noise was left out by the rules counted here: --keep-noise keeps it.".to_owned(),
        ));
    }
    if parameters.stops == StopRule::Tagged {
        steps.push(plain(
            "Following stopped at tags only: --stops inferred also stops at untagged addresses \
             that behave like services."
                .to_owned(),
        ));
    }
    steps
}

fn members<'a>(findings: &Findings<'a>, group: &Group<'_>) -> impl Iterator<Item = &'a Terminal> {
    let terminals = &findings.trace.terminals;
    group.members.iter().map(|index| &terminals[*index])
}

/// The addresses of a group in full, the largest first.
pub(crate) fn addresses(findings: &Findings<'_>, group: &Group<'_>) -> Vec<String> {
    let rows = members(findings, group);
    let mut shown: Vec<String> = Vec::new();
    for address in rows.filter_map(|row| row.account.as_ref()).map(Account::address_for_people) {
        if shown.len() == ADDRESSES_MAX {
            break;
        }
        let address = crate::text::prose(&address);
        if !shown.contains(&address) {
            shown.push(address);
        }
    }
    shown
}
