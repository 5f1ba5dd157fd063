//! Which transactions of a segment each account took part in.

use std::sync::Arc;

use hawkshaw_model::{AccountIx, ReadError};

use crate::store::container::{Container, Section};
use crate::store::container_writer::ContainerWriter;
use crate::store::error::StoreError;
use crate::store::search::partition_point;
use crate::store::tx_table::to_usize;
use crate::store::varint::{DeltaList, encode_deltas};

/// Writes the sections of the lists of `(account, transaction)` pairs in any order.
pub(crate) fn write(out: &mut ContainerWriter, mut pairs: Vec<u64>) -> Result<(), StoreError> {
    use rayon::slice::ParallelSliceMut as _;
    pairs.par_sort_unstable();
    pairs.dedup();
    let (mut accounts, mut starts, mut counts) = (Vec::new(), Vec::new(), 0u64);
    let (mut bytes, mut txs) = (Vec::new(), Vec::new());
    for list in pairs.chunk_by(|left, right| left >> 32 == right >> 32) {
        let Some(first) = list.first() else { continue };
        accounts.push(high(*first));
        starts.push(bytes.len() as u64);
        counts += list.len() as u64;
        txs.clear();
        txs.extend(list.iter().map(|pair| low(*pair)));
        encode_deltas(&txs, &mut bytes);
    }
    starts.push(bytes.len() as u64);
    out.column("posting_accounts", &accounts)?;
    // Starts in 40 bits would do; 32 suffice for a segment, which is cut long before.
    let starts: Vec<u32> =
        starts.iter().map(|start| u32::try_from(*start)).collect::<Result<_, _>>().map_err(
            |_| StoreError::Limit {
                what: "bytes of postings in one segment",
                max: u32::MAX.into(),
            },
        )?;
    out.column("posting_starts", &starts)?;
    out.column("posting_bytes", &bytes)?;
    Ok(out.column("posting_count", &[counts])?)
}

/// An account and a transaction as one number that sorts by account.
pub(crate) fn pair(account: u32, tx: u32) -> u64 {
    u64::from(account) << 32 | u64::from(tx)
}

fn high(pair: u64) -> u32 {
    u32::try_from(pair >> 32).unwrap_or(u32::MAX)
}

fn low(pair: u64) -> u32 {
    u32::try_from(pair & u64::from(u32::MAX)).unwrap_or(u32::MAX)
}

/// The lists, read.
#[derive(Debug)]
pub(crate) struct PostingLists {
    accounts: Section<u32>,
    starts: Section<u32>,
    bytes: Section<u8>,
}

impl PostingLists {
    /// The lists of a segment.
    pub(crate) fn open(file: &Arc<Container>) -> Result<Self, ReadError> {
        Ok(Self {
            accounts: file.section("posting_accounts")?,
            starts: file.section("posting_starts")?,
            bytes: file.section("posting_bytes")?,
        })
    }

    /// The transactions of an account, in order.
    pub(crate) fn of(&self, account: AccountIx) -> Result<Option<DeltaList<'_>>, ReadError> {
        let Some(at) = self.place_of(account.0)? else { return Ok(None) };
        let range = to_usize(self.starts.at(at)?)..to_usize(self.starts.at(at + 1)?);
        let offset = range.start as u64;
        Ok(Some(DeltaList::new(self.bytes.get(range)?, self.bytes.container().path(), offset)))
    }

    /// Whether one of these accounts took part.
    pub(crate) fn has_any(&self, accounts: &[u32]) -> Result<bool, ReadError> {
        for account in accounts {
            if self.place_of(*account)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn place_of(&self, account: u32) -> Result<Option<usize>, ReadError> {
        let at = partition_point(&self.accounts, |found| *found < account)?;
        Ok((at < self.accounts.len() && self.accounts.at(at)? == account).then_some(at))
    }
}
