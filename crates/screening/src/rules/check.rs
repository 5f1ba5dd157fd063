//! What is wrong between rules: names that are there twice, rules that are never reached.

use std::collections::BTreeMap;

use hawkshaw_model::Fraction;

use super::rule::{EvidenceTest, QueryTest, Rule};
use super::table::Table;
use crate::query::Action;

/// Names that mean something in answers and are no rule's.
const TAKEN: &str = "status:";

/// Reports names that stand at two rules.
pub(super) fn names(root: &Table<'_>, rules: &[Rule]) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| !rule.name.is_empty()) {
        if rule.name.starts_with(TAKEN) {
            let what = format!("names beginning with `{TAKEN}` stand for what no rule decided");
            report(root, rule, what);
        }
        if let Some(first) = seen.insert(&rule.name, rule.line) {
            report(root, rule, format!("the name stands on line {first} already"));
        }
    }
}

/// Reports rules that an earlier one always forestalls.
pub(super) fn reachable(root: &Table<'_>, rules: &[Rule]) {
    for (at, rule) in rules.iter().enumerate() {
        let earlier = rules.iter().take(at);
        let mut before = earlier.filter(|earlier| !earlier.is_shadow && covers(earlier, rule));
        if let Some(first) = before.next() {
            let what = format!(
                "is never reached: rule \"{}\" on line {} applies whenever it does, and comes \
                 first; put it before, or take it out",
                first.name, first.line
            );
            report(root, rule, what);
        }
    }
}

fn report(root: &Table<'_>, rule: &Rule, what: String) {
    root.at(rule.line, format!("rule \"{}\"", rule.name), what);
}

/// Whether the first rule applies wherever the second does, as far as that is plain to see.
fn covers(first: &Rule, second: &Rule) -> bool {
    // What is not known counts for stern rules and against mild ones.
    let is_mild = |rule: &Rule| rule.action == Some(Action::Allow);
    let alike = is_mild(first) == is_mild(second) || !asks_what_may_be_unknown(first);
    let evidence = match (&first.evidence, &second.evidence) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(first), Some(second)) => evidence_covers(first, second),
    };
    alike && evidence && query_covers(&first.query, &second.query)
}

fn asks_what_may_be_unknown(rule: &Rule) -> bool {
    rule.query.asks_amount()
        || rule.evidence.as_ref().is_some_and(|test| {
            test.asks_amount()
                || test.confidence_min.is_some()
                || test.moved_within.is_some()
                || test.listed_within.is_some()
        })
}

fn evidence_covers(first: &EvidenceTest, second: &EvidenceTest) -> bool {
    let bits = |test: &EvidenceTest| test.categories.unwrap_or(u32::MAX);
    // Where sums are asked for, one more kind or category only makes them larger, but a rule
    // that asks for nothing about sums applies to any entry.
    let same_policy = !first.asks_amount() || first.policy == second.policy;
    second.kinds.iter().all(|kind| first.kinds.contains(kind))
        && bits(second) & !bits(first) == 0
        && set_covers(&first.lists, &second.lists)
        && set_covers(&first.chains, &second.chains)
        && set_covers(&first.assets, &second.assets)
        && at_least(first.confidence_min, second.confidence_min)
        && first.by_wallet.is_none_or(|flag| second.by_wallet == Some(flag))
        && within(first.listed_within, second.listed_within)
        && within(first.moved_within, second.moved_within)
        && within(first.hops_max, second.hops_max)
        && first.direction.is_none_or(|direction| second.direction == Some(direction))
        && same_policy
        && at_least(first.usd_min, second.usd_min)
        && at_least(first.amount_min, second.amount_min)
        && share_covers(first.share_min, second.share_min)
}

fn query_covers(first: &QueryTest, second: &QueryTest) -> bool {
    set_covers(&first.statuses, &second.statuses)
        && first.direction.is_none_or(|direction| second.direction == Some(direction))
        && set_covers(&first.assets, &second.assets)
        && set_covers(&first.chains, &second.chains)
        && at_least(first.usd_min, second.usd_min)
        && within(first.usd_below, second.usd_below)
        && at_least(first.amount_min, second.amount_min)
        && within(first.amount_below, second.amount_below)
}

/// Whether what is in the second set is in the first; an empty set holds everything.
fn set_covers<T: PartialEq>(first: &[T], second: &[T]) -> bool {
    first.is_empty() || (!second.is_empty() && second.iter().all(|item| first.contains(item)))
}

/// Whether the first minimum is met wherever the second is.
fn at_least<T: PartialOrd>(first: Option<T>, second: Option<T>) -> bool {
    first.is_none_or(|first| second.is_some_and(|second| first <= second))
}

/// Whether the first maximum is kept wherever the second is.
fn within<T: PartialOrd>(first: Option<T>, second: Option<T>) -> bool {
    first.is_none_or(|first| second.is_some_and(|second| first >= second))
}

/// Shares grow and shrink with the other sources of a sum: only equal ones can be compared.
fn share_covers(first: Option<Fraction>, second: Option<Fraction>) -> bool {
    first.is_none_or(|first| second == Some(first))
}
