//! What a node or explorer can do.

use std::fmt::Write as _;

use hawkshaw_model::ChainId;
use serde_json::{Map, Value, json};

use crate::text::label;

/// What a node or explorer can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceAnswer {
    /// The host or folder.
    pub source: String,
    /// What it is: `node of an EVM chain`.
    pub kind: String,
    /// Its chain.
    pub chain: ChainId,
    /// What was found, in the order of text.
    pub facts: Vec<SourceFact>,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFact {
    /// Its name in text.
    pub name: &'static str,
    /// Its name in JSON.
    pub key: &'static str,
    /// What it is, for people; empty where another fact says it.
    pub text: String,
    /// What it is, for programs.
    pub value: Value,
}

/// What was found, as text.
pub fn to_source_text(answer: &SourceAnswer) -> String {
    let mut out = String::new();
    let mut line = |what: &str, text: &str| {
        let _ = writeln!(out, "{what:<12} {text}");
    };
    line("source", &label(&answer.source));
    line("kind", &answer.kind);
    let chain = match answer.chain.name() {
        name if name == answer.chain.as_str() => name.to_owned(),
        name => format!("{} ({})", label(name), answer.chain),
    };
    line("chain", &chain);
    for fact in answer.facts.iter().filter(|fact| !fact.text.is_empty()) {
        line(fact.name, &fact.text);
    }
    out
}

/// What was found, as JSON, schema `hawkshaw.source/1`.
pub fn to_source_json(answer: &SourceAnswer) -> Value {
    let facts: Map<String, Value> =
        answer.facts.iter().map(|fact| (fact.key.to_owned(), fact.value.clone())).collect();
    let mut object = json!({
        "schema": "hawkshaw.source/1",
        "source": answer.source,
        "kind": answer.kind,
        "chain": answer.chain.as_str(),
    });
    if let Some(object) = object.as_object_mut() {
        object.extend(facts);
    }
    object
}
