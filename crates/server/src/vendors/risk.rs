//! The risk entities API: an address with its risk, its identifications and its exposure.

use std::collections::BTreeMap;

use hawkshaw_model::{Printable, Usd};
use hawkshaw_screening::{Answer, Category, Evidence, ExposureEntry, ExposureKind, Reason, Status};
use serde::Serialize;
use serde_json::Number;

use super::category::foreign;
use super::number::{decimal, dollars};
use super::view::{described, exposure, listings, risk, source_name, worth};

/// The only direction that open clients show: both.
const BOTH: &str = "both_directions";

/// What is answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entity {
    address: String,
    risk: &'static str,
    risk_reason: Option<String>,
    address_type: &'static str,
    cluster: Option<Cluster>,
    address_identifications: Vec<Identification>,
    exposures: Vec<Exposure>,
    triggers: Vec<Trigger>,
    pool_metadata: Option<()>,
    status: &'static str,
}

/// Who holds an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Cluster {
    pub(super) name: String,
    pub(super) category: &'static str,
    #[serde(skip)]
    pub(super) category_id: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Identification {
    name: String,
    category: &'static str,
    description: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Exposure {
    category: &'static str,
    value: Number,
    exposure_type: &'static str,
    direction: &'static str,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Trigger {
    category: &'static str,
    percentage: Number,
    message: String,
    rule_triggered: Rule,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    risk: &'static str,
    min_threshold: Number,
    max_threshold: Number,
    exposure_type: &'static str,
    direction: &'static str,
}

impl Entity {
    /// An answer as that API says it.
    pub(super) fn of(answer: &Answer) -> Self {
        Self {
            address: answer.asked.clone(),
            risk: risk(answer.decision.action),
            risk_reason: risk_reason(answer),
            address_type: "PRIVATE_WALLET",
            cluster: cluster(answer),
            address_identifications: identifications(answer),
            exposures: exposures(answer),
            triggers: answer.decision.reasons.iter().filter_map(|r| trigger(answer, r)).collect(),
            pool_metadata: None,
            status: "COMPLETE",
        }
    }
}

/// Who holds the address, by its gravest listing, else by its gravest ownership.
pub(super) fn cluster(answer: &Answer) -> Option<Cluster> {
    let listed = listings(answer).map(|l| (l.category, Printable(&l.label).to_string()));
    let owned = exposure(answer).filter(|entry| entry.kind == ExposureKind::Ownership);
    let owned = owned.map(|entry| (entry.category, source_name(entry)));
    let gravest = |best: (Category, String), next: (Category, String)| {
        if next.0.severity() > best.0.severity() { next } else { best }
    };
    let (category, name) = listed.reduce(gravest).or_else(|| owned.reduce(gravest))?;
    let foreign = foreign(category);
    Some(Cluster { name, category: foreign.name, category_id: foreign.id })
}

/// Why; for an address of which nothing is known, that this is not clean.
fn risk_reason(answer: &Answer) -> Option<String> {
    let mut parts: Vec<String> =
        answer.decision.reasons.iter().map(|r| Printable(&r.text).to_string()).collect();
    if answer.status == Status::NotFound {
        parts.push("Nothing is known of this address: that does not make it clean".to_owned());
    }
    let unpriced = exposure(answer).filter(|entry| worth(entry).is_none()).count();
    if unpriced > 0 {
        parts.push(format!("{unpriced} exposures have no price and count as 0 in `value`"));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn identifications(answer: &Answer) -> Vec<Identification> {
    listings(answer)
        .map(|listing| Identification {
            name: Printable(&listing.label).to_string(),
            category: foreign(listing.category).name,
            description: described(listing),
        })
        .collect()
}

/// One entry for each category and kind: clients look for the first of a category.
fn exposures(answer: &Answer) -> Vec<Exposure> {
    let mut sums: BTreeMap<(&str, &str), Usd> = BTreeMap::new();
    for entry in exposure(answer) {
        let sum = sums.entry((foreign(entry.category).name, kind(entry.kind))).or_default();
        *sum = sum.saturating_add(worth(entry).unwrap_or_default());
    }
    let exposure = |((category, exposure_type), usd)| Exposure {
        category,
        value: dollars(usd),
        exposure_type,
        direction: BOTH,
    };
    sums.into_iter().map(exposure).collect()
}

/// The kind of an exposure; ownership is nearest to direct, and `cluster` tells it.
const fn kind(kind: ExposureKind) -> &'static str {
    match kind {
        ExposureKind::Ownership | ExposureKind::Direct => "direct",
        ExposureKind::Indirect => "indirect",
    }
}

/// What made the rule apply.
fn trigger(answer: &Answer, reason: &Reason) -> Option<Trigger> {
    let entry = match reason.evidence? {
        Evidence::Listing(_) => None,
        Evidence::Exposure(index) => exposure(answer).nth(index),
    };
    let category = match (reason.evidence?, entry) {
        (_, Some(entry)) => entry.category,
        (Evidence::Listing(index), None) => all_listings(answer).nth(index)?,
        (Evidence::Exposure(_), None) => return None,
    };
    let rule = answer.decision.rule.as_deref().unwrap_or("default");
    Some(Trigger {
        category: foreign(category).name,
        percentage: percentage(answer, entry),
        message: format!("{}: {}", Printable(rule), Printable(&reason.text)),
        rule_triggered: Rule {
            risk: risk(answer.decision.action),
            min_threshold: decimal("0.0"),
            max_threshold: decimal("0.0"),
            exposure_type: entry.map_or("direct", |entry| kind(entry.kind)),
            direction: BOTH,
        },
    })
}

/// The category of every listing, also of those that no longer stand: what evidence counts by.
fn all_listings(answer: &Answer) -> impl Iterator<Item = Category> {
    answer.matches.iter().filter_map(|found| match found {
        hawkshaw_screening::Match::Listed(listing) => Some(listing.category),
        hawkshaw_screening::Match::Exposed { .. } => None,
    })
}

/// The part that an exposure is of all that is exposed, in percent; of the place itself all.
fn percentage(answer: &Answer, entry: Option<&ExposureEntry>) -> Number {
    let Some(entry) = entry else { return decimal("100.0") };
    let total: u128 = exposure(answer)
        .filter(|other| other.direction == entry.direction)
        .filter_map(worth)
        .fold(0, |sum, usd| usd.cents().saturating_add(sum));
    let part = worth(entry).map_or(0, |usd| usd.cents());
    // In hundredths of a percent, rounded down.
    let hundredths = part.saturating_mul(10_000) / total.max(1);
    decimal(&format!("{}.{:02}", hundredths / 100, hundredths % 100))
}

#[cfg(test)]
mod tests {
    use super::Entity;
    use crate::vendors::fixture::{ADDRESS, answer, decided, exposed, listed};
    use hawkshaw_screening::{
        Action, Answer, Category, Direction, Evidence, ExposureKind, Match, Status,
    };
    use serde_json::Value;

    fn text(answer: &Answer) -> String {
        serde_json::to_string(&Entity::of(answer)).unwrap()
    }

    #[test]
    fn an_unknown_address_is_low_and_said_not_to_be_clean() {
        let want = [
            r#"{"address":""#,
            ADDRESS,
            r#"","risk":"Low","#,
            r#""riskReason":"Nothing is known of this address: that does not make it clean","#,
            r#""addressType":"PRIVATE_WALLET","cluster":null,"addressIdentifications":[],"#,
            r#""exposures":[],"triggers":[],"poolMetadata":null,"status":"COMPLETE"}"#,
        ];
        assert_eq!(text(&answer(Status::NotFound, Vec::new())), want.concat());
    }

    #[test]
    fn exposure_is_summed_by_category_and_kind() {
        let stolen =
            |direction, kind, cents| exposed(direction, kind, Category::StolenFunds, cents);
        let matches = vec![
            Match::Listed(listed()),
            stolen(Direction::Received, ExposureKind::Direct, Some(1_250)),
            stolen(Direction::Sent, ExposureKind::Direct, Some(50)),
            stolen(Direction::Received, ExposureKind::Indirect, None),
        ];
        let answer = decided(answer(Status::Hit, matches), Action::Reject, Evidence::Exposure(0));
        let json: Value = serde_json::from_str(&text(&answer)).unwrap();
        assert_eq!(json["risk"], "Severe");
        assert_eq!(json["cluster"]["category"], "sanctioned entity");
        assert_eq!(
            json["exposures"].to_string(),
            concat!(
                r#"[{"category":"stolen funds","direction":"both_directions","#,
                r#""exposureType":"direct","value":13.0},"#,
                r#"{"category":"stolen funds","direction":"both_directions","#,
                r#""exposureType":"indirect","value":0.0}]"#
            )
        );
        let trigger = &json["triggers"][0];
        assert_eq!(trigger["percentage"], 100.0);
        assert_eq!(trigger["message"], "severe: 12.50 USD exceed 10.00 USD");
        assert_eq!(trigger["ruleTriggered"]["risk"], "Severe");
        assert!(json["riskReason"].as_str().unwrap().contains("no price"));
    }

    #[test]
    fn evidence_that_is_not_there_triggers_nothing() {
        let answer = decided(answer(Status::Hit, Vec::new()), Action::Hold, Evidence::Exposure(7));
        assert!(text(&answer).contains(r#""triggers":[]"#));
        assert!(text(&answer).contains(r#""risk":"High""#));
    }
}
