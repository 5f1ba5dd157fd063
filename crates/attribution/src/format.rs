//! Which format a file has, told by its content.

use crate::error::AttributionError;
use crate::label_map;
use crate::network::shortened;
use crate::ofac;
use crate::sanctions::Publisher;
use crate::sdn_csv;
use crate::store::STORE_SCHEMA;
use crate::uk_csv;
use crate::{bare, csv_tags, eu_csv};

/// The formats that are read, recognised by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// TagPack YAML.
    TagPack,
    /// ActorPack YAML.
    ActorPack,
    /// Sanctioned addresses of one asset, one a line.
    OfacText,
    /// Sanctioned addresses of one asset, a JSON array.
    OfacJson,
    /// Addresses, one a line.
    AddressText,
    /// Addresses, or records of them, as JSON.
    AddressJson,
    /// The European Union's consolidated list as CSV.
    EuCsv,
    /// `sdn.csv` of the SDN list.
    SdnCsv,
    /// `alt.csv`, `add.csv` or `sdn_comments.csv`: read together with `sdn.csv`, not alone.
    SdnCompanion,
    /// The SDN list as advanced XML.
    SdnXml,
    /// Names and labels by address, as block explorers show them.
    LabelMap,
    /// The SDN list, or another list of OFAC, as plain XML.
    SdnPlainXml,
    /// The European Union's consolidated list as XML.
    EuXml,
    /// The United Kingdom's list as XML.
    UkXml,
    /// The United Kingdom's list as CSV.
    UkCsv,
    /// The consolidated list of the United Kingdom's OFSI as CSV.
    OfsiCsv,
    /// The United Nations' consolidated list as XML.
    UnXml,
    /// A table with a column `address`.
    SimpleCsv,
    /// Our own JSON lines.
    Store,
}

impl Format {
    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::TagPack => "TagPack",
            Self::ActorPack => "ActorPack",
            Self::OfacText | Self::OfacJson => "list of sanctioned addresses",
            Self::AddressText | Self::AddressJson => "list of addresses",
            Self::EuCsv => "EU financial sanctions list (CSV)",
            Self::SdnCsv => "SDN list (CSV)",
            Self::SdnCompanion => "companion of sdn.csv, read with it",
            Self::SdnXml => "SDN list (advanced XML)",
            Self::LabelMap => "labels of an explorer",
            Self::SdnPlainXml => "SDN list (XML)",
            Self::EuXml => "EU financial sanctions list (XML)",
            Self::UkXml => "UK sanctions list (XML)",
            Self::UkCsv => "UK sanctions list (CSV)",
            Self::OfsiCsv => "OFSI consolidated list (CSV)",
            Self::UnXml => "UN consolidated list (XML)",
            Self::SimpleCsv => "table of tags",
            Self::Store => "hawkshaw.tags/1",
        }
    }

    /// Who publishes files of this format, where only one does.
    pub fn publisher(self) -> Option<Publisher> {
        match self {
            Self::OfacText | Self::OfacJson | Self::SdnCsv | Self::SdnXml | Self::SdnPlainXml => {
                Some(Publisher::Ofac)
            }
            Self::EuXml | Self::EuCsv => Some(Publisher::Eu),
            Self::UkXml | Self::UkCsv | Self::OfsiCsv => Some(Publisher::Uk),
            Self::UnXml => Some(Publisher::Un),
            Self::TagPack
            | Self::ActorPack
            | Self::AddressText
            | Self::AddressJson
            | Self::SdnCompanion
            | Self::LabelMap
            | Self::SimpleCsv
            | Self::Store => None,
        }
    }
}

/// What the first bytes of files that are no text look like, and what to say about it.
const BINARIES: [(&[u8], &str); 8] = [
    (b"\x1f\x8b", "it is compressed (gzip): unpack it first"),
    (b"PK\x03\x04", "it is a zip archive: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "it is compressed (zstd): unpack it first"),
    (b"BZh", "it is compressed (bzip2): unpack it first"),
    (b"%PDF", "it is a PDF document"),
    (b"PAR1", "it is a Parquet file"),
    (b"SQLite format 3", "it is a SQLite database"),
    (b"\xff\xfe", "it is UTF-16 text: save it as UTF-8"),
];

/// What is read, for those whose file is none of it.
const KNOWN: &str = "known are TagPacks and ActorPacks (YAML), tables with a column `address` \
    (CSV; others may be chain, label, category, source), addresses one a line or as JSON, and \
    the lists of OFAC, the EU, the UK and the UN (docs/lists.md)";

/// Bytes at the start of a file by which it is recognised.
const HEAD_BYTES: usize = 64 << 10;

/// Recognises a format.
///
/// # Errors
///
/// When it is none that is read, and what it seems to be instead.
pub(crate) fn recognise(file: &str, bytes: &[u8]) -> Result<Format, AttributionError> {
    let unknown = |reason: &str| AttributionError::UnknownFormat {
        file: file.to_owned(),
        reason: reason.to_owned(),
    };
    if let Some((_, reason)) = BINARIES.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Err(unknown(reason));
    }
    let head = bytes.get(..bytes.len().min(HEAD_BYTES)).unwrap_or_default();
    if head.contains(&0) {
        return Err(unknown("it is binary"));
    }
    let head = String::from_utf8_lossy(head);
    let head = head.trim_start_matches('\u{feff}').trim_start();
    match head.chars().next() {
        None => Err(unknown("it is empty")),
        Some('<') => xml(head).map_err(unknown),
        Some('[') if ofac::asset_of(file).is_some() => Ok(Format::OfacJson),
        Some('[') => Ok(Format::AddressJson),
        Some('{') => json(head).map_err(unknown),
        Some(_) => text(file, bytes, head).map_err(|reason| unknown(&reason)),
    }
}

fn xml(head: &str) -> Result<Format, &'static str> {
    let lower = head.to_ascii_lowercase();
    if lower.contains("<html") || lower.contains("<!doctype html") {
        Err("it is an HTML page")
    } else if head.contains("<Sanctions") {
        Ok(Format::SdnXml)
    } else if head.contains("<sdnList") {
        Ok(Format::SdnPlainXml)
    } else if head.contains("<CONSOLIDATED_LIST") {
        Ok(Format::UnXml)
    } else if head.contains("<Designations") {
        Ok(Format::UkXml)
    } else if is_root(head, "export") {
        Ok(Format::EuXml)
    } else if head.contains("<ArrayOfFinancialSanctionsTarget") {
        Err("it is OFSI's XML: take its CSV, or the UK Sanctions List as XML")
    } else if head.contains("<sanctionsData") {
        Err("it is OFAC's enhanced XML: take sdn_advanced.xml or sdn.xml")
    } else {
        Err("it is XML, but none of the lists of sanctions of OFAC, the EU, the UK or the UN")
    }
}

/// Whether the first element has this name, in any namespace.
fn is_root(head: &str, name: &str) -> bool {
    let tags = head.split('<').skip(1).map(|tag| tag.trim_start());
    let root = tags.into_iter().find(|tag| !tag.starts_with(['?', '!']));
    let word = root.and_then(|tag| tag.split([' ', '>', '/', '\n', '\r', '\t']).next());
    word.is_some_and(|word| word.rsplit(':').next() == Some(name))
}

fn json(head: &str) -> Result<Format, &'static str> {
    let first = head.lines().next().unwrap_or_default();
    let family = STORE_SCHEMA.split_once('/').map_or(STORE_SCHEMA, |(family, _)| family);
    if first.contains(family) {
        Ok(Format::Store)
    } else if label_map::looks_like(head) {
        Ok(Format::LabelMap)
    } else if head.to_ascii_lowercase().contains("\"address") {
        Ok(Format::AddressJson)
    } else {
        Err("it is JSON, but neither a list of addresses (`[\"0x…\"]`, `[{\"address\": …}]`), \
             labels by address, nor hawkshaw.tags")
    }
}

fn text(file: &str, bytes: &[u8], head: &str) -> Result<Format, String> {
    let first = head.lines().next().unwrap_or_default();
    if eu_csv::looks_like(head) {
        return Ok(Format::EuCsv);
    }
    if let Some((_, is_ofsi)) = uk_csv::header_line(head) {
        return Ok(if is_ofsi { Format::OfsiCsv } else { Format::UkCsv });
    }
    if csv_tags::header(head).is_some() {
        return Ok(Format::SimpleCsv);
    }
    if let Some((columns, third)) = sdn_csv::first_row(head) {
        let is_alias = matches!(third.as_str(), "aka" | "fka" | "nka");
        match columns {
            sdn_csv::COLUMNS => return Ok(Format::SdnCsv),
            2 | 6 if is_companion(file) => return Ok(Format::SdnCompanion),
            5 if is_alias => return Ok(Format::SdnCompanion),
            _ => {}
        }
    }
    if let Some(format) = yaml(bytes) {
        return Ok(format);
    }
    if ofac::asset_of(file).is_some() {
        return Ok(Format::OfacText);
    }
    if bare::looks_like(head) {
        return Ok(Format::AddressText);
    }
    if ["title:", "creator:", "header:", "---", "%YAML"].iter().any(|s| first.starts_with(s)) {
        return Err("it is YAML without `tags:` or `actors:` at its top".to_owned());
    }
    Err(format!("it begins with `{}`; {KNOWN}", shortened(first)))
}

/// Whether the name is that of a companion of `sdn.csv` whose rows look like many others'.
fn is_companion(file: &str) -> bool {
    let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
    ["sdn_comments.csv", "add.csv"].iter().any(|name| base.eq_ignore_ascii_case(name))
}

/// Whether a line at the margin is `tags:` or `actors:`; the first one decides.
fn yaml(bytes: &[u8]) -> Option<Format> {
    bytes.split(|b| *b == b'\n').find_map(|line| {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        if line.starts_with(b"tags:") {
            Some(Format::TagPack)
        } else if line.starts_with(b"actors:") {
            Some(Format::ActorPack)
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::recognise;

    #[test]
    fn files_are_recognised_by_content() {
        let name = |file: &str, bytes: &[u8]| match recognise(file, bytes) {
            Ok(format) => format!("{format:?}"),
            Err(error) => error.to_string(),
        };
        for (file, text, expected) in [
            ("a", "title: x\ntags:\n- address: a", "TagPack"),
            ("a", "\u{feff}tags: []", "TagPack"),
            ("a", "%YAML 1.1\n---\nactors:\n", "ActorPack"),
            ("a", "[\"x\"]", "AddressJson"),
            ("sanctioned_addresses_ETH.json", "[\"x\"]", "OfacJson"),
            ("a", "[{\"address\": \"x\"}]", "AddressJson"),
            ("a", "# ours\nWallet Address;Chain\n", "SimpleCsv"),
            ("a", "address\n0x1\n", "SimpleCsv"),
            ("a", "fileGenerationDate;Entity_LogicalId;Entity_Remark\n", "EuCsv"),
            ("sanctioned_addresses_XBT.txt", "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h\n", "OfacText"),
            ("a", "{\"0x\": {\"name\": \"x\", \"labels\": []}}", "LabelMap"),
            ("a", "{\"schema\":\"hawkshaw.tags/1\"}\n", "Store"),
            ("a", "<?xml version=\"1.0\"?><Sanctions/>", "SdnXml"),
            ("a", "label,\"Address\",category,source\n", "SimpleCsv"),
            ("a", "36,\"A, B\",-0- ,4,5,6,7,8,9,10,11,12\n", "SdnCsv"),
            ("x/sdn_comments.csv", "36,\"go on\"\n", "SdnCompanion"),
            ("a", "36,12,\"aka\",\"X\",-0- \n", "SdnCompanion"),
            ("a", "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h\n", "AddressText"),
            ("a", "", "a: not a file of tags: it is empty"),
            ("a", "<!DOCTYPE html><html>", "a: not a file of tags: it is an HTML page"),
            (
                "a",
                "title: x\n",
                "a: not a file of tags: it is YAML without `tags:` or `actors:` at its top",
            ),
            ("a", "\u{0}", "a: not a file of tags: it is binary"),
        ] {
            assert_eq!(name(file, text.as_bytes()), expected);
        }
        assert!(name("a", b"\x1f\x8b\x08").contains("unpack"));
        for (text, shown) in
            [("36,go on\n", "`36,go on`"), ("hello \u{1b}[2J", "`hello \u{fffd}[2J`")]
        {
            let error = name("a", text.as_bytes());
            assert!(error.starts_with("a: not a file of tags: it begins with "), "{error}");
            assert!(error.contains(shown) && error.contains("column `address`"), "{error}");
        }
    }
}
