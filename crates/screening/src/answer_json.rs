//! Answers as JSON.

use hawkshaw_model::{Amount, AssetId, Usd};
use serde_json::{Map, Value, json};

use crate::answer::{Answer, Evidence, Match};
use crate::category::{Category, Severity};
use crate::exposure::{Amounts, ExposureEntry, POLICIES, PathStep, Source, Total, UsdAmounts};
use crate::listing::Listing;
use crate::query::Direction;

/// The schema of an answer, and its version. Fields are added, never renamed.
pub const ANSWER_SCHEMA: &str = "hawkshaw.screen/1";

impl Answer {
    /// The answer as JSON, schema [`ANSWER_SCHEMA`]. Texts from outside are as they are.
    pub fn to_json(&self) -> Value {
        let listed = self.matches.iter().filter(|found| matches!(found, Match::Listed(_))).count();
        let reasons = self.decision.reasons.iter().map(|reason| {
            let place = reason.evidence.map(|evidence| match evidence {
                Evidence::Listing(place) => place,
                Evidence::Exposure(place) => listed + place,
            });
            json!({ "text": reason.text, "match": place })
        });
        let shadow = self.decision.shadow.iter();
        let shadow = shadow.map(|s| json!({ "rule": s.rule, "action": s.action }));
        json!({
            "schema": ANSWER_SCHEMA,
            "address": self.account.as_ref().map_or_else(|| self.asked.clone(), |a| a.address_in_files()),
            "asked": self.asked,
            "chain": self.chain.as_ref().map(hawkshaw_model::ChainId::as_str),
            "status": self.status,
            "action": self.decision.action,
            "rule": self.decision.rule,
            "reasons": reasons.collect::<Vec<_>>(),
            "shadow": shadow.collect::<Vec<_>>(),
            "matches": self.matches.iter().map(|found| self.match_json(found)).collect::<Vec<_>>(),
            "exposure": {
                "received": self.exposure_json(Direction::Received),
                "sent": self.exposure_json(Direction::Sent),
            },
            "as_of": self.as_of,
            "data_version": self.data_version,
            "notes": self.notes,
        })
    }

    fn match_json(&self, found: &Match) -> Value {
        match found {
            Match::Listed(listing) => listing_json(listing, listing.stands_at(self.as_of)),
            Match::Exposed { entry, path, is_complete } => {
                let mut json = self.entry_json(entry);
                json.insert("path".to_owned(), path.iter().map(step_json).collect());
                json.insert("path_complete".to_owned(), (*is_complete).into());
                Value::Object(json)
            }
        }
    }

    fn entry_json(&self, entry: &ExposureEntry) -> Map<String, Value> {
        let total = self.total(entry.direction, &entry.asset);
        let json = json!({
            "type": "exposure",
            "kind": entry.kind,
            "direction": entry.direction,
            "category": category_json(entry.category),
            "source": entry.source.as_deref().map(source_json),
            "sources": entry.sources,
            "asset": entry.asset,
            "amounts": amounts_json(&entry.amounts),
            "usd": usd_json(&entry.usd),
            "share": total.map(|total| shares_json(&entry.amounts, total.amount)),
            "hops": entry.hops,
            "first_time": entry.first_time,
            "last_time": entry.last_time,
        });
        match json {
            Value::Object(json) => json,
            _ => Map::new(),
        }
    }

    fn total(&self, direction: Direction, asset: &AssetId) -> Option<&Total> {
        self.totals.iter().find(|total| total.direction == direction && total.asset == *asset)
    }

    /// What was received or sent, in all and by kind and category.
    fn exposure_json(&self, direction: Direction) -> Value {
        let totals = self.totals.iter().filter(|total| total.direction == direction);
        let totals = totals.map(|total| {
            json!({ "asset": total.asset, "amount": total.amount, "usd": total.usd.map(|usd| usd.to_string()) })
        });
        let mut sums: Vec<(&ExposureEntry, Amounts, UsdAmounts)> = Vec::new();
        for found in &self.matches {
            let Match::Exposed { entry, .. } = found else { continue };
            if entry.direction != direction {
                continue;
            }
            let same = |known: &&ExposureEntry| {
                (known.kind, known.category, &known.asset)
                    == (entry.kind, entry.category, &entry.asset)
            };
            match sums.iter_mut().find(|(known, ..)| same(known)) {
                Some((_, amounts, usd)) => {
                    add_amounts(amounts, &entry.amounts);
                    *usd = add_usd(*usd, entry.usd);
                }
                None => sums.push((entry, entry.amounts, entry.usd)),
            }
        }
        let sums = sums.iter().map(|(entry, amounts, usd)| {
            let total = self.total(direction, &entry.asset);
            json!({
                "kind": entry.kind,
                "category": category_json(entry.category),
                "asset": entry.asset,
                "amounts": amounts_json(amounts),
                "usd": usd_json(usd),
                "share": total.map(|total| shares_json(amounts, total.amount)),
            })
        });
        json!({ "totals": totals.collect::<Vec<_>>(), "categories": sums.collect::<Vec<_>>() })
    }
}

fn listing_json(listing: &Listing, stands: bool) -> Value {
    json!({
        "type": "listing",
        "kind": crate::exposure::ExposureKind::Ownership,
        "list": {
            "id": listing.list.id,
            "name": listing.list.name,
            "kind": listing.list.kind,
            "edition": listing.list.edition,
        },
        "chain": listing.account.chain().as_str(),
        "address": listing.account.address_in_files(),
        "label": &*listing.label,
        "entity": listing.entity.as_deref(),
        "category": category_json(listing.category),
        "source": &*listing.source,
        "confidence": listing.confidence,
        "added": listing.added,
        "removed": listing.removed,
        "stands": stands,
        "by_cluster": listing.by_cluster,
    })
}

fn category_json(category: Category) -> Value {
    let severity = match category.severity() {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Severe => "severe",
    };
    json!({ "id": category.id(), "name": category.name(), "severity": severity })
}

fn source_json(source: &Source) -> Value {
    json!({
        "name": source.name,
        "category": category_json(source.category),
        "case": source.case.as_ref().map(hawkshaw_model::CaseId::as_str),
        "actor": source.actor,
        "reference": source.reference,
        "confidence": source.confidence,
    })
}

fn step_json(step: &PathStep) -> Value {
    let tx = step.tx.map(|tx| tx.on(step.account.chain()));
    json!({ "account": step.account.to_string(), "tx": tx, "time": step.time })
}

/// A value for each policy, under its name.
fn by_policy<T>(values: impl IntoIterator<Item = T>, json: impl Fn(T) -> Value) -> Value {
    let named = POLICIES.iter().zip(values);
    Value::Object(named.map(|(policy, value)| (policy.as_str().to_owned(), json(value))).collect())
}

fn amounts_json(amounts: &Amounts) -> Value {
    by_policy(amounts, |amount| amount.to_string().into())
}

fn usd_json(usd: &UsdAmounts) -> Value {
    usd.as_ref().map_or(Value::Null, |usd| by_policy(usd, |usd: &Usd| usd.to_string().into()))
}

fn shares_json(amounts: &Amounts, total: Amount) -> Value {
    by_policy(amounts, |amount| share(*amount, total).map_or(Value::Null, Value::String))
}

/// Which part of a whole an amount is, rounded down to six decimals. `None` of nothing, and
/// where what is said to be a part is more than the whole.
pub(crate) fn share(part: Amount, whole: Amount) -> Option<String> {
    if whole.is_zero() || part > whole {
        return None;
    }
    let millions = Usd::from_cents(1_000_000).part(part, whole).cents();
    Some(Amount::from(millions).to_units(6))
}

fn add_amounts(sums: &mut Amounts, more: &Amounts) {
    let largest = Amount::from_u256(alloy_primitives::U256::MAX);
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum = sum.checked_add(*more).unwrap_or(largest);
    }
}

fn add_usd(sums: UsdAmounts, more: UsdAmounts) -> UsdAmounts {
    let (mut sums, more) = sums.zip(more)?;
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum = sum.saturating_add(more);
    }
    Some(sums)
}
