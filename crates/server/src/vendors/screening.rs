//! The address screening API and its free sanctions part: lists of addresses in, lists out.

use std::collections::BTreeMap;

use hawkshaw_model::{Printable, Usd};
use hawkshaw_screening::{Answer, Category, Direction, ExposureKind};
use serde::Serialize;

use super::category::{foreign, level};
use super::sanctions::sanctions;
use super::view::{exposure, link, listings, worth};

/// Whether an address is sanctioned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sanctioned {
    address: String,
    is_sanctioned: bool,
}

/// What is known of an address. Volumes are texts, as the vendor's are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Screened {
    account_external_id: Option<String>,
    address: String,
    address_incoming_volume_usd: Option<String>,
    address_outgoing_volume_usd: Option<String>,
    address_risk_indicators: Vec<Indicator>,
    address_submitted: String,
    address_total_volume_usd: Option<String>,
    chain: String,
    entities: Vec<Entity>,
    external_id: Option<String>,
    trm_app_url: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Indicator {
    category: &'static str,
    category_id: String,
    category_risk_score_level: u8,
    category_risk_score_level_label: &'static str,
    incoming_volume_usd: String,
    outgoing_volume_usd: String,
    risk_type: &'static str,
    total_volume_usd: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Entity {
    category: &'static str,
    category_id: String,
    entity: String,
    risk_score_level: u8,
    risk_score_level_label: &'static str,
    trm_app_url: String,
    trm_urn: String,
}

/// What a client sent beside the address, given back as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) chain: String,
    pub(super) account_external_id: Option<String>,
    pub(super) external_id: Option<String>,
}

impl Sanctioned {
    /// An answer as that API says it.
    pub(super) fn of(answer: &Answer) -> Self {
        Self { address: answer.asked.clone(), is_sanctioned: sanctions(answer).next().is_some() }
    }
}

impl Screened {
    /// An answer as that API says it.
    pub(super) fn of(answer: &Answer, sent: Sent) -> Self {
        let account = answer.account.as_ref();
        Self {
            account_external_id: sent.account_external_id,
            address: account
                .map_or_else(|| answer.asked.clone(), hawkshaw_model::Account::address_in_files),
            address_incoming_volume_usd: None,
            address_outgoing_volume_usd: None,
            address_risk_indicators: indicators(answer),
            address_submitted: answer.asked.clone(),
            address_total_volume_usd: None,
            chain: sent.chain,
            entities: entities(answer),
            external_id: sent.external_id,
            trm_app_url: String::new(),
        }
    }
}

/// One indicator for each category and kind, in a fixed order: the place itself, its
/// counterparties, what is further away.
fn indicators(answer: &Answer) -> Vec<Indicator> {
    let mut sums: BTreeMap<(ExposureKind, Category), [Usd; 2]> = BTreeMap::new();
    for listing in listings(answer) {
        sums.entry((ExposureKind::Ownership, listing.category)).or_default();
    }
    for entry in exposure(answer) {
        let [incoming, outgoing] = sums.entry((entry.kind, entry.category)).or_default();
        let volume = match entry.direction {
            Direction::Received => incoming,
            Direction::Sent => outgoing,
        };
        *volume = volume.saturating_add(worth(entry).unwrap_or_default());
    }
    sums.into_iter().map(|((kind, category), volumes)| indicator(kind, category, volumes)).collect()
}

fn indicator(kind: ExposureKind, category: Category, [incoming, outgoing]: [Usd; 2]) -> Indicator {
    let (category_risk_score_level, category_risk_score_level_label) = level(category);
    Indicator {
        category: foreign(category).title,
        category_id: foreign(category).title_id.to_string(),
        category_risk_score_level,
        category_risk_score_level_label,
        incoming_volume_usd: incoming.to_string(),
        outgoing_volume_usd: outgoing.to_string(),
        risk_type: match kind {
            ExposureKind::Ownership => "OWNERSHIP",
            ExposureKind::Direct => "COUNTERPARTY",
            ExposureKind::Indirect => "INDIRECT",
        },
        total_volume_usd: incoming.saturating_add(outgoing).to_string(),
    }
}

fn entities(answer: &Answer) -> Vec<Entity> {
    listings(answer)
        .map(|listing| {
            let (risk_score_level, risk_score_level_label) = level(listing.category);
            let entity = listing.entity.as_deref().unwrap_or(&listing.label);
            Entity {
                category: foreign(listing.category).title,
                category_id: foreign(listing.category).title_id.to_string(),
                entity: Printable(&listing.label).to_string(),
                risk_score_level,
                risk_score_level_label,
                trm_app_url: link(&listing.source),
                trm_urn: format!("/entity/{}/{}", listing.list.id, Printable(entity)),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Sanctioned, Screened, Sent};
    use crate::vendors::fixture::{ADDRESS, answer, exposed, listed};
    use hawkshaw_screening::{Category, Direction, ExposureKind, Match, Status};

    #[test]
    fn a_sanctioned_address_is() {
        let say = |answer| serde_json::to_string(&Sanctioned::of(&answer)).unwrap();
        assert_eq!(
            say(answer(Status::Hit, vec![Match::Listed(listed())])),
            format!(r#"{{"address":"{ADDRESS}","isSanctioned":true}}"#)
        );
        assert_eq!(
            say(answer(Status::NotFound, Vec::new())),
            format!(r#"{{"address":"{ADDRESS}","isSanctioned":false}}"#)
        );
    }

    #[test]
    fn indicators_and_entities_have_the_vendors_shape() {
        let received = exposed(
            Direction::Received,
            ExposureKind::Direct,
            Category::StolenFunds,
            Some(666_666),
        );
        let sent =
            exposed(Direction::Sent, ExposureKind::Direct, Category::StolenFunds, Some(777_777));
        let answer = answer(Status::Hit, vec![Match::Listed(listed()), received, sent]);
        let sent = Sent {
            chain: "ethereum".to_owned(),
            account_external_id: Some("customer 7".to_owned()),
            external_id: None,
        };
        let want = [
            r#"{"accountExternalId":"customer 7","address":"ADDRESS","#,
            r#""addressIncomingVolumeUsd":null,"addressOutgoingVolumeUsd":null,"#,
            r#""addressRiskIndicators":[{"category":"Sanctions","categoryId":"69","#,
            r#""categoryRiskScoreLevel":15,"categoryRiskScoreLevelLabel":"Severe","#,
            r#""incomingVolumeUsd":"0.00","outgoingVolumeUsd":"0.00","#,
            r#""riskType":"OWNERSHIP","totalVolumeUsd":"0.00"},"#,
            r#"{"category":"Stolen Funds","categoryId":"904","#,
            r#""categoryRiskScoreLevel":15,"categoryRiskScoreLevelLabel":"Severe","#,
            r#""incomingVolumeUsd":"6666.66","outgoingVolumeUsd":"7777.77","#,
            r#""riskType":"COUNTERPARTY","totalVolumeUsd":"14444.43"}],"#,
            r#""addressSubmitted":"ADDRESS","addressTotalVolumeUsd":null,"#,
            r#""chain":"ethereum","entities":[{"category":"Sanctions","categoryId":"69","#,
            r#""entity":"LAZARUS GROUP","riskScoreLevel":15,"riskScoreLevelLabel":"Severe","#,
            r#""trmAppUrl":"https://ofac.treasury.gov/recent-actions/20220414","#,
            r#""trmUrn":"/entity/ofac-sdn/27307"}],"externalId":null,"trmAppUrl":""}"#,
        ];
        assert_eq!(
            serde_json::to_string(&Screened::of(&answer, sent)).unwrap(),
            want.concat().replace("ADDRESS", ADDRESS)
        );
    }
}
