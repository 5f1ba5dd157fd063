//! What is wrong with a rule file, and where.

use std::fmt;

use hawkshaw_model::Printable;

/// One thing that is wrong with a rule file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleProblem {
    /// The line, from 1; 0 where it is about the whole file.
    pub line: usize,
    /// The key, with the rule that it stands in: `rule "mixers": min_usd`. May be empty.
    pub key: String,
    /// What is wrong and what to do about it.
    pub what: String,
}

/// Everything that is wrong with a rule file. A file with a problem decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RuleProblems(Vec<RuleProblem>);

/// Problems that are shown; the rest is counted.
const SHOWN_MAX: usize = 50;

impl RuleProblems {
    pub(super) fn new(mut problems: Vec<RuleProblem>) -> Self {
        problems.sort();
        problems.dedup();
        Self(problems)
    }

    /// The problems, by line.
    pub fn iter(&self) -> impl Iterator<Item = &RuleProblem> {
        self.0.iter()
    }
}

impl fmt::Display for RuleProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", Printable(&self.key))?;
        }
        f.write_str(&self.what)
    }
}

impl fmt::Display for RuleProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(f, "{count} problem{} in the rules:", if count == 1 { "" } else { "s" })?;
        for problem in self.0.iter().take(SHOWN_MAX) {
            write!(f, "\n{problem}")?;
        }
        if count > SHOWN_MAX {
            write!(f, "\nand {} more", count - SHOWN_MAX)?;
        }
        Ok(())
    }
}
