//! Answers as JSON.

use std::borrow::Cow;

use hawkshaw_model::{Amount, AssetId, Timestamp, Usd};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::answer::{Answer, Evidence, Match, Status};
use crate::category::{Category, Severity};
use crate::exposure::{
    Amounts, ExposureEntry, ExposureKind, POLICIES, PathStep, Source, Total, UsdAmounts,
};
use crate::listing::{ListId, ListKind, Listing};
use crate::query::{Action, Direction};

/// The schema of an answer, and its version. Fields are added, never renamed.
pub const ANSWER_SCHEMA: &str = "hawkshaw.screen/1";

impl Answer {
    /// The answer as JSON, schema [`ANSWER_SCHEMA`]. Texts from outside are as they are.
    pub fn to_json(&self) -> Value {
        // Only a map whose keys are no texts could fail, and there is none.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The text of the same JSON, in one line.
    pub fn to_json_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    fn total(&self, direction: Direction, asset: &AssetId) -> Option<&Total> {
        self.totals.iter().find(|total| total.direction == direction && total.asset == *asset)
    }
}

/// As schema [`ANSWER_SCHEMA`] says.
impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        AnswerJson::of(self).serialize(serializer)
    }
}

#[derive(Serialize)]
struct AnswerJson<'a> {
    schema: &'static str,
    address: Cow<'a, str>,
    asked: &'a str,
    chain: Option<&'a str>,
    status: Status,
    action: Action,
    rule: Option<&'a str>,
    reasons: Vec<ReasonJson<'a>>,
    shadow: Vec<ShadowJson<'a>>,
    matches: Vec<MatchJson<'a>>,
    exposure: ExposureJson<'a>,
    as_of: Option<Timestamp>,
    data_version: &'a str,
    notes: &'a [String],
}

#[derive(Serialize)]
struct ReasonJson<'a> {
    text: &'a str,
    /// Its place among the matches.
    #[serde(rename = "match")]
    place: Option<usize>,
}

#[derive(Serialize)]
struct ShadowJson<'a> {
    rule: &'a str,
    action: Action,
}

struct MatchJson<'a> {
    answer: &'a Answer,
    found: &'a Match,
}

#[derive(Serialize)]
struct ListingJson<'a> {
    #[serde(rename = "type")]
    what: &'static str,
    kind: ExposureKind,
    list: ListJson<'a>,
    chain: &'a str,
    address: String,
    label: &'a str,
    entity: Option<&'a str>,
    category: CategoryJson,
    source: &'a str,
    confidence: u8,
    added: Option<Timestamp>,
    removed: Option<Timestamp>,
    stands: bool,
    by_cluster: bool,
}

#[derive(Serialize)]
struct ListJson<'a> {
    id: &'a ListId,
    name: &'a str,
    kind: ListKind,
    edition: Option<Timestamp>,
}

#[derive(Serialize)]
struct EntryJson<'a> {
    #[serde(rename = "type")]
    what: &'static str,
    kind: ExposureKind,
    direction: Direction,
    category: CategoryJson,
    source: Option<SourceJson<'a>>,
    sources: u32,
    asset: &'a AssetId,
    amounts: ByPolicy<Amount>,
    usd: Option<ByPolicy<Usd>>,
    share: Option<ByPolicy<Option<String>>>,
    hops: u16,
    first_time: Timestamp,
    last_time: Timestamp,
    path: Vec<StepJson>,
    path_complete: bool,
}

#[derive(Serialize)]
struct SourceJson<'a> {
    name: &'a str,
    category: CategoryJson,
    case: Option<&'a str>,
    actor: Option<&'a str>,
    reference: &'a str,
    confidence: u8,
}

#[derive(Serialize)]
struct StepJson {
    account: String,
    tx: Option<String>,
    time: Timestamp,
}

#[derive(Serialize)]
struct ExposureJson<'a> {
    received: DirectionJson<'a>,
    sent: DirectionJson<'a>,
}

/// What was received or sent, in all and by kind and category.
#[derive(Serialize)]
struct DirectionJson<'a> {
    totals: Vec<TotalJson<'a>>,
    categories: Vec<SumJson<'a>>,
}

#[derive(Serialize)]
struct TotalJson<'a> {
    asset: &'a AssetId,
    amount: Amount,
    usd: Option<Usd>,
}

#[derive(Serialize)]
struct SumJson<'a> {
    kind: ExposureKind,
    category: CategoryJson,
    asset: &'a AssetId,
    amounts: ByPolicy<Amount>,
    usd: Option<ByPolicy<Usd>>,
    share: Option<ByPolicy<Option<String>>>,
}

#[derive(Serialize)]
struct CategoryJson {
    id: u8,
    name: &'static str,
    severity: &'static str,
}

/// A value for each policy, under its name.
struct ByPolicy<T>([T; POLICIES.len()]);

impl<T: Serialize> Serialize for ByPolicy<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(POLICIES.len()))?;
        for (policy, value) in POLICIES.iter().zip(&self.0) {
            map.serialize_entry(policy.as_str(), value)?;
        }
        map.end()
    }
}

impl<'a> AnswerJson<'a> {
    fn of(answer: &'a Answer) -> Self {
        let is_listing = |found: &&Match| matches!(found, Match::Listed(_));
        let listed = answer.matches.iter().filter(is_listing).count();
        let reasons = answer.decision.reasons.iter().map(|reason| {
            let place = reason.evidence.map(|evidence| match evidence {
                Evidence::Listing(place) => place,
                Evidence::Exposure(place) => listed + place,
            });
            ReasonJson { text: &reason.text, place }
        });
        let shadow = answer.decision.shadow.iter();
        let address = match &answer.account {
            Some(account) => account.address_in_files().into(),
            None => answer.asked.as_str().into(),
        };
        Self {
            schema: ANSWER_SCHEMA,
            address,
            asked: &answer.asked,
            chain: answer.chain.as_ref().map(hawkshaw_model::ChainId::as_str),
            status: answer.status,
            action: answer.decision.action,
            rule: answer.decision.rule.as_deref(),
            reasons: reasons.collect(),
            shadow: shadow.map(|s| ShadowJson { rule: &s.rule, action: s.action }).collect(),
            matches: answer.matches.iter().map(|found| MatchJson { answer, found }).collect(),
            exposure: ExposureJson {
                received: DirectionJson::of(answer, Direction::Received),
                sent: DirectionJson::of(answer, Direction::Sent),
            },
            as_of: answer.as_of,
            data_version: &answer.data_version,
            notes: &answer.notes,
        }
    }
}

impl Serialize for MatchJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.found {
            Match::Listed(listing) => {
                ListingJson::of(listing, listing.stands_at(self.answer.as_of)).serialize(serializer)
            }
            Match::Exposed { entry, path, is_complete } => {
                EntryJson::of(self.answer, entry, path, *is_complete).serialize(serializer)
            }
        }
    }
}

impl<'a> ListingJson<'a> {
    fn of(listing: &'a Listing, stands: bool) -> Self {
        Self {
            what: "listing",
            kind: ExposureKind::Ownership,
            list: ListJson {
                id: &listing.list.id,
                name: &listing.list.name,
                kind: listing.list.kind,
                edition: listing.list.edition,
            },
            chain: listing.account.chain().as_str(),
            address: listing.account.address_in_files(),
            label: &listing.label,
            entity: listing.entity.as_deref(),
            category: listing.category.into(),
            source: &listing.source,
            confidence: listing.confidence,
            added: listing.added,
            removed: listing.removed,
            stands,
            by_cluster: listing.by_cluster,
        }
    }
}

impl<'a> EntryJson<'a> {
    fn of(
        answer: &'a Answer,
        entry: &'a ExposureEntry,
        path: &'a [PathStep],
        path_complete: bool,
    ) -> Self {
        let total = answer.total(entry.direction, &entry.asset);
        let source = entry.source.as_deref().map(|source: &Source| SourceJson {
            name: &source.name,
            category: source.category.into(),
            case: source.case.as_ref().map(hawkshaw_model::CaseId::as_str),
            actor: source.actor.as_deref(),
            reference: &source.reference,
            confidence: source.confidence,
        });
        let step = |step: &PathStep| StepJson {
            account: step.account.to_string(),
            tx: step.tx.map(|tx| tx.on(step.account.chain())),
            time: step.time,
        };
        Self {
            what: "exposure",
            kind: entry.kind,
            direction: entry.direction,
            category: entry.category.into(),
            source,
            sources: entry.sources,
            asset: &entry.asset,
            amounts: ByPolicy(entry.amounts),
            usd: entry.usd.map(ByPolicy),
            share: total.map(|total| shares(&entry.amounts, total.amount)),
            hops: entry.hops,
            first_time: entry.first_time,
            last_time: entry.last_time,
            path: path.iter().map(step).collect(),
            path_complete,
        }
    }
}

impl<'a> DirectionJson<'a> {
    fn of(answer: &'a Answer, direction: Direction) -> Self {
        let totals = answer.totals.iter().filter(|total| total.direction == direction);
        let totals = totals.map(|total| TotalJson {
            asset: &total.asset,
            amount: total.amount,
            usd: total.usd,
        });
        let mut sums: Vec<(&ExposureEntry, Amounts, UsdAmounts)> = Vec::new();
        for found in &answer.matches {
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
        let sums = sums.into_iter().map(|(entry, amounts, usd)| {
            let total = answer.total(direction, &entry.asset);
            SumJson {
                kind: entry.kind,
                category: entry.category.into(),
                asset: &entry.asset,
                amounts: ByPolicy(amounts),
                usd: usd.map(ByPolicy),
                share: total.map(|total| shares(&amounts, total.amount)),
            }
        });
        Self { totals: totals.collect(), categories: sums.collect() }
    }
}

impl From<Category> for CategoryJson {
    fn from(category: Category) -> Self {
        let severity = match category.severity() {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Severe => "severe",
        };
        Self { id: category.id(), name: category.name(), severity }
    }
}

fn shares(amounts: &Amounts, total: Amount) -> ByPolicy<Option<String>> {
    ByPolicy(amounts.map(|amount| share(amount, total)))
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
