//! The claims about an incident for programs: the content of the extension of `incident`.

use hawkshaw_incidents::{
    AmountClaim, AttributionClaim, Basis, Figure, Incident, IncidentLedger, KnownAddress,
    NativeAmount, Pricing, RecoveryClaim, UsdClaim,
};
use serde_json::{Value, json};

use super::super::day::Day;
use super::super::wording;
use super::bundle::{Bundle, Fields, Times, fields};
use super::{actor, identity, wallet};
use crate::text::prose;

/// What the claims of an incident are made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) ledger: &'a IncidentLedger,
    pub(super) incident: &'a Incident,
    pub(super) times: &'a Times,
}

impl<'a> About<'a> {
    /// The external references of sources: every link with who published it.
    pub(super) fn references(&self, keys: impl IntoIterator<Item = &'a str>) -> Vec<Value> {
        let sources = wording::sources(self.ledger, self.incident, keys).into_iter();
        let reference = |source: &hawkshaw_incidents::Source| {
            json!({
                "source_name": prose(&source.publisher),
                "description": wording::source(source),
                "url": wording::link(&source.url),
            })
        };
        sources.map(reference).collect()
    }

    fn links(&self, keys: &'a [String]) -> Vec<String> {
        let keys = keys.iter().map(String::as_str);
        let sources = wording::sources(self.ledger, self.incident, keys);
        sources.into_iter().map(|source| wording::link(&source.url)).collect()
    }

    fn basis(&self, bundle: &mut Bundle, basis: &'a Basis) -> Fields {
        fields(json!({
            "claimant": prose(&basis.by),
            "claimant_ref": identity::claimant(bundle, self, &basis.by),
            "claimed_on": basis.on,
            "links": self.links(&basis.sources),
            "note": basis.note.as_deref().map(prose),
        }))
    }

    fn amount(&self, bundle: &mut Bundle, claim: &'a AmountClaim) -> Value {
        let mut entry = value(&claim.value, &claim.native);
        entry.extend(fields(json!({
            "reach": claim.what,
            "priced": claim.priced,
            "certainty": claim.sure,
        })));
        entry.extend(self.basis(bundle, &claim.basis));
        Value::Object(entry)
    }

    fn attribution(&self, bundle: &mut Bundle, claim: &'a AttributionClaim) -> Value {
        let mut entry = fields(json!({
            "actor": claim.actor,
            "actor_ref": actor::add(bundle, self, &claim.actor),
            "standing": claim.sure,
        }));
        entry.extend(self.basis(bundle, &claim.basis));
        Value::Object(entry)
    }

    fn recovery(&self, bundle: &mut Bundle, claim: &'a RecoveryClaim) -> Value {
        let mut entry = value(&claim.value, &claim.native);
        entry.extend(fields(json!({ "outcome": claim.what })));
        entry.extend(self.basis(bundle, &claim.basis));
        Value::Object(entry)
    }

    fn address(&self, address: &'a KnownAddress) -> Value {
        Value::Object(fields(json!({
            "account_id": address.account,
            "wallet_ref": wallet::wallet(address).get("id"),
            "role": address.role,
            "links": self.links(&address.sources),
        })))
    }

    /// The content of the extension. The claimants and actors that it refers to are added.
    pub(super) fn extension(&self, bundle: &mut Bundle) -> Fields {
        let incident = self.incident;
        let figure = Figure::of(incident, &Pricing::Ledger);
        let amounts: Vec<Value> =
            incident.amounts.iter().map(|claim| self.amount(bundle, claim)).collect();
        let attributions: Vec<Value> =
            incident.attributions.iter().map(|claim| self.attribution(bundle, claim)).collect();
        let recoveries: Vec<Value> =
            incident.recoveries.iter().map(|claim| self.recovery(bundle, claim)).collect();
        let addresses: Vec<Value> =
            incident.addresses.iter().map(|address| self.address(address)).collect();
        let mut extension = self.facts();
        extension.extend(fields(json!({
            "extension_type": "property-extension",
            "usd": figure.usd,
            "usd_low": figure.low,
            "usd_high": figure.high,
            "amount_claims": amounts,
            "attribution_claims": attributions,
            "recovery_claims": recoveries,
            "addresses": addresses,
        })));
        extension
    }

    fn facts(&self) -> Fields {
        let incident = self.incident;
        let dates = &incident.dates;
        let laundered = incident.laundered.as_ref();
        let texts = |texts: &[String]| texts.iter().map(|text| prose(text)).collect::<Vec<_>>();
        fields(json!({
            "ledger_id": incident.id,
            "kind": incident.kind,
            "loot": incident.loot,
            "date_theft": dates.theft,
            "date_theft_first": Day::first(&dates.theft).text,
            "date_theft_last": Day::last(&dates.theft).text,
            "date_discovered": dates.discovered,
            "date_attributed": dates.attributed,
            "part_of": incident.part_of,
            "trace_case": incident.case.as_deref().map(prose),
            "note": incident.note.as_deref().map(prose),
            "aliases": texts(&incident.aliases),
            "chains": incident.chains,
            "assets": incident.assets,
            "techniques": incident.began.as_ref().map(|began| &began.how),
            "channels": laundered.map(|laundered| &laundered.through),
            "services": laundered.map(|laundered| texts(&laundered.services)),
        }))
    }
}

fn value(usd: &UsdClaim, native: &[NativeAmount]) -> Fields {
    fields(json!({
        "usd": usd.usd,
        "usd_low": usd.usd_low,
        "usd_high": usd.usd_high,
        "native": native,
    }))
}
