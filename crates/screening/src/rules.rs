//! Rules: what to do about what is known of an address.
//!
//! A rule file is TOML that a compliance officer reads and versions; `docs/rules-of-screening.md`
//! has every key. The first rule that applies decides. Rules are a pure function: the same
//! question, facts and rules give the same decision.

mod check;
mod judge;
mod parse;
mod problem;
mod rule;
mod table;
mod words;

#[cfg(test)]
mod tests;

use hawkshaw_model::Digest;

use self::judge::Judge;
use self::parse::RuleFile;
pub use self::problem::{RuleProblem, RuleProblems};
use self::rule::Rule;
use crate::answer::{Decision, Reason, Shadowed, Status};
use crate::facts::Facts;
use crate::listing::ListId;
use crate::query::{Action, Query};

/// The rules where nobody named others.
const BUILT_IN: &str = include_str!("rules/built_in.toml");

/// The rules of a file.
#[derive(Debug, Clone)]
pub struct RuleSet {
    file: RuleFile,
    digest: Digest,
}

/// What a rule says, with its reasons.
struct Said<'a> {
    rule: &'a Rule,
    action: Action,
    reasons: Vec<Reason>,
}

impl RuleSet {
    /// Reads a rule file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it: unknown keys, combinations that nothing can meet, rules
    /// that are never reached, names that stand twice.
    pub fn from_toml(text: &str) -> Result<Self, RuleProblems> {
        Ok(Self { file: parse::read(text)?, digest: Digest::of(text.as_bytes()) })
    }

    /// The rules that apply where nobody named others.
    ///
    /// ```
    /// use hawkshaw_screening::{Action, Facts, Query, RuleSet, Status};
    ///
    /// let rules = RuleSet::built_in();
    /// let decision = rules.decide(&Query::default(), Status::NotCovered, &Facts::default());
    /// assert_eq!(decision.action, Action::Review);
    /// ```
    pub fn built_in() -> Self {
        match Self::from_toml(BUILT_IN) {
            Ok(rules) => rules,
            // A test reads the built-in file. Should it ever not read, nothing passes unseen.
            Err(_) => Self::nothing_passes(),
        }
    }

    fn nothing_passes() -> Self {
        Self { file: parse::empty(Action::Hold), digest: Digest::of(b"") }
    }

    /// The text of the built-in rules, to begin one's own with.
    pub fn built_in_text() -> &'static str {
        BUILT_IN
    }

    /// What the file calls its version.
    pub fn version(&self) -> &str {
        &self.file.version
    }

    /// The digest of the file, byte by byte.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The lists that rules are about, each with the name of the rule.
    pub fn lists_named(&self) -> Vec<(String, ListId)> {
        let of_rule = |rule: &Rule| -> Vec<(String, ListId)> {
            let lists = rule.evidence.iter().flat_map(|test| &test.lists);
            lists.map(|list| (rule.name.clone(), list.clone())).collect()
        };
        self.file.rules.iter().flat_map(of_rule).collect()
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.file.rules.len()
    }

    /// Whether there is no rule: then the status alone decides.
    pub fn is_empty(&self) -> bool {
        self.file.rules.is_empty()
    }

    /// Whether the whole file only says what it would have said.
    pub fn is_shadow(&self) -> bool {
        self.file.is_shadow
    }

    /// What the rules say of what is known.
    pub fn decide(&self, query: &Query, status: Status, facts: &Facts) -> Decision {
        let settings = &self.file.settings;
        if status == Status::Invalid {
            return of_status(status, settings.of_status(status), Vec::new());
        }
        let judge = Judge { settings, query, status, facts };
        let mut shadow = Vec::new();
        let decision = self.first(&judge, &mut shadow);
        if self.file.is_shadow {
            shadow.push(Shadowed {
                rule: decision.rule.unwrap_or_else(|| format!("status:{status}")),
                action: decision.action,
            });
            let text = "the whole rule file is in shadow mode, and decides nothing".to_owned();
            let reasons = vec![words::told(None, text)];
            return Decision { action: Action::Allow, rule: None, reasons, shadow };
        }
        Decision { shadow, ..decision }
    }

    /// What the first rule that applies says.
    fn first(&self, judge: &Judge<'_>, shadow: &mut Vec<Shadowed>) -> Decision {
        let mut soft: Option<Said<'_>> = None;
        let mut firm = None;
        for rule in &self.file.rules {
            let Some(matched) = judge.apply(rule) else { continue };
            let action = rule.action.unwrap_or(Action::Hold);
            let said = if matched.is_soft { action.min(judge.settings.unpriced) } else { action };
            if rule.is_shadow {
                shadow.push(Shadowed { rule: rule.name.clone(), action: said });
                continue;
            }
            if !matched.is_soft {
                firm = Some(said_of(judge, rule, said, &matched));
                break;
            }
            // What rests on worth that nobody knows does not forestall the rules behind it:
            // somebody could send worthless tokens to himself to be judged more mildly.
            if soft.as_ref().is_none_or(|before| before.action < said) {
                let mut softened = said_of(judge, rule, said, &matched);
                if said < action {
                    softened.reasons.push(words::of_softened(rule, action, said));
                }
                soft = Some(softened);
            }
        }
        let said = match (firm, soft) {
            (Some(firm), Some(soft)) if soft.action > firm.action => Some(soft),
            (Some(firm), _) => Some(firm),
            (None, soft) => soft,
        };
        self.with_status(judge, said)
    }

    /// What a rule says is not milder than what the status says, unless it names the status.
    fn with_status(&self, judge: &Judge<'_>, said: Option<Said<'_>>) -> Decision {
        let status = judge.status;
        let least = judge.settings.of_status(status);
        match said {
            Some(said)
                if said.action >= least
                    || status == Status::Hit
                    || said.rule.query.statuses.contains(&status) =>
            {
                Decision {
                    action: said.action,
                    rule: Some(said.rule.name.clone()),
                    reasons: said.reasons,
                    shadow: Vec::new(),
                }
            }
            Some(said) => of_status(status, least, said.reasons),
            None => of_status(status, least, words::of_ignored(judge)),
        }
    }
}

fn said_of<'a>(
    judge: &Judge<'_>,
    rule: &'a Rule,
    action: Action,
    matched: &judge::Matched,
) -> Said<'a> {
    Said { rule, action, reasons: words::of_match(judge, rule, matched) }
}

/// What follows from the status alone.
fn of_status(status: Status, action: Action, more: Vec<Reason>) -> Decision {
    let text = match status {
        Status::Hit => "something is known of the address, and no rule applies to it",
        Status::NotFound => "nothing is known of the address, which does not say that it is clean",
        Status::NotCovered => "no list and no ledger at hand covers the address",
        Status::Invalid => "it is no address",
    };
    let mut reasons = vec![words::told(None, format!("{text}: {action}"))];
    reasons.extend(more);
    Decision { action, rule: None, reasons, shadow: Vec::new() }
}
