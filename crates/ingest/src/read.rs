//! Reading a file: threads that decode blocks, and the rows in the order of the file.

use std::fmt;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use hawkshaw_model::LedgerKind;
use hawkshaw_model::rows::Rows;

use crate::cell::Cell;
use crate::defects::Defects;
use crate::error::IngestError;
use crate::fields::Fields;
use crate::file::{Body, OpenFile, block_error, open_file, open_text_bytes};
use crate::format::Container;
use crate::options::ReadOptions;
use crate::recognise::{Recognised, table_of};
use crate::sink::Sink;
use crate::source::{Block, Blocks, Layout, ParquetTable, decode_csv, decode_json};
use crate::table::{Table, TableChain};

/// The rows of a file, a chunk at a time, in the order of the file.
///
/// A chunk has about 64 thousand rows of one chain. After an error there are no more.
pub struct FileRows {
    layout: Arc<Layout>,
    options: ReadOptions,
    recognised: Recognised,
    first_height: Option<u64>,
    bytes: u64,
    done: Arc<AtomicU64>,
    state: State,
    /// Chunks that were decoded together with one that was handed out.
    ready: std::vec::IntoIter<Rows>,
    defects: Defects,
    last_heights: LastHeights,
    is_in_order: bool,
}

/// The height of the last row of each kind: a table gives blocks, movements and calls side by
/// side, and only those of one kind follow each other.
#[derive(Debug, Default)]
struct LastHeights {
    transfers: u64,
    legs: u64,
    events: u64,
    calls: u64,
    blocks: u64,
}

/// How far a file is read.
enum State {
    Open(Source),
    Reading(Reading),
    Done,
}

/// A file that is being decoded.
struct Reading {
    tickets: Receiver<Receiver<Message>>,
    current: Option<Receiver<Message>>,
    threads: Vec<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
}

/// What a thread says of a block.
enum Message {
    Chunk(Vec<Rows>, Defects),
    Failed(IngestError),
    /// There is nothing more in this block.
    End,
}

/// What is decoded piece by piece.
enum Source {
    Text { first: Option<(Block, usize)>, blocks: Blocks },
    Parquet { table: Arc<ParquetTable>, next: usize },
}

/// A piece that one thread decodes.
enum Piece {
    Block(Block, usize),
    Group(Arc<ParquetTable>, usize),
}

/// What the threads share.
struct Shared {
    queue: Mutex<Queue>,
    layout: Arc<Layout>,
    options: ReadOptions,
    done: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
}

/// The pieces that nobody has taken yet. Who takes one hands in its ticket in the same moment,
/// so that tickets come in the order of the file.
struct Queue {
    source: Source,
    tickets: SyncSender<Receiver<Message>>,
}

/// Pieces that are decoded ahead of the reader.
const PIECES_AHEAD: usize = 96;
/// Chunks of one piece that are decoded ahead of the reader.
const CHUNKS_AHEAD: usize = 16;
/// Rows of a chunk, about.
const CHUNK_ROWS: usize = 64 << 10;

/// Opens a file and says what it is; its rows are read as they are asked for.
///
/// # Errors
///
/// When the file cannot be read, is none of the known tables, or is not of the chain that is
/// asked for.
pub fn open(path: &Path, options: &ReadOptions) -> Result<FileRows, IngestError> {
    rows_of(open_file(path)?, options)
}

/// The same for a text in memory: CSV or JSON lines, compressed or not. `name` is what errors
/// call it.
///
/// # Errors
///
/// As [`open`].
pub fn open_bytes(
    name: &str,
    bytes: Vec<u8>,
    options: &ReadOptions,
) -> Result<FileRows, IngestError> {
    rows_of(open_text_bytes(name, bytes)?, options)
}

fn rows_of(file: OpenFile, options: &ReadOptions) -> Result<FileRows, IngestError> {
    let table = table_of(&file.name, file.container, &file.names, options.format)?;
    check_chain(&file.name, table, options)?;
    let OpenFile { name, container, names, body, bytes, done } = file;
    let layout = Arc::new(Layout::new(&name, container, table, names));
    let (first_height, source) = match body {
        Body::Text(block, rows, blocks) => {
            let height = first_height(&block, rows, &layout);
            (height, Source::Text { first: Some((block, rows)), blocks })
        }
        Body::Parquet(table) => {
            let height = table.first_height(&layout);
            (height, Source::Parquet { table: Arc::new(table), next: 0 })
        }
    };
    Ok(FileRows {
        recognised: Recognised::new(table, container),
        layout,
        options: options.clone(),
        first_height,
        bytes,
        done,
        state: State::Open(source),
        ready: Vec::new().into_iter(),
        defects: Defects::default(),
        last_heights: LastHeights::default(),
        is_in_order: true,
    })
}

fn check_chain(file: &Arc<str>, table: &Table, options: &ReadOptions) -> Result<(), IngestError> {
    let (kind, needed) = match table.chain {
        TableChain::Rows => return Ok(()),
        TableChain::Evm(_) => (LedgerKind::Accounts, "an EVM chain such as eip155:1"),
        TableChain::Bitcoin => (LedgerKind::Outputs, "a chain of the namespace bip122"),
    };
    match &options.chain {
        Some(chain)
            if chain.ledger_kind() != kind
                || (kind == LedgerKind::Accounts && chain.namespace() != "eip155") =>
        {
            let reason = format!("{} is of {needed}, not of {chain}", table.words());
            Err(IngestError::Option { file: Arc::clone(file), reason })
        }
        _ => Ok(()),
    }
}

/// The height in the first row of a text.
fn first_height(block: &Block, rows: usize, layout: &Layout) -> Option<u64> {
    let rest = block.bytes.get(rows..)?.trim_ascii_start();
    let line = rest.split(|byte| *byte == b'\n').next()?;
    let mut probe = Probe { layout, height: None };
    match layout.container {
        Container::JsonLines | Container::JsonLinesGz => probe.json(line.trim_ascii()),
        _ => probe.csv(line),
    }
    probe.height
}

/// Reads one field of one line.
struct Probe<'l> {
    layout: &'l Layout,
    height: Option<u64>,
}

impl Probe<'_> {
    fn csv(&mut self, line: &[u8]) {
        let reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line);
        let record = reader.into_byte_records().next();
        let (Some(Ok(record)), Some(at)) = (record, self.column()) else { return };
        self.number(record.get(at).map_or(Cell::Null, Cell::Text));
    }

    fn json(&mut self, line: &[u8]) {
        let name = self.column().and_then(|at| self.layout.names.get(at));
        let raw = serde_json::from_slice::<&serde_json::value::RawValue>(line);
        let (Some(name), Ok(raw)) = (name, raw) else { return };
        let cell = crate::source::json_member(raw, name).map(crate::source::json_cell);
        self.number(cell.unwrap_or(Cell::Null));
    }

    fn column(&self) -> Option<usize> {
        let height = Some(self.layout.table.decoder.height);
        self.layout.fields.iter().position(|field| *field == height)
    }

    fn number(&mut self, cell: Cell<'_>) {
        let decoder = self.layout.table.decoder;
        let mut cells = vec![Cell::Null; decoder.fields];
        cells[decoder.height] = cell;
        let fields =
            Fields { cells: &cells, table: self.layout.table, names: &self.layout.names, line: 1 };
        self.height = fields.number(decoder.height).ok().flatten();
    }
}

impl FileRows {
    /// What the file is.
    pub fn recognised(&self) -> &Recognised {
        &self.recognised
    }

    /// The file, as errors name it.
    pub fn file(&self) -> &str {
        &self.layout.file
    }

    /// The height of the first row, before any is read; `None` where there is none, or it
    /// cannot be read.
    pub fn first_height(&self) -> Option<u64> {
        self.first_height
    }

    /// Whether no row that was handed out is of a lower block than one before it.
    pub fn is_in_order(&self) -> bool {
        self.is_in_order
    }

    /// The size of the file, in bytes.
    pub fn bytes_total(&self) -> u64 {
        self.bytes
    }

    /// How much of the file was read, in bytes; a little ahead of the rows handed out.
    pub fn bytes_done(&self) -> u64 {
        self.done.load(Ordering::Relaxed).min(self.bytes)
    }

    /// What was left out or changed in the rows handed out.
    pub fn defects(&self) -> &Defects {
        &self.defects
    }

    fn start(&mut self, source: Source) {
        let is_serial = self.layout.table.decoder.is_serial;
        let threads = if is_serial { 1 } else { self.options.threads.get().min(64) };
        let (sender, tickets) = sync_channel(PIECES_AHEAD);
        let stop = Arc::new(AtomicBool::new(false));
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue { source, tickets: sender }),
            layout: Arc::clone(&self.layout),
            options: self.options.clone(),
            done: Arc::clone(&self.done),
            stop: Arc::clone(&stop),
        });
        let spawn = |_| {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || work(&shared))
        };
        let threads = (0..threads).map(spawn).collect();
        self.state = State::Reading(Reading { tickets, current: None, threads, stop });
    }

    /// The next message, without those that only end a block.
    fn message(&mut self) -> Option<Message> {
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Open(source) => self.start(source),
                State::Done => return None,
                State::Reading(mut reading) => {
                    let Some(current) = reading.current.take().or_else(|| reading.next_ticket())
                    else {
                        reading.finish();
                        return None;
                    };
                    match current.recv() {
                        Ok(Message::End) => self.state = State::Reading(reading),
                        Ok(message) => {
                            reading.current = Some(current);
                            self.state = State::Reading(reading);
                            return Some(message);
                        }
                        // The thread is gone without a word: it panicked, and so does this one.
                        Err(_) => reading.finish(),
                    }
                }
            }
        }
    }

    fn note(&mut self, rows: &Rows) {
        let last = &mut self.last_heights;
        let is_in_order = follow(&mut last.transfers, rows.transfers.iter().map(|r| r.spot.height))
            & follow(&mut last.legs, rows.legs.iter().map(|row| row.spot.height))
            & follow(&mut last.events, rows.events.iter().map(|row| row.spot.height))
            & follow(&mut last.calls, rows.calls.iter().map(|row| row.spot.height))
            & follow(&mut last.blocks, rows.blocks.iter().map(|row| row.height));
        self.is_in_order &= is_in_order;
    }
}

/// Whether heights never fall, from the last one of the rows before them on.
fn follow(last: &mut u64, heights: impl Iterator<Item = u64>) -> bool {
    let mut is_in_order = true;
    for height in heights {
        is_in_order &= *last <= height;
        *last = height;
    }
    is_in_order
}

impl Iterator for FileRows {
    type Item = Result<Rows, IngestError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(rows) = self.ready.next() {
                self.note(&rows);
                return Some(Ok(rows));
            }
            match self.message()? {
                Message::Chunk(rows, defects) => {
                    self.defects.add(&defects);
                    self.ready = rows.into_iter();
                }
                Message::Failed(error) => {
                    self.state = State::Done;
                    return Some(Err(error));
                }
                Message::End => {}
            }
        }
    }
}

impl std::iter::FusedIterator for FileRows {}

impl fmt::Debug for FileRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileRows")
            .field("file", &self.layout.file)
            .field("recognised", &self.recognised)
            .finish_non_exhaustive()
    }
}

impl Reading {
    fn next_ticket(&self) -> Option<Receiver<Message>> {
        self.tickets.recv().ok()
    }

    /// Waits for the threads, and panics if one of them did.
    fn finish(mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.current = None;
        while self.tickets.try_recv().is_ok() {}
        for thread in std::mem::take(&mut self.threads) {
            while !thread.is_finished() {
                // A thread may wait to hand in a ticket.
                drop(self.tickets.recv_timeout(std::time::Duration::from_millis(5)));
            }
            if let Err(panic) = thread.join() {
                resume_unwind(panic);
            }
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        // Threads end by themselves when nobody takes their rows.
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// What a thread does: take a piece, decode it, say so.
fn work(shared: &Shared) {
    let mut sink = Sink::new(&shared.layout.file, shared.layout.table, &shared.options);
    loop {
        let (piece, out) = {
            let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            let piece = if shared.stop.load(Ordering::Relaxed) {
                None
            } else {
                queue.source.next(&shared.layout).transpose()
            };
            let is_last = piece.is_none();
            if is_last && !shared.layout.table.decoder.is_serial {
                return;
            }
            let (out, ticket) = sync_channel(CHUNKS_AHEAD);
            if queue.tickets.send(ticket).is_err() {
                return;
            }
            (piece, out)
        };
        let is_last = piece.is_none();
        let decoded = match piece {
            Some(Ok(piece)) => decode(piece, shared, &mut sink, &out),
            Some(Err(error)) => Err(error),
            None => finish(shared, &mut sink, &out),
        };
        let message = match decoded {
            Ok(()) => Message::End,
            Err(error) => {
                shared.stop.store(true, Ordering::Relaxed);
                Message::Failed(error)
            }
        };
        if out.send(message).is_err() || is_last {
            return;
        }
    }
}

impl Source {
    fn next(&mut self, layout: &Layout) -> Result<Option<Piece>, IngestError> {
        match self {
            Self::Text { first, blocks } => match first.take() {
                Some((block, rows)) => Ok(Some(Piece::Block(block, rows))),
                None => {
                    let block = blocks.next().map_err(|error| block_error(&layout.file, error))?;
                    Ok(block.map(|block| Piece::Block(block, 0)))
                }
            },
            Self::Parquet { table, next } => {
                let group = *next;
                *next += 1;
                Ok((group < table.groups()).then(|| Piece::Group(Arc::clone(table), group)))
            }
        }
    }
}

fn decode(
    piece: Piece,
    shared: &Shared,
    sink: &mut Sink,
    out: &SyncSender<Message>,
) -> Result<(), IngestError> {
    let layout = &shared.layout;
    match piece {
        Piece::Block(block, from) => {
            match layout.container {
                Container::JsonLines | Container::JsonLinesGz => decode_json(&block, layout, sink)?,
                _ => decode_csv(&block, from, layout, sink)?,
            }
            hand_over(sink, out);
        }
        Piece::Group(table, group) => {
            table.decode(group, layout, sink, |sink, bytes| {
                shared.done.fetch_add(bytes, Ordering::Relaxed);
                let goes_on = sink.len() < CHUNK_ROWS || hand_over(sink, out);
                goes_on && !shared.stop.load(Ordering::Relaxed)
            })?;
            hand_over(sink, out);
        }
    }
    Ok(())
}

/// Decodes what waited for the end of the file.
fn finish(shared: &Shared, sink: &mut Sink, out: &SyncSender<Message>) -> Result<(), IngestError> {
    let layout = &shared.layout;
    if let Some(flush) = layout.table.decoder.flush {
        flush(sink)
            .map_err(|(line, refusal)| refusal.at(&layout.file, layout.container.unit(), line))?;
    }
    hand_over(sink, out);
    Ok(())
}

/// Hands rows over; `false` if nobody takes them.
fn hand_over(sink: &mut Sink, out: &SyncSender<Message>) -> bool {
    let rows = sink.take();
    let defects = std::mem::take(&mut sink.defects);
    (rows.is_empty() && defects.is_empty()) || out.send(Message::Chunk(rows, defects)).is_ok()
}
