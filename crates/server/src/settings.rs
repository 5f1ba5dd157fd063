//! The configuration file.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;

use crate::limits::{LimitError, Limits};
use crate::listen::{TlsError, TlsFiles};

/// The port unless another is named.
const PORT: u16 = 8480;

/// The configuration file: everything in it can be left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where to listen. `None`: port 8480 on loopback.
    pub listen: Option<SocketAddr>,
    /// The folder of what has to be kept.
    pub state: Option<PathBuf>,
    /// Certificate and key; without them the service speaks plain HTTP, for a proxy before it.
    pub tls: Option<TlsFiles>,
    /// Whether magic addresses get their answers, for tests of those who ask.
    pub magic_addresses: bool,
    /// What is answered from.
    pub data: DataSettings,
    /// What the service holds itself and its clients to.
    pub limits: Limits,
    /// Where events may be delivered.
    pub webhooks: WebhookOptions,
}

/// Where events may be delivered: to public addresses over TLS, unless this says otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookOptions {
    /// Also to private, loopback, link-local and other addresses that are not public.
    pub allow_private: bool,
    /// Also over HTTP without TLS.
    pub allow_http: bool,
}

/// What is answered from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataSettings {
    /// A ledger store with its exposure.
    pub store: Option<PathBuf>,
    /// An index that was made before.
    pub index: Option<PathBuf>,
    /// Folders of cases whose thefts are sources of exposure in the store.
    pub case: Vec<PathBuf>,
    /// Prices in US dollars for exposure.
    pub prices: Vec<PathBuf>,
    /// Files or folders of tags.
    pub tags: Vec<PathBuf>,
    /// Folders of lists, or lists as they were published.
    pub lists: Vec<PathBuf>,
    /// The rule file.
    pub rules: Option<PathBuf>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It is no TOML, or says something that nobody knows.
    #[error("the configuration is wrong: {0}")]
    Toml(#[from] toml::de::Error),
    /// A limit makes no sense.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// Others could reach the service, and nobody has a key.
    #[error(
        "{0} can be reached by others, and there are no keys: make one with `hawkshaw keys \
         create`, or listen on 127.0.0.1"
    )]
    Open(SocketAddr),
}

impl Settings {
    /// Reads a configuration file.
    ///
    /// # Errors
    ///
    /// When it is no TOML, names something that nobody knows, or sets a limit that cannot be kept.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = toml::from_str(text)?;
        settings.limits.check()?;
        Ok(settings)
    }

    /// Where to listen.
    pub fn address(&self) -> SocketAddr {
        self.listen.unwrap_or(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT))
    }

    /// Reads certificate and key, where there are any.
    ///
    /// # Errors
    ///
    /// When they cannot be used.
    pub fn check_tls(&self) -> Result<(), TlsError> {
        self.tls.as_ref().map_or(Ok(()), TlsFiles::check)
    }

    /// Refuses to be reachable for others without keys.
    ///
    /// # Errors
    ///
    /// When it would be.
    pub fn check_reach(&self, has_keys: bool) -> Result<(), SettingsError> {
        let address = self.address();
        if has_keys || address.ip().to_canonical().is_loopback() {
            return Ok(());
        }
        Err(SettingsError::Open(address))
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn an_empty_file_is_loopback_and_defaults() {
        let settings = Settings::from_toml("").unwrap();
        assert_eq!(settings.address().to_string(), "127.0.0.1:8480");
        settings.check_reach(false).unwrap();
    }

    #[test]
    fn everything_can_be_set() {
        let settings = Settings::from_toml(
            "listen = '[::1]:9000'\nstate = 'state'\nmagic_addresses = true\n\
             [tls]\ncertificate = 'a.pem'\nkey = 'b.pem'\n\
             [data]\nstore = 's'\ncase = ['c']\nprices = ['p']\ntags = ['t', 'u']\nlists = ['l']\nrules = 'r.toml'\n\
             [limits]\nbody_bytes = 4096\n",
        )
        .unwrap();
        assert_eq!(settings.address().to_string(), "[::1]:9000");
        assert!(settings.magic_addresses && !Settings::default().magic_addresses);
        assert_eq!((settings.data.tags.len(), settings.limits.body_bytes), (2, 4096));
    }

    #[test]
    fn what_nobody_knows_is_refused_by_name() {
        for (text, named) in [
            ("lisen = '127.0.0.1:1'", "lisen"),
            ("[limits]\nzebras = 1", "zebras"),
            ("[limits]\nheaders = 1", "headers"),
            ("listen = 'localhost'", "listen"),
        ] {
            let said = Settings::from_toml(text).unwrap_err().to_string();
            assert!(said.contains(named), "{said}");
        }
    }

    #[test]
    fn others_may_reach_it_only_with_keys() {
        for listen in ["0.0.0.0:80", "[::]:80", "192.0.2.1:80", "[::ffff:192.0.2.1]:80"] {
            let text = format!("listen = '{listen}'");
            let settings = Settings::from_toml(&text).unwrap();
            settings.check_reach(true).unwrap();
            let said = settings.check_reach(false).unwrap_err().to_string();
            assert!(said.contains("hawkshaw keys create"), "{said}");
        }
        let mapped = Settings::from_toml("listen = '[::ffff:127.0.0.1]:80'").unwrap();
        mapped.check_reach(false).unwrap();
    }
}
