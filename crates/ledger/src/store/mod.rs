//! A store of chains in a folder: the primitives it stands on.
//!
//! *Useful for* files of columns that are larger than memory, read without being parsed, whose
//! damage is found by the read that meets it.
//! *Not useful for* columns that change: a container is written once and never touched again.
//!
//! **Invariants:** a file is immutable once it is finished; whatever is written goes through
//! [`disk::Disk`]; no bytes in a file make a read panic or run for ever; numbers in files are
//! little-endian.
//!
//! | module | holds |
//! |---|---|
//! | `disk`, `error` | the file operations of whoever writes, and how they fail |
//! | `container`, `container_writer`, `pages` | a file of named columns with checksummed pages |
//! | `hash_order` | finding a row by the hash of its key |
//! | `addresses`, `address_key`, `address_part`, `address_writer`, `id_table` | numbers of addresses |
//! | `varint` | sorted lists of numbers in few bytes |
//! | `amounts`, `amount_writer` | amounts and event indices in few bytes |

#[cfg(not(all(target_endian = "little", target_pointer_width = "64")))]
compile_error!("the store maps files of little-endian numbers and needs 64-bit addresses");

pub mod address_key;
pub mod address_part;
pub mod address_writer;
pub mod addresses;
pub mod amount_writer;
pub mod amounts;
mod assets;
mod batch;
mod block_order;
mod columns;
pub mod container;
pub mod container_writer;
mod coverage;
#[cfg(test)]
pub(crate) mod crash_disk;
mod dictionary;
pub mod disk;
pub mod error;
mod events;
mod feed;
pub mod hash_order;
mod histories;
pub mod id_table;
mod info;
mod load;
mod manifest;
mod movements;
mod output_batch;
mod outputs;
pub mod pages;
mod posting_lists;
mod queries;
mod reorganise;
mod search;
mod segments;
mod snapshot;
mod transfers;
mod tx_table;
pub mod varint;
mod verify;
mod writer;

pub use error::StoreError;
pub use events::{StoredCall, StoredEvent};
pub use feed::{Source, feed};
pub use info::{ChainInfo, StoreInfo, TxLeg, TxTransfer};
pub use movements::{Movement, Movements};
pub use queries::{Counterparty, Flow};
pub use reorganise::{Compacted, Unwound};
pub use snapshot::Snapshot;
pub use verify::{VerifyReport, verify};
pub use writer::{ImportSummary, InputFile, StoreWriter};

#[cfg(test)]
mod tests;
