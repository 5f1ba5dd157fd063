//! What the bundle adds to STIX, defined in the bundle itself.

use serde_json::json;

use super::bundle::{Bundle, Fields, fields, id};

/// The version of both definitions.
const VERSION: &str = "1.0.0";

const WALLET: &str = "A new observable `cryptocurrency-wallet`. \
    value (string, required): the address. \
    account_id (string, required, the only ID contributing property): the account as in CAIP-10, \
    which names the chain and the address.";

const CLAIMS: &str = "A property extension of `incident`. Amounts are decimal strings; dates are \
    YYYY, YYYY-MM, YYYY-MM-DD, or two of them with a slash between: first and last possible. \
    ledger_id, kind, loot, date_theft, date_theft_first, date_theft_last (strings, required); \
    date_discovered, date_attributed, part_of, trace_case, note (strings); aliases, chains, assets, \
    techniques, channels, services (lists of strings); \
    usd, usd_low, usd_high (strings, US dollars): the first claim of an amount taken, and the range \
    of all such claims; \
    amount_claims: list of {usd, usd_low, usd_high, native: list of {asset, amount}, reach, priced, \
    certainty, claimant, claimant_ref, claimed_on, links, note}; \
    attribution_claims: list of {actor, actor_ref, standing, claimant, claimant_ref, claimed_on, \
    links, note}; \
    recovery_claims: list of {outcome, usd, usd_low, usd_high, native, claimant, claimant_ref, \
    claimed_on, links, note}; \
    addresses: list of {account_id, wallet_ref, role, links}.";

/// The id of the extension that adds wallets.
pub(super) fn wallet_id() -> String {
    id("extension-definition", "wallet")
}

/// The id of the extension that adds claims to incidents.
pub(super) fn claims_id() -> String {
    id("extension-definition", "claims")
}

/// Both definitions.
pub(super) fn definitions(bundle: &Bundle) -> [Fields; 2] {
    let definition = |key: &str, name: &str, types: &str, schema: &str| {
        let mut definition = bundle.shared("extension-definition", key);
        definition.extend(fields(json!({
            "name": name,
            "description": schema,
            "schema": schema,
            "version": VERSION,
            "extension_types": [types],
        })));
        definition
    };
    [
        definition("wallet", "Cryptocurrency wallet", "new-sco", WALLET),
        definition("claims", "Claims about a theft", "property-extension", CLAIMS),
    ]
}
