//! The blocks of a node, fetched and decoded by several threads, in order.

use std::ops::RangeInclusive;

use hawkshaw_model::rows::Rows;

use crate::client::Client;
use crate::error::{SourceError, SourceFault};
use crate::pipeline::{Meter, Pipeline, Plan, Step};

/// The rows of a block; `None` where the node has no such block.
pub(crate) type Found = Result<Option<Rows>, SourceError>;

/// Reads heights by windows of at most so many, until a block is missing or cannot be read.
/// Whether they follow each other is for whoever takes them to see: the chain may change
/// meanwhile.
pub(crate) fn read_blocks(
    client: &Client,
    meter: &Meter,
    heights: RangeInclusive<u64>,
    window_max: u64,
    read: impl Fn(RangeInclusive<u64>, &Step<'_>) -> Vec<Found> + Send + Sync + 'static,
) -> Box<dyn Iterator<Item = Result<Rows, SourceError>>> {
    let plan = Plan::for_client(client, meter);
    let windows = plan.windows(heights, window_max);
    match plan.start(windows, move |heights, step| Ok(read(heights, step))) {
        Ok(pipeline) => Box::new(Blocks { pipeline, is_over: false }),
        Err(error) => {
            let fault = SourceFault::Unable(format!("no thread to read with: {error}"));
            Box::new(std::iter::once(Err(client.error("blocks", fault))))
        }
    }
}

struct Blocks {
    pipeline: Pipeline<Found, SourceError>,
    is_over: bool,
}

impl Iterator for Blocks {
    type Item = Result<Rows, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let item = match self.pipeline.next() {
            Some(Ok(found)) => found.transpose(),
            Some(Err(error)) => Some(Err(error)),
            None => None,
        };
        self.is_over = !matches!(item, Some(Ok(_)));
        item
    }
}
