//! Cases: what was stolen.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use crate::address::{Account, AddressError};
use crate::asset::{AssetId, AssetIdError};
use crate::chain::{LedgerKind, shortened};
use crate::curated::AssetInfo;
use crate::tx::{OutPoint, TxId, TxIdError};

/// The id of a case: lower-case letters, digits and single hyphens, so that it can never be
/// taken for a path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseId(Box<str>);

/// A theft, as `case.toml` states it.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// Its name.
    pub title: String,
    /// What happened.
    pub summary: String,
    /// Where that stands.
    pub sources: Vec<String>,
    /// The stolen transfers.
    pub stolen: Vec<Stolen>,
    /// What the files of the case are complete for.
    pub coverage: CoverageClaim,
    /// What was reached when the files were gathered and every answer has to say.
    pub limits: Vec<String>,
    /// Assets that the case vouches for beside the built-in list.
    pub assets: Vec<AssetInfo>,
}

/// One stolen transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stolen {
    /// What a transaction brought its net gainers.
    Transfer {
        /// The transaction.
        tx: TxId,
        /// Only what this account gained.
        to: Option<Account>,
        /// Only this asset.
        asset: Option<AssetId>,
    },
    /// An output.
    Output(OutPoint),
}

/// Which accounts the ledger is complete for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoverageClaim {
    /// All, in the time span of the data.
    Everything,
    /// These only: value at any other account ends as `no-data`.
    Only(Vec<Account>),
}

/// Why a `case.toml` was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaseError {
    /// It is no TOML, lacks a field, or has one that is not known.
    #[error("{0}")]
    Toml(String),
    /// The id could be a path or is no id.
    #[error("`{0}` is no case id: use lower-case letters, digits and hyphens, at most 100")]
    Id(String),
    /// Nothing was stolen.
    #[error("the case lists nothing as stolen: add a [[stolen]] entry with `tx` or `outpoint`")]
    NothingStolen,
    /// A stolen entry is neither a transfer nor an output.
    #[error("stolen entry {0}: give either `tx` (account chains) or `outpoint` (UTXO chains)")]
    Neither(usize),
    /// The chain of a stolen entry keeps value the other way.
    #[error("stolen entry {entry}: {chain} keeps value in {kind}: use `{field}`")]
    WrongKind {
        /// Which entry, from 1.
        entry: usize,
        /// Its chain.
        chain: String,
        /// What that chain keeps value in.
        kind: &'static str,
        /// The field to use.
        field: &'static str,
    },
    /// A stolen entry stands twice.
    #[error("stolen entry {0} stands twice")]
    Twice(usize),
    /// A transaction is not one.
    #[error("stolen entry {entry}")]
    Tx {
        /// Which entry, from 1.
        entry: usize,
        /// Why.
        source: TxIdError,
    },
    /// An account is not one.
    #[error("{place}")]
    Address {
        /// Where it stands.
        place: String,
        /// Why.
        source: AddressError,
    },
    /// An asset is not one.
    #[error("{place}")]
    Asset {
        /// Where it stands.
        place: String,
        /// Why.
        source: AssetIdError,
    },
    /// An asset lives on another chain than the theft.
    #[error("{place}: {asset} is not an asset of {chain}")]
    AssetChain {
        /// Where it stands.
        place: String,
        /// The asset.
        asset: String,
        /// The chain of the theft.
        chain: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    id: String,
    title: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    sources: Vec<String>,
    #[serde(default)]
    stolen: Vec<StolenEntry>,
    coverage: Option<CoverageEntry>,
    #[serde(default)]
    asset: Vec<AssetEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StolenEntry {
    tx: Option<String>,
    to: Option<String>,
    asset: Option<String>,
    outpoint: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CoverageEntry {
    complete_for: Vec<String>,
    #[serde(default)]
    limits: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssetEntry {
    id: String,
    symbol: String,
    decimals: u8,
    issuer: Option<String>,
}

impl Case {
    /// A case in which nothing is stolen: for replays that follow something else.
    pub fn of_nothing(coverage: CoverageClaim) -> Self {
        Self {
            id: CaseId("nothing".into()),
            title: String::new(),
            summary: String::new(),
            sources: Vec::new(),
            stolen: Vec::new(),
            coverage,
            limits: Vec::new(),
            assets: Vec::new(),
        }
    }

    /// Reads a `case.toml`.
    ///
    /// # Errors
    ///
    /// When it is no TOML, lacks a field or has an unknown one, or when an entry is not what
    /// it must be.
    pub fn from_toml(text: &str) -> Result<Self, CaseError> {
        let file: CaseFile = toml::from_str(text).map_err(|e| CaseError::Toml(e.to_string()))?;
        let stolen = file
            .stolen
            .iter()
            .enumerate()
            .map(|(index, entry)| stolen(index + 1, entry))
            .collect::<Result<Vec<_>, _>>()?;
        if stolen.is_empty() {
            return Err(CaseError::NothingStolen);
        }
        if let Some(index) = (1..stolen.len()).find(|i| stolen[..*i].contains(&stolen[*i])) {
            return Err(CaseError::Twice(index + 1));
        }
        let coverage = match &file.coverage {
            None => CoverageClaim::Everything,
            Some(entry) => CoverageClaim::Only(complete_for(entry, &stolen)?),
        };
        let limits = file.coverage.into_iter().flat_map(|entry| entry.limits);
        let limits = limits.map(|text| crate::Printable(&text).to_string()).collect();
        Ok(Self {
            id: file.id.parse()?,
            title: file.title,
            summary: file.summary,
            sources: file.sources,
            stolen,
            coverage,
            limits,
            assets: file.asset.iter().map(asset_info).collect::<Result<_, _>>()?,
        })
    }
}

fn stolen(entry: usize, fields: &StolenEntry) -> Result<Stolen, CaseError> {
    let place = || format!("stolen entry {entry}");
    let bad_tx = |source| CaseError::Tx { entry, source };
    match (&fields.tx, &fields.outpoint) {
        (Some(tx), None) => {
            let tx: TxId = tx.parse().map_err(bad_tx)?;
            if tx.chain().ledger_kind() == LedgerKind::Outputs {
                let chain = tx.chain().to_string();
                return Err(CaseError::WrongKind {
                    entry,
                    chain,
                    kind: "outputs",
                    field: "outpoint",
                });
            }
            let to = fields.to.as_deref().map(|to| account(to, &[tx.chain()]));
            let to =
                to.transpose().map_err(|e| CaseError::Address { place: place(), source: e })?;
            let asset = fields.asset.as_deref().map(str::parse::<AssetId>).transpose();
            let asset = asset.map_err(|e| CaseError::Asset { place: place(), source: e })?;
            if let Some(asset) = asset.as_ref().filter(|asset| asset.chain() != *tx.chain()) {
                let (asset, chain) = (asset.to_string(), tx.chain().to_string());
                return Err(CaseError::AssetChain { place: place(), asset, chain });
            }
            Ok(Stolen::Transfer { tx, to, asset })
        }
        (None, Some(outpoint)) if fields.to.is_none() && fields.asset.is_none() => {
            let outpoint: OutPoint = outpoint.parse().map_err(bad_tx)?;
            let chain = outpoint.tx().chain();
            if chain.ledger_kind() == LedgerKind::Accounts {
                let chain = chain.to_string();
                return Err(CaseError::WrongKind { entry, chain, kind: "accounts", field: "tx" });
            }
            Ok(Stolen::Output(outpoint))
        }
        _ => Err(CaseError::Neither(entry)),
    }
}

/// An account written as CAIP-10, or as an address of the only chain that it can be on.
fn account(text: &str, chains: &[&crate::ChainId]) -> Result<Account, AddressError> {
    let caip = text.parse::<Account>();
    match (caip, chains) {
        (Ok(account), _) => Ok(account),
        (Err(_), [chain]) => Account::parse(chain, text),
        (Err(error), _) => Err(error),
    }
}

fn complete_for(entry: &CoverageEntry, stolen: &[Stolen]) -> Result<Vec<Account>, CaseError> {
    let mut chains: Vec<_> = stolen
        .iter()
        .map(|stolen| match stolen {
            Stolen::Transfer { tx, .. } => tx.chain(),
            Stolen::Output(outpoint) => outpoint.tx().chain(),
        })
        .collect();
    chains.dedup();
    let place = || "[coverage] complete_for".to_owned();
    let read = |text: &String| {
        account(text, &chains).map_err(|source| CaseError::Address { place: place(), source })
    };
    entry.complete_for.iter().map(read).collect()
}

fn asset_info(entry: &AssetEntry) -> Result<AssetInfo, CaseError> {
    let place = || "[[asset]]".to_owned();
    Ok(AssetInfo {
        id: entry.id.parse().map_err(|source| CaseError::Asset { place: place(), source })?,
        symbol: crate::Printable(&entry.symbol).to_string(),
        decimals: entry.decimals,
        issuer: entry.issuer.clone(),
    })
}

impl CaseId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CaseId {
    type Err = CaseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let sane = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let edges = text.starts_with('-') || text.ends_with('-') || text.contains("--");
        if (1..=100).contains(&text.len()) && text.bytes().all(sane) && !edges {
            Ok(Self(text.into()))
        } else {
            Err(CaseError::Id(shortened(text)))
        }
    }
}

impl fmt::Display for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CaseId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, CaseError, CaseId, Stolen};

    const HEAD: &str = "id = \"a-case\"\ntitle = \"A case\"\n";

    #[test]
    fn reads_both_kinds_of_theft() {
        let hash = "ab".repeat(32);
        let text = format!(
            "{HEAD}[[stolen]]\ntx = \"eip155:1:0x{hash}\"\n\
             to = \"0x098b716b8aaf21512996dc57eb0615e2383e2f96\"\n\
             [[stolen]]\noutpoint = \"bip122:000000000019d6689c085ae165831e93:{hash}:1\"\n"
        );
        let case = Case::from_toml(&text).unwrap();
        assert!(matches!(&case.stolen[0], Stolen::Transfer { to: Some(_), .. }));
        assert!(matches!(&case.stolen[1], Stolen::Output(o) if o.vout() == 1));
    }

    #[test]
    fn a_path_is_no_case_id() {
        for text in ["../etc", "a/b", "A", "", "-a", "a--b", "con\0", ".", "a b"] {
            assert!(text.parse::<CaseId>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let error = |tail: &str| Case::from_toml(&format!("{HEAD}{tail}")).unwrap_err();
        assert_eq!(error(""), CaseError::NothingStolen);
        assert_eq!(error("[[stolen]]\nto = \"0x00\"\n"), CaseError::Neither(1));
        assert!(matches!(error("[[stolen]]\ntx = \"eip155:1:0x12\"\n"), CaseError::Tx { .. }));
        let outputs = format!("[[stolen]]\noutpoint = \"eip155:1:0x{}:0\"\n", "ab".repeat(32));
        assert!(matches!(error(&outputs), CaseError::WrongKind { .. }));
        let unknown = error("colour = \"red\"\n").to_string();
        assert!(unknown.contains("colour") && unknown.contains("line 3"), "{unknown}");
    }
}
