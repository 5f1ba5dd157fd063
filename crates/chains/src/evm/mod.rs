//! EVM chains: blocks, receipts, logs and traces.
