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
pub mod container;
pub mod container_writer;
pub mod disk;
pub mod error;
pub mod hash_order;
pub mod id_table;
pub mod pages;
