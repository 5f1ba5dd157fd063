//! How the value was moved, in a few lines.

use crate::figures::grouped;
use crate::findings::Findings;
use crate::page::Page;
use crate::patterns::{by_kind, passing_through};
use crate::text::prose;

/// Writes the figures of the whole trace and the largest pattern of each kind.
pub(super) fn patterns(page: &mut Page, findings: &Findings<'_>) {
    let kinds = by_kind(findings.patterns);
    let passing = passing_through(findings.patterns);
    if kinds.is_empty() && passing.is_none() {
        return;
    }
    page.heading("How it was moved");
    if let Some(text) = passing {
        page.item("•", &text);
    }
    for (kind, found, left_out) in &kinds {
        let Some(largest) = found.first() else { continue };
        let all = found.len() as u64 + left_out;
        let count = match all {
            1 => String::new(),
            _ => format!(", the largest of {}", grouped(&all.to_string())),
        };
        page.item("•", &format!("{kind}{count}: {}", prose(&largest.text)));
    }
    for limit in &findings.patterns.limits {
        page.item("•", &format!("limit reached: {limit}"));
    }
}
