//! The arguments of `hawkshaw keys`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use hawkshaw_model::Timestamp;
use hawkshaw_records::{KeyId, Role};

/// Say who may ask a screening service, and what.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw keys create --state state --name \"payout desk\" --role screen --role register\n  \
    hawkshaw keys list --state state\n  \
    hawkshaw keys rotate abcdefghjkmn --state state --overlap 3600\n  \
    hawkshaw keys revoke abcdefghjkmn --state state\n\n\
    A key is shown once, when it is made; only a digest of its secret is kept. A service that runs \
    sees\nwhat changes within a second. The state folder is also taken from HAWKSHAW_STATE.")]
pub(crate) struct KeysArguments {
    #[command(subcommand)]
    pub(crate) command: KeysCommand,
}

/// Where the keys are.
#[derive(Debug, Args)]
pub(crate) struct StateArguments {
    /// The state folder of the service. [default: ~/.local/state/hawkshaw]
    #[arg(long, value_name = "DIR", env = "HAWKSHAW_STATE")]
    pub(crate) state: Option<PathBuf>,
    /// Print JSON and nothing else.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Make a key, and print it this once.
    Create {
        #[command(flatten)]
        state: StateArguments,
        /// Whose it is, for people.
        #[arg(long, value_name = "NAME", default_value = "")]
        name: String,
        /// What it may do: screen, register, alerts, webhooks, metrics, audit, admin. Repeatable.
        #[arg(long, value_name = "ROLE", required = true, value_delimiter = ',')]
        role: Vec<Role>,
        /// Requests that it may make a second. [default: what the service allows to anybody]
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
        per_second: Option<u32>,
        /// Requests that it may make at once.
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
        burst: Option<u32>,
        /// Addresses that it may send in a batch.
        #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
        batch: Option<u32>,
        /// Until when it is good: RFC 3339, a date, or Unix seconds.
        #[arg(long, value_name = "TIME")]
        expires: Option<Timestamp>,
    },
    /// List all keys, without their secrets.
    List {
        #[command(flatten)]
        state: StateArguments,
    },
    /// Give a key another secret, and print it this once.
    Rotate {
        /// The key: the part between `hk_` and the secret.
        #[arg(value_name = "KEY")]
        key: KeyId,
        #[command(flatten)]
        state: StateArguments,
        /// For how many seconds the old secret is good too.
        #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
        overlap: u32,
    },
    /// Take a key back.
    Revoke {
        /// The key: the part between `hk_` and the secret.
        #[arg(value_name = "KEY")]
        key: KeyId,
        #[command(flatten)]
        state: StateArguments,
    },
}
