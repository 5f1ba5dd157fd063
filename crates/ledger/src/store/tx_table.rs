//! The transactions of a segment: hashes, blocks, places, senders.

use std::sync::Arc;

use hawkshaw_model::{AccountIx, ChainPoint, ReadError, Timestamp, Transaction, TxHash};

use crate::store::container::{Container, Section};
use crate::store::container_writer::ContainerWriter;
use crate::store::error::StoreError;
use crate::store::hash_order::{HashOrder, hash_order};
use crate::store::search::partition_point;

/// A transaction as it goes into a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TxEntry {
    /// Its hash; `None` for what no transaction moved, such as a block reward.
    pub(crate) hash: Option<TxHash>,
    /// The height of its block.
    pub(crate) height: u64,
    /// Its index in the block.
    pub(crate) tx_index: u32,
    /// The time of its block.
    pub(crate) time: Timestamp,
    /// Who sent it, where that is known and is not who pays its fee.
    pub(crate) sender: Option<AccountIx>,
}

/// The hashes of a block and of the one before it.
pub(crate) type BlockHashes = ([u8; 32], [u8; 32]);

/// The mark in `block_indices` of a block whose transactions are 0, 1, 2 and so on.
const REGULAR: u32 = u32::MAX;

/// What stands for the hash of a transaction that has none.
const NO_HASH: [u8; 32] = [0; 32];

/// Writes the sections of the table.
pub(crate) fn write(
    out: &mut ContainerWriter,
    txs: &[TxEntry],
    header_of: impl Fn(u64) -> Option<BlockHashes>,
) -> Result<(), StoreError> {
    let mut column = out.section::<[u8; 32]>("tx_hashes")?;
    for tx in txs {
        column.write(&[*tx.hash.as_ref().map_or(&NO_HASH, TxHash::as_bytes)])?;
    }
    let hashes: Vec<u64> =
        txs.iter().map(|tx| tx.hash.as_ref().map_or(0, |hash| prefix(hash.as_bytes()))).collect();
    out.column(
        "tx_order",
        &hash_order(&hashes, |left, right| {
            txs[to_usize(left)].hash.cmp(&txs[to_usize(right)].hash)
        }),
    )?;
    write_blocks(out, txs, header_of)?;
    let senders = || txs.iter().zip(0u32..).filter_map(|(tx, at)| Some((at, tx.sender?.0)));
    out.column("sender_txs", &senders().map(|(tx, _)| tx).collect::<Vec<_>>())?;
    out.column("senders", &senders().map(|(_, sender)| sender).collect::<Vec<_>>())?;
    Ok(())
}

fn write_blocks(
    out: &mut ContainerWriter,
    txs: &[TxEntry],
    header_of: impl Fn(u64) -> Option<BlockHashes>,
) -> Result<(), StoreError> {
    let (mut heights, mut times, mut firsts) = (Vec::new(), Vec::new(), Vec::new());
    let (mut index_starts, mut indices, mut hashes) = (Vec::new(), Vec::new(), Vec::new());
    let mut first = 0u32;
    for block in txs.chunk_by(|left, right| left.height == right.height) {
        let Some(head) = block.first() else { continue };
        heights.push(head.height);
        times.push(u64::try_from(head.time.to_unix()).unwrap_or(0));
        firsts.push(first);
        first = first.saturating_add(u32::try_from(block.len()).unwrap_or(u32::MAX));
        if block.iter().zip(0u32..).all(|(tx, index)| tx.tx_index == index) {
            index_starts.push(REGULAR);
        } else {
            index_starts.push(u32::try_from(indices.len()).unwrap_or(REGULAR));
            indices.extend(block.iter().map(|tx| tx.tx_index));
        }
        if let Some((hash, parent)) = header_of(head.height) {
            hashes.push((heights.len() - 1, hash, parent));
        }
    }
    firsts.push(first);
    out.column("block_heights", &heights)?;
    out.column("block_times", &times)?;
    out.column("block_firsts", &firsts)?;
    out.column("block_index_starts", &index_starts)?;
    out.column("tx_indices", &indices)?;
    let numbers: Vec<u32> =
        hashes.iter().map(|(at, ..)| u32::try_from(*at).unwrap_or(u32::MAX)).collect();
    out.column("header_blocks", &numbers)?;
    let mut column = out.section::<[u8; 32]>("header_hashes")?;
    for (_, hash, parent) in &hashes {
        column.write(&[*hash, *parent])?;
    }
    Ok(())
}

/// The first eight bytes of a hash as a number: transaction hashes are uniform.
fn prefix(hash: &[u8; 32]) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash[..8]);
    u64::from_be_bytes(bytes)
}

/// The table, read.
#[derive(Debug)]
pub(crate) struct TxTable {
    hashes: Section<[u8; 32]>,
    order: HashOrder,
    block_heights: Section<u64>,
    block_times: Section<u64>,
    block_firsts: Section<u32>,
    block_index_starts: Section<u32>,
    tx_indices: Section<u32>,
    header_blocks: Section<u32>,
    header_hashes: Section<[u8; 32]>,
    sender_txs: Section<u32>,
    senders: Section<u32>,
}

impl TxTable {
    /// The table of a segment.
    pub(crate) fn open(file: &Arc<Container>) -> Result<Self, ReadError> {
        Ok(Self {
            hashes: file.section("tx_hashes")?,
            order: HashOrder::new(file.section("tx_order")?),
            block_heights: file.section("block_heights")?,
            block_times: file.section("block_times")?,
            block_firsts: file.section("block_firsts")?,
            block_index_starts: file.section("block_index_starts")?,
            tx_indices: file.section("tx_indices")?,
            header_blocks: file.section("header_blocks")?,
            header_hashes: file.section("header_hashes")?,
            sender_txs: file.section("sender_txs")?,
            senders: file.section("senders")?,
        })
    }

    /// How many transactions there are.
    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// How many blocks there are.
    pub(crate) fn block_count(&self) -> usize {
        self.block_heights.len()
    }

    /// The height and time of a block.
    pub(crate) fn block(&self, at: usize) -> Result<(u64, Timestamp), ReadError> {
        Ok((self.block_heights.at(at)?, self.time_of_block(at)?))
    }

    /// How many blocks there are up to a height.
    pub(crate) fn blocks_to(&self, height: u64) -> Result<usize, ReadError> {
        partition_point(&self.block_heights, |found| *found <= height)
    }

    /// The hash of a transaction.
    pub(crate) fn hash(&self, tx: usize) -> Result<Option<TxHash>, ReadError> {
        let bytes = self.hashes.at(tx)?;
        Ok((bytes != NO_HASH).then(|| TxHash::from(bytes)))
    }

    /// What the table says of a transaction.
    pub(crate) fn entry(&self, tx: usize) -> Result<TxEntry, ReadError> {
        let block = self.block_of_tx(tx)?;
        let start = self.block_index_starts.at(block)?;
        let local = tx - to_usize(self.block_firsts.at(block)?);
        let tx_index = if start == REGULAR {
            u32::try_from(local).unwrap_or(u32::MAX)
        } else {
            self.tx_indices.at(to_usize(start) + local)?
        };
        Ok(TxEntry {
            hash: self.hash(tx)?,
            height: self.block_heights.at(block)?,
            tx_index,
            time: self.time_of_block(block)?,
            sender: self.sender(tx)?,
        })
    }

    /// A transaction as a ledger shows it; `fee_payer` is its sender where the table has none.
    pub(crate) fn transaction(
        &self,
        tx: usize,
        fee_payer: impl FnOnce() -> Result<Option<AccountIx>, ReadError>,
    ) -> Result<Transaction, ReadError> {
        let entry = self.entry(tx)?;
        Ok(Transaction {
            hash: entry.hash,
            point: Some(ChainPoint {
                height: entry.height,
                tx_index: entry.tx_index,
                event_index: 0,
            }),
            time: entry.time,
            sender: match entry.sender {
                Some(sender) => Some(sender),
                None => fee_payer()?,
            },
            source: None,
        })
    }

    /// The transaction with a hash.
    pub(crate) fn find(&self, hash: &TxHash) -> Result<Option<usize>, ReadError> {
        let wanted = prefix(hash.as_bytes());
        let hash_of = |tx: u32| Ok(prefix(&self.hashes.at(to_usize(tx))?));
        let compare = |tx: u32| Ok(self.hashes.at(to_usize(tx))?.cmp(hash.as_bytes()));
        Ok(self.order.find(wanted, hash_of, compare)?.map(to_usize))
    }

    /// The first transaction of a block of that height or a later one.
    pub(crate) fn first_from_height(&self, height: u64) -> Result<usize, ReadError> {
        let block = partition_point(&self.block_heights, |found| *found < height)?;
        Ok(to_usize(self.block_firsts.at(block)?))
    }

    /// The number of the block that holds a transaction.
    pub(crate) fn block_of_tx(&self, tx: usize) -> Result<usize, ReadError> {
        Ok(partition_point(&self.block_firsts, |first| to_usize(*first) <= tx)?.saturating_sub(1))
    }

    /// The hash and the parent's hash of a block by its number, where the store has them.
    pub(crate) fn header(&self, block: usize) -> Result<Option<BlockHashes>, ReadError> {
        let wanted = u32::try_from(block).unwrap_or(u32::MAX);
        let at = partition_point(&self.header_blocks, |found| *found < wanted)?;
        if at == self.header_blocks.len() || self.header_blocks.at(at)? != wanted {
            return Ok(None);
        }
        Ok(Some((self.header_hashes.at(2 * at)?, self.header_hashes.at(2 * at + 1)?)))
    }

    fn time_of_block(&self, block: usize) -> Result<Timestamp, ReadError> {
        let seconds = i64::try_from(self.block_times.at(block)?).unwrap_or(i64::MAX);
        Timestamp::from_unix(seconds)
            .map_err(|error| self.block_times.error(block, error.to_string()))
    }

    fn sender(&self, tx: usize) -> Result<Option<AccountIx>, ReadError> {
        let wanted = u32::try_from(tx).unwrap_or(u32::MAX);
        let at = partition_point(&self.sender_txs, |found| *found < wanted)?;
        if at == self.sender_txs.len() || self.sender_txs.at(at)? != wanted {
            return Ok(None);
        }
        self.senders.at(at).map(|sender| Some(AccountIx(sender)))
    }
}

/// A number of something in a segment, as an index.
pub(crate) fn to_usize(number: u32) -> usize {
    // Every machine that maps files counts in 32 bits at least.
    usize::try_from(number).unwrap_or(usize::MAX)
}
