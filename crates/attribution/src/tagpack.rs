//! TagPacks: tags in YAML, with defaults in the header.
//!
//! Source: <https://github.com/graphsense/graphsense-tagpack-tool>, README_tagpacks.md. Any
//! field of a tag may stand in the header and is then the default of all tags;
//! `header: !include header.yaml` takes more defaults from a file in the pack's folder.

mod entry;

use hawkshaw_model::{Tag, TagSubject, TxHash, TxId};
use serde_saphyr::Spanned;

use crate::defects::DefectReason;
use crate::error::AttributionError;
use crate::include::Includes;
use crate::network::{Network, account_on, network_of, shortened};
use crate::reading::Reading;
use crate::yaml;
use entry::{Entry, Field, Header};

/// Reads a TagPack.
///
/// # Errors
///
/// When it is broken as YAML, over a limit, or its include is refused. Single bad tags are
/// defects of the reading.
pub(crate) fn read(
    file: &str,
    bytes: &[u8],
    includes: &dyn Includes,
) -> Result<Reading, AttributionError> {
    let mut reading = Reading::of(file);
    let mut pack: Spanned<Entry> = yaml::read(file, bytes)?;
    if let Some(header) = pack.value.header.take() {
        let included = resolve(file, *header, includes)?;
        pack.value.override_with(included);
    }
    let Entry { tags, .. } = &mut pack.value;
    let tags = tags.take().unwrap_or_default();
    note_unknown(&mut reading, pack.referenced.line(), &pack.value);
    let header = Inherited::of(&mut reading, pack.referenced.line(), &pack.value);
    for tag in tags {
        read_tag(&mut reading, &header, &tag);
    }
    Ok(reading)
}

/// The header's own fields, or those of the file that it includes.
fn resolve(file: &str, header: Header, includes: &dyn Includes) -> Result<Entry, AttributionError> {
    let path = match header {
        Header::Fields(fields) => return Ok(*fields),
        Header::Include(path) => path,
    };
    let refused = |reason: String| AttributionError::Include {
        file: file.to_owned(),
        path: shortened(&path),
        reason,
    };
    let bytes = includes.read(&path).map_err(refused)?;
    let included: Entry = yaml::read(&path, &bytes)?;
    if included.header.is_some() || included.tags.is_some() {
        return Err(refused("an included header may hold neither tags nor includes".to_owned()));
    }
    Ok(included)
}

/// What the tags of a pack inherit, read once.
struct Inherited<'a> {
    fields: &'a Entry,
    creator: String,
}

impl<'a> Inherited<'a> {
    fn of(reading: &mut Reading, line: u64, fields: &'a Entry) -> Self {
        let creator = fields.get(Field::Creator).unwrap_or_default().to_owned();
        if creator.is_empty() {
            reading.defect(DefectReason::FieldMissing, line, "the pack names no creator");
        }
        Self { creator: reading.short(line, &creator), fields }
    }

    /// A field of the tag, else of the header.
    fn get<'b>(&'b self, tag: &'b Entry, field: Field) -> Option<&'b str> {
        tag.get(field).or_else(|| self.fields.get(field))
    }
}

fn read_tag(reading: &mut Reading, header: &Inherited<'_>, tag: &Spanned<Entry>) {
    let line = tag.referenced.line();
    let tag = &tag.value;
    note_unknown(reading, line, tag);
    let Some(subject) = subject(reading, header, line, tag) else {
        return;
    };
    let Some(label) = header.get(tag, Field::Label) else {
        reading.defect(DefectReason::FieldMissing, line, "a tag without label");
        return;
    };
    let source = header.get(tag, Field::Source).unwrap_or_default();
    if source.is_empty() {
        reading.defect(DefectReason::SourceMissing, line, label);
    }
    let own = tag.concepts.as_ref().or(header.fields.concepts.as_ref());
    let words = [Field::Category, Field::Abuse].into_iter().filter_map(|f| header.get(tag, f));
    let concepts: Vec<&str> = words.chain(own.into_iter().flatten().map(String::as_str)).collect();
    let actor = header.get(tag, Field::Actor).and_then(|id| reading.actor_id(line, id));
    let lastmod = header.get(tag, Field::Lastmod).and_then(|date| reading.date(line, date));
    let read = Tag {
        subject,
        label: reading.text(line, label),
        actor,
        concepts: reading.concepts(line, concepts),
        source: reading.short(line, source),
        creator: header.creator.clone(),
        confidence: reading.confidence(line, header.get(tag, Field::Confidence)),
        lastmod,
        context: header.get(tag, Field::Context).map(|text| reading.text(line, text)),
        currency: header.get(tag, Field::Currency).map(|text| reading.short(line, text)),
    };
    reading.tags.push(read);
}

/// The address or transaction of a tag; a defect where it is none.
fn subject(
    reading: &mut Reading,
    header: &Inherited<'_>,
    line: u64,
    tag: &Entry,
) -> Option<TagSubject> {
    let name = header.get(tag, Field::Network).or_else(|| header.get(tag, Field::Currency));
    let Some(name) = name else {
        reading.defect(DefectReason::UnknownNetwork, line, "neither network nor currency");
        return None;
    };
    let Some(network) = network_of(name) else {
        reading.defect(DefectReason::UnknownNetwork, line, name);
        return None;
    };
    if let Some(address) = tag.get(Field::Address) {
        reading.check_case(line, address);
        return account_on(&network, address)
            .inspect(|account| reading.check_form(line, account))
            .map(TagSubject::Account)
            .map_err(|reason| reading.defect(DefectReason::ImpossibleAddress, line, reason))
            .ok();
    }
    let Some(hash) = tag.get(Field::TxHash) else {
        reading.defect(DefectReason::FieldMissing, line, "neither address nor tx_hash");
        return None;
    };
    let Network::Chain(chain) = network else {
        let what = format!("`{}` names no one chain for a tx_hash", shortened(name));
        reading.defect(DefectReason::UnknownNetwork, line, what);
        return None;
    };
    hash.trim()
        .parse::<TxHash>()
        .map(|hash| TagSubject::Transaction(TxId::new(chain, hash)))
        .map_err(|reason| reading.defect(DefectReason::ImpossibleTransaction, line, reason))
        .ok()
}

fn note_unknown(reading: &mut Reading, line: u64, entry: &Entry) {
    for name in &entry.unknown {
        reading.defect(DefectReason::UnknownField, line, name);
    }
}

#[cfg(test)]
mod tests;
