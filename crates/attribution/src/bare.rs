//! Lists of addresses that say little more: lines, and JSON.
//!
//! ```text
//! # what we block                     ["0x…", "bc1…"]
//! 0x…                                 [{"address": "0x…", "chain": "ETH", "label": "…"}]
//! L…, litecoin                        {"addresses": ["0x…"]}
//! ```
//!
//! Whoever names a bare list to be screened by wants its addresses heard: without a word about
//! them they are on a black list, which is its own. Its source is the file.

use std::borrow::Cow;

use hawkshaw_model::{Tag, TagSubject};
use serde_json::{Map, Value};

use crate::confidence;
use crate::defects::DefectReason;
use crate::error::AttributionError;
use crate::forms;
use crate::network::{account_by_form, account_on, chain_named, network_of, shortened};
use crate::reading::Reading;
use crate::yaml::text_of;

/// The label of an address of which a list says nothing.
pub(crate) const LABEL: &str = "listed address";

/// What such an address is, in the words of tags.
pub(crate) const CONCEPT: &str = "black_list";

/// What a list without a word about its confidence is worth: the least that is heard.
pub(crate) const CONFIDENCE: &str = "web_crawl";

/// Names of the fields of a record, as files write them.
pub(crate) const ADDRESS: [&str; 7] =
    ["address", "addr", "walletaddress", "cryptoaddress", "wallet", "account", "accountaddress"];
pub(crate) const CHAIN: [&str; 11] = [
    "chain",
    "network",
    "blockchain",
    "chainid",
    "chainname",
    "currency",
    "asset",
    "ticker",
    "coin",
    "symbol",
    "platform",
];
pub(crate) const LABEL_NAMES: [&str; 7] =
    ["label", "name", "nametag", "tag", "entity", "owner", "title"];
pub(crate) const CATEGORY: [&str; 4] = ["category", "categories", "type", "concept"];
pub(crate) const SOURCE: [&str; 5] = ["source", "url", "link", "reference", "sourceurl"];

/// A name of a field without case and punctuation.
pub(crate) fn plain(name: &str) -> String {
    name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// What a record says of an address.
#[derive(Debug, Default)]
struct Record<'a> {
    address: Cow<'a, str>,
    chain: Option<Cow<'a, str>>,
    label: Option<Cow<'a, str>>,
    category: Option<Cow<'a, str>>,
    source: Option<Cow<'a, str>>,
}

/// The file's name without its folders: the source of what names none.
pub(crate) fn base_name(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

/// Whether the first lines are addresses, one each, perhaps with a chain or a label behind.
pub(crate) fn looks_like(head: &str) -> bool {
    const LOOKED_AT: usize = 5;
    // The last line of a head may be cut.
    let whole = head.rfind('\n').and_then(|end| head.get(..end)).unwrap_or(head);
    let lines = whole.lines().filter_map(content).take(LOOKED_AT);
    let mut count = 0;
    for line in lines {
        let record = of_line(line);
        if !is_like_an_address(&record.address) {
            return false;
        }
        count += 1;
    }
    count > 0
}

/// A line without its remark; `None` for one that holds nothing else.
fn content(line: &str) -> Option<&str> {
    let line = line.trim_start_matches('\u{feff}').trim();
    if line.starts_with('#') || line.starts_with("//") {
        return None;
    }
    let end = line.find(" #").or_else(|| line.find("\t#")).unwrap_or(line.len());
    line.get(..end).map(str::trim).filter(|line| !line.is_empty())
}

fn is_like_an_address(word: &str) -> bool {
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || b":._-+/".contains(&byte);
    let is_long = (25..=128).contains(&word.len())
        && word.bytes().all(sane)
        && word.bytes().filter(u8::is_ascii_digit).count() > 1;
    is_long || account_by_form(word).is_ok()
}

/// A line: an address, and behind a comma, a semicolon or white space a chain or a label.
fn of_line(line: &str) -> Record<'_> {
    let is_gap = |c: char| c == ',' || c == ';' || c.is_whitespace();
    let (address, rest) = line.split_once(is_gap).unwrap_or((line, ""));
    let rest = rest.trim_matches(is_gap);
    let (first, more) = rest.split_once([',', ';', '\t']).unwrap_or((rest, ""));
    let cell = |text: &str| text.trim_matches(|c: char| is_gap(c) || c == '"').to_owned();
    let (first, more) = (cell(first), cell(more));
    let is_chain = chain_named(&first).is_some();
    let some = |text: String| Some(text).filter(|text| !text.is_empty()).map(Cow::Owned);
    let (chain, label) = if is_chain { (some(first), some(more)) } else { (None, some(first)) };
    Record { address: Cow::Owned(cell(address)), chain, label, ..Record::default() }
}

/// Reads lines. `asset` is what the name of the file says that they are of.
///
/// # Errors
///
/// When it is no UTF-8 text, or over the limit.
pub(crate) fn read_text(
    file: &str,
    bytes: &[u8],
    asset: Option<&str>,
) -> Result<Reading, AttributionError> {
    let mut reading = Reading::of(file);
    for (number, line) in (1..).zip(text_of(file, bytes)?.lines()) {
        if let Some(line) = content(line) {
            add(&mut reading, number, asset, &of_line(line));
        }
    }
    Ok(reading)
}

/// Reads a JSON array of addresses or of records, an object with one, or such records a line each.
///
/// # Errors
///
/// When it is no such JSON, or over the limit.
pub(crate) fn read_json(
    file: &str,
    bytes: &[u8],
    asset: Option<&str>,
) -> Result<Reading, AttributionError> {
    let text = text_of(file, bytes)?;
    let broken = |line: usize, reason: &str| AttributionError::Broken {
        file: file.to_owned(),
        line: u64::try_from(line).unwrap_or(0),
        reason: format!("no JSON array of addresses: {}", shortened(reason)),
    };
    let mut reading = Reading::of(file);
    let mut values = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let value = value.map_err(|error| broken(error.line(), &error.to_string()))?;
        match value {
            Value::Array(all) => values.extend(all),
            Value::Object(mut object) => match of_object(&mut object) {
                Some(all) => values.extend(all),
                None => values.push(Value::Object(object)),
            },
            _ => return Err(broken(1, "it holds neither addresses nor records of them")),
        }
    }
    let mut read = 0u64;
    for value in &values {
        let record = match value {
            Value::String(address) => Record { address: address.into(), ..Record::default() },
            Value::Object(object) => of_fields(object),
            _ => Record::default(),
        };
        if record.address.is_empty() {
            let what = "an entry without an address";
            reading.defect(DefectReason::BadRecord, 0, what);
            continue;
        }
        read += 1;
        add(&mut reading, 0, asset, &record);
    }
    if read == 0 && !values.is_empty() {
        return Err(broken(1, "no entry has a field `address`"));
    }
    Ok(reading)
}

/// The array of an object that is a list with something beside it.
fn of_object(object: &mut Map<String, Value>) -> Option<Vec<Value>> {
    let name = ["addresses", "data", "results", "items"]
        .into_iter()
        .find(|name| object.get(*name).is_some_and(Value::is_array))?;
    match object.remove(name) {
        Some(Value::Array(all)) => Some(all),
        _ => None,
    }
}

fn of_fields(object: &Map<String, Value>) -> Record<'_> {
    let field = |names: &[&str]| {
        let known = |wanted: &&str| object.iter().find(|(name, _)| plain(name) == **wanted);
        names.iter().filter_map(known).find_map(|(_, value)| match value {
            Value::String(text) if !text.trim().is_empty() => Some(Cow::Borrowed(text.trim())),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        })
    };
    Record {
        address: field(&ADDRESS).unwrap_or_default(),
        chain: field(&CHAIN),
        label: field(&LABEL_NAMES),
        category: field(&CATEGORY),
        source: field(&SOURCE),
    }
}

/// Adds a record as a tag, or a defect where it cannot be an address.
fn add(reading: &mut Reading, line: u64, asset: Option<&str>, record: &Record<'_>) {
    let address = record.address.trim();
    reading.check_case(line, address);
    let said = record.chain.as_deref().or(asset);
    let network = match said.map(|name| (name, network_of(name))) {
        Some((name, None)) => {
            reading.defect(DefectReason::UnknownNetwork, line, name);
            None
        }
        Some((_, network)) => network,
        None => None,
    };
    // What the name of a file says is of most of its lines, not of all.
    let on_network = network.as_ref().map(|network| account_on(network, address));
    let account = match (on_network, record.chain.is_some()) {
        (Some(Ok(account)), is_said) if is_said || is_right(&account) => Ok(account),
        (Some(Err(reason)), true) => Err(reason),
        (Some(other), _) => account_by_form(address).or(other),
        (None, _) => account_by_form(address),
    };
    let account = match account {
        Ok(account) => account,
        Err(reason) => {
            reading.defect(DefectReason::ImpossibleAddress, line, reason);
            return;
        }
    };
    reading.check_form(line, &account);
    let categories = record.category.as_deref().or(record.label.is_none().then_some(CONCEPT));
    let source = match record.source.as_deref() {
        Some(source) => source.to_owned(),
        None => base_name(&reading.file).to_owned(),
    };
    let tag = Tag {
        subject: TagSubject::Account(account),
        label: reading.text(line, record.label.as_deref().unwrap_or(LABEL)),
        actor: None,
        concepts: reading.concepts(line, categories.unwrap_or_default().split(';')),
        source: reading.short(line, &source),
        creator: String::new(),
        confidence: confidence::confidence_of(CONFIDENCE).unwrap_or_else(confidence::unknown),
        lastmod: None,
        context: None,
        currency: said.map(|name| reading.short(line, name)),
    };
    reading.tags.push(tag);
}

/// Whether an account has not the wrong form for its chain.
fn is_right(account: &hawkshaw_model::Account) -> bool {
    match account.address() {
        hawkshaw_model::Address::Other(text) => {
            !matches!(forms::verdict(account.chain(), text), forms::Verdict::Wrong(_))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::{looks_like, read_json, read_text};
    use crate::defects::DefectReason;
    use crate::reading::Reading;

    const ETHER: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";
    const LITE: &str = "LNf2JDiuunBz7GMDKFYHN4rq5meXWxiwfb";

    fn shown(reading: &Reading) -> Vec<String> {
        let tags = reading.tags.iter();
        tags.map(|tag| format!("{:?} {} {:?}", tag.subject, tag.label, tag.concepts)).collect()
    }

    #[test]
    fn lines_are_addresses_with_remarks_chains_and_labels() {
        let text = format!(
            "\u{feff}# ours\n{ETHER}\n\n{ETHER},bsc  # twice\nqpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq\n\
             {LITE};litecoin;somebody\r\nTEAqwfMhXLaomXhZ8KeMhx3njGmQEDnsUR the exploiter\n\
             LNf2JDiuunBz7GMDKFYHN4rq5meXWxiwfc\n"
        );
        assert!(looks_like(&text));
        let reading = read_text("a/blocked.txt", text.as_bytes(), None).unwrap();
        let shown = shown(&reading);
        assert_eq!(shown.len(), 5, "{shown:?}");
        assert!(shown[0].ends_with("listed address [black_list]"), "{shown:?}");
        assert!(shown[1].contains("eip155:56:0x098b"), "{shown:?}");
        assert!(shown[2].contains("other:bch:"), "{shown:?}");
        assert!(shown[3].contains("other:ltc:") && shown[3].contains("somebody []"), "{shown:?}");
        assert!(shown[4].contains("the exploiter"), "{shown:?}");
        assert_eq!(reading.tags[0].source, "blocked.txt");
        assert_eq!(reading.defects.count(DefectReason::ImpossibleAddress), 1);
    }

    #[test]
    fn prose_and_tables_are_no_lists_of_lines() {
        for text in ["", "# only a remark\n", "hello world\n", "name,date\nx,2024-01-01\n"] {
            assert!(!looks_like(text), "{text}");
        }
    }

    #[test]
    fn json_has_texts_or_records() {
        for (text, count) in [
            (format!("[\"{ETHER}\", \"{LITE}\"]"), 2),
            (format!("[{{\"address\": \"{ETHER}\", \"chain\": \"BSC\", \"x\": [1]}}]"), 1),
            (format!("{{\"addresses\": [\"{ETHER}\"]}}"), 1),
            (format!("{{\"address\":\"{ETHER}\"}}\n{{\"address\":\"{LITE}\"}}\n"), 2),
            ("[]".to_owned(), 0),
        ] {
            let reading = read_json("l.json", text.as_bytes(), None).unwrap();
            assert_eq!(reading.tags.len(), count, "{text}");
            assert!(reading.defects.is_empty(), "{text}");
        }
        for text in ["[{\"a\": 1}]", "[1]", "7", "[", "{\"a\": {}}"] {
            let error = read_json("l.json", text.as_bytes(), None).unwrap_err().to_string();
            assert!(error.starts_with("l.json:1:"), "{error}");
        }
    }

    #[test]
    fn the_name_of_a_file_is_not_true_of_every_line() {
        let text = format!("{ETHER}\n{LITE}\n");
        let reading = read_text("x.txt", text.as_bytes(), Some("ETH")).unwrap();
        assert_eq!(reading.tags.len(), 2, "{:?}", reading.defects);
        let reading = read_text("x.txt", text.as_bytes(), Some("LTC")).unwrap();
        assert!(shown(&reading)[0].contains("eip155:1:"), "{reading:?}");
    }
}
