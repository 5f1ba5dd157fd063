//! Tron: blocks and what their transactions did.
