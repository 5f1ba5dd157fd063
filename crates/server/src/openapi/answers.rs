//! What answers are made of.

use hawkshaw_screening::{Action, Category, Status};
use serde_json::{Map, Value, json};

use super::{map, open, or_null, schema};

const STATUSES: [Status; 4] = [Status::Hit, Status::NotFound, Status::NotCovered, Status::Invalid];
const ACTIONS: [Action; 4] = [Action::Allow, Action::Review, Action::Hold, Action::Reject];

/// Schemas of answers.
pub(super) fn schemas() -> Map<String, Value> {
    let mut all = verdicts();
    all.append(&mut records());
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
    let reason = json!({ "anyOf": [text(), { "type": "object" }] });
    map([
        ("Status", json!({ "type": "string", "enum": STATUSES })),
        ("Action", json!({ "type": "string", "enum": ACTIONS })),
        (
            "Answer",
            open(json!({
                "schema": { "const": "hawkshaw.screen/1" },
                "address": text(),
                "chain": or_null(text()),
                "status": schema("Status"),
                "action": schema("Action"),
                "rule": or_null(text()),
                "reasons": list(reason.clone()),
                "shadow": list(json!({ "type": "object" })),
                "matches": list(json!({ "type": "object" })),
                "exposure": { "type": "object" },
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
                "lists": list(open(json!({
                    "id": text(),
                    "name": text(),
                    "kind": { "type": "string", "enum": ["sanctions", "tags", "own"] },
                    "edition": or_null(seconds()),
                }))),
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
                    "items": open(json!({
                        "id": { "type": "integer", "minimum": 1, "maximum": 32 },
                        "name": text(),
                        "severity": { "type": "string", "enum": ["low", "medium", "high", "severe"] },
                    })),
                },
            })),
        ),
        ("Reloaded", open(json!({ "data_version": text(), "milliseconds": seconds() }))),
        ("Ready", open(json!({ "status": { "const": "ready" }, "data_version": text() }))),
        ("Alive", open(json!({ "status": { "const": "alive" } }))),
    ])
}
