//! The whole program, by exit code, standard output and standard error.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod audit;
mod bridge;
mod bridges;
mod bundled_cases;
mod cluster;
mod coinjoin;
mod documents;
mod exposure;
mod frozen;
mod hostile_labels;
mod hostile_tags;
mod incident_lists;
mod incidents;
mod keys;
mod ledger;
mod ledger_queries;
mod lists;
mod mixer;
mod noise;
mod options;
mod peel;
mod prices;
mod pursuit;
mod real_data;
mod report_folder;
mod screen;
mod serve;
#[path = "../../../source/tests/support/mod.rs"]
mod server;
mod support;
mod tables;
mod tag_store;
mod targets;
mod usage;
mod verify;
