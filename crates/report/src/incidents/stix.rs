//! Incidents as a STIX 2.1 bundle (OASIS Standard, 10 June 2021).
//!
//! What a claimant says and what the ledger holds stay apart: an attribution is a relationship
//! with its claimant, its sources and a confidence; a denial is an `opinion` that disagrees with
//! those relationships and never an edge of its own.

mod actor;
mod bundle;
mod claims;
mod extension;
mod identity;
mod incident;
mod wallet;

use hawkshaw_incidents::{Incident, IncidentLedger};

use bundle::Bundle;

/// Incidents as a STIX 2.1 bundle.
///
/// | object | is |
/// |---|---|
/// | `identity` | the ledger as creator; victims; claimants |
/// | `location` | the country of a victim, by `located-at` |
/// | `incident` | an incident, with every source as an external reference and every claim, in a form for programs, under an extension of its own |
/// | `threat-actor` | an actor; for words that name a kind of person (`insider`), one per incident, because two insiders are not the same person |
/// | `relationship` | `attributed-to` with the claimant and a confidence; `targets` the victim; `related-to` an address; `part-of` a larger incident or actor |
/// | `opinion`, `note` | a denial; the claims of an amount where there is more than one; what was frozen or came back |
/// | `cryptocurrency-wallet` | an address, as a cyber-observable that an `extension-definition` adds: `value` is the address, `account_id` the account (CAIP-10) |
///
/// Confidence follows the scale None/Low/Med/High of STIX (appendix A): stated 85, likely 50,
/// suspected 15. It says how sure the claimant is, and nothing about the claimant.
///
/// Ids are UUIDs of version 5, so that the same incident has the same id in every export; STIX
/// asks for them on observables and would rather see version 4 on the rest. `created` is the
/// first possible day of the theft, `modified` the latest day on which something about the
/// incident was claimed or published; objects that incidents share were modified when the
/// latest of all incidents of the ledger was. Nothing comes from a clock.
pub fn to_stix(ledger: &IncidentLedger, incidents: &[&Incident]) -> Vec<u8> {
    let mut bundle = Bundle::new(ledger, incidents);
    bundle.add(bundle::tlp_white());
    bundle.add(identity::creator(&bundle));
    for definition in extension::definitions(&bundle) {
        bundle.add(definition);
    }
    for incident in incidents {
        incident::add(&mut bundle, ledger, incident);
    }
    bundle.finish()
}
