//! The nouns of Hawkshaw: what a chain, an account, an asset, an amount, a transaction, a ledger,
//! a tag and a case are.
//!
//! Every other crate speaks in these types and none of them in bare strings or numbers.
//! *Useful for* passing evidence between crates without losing a bit or a source.
//! *Not useful for* reading files or following money: see `hawkshaw-ledger` and `hawkshaw-trace`.
//!
//! **Invariants:** value is an integer of base units, never a float; an identity carries its
//! chain; the crate reads no file, no clock and no environment.
//!
//! ```
//! use hawkshaw_model::{Account, Amount};
//!
//! let thief: Account = "eip155:1:0x098B716B8Aaf21512996dC57EB0615e2383E2f96".parse()?;
//! assert_eq!(thief.address().to_string(), "0x098B716B8Aaf21512996dC57EB0615e2383E2f96");
//! let wei: Amount = "173600000000000000000000".parse()?;
//! assert_eq!(wei.to_units(18), "173600");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod address;
mod amount;
mod asset;
mod asset_names;
mod case;
mod chain;
mod crossing;
mod curated;
mod digest;
mod freeze;
mod grade;
mod ledger;
mod mix;
mod point;
mod policy;
mod price;
mod price_table;
pub mod rows;
mod script;
mod source;
mod tag;
mod terminal;
mod text;
mod time;
mod tx;
mod utxo;

pub use address::{Account, Address, AddressError};
pub use amount::{Amount, AmountError, Fraction};
pub use asset::{AssetId, AssetIdError};
pub use asset_names::{AssetNames, OutsideName};
pub use case::{Case, CaseError, CaseId, CoverageClaim, Stolen};
pub use chain::{ChainId, ChainIdError, LedgerKind};
pub use crossing::{Crossing, Destination, LinkClass, Passage, Payout};
pub use curated::{AssetInfo, AssetList};
pub use digest::Digest;
pub use freeze::{Freeze, FreezeKind};
pub use grade::Grade;
pub use ledger::{
    AccountIx, AssetIx, Batch, ChainSummary, Ledger, LedgerSegment, LegAmounts, OutputBatch,
    OutputIx, OutputsOf, Posting, Postings, ReadError, Transaction, TransferBatch, TransferDetail,
    TransferDetails, TransferKind, TxIx,
};
pub use mix::{Mix, MixClass};
pub use point::ChainPoint;
pub use policy::{Policy, UnknownPolicy};
pub use price::{PriceError, Usd, UsdPrice};
pub use price_table::{PriceConflict, PricePlace, PriceRow, PriceTable, Quote};
pub use script::ScriptKind;
pub use source::{BlockRef, BlockSource, Lack, UnknownLack};
pub use tag::{Actor, ActorId, ConceptId, Confidence, Tag, TagSubject};
pub use terminal::{Stop, TerminalKind};
pub use text::Printable;
pub use time::{Timestamp, TimestampError};
pub use tx::{OutPoint, TxHash, TxId, TxIdError};
pub use utxo::{UtxoLeg, UtxoTx, is_overwritten_coinbase, output_amount_max};
