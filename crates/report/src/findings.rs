//! What every renderer is given.

use std::collections::BTreeMap;
use std::fmt;

use hawkshaw_model::{Account, Amount, AssetId, AssetList, Case, Policy, PriceTable, Printable};
use hawkshaw_trace::{OriginAmounts, Patterns, Terminal, Trace};

use crate::manifest::Manifest;

/// A trace with all that is needed to show it.
#[derive(Clone, Copy)]
pub struct Findings<'a> {
    /// What was stolen.
    pub case: &'a Case,
    /// Where it went.
    pub trace: &'a Trace,
    /// The shapes in its movements that are known from laundering.
    pub patterns: &'a Patterns,
    /// Symbols, decimals and issuers, for display. It holds the assets of the case too.
    pub assets: &'a AssetList,
    /// Prices in US dollars, where there are any: without them nothing is said of dollars.
    pub prices: Option<&'a PriceTable>,
    /// What the trace rests on.
    pub manifest: &'a Manifest,
    /// What the tags call an account, where they do.
    pub names: &'a dyn Fn(&Account) -> Option<String>,
}

/// A report as files, by name: `report.html`, `trace.json`, `edges.csv`, `terminals.csv`,
/// `patterns.csv` and `graph.graphml`.
pub fn to_files(findings: &Findings<'_>) -> BTreeMap<String, Vec<u8>> {
    let files: [(&str, Vec<u8>); 6] = [
        ("report.html", crate::to_html(findings)),
        ("trace.json", crate::to_json(findings)),
        ("edges.csv", crate::to_edges_csv(findings)),
        ("terminals.csv", crate::to_terminals_csv(findings)),
        ("patterns.csv", crate::to_patterns_csv(findings)),
        ("graph.graphml", crate::to_graphml(findings)),
    ];
    files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect()
}

impl Findings<'_> {
    /// What the tags call an account, safe to show.
    pub(crate) fn name(&self, account: &Account) -> Option<String> {
        (self.names)(account).map(|name| Printable(&name).to_string())
    }

    /// The conserving policies, with their place in the lists of the trace.
    pub(crate) fn conserving(&self) -> impl Iterator<Item = (usize, Policy)> {
        let policies = self.trace.policies.iter().copied().enumerate();
        policies.filter(|(_, policy)| policy.is_conserving())
    }

    /// The place of poison in the lists of the trace, where it was applied.
    pub(crate) fn poison(&self) -> Option<usize> {
        self.trace.policies.iter().position(|policy| !policy.is_conserving())
    }

    /// The policy that pictures are drawn under: `fifo` (a rule of law, and each unit is in one
    /// place), else the first that conserves.
    pub(crate) fn drawn(&self) -> Option<(usize, Policy)> {
        let fifo = self.conserving().find(|(_, policy)| *policy == Policy::Fifo);
        fifo.or_else(|| self.conserving().next())
    }

    /// What a terminal stands for under a policy, one amount per stolen asset.
    pub(crate) fn origins<'t>(&self, terminal: &'t Terminal, policy: usize) -> &'t [Amount] {
        let origins: Option<&OriginAmounts> = terminal.origins.get(policy).and_then(Option::as_ref);
        origins.map_or(&[], Vec::as_slice)
    }

    /// The stolen assets.
    pub(crate) fn stolen_assets(&self) -> impl Iterator<Item = &AssetId> {
        self.trace.stolen.iter().map(|stolen| &stolen.asset)
    }
}

impl fmt::Debug for Findings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Findings").field("case", &self.case.id).finish_non_exhaustive()
    }
}
