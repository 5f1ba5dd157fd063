//! Clusters as bytes.
//!
//! ```text
//! magic "HKCLUST\0", format u32, rules u32, rules of mixes u32, names of the chain
//! parent, next, note: u32 each; what accounts are: u8
//! actors, tagged accounts, actors of clusters
//! counts, vetoes, jumps, growth, largest
//! stretches of transactions and accounts, marks
//! XXH3 of all before, u64
//! ```
//!
//! Numbers are little-endian, every list begins with its length as a u64. The checksum finds
//! damage; it is no signature: whoever can write the file can make it say anything.

use std::hash::Hasher as _;
use std::io::{self, Read, Write};

use rustc_hash::FxHashMap;
use twox_hash::XxHash3_64;

use super::Clusters;
use super::compare::{self, Marks, Stretch};
use super::holder::Holder;
use super::record::{Counts, Growth, Jump, Record, Veto};
use crate::forest::{Forest, place};

const MAGIC: [u8; 8] = *b"HKCLUST\0";
/// The layout of the file.
const FORMAT: u32 = 1;
/// The rules by which accounts are joined: a change of them makes kept clusters stale.
const RULES: u32 = 1;
/// Numbers that are turned into bytes at a time.
const PIECE: usize = 1 << 16;

/// Why clusters cannot be taken from a file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is of other rules, another chain, or another version.
    #[error("{0}")]
    Other(&'static str),
    /// It is damaged.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
}

impl Clusters {
    /// Writes the clusters of a chain; `mix_rules` is the version of the rules by which mixes are
    /// known.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn write(&self, chain: &str, mix_rules: u32, out: impl Write) -> io::Result<()> {
        let mut sink = Sink { out, sum: XxHash3_64::with_seed(0) };
        sink.bytes(&MAGIC)?;
        sink.numbers(&[FORMAT, RULES, mix_rules])?;
        sink.text(chain)?;
        for column in [&self.forest.parent, &self.forest.next, &self.forest.note] {
            sink.list(column)?;
        }
        sink.long(self.holders.len() as u64)?;
        sink.bytes(&self.holders)?;
        sink.long(self.actor_names.len() as u64)?;
        self.actor_names.iter().try_for_each(|name| sink.text(name))?;
        let mut tagged = Vec::new();
        self.tagged.iter().for_each(|(account, actor)| tagged.extend([*account, *actor]));
        sink.list(&tagged)?;
        let mut actors: Vec<[u32; 2]> = Vec::new();
        #[expect(clippy::iter_over_hash_type, reason = "the list is sorted before it is written")]
        for (root, actor) in &self.actors {
            actors.push([*root, *actor]);
        }
        actors.sort_unstable();
        sink.list(actors.as_flattened())?;
        write_record(&mut sink, &self.record)?;
        write_read(&mut sink, &self.read)?;
        let sum = sink.sum.finish();
        sink.out.write_all(&sum.to_le_bytes())?;
        sink.out.flush()
    }

    /// Reads the clusters of a chain from a file of so many bytes.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is of something else, or is damaged.
    pub fn read(
        chain: &str,
        mix_rules: u32,
        bytes: u64,
        input: impl Read,
    ) -> Result<Self, FileError> {
        let mut source = Source { input, sum: XxHash3_64::with_seed(0), left: bytes };
        read_head(&mut source, chain, mix_rules)?;
        let clusters = read_body(&mut source)?;
        let sum = source.sum.finish();
        let mut kept = [0; 8];
        source.input.read_exact(&mut kept).map_err(cut)?;
        if source.left != 8 || u64::from_le_bytes(kept) != sum {
            return Err(FileError::Damaged("its checksum is wrong"));
        }
        clusters.check()?;
        Ok(clusters)
    }

    /// Whether everything in it can be relied on not to lead astray.
    fn check(&self) -> Result<(), FileError> {
        if let Some(defect) = self.forest.defect() {
            return Err(FileError::Damaged(defect));
        }
        let len = self.forest.len();
        let within = |account: u32| place(account) < len;
        let known = |actor: u32| place(actor) < self.actor_names.len();
        let tags = self.tagged.values().all(|actor| known(*actor));
        #[expect(clippy::iter_over_hash_type, reason = "whether all are known has no order")]
        for (root, actor) in &self.actors {
            if !known(*actor) || (within(*root) && self.forest.root(*root) != *root) {
                return Err(FileError::Damaged("it names actors of what is no cluster"));
            }
        }
        let vetoes = self.record.vetoes.iter().all(|veto| {
            veto.accounts.iter().all(|account| within(*account))
                && veto.actors.iter().all(|actor| known(*actor))
        });
        let jumps = self.record.jumps.iter().all(|jump| within(jump.account));
        let largest = len == 0 || within(self.record.largest.0);
        let holders =
            self.holders.len() == len && self.holders.iter().all(|holder| *holder <= Holder::LAST);
        let rising = |stretches: &[Stretch]| stretches.is_sorted_by(|one, next| one.end < next.end);
        let read = rising(&self.read.txs)
            && rising(&self.read.accounts)
            && self.read.accounts.last().is_none_or(|stretch| stretch.end == len as u64);
        if tags && vetoes && jumps && largest && holders && read {
            return Ok(());
        }
        Err(FileError::Damaged("its parts do not fit each other"))
    }
}

fn write_record(sink: &mut Sink<impl Write>, record: &Record) -> io::Result<()> {
    for count in record.counts.to_array() {
        sink.long(count)?;
    }
    let vetoes: Vec<[u32; 5]> = record
        .vetoes
        .iter()
        .map(|veto| {
            let ([one, other], [its, theirs]) = (veto.accounts, veto.actors);
            [veto.tx, one, other, its, theirs]
        })
        .collect();
    sink.list(vetoes.as_flattened())?;
    let jumps = record.jumps.iter().map(|jump| [jump.tx, jump.account, jump.largest, jump.second]);
    sink.list(jumps.collect::<Vec<_>>().as_flattened())?;
    sink.long(record.jump_count)?;
    let growth = record.growth.iter().map(|point| [point.tx, point.size]);
    sink.list(growth.collect::<Vec<_>>().as_flattened())?;
    sink.numbers(&[record.largest.0, record.largest.1])
}

fn write_read(sink: &mut Sink<impl Write>, read: &compare::Read) -> io::Result<()> {
    for stretches in [&read.txs, &read.accounts] {
        sink.long(stretches.len() as u64)?;
        for stretch in stretches {
            sink.long(stretch.end)?;
            sink.long(stretch.digest)?;
        }
    }
    sink.long(read.marks.accounts.len() as u64)?;
    read.marks.accounts.iter().try_for_each(|mark| sink.long(*mark))?;
    sink.long(read.marks.segments.len() as u64)?;
    for (txs, mark) in &read.marks.segments {
        sink.long(*txs)?;
        sink.long(*mark)?;
    }
    Ok(())
}

fn read_head(source: &mut Source<impl Read>, chain: &str, wanted: u32) -> Result<(), FileError> {
    let mut magic = [0; 8];
    source.bytes(&mut magic)?;
    if magic != MAGIC {
        return Err(FileError::Damaged("it does not begin as a file of clusters"));
    }
    let [format, rules, mix_rules] = source.numbers()?;
    if format != FORMAT {
        return Err(FileError::Other("another version of hawkshaw wrote it"));
    }
    if (rules, mix_rules) != (RULES, wanted) {
        return Err(FileError::Other("it was made by other rules"));
    }
    if source.text()? != chain {
        return Err(FileError::Other("it is of another chain"));
    }
    Ok(())
}

fn read_body(source: &mut Source<impl Read>) -> Result<Clusters, FileError> {
    let forest = Forest { parent: source.list()?, next: source.list()?, note: source.list()? };
    let mut holders = vec![0; source.length(1)?];
    source.bytes(&mut holders)?;
    let names = source.length(8)?;
    let actor_names = (0..names).map(|_| source.text()).collect::<Result<_, FileError>>()?;
    let tagged = source.rows::<2>()?.into_iter().map(|[account, actor]| (account, actor)).collect();
    let pairs = source.rows::<2>()?;
    let actors: FxHashMap<u32, u32> =
        pairs.into_iter().map(|[root, actor]| (root, actor)).collect();
    let record = read_record(source)?;
    let read = read_read(source)?;
    Ok(Clusters { forest, holders, actor_names, tagged, actors, record, read, roots: Vec::new() })
}

fn read_record(source: &mut Source<impl Read>) -> Result<Record, FileError> {
    let mut counts = [0; 15];
    for count in &mut counts {
        *count = source.long()?;
    }
    let veto = |[tx, one, other, its, theirs]: [u32; 5]| Veto {
        tx,
        accounts: [one, other],
        actors: [its, theirs],
    };
    let vetoes = source.rows()?.into_iter().map(veto).collect();
    let jump = |[tx, account, largest, second]: [u32; 4]| Jump { tx, account, largest, second };
    let jumps = source.rows()?.into_iter().map(jump).collect();
    let jump_count = source.long()?;
    let point = |[tx, size]: [u32; 2]| Growth { tx, size };
    let growth = source.rows()?.into_iter().map(point).collect();
    let [root, size] = source.numbers()?;
    let counts = Counts::from_array(counts);
    Ok(Record { counts, vetoes, jumps, jump_count, growth, largest: (root, size) })
}

fn read_read(source: &mut Source<impl Read>) -> Result<compare::Read, FileError> {
    let txs = source.pairs()?.into_iter().map(|(end, digest)| Stretch { end, digest }).collect();
    let accounts = source.pairs()?.into_iter();
    let accounts = accounts.map(|(end, digest)| Stretch { end, digest }).collect();
    let marks = source.length(8)?;
    let marks = (0..marks).map(|_| source.long()).collect::<Result<_, FileError>>()?;
    let marks = Marks { accounts: marks, segments: source.pairs()? };
    Ok(compare::Read { txs, accounts, marks })
}

/// Where bytes go, with their checksum.
struct Sink<W> {
    out: W,
    sum: XxHash3_64,
}

impl<W: Write> Sink<W> {
    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.write(bytes);
        self.out.write_all(bytes)
    }

    fn long(&mut self, number: u64) -> io::Result<()> {
        self.bytes(&number.to_le_bytes())
    }

    fn numbers(&mut self, numbers: &[u32]) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(4 * numbers.len().min(PIECE));
        for piece in numbers.chunks(PIECE) {
            bytes.clear();
            piece.iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
            self.bytes(&bytes)?;
        }
        Ok(())
    }

    fn list(&mut self, numbers: &[u32]) -> io::Result<()> {
        self.long(numbers.len() as u64)?;
        self.numbers(numbers)
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.long(text.len() as u64)?;
        self.bytes(text.as_bytes())
    }
}

/// Where bytes come from, with their checksum and how many are left, the checksum included.
struct Source<R> {
    input: R,
    sum: XxHash3_64,
    left: u64,
}

impl<R: Read> Source<R> {
    fn bytes(&mut self, bytes: &mut [u8]) -> Result<(), FileError> {
        self.left = self.left.checked_sub(bytes.len() as u64).ok_or_else(too_short)?;
        self.input.read_exact(bytes).map_err(cut)?;
        self.sum.write(bytes);
        Ok(())
    }

    fn long(&mut self) -> Result<u64, FileError> {
        let mut bytes = [0; 8];
        self.bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn numbers<const N: usize>(&mut self) -> Result<[u32; N], FileError> {
        let mut numbers = [0; N];
        for number in &mut numbers {
            let mut bytes = [0; 4];
            self.bytes(&mut bytes)?;
            *number = u32::from_le_bytes(bytes);
        }
        Ok(numbers)
    }

    /// The length of a list whose elements have at least so many bytes: never more than the file
    /// can have.
    fn length(&mut self, element: u64) -> Result<usize, FileError> {
        let length = self.long()?;
        let fits = length.checked_mul(element).is_some_and(|bytes| bytes <= self.left);
        usize::try_from(length).ok().filter(|_| fits).ok_or_else(too_short)
    }

    fn list(&mut self) -> Result<Vec<u32>, FileError> {
        let length = self.length(4)?;
        let mut numbers = Vec::with_capacity(length);
        let mut bytes = vec![0; 4 * length.min(PIECE)];
        while numbers.len() < length {
            let count = (length - numbers.len()).min(PIECE);
            self.bytes(&mut bytes[..4 * count])?;
            let (pieces, _) = bytes[..4 * count].as_chunks();
            numbers.extend(pieces.iter().map(|piece| u32::from_le_bytes(*piece)));
        }
        Ok(numbers)
    }

    /// A list of numbers as rows of so many.
    fn rows<const N: usize>(&mut self) -> Result<Vec<[u32; N]>, FileError> {
        let numbers = self.list()?;
        match numbers.as_chunks() {
            (rows, []) => Ok(rows.to_vec()),
            _ => Err(FileError::Damaged("a list ends in the middle of an entry")),
        }
    }

    fn pairs(&mut self) -> Result<Vec<(u64, u64)>, FileError> {
        let length = self.length(16)?;
        (0..length).map(|_| Ok((self.long()?, self.long()?))).collect()
    }

    fn text(&mut self) -> Result<String, FileError> {
        let mut bytes = vec![0; self.length(1)?];
        self.bytes(&mut bytes)?;
        String::from_utf8(bytes).map_err(|_| FileError::Damaged("a name is not UTF-8"))
    }
}

fn too_short() -> FileError {
    FileError::Damaged("it is shorter than it says")
}

fn cut(error: io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => too_short(),
        _ => FileError::Io(error),
    }
}
