//! Bitcoin: blocks, what their inputs spend, and the files of a node.
