//! The balance statement: by kind of place, whether every stolen unit is accounted for.

use std::collections::BTreeMap;

use hawkshaw_model::{Amount, Policy, TerminalKind};
use hawkshaw_trace::StolenAsset;

use crate::findings::Findings;
use crate::group::sum;
use crate::interval::Interval;

/// The statement for one stolen asset.
#[derive(Debug, Clone)]
pub(crate) struct Statement<'a> {
    /// What was stolen.
    pub(crate) stolen: &'a StolenAsset,
    /// Policies with the same figures share a column.
    pub(crate) columns: Vec<Column>,
    /// The kinds with what each column says, the largest first.
    pub(crate) rows: Vec<Row<'a>>,
}

/// Policies that agree on every figure of a statement.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Which.
    pub(crate) policies: Vec<Policy>,
    /// What is accounted for, as the trace asserts it.
    pub(crate) accounted: Amount,
    /// Stolen less accounted: 0.
    pub(crate) difference: String,
}

/// A kind of place.
#[derive(Debug, Clone)]
pub(crate) struct Row<'a> {
    /// The kind.
    pub(crate) kind: &'a TerminalKind,
    /// Per column of the statement.
    pub(crate) amounts: Vec<Amount>,
    /// Over the columns.
    pub(crate) span: Interval,
}

/// One statement for each stolen asset.
pub(crate) fn statements<'a>(findings: &Findings<'a>) -> Vec<Statement<'a>> {
    (0..findings.trace.stolen.len()).map(|stolen| statement(findings, stolen)).collect()
}

fn statement<'a>(findings: &Findings<'a>, stolen: usize) -> Statement<'a> {
    let trace = findings.trace;
    let mut by_kind: BTreeMap<&TerminalKind, Vec<usize>> = BTreeMap::new();
    for (index, terminal) in trace.terminals.iter().enumerate() {
        by_kind.entry(&terminal.kind).or_default().push(index);
    }
    let of = |policy: usize, members: &[usize]| {
        let rows = members.iter().map(|index| &trace.terminals[*index]);
        sum(rows.filter_map(|row| findings.origins(row, policy).get(stolen)))
    };
    let mut columns: Vec<(Vec<Amount>, Column)> = Vec::new();
    for (policy, name) in findings.conserving() {
        let amounts: Vec<Amount> = by_kind.values().map(|members| of(policy, members)).collect();
        if let Some((_, column)) = columns.iter_mut().find(|(known, _)| *known == amounts) {
            column.policies.push(name);
            continue;
        }
        let balance = trace.balance.get(policy).and_then(Option::as_ref);
        let balance = balance.and_then(|rows| rows.get(stolen)).copied();
        let column = Column {
            policies: vec![name],
            accounted: balance.map_or(Amount::ZERO, |balance| balance.accounted),
            difference: balance.map_or_else(|| "not stated".to_owned(), crate::json::difference),
        };
        columns.push((amounts, column));
    }
    let mut rows: Vec<Row<'a>> = by_kind
        .into_keys()
        .enumerate()
        .map(|(index, kind)| {
            let amounts: Vec<Amount> = columns.iter().map(|(amounts, _)| amounts[index]).collect();
            Row { kind, span: Interval::of(amounts.iter().copied()), amounts }
        })
        .filter(|row| !row.span.is_zero())
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.span.hi));
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    Statement { stolen: &trace.stolen[stolen], columns, rows }
}

impl Column {
    /// The names of its policies, or that all agree.
    pub(crate) fn title(&self, is_only: bool) -> String {
        if is_only && self.policies.len() > 1 {
            return "all policies".to_owned();
        }
        let names: Vec<&str> = self.policies.iter().map(|policy| policy.as_str()).collect();
        names.join(", ")
    }
}
