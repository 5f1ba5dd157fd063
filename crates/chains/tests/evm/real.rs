//! Real blocks.
