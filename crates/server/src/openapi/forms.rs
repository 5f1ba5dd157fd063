//! What requests are made of.

use hawkshaw_records::EventKind;
use serde_json::{Map, Value, json};

use super::{closed, map, or_null, schema};
use crate::api::OVERLAP_MAX;
use crate::api::limits::{
    ADDRESS_CHARACTERS, COUNTERPARTIES_MAX, REFERENCE_CHARACTERS, TEXT_CHARACTERS,
};
use crate::limits::Limits;

const CHAIN: &str =
    "(eip155:(0|[1-9][0-9]{0,18})|bip122:[0-9a-fA-F]{32}|(tron|other):[-_a-zA-Z0-9]{1,32})";
const LOCAL: &str = "(slip44:[0-9]{1,160}|(erc20|erc721|erc1155):0x[0-9a-fA-F]{40}(/[-.%/a-zA-Z0-9]{0,117})?|(?!slip44:|erc20:|erc721:|erc1155:)[-a-z0-9]{3,8}:[-.%/a-zA-Z0-9]{1,160})";
const MOMENT: &str = "^([0-9]{1,11}|(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9]))?)$";
const VISIBLE: &str =
    "^[^\\u0000-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]+$";

/// Schemas of requests.
pub(super) fn schemas(limits: &Limits) -> Map<String, Value> {
    let mut all = words();
    all.append(&mut questions(limits));
    all.append(&mut registrations());
    all.append(&mut webhooks());
    all
}

fn words() -> Map<String, Value> {
    map([
        (
            "Address",
            json!({
                "type": "string", "minLength": 1, "maxLength": ADDRESS_CHARACTERS,
                "description": "An address in any notation, or an account `chain:address`. \
                                Whether it is one is part of the answer.",
                "examples": ["0x098B716B8Aaf21512996dC57EB0615e2383E2f96"],
            }),
        ),
        (
            "Chain",
            json!({
                "type": "string", "pattern": format!("^{CHAIN}$"),
                "description": "A chain by its CAIP-2 id. Without it the notation decides.",
                "examples": ["eip155:1", "bip122:000000000019d6689c085ae165831e93"],
            }),
        ),
        (
            "Asset",
            json!({
                "type": "string", "pattern": format!("^{CHAIN}/{LOCAL}$"),
                "description": "An asset by its CAIP-19 id.",
                "examples": ["eip155:1/slip44:60"],
            }),
        ),
        (
            "Amount",
            json!({
                "type": "string", "pattern": "^([0-9]{1,77}|[01][0-9]{77})$",
                "description": "An amount in base units, at most 2^256 - 1.",
                "examples": ["173600000000000000000000"],
            }),
        ),
        (
            "Usd",
            json!({
                "type": "string", "pattern": "^[0-9]{1,30}(\\.[0-9]{1,2})?$",
                "description": "US dollars.", "examples": ["1234.50"],
            }),
        ),
        (
            "Direction",
            json!({
                "type": "string", "enum": ["received", "sent"],
                "description": "`received`: a deposit from the address. `sent`: a withdrawal to it.",
            }),
        ),
        (
            "Time",
            json!({
                "description": "Unix seconds, or a text: RFC 3339, a date, Unix seconds.",
                "anyOf": [
                    { "type": "integer", "minimum": 0, "maximum": 253_402_300_799_i64 },
                    { "type": "string", "pattern": MOMENT },
                ],
            }),
        ),
        ("TimeText", json!({ "type": "string", "pattern": MOMENT })),
        (
            "Reference",
            json!({
                "type": "string", "minLength": 1, "maxLength": REFERENCE_CHARACTERS,
                "pattern": VISIBLE,
            }),
        ),
    ])
}

fn questions(limits: &Limits) -> Map<String, Value> {
    map([
        (
            "AddressQuestion",
            closed(
                json!({
                    "address": schema("Address"),
                    "chain": or_null(schema("Chain")),
                    "direction": or_null(schema("Direction")),
                    "asset": or_null(schema("Asset")),
                    "amount": or_null(schema("Amount")),
                    "usd": or_null(schema("Usd")),
                    "as_of": or_null(schema("Time")),
                }),
                &["address"],
            ),
        ),
        (
            "TransferQuestion",
            closed(
                json!({
                    "counterparties": {
                        "type": "array", "items": schema("Address"),
                        "minItems": 1, "maxItems": COUNTERPARTIES_MAX,
                    },
                    "direction": schema("Direction"),
                    "asset": schema("Asset"),
                    "amount": schema("Amount"),
                    "chain": or_null(schema("Chain")),
                    "usd": or_null(schema("Usd")),
                    "as_of": or_null(schema("Time")),
                }),
                &["counterparties", "direction", "asset", "amount"],
            ),
        ),
        (
            "Batch",
            closed(
                json!({
                    "addresses": {
                        "type": "array", "minItems": 1, "maxItems": limits.batch_addresses,
                        "items": { "anyOf": [
                            schema("Address"),
                            closed(
                                json!({
                                    "address": schema("Address"),
                                    "chain": or_null(schema("Chain")),
                                }),
                                &["address"],
                            ),
                        ] },
                    },
                    "chain": or_null(schema("Chain")),
                    "direction": or_null(schema("Direction")),
                    "as_of": or_null(schema("Time")),
                }),
                &["addresses"],
            ),
        ),
    ])
}

/// An object that says one thing.
fn change(name: &str, schema: Value) -> Value {
    closed(Value::Object(map([(name, schema)])), &[name])
}

fn webhooks() -> Map<String, Value> {
    let events = json!({
        "type": "array", "items": schema("EventKind"), "minItems": 1, "uniqueItems": true,
    });
    map([
        ("EventKind", json!({ "type": "string", "enum": EventKind::ALL })),
        (
            "ReceiverUrl",
            json!({
                "type": "string", "maxLength": 2048,
                "pattern": "^https://([a-z0-9]{1,20}\\.){1,4}[a-z]{2,10}(:[1-9][0-9]{0,3})?(/[-_a-zA-Z0-9]{1,50})*$",
                "description": "Where events are posted to: over TLS and to public addresses, \
                                unless the service was told otherwise. Redirects are not followed.",
                "examples": ["https://example.org/hawkshaw"],
            }),
        ),
        (
            "WebhookWanted",
            closed(
                json!({
                    "url": schema("ReceiverUrl"),
                    "description": or_null(schema("Reference")),
                    "events": or_null(events.clone()),
                }),
                &["url"],
            ),
        ),
        (
            "WebhookChange",
            json!({ "oneOf": [
                change("url", schema("ReceiverUrl")),
                change("events", events),
                change("active", json!({ "type": "boolean" })),
                change("rotate_secret", or_null(json!({
                    "type": "integer", "minimum": 0, "maximum": OVERLAP_MAX,
                    "description": "For how many seconds the old secret stays good.",
                }))),
            ] }),
        ),
    ])
}

fn registrations() -> Map<String, Value> {
    let text = json!({
        "type": "string", "minLength": 1, "maxLength": TEXT_CHARACTERS, "pattern": VISIBLE,
    });
    map([
        (
            "NewTransfer",
            closed(
                json!({
                    "direction": schema("Direction"),
                    "address": schema("Address"),
                    "asset": schema("Asset"),
                    "amount": schema("Amount"),
                    "chain": or_null(schema("Chain")),
                    "usd": or_null(schema("Usd")),
                    "user": or_null(schema("Reference")),
                    "reference": or_null(schema("Reference")),
                }),
                &["direction", "address", "asset", "amount"],
            ),
        ),
        (
            "NewWithdrawalAttempt",
            closed(
                json!({
                    "address": schema("Address"),
                    "asset": schema("Asset"),
                    "amount": schema("Amount"),
                    "chain": or_null(schema("Chain")),
                    "usd": or_null(schema("Usd")),
                    "user": or_null(schema("Reference")),
                    "reference": or_null(schema("Reference")),
                }),
                &["address", "asset", "amount"],
            ),
        ),
        (
            "NewAddress",
            closed(
                json!({
                    "address": schema("Address"),
                    "chain": or_null(schema("Chain")),
                    "user": or_null(schema("Reference")),
                    "reference": or_null(schema("Reference")),
                }),
                &["address"],
            ),
        ),
        (
            "AlertChange",
            json!({ "oneOf": [
                change("assign", or_null(schema("Reference"))),
                change("comment", text.clone()),
                change("snooze_until", schema("Time")),
                change("close", text),
                change("reopen", json!({ "const": true })),
            ] }),
        ),
    ])
}
