//! Files for tests, and what reading them gives.

use std::fs;
use std::path::PathBuf;

use arrow_array::RecordBatch;
use hawkshaw_ingest::{Defects, FileRows, IngestError, ReadOptions, open};
use hawkshaw_model::rows::{Block, Call, Event, Leg, Rows, Transfer};
use parquet::arrow::ArrowWriter;
use tempfile::TempDir;

/// A file in a folder of its own.
pub(crate) struct Sample {
    folder: TempDir,
    pub(crate) path: PathBuf,
}

/// A file of that name and content.
pub(crate) fn sample(name: &str, content: impl AsRef<[u8]>) -> Sample {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    Sample { folder, path }
}

/// A Parquet file of one batch.
pub(crate) fn parquet_sample(name: &str, batch: &RecordBatch) -> Sample {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    sample(name, bytes)
}

/// A hash that is a number.
pub(crate) fn h(number: u64) -> String {
    format!("0x{number:064x}")
}

/// An address that is a number.
pub(crate) fn a(number: u64) -> String {
    format!("0x{number:040x}")
}

/// All rows of a file together.
#[derive(Debug, Default)]
pub(crate) struct Everything {
    pub(crate) words: String,
    pub(crate) transfers: Vec<(Transfer, String)>,
    pub(crate) legs: Vec<Leg>,
    pub(crate) events: Vec<Event>,
    pub(crate) calls: Vec<Call>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) defects: Defects,
    pub(crate) first_height: Option<u64>,
    pub(crate) is_in_order: bool,
}

impl Everything {
    /// What is said of each movement in a line: event, kind, asset, payer, payee, amount.
    pub(crate) fn moves(&self) -> Vec<String> {
        self.transfers.iter().map(|(row, asset)| shown(row, asset)).collect()
    }

    /// How often a defect was counted, by its name.
    pub(crate) fn defect(&self, name: &str) -> u64 {
        self.defects.iter().find(|(defect, _)| defect.name() == name).map_or(0, |(_, n)| n)
    }
}

fn shown(row: &Transfer, asset: &str) -> String {
    let side = |address: &Option<hawkshaw_model::Address>| match address {
        Some(address) => short(&address.to_string().to_lowercase()),
        None => "-".to_owned(),
    };
    let event = if row.event == Transfer::UNPLACED { "-".into() } else { row.event.to_string() };
    let asset = asset.split_once('/').unwrap().1;
    let asset = asset
        .split_once(":0x")
        .map_or(asset.to_owned(), |(kind, hex)| format!("{kind}:{}", short(&format!("0x{hex}"))));
    format!(
        "{event} {:?} {asset} {} -> {} {}",
        row.kind,
        side(&row.from),
        side(&row.to),
        row.amount
    )
}

/// The last four digits of an address tell it apart in a test.
fn short(address: &str) -> String {
    let (address, rest) = address.split_at(address.len().min(42));
    format!("{}{rest}", &address[address.len().saturating_sub(4)..])
}

impl Sample {
    pub(crate) fn open(&self, options: &ReadOptions) -> Result<FileRows, IngestError> {
        open(&self.path, options)
    }

    /// Everything in the file, or the first error.
    pub(crate) fn read_as(&self, options: &ReadOptions) -> Result<Everything, IngestError> {
        let mut rows = self.open(options)?;
        let mut all = Everything {
            words: rows.recognised().to_string(),
            first_height: rows.first_height(),
            ..Everything::default()
        };
        for chunk in &mut rows {
            all.add(chunk?);
        }
        assert!(rows.next().is_none());
        assert!(rows.bytes_done() <= rows.bytes_total());
        all.defects = rows.defects().clone();
        all.is_in_order = rows.is_in_order();
        Ok(all)
    }

    pub(crate) fn read(&self) -> Everything {
        self.read_as(&ReadOptions::default()).unwrap()
    }

    /// The error of the file, without its folder.
    pub(crate) fn error(&self) -> String {
        self.error_as(&ReadOptions::default())
    }

    pub(crate) fn error_as(&self, options: &ReadOptions) -> String {
        let error = self.read_as(options).unwrap_err().to_string();
        error.replace(&format!("{}/", self.folder.path().display()), "")
    }
}

impl Everything {
    fn add(&mut self, rows: Rows) {
        assert!(!rows.is_empty());
        let assets = rows.assets;
        let named = |row: Transfer| {
            let asset = assets[row.asset as usize].to_string();
            (row, asset)
        };
        self.transfers.extend(rows.transfers.into_iter().map(named));
        self.legs.extend(rows.legs);
        self.events.extend(rows.events);
        self.calls.extend(rows.calls);
        self.blocks.extend(rows.blocks);
    }
}
