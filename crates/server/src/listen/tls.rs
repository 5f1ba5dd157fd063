//! TLS by rustls, from a certificate chain and a key in PEM files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

/// The files that TLS needs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsFiles {
    /// The certificate of the service and those that lead to its authority, in PEM.
    pub certificate: PathBuf,
    /// Its private key in PEM.
    pub key: PathBuf,
}

impl TlsFiles {
    /// Says whether they can be used.
    pub(crate) fn check(&self) -> Result<(), TlsError> {
        Acceptor::new(self).map(|_| ())
    }
}

/// Why certificate or key cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", .path.display())]
pub struct TlsError {
    path: PathBuf,
    why: String,
}

impl TlsError {
    fn new(path: &Path, why: impl std::fmt::Display) -> Self {
        Self { path: path.to_path_buf(), why: why.to_string() }
    }
}

#[derive(Clone)]
pub(super) struct Acceptor(TlsAcceptor);

impl Acceptor {
    pub(super) fn new(files: &TlsFiles) -> Result<Self, TlsError> {
        let of_certificate = |why: &dyn std::fmt::Display| TlsError::new(&files.certificate, why);
        let chain = CertificateDer::pem_file_iter(&files.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| of_certificate(&error))?;
        if chain.is_empty() {
            return Err(of_certificate(&"holds no certificate in PEM form"));
        }
        let key = PrivateKeyDer::from_pem_file(&files.key)
            .map_err(|error| TlsError::new(&files.key, error))?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| of_certificate(&error))?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| of_certificate(&error))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    pub(super) async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        socket: S,
    ) -> std::io::Result<TlsStream<S>> {
        self.0.accept(socket).await
    }
}

impl std::fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Acceptor")
    }
}
