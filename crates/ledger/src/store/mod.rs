//! A store of chains in a folder: larger than memory, asked without being parsed.
//!
//! *Useful for* keeping chains on one machine, for asking histories and balances, and for tracing
//! on them: a [`Snapshot`] is a [`Ledger`](hawkshaw_model::Ledger).
//! *Not useful for* changing single rows: rows are added, and blocks taken back from the tip.
//!
//! **Invariants:** a file is immutable once the manifest names it; whatever is written goes
//! through `disk::Disk`; no bytes in a file make a read panic or run for ever; numbers in files
//! are little-endian; a read that meets damage gives an error with file and offset.
//!
//! ```
//! use hawkshaw_ledger::store::{Snapshot, StoreWriter};
//! use hawkshaw_model::rows::{Rows, Spot, Transfer};
//! use hawkshaw_model::{Account, Address, ChainId, Ledger, Timestamp, TransferKind, TxIx};
//!
//! let folder = tempfile::tempdir()?;
//! let mut rows = Rows::new(ChainId::ethereum(), "an example".into());
//! rows.assets = vec!["eip155:1/slip44:60".parse()?];
//! rows.transfers = vec![Transfer {
//!     spot: Spot {
//!         height: 1,
//!         time: Some(Timestamp::from_unix(1_600_000_000)?),
//!         tx_index: Some(0),
//!         tx: Some([1; 32].into()),
//!         line: 1,
//!     },
//!     event: 0,
//!     kind: TransferKind::Native,
//!     asset: 0,
//!     from: Some(Address::Evm([0xa1; 20])),
//!     to: Some(Address::Evm([0xb0; 20])),
//!     sender: None,
//!     amount: 5u64.into(),
//! }];
//! let mut writer = StoreWriter::open(folder.path())?;
//! writer.begin(&[]);
//! writer.add(rows)?;
//! assert_eq!(writer.end()?.stored, 1);
//!
//! let snapshot = Snapshot::open(folder.path())?;
//! let payee = Account::new(ChainId::ethereum(), Address::Evm([0xb0; 20]));
//! let payee = snapshot.find_account(&payee)?.expect("it was paid");
//! assert_eq!(snapshot.movements(payee, TxIx(0)..TxIx(1)).count(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `disk`, `error` | the file operations of whoever writes, and how they fail |
//! | `container`, `container_writer`, `pages` | a file of named columns with checksummed pages |
//! | `hash_order`, `search` | finding a row by the hash of its key, or in a sorted column |
//! | `addresses`, `address_key`, `address_part`, `address_writer`, `id_table`, `assets`, `dictionary` | numbers of addresses and assets |
//! | `varint`, `amounts`, `amount_writer` | sorted lists, amounts and events in few bytes |
//! | `manifest`, `coverage`, `histories` | which files there are, and what they are all of |
//! | `feed`, `writer`, `lock`, `numbering`, `session`, `job`, `batch`, `output_batch`, `block_order` | from rows of files to batches in chain order |
//! | `segments`, `transfers`, `outputs`, `tx_table`, `posting_lists`, `events` | what is in a segment |
//! | `snapshot`, `movements`, `queries`, `info`, `columns` | reading |
//! | `sync`, `reorganise`, `tiers`, `load`, `verify` | following a chain, taking back, joining, proving |

#[cfg(not(all(target_endian = "little", target_pointer_width = "64")))]
compile_error!("the store maps files of little-endian numbers and needs 64-bit addresses");

mod address_key;
mod address_part;
mod address_writer;
mod addresses;
mod amount_writer;
mod amounts;
mod assets;
mod batch;
mod block_order;
mod columns;
mod container;
mod container_writer;
mod coverage;
#[cfg(test)]
pub(crate) mod crash_disk;
mod dictionary;
mod disk;
mod error;
mod events;
mod feed;
mod hash_order;
mod histories;
mod id_table;
mod info;
mod job;
mod load;
mod lock;
mod manifest;
mod movements;
mod numbering;
mod output_batch;
mod outputs;
mod pages;
mod posting_lists;
mod queries;
mod reorganise;
mod search;
mod segments;
mod session;
mod snapshot;
mod spending;
mod sync;
mod tiers;
mod transfers;
mod tx_table;
mod varint;
mod verify;
mod writer;

pub use error::{DiskError, StoreError};
pub use events::{StoredCall, StoredEvent};
pub use feed::{Source, feed};
pub use info::{ChainInfo, StoreInfo, TxLeg, TxTransfer};
pub use movements::{Movement, Movements};
pub use queries::{Counterparty, Flow};
pub use reorganise::{Compacted, Unwound};
pub use session::{ImportSummary, InputFile};
pub use snapshot::Snapshot;
pub use sync::{Reorganisation, SyncError, SyncOptions, SyncProgress, SyncSummary, sync};
pub use verify::{VerifyReport, verify};
pub use writer::StoreWriter;

#[cfg(test)]
mod tests;
