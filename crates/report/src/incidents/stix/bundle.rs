//! The bundle: objects in the order in which they are added, each id once.

use std::collections::BTreeSet;

use hawkshaw_incidents::{Incident, IncidentId, IncidentLedger};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::day::Day;
use super::super::wording;
use crate::json::Object;

/// The fields of an object.
pub(super) type Fields = Map<String, Value>;

/// The name under which the ids of the ledger are made. It never changes: ids would.
const NAMESPACE: &[u8] = b"hawkshaw.incidents";

/// Since when shared objects exist: the day of the first block of Bitcoin.
const SHARED_CREATED: &str = "2009-01-03";

const TLP_WHITE: &str = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9";

/// When an object was created and modified, days as in ISO 8601.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Times {
    created: String,
    modified: String,
}

impl Times {
    /// Of what is about one incident.
    pub(super) fn of(ledger: &IncidentLedger, incident: &Incident) -> Self {
        let created = Day::first(&incident.dates.theft);
        let days = wording::days(ledger, incident);
        let modified = days.into_iter().max().unwrap_or_else(|| created.clone());
        Self { modified: modified.max(created.clone()).text, created: created.text }
    }

    /// As an object states them.
    pub(super) fn fields(&self) -> Fields {
        fields(json!({
            "created": format!("{}T00:00:00.000Z", self.created),
            "modified": format!("{}T00:00:00.000Z", self.modified),
        }))
    }
}

/// Objects in the order in which they were added.
#[derive(Debug)]
pub(super) struct Bundle {
    objects: Vec<Fields>,
    ids: BTreeSet<String>,
    /// The incidents of the bundle: to others nothing can refer.
    incidents: BTreeSet<IncidentId>,
    /// Of objects that incidents share.
    shared: Times,
}

impl Bundle {
    pub(super) fn new(ledger: &IncidentLedger, incidents: &[&Incident]) -> Self {
        // Of the whole ledger, so that an object is the same in exports of different incidents.
        let days = ledger.incidents().flat_map(|incident| wording::days(ledger, incident));
        let modified = days.map(|day| day.text).chain([SHARED_CREATED.to_owned()]).max();
        let modified = modified.unwrap_or_default();
        Self {
            objects: Vec::new(),
            ids: BTreeSet::new(),
            incidents: incidents.iter().map(|incident| incident.id.clone()).collect(),
            shared: Times { created: SHARED_CREATED.to_owned(), modified },
        }
    }

    /// Whether the bundle holds an incident, or will.
    pub(super) fn has_incident(&self, id: &IncidentId) -> bool {
        self.incidents.contains(id)
    }

    /// Adds an object, unless it is there already, and gives back its id.
    pub(super) fn add(&mut self, object: Fields) -> String {
        let id = object.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        if self.ids.insert(id.clone()) {
            self.objects.push(object);
        }
        id
    }

    /// An object that incidents share, not yet added.
    pub(super) fn shared(&self, kind: &str, key: &str) -> Fields {
        object(kind, key, &self.shared)
    }

    /// An object of one incident, not yet added: where its key is taken, because a file says
    /// the same twice, with an id of its own.
    pub(super) fn own(&self, kind: &str, key: &str, times: &Times) -> Fields {
        let numbered = (1_u32..).map(|number| match number {
            1 => key.to_owned(),
            _ => format!("{key}/{number}"),
        });
        let free = numbered.into_iter().find(|key| !self.ids.contains(&id(kind, key)));
        object(kind, &free.unwrap_or_default(), times)
    }

    /// The bundle, one object per line. Its id is made of the ids of its objects.
    pub(super) fn finish(self) -> Vec<u8> {
        let ids: Vec<&str> = self.ids.iter().map(String::as_str).collect();
        let mut out = Object::new();
        out.field("type", "bundle");
        out.field("id", &id("bundle", &ids.join(" ")));
        out.lines("objects", self.objects.iter());
        out.finish()
    }
}

/// The id of an object by its key: version 5, in the namespace of the ledger.
pub(super) fn id(kind: &str, key: &str) -> String {
    let namespace = Uuid::new_v5(&Uuid::NAMESPACE_OID, NAMESPACE);
    format!("{kind}--{}", Uuid::new_v5(&namespace, format!("{kind}/{key}").as_bytes()))
}

/// What every object has but observables.
fn object(kind: &str, key: &str, times: &Times) -> Fields {
    let mut object = fields(json!({
        "type": kind,
        "spec_version": "2.1",
        "id": id(kind, key),
        "object_marking_refs": [TLP_WHITE],
    }));
    object.extend(times.fields());
    let creator = super::identity::creator_id();
    if object.get("id").and_then(Value::as_str) != Some(&creator) {
        object.insert("created_by_ref".to_owned(), Value::String(creator));
    }
    object
}

/// The marking that the data may be passed on freely. STIX fixes every byte of it (7.2.1.4).
pub(super) fn tlp_white() -> Fields {
    fields(json!({
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": TLP_WHITE,
        "created": "2017-01-20T00:00:00.000Z",
        "definition_type": "tlp",
        "name": "TLP:WHITE",
        "definition": { "tlp": "white" },
    }))
}

/// The fields of an object literal, without those that are null or empty lists: STIX allows
/// neither.
pub(super) fn fields(literal: Value) -> Fields {
    let is_empty = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    match literal {
        Value::Object(map) => map.into_iter().filter(|(_, value)| !is_empty(value)).collect(),
        _ => Fields::new(),
    }
}
