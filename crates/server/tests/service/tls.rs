//! TLS with a certificate that the test makes.

use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use hawkshaw_server::TlsFiles;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::support::{Request, Wanted, read_answer};

#[test]
fn it_speaks_tls_and_nothing_else() {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let mut wanted = Wanted::default();
    let folder = wanted.state.path();
    let files = TlsFiles { certificate: folder.join("c.pem"), key: folder.join("k.pem") };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    wanted.tls = Some(files);
    let service = wanted.start();

    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let client = ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = TcpStream::connect(service.address).unwrap();
    let mut stream = BufReader::new(StreamOwned::new(client, stream));
    for _ in 0..3 {
        stream.get_mut().write_all(&Request::get("/readyz").bytes()).unwrap();
        read_answer(&mut stream).unwrap().is(200);
    }
    let mut plain = service.connect();
    plain.send(&Request::get("/readyz").bytes());
    assert!(plain.read().is_none_or(|said| said.status == 400), "plain HTTP gets no answer");
}

#[test]
fn files_that_are_none_are_named() {
    let folder = tempfile::TempDir::new().unwrap();
    let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    std::fs::write(&certificate, "no certificate").unwrap();
    let settings = hawkshaw_server::Settings {
        tls: Some(TlsFiles { certificate, key }),
        ..hawkshaw_server::Settings::default()
    };
    let said = settings.check_tls().unwrap_err().to_string();
    assert!(said.contains("c.pem"), "{said}");
}
