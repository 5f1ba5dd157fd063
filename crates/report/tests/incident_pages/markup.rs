//! Reading what was written.

use std::collections::BTreeSet;

use quick_xml::events::Event;

/// An element with its attributes, as they stand there.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

impl Element {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let mut all = self.attributes.iter();
        all.find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The elements of a text.
///
/// # Panics
///
/// When it is not well-formed.
pub(crate) fn elements(text: &str) -> Vec<Element> {
    let text = text.replace("<!DOCTYPE html>", "");
    let mut reader = quick_xml::Reader::from_str(&text);
    let (mut elements, mut open) = (Vec::new(), 0);
    loop {
        let event = reader.read_event().expect("well-formed");
        open += match event {
            Event::Start(_) => 1,
            Event::End(_) => -1,
            _ => 0,
        };
        match event {
            Event::Start(tag) | Event::Empty(tag) => {
                let attributes = tag.attributes().map(|attribute| {
                    let attribute = attribute.expect("a well-formed attribute");
                    (attribute.key.as_ref().to_owned(), attribute.value.into_owned())
                });
                let attributes = attributes.collect();
                elements.push(Element { name: tag.name().as_ref().to_owned(), attributes });
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open, 0, "every element ends");
    elements
}

/// The names of elements, each with those of its attributes.
pub(crate) fn names(text: &str) -> BTreeSet<(String, Vec<String>)> {
    let names = |element: Element| {
        let attributes = element.attributes.into_iter().map(|(name, _)| name);
        (element.name, attributes.collect())
    };
    elements(text).into_iter().map(names).collect()
}

/// A text as it stands in markup.
pub(crate) fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

/// A link as an attribute, with what is no ASCII percent-encoded.
pub(crate) fn href(url: &str) -> String {
    let encode = |byte: u8| match byte.is_ascii() {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    format!("href=\"{}\"", escaped(&url.bytes().map(encode).collect::<String>()))
}

/// Fails where a figure is none.
pub(crate) fn assert_numbers(name: &str, text: &str) {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_none = |word: &&str| ["nan", "inf", "infinity"].contains(&word.to_lowercase().as_str());
    assert_eq!(words.into_iter().find(is_none), None, "{name}");
    const PLACES: [&str; 12] = [
        "x",
        "y",
        "cx",
        "cy",
        "r",
        "width",
        "height",
        "d",
        "viewBox",
        "font-size",
        "stroke-width",
        "fill-opacity",
    ];
    let is_digit = |c: char| c.is_ascii_digit() || c == '.' || c == '-';
    for element in elements(text) {
        for place in PLACES {
            let Some(value) = element.attribute(place) else { continue };
            let numbers = value.split(|c: char| !is_digit(c)).filter(|part| !part.is_empty());
            let read: Vec<f64> = numbers.map(|number| number.parse().unwrap()).collect();
            assert!(!read.is_empty() && read.iter().all(|number| number.is_finite()), "{value}");
        }
    }
}
