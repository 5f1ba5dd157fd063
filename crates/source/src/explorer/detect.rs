//! Which API is behind a URL.

use std::fmt;
use std::str::FromStr;

use super::asker::Asker;
use super::esplora::{self, Esplora};
use super::etherscan::Etherscan;
use super::{Explorer, ExplorerOptions};
use crate::cache::{Cache, CacheKey, CacheMode};
use crate::client::Client;
use crate::error::{SourceError, SourceFault};

/// The families of APIs that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExplorerKind {
    /// Etherscan, its copies, Blockscout.
    Etherscan,
    /// Esplora: blockstream.info, mempool.space.
    Esplora,
}

/// A text that names no family of explorers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is no kind of explorer: use etherscan or esplora", hawkshaw_model::Printable(.0))]
pub struct UnknownExplorerKind(String);

impl FromStr for ExplorerKind {
    type Err = UnknownExplorerKind;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "etherscan" | "blockscout" => Ok(Self::Etherscan),
            "esplora" => Ok(Self::Esplora),
            other => Err(UnknownExplorerKind(other.to_owned())),
        }
    }
}

impl fmt::Display for ExplorerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Etherscan => "etherscan",
            Self::Esplora => "esplora",
        })
    }
}

/// Opens the explorer behind a URL: of the kind that the options say, else of the one that the
/// URL tells, else of the one that it answers like.
///
/// # Errors
///
/// When it answers like none, or has another chain than is wanted.
pub fn open_explorer(
    client: &Client,
    cache: Option<Cache>,
    options: &ExplorerOptions,
) -> Result<Box<dyn Explorer>, SourceError> {
    let kind = match options.kind.or_else(|| told_by_url(client)) {
        Some(kind) => kind,
        None => found(client, cache.as_ref(), options)?,
    };
    Ok(match kind {
        ExplorerKind::Etherscan => Box::new(Etherscan::open(client, cache, options)?),
        ExplorerKind::Esplora => Box::new(Esplora::open(client, cache, options)?),
    })
}

fn told_by_url(client: &Client) -> Option<ExplorerKind> {
    let url = client.endpoint().url(&[], &[], None);
    let names_chain = url.query_pairs().any(|(name, _)| name == "chainid");
    (names_chain || url.path().trim_end_matches('/').ends_with("/v2/api"))
        .then_some(ExplorerKind::Etherscan)
}

/// Asks whether it is an Esplora. What is found is kept as well, so that a later run needs not ask.
fn found(
    client: &Client,
    cache: Option<&Cache>,
    options: &ExplorerOptions,
) -> Result<ExplorerKind, SourceError> {
    match options.chain.as_ref().map(|chain| chain.namespace()) {
        Some("bip122") => return Ok(ExplorerKind::Esplora),
        Some(_) => return Ok(ExplorerKind::Etherscan),
        None => {}
    }
    let key = CacheKey::finding(client.endpoint(), "the kind of the explorer");
    if let Some(cache) = cache {
        let kept = cache.load(&key, 100)?;
        let kind = kept.and_then(|kept| String::from_utf8(kept).ok()?.parse().ok());
        if let Some(kind) = kind {
            return Ok(kind);
        }
    }
    let asker = Asker::new(client, None, None);
    let kind = match esplora::genesis(&asker) {
        Ok(_) => ExplorerKind::Esplora,
        Err(error) if is_no_esplora(&error.fault) => ExplorerKind::Etherscan,
        Err(error) => return Err(error),
    };
    if let Some(cache) = cache.filter(|cache| cache.mode() != CacheMode::Offline) {
        cache.store(&key, kind.to_string().as_bytes())?;
    }
    Ok(kind)
}

/// Whether a fault means that there is something else.
fn is_no_esplora(fault: &SourceFault) -> bool {
    matches!(fault, SourceFault::Refused(_) | SourceFault::Decode(_) | SourceFault::Unable(_))
}
