//! Our own file of tags: JSON lines, one actor or tag a line, after a line with the version.
//!
//! ```text
//! {"schema":"hawkshaw.tags/1"}
//! {"actor":{"id":"huobi","label":"Huobi","uri":"htx.com","categories":["exchange"]}}
//! {"tag":{"account":"eip155:1:0x…","label":"…","concepts":["exchange"],"source":"…",
//!         "creator":"…","confidence":"forensic","level":50}}
//! ```

use hawkshaw_model::{Actor, ConceptId, Tag, TagSubject, Timestamp};
use serde::{Deserialize, Serialize};

use crate::confidence::confidence_of;
use crate::error::AttributionError;
use crate::network::shortened;
use crate::reading::Reading;
use crate::yaml::text_of;

/// The schema and version in the first line.
pub const STORE_SCHEMA: &str = "hawkshaw.tags/1";

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    schema: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Actor(ActorLine),
    Tag(TagLine),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ActorLine {
    id: String,
    label: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    uri: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    categories: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TagLine {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tx: Option<String>,
    label: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    concepts: Vec<String>,
    source: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    creator: String,
    confidence: String,
    level: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lastmod: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
}

/// Writes actors and tags, in the order given.
pub(crate) fn write<'a>(
    actors: impl Iterator<Item = &'a Actor>,
    tags: impl Iterator<Item = &'a Tag>,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    push(&mut bytes, &Head { schema: STORE_SCHEMA.to_owned() });
    for actor in actors {
        push(&mut bytes, &Line::Actor(actor_line(actor)));
    }
    for tag in tags {
        push(&mut bytes, &Line::Tag(tag_line(tag)));
    }
    bytes
}

/// Reads what [`write`] wrote.
///
/// # Errors
///
/// When a line is not as [`write`] writes it: this is our own file, so nothing in it is excused.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Reading, AttributionError> {
    let text = text_of(file, bytes)?;
    let mut reading = Reading::of(file);
    let mut lines = (1_u64..).zip(text.lines());
    let broken = |line: u64, reason: String| AttributionError::Broken {
        file: file.to_owned(),
        line,
        reason,
    };
    let head: Head = match lines.next() {
        Some((line, text)) => serde_json::from_str(text)
            .map_err(|error| broken(line, shortened(&error.to_string())))?,
        None => return Err(broken(1, "it is empty".to_owned())),
    };
    if head.schema != STORE_SCHEMA {
        let reason = format!("the schema is `{}`, not {STORE_SCHEMA}", shortened(&head.schema));
        return Err(broken(1, reason));
    }
    for (line, text) in lines.filter(|(_, text)| !text.is_empty()) {
        let read = serde_json::from_str(text).map_err(|error| error.to_string());
        let added = read.and_then(|entry: Line| add(&mut reading, line, entry));
        added.map_err(|reason| broken(line, shortened(&reason)))?;
    }
    Ok(reading)
}

fn push(bytes: &mut Vec<u8>, line: &impl Serialize) {
    // Serialising these structs of strings into memory cannot fail.
    let written = serde_json::to_writer(&mut *bytes, line);
    debug_assert!(written.is_ok());
    bytes.push(b'\n');
}

fn actor_line(actor: &Actor) -> ActorLine {
    ActorLine {
        id: actor.id.to_string(),
        label: actor.label.clone(),
        uri: actor.uri.clone(),
        categories: actor.categories.iter().map(ToString::to_string).collect(),
        aliases: actor.aliases.clone(),
    }
}

fn tag_line(tag: &Tag) -> TagLine {
    let (account, tx) = match &tag.subject {
        TagSubject::Account(account) => (Some(account.to_string()), None),
        TagSubject::Transaction(tx) => (None, Some(tx.to_string())),
    };
    TagLine {
        account,
        tx,
        label: tag.label.clone(),
        actor: tag.actor.as_ref().map(ToString::to_string),
        concepts: tag.concepts.iter().map(ToString::to_string).collect(),
        source: tag.source.clone(),
        creator: tag.creator.clone(),
        confidence: tag.confidence.id.clone(),
        level: tag.confidence.level,
        lastmod: tag.lastmod.map(|time| time.to_string()),
        context: tag.context.clone(),
        currency: tag.currency.clone(),
    }
}

fn add(reading: &mut Reading, line: u64, entry: Line) -> Result<(), String> {
    match entry {
        Line::Actor(entry) => {
            let actor = actor(reading, line, &entry)?;
            reading.actors.push(actor);
        }
        Line::Tag(entry) => {
            let tag = tag(reading, line, &entry)?;
            reading.tags.push(tag);
        }
    }
    Ok(())
}

fn actor(reading: &mut Reading, line: u64, entry: &ActorLine) -> Result<Actor, String> {
    Ok(Actor {
        id: entry.id.parse()?,
        label: reading.text(line, &entry.label),
        uri: reading.short(line, &entry.uri),
        categories: concepts(&entry.categories)?,
        aliases: entry.aliases.iter().map(|name| reading.short(line, name)).collect(),
    })
}

fn tag(reading: &mut Reading, line: u64, entry: &TagLine) -> Result<Tag, String> {
    let subject = match (&entry.account, &entry.tx) {
        (Some(account), None) => TagSubject::Account(account.parse().map_err(|e| format!("{e}"))?),
        (None, Some(tx)) => TagSubject::Transaction(tx.parse().map_err(|e| format!("{e}"))?),
        _ => return Err("a tag has either `account` or `tx`".to_owned()),
    };
    let confidence = confidence_of(&entry.confidence)
        .filter(|known| known.level == entry.level)
        .ok_or_else(|| format!("no confidence `{}` of {}", entry.confidence, entry.level))?;
    let lastmod: Option<Timestamp> = match entry.lastmod.as_deref() {
        Some(text) => Some(text.parse().map_err(|e| format!("{e}"))?),
        None => None,
    };
    Ok(Tag {
        subject,
        label: reading.text(line, &entry.label),
        actor: entry.actor.as_deref().map(str::parse).transpose()?,
        concepts: concepts(&entry.concepts)?,
        source: reading.short(line, &entry.source),
        creator: reading.short(line, &entry.creator),
        confidence,
        lastmod,
        context: entry.context.as_deref().map(|text| reading.text(line, text)),
        currency: entry.currency.as_deref().map(|text| reading.short(line, text)),
    })
}

fn concepts(ids: &[String]) -> Result<Vec<ConceptId>, String> {
    let mut concepts: Vec<ConceptId> = ids.iter().map(|id| id.parse()).collect::<Result<_, _>>()?;
    concepts.sort();
    concepts.dedup();
    Ok(concepts)
}
