//! What answers are made of.

use hawkshaw_records::DeliveryState;
use hawkshaw_screening::{Action, Category, POLICIES, Status};
use serde_json::{Map, Value, json};

use super::{map, open, or_null, schema};

const STATUSES: [Status; 4] = [Status::Hit, Status::NotFound, Status::NotCovered, Status::Invalid];
const ACTIONS: [Action; 4] = [Action::Allow, Action::Review, Action::Hold, Action::Reject];

/// Schemas of answers.
pub(super) fn schemas() -> Map<String, Value> {
    let mut all = verdicts();
    all.append(&mut records());
    all.append(&mut evidence());
    all.append(&mut webhooks());
    all.append(&mut catalogue());
    all
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn seconds() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn verdicts() -> Map<String, Value> {
    let count = json!({ "type": "integer", "minimum": 0 });
    let reason = open(json!({ "text": text(), "match": or_null(count) }));
    let shadow = open(json!({ "rule": text(), "action": schema("Action") }));
    let found = json!({ "oneOf": [schema("Listing"), schema("Exposure")] });
    map([
        ("Status", json!({ "type": "string", "enum": STATUSES })),
        ("Action", json!({ "type": "string", "enum": ACTIONS })),
        (
            "Answer",
            open(json!({
                "schema": { "const": "hawkshaw.screen/1" },
                "address": text(),
                "asked": text(),
                "chain": or_null(text()),
                "status": schema("Status"),
                "action": schema("Action"),
                "rule": or_null(text()),
                "reasons": list(reason),
                "shadow": list(shadow),
                "matches": list(found),
                "exposure": open(json!({
                    "received": schema("ExposureSums"), "sent": schema("ExposureSums"),
                })),
                "as_of": or_null(seconds()),
                "data_version": text(),
                "notes": list(text()),
            })),
        ),
        (
            "TransferAnswer",
            open(json!({
                "schema": { "const": "hawkshaw.screen-transfer/1" },
                "status": schema("Status"),
                "action": schema("Action"),
                "rule": or_null(text()),
                "counterparties": list(schema("Answer")),
                "data_version": text(),
            })),
        ),
        (
            "BatchAnswer",
            open(json!({
                "schema": { "const": "hawkshaw.screen-batch/1" },
                "data_version": text(),
                "answers": list(schema("Answer")),
            })),
        ),
        (
            "Problem",
            open(json!({
                "type": text(),
                "title": text(),
                "status": { "type": "integer", "minimum": 400, "maximum": 599 },
                "detail": text(),
                "instance": text(),
            })),
        ),
    ])
}

/// A value for each policy.
fn by_policy(value: &Value) -> Value {
    let values = POLICIES.iter().map(|policy| (policy.as_str().to_owned(), value.clone()));
    open(Value::Object(values.collect()))
}

/// What a hit rests on.
fn evidence() -> Map<String, Value> {
    let kinds = json!({ "type": "string", "enum": ["ownership", "direct", "indirect"] });
    let digits = json!({ "type": "string", "pattern": "^[0-9]+$" });
    let dollars = json!({ "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?$" });
    let exposed = json!({
        "kind": kinds,
        "category": schema("Category"),
        "asset": text(),
        "amounts": by_policy(&digits),
        "usd": or_null(by_policy(&dollars)),
        "share": or_null(by_policy(&or_null(dollars.clone()))),
    });
    let mut entry = exposed.clone();
    entry["type"] = json!({ "const": "exposure" });
    entry["direction"] = schema("Direction");
    entry["source"] = or_null(open(json!({
        "name": text(),
        "category": schema("Category"),
        "case": or_null(text()),
        "actor": or_null(text()),
        "reference": text(),
        "confidence": schema("Confidence"),
    })));
    entry["sources"] = seconds();
    entry["hops"] = seconds();
    entry["first_time"] = seconds();
    entry["last_time"] = seconds();
    entry["path"] = list(open(json!({
        "account": text(), "tx": or_null(text()), "time": seconds(),
    })));
    entry["path_complete"] = json!({ "type": "boolean" });
    let total = open(json!({ "asset": text(), "amount": digits, "usd": or_null(dollars) }));
    map([
        ("Category", open(category())),
        ("Confidence", json!({ "type": "integer", "minimum": 0, "maximum": 100 })),
        (
            "Listing",
            open(json!({
                "type": { "const": "listing" },
                "kind": kinds,
                "list": open(list_of()),
                "chain": text(),
                "address": text(),
                "label": text(),
                "entity": or_null(text()),
                "category": schema("Category"),
                "source": text(),
                "confidence": schema("Confidence"),
                "added": or_null(seconds()),
                "removed": or_null(seconds()),
                "stands": { "type": "boolean" },
                "by_cluster": { "type": "boolean" },
            })),
        ),
        ("Exposure", open(entry)),
        ("ExposureSums", open(json!({ "totals": list(total), "categories": list(open(exposed)) }))),
    ])
}

/// A list that answers.
fn list_of() -> Value {
    json!({
        "id": text(),
        "name": text(),
        "kind": { "type": "string", "enum": ["sanctions", "tags", "own"] },
        "edition": or_null(seconds()),
    })
}

fn category() -> Value {
    json!({
        "id": { "type": "integer", "minimum": 1, "maximum": 32 },
        "name": text(),
        "severity": { "type": "string", "enum": ["low", "medium", "high", "severe"] },
    })
}

fn webhooks() -> Map<String, Value> {
    let page = |items: &str| open(json!({ "items": list(schema(items)), "next": or_null(text()) }));
    let id = json!({ "type": "string", "format": "uuid" });
    let webhook = json!({
        "id": id,
        "url": text(),
        "description": or_null(text()),
        "events": list(schema("EventKind")),
        "active": { "type": "boolean" },
        "created": text(),
        "secrets": seconds(),
    });
    let mut made = webhook.clone();
    made["secret"] = json!({ "type": "string", "description": "Shown this once." });
    let mut changed = open(webhook.clone());
    changed["properties"]["secret"] =
        json!({ "type": "string", "description": "The new one, shown this once." });
    let delivery = json!({
        "id": id,
        "webhook": id,
        "event": id,
        "type": schema("EventKind"),
        "state": { "type": "string", "enum": DeliveryState::ALL.map(DeliveryState::as_str) },
        "attempts": seconds(),
        "due": text(),
        "answered": or_null(json!({ "type": "integer" })),
        "error": or_null(text()),
    });
    map([
        ("Webhook", open(webhook)),
        ("NewWebhook", open(made)),
        ("ChangedWebhook", changed),
        ("Webhooks", page("Webhook")),
        ("Delivery", open(delivery)),
        ("Deliveries", page("Delivery")),
    ])
}

fn records() -> Map<String, Value> {
    let verdict = open(json!({
        "status": schema("Status"),
        "action": schema("Action"),
        "rule": or_null(text()),
        "listings": list(text()),
        "data_version": text(),
    }));
    let page = |items: &str| open(json!({ "items": list(schema(items)), "next": or_null(text()) }));
    let alert = json!({
        "id": { "type": "string", "format": "uuid" },
        "queue": { "type": "string", "enum": ["immediate", "retroactive"] },
        "state": { "type": "string", "enum": ["open", "snoozed", "closed"] },
        "registration": { "type": "object" },
        "earlier": or_null(schema("Verdict")),
        "now": schema("Verdict"),
        "assignee": or_null(text()),
        "snoozed_until": or_null(text()),
        "reason": or_null(text()),
        "created": text(),
        "updated": text(),
    });
    let mut whole = alert.clone();
    whole["answer"] = schema("Answer");
    whole["history"] = list(open(json!({
        "time": seconds(), "who": text(), "what": text(), "text": or_null(text()),
    })));
    map([
        ("Verdict", verdict),
        (
            "Registration",
            open(json!({
                "schema": { "const": "hawkshaw.registration/1" },
                "id": { "type": "string", "format": "uuid" },
                "kind": { "type": "string", "enum": ["transfer", "withdrawal-attempt", "address"] },
                "time": seconds(),
                "address": text(),
                "chain": or_null(text()),
                "direction": or_null(schema("Direction")),
                "asset": or_null(text()),
                "amount": or_null(text()),
                "usd": or_null(text()),
                "user": or_null(text()),
                "reference": or_null(text()),
                "status": schema("Status"),
                "action": schema("Action"),
                "answer": schema("Answer"),
                "latest": or_null(schema("Answer")),
            })),
        ),
        ("Registrations", page("Registration")),
        ("Alert", open(alert)),
        ("WholeAlert", open(whole)),
        ("Alerts", page("Alert")),
    ])
}

fn catalogue() -> Map<String, Value> {
    map([
        (
            "Lists",
            open(json!({
                "data_version": text(),
                "lists": list(open(list_of())),
                "chains": list(open(json!({
                    "chain": text(),
                    "name": text(),
                    "listings": seconds(),
                }))),
            })),
        ),
        ("Rules", open(json!({ "digest": text(), "rules": text() }))),
        (
            "Categories",
            open(json!({
                "categories": {
                    "type": "array",
                    "minItems": Category::ALL.len(),
                    "items": schema("Category"),
                },
            })),
        ),
        ("Reloaded", open(json!({ "data_version": text(), "milliseconds": seconds() }))),
        ("Ready", open(json!({ "status": { "const": "ready" }, "data_version": text() }))),
        ("Alive", open(json!({ "status": { "const": "alive" } }))),
    ])
}
