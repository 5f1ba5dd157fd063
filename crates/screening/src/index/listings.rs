//! Listings without their addresses, which many addresses share.
//!
//! ```text
//! list u32, chain u32, added i64, removed i64, category u8, confidence u8, flags u8,
//! where label, entity and source stand among the texts: u64 each
//! ```
//!
//! A time that is not known is -1, an entity that is absent 2^64 - 1. A text begins with its
//! length as a varint.

use std::sync::Arc;

use hawkshaw_attribution::{evm_bytes, evm_bytes_of_bech32, script};
use hawkshaw_model::{Account, Address, Timestamp};
use rustc_hash::FxHashMap;

use crate::category::Category;
use crate::index::code::{TEXT_BYTES_MAX, put_text};
use crate::index::error::IndexError;
use crate::index::layout::LISTING_BYTES;
use crate::index::tables::{NewTables, Tables};
use crate::listing::{ListInfo, Listing};

/// No entity.
const ABSENT: u64 = u64::MAX;

/// A listing of an index, of which the texts were not read yet.
#[derive(Debug)]
pub(super) struct Packed<'a> {
    pub(super) list: &'a Arc<ListInfo>,
    pub(super) chain: &'a hawkshaw_model::ChainId,
    pub(super) added: Option<Timestamp>,
    pub(super) removed: Option<Timestamp>,
    pub(super) category: Category,
    pub(super) confidence: u8,
    pub(super) by_cluster: bool,
    pub(super) label: u64,
    pub(super) entity: Option<u64>,
    pub(super) source: u64,
}

impl<'a> Packed<'a> {
    /// Reads a listing; what cannot be is said in words.
    pub(super) fn read(
        bytes: &[u8; LISTING_BYTES],
        tables: &'a Tables,
    ) -> Result<Self, &'static str> {
        let (list, rest) = u32_of(bytes)?;
        let (chain, rest) = u32_of(rest)?;
        let (added, rest) = u64_of(rest)?;
        let (removed, rest) = u64_of(rest)?;
        let [category, confidence, flags, rest @ ..] = rest else {
            return Err("a listing is cut off");
        };
        let (label, rest) = u64_of(rest)?;
        let (entity, rest) = u64_of(rest)?;
        let (source, _) = u64_of(rest)?;
        Ok(Self {
            list: tables.list_at(list).ok_or("a listing names a list that it has not")?,
            chain: tables.chain_at(chain).ok_or("a listing names a chain that it has not")?,
            added: time_of(added)?,
            removed: time_of(removed)?,
            category: Category::from_id(*category).ok_or("a listing is of no category")?,
            confidence: *confidence,
            by_cluster: match flags {
                0 => false,
                1 => true,
                _ => return Err("a listing has flags that nobody knows"),
            },
            label,
            entity: (entity != ABSENT).then_some(entity),
            source,
        })
    }
}

fn u32_of(bytes: &[u8]) -> Result<(u32, &[u8]), &'static str> {
    let (first, rest) = bytes.split_first_chunk::<4>().ok_or("a listing is cut off")?;
    Ok((u32::from_le_bytes(*first), rest))
}

fn u64_of(bytes: &[u8]) -> Result<(u64, &[u8]), &'static str> {
    let (first, rest) = bytes.split_first_chunk::<8>().ok_or("a listing is cut off")?;
    Ok((u64::from_le_bytes(*first), rest))
}

fn time_of(number: u64) -> Result<Option<Timestamp>, &'static str> {
    if number == ABSENT {
        return Ok(None);
    }
    let seconds = i64::try_from(number).map_err(|_| "a listing has a date that is none")?;
    Timestamp::from_unix(seconds).map(Some).map_err(|_| "a listing has a date that is none")
}

fn number_of(time: Option<Timestamp>) -> u64 {
    time.and_then(|time| u64::try_from(time.to_unix()).ok()).unwrap_or(ABSENT)
}

/// Listings of an index that is made, each kept once.
#[derive(Debug, Default)]
pub(super) struct NewListings {
    known: FxHashMap<[u8; LISTING_BYTES], u32>,
    pub(super) records: Vec<u8>,
    text_places: FxHashMap<Arc<str>, u64>,
    pub(super) texts: Vec<u8>,
}

impl NewListings {
    /// The number of a listing.
    pub(super) fn number(
        &mut self,
        tables: &mut NewTables,
        listing: &Listing,
    ) -> Result<u32, IndexError> {
        let chain = tables.chain(listing.account.chain())?;
        let list = tables.list(&listing.list)?;
        let label = self.text(&listing.label)?;
        let entity = match &listing.entity {
            Some(entity) => self.text(entity)?,
            None => ABSENT,
        };
        let source = self.text(&listing.source)?;
        let mut record = [0; LISTING_BYTES];
        let mut rest = &mut record[..];
        let mut put = |bytes: &[u8]| {
            let (place, after) = std::mem::take(&mut rest).split_at_mut(bytes.len());
            place.copy_from_slice(bytes);
            rest = after;
        };
        put(&list.to_le_bytes());
        put(&chain.to_le_bytes());
        put(&number_of(listing.added).to_le_bytes());
        put(&number_of(listing.removed).to_le_bytes());
        put(&[listing.category.id(), listing.confidence, u8::from(listing.by_cluster)]);
        put(&label.to_le_bytes());
        put(&entity.to_le_bytes());
        put(&source.to_le_bytes());
        if let Some(number) = self.known.get(&record) {
            return Ok(*number);
        }
        let number = u32::try_from(self.known.len())
            .map_err(|_| IndexError::TooLarge("2^32 different listings".to_owned()))?;
        self.known.insert(record, number);
        self.records.extend_from_slice(&record);
        Ok(number)
    }

    fn text(&mut self, text: &Arc<str>) -> Result<u64, IndexError> {
        if let Some(place) = self.text_places.get(text) {
            return Ok(*place);
        }
        if text.len() > TEXT_BYTES_MAX {
            let short = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
            return self.text(&short.into());
        }
        let place = u64::try_from(self.texts.len()).unwrap_or(ABSENT);
        put_text(&mut self.texts, text);
        self.text_places.insert(Arc::clone(text), place);
        Ok(place)
    }
}

/// An address on the chain on which it was listed. The index keeps one key of all its notations
/// and not the one of the list: it is told as it was asked, as far as that chain writes it so.
pub(super) fn account_on(chain: &hawkshaw_model::ChainId, asked: &Account) -> Account {
    if chain == asked.chain() {
        return asked.clone();
    }
    let text = asked.address_in_files();
    if let Ok(account) = Account::parse(chain, &text) {
        return account;
    }
    let bytes = evm_bytes(&text).or_else(|| evm_bytes_of_bech32(&text));
    let address = match (chain.namespace(), bytes, script(&text)) {
        ("eip155", Some(bytes), _) => Address::Evm(bytes),
        ("bip122", _, Some(script)) => Address::Script(script.into()),
        _ => asked.address().clone(),
    };
    Account::new(chain.clone(), address)
}
