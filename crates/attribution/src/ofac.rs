//! Plain lists of sanctioned addresses, one file per asset: lines or a JSON array.
//!
//! Source: the lists that <https://github.com/0xB10C/ofac-sanctioned-digital-currency-addresses>
//! takes from the SDN list, named `sanctioned_addresses_XBT.txt` and `.json`. The asset is in
//! the file's name only.

use crate::error::AttributionError;
use crate::listed::{self, Listed};
use crate::network::shortened;
use crate::reading::Reading;
use crate::yaml::text_of;

/// How the lists are named, up to the asset.
const NAME_PREFIX: &str = "sanctioned_addresses_";

/// The asset that a file's name gives: `XBT` of `lists/sanctioned_addresses_XBT.txt`.
pub(crate) fn asset_of(file: &str) -> Option<&str> {
    let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let asset = stem.strip_prefix(NAME_PREFIX)?;
    let sane = (2..=10).contains(&asset.len()) && asset.bytes().all(|b| b.is_ascii_alphanumeric());
    sane.then_some(asset)
}

/// Reads a list of lines.
///
/// # Errors
///
/// When the file's name gives no asset, or it is no UTF-8 text or over the limit.
pub(crate) fn read_text(file: &str, bytes: &[u8]) -> Result<Reading, AttributionError> {
    let asset = named_asset(file)?;
    let mut reading = Reading::of(file);
    for (line, text) in (1..).zip(text_of(file, bytes)?.lines()) {
        let address = text.trim();
        // A remark may stand behind an address too.
        let address = address.split([' ', '\t', '#']).next().unwrap_or_default();
        if !address.is_empty() {
            add(&mut reading, line, asset, address);
        }
    }
    Ok(reading)
}

/// Reads a JSON array of addresses.
///
/// # Errors
///
/// When the file's name gives no asset, or it is no JSON array of strings.
pub(crate) fn read_json(file: &str, bytes: &[u8]) -> Result<Reading, AttributionError> {
    let asset = named_asset(file)?;
    let text = text_of(file, bytes)?;
    let addresses: Vec<String> =
        serde_json::from_str(text).map_err(|error| AttributionError::Broken {
            file: file.to_owned(),
            line: u64::try_from(error.line()).unwrap_or(0),
            reason: format!("no JSON array of addresses: {}", shortened(&error.to_string())),
        })?;
    let mut reading = Reading::of(file);
    for address in &addresses {
        add(&mut reading, 0, asset, address);
    }
    Ok(reading)
}

fn add(reading: &mut Reading, line: u64, ticker: &str, address: &str) {
    let nameless = Listed { ticker, address, uid: None, name: None, issued: None, context: None };
    listed::add(reading, line, &nameless);
}

fn named_asset(file: &str) -> Result<&str, AttributionError> {
    asset_of(file).ok_or_else(|| AttributionError::UnknownFormat {
        file: file.to_owned(),
        reason: format!("a bare list of addresses must be named {NAME_PREFIX}<ASSET>.txt or .json, such as {NAME_PREFIX}XBT.txt"),
    })
}

#[cfg(test)]
mod tests {
    use super::{asset_of, read_json, read_text};
    use crate::defects::DefectReason;

    #[test]
    fn the_asset_is_in_the_name() {
        assert_eq!(asset_of("a/sanctioned_addresses_XBT.txt"), Some("XBT"));
        assert_eq!(asset_of("sanctioned_addresses_.txt"), None);
        assert_eq!(asset_of("sanctioned_addresses_..\\..\\x.txt"), None);
        assert!(read_text("list.txt", b"x").is_err());
    }

    #[test]
    fn usdt_lists_hold_addresses_of_three_chains() {
        let list = "TEAqwfMhXLaomXhZ8KeMhx3njGmQEDnsUR\n\n16iWn2J1McqjToYLHSsAyS6En3QA8YQ91H\r\n\
                    0x19aa5fe80d33a56d56c78e82ea5e50e5d80b4dff\nLNwgtMxcKUQ51dw7bQL1yPQjBVZh6QEqsd";
        let reading = read_text("sanctioned_addresses_USDT.txt", list.as_bytes()).unwrap();
        assert_eq!(reading.tags.len(), 4, "one of Litecoin too, which its checksum tells");
        assert_eq!(format!("{:?}", reading.tags[0].concepts), "[sanction]");
        assert_eq!(reading.tags[0].confidence.level, 60);
    }

    /// The list of 2024-09-27 has this address of Tron under `XBT`.
    #[test]
    fn an_address_under_the_wrong_asset_is_kept_and_counted() {
        let list =
            b"TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq\n0x19aa5fe80d33a56d56c78e82ea5e50e5d80b4dff";
        let reading = read_text("sanctioned_addresses_XBT.txt", list).unwrap();
        assert!(format!("{:?}", reading.tags[0].subject).contains("tron:"));
        assert_eq!(reading.defects.count(DefectReason::OtherChain), 1);
        assert_eq!(reading.defects.count(DefectReason::ImpossibleAddress), 1);
    }

    #[test]
    fn arrays_are_read_and_other_json_is_refused() {
        let name = "sanctioned_addresses_XBT.json";
        let reading = read_json(name, b"[\"12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h\"]").unwrap();
        assert_eq!(reading.tags.len(), 1);
        assert!(read_json(name, b"[{\"a\": 1}]").unwrap_err().to_string().contains(":1:"));
    }
}
