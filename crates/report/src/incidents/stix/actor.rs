//! Whom attributions name.

use serde_json::json;

use super::bundle::{Bundle, fields};
use super::claims::About;
use crate::text::prose;

/// Actors that are a kind of person and not one of them: two thefts by insiders do not have a
/// thief in common.
const KINDS_OF_PERSONS: [&str; 5] =
    ["individual", "insider", "russian-speaking-group", "unidentified", "white-hat"];

/// Adds an actor and what it is a part of.
pub(super) fn add(bundle: &mut Bundle, about: &About<'_>, actor: &str) -> String {
    let known = about.ledger.actors().get(actor);
    let mut object = if KINDS_OF_PERSONS.contains(&actor) {
        let key = format!("{actor}/{}", about.incident.id);
        let mut object = bundle.shared("threat-actor", &key);
        object.extend(about.times.fields());
        object
    } else {
        bundle.shared("threat-actor", actor)
    };
    let aliases = known.map(|known| known.aliases.iter().map(|name| prose(name)).collect());
    let aliases: Vec<String> = aliases.unwrap_or_default();
    object.extend(fields(json!({
        "name": prose(known.map_or(actor, |known| &known.name)),
        "description": "Claims of attribution name it. That it stands here says that such claims were made, not that they are true.",
        "aliases": aliases,
        "labels": [actor],
    })));
    let id = bundle.add(object);
    // The ledger refuses actors that are a part of themselves, so that this ends.
    if let Some(whole) = known.and_then(|known| known.part_of.as_deref()) {
        let whole = add(bundle, about, whole);
        let mut link = bundle.shared("relationship", &format!("{id}/part-of/{whole}"));
        link.extend(fields(json!({
            "relationship_type": "part-of",
            "description": "Claims about the part count for the whole.",
            "source_ref": id,
            "target_ref": whole,
        })));
        bundle.add(link);
    }
    id
}
