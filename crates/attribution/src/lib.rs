//! Who an address belongs to: tags, actors and lists, with source, date and confidence.
//!
//! *Useful for* reading what others have published about addresses ([`TagIndex::add_file`]:
//! TagPacks, ActorPacks, OFAC lists, tables), keeping every claim with its source, and deciding
//! by one table where following stops ([`TagIndex::stop`]).
//! *Not useful for* finding out something new about an address: no clustering, no lookup.
//!
//! **Invariants:** a file that is refused changes nothing; a single bad record is counted and
//! shown ([`Defects`]), never dropped in silence; the same files give the same bytes; the crate
//! opens files in one place only ([`FolderIncludes`]) and reads no clock and no environment;
//! what is shown of outside text went through [`hawkshaw_model::Printable`].

mod actorpack;
mod bare;
mod confidence;
mod conflict;
mod csv_tags;
mod defects;
mod error;
mod eu_csv;
mod eu_xml;
mod format;
mod forms;
mod in_text;
mod include;
mod index;
mod label_map;
mod listed;
mod network;
mod ofac;
mod reading;
mod sanctions;
mod sdn_csv;
mod sdn_plain_xml;
mod sdn_xml;
mod store;
mod tagpack;
mod taxonomy;
mod uk_csv;
mod uk_xml;
mod un_xml;
mod xml;
mod yaml;

pub use confidence::{STOPPING_LEVEL_MIN, confidence_of};
pub use conflict::{Conflict, ConflictKind};
pub use defects::{Defect, DefectReason, Defects};
pub use error::AttributionError;
pub use format::Format;
pub use forms::{
    Identity, Verdict, chains_of, evm_bytes, evm_bytes_of_bech32, identity, script, spelled,
    verdict,
};
pub use include::{FolderIncludes, Includes, NoIncludes};
pub use index::{FileSummary, TagIndex};
pub use network::{chain_named, chain_of_files, is_token, prefixed};
pub use sanctions::{
    EntityKind, ListFile, ListedAddress, ListedEntity, Publisher, read_list, read_own_list,
};
pub use store::STORE_SCHEMA;
pub use taxonomy::{broader_concept, is_known_concept, terminal_kind};
