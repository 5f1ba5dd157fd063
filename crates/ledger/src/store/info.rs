//! What a snapshot says of itself and of single transactions.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hawkshaw_model::{
    Account, AccountIx, Amount, ChainId, Lack, LegAmounts as _, OutputIx, ReadError,
    TransferDetail, TransferDetails as _, TxIx,
};
use twox_hash::XxHash3_64;

use crate::store::address_part::ADDRESSES;
use crate::store::container::{Container, Format};
use crate::store::manifest::{ChainEntry, FileEntry};
use crate::store::segments::StoredSegment;
use crate::store::snapshot::Snapshot;
use crate::store::{assets, events, outputs, transfers};

/// What a store consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreInfo {
    /// Counts the states of the store.
    pub generation: u64,
    /// Bytes of all files.
    pub bytes: u64,
    /// The chains, by id.
    pub chains: Vec<ChainInfo>,
    /// Bytes by what they hold.
    pub columns: BTreeMap<&'static str, u64>,
    /// Files that are stored whole: name, bytes and digest, in the order of their imports.
    pub imports: Vec<(String, u64, String)>,
    /// Of an import that was interrupted: per chain, the height up to which every row is stored.
    pub unfinished: Option<Vec<(String, u64)>>,
}

/// What a store holds of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChainInfo {
    /// Which.
    pub chain: ChainId,
    /// Movements or legs.
    pub rows: u64,
    /// Segments.
    pub segments: u64,
    /// Bytes of its files.
    pub bytes: u64,
    /// Stretches of blocks that some import covered whole, inclusive.
    pub covered: Vec<[u64; 2]>,
    /// Accounts whose histories were imported one by one, each with its first and last height.
    pub histories: Vec<(String, [u64; 2])>,
    /// What the sources of blocks left out, with the stretches of blocks, inclusive.
    pub lacks: Vec<(Lack, Vec<[u64; 2]>)>,
}

/// A movement of a transaction of an account chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TxTransfer {
    /// Who pays.
    pub payer: Option<AccountIx>,
    /// Who is paid.
    pub payee: Option<AccountIx>,
    /// The rest.
    pub detail: TransferDetail,
}

/// A leg of a transaction of a UTXO chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TxLeg {
    /// Whether it spends an output, else it makes one.
    pub is_input: bool,
    /// Its index on its side.
    pub index: u32,
    /// The output that it spends or makes, where the store holds it.
    pub output: Option<OutputIx>,
    /// Who holds it.
    pub holder: Option<AccountIx>,
    /// How much.
    pub amount: Amount,
}

impl Snapshot {
    /// What the store consists of.
    ///
    /// # Errors
    ///
    /// When a file is damaged or gone.
    pub fn info(&self) -> Result<StoreInfo, ReadError> {
        let manifest = &self.manifest;
        let mut info = StoreInfo {
            generation: manifest.generation,
            bytes: manifest.files().map(|entry| entry.bytes).sum(),
            ..StoreInfo::default()
        };
        for entry in &manifest.address_parts {
            self.add_columns(&mut info.columns, entry, ADDRESSES)?;
        }
        for entry in &manifest.asset_parts {
            self.add_columns(&mut info.columns, entry, assets::FORMAT)?;
        }
        for (place, chain) in hawkshaw_model::Ledger::chains(self).iter().enumerate() {
            let entry = &manifest.chains[self.part(place).number];
            let format = match chain.kind {
                hawkshaw_model::LedgerKind::Accounts => transfers::FORMAT,
                hawkshaw_model::LedgerKind::Outputs => outputs::FORMAT,
            };
            for segment in &entry.segments {
                self.add_columns(&mut info.columns, &segment.file, format)?;
            }
            for file in &entry.events {
                self.add_columns(&mut info.columns, &file.file, events::FORMAT)?;
            }
            let segments = entry.segments.iter();
            let events = entry.events.iter().map(|file| file.file.bytes);
            info.chains.push(ChainInfo {
                chain: chain.id.clone(),
                rows: segments.clone().map(|segment| segment.rows).sum(),
                segments: entry.segments.len() as u64,
                bytes: segments.map(|segment| segment.file.bytes).chain(events).sum(),
                covered: entry.covered.clone(),
                histories: histories(entry),
                lacks: self.lacks(place),
            });
        }
        info.imports = manifest
            .imports
            .iter()
            .map(|import| (import.name.clone(), import.bytes, import.digest.clone()))
            .collect();
        info.unfinished = manifest.unfinished.as_ref().map(|found| found.through.clone());
        Ok(info)
    }

    /// A text that is the same as long as the store holds the same files: the chains with the
    /// checksums of their files, and those of the addresses and assets. The checksum of a file
    /// covers all of it.
    pub fn state_text(&self) -> String {
        let manifest = &self.manifest;
        let mut text = format!("hawkshaw store {}\n", manifest.format);
        let line = |text: &mut String, what: &str, file: &FileEntry| {
            let _ = writeln!(text, "{what} {} {}", file.bytes, file.checksum);
        };
        manifest.address_parts.iter().for_each(|entry| line(&mut text, "addresses", entry));
        manifest.asset_parts.iter().for_each(|entry| line(&mut text, "assets", entry));
        for chain in &manifest.chains {
            chain.segments.iter().for_each(|entry| line(&mut text, &chain.id, &entry.file));
            chain.events.iter().for_each(|entry| line(&mut text, &chain.id, &entry.file));
            for [first, last] in &chain.covered {
                let _ = writeln!(text, "{} covered {first} {last}", chain.id);
            }
            for lack in &chain.lacks {
                let _ = writeln!(text, "{} lacks {} {:?}", chain.id, lack.what, lack.heights);
            }
            for history in &chain.histories {
                let [first, last] = history.heights;
                let _ = writeln!(text, "{} history {} {first} {last}", chain.id, history.account);
            }
        }
        text
    }

    /// What marks the files of addresses, in the order of their numbers, and those of the
    /// transactions of a chain, in chain order, each with how many there are in it. The same marks
    /// in the same places are the same content; joining small files changes marks.
    pub fn file_marks(&self, chain: usize) -> (Vec<u64>, Vec<(u64, u64)>) {
        let mark = |file: &FileEntry| {
            XxHash3_64::oneshot(format!("{} {}", file.bytes, file.checksum).as_bytes())
        };
        let segments = &self.manifest.chains[self.part(chain).number].segments;
        (
            self.manifest.address_parts.iter().map(mark).collect(),
            segments.iter().map(|segment| (segment.txs, mark(&segment.file))).collect(),
        )
    }

    /// Stretches of blocks of a chain that some import covered whole, inclusive, by the place of
    /// the chain among [`chains`](hawkshaw_model::Ledger::chains).
    pub fn covered(&self, chain: usize) -> &[[u64; 2]] {
        &self.manifest.chains[self.part(chain).number].covered
    }

    /// What the sources of the blocks of a chain left out, with the stretches of blocks,
    /// inclusive, by the place of the chain among [`chains`](hawkshaw_model::Ledger::chains).
    pub fn lacks(&self, chain: usize) -> Vec<(Lack, Vec<[u64; 2]>)> {
        let entries = &self.manifest.chains[self.part(chain).number].lacks;
        let known = entries.iter().filter_map(|entry| Some((entry.what.parse().ok()?, entry)));
        known.map(|(lack, entry)| (lack, entry.heights.clone())).collect()
    }

    /// The first and last height of the history of an account that was imported on its own.
    pub fn history_heights(&self, account: &Account) -> Option<[u64; 2]> {
        let chain = self.manifest.chain(account.chain())?;
        let text = account.address().to_string();
        let histories = &self.manifest.chains[chain].histories;
        histories.iter().find(|known| known.account == text).map(|known| known.heights)
    }

    /// The movements of a transaction of an account chain; none of a UTXO chain.
    ///
    /// # Errors
    ///
    /// When the store is damaged there.
    pub fn transfers_of(&self, tx: TxIx) -> Result<Vec<TxTransfer>, ReadError> {
        let (StoredSegment::Transfers(segment), local) = self.locate(tx) else {
            return Ok(Vec::new());
        };
        let somebody = |account: u32| (account != AccountIx::NONE).then_some(AccountIx(account));
        let rows = segment.rows_of(local)?.map(|row| {
            let (payer, payee) = segment.sides(row)?;
            let (payer, payee) = (somebody(payer), somebody(payee));
            Ok(TxTransfer { payer, payee, detail: segment.detail(row)? })
        });
        rows.collect()
    }

    /// The legs of a transaction of a UTXO chain; none of an account chain.
    ///
    /// # Errors
    ///
    /// When the store is damaged there.
    pub fn legs_of(&self, tx: TxIx) -> Result<Vec<TxLeg>, ReadError> {
        let (StoredSegment::Outputs(segment), local) = self.locate(tx) else {
            return Ok(Vec::new());
        };
        let (inputs, outputs) = segment.legs_of(local)?;
        let inputs = inputs.zip(0u32..).map(|(row, index)| (true, row, index));
        let outputs = outputs.zip(0u32..).map(|(row, index)| (false, row, index));
        let legs = inputs.chain(outputs).map(|(is_input, row, index)| {
            Ok(TxLeg {
                is_input,
                index,
                output: segment.output_of(row)?.map(OutputIx),
                holder: segment.holder_of(row)?,
                amount: segment.amount(row)?,
            })
        });
        legs.collect()
    }

    fn add_columns(
        &self,
        columns: &mut BTreeMap<&'static str, u64>,
        entry: &FileEntry,
        format: Format,
    ) -> Result<(), ReadError> {
        let file = Container::open(&self.dir.join(&entry.file), format)?;
        let mut rest = entry.bytes;
        for (name, bytes) in file.columns() {
            *columns.entry(what_holds(format, name)).or_default() += bytes;
            rest = rest.saturating_sub(bytes);
        }
        *columns.entry("checksums and padding").or_default() += rest;
        Ok(())
    }
}

fn histories(chain: &ChainEntry) -> Vec<(String, [u64; 2])> {
    let histories = chain.histories.iter();
    histories.map(|history| (history.account.clone(), history.heights)).collect()
}

/// What a column is, for people.
fn what_holds(format: Format, name: &str) -> &'static str {
    if format == ADDRESSES {
        return "addresses";
    }
    if format == assets::FORMAT {
        return "assets";
    }
    if format == events::FORMAT {
        return "events and calls";
    }
    match name {
        "tx_rows" | "payers" | "payees" | "codes" | "code_table" | "tx_outputs" | "outputs"
        | "holders" | "output_starts" => "who pays whom what",
        "tx_hashes" => "transaction hashes",
        "tx_order" => "index of hashes",
        "sender_txs" | "senders" => "senders",
        name if name.starts_with("amount") => "amounts and event indices",
        name if name.starts_with("block") || name.starts_with("header") => "blocks",
        "tx_indices" => "blocks",
        _ => "index of accounts",
    }
}
