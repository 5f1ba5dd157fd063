//! XML lists, read record by record: bounded, without document types and entities.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use crate::error::AttributionError;
use crate::network::shortened;
use crate::yaml::text_of;

/// Levels of nesting. The real lists have at most eleven.
const DEPTH_MAX: usize = 64;

/// A text between two tags is at most this long.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// Elements of one record. The largest real ones have some thousands.
const ELEMENTS_MAX: usize = 200_000;

/// Texts of one record together are at most this long.
const RECORD_BYTES_MAX: usize = 16 << 20;

/// An element of a record with all that is in it.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) line: u64,
    pub(crate) attributes: Vec<(String, String)>,
    /// The text between its tags, without spaces around it.
    pub(crate) text: String,
    pub(crate) children: Vec<Self>,
}

impl Element {
    /// An attribute that is there and not empty.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// Children of a name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of a name that has some.
    pub(crate) fn text_of(&self, name: &str) -> Option<&str> {
        let mut named = self.children.iter().filter(|child| child.name == name);
        named.find(|child| !child.text.is_empty()).map(|child| child.text.as_str())
    }

    /// Elements of a name anywhere below, in the order of the file.
    pub(crate) fn below<'a>(&'a self, name: &str) -> Vec<&'a Self> {
        let mut found = Vec::new();
        let mut open: Vec<&Self> = self.children.iter().rev().collect();
        while let Some(element) = open.pop() {
            if element.name == name {
                found.push(element);
            }
            open.extend(element.children.iter().rev());
        }
        found
    }
}

/// Reads a list whose root is one of `roots` and hands each element of a name in `records` to
/// `visit`, the root itself first, without its children.
///
/// # Errors
///
/// When it is no well-formed XML of that kind, declares a document type or entities, or is over
/// a limit of depth or size.
pub(crate) fn records(
    file: &str,
    bytes: &[u8],
    root: &str,
    wanted: &[&str],
    mut visit: impl FnMut(Element),
) -> Result<(), AttributionError> {
    let text = text_of(file, bytes)?;
    let mut xml = Reader::from_str(text);
    let mut lines = Lines::of(text);
    let mut walk = Walk { root, wanted, depth: 0, open: Vec::new(), elements: 0, bytes: 0 };
    loop {
        let event = xml.read_event();
        let line = lines.at(xml.buffer_position());
        let broken =
            |reason: String| AttributionError::Broken { file: file.to_owned(), line, reason };
        match event.map_err(|error| broken(shortened(&error.to_string())))? {
            Event::Start(tag) => walk.start(&tag, line, &mut visit).map_err(broken)?,
            Event::Empty(tag) => {
                walk.start(&tag, line, &mut visit).map_err(broken)?;
                walk.end(&mut visit);
            }
            Event::End(_) => walk.end(&mut visit),
            Event::Text(text) => walk.append(&text.xml10_content()).map_err(broken)?,
            Event::CData(text) => walk.append(&text.xml10_content()).map_err(broken)?,
            Event::GeneralRef(entity) => {
                let resolved = resolve(&entity).map_err(broken)?;
                walk.append(resolved.encode_utf8(&mut [0; 4])).map_err(broken)?;
            }
            Event::DocType(_) => {
                return Err(broken("document type definitions are refused".to_owned()));
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof if walk.depth == 0 => return Ok(()),
            Event::Eof => return Err(broken("the file ends inside an element".to_owned())),
        }
    }
}

/// Where in the file the reader is.
struct Walk<'a> {
    root: &'a str,
    wanted: &'a [&'a str],
    depth: usize,
    /// The open elements of the open record.
    open: Vec<Element>,
    elements: usize,
    bytes: usize,
}

impl Walk<'_> {
    fn start(
        &mut self,
        tag: &BytesStart<'_>,
        line: u64,
        visit: &mut impl FnMut(Element),
    ) -> Result<(), String> {
        if self.depth == DEPTH_MAX {
            return Err(format!("elements nest deeper than {DEPTH_MAX}"));
        }
        let name = tag.local_name().as_ref().to_owned();
        self.depth += 1;
        if self.depth == 1 {
            if name != self.root {
                let found = shortened(&name);
                return Err(format!("the root is `{found}`, not `{}`", self.root));
            }
            visit(element(tag, name, line)?);
        } else if !self.open.is_empty() || self.wanted.contains(&name.as_str()) {
            self.elements += 1;
            if self.elements > ELEMENTS_MAX {
                return Err(format!("a record has over {ELEMENTS_MAX} elements"));
            }
            let element = element(tag, name, line)?;
            let attributes = element.attributes.iter().map(|(_, value)| value.len());
            self.count(attributes.sum())?;
            self.open.push(element);
        }
        Ok(())
    }

    fn end(&mut self, visit: &mut impl FnMut(Element)) {
        self.depth = self.depth.saturating_sub(1);
        let Some(mut element) = self.open.pop() else { return };
        element.text = element.text.trim().to_owned();
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => {
                (self.elements, self.bytes) = (0, 0);
                visit(element);
            }
        }
    }

    fn append(&mut self, text: &str) -> Result<(), String> {
        if self.open.is_empty() {
            return Ok(());
        }
        self.count(text.len())?;
        let Some(element) = self.open.last_mut() else { return Ok(()) };
        if element.text.len() + text.len() > TEXT_BYTES_MAX {
            return Err(format!("a text is over {TEXT_BYTES_MAX} bytes"));
        }
        element.text.push_str(text);
        Ok(())
    }

    fn count(&mut self, bytes: usize) -> Result<(), String> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > RECORD_BYTES_MAX {
            return Err(format!("a record is over {RECORD_BYTES_MAX} bytes"));
        }
        Ok(())
    }
}

/// An element with its attributes, which must not refer to entities of the document's own.
fn element(tag: &BytesStart<'_>, name: String, line: u64) -> Result<Element, String> {
    const ATTRIBUTES_MAX: usize = 200;
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| shortened(&error.to_string()))?;
        if attributes.len() == ATTRIBUTES_MAX {
            return Err(format!("an element has over {ATTRIBUTES_MAX} attributes"));
        }
        let key = attribute.key.local_name().as_ref().to_owned();
        attributes.push((key, unescaped(&attribute.value)?));
    }
    Ok(Element { name, line, attributes, ..Element::default() })
}

/// A value with its references put in their place.
fn unescaped(value: &str) -> Result<String, String> {
    if !value.contains('&') {
        return Ok(value.to_owned());
    }
    let mut pieces = value.split('&');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, rest) = piece.split_once(';').ok_or("an `&` begins no reference")?;
        plain.push(character(name)?);
        plain.push_str(rest);
    }
    Ok(plain)
}

fn character(name: &str) -> Result<char, String> {
    let refused = || format!("the entity `{}` is refused", shortened(name));
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => {
            let number = name.strip_prefix('#').ok_or_else(refused)?;
            let read = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            read.ok().and_then(char::from_u32).ok_or_else(refused)
        }
    }
}

/// Counts lines while the reader moves on.
pub(crate) struct Lines<'a> {
    text: &'a str,
    offset: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { text, offset: 0, line: 1 }
    }

    pub(crate) fn at(&mut self, position: u64) -> u64 {
        let end = usize::try_from(position).unwrap_or(usize::MAX).min(self.text.len());
        let passed = self.text.as_bytes().get(self.offset..end).unwrap_or_default();
        let lines = passed.iter().filter(|b| **b == b'\n').count();
        self.line = self.line.saturating_add(u64::try_from(lines).unwrap_or(u64::MAX));
        self.offset = self.offset.max(end);
        self.line
    }
}

/// The character of a reference. Only the five that XML predefines and numbers are known:
/// entities that a document declares for itself can be bombs.
pub(crate) fn resolve(entity: &BytesRef<'_>) -> Result<char, String> {
    character(entity.as_ref())
}
