//! Nodes, explorers and price services: whoever can be asked for a chain over a network, and the
//! files that a Bitcoin node keeps.
//!
//! *Useful for* filling a store from a URL or from a node's folder. *Not useful for* knowing what
//! an answer means: see `hawkshaw-chains`.
//!
//! **Invariants:** nothing is contacted but the host that the user named; redirects are refused;
//! every answer has a limit in bytes, time and depth; a key goes to its own host and stands in no
//! message, error, file or `Debug` output.

mod bitcoin_node;
mod block_files;
mod blocks;
mod cache;
mod client;
mod endpoint;
mod error;
mod evm_node;
mod explorer;
mod json_rpc;
mod pipeline;
mod price_service;
mod tron_node;

pub use bitcoin_node::{BitcoinNode, BitcoinStatus};
pub use block_files::BlockFiles;
pub use cache::{Cache, CacheKey, CacheMode};
pub use client::{Client, Limits, Traffic};
pub use endpoint::{Auth, Endpoint, EndpointError, Key};
pub use error::{SourceError, SourceFault};
pub use evm_node::{
    Capabilities, EvmNode, EvmNodeOptions, ReceiptsBy, Sample, Syncing, TraceChoice, TracesBy,
};
pub use explorer::{
    Esplora, Etherscan, Explorer, ExplorerKind, ExplorerOptions, ExplorerReport, History,
    UnknownExplorerKind, open_explorer,
};
pub use json_rpc::{JsonRpc, RpcAnswer, RpcCall};
pub use pipeline::{Effort, Meter, Pipeline, Plan, Step, windows};
pub use price_service::{
    Coin, CoinError, PriceApi, PriceService, ServedPrice, Step as PriceStep, StepError,
    UnknownPriceApi,
};
pub use tron_node::{TronNode, TronNodeOptions};
