//! Addresses that the U.S. Treasury's OFAC lists, made into tags.
//!
//! Whoever is listed must not be paid by U.S. persons. It says nothing about where value ends:
//! the concept `sanction` never stops a trace.

use hawkshaw_model::{Account, Address, ConceptId, Tag, TagSubject, Timestamp};

use crate::confidence;
use crate::defects::DefectReason;
use crate::forms::{self, Verdict};
use crate::network::{Network, account_by_form, account_on, network_of};
use crate::reading::Reading;

/// What stands before a ticker and an address in remarks and in the names of features.
pub(crate) const ADDRESS_PREFIX: &str = "Digital Currency Address - ";

/// Where the list is published.
pub(crate) const LIST_URL: &str = "https://ofac.treasury.gov/specially-designated-nationals-and-blocked-persons-list-sdn-human-readable-lists";

/// One listed address.
#[derive(Debug)]
pub(crate) struct Listed<'a> {
    /// The ticker that the list gives, such as `XBT`.
    pub(crate) ticker: &'a str,
    /// The address as it stands there.
    pub(crate) address: &'a str,
    /// The number of the listed person or company.
    pub(crate) uid: Option<u64>,
    /// Its name.
    pub(crate) name: Option<&'a str>,
    /// When the list was issued.
    pub(crate) issued: Option<Timestamp>,
    /// What else the list says.
    pub(crate) context: Option<&'a str>,
}

/// Adds the tag of a listed address, or a defect where it cannot be an address.
pub(crate) fn add(reading: &mut Reading, line: u64, listed: &Listed<'_>) {
    let Some(network) = network_of(listed.ticker) else {
        reading.defect(DefectReason::UnknownNetwork, line, listed.ticker);
        return;
    };
    let Some(account) = account(reading, line, &network, listed.address) else {
        return;
    };
    let source = match listed.uid {
        Some(uid) => details(uid),
        None => LIST_URL.to_owned(),
    };
    reading.listed_address(listed.uid, &account, listed.ticker);
    let name = listed.name.map(str::trim).filter(|name| !name.is_empty());
    let tag = Tag {
        subject: TagSubject::Account(account),
        label: reading.text(line, name.unwrap_or("OFAC sanctioned address")),
        actor: None,
        concepts: concept("sanction").into_iter().collect(),
        source,
        creator: "U.S. Treasury, Office of Foreign Assets Control".to_owned(),
        confidence: confidence::confidence_of("authority_data").unwrap_or_else(confidence::unknown),
        lastmod: listed.issued,
        context: listed.context.map(|text| reading.text(line, text)),
        currency: Some(reading.short(line, listed.ticker)),
    };
    reading.tags.push(tag);
}

/// The page of an entry.
pub(crate) fn details(uid: u64) -> String {
    format!("https://sanctionssearch.ofac.treas.gov/Details.aspx?id={uid}")
}

/// The account of a listed address. The lists hold a few addresses under the wrong asset, such
/// as one of Tron under `XBT`: where a checksum proves another chain, the address is kept there,
/// since a sanctioned address must not be lost to a slip.
fn account(reading: &mut Reading, line: u64, network: &Network, address: &str) -> Option<Account> {
    reading.check_case(line, address);
    let reason = match account_on(network, address) {
        Ok(account) => {
            let elsewhere = elsewhere(&account, address);
            match elsewhere {
                Some(elsewhere) => {
                    let what = format!("{elsewhere}: it has not the form of {}", account.chain());
                    reading.defect(DefectReason::OtherChain, line, what);
                    return Some(elsewhere);
                }
                None => {
                    reading.check_form(line, &account);
                    return Some(account);
                }
            }
        }
        Err(reason) => reason,
    };
    let is_hex = address.trim().starts_with("0x");
    match account_by_form(address).ok().filter(|_| !is_hex) {
        Some(account) => {
            reading.defect(DefectReason::OtherChain, line, format!("{account}: {reason}"));
            Some(account)
        }
        None => {
            reading.defect(DefectReason::ImpossibleAddress, line, reason);
            None
        }
    }
}

/// The account on another chain whose form the address has, where it has not that of its own.
fn elsewhere(account: &Account, address: &str) -> Option<Account> {
    let Address::Other(text) = account.address() else { return None };
    match forms::verdict(account.chain(), text) {
        Verdict::Wrong(_) => account_by_form(address).ok(),
        Verdict::Right | Verdict::Plausible => None,
    }
}

fn concept(id: &str) -> Option<ConceptId> {
    id.parse().ok()
}
