//! The files that people have of a chain: canonical tables, exports of extractors, public data
//! sets and explorers, each read into [`Rows`](hawkshaw_model::rows::Rows).
//!
//! *Useful for* filling a ledger from files. *Not useful for* asking anything of a chain: see
//! `hawkshaw-ledger`.
//!
//! [`recognise`] says what a file is by its columns, [`open`] reads it. Every format is a list
//! of [tables](Format), each of which maps the columns of its files in one place
//! (`src/formats`) to the fields of one decoder (`src/decode`); CSV, JSON lines and Parquet
//! hand the decoder the same cells.
//!
//! **Invariants:** a row is decoded exactly, counted as a [defect](Defects), or refused with
//! file, line and column; a row says only what its own table says; no bytes make a reader
//! panic; the same file gives the same rows, on any number of threads.
//!
//! ```
//! use hawkshaw_ingest::{ReadOptions, open};
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("a.csv");
//! std::fs::write(&path, "chain,block_number,block_time,tx_index,event_index,tx_hash,kind,asset,\
//! from,to,amount
//! eip155:1,1,1600000000,0,0,0x0101010101010101010101010101010101010101010101010101010101010101,\
//! native,eip155:1/slip44:60,0x00000000000000000000000000000000000000a1,\
//! 0x00000000000000000000000000000000000000b0,5
//! ")?;
//! let mut rows = open(&path, &ReadOptions::default())?;
//! assert_eq!(rows.recognised().to_string(), "canonical transfers, CSV");
//! assert_eq!(rows.next().expect("one chunk")?.transfers.len(), 1);
//! assert!(rows.next().is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod asset_names;
mod cell;
mod decode;
mod defects;
mod error;
mod fields;
mod file;
mod format;
mod formats;
mod options;
mod prices;
mod read;
mod recognise;
mod sink;
mod source;
mod table;
mod text;

pub use asset_names::{AssetNameFile, read_asset_names};
pub use defects::{Defect, Defects};
pub use error::{IngestError, NearMiss};
pub use format::{Container, Format, UnknownFormat};
pub use hawkshaw_chains::evm::{EventChoice, UnknownEventChoice};
pub use options::ReadOptions;
pub use prices::{PriceFile, read_prices};
pub use read::{FileRows, open, open_bytes};
pub use recognise::{Recognised, recognise};
