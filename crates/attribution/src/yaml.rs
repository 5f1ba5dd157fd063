//! Reading YAML from strangers: budgets against alias bombs, depth and size.

use serde::de::DeserializeOwned;

use crate::error::AttributionError;
use crate::network::shortened;

/// Files of every format are at most this long.
pub(crate) const FILE_BYTES_MAX: usize = 256 << 20;

/// Nodes of one file: a million tags of four fields each, twenty times the largest public pack.
/// An entry takes some 200 bytes in memory, so that the worst file takes two gigabytes.
const NODES_MAX: usize = 10_000_000;

/// Levels of nesting. A TagPack needs five.
const DEPTH_MAX: usize = 16;

/// Values that aliases may repeat in one file.
const REPLAYED_EVENTS_MAX: usize = 100_000;

/// Reads one YAML document.
///
/// # Errors
///
/// When it is no UTF-8, no YAML, over a limit, or not of the shape of `T`.
pub(crate) fn read<T: DeserializeOwned>(file: &str, bytes: &[u8]) -> Result<T, AttributionError> {
    let text = text_of(file, bytes)?;
    serde_saphyr::from_str_with_options(text, options()).map_err(|error| {
        let line = error.location().map_or(0, |location| location.line());
        let reason = shortened(&error.without_snippet().to_string());
        AttributionError::Broken { file: file.to_owned(), line, reason }
    })
}

/// The bytes as text, without a byte order mark.
///
/// # Errors
///
/// When they are over the limit or no UTF-8.
pub(crate) fn text_of<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, AttributionError> {
    if bytes.len() > FILE_BYTES_MAX {
        let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
        return Err(AttributionError::Limit { file: file.to_owned(), what: "bytes", limit });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let lines = before.iter().filter(|b| **b == b'\n').count();
        AttributionError::Broken {
            file: file.to_owned(),
            line: u64::try_from(lines).map_or(0, |n| n.saturating_add(1)),
            reason: format!("no UTF-8 text from byte {}", error.valid_up_to()),
        }
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 2 * NODES_MAX,
            max_nodes: NODES_MAX,
            max_depth: DEPTH_MAX,
            flow_nesting_limit: DEPTH_MAX,
            max_aliases: 10_000,
            max_anchors: 1_000,
            max_merge_keys: 1_000,
            max_documents: 1,
            max_total_scalar_bytes: FILE_BYTES_MAX,
        },
        duplicate_keys: serde_saphyr::options::DuplicateKeyPolicy::Error,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: REPLAYED_EVENTS_MAX,
            max_replay_stack_depth: 8,
        },
        with_snippet: false,
    }
}
