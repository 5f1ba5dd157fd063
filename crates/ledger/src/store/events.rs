//! Logs and calls of a stretch of blocks, in a file of their own: a replay does not stream them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use hawkshaw_model::{AccountIx, ReadError, TxHash, rows};

use crate::store::batch::Numbers;
use crate::store::container::{Container, Format, Section};
use crate::store::container_writer::ContainerWriter;
use crate::store::disk::Disk;
use crate::store::error::StoreError;
use crate::store::manifest::{EventsEntry, FileEntry};
use crate::store::search::partition_point;
use crate::store::tx_table::to_usize;

/// What files of this kind are marked with.
pub(crate) const FORMAT: Format = Format { kind: *b"EVNT", version: 1 };

/// The index of a transaction that no file gives.
const NO_INDEX: u32 = u32::MAX;

/// A log of a contract, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The height of its block.
    pub height: u64,
    /// The index of its transaction in the block, where a file gave it.
    pub tx_index: Option<u32>,
    /// Its transaction.
    pub tx: TxHash,
    /// Where it stands in its transaction, on the scale of the movements there.
    pub event: u32,
    /// The contract.
    pub emitter: AccountIx,
    /// None to four topics.
    pub topics: Vec<[u8; 32]>,
    /// The data.
    pub data: Box<[u8]>,
}

/// A transaction as it was sent, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCall {
    /// The height of its block.
    pub height: u64,
    /// Its index in the block, where a file gave it.
    pub tx_index: Option<u32>,
    /// Its hash.
    pub tx: TxHash,
    /// Who sent it, where a file says.
    pub sender: Option<AccountIx>,
    /// Whom it called; `None` for the creation of a contract.
    pub to: Option<AccountIx>,
    /// Whether it succeeded, where a file says.
    pub success: Option<bool>,
    /// The calldata or memo.
    pub data: Box<[u8]>,
}

/// Logs and calls by place: height and transaction, then event.
#[derive(Debug, Default)]
pub(crate) struct EventRows {
    events: BTreeMap<(u64, TxHash, u32), StoredEvent>,
    calls: BTreeMap<(u64, TxHash), StoredCall>,
}

impl EventRows {
    /// Adds the logs and calls that a file gave. Gives how many were there already.
    pub(crate) fn add(
        &mut self,
        rows: &rows::Rows,
        numbers: &mut dyn Numbers,
    ) -> Result<u64, StoreError> {
        let refused = |spot: &rows::Spot, reason: &str| StoreError::Refused {
            file: rows.file.to_string(),
            line: spot.line,
            reason: reason.to_owned(),
        };
        let mut repeated = 0;
        for row in &rows.events {
            let tx = row.spot.tx.ok_or_else(|| refused(&row.spot, "a log has a transaction"))?;
            let event = StoredEvent {
                height: row.spot.height,
                tx_index: row.spot.tx_index,
                tx,
                event: row.event,
                emitter: AccountIx(numbers.account(&row.emitter)?),
                topics: row.topics.clone(),
                data: row.data.clone(),
            };
            repeated += self.add_event(event).map_err(|reason| refused(&row.spot, reason))?;
        }
        for row in &rows.calls {
            // That a transaction succeeded goes without saying.
            let says_nothing = row.sender.is_none() && row.to.is_none() && row.data.is_empty();
            if says_nothing && row.success != Some(false) {
                continue;
            }
            let tx = row.spot.tx.ok_or_else(|| refused(&row.spot, "a call has a transaction"))?;
            let mut number = |address: &Option<hawkshaw_model::Address>| match address {
                Some(address) => numbers.account(address).map(|number| Some(AccountIx(number))),
                None => Ok(None),
            };
            let call = StoredCall {
                height: row.spot.height,
                tx_index: row.spot.tx_index,
                tx,
                sender: number(&row.sender)?,
                to: number(&row.to)?,
                success: row.success,
                data: row.data.clone(),
            };
            repeated += self.add_call(call);
        }
        Ok(repeated)
    }

    fn add_event(&mut self, event: StoredEvent) -> Result<u64, &'static str> {
        let key = (event.height, event.tx, event.event);
        let Some(known) = self.events.get_mut(&key) else {
            self.events.insert(key, event);
            return Ok(0);
        };
        known.tx_index = known.tx_index.or(event.tx_index);
        let is_same = (known.emitter, &known.topics, &known.data)
            == (event.emitter, &event.topics, &event.data);
        if is_same { Ok(1) } else { Err("a log of that place is stored, and says something else") }
    }

    /// Adds a call; what one file leaves out another may say.
    fn add_call(&mut self, call: StoredCall) -> u64 {
        let key = (call.height, call.tx);
        let Some(known) = self.calls.get_mut(&key) else {
            self.calls.insert(key, call);
            return 0;
        };
        known.tx_index = known.tx_index.or(call.tx_index);
        known.sender = known.sender.or(call.sender);
        known.to = known.to.or(call.to);
        known.success = known.success.or(call.success);
        if known.data.is_empty() {
            known.data = call.data;
        }
        1
    }

    /// Adds what a file holds, up to a height.
    pub(crate) fn add_stored(&mut self, file: &EventFile, high: u64) -> Result<(), ReadError> {
        for at in 0..file.event_heights.len() {
            let event = file.event(at)?;
            if event.height <= high {
                self.events.insert((event.height, event.tx, event.event), event);
            }
        }
        for at in 0..file.call_heights.len() {
            let call = file.call(at)?;
            if call.height <= high {
                self.calls.insert((call.height, call.tx), call);
            }
        }
        Ok(())
    }

    /// How many logs and calls there are.
    pub(crate) fn len(&self) -> usize {
        self.events.len() + self.calls.len()
    }

    /// Writes a file of them.
    pub(crate) fn write(
        self,
        disk: &dyn Disk,
        dir: &Path,
        name: String,
    ) -> Result<EventsEntry, StoreError> {
        let mut events: Vec<StoredEvent> = self.events.into_values().collect();
        events.sort_by_key(|row| (row.height, row.tx_index.unwrap_or(NO_INDEX), row.tx, row.event));
        let mut calls: Vec<StoredCall> = self.calls.into_values().collect();
        calls.sort_by_key(|row| (row.height, row.tx_index.unwrap_or(NO_INDEX), row.tx));
        let heights = || events.iter().map(|e| e.height).chain(calls.iter().map(|c| c.height));
        let heights = [heights().min().unwrap_or(0), heights().max().unwrap_or(0)];
        let mut out = ContainerWriter::create(disk, &dir.join(&name), FORMAT)?;
        write_events(&mut out, &events)?;
        write_calls(&mut out, &calls)?;
        let file = FileEntry::new(name, &out.finish()?);
        let (events, calls) = (events.len() as u64, calls.len() as u64);
        Ok(EventsEntry { file, events, calls, heights })
    }
}

fn write_events(out: &mut ContainerWriter, events: &[StoredEvent]) -> Result<(), StoreError> {
    let column = |of: fn(&StoredEvent) -> u32| events.iter().map(of).collect::<Vec<u32>>();
    out.column("event_heights", &events.iter().map(|e| e.height).collect::<Vec<_>>())?;
    out.column("event_tx_indices", &column(|event| event.tx_index.unwrap_or(NO_INDEX)))?;
    out.column("event_hashes", &events.iter().map(|e| *e.tx.as_bytes()).collect::<Vec<_>>())?;
    out.column("event_numbers", &column(|event| event.event))?;
    let emitters = column(|event| event.emitter.0);
    out.column("emitters", &emitters)?;
    let mut order: Vec<u32> = (0u32..).take(events.len()).collect();
    order.sort_by_key(|row| (emitters[to_usize(*row)], *row));
    out.column("by_emitter", &order)?;
    let topics: Vec<[u8; 32]> = events.iter().flat_map(|event| event.topics.clone()).collect();
    out.column("topic_starts", &starts(events.iter().map(|event| event.topics.len())))?;
    out.column("topics", &topics)?;
    out.column("event_data_starts", &starts(events.iter().map(|event| event.data.len())))?;
    let mut data = out.section::<u8>("event_data")?;
    for event in events {
        data.write(&event.data)?;
    }
    Ok(())
}

fn write_calls(out: &mut ContainerWriter, calls: &[StoredCall]) -> Result<(), StoreError> {
    let column = |of: fn(&StoredCall) -> u32| calls.iter().map(of).collect::<Vec<u32>>();
    let somebody = |account: Option<AccountIx>| account.map_or(AccountIx::NONE, |ix| ix.0);
    out.column("call_heights", &calls.iter().map(|c| c.height).collect::<Vec<_>>())?;
    out.column("call_tx_indices", &column(|call| call.tx_index.unwrap_or(NO_INDEX)))?;
    out.column("call_hashes", &calls.iter().map(|c| *c.tx.as_bytes()).collect::<Vec<_>>())?;
    out.column("senders", &calls.iter().map(|c| somebody(c.sender)).collect::<Vec<_>>())?;
    out.column("targets", &calls.iter().map(|c| somebody(c.to)).collect::<Vec<_>>())?;
    let outcome = |call: &StoredCall| call.success.map_or(2, u8::from);
    out.column("outcomes", &calls.iter().map(outcome).collect::<Vec<u8>>())?;
    out.column("call_data_starts", &starts(calls.iter().map(|call| call.data.len())))?;
    let mut data = out.section::<u8>("call_data")?;
    for call in calls {
        data.write(&call.data)?;
    }
    Ok(())
}

/// Where each of several lists begins, and behind the last where they end.
fn starts(lengths: impl Iterator<Item = usize>) -> Vec<u64> {
    let mut starts = vec![0];
    let mut sum = 0;
    for length in lengths {
        sum += length as u64;
        starts.push(sum);
    }
    starts
}

/// A file of logs and calls, mapped.
#[derive(Debug)]
pub(crate) struct EventFile {
    event_heights: Section<u64>,
    event_tx_indices: Section<u32>,
    event_hashes: Section<[u8; 32]>,
    event_numbers: Section<u32>,
    emitters: Section<u32>,
    by_emitter: Section<u32>,
    topic_starts: Section<u64>,
    topics: Section<[u8; 32]>,
    event_data_starts: Section<u64>,
    event_data: Section<u8>,
    call_heights: Section<u64>,
    call_tx_indices: Section<u32>,
    call_hashes: Section<[u8; 32]>,
    senders: Section<u32>,
    targets: Section<u32>,
    outcomes: Section<u8>,
    call_data_starts: Section<u64>,
    call_data: Section<u8>,
}

impl EventFile {
    /// Opens a file that the manifest names.
    pub(crate) fn open(dir: &Path, entry: &EventsEntry) -> Result<Self, ReadError> {
        let file: Arc<Container> = Container::open(&dir.join(&entry.file.file), FORMAT)?;
        entry.file.must_be(&file)?;
        Ok(Self {
            event_heights: file.section("event_heights")?,
            event_tx_indices: file.section("event_tx_indices")?,
            event_hashes: file.section("event_hashes")?,
            event_numbers: file.section("event_numbers")?,
            emitters: file.section("emitters")?,
            by_emitter: file.section("by_emitter")?,
            topic_starts: file.section("topic_starts")?,
            topics: file.section("topics")?,
            event_data_starts: file.section("event_data_starts")?,
            event_data: file.section("event_data")?,
            call_heights: file.section("call_heights")?,
            call_tx_indices: file.section("call_tx_indices")?,
            call_hashes: file.section("call_hashes")?,
            senders: file.section("senders")?,
            targets: file.section("targets")?,
            outcomes: file.section("outcomes")?,
            call_data_starts: file.section("call_data_starts")?,
            call_data: file.section("call_data")?,
        })
    }

    /// The logs of blocks, in chain order.
    pub(crate) fn events_at(&self, heights: &Range<u64>) -> Result<Range<usize>, ReadError> {
        stretch(&self.event_heights, heights)
    }

    /// The calls of blocks, in chain order.
    pub(crate) fn calls_at(&self, heights: &Range<u64>) -> Result<Range<usize>, ReadError> {
        stretch(&self.call_heights, heights)
    }

    /// The rows of the logs of a contract, in chain order.
    pub(crate) fn events_of(&self, emitter: AccountIx) -> Result<Vec<usize>, ReadError> {
        let (mut low, mut high) = (0, self.by_emitter.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let row = to_usize(self.by_emitter.at(middle)?);
            if self.emitters.at(row)? < emitter.0 { low = middle + 1 } else { high = middle }
        }
        let mut rows = Vec::new();
        while low < self.by_emitter.len() {
            let row = to_usize(self.by_emitter.at(low)?);
            if self.emitters.at(row)? != emitter.0 {
                break;
            }
            rows.push(row);
            low += 1;
        }
        Ok(rows)
    }

    /// A log.
    pub(crate) fn event(&self, at: usize) -> Result<StoredEvent, ReadError> {
        let index = self.event_tx_indices.at(at)?;
        Ok(StoredEvent {
            height: self.event_heights.at(at)?,
            tx_index: (index != NO_INDEX).then_some(index),
            tx: TxHash::from(self.event_hashes.at(at)?),
            event: self.event_numbers.at(at)?,
            emitter: AccountIx(self.emitters.at(at)?),
            topics: self.topics.get(between(&self.topic_starts, at)?)?.to_vec(),
            data: self.event_data.get(between(&self.event_data_starts, at)?)?.into(),
        })
    }

    /// A call.
    pub(crate) fn call(&self, at: usize) -> Result<StoredCall, ReadError> {
        let somebody = |account: u32| (account != AccountIx::NONE).then_some(AccountIx(account));
        let index = self.call_tx_indices.at(at)?;
        Ok(StoredCall {
            height: self.call_heights.at(at)?,
            tx_index: (index != NO_INDEX).then_some(index),
            tx: TxHash::from(self.call_hashes.at(at)?),
            sender: somebody(self.senders.at(at)?),
            to: somebody(self.targets.at(at)?),
            success: match self.outcomes.at(at)? {
                0 => Some(false),
                1 => Some(true),
                _ => None,
            },
            data: self.call_data.get(between(&self.call_data_starts, at)?)?.into(),
        })
    }
}

fn stretch(heights: &Section<u64>, wanted: &Range<u64>) -> Result<Range<usize>, ReadError> {
    let first = partition_point(heights, |height| *height < wanted.start)?;
    let end = partition_point(heights, |height| *height < wanted.end)?;
    Ok(first..end.max(first))
}

/// The bounds of one of several lists.
fn between(starts: &Section<u64>, at: usize) -> Result<Range<usize>, ReadError> {
    let (start, end) = (starts.at(at)?, starts.at(at + 1)?);
    let index = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
    if start > end {
        return Err(starts.error(at, "a list ends before it begins"));
    }
    Ok(index(start)..index(end))
}
