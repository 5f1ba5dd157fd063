//! What is known of a key, as bytes.
//!
//! ```text
//! length of the rest
//! count of listings, and their numbers
//! count of replays, and of each:
//!   count of exposure entries, and of each: flags, category, source, sources, asset, amounts,
//!     dollars, hops, first and last time, number of the first place of its way
//!   count of totals, and of each: flags, asset, amount, dollars
//! ```

use hawkshaw_model::{Account, Timestamp};

use crate::category::Category;
use crate::exposure::{Amounts, ExposureEntry, ExposureKind, POLICIES, Total, UsdAmounts};
use crate::index::code::{Reader, put, put_amount, put_len, put_time};
use crate::index::error::IndexError;
use crate::index::tables::Tables;
use crate::query::Direction;

/// Of an address so many listings, entries and totals are kept at most.
pub(super) const OF_ONE_ADDRESS_MAX: usize = 100_000;

const SENT: u8 = 1;
const DIRECT: u8 = 2;
const INDIRECT: u8 = 4;
const SOURCE: u8 = 8;
const USD: u8 = 16;
const PATH: u8 = 32;

/// The numbers that stand for an asset and a source.
pub(super) struct Numbers {
    pub(super) asset: u32,
    pub(super) source: Option<u32>,
}

/// Appends an entry; `base` is added to the number of its way.
pub(super) fn put_exposure(
    out: &mut Vec<u8>,
    entry: &ExposureEntry,
    numbers: &Numbers,
    base: u32,
) -> Result<(), IndexError> {
    let kind = match entry.kind {
        ExposureKind::Ownership => 0,
        ExposureKind::Direct => DIRECT,
        ExposureKind::Indirect => INDIRECT,
    };
    let flags = flag(entry.direction == Direction::Sent, SENT)
        | kind
        | flag(numbers.source.is_some(), SOURCE)
        | flag(entry.usd.is_some(), USD)
        | flag(entry.path.is_some(), PATH);
    out.extend([flags, entry.category.id()]);
    if let Some(source) = numbers.source {
        put(out, source.into());
    }
    put(out, entry.sources.into());
    put(out, numbers.asset.into());
    entry.amounts.iter().for_each(|amount| put_amount(out, *amount));
    if let Some(usd) = &entry.usd {
        usd.iter().for_each(|usd| put(out, usd.cents()));
    }
    put(out, entry.hops.into());
    put_time(out, entry.first_time);
    put_time(out, entry.last_time);
    if let Some(path) = entry.path {
        let path = path.checked_add(base);
        let path = path.ok_or_else(|| IndexError::TooLarge("2^32 places on ways".to_owned()))?;
        put(out, path.into());
    }
    Ok(())
}

/// Appends what an address received or sent in all.
pub(super) fn put_total(out: &mut Vec<u8>, total: &Total, asset: u32) {
    out.push(flag(total.direction == Direction::Sent, SENT) | flag(total.usd.is_some(), USD));
    put(out, asset.into());
    put_amount(out, total.amount);
    if let Some(usd) = total.usd {
        put(out, usd.cents());
    }
}

fn flag(is_set: bool, bit: u8) -> u8 {
    if is_set { bit } else { 0 }
}

/// What the entries of one key hold.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// Numbers of listings.
    pub(super) listings: Vec<u32>,
    pub(super) exposure: Vec<ExposureEntry>,
    pub(super) totals: Vec<Total>,
}

/// Appends the entries of a key: listings, and what replays gave, each already as bytes.
pub(super) fn put_entry(
    out: &mut Vec<u8>,
    scratch: &mut Vec<u8>,
    listings: &[u32],
    replays: &[&[u8]],
) {
    scratch.clear();
    put_len(scratch, listings.len());
    listings.iter().for_each(|listing| put(scratch, (*listing).into()));
    put_len(scratch, replays.len());
    replays.iter().for_each(|replay| scratch.extend_from_slice(replay));
    put_len(out, scratch.len());
    out.extend_from_slice(scratch);
}

/// Reads the entries of a key.
pub(super) fn read(reader: &mut Reader<'_>, tables: &Tables) -> Result<Entry, IndexError> {
    let mut entry = Entry::default();
    for _ in 0..reader.count()? {
        entry.listings.push(reader.number()?);
    }
    let replays = reader.count()?;
    for _ in 0..replays {
        for _ in 0..reader.count()? {
            entry.exposure.push(read_exposure(reader, tables)?);
        }
        for _ in 0..reader.count()? {
            entry.totals.push(read_total(reader, tables)?);
        }
    }
    if !reader.is_at_end() {
        return Err(reader.damaged("an entry is longer than what it holds"));
    }
    if replays > 1 {
        sort(&mut entry.exposure);
    }
    Ok(entry)
}

/// The largest first within each direction and kind.
pub(crate) fn sort(exposure: &mut [ExposureEntry]) {
    exposure.sort_by(|one, other| {
        let rank = |entry: &ExposureEntry| {
            let worth = entry.usd.map(|usd| usd[0]);
            (entry.direction, entry.kind, std::cmp::Reverse(worth))
        };
        rank(one).cmp(&rank(other))
    });
}

fn read_exposure(reader: &mut Reader<'_>, tables: &Tables) -> Result<ExposureEntry, IndexError> {
    let flags = reader.byte()?;
    let kind = match flags & (DIRECT | INDIRECT) {
        0 => ExposureKind::Ownership,
        DIRECT => ExposureKind::Direct,
        INDIRECT => ExposureKind::Indirect,
        _ => return Err(reader.damaged("an entry is both direct and indirect")),
    };
    if flags >= PATH << 1 {
        return Err(reader.damaged("an entry has flags that nobody knows"));
    }
    let category = Category::from_id(reader.byte()?);
    let category = category.ok_or_else(|| reader.damaged("an entry is of no category"))?;
    let source = match flags & SOURCE != 0 {
        true => Some(tables.source(reader)?),
        false => None,
    };
    let sources = reader.number()?;
    let asset = tables.asset(reader)?;
    let mut amounts = Amounts::default();
    for amount in &mut amounts {
        *amount = reader.amount()?;
    }
    let usd = read_usd(reader, flags)?;
    let hops = reader.number()?;
    let (first_time, last_time) = (reader.time()?, reader.time()?);
    let path = if flags & PATH != 0 { Some(reader.number()?) } else { None };
    Ok(ExposureEntry {
        direction: direction(flags),
        kind,
        category,
        source,
        sources,
        asset,
        amounts,
        usd,
        hops,
        first_time,
        last_time,
        path,
    })
}

fn read_usd(reader: &mut Reader<'_>, flags: u8) -> Result<UsdAmounts, IndexError> {
    if flags & USD == 0 {
        return Ok(None);
    }
    let mut usd = [hawkshaw_model::Usd::ZERO; POLICIES.len()];
    for usd in &mut usd {
        *usd = reader.usd()?;
    }
    Ok(Some(usd))
}

fn read_total(reader: &mut Reader<'_>, tables: &Tables) -> Result<Total, IndexError> {
    let flags = reader.byte()?;
    if flags & !(SENT | USD) != 0 {
        return Err(reader.damaged("a total has flags that nobody knows"));
    }
    let asset = tables.asset(reader)?;
    let amount = reader.amount()?;
    let usd = if flags & USD != 0 { Some(reader.usd()?) } else { None };
    Ok(Total { direction: direction(flags), asset, amount, usd })
}

fn direction(flags: u8) -> Direction {
    if flags & SENT != 0 { Direction::Sent } else { Direction::Received }
}

/// Appends a place on a way; `base` is added to the number of the next one.
pub(super) fn put_place(
    out: &mut Vec<u8>,
    node: &crate::exposure::PathNode,
    chain: u32,
    base: u32,
) -> Result<(), IndexError> {
    let step = &node.step;
    out.push(flag(step.tx.is_some(), 1) | flag(node.next.is_some(), 2));
    put(out, chain.into());
    crate::index::code::put_address(out, &step.account);
    if let Some(tx) = &step.tx {
        out.extend_from_slice(tx.as_bytes());
    }
    put_time(out, step.time);
    if let Some(next) = node.next {
        let next = next.checked_add(base);
        let next = next.ok_or_else(|| IndexError::TooLarge("2^32 places on ways".to_owned()))?;
        put(out, next.into());
    }
    Ok(())
}

/// Reads a place on a way.
pub(super) fn read_place(
    reader: &mut Reader<'_>,
    tables: &Tables,
) -> Result<crate::exposure::PathNode, IndexError> {
    let flags = reader.byte()?;
    if flags > 3 {
        return Err(reader.damaged("a place on a way has flags that nobody knows"));
    }
    let chain = tables.chain(reader)?.clone();
    let account: Account = reader.account(&chain)?;
    let tx = match flags & 1 {
        0 => None,
        _ => {
            let hash = reader.take(32)?.try_into();
            let hash: [u8; 32] = hash.map_err(|_| reader.damaged("a hash is cut off"))?;
            Some(hash.into())
        }
    };
    let time: Timestamp = reader.time()?;
    let next = if flags & 2 != 0 { Some(reader.number()?) } else { None };
    let step = crate::exposure::PathStep { account, tx, time };
    Ok(crate::exposure::PathNode { step, next })
}
