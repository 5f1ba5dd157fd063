//! The surfaces of other vendors, in the description of the API.

use serde_json::{Map, Value, json};

use super::{closed, map, or_null, schema};

type Paths = Map<String, Value>;

/// Errors of a surface: every status that is none of success has the same form.
fn responses(success: &str, answer: Value, error: &str) -> Value {
    let says = |description: &str, schema: Value| {
        json!({
            "description": description,
            "content": { "application/json": { "schema": schema } },
        })
    };
    let mut all = json!({});
    all[success] = says("The answer.", answer);
    all["4XX"] = says("The request was refused; this is no answer.", schema(error));
    all["5XX"] = says("The service failed; this is no answer.", schema(error));
    all
}

fn operation(id: &str, summary: &str, security: &str, responses: Value) -> Value {
    let mut needs = json!({});
    needs[security] = json!([]);
    json!({
        "operationId": id,
        "summary": summary,
        "description": "A surface of another vendor; docs/vendor-apis.md says what differs.",
        "security": [needs, {}],
        "responses": responses,
    })
}

fn parameter(name: &str) -> Value {
    json!({
        "name": name, "in": "path", "required": true,
        "schema": { "type": "string", "minLength": 1, "maxLength": 128 },
    })
}

fn taking(mut operation: Value, body: Value) -> Value {
    operation["requestBody"] =
        json!({ "required": true, "content": { "application/json": { "schema": body } } });
    operation
}

fn at(method: &str, operation: Value, parameters: &[&str]) -> Value {
    let mut path = json!({});
    path[method] = operation;
    if !parameters.is_empty() {
        let all: Vec<Value> = parameters.iter().map(|name| parameter(name)).collect();
        path["parameters"] = all.into();
    }
    path
}

/// The paths.
pub(super) fn paths() -> Paths {
    let mut all = asking();
    all.append(&mut transfers());
    all.append(&mut searching());
    all
}

fn searching() -> Paths {
    let search = operation(
        "vendorMatch",
        "Wallets and names that are like examples.",
        "bearer",
        responses("200", schema("VendorMatches"), "VendorDetail"),
    );
    let entity = operation(
        "vendorMatchEntity",
        "A wallet, or who stands on a list.",
        "bearer",
        responses("200", schema("VendorMatchEntity"), "VendorDetail"),
    );
    let texts = json!({ "type": "array", "maxItems": 10, "items": { "type": "string" } });
    let example = json!({
        "type": "object",
        "properties": {
            "schema": { "enum": ["CryptoWallet", "Person", "Organization", "Company", "Thing"] },
            "properties": {
                "type": "object",
                "properties": { "name": texts, "publicKey": texts },
                "additionalProperties": texts,
            },
        },
        "required": ["schema", "properties"],
    });
    let body = json!({
        "type": "object",
        "properties": { "queries": {
            "type": "object", "minProperties": 1, "maxProperties": 100,
            "additionalProperties": example,
        } },
        "required": ["queries"],
    });
    let asked =
        |name: &str, schema: Value| json!({ "name": name, "in": "query", "schema": schema });
    let score = json!({ "type": "number", "minimum": 0, "maximum": 1 });
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": 500 });
    let mut search = taking(search, body);
    search["parameters"] =
        json!([asked("limit", limit), asked("threshold", score.clone()), asked("cutoff", score),]);
    map([
        ("/match/{dataset}", at("post", search, &["dataset"])),
        ("/entities/{id}", at("get", entity, &["id"])),
    ])
}

fn asking() -> Paths {
    let items =
        |item: Value| json!({ "type": "array", "minItems": 1, "maxItems": 1000, "items": item });
    let list = |name: &str| json!({ "type": "array", "items": schema(name) });
    let address = json!({ "address": { "type": "string", "minLength": 1 } });
    let sanctions = operation(
        "vendorSanctions",
        "The sanctions lists that name an address.",
        "header",
        responses("200", schema("VendorIdentifications"), "VendorMessage"),
    );
    let entity = operation(
        "vendorEntity",
        "The risk of an address.",
        "token",
        responses("200", schema("VendorEntity"), "VendorError"),
    );
    let echoed = closed(json!({ "address": { "type": "string" } }), &["address"]);
    let register = operation(
        "vendorRegisterEntity",
        "What older clients send before they ask.",
        "token",
        responses("201", echoed, "VendorError"),
    );
    let screened = operation(
        "vendorScreenSanctions",
        "Whether addresses are sanctioned.",
        "basic",
        responses("201", list("VendorSanctioned"), "VendorMessage"),
    );
    let addresses = operation(
        "vendorScreenAddresses",
        "What is known of addresses.",
        "basic",
        responses("200", list("VendorScreened"), "VendorMessage"),
    );
    let asked = json!({ "type": "object", "properties": address, "required": ["address"] });
    let mut on_chain = asked.clone();
    on_chain["properties"]["chain"] = json!({ "type": "string", "minLength": 1 });
    on_chain["required"] = json!(["address", "chain"]);
    map([
        ("/api/v1/address/{address}", at("get", sanctions, &["address"])),
        ("/api/risk/v2/entities/{address}", at("get", entity, &["address"])),
        ("/api/risk/v2/entities", at("post", taking(register, asked.clone()), &[])),
        ("/public/v1/sanctions/screening", at("post", taking(screened, items(asked)), &[])),
        ("/public/v2/screening/addresses", at("post", taking(addresses, items(on_chain)), &[])),
    ])
}

fn transfers() -> Paths {
    let answers = |name: &str| responses("200", schema(name), "VendorError");
    let mut all = Paths::new();
    let get =
        operation("vendorCategories", "All categories.", "token", answers("VendorCategories"));
    all.insert("/api/kyt/v2/categories".to_owned(), at("get", get, &[]));
    for (kind, id, form, answer) in [
        ("transfers", "Transfer", "VendorNewTransfer", "VendorTransfer"),
        ("withdrawal-attempts", "Attempt", "VendorNewAttempt", "VendorAttempt"),
    ] {
        let make = operation(
            &format!("vendorRegister{id}"),
            "Screen, and watch for life.",
            "token",
            answers(answer),
        );
        let path = format!("/api/kyt/v2/users/{{user}}/{kind}");
        all.insert(path, at("post", taking(make, schema(form)), &["user"]));
        for (suffix, what, told) in [
            ("", "Summary", answer),
            ("/exposures", "Exposures", "VendorExposures"),
            ("/alerts", "Alerts", "VendorAlerts"),
            ("/network-identifications", "Networks", "VendorNetworks"),
            ("/high-risk-addresses", "HighRisk", "VendorHighRisk"),
        ] {
            let get = operation(
                &format!("vendor{id}{what}"),
                "What is known now.",
                "token",
                answers(told),
            );
            let path = format!("/api/kyt/v2/{kind}/{{externalId}}{suffix}");
            all.insert(path, at("get", get, &["externalId"]));
        }
    }
    all
}

/// An object of which every property is there, and no other is.
fn whole(properties: Value) -> Value {
    let names: Vec<String> =
        properties.as_object().map_or(Vec::new(), |all| all.keys().cloned().collect());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    closed(properties, &names)
}

/// The schemas.
pub(super) fn schemas() -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let number = || json!({ "type": "number", "minimum": 0 });
    let list = |of: Value| json!({ "type": "array", "items": of });
    let error = whole(json!({
        "timestamp": text(), "path": text(), "status": { "type": "integer" }, "error": text(),
        "message": text(),
    }));
    let mut error = error;
    error["properties"]["requestId"] = text();
    let mut all = map([
        ("VendorMessage", whole(json!({ "message": text() }))),
        ("VendorError", error),
        (
            "VendorIdentifications",
            whole(json!({ "identifications": list(whole(json!({
                "category": { "const": "sanctions" }, "name": text(), "description": text(),
                "url": text(),
            }))) })),
        ),
        (
            "VendorSanctioned",
            whole(json!({ "address": text(), "isSanctioned": { "type": "boolean" } })),
        ),
        ("VendorEntity", entity()),
        ("VendorScreened", screened()),
        (
            "VendorCategories",
            whole(json!({ "categories": list(whole(json!({
                "categoryId": { "type": "integer" }, "categoryName": text(),
            }))) })),
        ),
        (
            "VendorExposures",
            whole(json!({ "direct": whole(json!({
                "name": or_null(text()), "category": or_null(text()),
                "categoryId": or_null(json!({ "type": "integer" })),
            })) })),
        ),
        (
            "VendorAlerts",
            whole(json!({ "alerts": list(whole(json!({
                "alertLevel": { "enum": ["SEVERE", "HIGH", "MEDIUM", "LOW"] },
                "category": or_null(text()), "service": or_null(text()),
                "externalId": { "type": "string", "format": "uuid" }, "alertAmount": number(),
                "exposureType": { "enum": ["DIRECT", "INDIRECT"] },
                "categoryId": or_null(json!({ "type": "integer" })),
            }))) })),
        ),
        (
            "VendorNetworks",
            whole(json!({
                "count": { "type": "integer" },
                "networkIdentificationOrgs": list(whole(json!({ "name": text() }))),
            })),
        ),
        (
            "VendorHighRisk",
            whole(json!({
                "chainalysisIdentifications": list(whole(json!({
                    "addressName": text(), "categoryId": { "type": "integer" },
                    "categoryName": text(), "description": text(),
                }))),
                "customAddresses": list(text()),
            })),
        ),
    ]);
    all.append(&mut registrations());
    all.append(&mut matches());
    all
}

fn matches() -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let list = |of: Value| json!({ "type": "array", "items": of });
    let score = || json!({ "type": "number", "minimum": 0, "maximum": 1 });
    let each = |of: Value| json!({ "type": "object", "additionalProperties": of });
    let properties = json!({
        "id": text(), "caption": text(), "schema": text(), "properties": each(list(text())),
        "datasets": list(text()), "referents": list(text()), "target": { "type": "boolean" },
        "first_seen": or_null(text()), "last_seen": or_null(text()),
        "last_change": or_null(text()),
    });
    let mut scored = properties.clone();
    scored["score"] = score();
    scored["features"] = each(score());
    scored["explanations"] = each(whole(json!({ "score": score(), "detail": text() })));
    scored["match"] = json!({ "type": "boolean" });
    let total =
        whole(json!({ "value": { "type": "integer" }, "relation": { "enum": ["eq", "gte"] } }));
    let found = whole(json!({
        "status": { "const": 200 }, "results": list(whole(scored)), "total": total,
        "query": { "type": "object" },
    }));
    map([
        ("VendorDetail", whole(json!({ "detail": text() }))),
        ("VendorMatchEntity", whole(properties)),
        (
            "VendorMatches",
            whole(json!({
                "responses": each(found), "matcher": { "type": "object" },
                "limit": { "type": "integer" },
            })),
        ),
    ])
}

fn entity() -> Value {
    let text = || json!({ "type": "string" });
    let risk = json!({ "enum": ["Severe", "High", "Medium", "Low"] });
    let kind = json!({ "enum": ["direct", "indirect"] });
    let both = json!({ "const": "both_directions" });
    let number = json!({ "type": "number", "minimum": 0 });
    let list = |of: Value| json!({ "type": "array", "items": of });
    whole(json!({
        "address": text(), "risk": risk, "riskReason": or_null(text()),
        "addressType": { "const": "PRIVATE_WALLET" },
        "cluster": or_null(whole(json!({ "name": text(), "category": text() }))),
        "addressIdentifications": list(whole(json!({
            "name": text(), "category": text(), "description": text(),
        }))),
        "exposures": list(whole(json!({
            "category": text(), "value": number, "exposureType": kind, "direction": both,
        }))),
        "triggers": list(whole(json!({
            "category": text(), "percentage": number, "message": text(),
            "ruleTriggered": whole(json!({
                "risk": risk, "minThreshold": number, "maxThreshold": number,
                "exposureType": kind, "direction": both,
            })),
        }))),
        "poolMetadata": { "type": "null" },
        "status": { "const": "COMPLETE" },
    }))
}

fn screened() -> Value {
    let text = || json!({ "type": "string" });
    let volume = json!({ "type": "string", "pattern": "^[0-9]+[.][0-9]{2}$" });
    let level = json!({ "enum": [15, 10, 5, 1] });
    let label = json!({ "enum": ["Severe", "High", "Medium", "Low"] });
    let list = |of: Value| json!({ "type": "array", "items": of });
    whole(json!({
        "accountExternalId": or_null(text()), "address": text(),
        "addressIncomingVolumeUsd": { "type": "null" },
        "addressOutgoingVolumeUsd": { "type": "null" },
        "addressRiskIndicators": list(whole(json!({
            "category": text(), "categoryId": text(), "categoryRiskScoreLevel": level,
            "categoryRiskScoreLevelLabel": label, "incomingVolumeUsd": volume,
            "outgoingVolumeUsd": volume, "totalVolumeUsd": volume,
            "riskType": { "enum": ["OWNERSHIP", "COUNTERPARTY", "INDIRECT"] },
        }))),
        "addressSubmitted": text(), "addressTotalVolumeUsd": { "type": "null" }, "chain": text(),
        "entities": list(whole(json!({
            "category": text(), "categoryId": text(), "entity": text(), "riskScoreLevel": level,
            "riskScoreLevelLabel": label, "trmAppUrl": text(), "trmUrn": text(),
        }))),
        "externalId": or_null(text()), "trmAppUrl": text(),
    }))
}

fn registrations() -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let given = || json!({ "type": "string", "minLength": 1, "maxLength": 100 });
    let amount = || or_null(json!({ "type": "number", "minimum": 0 }));
    let id = || json!({ "type": "string", "format": "uuid" });
    let transfer = whole(json!({
        "updatedAt": or_null(text()), "asset": text(), "assetId": or_null(text()),
        "network": text(), "transferReference": text(), "memo": or_null(text()),
        "tx": or_null(text()), "idx": or_null(json!({ "type": "integer" })),
        "usdAmount": amount(), "assetAmount": amount(), "timestamp": or_null(text()),
        "outputAddress": or_null(text()), "externalId": id(),
    }));
    let attempt = whole(json!({
        "asset": text(), "assetId": or_null(text()), "network": text(), "address": text(),
        "memo": or_null(text()), "attemptIdentifier": or_null(text()),
        "assetAmount": amount(), "usdAmount": amount(), "updatedAt": or_null(text()),
        "externalId": id(),
    }));
    let new_transfer = json!({
        "type": "object",
        "properties": {
            "network": given(), "asset": given(), "transferReference": given(),
            "direction": { "enum": ["received", "sent"] },
        },
        "required": ["asset", "transferReference", "direction"],
    });
    let new_attempt = json!({
        "type": "object",
        "properties": { "network": given(), "asset": given(), "address": given() },
        "required": ["asset", "address"],
    });
    map([
        ("VendorTransfer", transfer),
        ("VendorAttempt", attempt),
        ("VendorNewTransfer", new_transfer),
        ("VendorNewAttempt", new_attempt),
    ])
}
