//! Labels as block explorers show them: a JSON object from addresses to names and label words.
//!
//! ```text
//! {"0x…": {"name": "KuCoin 2", "labels": ["kucoin", "exchange"]}}
//! ```
//!
//! Source: the exports of <https://github.com/brianleect/etherscan-labels>, one file for each
//! explorer. The chain is in the path only, by the explorer's name; without one it is Ethereum,
//! and that is said.

use std::fmt;

use hawkshaw_model::{ChainId, Tag, TagSubject};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::defects::DefectReason;
use crate::error::AttributionError;
use crate::network::{Network, account_on, chain_named, shortened};
use crate::reading::Reading;
use crate::yaml::text_of;

/// What a list from the web is worth; it is the least that still stops a trace.
const CONFIDENCE: &str = "web_crawl";

/// Explorers, by what stands in paths, their chains and where they are.
const EXPLORERS: [(&str, &str, &str); 11] = [
    ("polygonscan", "polygon", "https://polygonscan.com/address/"),
    ("bscscan", "bsc", "https://bscscan.com/address/"),
    ("ftmscan", "fantom", "https://ftmscan.com/address/"),
    ("arbiscan", "arbitrum", "https://arbiscan.io/address/"),
    ("optimism", "optimism", "https://optimistic.etherscan.io/address/"),
    ("optimistic", "optimism", "https://optimistic.etherscan.io/address/"),
    ("avalanche", "avalanche", "https://snowtrace.io/address/"),
    ("snowtrace", "avalanche", "https://snowtrace.io/address/"),
    ("basescan", "base", "https://basescan.org/address/"),
    ("gnosisscan", "gnosis", "https://gnosisscan.io/address/"),
    ("etherscan", "ethereum", "https://etherscan.io/address/"),
];

/// Words of explorers and the concepts that they mean. Other words are names of projects: they
/// stay in the context and mean no concept.
const WORDS: [(&str, &str); 42] = [
    ("ofac-sanctions-lists", "sanction"),
    ("ofac-sanctioned", "sanction"),
    ("ofac-sanctions", "sanction"),
    ("phish-hack", "phishing"),
    ("phish", "phishing"),
    ("phishing", "phishing"),
    ("fake-phishing", "phishing"),
    ("exploit", "hacking"),
    ("heist", "hacking"),
    ("hack", "hacking"),
    ("cryptopia-hack", "hacking"),
    ("upbit-hack", "hacking"),
    ("bitpoint-hack", "hacking"),
    ("kucoin-hack", "hacking"),
    ("lendf.me-hack", "hacking"),
    ("eminence-exploit", "hacking"),
    ("plustoken-scam", "ponzi_scheme"),
    ("ponzi", "ponzi_scheme"),
    ("scam", "scam"),
    ("spam-token", "scam"),
    ("blocked", "black_list"),
    ("tornado-cash", "mixing_service"),
    ("mixer", "mixing_service"),
    ("exchange", "exchange"),
    ("binance", "exchange"),
    ("bitfinex", "exchange"),
    ("coinbase", "exchange"),
    ("huobi", "exchange"),
    ("kraken", "exchange"),
    ("kucoin", "exchange"),
    ("okex", "exchange"),
    ("poloniex", "exchange"),
    ("bridge", "defi_bridge"),
    ("dex", "defi_dex"),
    ("lending", "defi_lending"),
    ("defi", "defi"),
    ("gambling", "gambling"),
    ("mining", "mining_service"),
    ("burn", "burn_address"),
    ("donate", "donation"),
    ("cold-wallet", "cold_wallet"),
    ("hot-wallet", "hot_wallet"),
];

/// What a file says of an address.
#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    labels: Vec<String>,
}

/// The entries in the order of the file: an object would lose those that stand there twice.
#[derive(Debug)]
struct Entries(Vec<(String, Entry)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object from addresses to names and labels")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Whether the start of a JSON object looks like such a file.
pub(crate) fn looks_like(head: &str) -> bool {
    head.contains("\"labels\"") && head.contains("\"name\"")
}

/// Reads a file of labels.
///
/// # Errors
///
/// When it is no such JSON. Single entries that are no addresses are defects of the reading.
pub(crate) fn read(file: &str, bytes: &[u8]) -> Result<Reading, AttributionError> {
    let text = text_of(file, bytes)?;
    let Entries(entries) =
        serde_json::from_str(text).map_err(|error| AttributionError::Broken {
            file: file.to_owned(),
            line: u64::try_from(error.line()).unwrap_or(0),
            reason: format!("no labels by address: {}", shortened(&error.to_string())),
        })?;
    let mut reading = Reading::of(file);
    let (chain, page) = explorer(&mut reading, file);
    let network = Network::Chain(chain);
    for (address, entry) in &entries {
        reading.check_case(0, address);
        match account_on(&network, address) {
            Ok(account) => {
                let source = format!("{page}{}", account.address_in_files());
                let tag = tag(&mut reading, TagSubject::Account(account), source, entry);
                reading.tags.push(tag);
            }
            Err(reason) => reading.defect(DefectReason::ImpossibleAddress, 0, reason),
        }
    }
    Ok(reading)
}

/// The chain that a path names by its explorer.
fn explorer(reading: &mut Reading, file: &str) -> (ChainId, &'static str) {
    let lower = file.to_ascii_lowercase();
    // The folder that is nearest to the file counts.
    let parts = lower.rsplit(['/', '\\']);
    let known =
        parts.filter_map(|part| EXPLORERS.iter().find(|(name, ..)| part.contains(name))).next();
    let chain = known.and_then(|(_, chain, _)| chain_named(chain));
    match (known, chain) {
        (Some((_, _, page)), Some(chain)) => (chain, page),
        _ => {
            let what = "no explorer is named in the path: taken for Ethereum";
            reading.defect(DefectReason::UnknownNetwork, 0, what);
            (ChainId::ethereum(), "https://etherscan.io/address/")
        }
    }
}

fn tag(reading: &mut Reading, subject: TagSubject, source: String, entry: &Entry) -> Tag {
    let name = entry.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    let words = entry.labels.join(", ");
    let concept = |label: &String| {
        let known = WORDS.iter().find(|(word, _)| label.eq_ignore_ascii_case(word));
        known.map(|(_, concept)| *concept)
    };
    let label = name.unwrap_or(if words.is_empty() { "labelled without a name" } else { &words });
    Tag {
        subject,
        label: reading.text(0, label),
        actor: None,
        concepts: reading.concepts(0, entry.labels.iter().filter_map(concept)),
        source,
        creator: String::new(),
        confidence: reading.confidence(0, Some(CONFIDENCE)),
        lastmod: None,
        context: Some(reading.text(0, &words)),
        currency: None,
    }
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::defects::DefectReason;

    #[test]
    fn labels_are_read_on_the_chain_of_their_explorer() {
        let json = r#"{
            "": {"name": "Sum of 4 Accounts", "labels": ["aave"]},
            "0x689c56aef474df92d44a1b70850f808488f9769c": {"name": "KuCoin 2", "labels": ["kucoin"]},
            "0x689C56AEF474DF92D44A1B70850F808488F9769D": {"name": "", "labels": ["phish-hack", "heist"]},
            "0x689c56aef474df92d44a1b70850f808488f9769e": {"name": null, "labels": []}
        }"#;
        let reading = read("labels/bscscan/combined/all.json", json.as_bytes()).unwrap();
        let shown: Vec<String> = reading
            .tags
            .iter()
            .map(|t| format!("{:?} {} {:?}", t.subject, t.label, t.concepts))
            .collect();
        assert_eq!(shown.len(), 3);
        assert!(shown[0].contains("eip155:56:0x689c56aef474df92d44a1b70850f808488f9769c"));
        assert!(shown[0].ends_with("KuCoin 2 [exchange]"), "{shown:?}");
        assert!(shown[1].ends_with("phish-hack, heist [hacking, phishing]"), "{shown:?}");
        assert_eq!(reading.defects.count(DefectReason::ImpossibleAddress), 1);
        assert_eq!(reading.defects.total(), 1);
        let unnamed = read("all.json", json.as_bytes()).unwrap();
        assert_eq!(unnamed.defects.count(DefectReason::UnknownNetwork), 1);
        assert!(read("all.json", b"{\"0x\": {\"name\": 3, \"labels\": []}}").is_err());
    }
}
