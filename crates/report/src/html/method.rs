//! How the answer was made, what the words mean, and what it does not say.

use hawkshaw_model::{Grade, Policy};

use super::parts;
use crate::findings::Findings;
use crate::markup::Markup;

const GRADES: [Grade; 5] =
    [Grade::Ledger, Grade::Convention, Grade::Protocol, Grade::Inference, Grade::Reported];

/// Writes the method.
pub(super) fn method(page: &mut Markup, findings: &Findings<'_>) {
    page.raw(concat!(
        "<p>Every transaction from the theft on was replayed in the order of the chain. Of each ",
        "place the trace kept how much of its balance is stolen, and of which stolen asset, and ",
        "moved both with every payment by the rules of each policy, on whole base units. ",
        "After the last transaction the sums were compared with what was stolen; a difference of ",
        "one base unit would have stopped the program.</p>\n",
        "<p>Following stops at services, at places that nobody can spend from, and where the data ",
        "end. What a service pays out later is not followed: it is its money, not the thief's. ",
        "A swap carries the origin over: what the thief received stands for what he gave.</p>\n",
    ));
    if findings.has_prices() {
        page.raw(concat!(
            "<p>US dollars are for reading and for order alone: no taint, share or bound rests on ",
            "them. A theft and a movement are valued at their own time, a place at its last ",
            "arrival, by the latest price at or before that time and not older than 48 hours. ",
            "No price is taken from the future or from another asset, and a stablecoin has the ",
            "price that the source gives it. What has no price is unknown, in no sum, and not ",
            "zero.</p>\n",
        ));
    }
    grades(page, findings);
    policies(page, findings);
    page.raw(concat!(
        "<h3>What this does not say</h3>\n<ul>\n",
        "<li>It says where value went, not who sent it. An address is not a person. That value ",
        "reached an address is consistent with its owner receiving stolen value; it is no proof ",
        "of knowledge or guilt.</li>\n",
        "<li>Names of services come from tags, which are claims of their sources and can be ",
        "wrong.</li>\n",
        "<li>Unknown is not clean. An address that does not appear here was not reached in these ",
        "data under these policies; nothing more.</li>\n",
        "<li>Where a share rests on a policy, it is a convention, and another convention gives ",
        "another figure.</li>\n",
        "<li>Whoever is named here has a right of reply. Tell the author of this report what is ",
        "wrong; the tags and the case can be corrected and the trace run again.</li>\n",
        "</ul>\n",
    ));
}

fn grades(page: &mut Markup, findings: &Findings<'_>) {
    page.leaf("h3", &[], "Grades: how far a movement can be relied on");
    let headings = [("Grade", ""), ("Meaning", ""), ("Movements here", "num")];
    parts::table(page, "Grades", &headings, |page| {
        for grade in GRADES {
            page.node("tr", &[], |page| {
                page.node("th", &[("scope", "row")], |page| parts::grade(page, grade));
                page.leaf("td", &[("class", "wide")], parts::grade_words(grade));
                let edges = findings.trace.edges.iter();
                let count = edges.filter(|edge| edge.grade == grade).count();
                let count = crate::figures::grouped(&count.to_string());
                page.leaf("td", &[("class", "num")], &count);
            });
        }
    });
}

fn policies(page: &mut Markup, findings: &Findings<'_>) {
    page.leaf("h3", &[], "Policies: which part of a mixed balance a payment takes");
    let headings = [("Policy", ""), ("Rule", ""), ("Known as", ""), ("Known weakness", "")];
    parts::table(page, "Policies", &headings, |page| {
        for policy in &findings.trace.policies {
            let (rule, known, weakness) = policy_words(*policy);
            page.node("tr", &[], |page| {
                page.leaf("th", &[("scope", "row")], policy.as_str());
                page.leaf("td", &[("class", "wide")], rule);
                page.leaf("td", &[("class", "wide")], known);
                page.leaf("td", &[("class", "wide")], weakness);
            });
        }
    });
}

/// Rule, name in law or literature, weakness.
fn policy_words(policy: Policy) -> (&'static str, &'static str, &'static str) {
    match policy {
        Policy::DirtyFirst => (
            "Stolen value leaves first.",
            "Proceeds in, first out; Re Oatway [1903]",
            "Overstates what early recipients got.",
        ),
        Policy::Haircut => (
            "Every payment takes its share of the stolen value.",
            "Pro rata; Barlow Clowes v Vaughan [1992]",
            "After many payments it marks everybody with a trace.",
        ),
        Policy::Fifo => (
            "What came first leaves first.",
            "Clayton's Case (1816)",
            "Rests on the order of payments.",
        ),
        Policy::Lifo => (
            "What came last leaves first.",
            "Last in, first out",
            "Rests on the order of payments.",
        ),
        Policy::Tiho => (
            "On chains with outputs: stolen value goes to the largest output.",
            "Taint in, highest out; Tironsakkul et al. 2019",
            "Assumes that the largest output is the payment that matters.",
        ),
        Policy::CleanFirst => (
            "Clean value leaves first.",
            "Lowest intermediate balance rule; Roscoe v Winder [1915]",
            "Understates what recipients got.",
        ),
        Policy::Poison => (
            "Whatever a place pays that stolen value ever reached is marked.",
            "Poison",
            "Does not add up: an upper bound only. Anybody can be marked by dust.",
        ),
    }
}
