//! Addresses, as an observable that an extension adds to STIX.

use hawkshaw_incidents::KnownAddress;
use serde_json::json;
use uuid::{Uuid, uuid};

use super::bundle::{Fields, fields};
use super::extension;

/// The namespace in which STIX makes the ids of observables (2.9).
const OBSERVABLES: Uuid = uuid!("00abedb4-aa42-466c-9c01-fed23315a9b7");

/// The observable of an address. Its id is made of `account_id`, so that everybody who states
/// the same account by CAIP-10 gets the same id.
pub(super) fn wallet(address: &KnownAddress) -> Fields {
    let account = &address.account;
    // RFC 8785: CAIP-10 is ASCII without quotes, so that there is nothing to escape.
    let contributing = json!({ "account_id": account }).to_string();
    let id = Uuid::new_v5(&OBSERVABLES, contributing.as_bytes());
    let value = account.rsplit(':').next().unwrap_or(account);
    fields(json!({
        "type": "cryptocurrency-wallet",
        "spec_version": "2.1",
        "id": format!("cryptocurrency-wallet--{id}"),
        "value": value,
        "account_id": account,
        "extensions": { extension::wallet_id(): { "extension_type": "new-sco" } },
    }))
}
