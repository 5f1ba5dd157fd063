//! What the transfer API answers, from a registration and the answers about its addresses.

use hawkshaw_model::{Printable, Usd};
use hawkshaw_records::{RecordId, Registration};
use hawkshaw_screening::{
    Action, Answer, Direction, Evidence, ExposureEntry, ExposureKind, ListKind, Listing, Match,
    Severity, Status,
};
use serde::Serialize;
use serde_json::Number;
use sha2::{Digest as _, Sha256};

use super::request::Beside;
use crate::vendors::category::{foreign, names_and_ids};
use crate::vendors::number::{decimal, dollars};
use crate::vendors::risk::cluster;
use crate::vendors::view::{described, exposure, listings, source_name, worth};

/// A transfer, as it is told when it is registered and afterwards.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transfer {
    updated_at: Option<String>,
    asset: String,
    asset_id: Option<String>,
    network: String,
    transfer_reference: String,
    memo: Option<String>,
    tx: Option<String>,
    idx: Option<u64>,
    usd_amount: Option<Number>,
    asset_amount: Option<Number>,
    timestamp: Option<String>,
    output_address: Option<String>,
    external_id: String,
}

/// A withdrawal attempt.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Attempt {
    asset: String,
    asset_id: Option<String>,
    network: String,
    address: String,
    memo: Option<String>,
    attempt_identifier: Option<String>,
    asset_amount: Option<Number>,
    usd_amount: Option<Number>,
    updated_at: Option<String>,
    external_id: String,
}

/// The counterparty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Exposures {
    direct: Counterparty,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Counterparty {
    name: Option<String>,
    category: Option<&'static str>,
    category_id: Option<u16>,
}

/// What speaks against it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Alerts {
    pub(super) alerts: Vec<Alert>,
}

/// One thing that does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Alert {
    alert_level: &'static str,
    category: Option<&'static str>,
    service: Option<String>,
    external_id: String,
    alert_amount: Number,
    exposure_type: &'static str,
    category_id: Option<u16>,
}

/// Who the counterparty is said to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NetworkIdentifications {
    count: usize,
    network_identification_orgs: Vec<Organisation>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Organisation {
    name: String,
}

/// The listings of a high risk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct HighRiskAddresses {
    chainalysis_identifications: Vec<Identification>,
    custom_addresses: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Identification {
    address_name: String,
    category_id: u16,
    category_name: &'static str,
    description: String,
}

/// All categories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Categories {
    categories: Vec<Category>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Category {
    category_id: u16,
    category_name: &'static str,
}

impl Transfer {
    /// `updated`: when it was looked at; `None` as long as it was not.
    pub(super) fn of(registration: &Registration, beside: Beside, updated: Option<String>) -> Self {
        let query = &registration.query;
        Self {
            updated_at: updated,
            asset: beside.asset,
            asset_id: beside.asset_id,
            network: beside.network.to_uppercase(),
            transfer_reference: registration.reference.clone().unwrap_or_default(),
            memo: beside.memo,
            tx: beside.tx,
            idx: beside.index,
            usd_amount: query.usd.map(dollars),
            asset_amount: beside.amount.as_deref().map(decimal),
            timestamp: beside.timestamp,
            output_address: Some(query.address.clone()),
            external_id: registration.id.to_string(),
        }
    }
}

impl Attempt {
    /// `updated`: when it was looked at; `None` as long as it was not.
    pub(super) fn of(registration: &Registration, beside: Beside, updated: Option<String>) -> Self {
        Self {
            asset: beside.asset,
            asset_id: beside.asset_id,
            network: beside.network.to_uppercase(),
            address: registration.query.address.clone(),
            memo: beside.memo,
            attempt_identifier: registration.reference.clone(),
            asset_amount: beside.amount.as_deref().map(decimal),
            usd_amount: registration.query.usd.map(dollars),
            updated_at: updated,
            external_id: registration.id.to_string(),
        }
    }
}

/// Whether everything about a registration could be looked at.
pub(super) fn is_processed(answers: &[Answer]) -> bool {
    answers.iter().all(|answer| matches!(answer.status, Status::Hit | Status::NotFound))
}

impl Exposures {
    /// The counterparty: who holds an address, else the largest direct exposure.
    pub(super) fn of(answers: &[Answer]) -> Self {
        let held = answers.iter().find_map(|answer| {
            let holder = cluster(answer)?;
            Some(Counterparty {
                name: Some(holder.name),
                category: Some(holder.category),
                category_id: Some(holder.category_id),
            })
        });
        let direct = answers.iter().flat_map(exposure).filter(|entry| is_direct(entry));
        let largest = direct.max_by_key(|entry| worth(entry).unwrap_or_default());
        let exposed = || {
            largest.map(|entry| Counterparty {
                name: Some(source_name(entry)),
                category: Some(foreign(entry.category).name),
                category_id: Some(foreign(entry.category).id),
            })
        };
        Self { direct: held.or_else(exposed).unwrap_or_default() }
    }
}

fn is_direct(entry: &ExposureEntry) -> bool {
    entry.kind == ExposureKind::Direct && entry.direction == Direction::Received
}

impl Alerts {
    /// What the rules have against the addresses of a registration, now.
    pub(super) fn of(registration: &Registration, answers: &[Answer]) -> Self {
        let usd = registration.query.usd.unwrap_or_default();
        let alerts = answers.iter().flat_map(|answer| alerts(registration.id, usd, answer));
        Self { alerts: alerts.collect() }
    }
}

fn alerts(id: RecordId, usd: Usd, answer: &Answer) -> Vec<Alert> {
    let level = match answer.decision.action {
        Action::Allow => return Vec::new(),
        Action::Review => "MEDIUM",
        Action::Hold => "HIGH",
        Action::Reject => "SEVERE",
    };
    let rule = answer.decision.rule.as_deref().unwrap_or_default();
    let alert =
        |what: &str, category: Option<hawkshaw_screening::Category>, service, amount, kind| Alert {
            alert_level: level,
            category: category.map(|category| foreign(category).name),
            service,
            external_id: alert_id(id, &[&answer.asked, rule, what, kind]),
            alert_amount: dollars(amount),
            exposure_type: kind,
            category_id: category.map(|category| foreign(category).id),
        };
    let reasons = answer.decision.reasons.iter().filter_map(|reason| reason.evidence);
    let found: Vec<Alert> = reasons
        .filter_map(|evidence| match evidence {
            Evidence::Listing(index) => {
                let listing = all_listings(answer).nth(index)?;
                let service = Printable(&listing.label).to_string();
                Some(alert(&listing.label, Some(listing.category), Some(service), usd, "DIRECT"))
            }
            Evidence::Exposure(index) => {
                let entry = exposure(answer).nth(index)?;
                let kind = match entry.kind {
                    ExposureKind::Indirect => "INDIRECT",
                    ExposureKind::Direct | ExposureKind::Ownership => "DIRECT",
                };
                let name = source_name(entry);
                let amount = worth(entry).unwrap_or_default();
                Some(alert(&name.clone(), Some(entry.category), Some(name), amount, kind))
            }
        })
        .collect();
    // What rests on no evidence, such as a chain that is not covered, is told all the same.
    if found.is_empty() {
        return vec![alert(answer.status.as_str(), None, None, usd, "DIRECT")];
    }
    found
}

fn all_listings(answer: &Answer) -> impl Iterator<Item = &Listing> {
    answer.matches.iter().filter_map(|found| match found {
        Match::Listed(listing) => Some(listing),
        Match::Exposed { .. } => None,
    })
}

/// An id that stays the same as long as the same rule has the same against the same address.
fn alert_id(registration: RecordId, parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(registration.to_string());
    for part in parts {
        hasher.update([0]);
        hasher.update(part);
    }
    let mut hex: String = hasher.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect();
    // A UUID of version 8 (RFC 9562 §5.8).
    hex.replace_range(12..13, "8");
    hex.replace_range(16..17, "8");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

impl NetworkIdentifications {
    /// The names under which the addresses are listed, each once.
    pub(super) fn of(answers: &[Answer]) -> Self {
        let names = answers.iter().flat_map(listings);
        let mut orgs: Vec<Organisation> = names
            .map(|listing| Organisation { name: Printable(&listing.label).to_string() })
            .collect();
        orgs.sort();
        orgs.dedup();
        Self { count: orgs.len(), network_identification_orgs: orgs }
    }
}

impl HighRiskAddresses {
    /// The listings of a high or severe category, and those on the user's own lists.
    pub(super) fn of(answers: &[Answer]) -> Self {
        let (own, others): (Vec<_>, Vec<_>) =
            answers.iter().flat_map(listings).partition(|one| one.list.kind == ListKind::Own);
        let identifications = others
            .into_iter()
            .filter(|listing| listing.category.severity() >= Severity::High)
            .map(|listing| Identification {
                address_name: Printable(&listing.label).to_string(),
                category_id: foreign(listing.category).id,
                category_name: foreign(listing.category).name,
                description: described(listing),
            });
        let mut custom_addresses: Vec<String> =
            own.into_iter().map(|listing| listing.account.address_for_people()).collect();
        custom_addresses.dedup();
        Self { chainalysis_identifications: identifications.collect(), custom_addresses }
    }
}

impl Categories {
    /// All of them.
    pub(super) fn all() -> Self {
        let category = |(category_name, category_id)| Category { category_id, category_name };
        Self { categories: names_and_ids().into_iter().map(category).collect() }
    }
}
