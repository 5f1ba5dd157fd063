//! The operations, by path.

use hawkshaw_records::DeliveryState;
use serde_json::{Value, json};

use super::parts::{ALWAYS, BODY, idempotency, paging, path, query, references, stated};
use super::{map, schema};
use crate::problem::Kind;

/// An operation under way of being described.
struct Operation(Value);

impl Operation {
    /// Of a key with a role.
    fn new(id: &str, summary: &str, role: &str, answer: &str) -> Self {
        let mut operation = Self::public(id, summary, answer);
        operation.0["description"] = format!("Needs the role `{role}`.").into();
        operation.fails(ALWAYS).says("200", &["X-Request-Id", "RateLimit-Policy", "RateLimit"])
    }

    /// Of anybody.
    fn public(id: &str, summary: &str, answer: &str) -> Self {
        Self(json!({
            "operationId": id,
            "summary": summary,
            "responses": { "200": {
                "description": "The answer.",
                "content": { "application/json": { "schema": schema(answer) } },
            } },
        }))
    }

    /// Says what else there is to know.
    fn also(mut self, text: &str) -> Self {
        let told = self.0["description"].as_str().unwrap_or_default();
        self.0["description"] = format!("{told} {text}").trim().into();
        self
    }

    /// A request that is not known again when it is repeated.
    fn never_known_again(self) -> Self {
        self.also("A request with `Idempotency-Key` is refused: it would be done again.")
            .fails(&[Kind::Unprocessable])
    }

    fn fails(mut self, kinds: &[Kind]) -> Self {
        for (status, reference) in references(kinds) {
            self.0["responses"][status] = reference;
        }
        self
    }

    fn says(mut self, status: &str, headers: &[&str]) -> Self {
        self.0["responses"][status]["headers"] = stated(headers);
        self
    }

    fn takes(mut self, body: &str) -> Self {
        self.0["requestBody"] = json!({
            "required": true,
            "content": { "application/json": { "schema": schema(body) } },
        });
        self.fails(BODY)
    }

    fn with(mut self, parameters: Vec<Value>) -> Self {
        self.0["parameters"] = parameters.into();
        self.fails(&[Kind::Unprocessable])
    }

    /// Something that was done, of which there is nothing to say.
    fn says_nothing(mut self) -> Self {
        let headers = self.0["responses"]["200"]["headers"].take();
        let done = json!({ "description": "It is done.", "headers": headers });
        self.0["responses"]["204"] = done;
        self.without("200")
    }

    /// Something new.
    fn creates(mut self) -> Self {
        self.0["responses"]["201"] = self.0["responses"]["200"].clone();
        self.without("200")
    }

    fn without(mut self, status: &str) -> Self {
        if let Some(responses) = self.0["responses"].as_object_mut() {
            responses.remove(status);
        }
        self
    }

    /// Something new, or what there was already.
    fn makes(mut self) -> Self {
        let mut made = self.0["responses"]["200"].clone();
        made["description"] = "Registered, and watched for life.".into();
        self.0["responses"]["200"]["description"] = "It was registered before.".into();
        self.0["responses"]["201"] = made;
        let headers =
            ["X-Request-Id", "RateLimit-Policy", "RateLimit", "Location", "Idempotency-Replayed"];
        self.also("The same reference with another amount is a conflict.")
            .with(vec![idempotency()])
            .fails(&[Kind::Conflict])
            .says("200", &headers)
            .says("201", &headers)
    }
}

/// All paths.
pub(super) fn paths() -> Value {
    let mut all = screening();
    all.append(&mut registrations());
    all.append(&mut alerts());
    all.append(&mut webhooks());
    all.append(&mut others());
    all.append(&mut super::vendors::paths());
    Value::Object(all)
}

fn at<const N: usize>(methods: [(&str, Operation); N]) -> Value {
    Value::Object(map(methods.map(|(method, operation)| (method, operation.0))))
}

type Paths = serde_json::Map<String, Value>;

fn screening() -> Paths {
    let screen = |id, summary, answer| Operation::new(id, summary, "screen", answer);
    let context = vec![
        path("address", schema("Address")),
        query("chain", "The chain.", schema("Chain")),
        query("direction", "Which way value is to go.", schema("Direction")),
        query("asset", "What is to move.", schema("Asset")),
        query("amount", "How much of it.", schema("Amount")),
        query("usd", "What that is worth.", schema("Usd")),
        query("as_of", "What would have been answered then.", schema("TimeText")),
    ];
    let one = screen("screenAddress", "Screen an address.", "Answer").takes("AddressQuestion");
    let looked_up = screen("lookUpAddress", "Screen an address.", "Answer").with(context);
    let transfer =
        screen("screenTransfer", "Screen what comes from or goes to addresses.", "TransferAnswer");
    let batch =
        screen("screenBatch", "Screen many addresses; the answer comes in pieces.", "BatchAnswer");
    map([
        ("/v1/screen/address", at([("post", one)])),
        ("/v1/screen/address/{address}", at([("get", looked_up)])),
        ("/v1/screen/transfer", at([("post", transfer.takes("TransferQuestion"))])),
        ("/v1/screen/batch", at([("post", batch.takes("Batch"))])),
    ])
}

fn registrations() -> Paths {
    let mut all = Paths::new();
    for (kind, name, form) in [
        ("transfers", "Transfer", "NewTransfer"),
        ("withdrawal-attempts", "WithdrawalAttempt", "NewWithdrawalAttempt"),
        ("addresses", "Address", "NewAddress"),
    ] {
        let operation = |verb: &str, summary: &str, answer: &str| {
            Operation::new(&format!("{verb}{name}"), summary, "register", answer)
        };
        let make = operation("register", "Screen, and watch for life.", "Registration");
        let find = operation("find", "What was registered, the newest first.", "Registrations");
        let get = operation("get", "What was registered.", "Registration");
        let mut filters = paging();
        filters.push(query("reference", "With this reference.", schema("Reference")));
        filters.push(query("user", "Of this user.", schema("Reference")));
        filters.push(query("since", "From this time on.", schema("TimeText")));
        filters.push(query("until", "Before this time.", schema("TimeText")));
        let id = vec![path("id", json!({ "type": "string", "minLength": 1, "maxLength": 64 }))];
        let several = at([("post", make.takes(form).makes()), ("get", find.with(filters))]);
        all.insert(format!("/v1/{kind}"), several);
        let one = at([("get", get.with(id).fails(&[Kind::NotFound]))]);
        all.insert(format!("/v1/{kind}/{{id}}"), one);
    }
    all
}

fn alerts() -> Paths {
    let operation = |id, summary, answer| Operation::new(id, summary, "alerts", answer);
    let mut filters = paging();
    let queues = json!({ "type": "string", "enum": ["immediate", "retroactive"] });
    let states = json!({ "type": "string", "enum": ["open", "snoozed", "closed"] });
    filters.push(query("queue", "In this queue.", queues));
    filters.push(query("state", "In this state.", states));
    filters.push(query(
        "registration",
        "About this registration.",
        json!({ "type": "string", "format": "uuid" }),
    ));
    let id = || vec![path("id", json!({ "type": "string", "minLength": 1, "maxLength": 64 }))];
    let find = operation("findAlerts", "Alerts, the newest first.", "Alerts").with(filters);
    let get = operation("getAlert", "An alert with its history.", "WholeAlert");
    let change = operation(
        "changeAlert",
        "Assign, comment, snooze, close or reopen an alert.",
        "WholeAlert",
    );
    let change = change.takes("AlertChange").with(id()).fails(&[Kind::NotFound, Kind::Conflict]);
    let change = change.never_known_again();
    map([
        ("/v1/alerts", at([("get", find)])),
        (
            "/v1/alerts/{id}",
            at([("get", get.with(id()).fails(&[Kind::NotFound])), ("patch", change)]),
        ),
    ])
}

fn webhooks() -> Paths {
    let operation = |id, summary, answer| Operation::new(id, summary, "webhooks", answer);
    let id = || vec![path("id", json!({ "type": "string", "minLength": 1, "maxLength": 64 }))];
    let missing = [Kind::NotFound];
    let make = operation("makeWebhook", "Hear of events.", "NewWebhook");
    let make = make.takes("WebhookWanted").fails(&[Kind::Conflict]).creates();
    let make = make.also("And the role `alerts`: alerts are what is delivered.");
    let make = make.never_known_again();
    let find = operation("findWebhooks", "Who hears of events.", "Webhooks");
    let get = operation("getWebhook", "Who hears of events.", "Webhook");
    let change = operation("changeWebhook", "Change a webhook, or its secret.", "ChangedWebhook");
    let change = change.takes("WebhookChange").with(id()).fails(&[Kind::NotFound, Kind::Conflict]);
    let change = change.never_known_again();
    let end = operation("endWebhook", "Hear of no more events.", "Alive").with(id());
    let mut filters = paging();
    let states = json!({ "type": "string", "enum": DeliveryState::ALL.map(DeliveryState::as_str) });
    filters.push(query("state", "In this state.", states));
    let deliveries =
        operation("findDeliveries", "Deliveries, the newest first.", "Deliveries").with(filters);
    let requeue = operation("requeueDelivery", "Try a dead letter again.", "Alive").with(id());
    let requeue = requeue.fails(&[Kind::NotFound, Kind::Conflict]).says_nothing();
    let requeue = requeue.never_known_again();
    map([
        ("/v1/webhooks", at([("post", make), ("get", find)])),
        (
            "/v1/webhooks/{id}",
            at([
                ("get", get.with(id()).fails(&missing)),
                ("patch", change),
                ("delete", end.fails(&missing).says_nothing()),
            ]),
        ),
        ("/v1/webhook-deliveries", at([("get", deliveries)])),
        ("/v1/webhook-deliveries/{id}/requeue", at([("post", requeue)])),
    ])
}

fn others() -> Paths {
    let screen = |id, summary, answer| Operation::new(id, summary, "screen", answer);
    let text = json!({ "200": {
        "description": "Metrics in the text format of Prometheus.",
        "content": { "text/plain": { "schema": { "type": "string" } } },
    } });
    let mut metrics = Operation::new("metrics", "What is counted.", "metrics", "Alive");
    metrics.0["responses"]["200"] = text["200"].clone();
    let reload = Operation::new("reload", "Load lists, tags and rules again.", "admin", "Reloaded");
    let alive = Operation::public("healthz", "Whether the process lives.", "Alive");
    let ready = Operation::public("readyz", "Whether it answers.", "Ready");
    map([
        ("/v1/lists", at([("get", screen("lists", "The lists that answer.", "Lists"))])),
        ("/v1/rules", at([("get", screen("rules", "The rules that decide.", "Rules"))])),
        ("/v1/categories", at([("get", screen("categories", "All categories.", "Categories"))])),
        ("/v1/admin/reload", at([("post", reload.fails(&[Kind::Conflict]))])),
        ("/healthz", at([("get", alive.fails(&[Kind::UriTooLong]))])),
        ("/readyz", at([("get", ready.fails(&[Kind::UriTooLong, Kind::Unavailable]))])),
        ("/metrics", at([("get", metrics)])),
    ])
}
