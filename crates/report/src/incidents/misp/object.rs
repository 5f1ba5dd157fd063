//! Objects of an event, after templates of MISP: the victim, and addresses.

use hawkshaw_incidents::{
    Incident, IncidentLedger, KnownAddress, Role, VictimKind, Vocabulary as _,
};
use serde::Serialize;

use super::super::wording;
use super::Scope;
use super::attribute::{Attribute, Sort};
use crate::text::prose;

/// A template of <https://github.com/MISP/misp-objects>.
#[derive(Debug, Clone, Copy)]
struct Template {
    name: &'static str,
    meta_category: &'static str,
    uuid: &'static str,
    version: &'static str,
}

const COIN_ADDRESS: Template = Template {
    name: "coin-address",
    meta_category: "financial",
    uuid: "d0e6997e-78da-4815-a6a1-cfc1c1cb8a46",
    version: "7",
};

const VICTIM: Template = Template {
    name: "victim",
    meta_category: "misc",
    uuid: "a8806e40-39ad-435f-be02-ac2a13d6fc7d",
    version: "10",
};

/// An object.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Object {
    uuid: String,
    name: &'static str,
    #[serde(rename = "meta-category")]
    meta_category: &'static str,
    template_uuid: &'static str,
    template_version: &'static str,
    /// 5: as the event.
    distribution: &'static str,
    timestamp: String,
    comment: String,
    #[serde(rename = "Attribute")]
    attributes: Vec<Attribute>,
}

/// The chains whose coin the template of addresses names, with that coin.
const COINS: [(&str, &str); 25] = [
    ("bip122:000000000019d6689c085ae165831e93", "BTC"),
    ("bip122:12a765e31ffd4059bada1e25190f6e98", "LTC"),
    ("bip122:000000000000000000651ef99cb9fcbe", "BCH"),
    ("bip122:1a91e3dace36e2be3bf030a65679fe82", "DOGE"),
    ("bip122:00000ffd590b1485b3caadc19b22e637", "DASH"),
    ("bip122:00040fe8ec8471911baa1db1266ea15d", "ZEC"),
    ("eip155:1", "ETH"),
    ("eip155:10", "ETH"),
    ("eip155:42161", "ETH"),
    ("eip155:8453", "ETH"),
    ("eip155:59144", "ETH"),
    ("eip155:324", "ETH"),
    ("eip155:534352", "ETH"),
    ("eip155:81457", "ETH"),
    ("eip155:61", "ETC"),
    ("eip155:56", "BSC"),
    ("tron:0x2b6653dc", "TRX"),
    ("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp", "SOL"),
    ("xrpl:0", "XRP"),
    ("stellar:pubnet", "XLM"),
    ("tezos:NetXdQprcVkpaWU", "XTZ"),
    ("antelope:aca376f206b8fc25a6ed44dbdc66547c", "EOS"),
    ("algorand:wGHE2Pwdvd7S12BL5FaOP20EGYesN73k", "ALGO"),
    ("polkadot:91b171bb158e2d3848fa23a9f1c25182", "DOT"),
    ("fil:f", "FIL"),
];

const BITCOIN: &str = "BTC";
const FRAUD: &str = "Financial fraud";
const TARGET: &str = "Targeting data";

/// The objects of an event.
pub(super) fn objects(
    ledger: &IncidentLedger,
    incident: &Incident,
    scope: &Scope<'_>,
) -> Vec<Object> {
    let mut all = vec![victim(incident, scope)];
    let addresses = incident.addresses.iter().enumerate();
    all.extend(addresses.map(|(index, address)| {
        let keys = address.sources.iter().map(String::as_str);
        let sources = wording::sources(ledger, incident, keys);
        let said: Vec<String> = sources.into_iter().map(wording::source).collect();
        coin_address(address, scope, (index, said.join("; ")))
    }));
    all
}

fn object(template: Template, scope: &Scope<'_>, key: &str, parts: Parts) -> Object {
    Object {
        uuid: scope.uuid(key),
        name: template.name,
        meta_category: template.meta_category,
        template_uuid: template.uuid,
        template_version: template.version,
        distribution: "5",
        timestamp: scope.timestamp.to_owned(),
        comment: parts.comment,
        attributes: parts.attributes,
    }
}

/// What fills an object.
struct Parts {
    comment: String,
    attributes: Vec<Attribute>,
}

fn victim(incident: &Incident, scope: &Scope<'_>) -> Object {
    let victim = &incident.victim;
    let part = |relation: &'static str, (kind, category), value: String| {
        let sort = Sort { kind, category, to_ids: false, relation: Some(relation) };
        Attribute::new(scope, &format!("victim/{relation}"), sort, (value, String::new()))
    };
    let mut attributes = vec![part("name", ("target-org", TARGET), prose(&victim.name))];
    let country = victim.country.as_deref().map(prose);
    attributes.extend(country.map(|code| part("regions", ("target-location", TARGET), code)));
    attributes.push(part("description", ("text", "Other"), victim.kind.label()));
    attributes.extend(
        sector(victim.kind).map(|word| part("sectors", ("text", "Other"), word.to_owned())),
    );
    let class = match victim.kind {
        VictimKind::Individuals => "class",
        VictimKind::Other | VictimKind::Unknown => "unknown",
        _ => "organization",
    };
    attributes.push(part("classification", ("text", "Other"), class.to_owned()));
    object(VICTIM, scope, "victim", Parts { comment: String::new(), attributes })
}

/// A word that the template of victims proposes. Its `mining` is of ore.
fn sector(kind: VictimKind) -> Option<&'static str> {
    match kind {
        VictimKind::Individuals | VictimKind::Other | VictimKind::Unknown => None,
        VictimKind::Gaming => Some("entertainment"),
        VictimKind::Mining | VictimKind::Wallet => Some("technology"),
        _ => Some("financial services"),
    }
}

fn coin_address(
    address: &KnownAddress,
    scope: &Scope<'_>,
    (index, said): (usize, String),
) -> Object {
    let account = address.account.as_str();
    let (chain, value) = account.rsplit_once(':').unwrap_or(("", account));
    let coin = COINS.iter().find(|(id, _)| *id == chain).map(|(_, coin)| *coin);
    let (relation, kind) = match coin {
        Some(BITCOIN) => ("address", "btc"),
        _ => ("address-crypto", "text"),
    };
    let is_of_thief =
        matches!(address.role, Role::Theft | Role::Consolidation | Role::Intermediary);
    let part = |relation, kind, to_ids, value: String| {
        let sort = Sort { kind, category: FRAUD, to_ids, relation: Some(relation) };
        let key = format!("address/{index}/{account}/{relation}");
        Attribute::new(scope, &key, sort, (value, String::new()))
    };
    let mut attributes = vec![part(relation, kind, is_of_thief, value.to_owned())];
    attributes.extend(coin.map(|coin| part("symbol", "text", false, coin.to_owned())));
    let text = format!("Role: {}. Account (CAIP-10): {account}", address.role.label());
    attributes.push(part("text", "text", false, text));
    object(
        COIN_ADDRESS,
        scope,
        &format!("address/{index}/{account}"),
        Parts { comment: said, attributes },
    )
}
