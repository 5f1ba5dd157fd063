//! ActorPacks: who runs services, in YAML.
//!
//! Source: <https://github.com/graphsense/graphsense-tagpack-tool>, README_actorpacks.md.

use hawkshaw_model::Actor;
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::defects::DefectReason;
use crate::error::AttributionError;
use crate::reading::Reading;
use crate::yaml;

/// An actor has at most this many aliases.
const ALIASES_MAX: usize = 256;

/// An ActorPack; what the model has no place for is not read.
#[derive(Debug, Deserialize)]
struct Pack {
    actors: Option<Vec<Spanned<Entry>>>,
}

/// One actor as it stands in the file.
#[derive(Debug, Deserialize)]
struct Entry {
    id: Option<String>,
    label: Option<String>,
    uri: Option<String>,
    categories: Option<Vec<String>>,
    aliases: Option<Vec<String>>,
}

/// Reads an ActorPack.
///
/// # Errors
///
/// When it is broken as YAML or over a limit. Single bad actors are defects of the reading.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Reading, AttributionError> {
    let mut reading = Reading::of(file);
    let pack: Pack = yaml::read(file, bytes)?;
    for actor in pack.actors.unwrap_or_default() {
        read_actor(&mut reading, actor.referenced.line(), actor.value);
    }
    Ok(reading)
}

fn read_actor(reading: &mut Reading, line: u64, entry: Entry) {
    let Some(id) = entry.id.as_deref().filter(|id| !id.trim().is_empty()) else {
        reading.defect(DefectReason::FieldMissing, line, "an actor without id");
        return;
    };
    let Some(id) = reading.actor_id(line, id) else {
        return;
    };
    let label = entry.label.as_deref().filter(|label| !label.trim().is_empty());
    if label.is_none() {
        reading.defect(DefectReason::FieldMissing, line, format!("{id} has no label"));
    }
    let label = reading.short(line, label.unwrap_or(id.as_str()));
    let mut aliases: Vec<String> = Vec::new();
    for alias in entry.aliases.unwrap_or_default().iter().take(ALIASES_MAX) {
        aliases.push(reading.short(line, alias));
    }
    aliases.sort();
    aliases.dedup();
    let categories = entry.categories.unwrap_or_default();
    let actor = Actor {
        id,
        label,
        uri: reading.short(line, entry.uri.as_deref().unwrap_or_default()),
        categories: reading.concepts(line, categories.iter().map(String::as_str)),
        aliases,
    };
    reading.actors.push(actor);
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn actors_are_read_with_their_categories() {
        let yaml = "%YAML 1.1\n---\ntitle: T\ncreator: C\nactors:\n- id: huobi\n  \
                    label: Huobi\n  uri: htx.com\n  categories: [exchange, organization]\n  \
                    aliases: [HTX, htx]\n  context: {refs: [a], twitter_handle: b}\n\
                    - label: nobody\n- id: \"a\\u0007b\"\n  label: x\n";
        let reading = read("actors.yaml", yaml.as_bytes()).unwrap();
        assert_eq!(reading.actors.len(), 1);
        assert_eq!(format!("{:?}", reading.actors[0].categories), "[exchange, organization]");
        let names: Vec<_> = reading.defects.iter().map(|d| (d.0.name(), d.1)).collect();
        assert_eq!(names, [("field-missing", 1), ("bad-id", 1)]);
    }
}
