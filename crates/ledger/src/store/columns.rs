//! How the bytes of a store are divided among its columns.

use std::collections::BTreeMap;

use hawkshaw_model::ReadError;

use crate::store::address_part::ADDRESSES;
use crate::store::container::{Container, Format};
use crate::store::manifest::FileEntry;
use crate::store::snapshot::Snapshot;
use crate::store::{assets, events, outputs, transfers};

impl Snapshot {
    /// Bytes by column of all files, by name; what a file adds around its columns (checksums,
    /// lists, padding) stands under `overhead`.
    ///
    /// # Errors
    ///
    /// When a file is damaged or gone.
    pub fn columns(&self) -> Result<BTreeMap<String, u64>, ReadError> {
        let mut columns = BTreeMap::new();
        let mut add = |prefix: &str, entry: &FileEntry, format: Format| -> Result<(), ReadError> {
            let file = Container::open(&self.dir.join(&entry.file), format)?;
            let mut rest = entry.bytes;
            for (name, bytes) in file.columns() {
                *columns.entry(format!("{prefix}{name}")).or_default() += bytes;
                rest = rest.saturating_sub(bytes);
            }
            *columns.entry("overhead".to_owned()).or_default() += rest;
            Ok(())
        };
        for entry in &self.manifest.address_parts {
            add("addresses: ", entry, ADDRESSES)?;
        }
        for entry in &self.manifest.asset_parts {
            add("assets: ", entry, assets::FORMAT)?;
        }
        for chain in &self.manifest.chains {
            let is_utxo = chain.segments.iter().any(|segment| segment.outputs > 0);
            let format = if is_utxo { outputs::FORMAT } else { transfers::FORMAT };
            for segment in &chain.segments {
                add("", &segment.file, format)?;
            }
            for file in &chain.events {
                add("events: ", &file.file, events::FORMAT)?;
            }
        }
        Ok(columns)
    }

    /// How many movements and legs there are.
    pub fn row_count(&self) -> u64 {
        let segments = self.manifest.chains.iter().flat_map(|chain| &chain.segments);
        segments.map(|segment| segment.rows).sum()
    }
}
