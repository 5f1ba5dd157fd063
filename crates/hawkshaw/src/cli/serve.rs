//! The arguments of `hawkshaw serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

/// Answer about addresses and transfers over HTTP.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw serve --tags tagpacks/ --lists lists/\n  \
    hawkshaw serve --config hawkshaw.toml --check\n  \
    hawkshaw serve --listen 0.0.0.0:8480 --state /var/lib/hawkshaw --lists lists/ \\\n    \
    --tls-certificate chain.pem --tls-key key.pem\n\n\
    On 127.0.0.1 it needs no key until there is one; elsewhere it refuses to start without. \
    `hawkshaw keys create`\nmakes one. SIGHUP, or a change of the files, loads lists, tags and \
    rules again; SIGTERM ends it when\nrequests under way are answered. See docs/server.md.")]
pub(crate) struct ServeArguments {
    /// Where to listen; port 0 takes any that is free. [default: 127.0.0.1:8480]
    #[arg(long, value_name = "ADDRESS:PORT", env = "HAWKSHAW_LISTEN")]
    pub(crate) listen: Option<SocketAddr>,
    /// The folder of registrations, alerts, keys and the audit log. [default: ~/.local/state/hawkshaw]
    #[arg(long, value_name = "DIR", env = "HAWKSHAW_STATE")]
    pub(crate) state: Option<PathBuf>,
    /// A configuration file in TOML. Arguments and variables count before it.
    #[arg(long, value_name = "FILE", env = "HAWKSHAW_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// The certificate of the service, and those that lead to its authority, in PEM.
    #[arg(long, value_name = "FILE", env = "HAWKSHAW_TLS_CERTIFICATE", requires = "tls_key")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// Its private key in PEM.
    #[arg(long, value_name = "FILE", env = "HAWKSHAW_TLS_KEY", requires = "tls_certificate")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Check configuration, keys, certificate, lists, tags and rules, and end.
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) known: super::screen::KnownArguments,
}
