//! Entities of the match API: wallets and whoever stands on a list.

use std::collections::{BTreeMap, BTreeSet};

use hawkshaw_model::Printable;
use hawkshaw_screening::{Answer, Category, EntityKind, Listing, NamedEntity, Severity};
use serde::Serialize;
use serde_json::Number;
use sha2::{Digest as _, Sha256};

use super::number::thousandths;
use super::view::{described, link, listings};
use crate::problem::{Kind, Problem};

/// What kinds of entities a client looks for, by the names that FollowTheMoney gives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Schema(&'static str);

/// The kinds that are known, and the kinds of lists that each takes.
const SCHEMAS: [(&str, &[EntityKind]); 10] = {
    use EntityKind::{Body, Craft, Person, Unknown};
    [
        ("CryptoWallet", &[]),
        ("Person", &[Person, Unknown]),
        ("Organization", &[Body, Unknown]),
        ("Company", &[Body, Unknown]),
        ("PublicBody", &[Body, Unknown]),
        ("LegalEntity", &[Person, Body, Unknown]),
        ("Vessel", &[Craft, Unknown]),
        ("Airplane", &[Craft, Unknown]),
        ("Vehicle", &[Craft, Unknown]),
        ("Thing", &[Person, Body, Craft, Unknown]),
    ]
};

/// An entity, with its score where it was searched for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Entity {
    id: String,
    caption: String,
    schema: &'static str,
    properties: BTreeMap<&'static str, Vec<String>>,
    datasets: Vec<String>,
    referents: Vec<String>,
    target: bool,
    first_seen: Option<String>,
    last_seen: Option<String>,
    last_change: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    scored: Option<Scored>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Scored {
    score: Number,
    features: BTreeMap<&'static str, Number>,
    explanations: BTreeMap<&'static str, Explanation>,
    r#match: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Explanation {
    score: Number,
    detail: String,
}

impl Schema {
    pub(super) fn of(name: &str) -> Result<Self, Problem> {
        let known = SCHEMAS.iter().find(|(known, _)| *known == name);
        let names: Vec<&str> = SCHEMAS.iter().map(|(name, _)| *name).collect();
        let unknown = || {
            let detail = format!("`{name}` is no schema that is known: {}", names.join(", "));
            Problem::new(Kind::BadRequest, detail)
        };
        known.map(|(name, _)| Self(name)).ok_or_else(unknown)
    }

    pub(super) const fn name(&self) -> &'static str {
        self.0
    }

    /// Whether a kind of entity is looked for.
    pub(super) fn takes(&self, kind: EntityKind) -> bool {
        SCHEMAS.iter().any(|(name, kinds)| *name == self.0 && kinds.contains(&kind))
    }
}

impl Entity {
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Says how alike it is, in thousandths, and by what.
    pub(super) fn score_as(
        &mut self,
        feature: &'static str,
        score: u16,
        threshold: u16,
        detail: &str,
    ) {
        let number = thousandths(score);
        let detail = detail.to_owned();
        self.scored = Some(Scored {
            score: number.clone(),
            features: [(feature, number.clone())].into(),
            explanations: [(feature, Explanation { score: number, detail })].into(),
            r#match: score >= threshold,
        });
    }
}

/// The wallet that an answer is about, by the listings that stand; `None` where none does.
pub(super) fn wallet(answer: &Answer, list: Option<&str>) -> Option<Entity> {
    let account = answer.account.as_ref()?;
    let standing: Vec<&Listing> = listings(answer)
        .filter(|listing| list.is_none_or(|list| listing.list.id.as_str() == list))
        .collect();
    let first = standing.iter().filter_map(|listing| listing.added).min();
    let texts = |text: fn(&Listing) -> Option<String>| -> Vec<String> {
        let all: BTreeSet<String> = standing.iter().filter_map(|listing| text(listing)).collect();
        all.into_iter().collect()
    };
    if standing.is_empty() {
        return None;
    }
    let mut properties = BTreeMap::new();
    properties.insert("publicKey", vec![account.address_for_people()]);
    properties.insert("name", texts(|one| Some(Printable(&one.label).to_string())));
    properties.insert("topics", texts(|one| topic(one.category).map(str::to_owned)));
    properties
        .insert("sourceUrl", texts(|one| Some(link(&one.source)).filter(|url| !url.is_empty())));
    properties.insert("notes", texts(|one| Some(described(one))));
    properties.retain(|_, values| !values.is_empty());
    Some(Entity {
        id: account.to_string(),
        caption: account.address_for_people(),
        schema: "CryptoWallet",
        properties,
        datasets: texts(|one| Some(one.list.id.as_str().to_owned())),
        referents: texts(|one| {
            let number = one.entity.as_deref()?;
            Some(format!("{}-{}", one.list.id, Printable(number)))
        }),
        target: standing.iter().any(|one| one.category.severity() >= Severity::High),
        first_seen: first.map(|day| day.to_string()),
        last_seen: None,
        last_change: None,
        scored: None,
    })
}

/// What FollowTheMoney calls it when a place is bad.
fn topic(category: Category) -> Option<&'static str> {
    match category {
        Category::Sanctions => Some("sanction"),
        Category::TerroristFinancing => Some("crime.terror"),
        Category::StolenFunds => Some("crime.theft"),
        Category::Scam | Category::FraudShop => Some("crime.fraud"),
        Category::HumanTrafficking => Some("crime.traffick.human"),
        other if other.severity() >= Severity::High => Some("crime"),
        _ => None,
    }
}

/// The id of somebody on a list: the list and the number there, or what the name gives.
pub(super) fn id(named: &NamedEntity) -> String {
    if !named.entry.number.is_empty() {
        return format!("{}-{}", named.list.id, Printable(&named.entry.number));
    }
    let mut hasher = Sha256::new();
    for name in &named.entry.names {
        hasher.update(name);
        hasher.update([0]);
    }
    let hex: String = hasher.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}-x{hex}", named.list.id)
}

/// Somebody on a list.
pub(super) fn named(named: &NamedEntity) -> Entity {
    let shown = |texts: &[String]| -> Vec<String> {
        texts.iter().map(|text| Printable(text).to_string()).collect()
    };
    let names = shown(&named.entry.names);
    let source = link(&named.entry.source);
    let mut properties = BTreeMap::new();
    let caption = names.first().cloned().unwrap_or_else(|| id(named));
    properties.insert("name", names);
    properties.insert("program", shown(&named.entry.programmes));
    properties.insert("sourceUrl", if source.is_empty() { Vec::new() } else { vec![source] });
    properties.insert("topics", vec!["sanction".to_owned()]);
    properties.retain(|_, values| !values.is_empty());
    Entity {
        id: id(named),
        caption,
        schema: match named.entry.kind {
            EntityKind::Person => "Person",
            EntityKind::Body => "Organization",
            EntityKind::Craft => "Vehicle",
            EntityKind::Unknown => "LegalEntity",
        },
        properties,
        datasets: vec![named.list.id.as_str().to_owned()],
        referents: Vec::new(),
        target: named.entry.until.is_none(),
        first_seen: Some(named.entry.designated.unwrap_or(named.entry.from).to_string()),
        last_seen: named.entry.until.map(|day| day.to_string()),
        last_change: None,
        scored: None,
    }
}
