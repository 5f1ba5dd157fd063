//! Several files read side by side, so that a store gets their rows in the order of blocks.
//!
//! The tables of one export (transactions, traces, token transfers, blocks) each go through the
//! same blocks. Whichever file is furthest behind is read next, so every row of a block is there
//! once all files are past it, and memory holds a few chunks of each.

use hawkshaw_model::{ChainId, rows::Rows};

use crate::store::error::StoreError;
use crate::store::writer::StoreWriter;

/// A file to be read, opened when its blocks are reached.
pub trait Source {
    /// What reading it can fail with.
    type Error: From<StoreError>;

    /// The first height that it holds, as far as that is known.
    fn first_height(&self) -> Option<u64>;

    /// Its next rows; `None` behind the last.
    ///
    /// # Errors
    ///
    /// When it cannot be read or holds bad data.
    fn next_rows(&mut self) -> Result<Option<Rows>, Self::Error>;
}

struct Active<S> {
    source: S,
    /// The last chain and height that was read of it.
    reached: Option<(ChainId, u64)>,
}

/// Reads all sources to their ends and adds their rows to a store. `watch` is called after every
/// chunk and may stop the import with an error; what was stored until then stays.
///
/// # Errors
///
/// When a source or the store refuses.
pub fn feed<S: Source>(
    writer: &mut StoreWriter,
    sources: Vec<S>,
    watch: &mut dyn FnMut() -> Result<(), S::Error>,
) -> Result<(), S::Error> {
    let mut waiting = sources;
    // The last one is taken first.
    waiting.sort_by_key(|source| std::cmp::Reverse(source.first_height().unwrap_or(0)));
    let mut active: Vec<Active<S>> = Vec::new();
    loop {
        let behind = furthest_behind(&active);
        let next = waiting.last().map(|source| source.first_height().unwrap_or(0));
        let is_due = match (behind, next) {
            (None, Some(_)) => true,
            (Some(at), Some(first)) => active[at].reached.as_ref().is_none_or(|r| first <= r.1),
            (_, None) => false,
        };
        if is_due && let Some(source) = waiting.pop() {
            active.push(Active { source, reached: None });
            continue;
        }
        let Some(at) = behind else { return Ok(()) };
        match active[at].source.next_rows()? {
            Some(rows) => {
                let chain = rows.chain.clone();
                if let Some([_, high]) = rows.heights() {
                    active[at].reached = Some((chain.clone(), high));
                }
                writer.add(rows)?;
                if let Some(height) = safe_below(&active, next, &chain) {
                    writer.store_below(&chain, height)?;
                }
            }
            None => {
                active.swap_remove(at);
            }
        }
        watch()?;
    }
}

/// The source that has read the least far. One that has read nothing yet comes first.
fn furthest_behind<S>(active: &[Active<S>]) -> Option<usize> {
    let height = |active: &Active<S>| active.reached.as_ref().map(|(_, height)| *height);
    (0..active.len()).min_by_key(|at| (height(&active[*at]), *at))
}

/// The height below which every source has given all its rows of a chain, if its rows come in
/// the order of blocks.
fn safe_below<S>(active: &[Active<S>], next: Option<u64>, chain: &ChainId) -> Option<u64> {
    let mut below = next.unwrap_or(u64::MAX);
    for source in active {
        match &source.reached {
            None => return None,
            Some((reached, height)) if reached == chain => below = below.min(*height),
            Some(_) => {}
        }
    }
    (below != u64::MAX).then_some(below)
}
