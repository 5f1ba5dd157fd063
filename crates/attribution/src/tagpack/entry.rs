//! The fields of a TagPack's header or of one of its tags, as they stand in the file.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Spanned, Tagged};

/// Unknown fields of one entry that are remembered by name.
const UNKNOWN_MAX: usize = 32;

/// A text field that the tags use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    /// `creator`
    Creator,
    /// `label`
    Label,
    /// `source`
    Source,
    /// `currency`
    Currency,
    /// `network`
    Network,
    /// `confidence`
    Confidence,
    /// `address`
    Address,
    /// `tx_hash`
    TxHash,
    /// `context`
    Context,
    /// `lastmod`
    Lastmod,
    /// `category`
    Category,
    /// `abuse`
    Abuse,
    /// `actor`
    Actor,
}

/// The names of the text fields.
const NAMES: [(&str, Field); 13] = [
    ("creator", Field::Creator),
    ("label", Field::Label),
    ("source", Field::Source),
    ("currency", Field::Currency),
    ("network", Field::Network),
    ("confidence", Field::Confidence),
    ("address", Field::Address),
    ("tx_hash", Field::TxHash),
    ("context", Field::Context),
    ("lastmod", Field::Lastmod),
    ("category", Field::Category),
    ("abuse", Field::Abuse),
    ("actor", Field::Actor),
];

/// Fields of the format that the model has no place for. `is_cluster_definer` and `tag_type`
/// speak of GraphSense's own clusters and views.
const UNUSED: [&str; 8] = [
    "title",
    "description",
    "owner",
    "is_public",
    "is_cluster_definer",
    "tag_type",
    "uri",
    "tagpack_uri",
];

/// A header or a tag: both have the same fields.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// Those that are there; a vector, so that an entry of a hostile file stays small.
    texts: Vec<(Field, String)>,
    /// `concepts`
    pub(crate) concepts: Option<Vec<String>>,
    /// `tags`, in a header only.
    pub(crate) tags: Option<Vec<Spanned<Entry>>>,
    /// `header`, in a header only.
    pub(crate) header: Option<Box<Header>>,
    /// Names of fields that the format has not.
    pub(crate) unknown: Vec<String>,
}

/// What `header:` holds.
#[derive(Debug)]
pub(crate) enum Header {
    /// Fields, in place.
    Fields(Box<Entry>),
    /// `!include` of a path.
    Include(String),
}

impl Entry {
    /// A text field that is there and not empty.
    pub(crate) fn get(&self, field: Field) -> Option<&str> {
        let (_, text) = self.texts.iter().find(|(known, _)| *known == field)?;
        Some(text.as_str()).filter(|text| !text.trim().is_empty())
    }

    /// Takes over every field that `other` has: an included header wins, as in the TagPack tool.
    pub(crate) fn override_with(&mut self, other: Self) {
        self.texts.retain(|(field, _)| other.texts.iter().all(|(theirs, _)| theirs != field));
        self.texts.extend(other.texts);
        self.concepts = other.concepts.or(self.concepts.take());
        self.unknown.extend(other.unknown);
    }

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        name: String,
        map: &mut A,
    ) -> Result<(), A::Error> {
        if let Some((_, field)) = NAMES.iter().find(|(known, _)| *known == name) {
            let value: Option<String> = map.next_value()?;
            self.texts.extend(value.map(|text| (*field, text)));
            return Ok(());
        }
        match name.as_str() {
            "concepts" => self.concepts = map.next_value::<Option<Words>>()?.map(|w| w.0),
            "tags" => self.tags = map.next_value()?,
            "header" => self.header = Some(Box::new(map.next_value()?)),
            _ => {
                map.next_value::<IgnoredAny>()?;
                if !UNUSED.contains(&name.as_str()) && self.unknown.len() < UNKNOWN_MAX {
                    self.unknown.push(name);
                }
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping of fields")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
                let mut entry = Entry::default();
                while let Some(name) = map.next_key::<String>()? {
                    entry.read_field(name, &mut map)?;
                }
                Ok(entry)
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

impl<'de> Deserialize<'de> for Header {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Kinds;

        impl<'de> Visitor<'de> for Kinds {
            type Value = Header;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("fields or `!include PATH`")
            }

            fn visit_str<E>(self, path: &str) -> Result<Header, E> {
                Ok(Header::Include(path.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Header, A::Error> {
                let fields = serde::de::value::MapAccessDeserializer::new(map);
                Ok(Header::Fields(Box::new(Entry::deserialize(fields)?)))
            }
        }

        struct Node(Header);

        impl<'de> Deserialize<'de> for Node {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Kinds).map(Node)
            }
        }

        let Tagged(Node(header), tag) = Tagged::<Node>::deserialize(deserializer)?;
        match (&header, tag.as_deref()) {
            (Header::Fields(_), None) | (Header::Include(_), Some("!include")) => Ok(header),
            (_, Some(other)) => Err(D::Error::custom(format!("the header has the tag {other}"))),
            (_, None) => Err(D::Error::custom("the header is neither fields nor !include PATH")),
        }
    }
}

/// A list of words, or one word.
struct Words(Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Both;

        impl<'de> Visitor<'de> for Both {
            type Value = Words;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of concepts")
            }

            fn visit_str<E>(self, word: &str) -> Result<Words, E> {
                Ok(Words(vec![word.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = seq.next_element::<Option<String>>()? {
                    words.extend(word);
                }
                Ok(Words(words))
            }
        }

        deserializer.deserialize_any(Both)
    }
}
