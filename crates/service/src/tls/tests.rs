//! Files of an authority made for the test, in every wrong combination, and a listener that uses
//! the right ones.

use std::fs;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::ServerName;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

use super::*;
use crate::Lifecycle;
use crate::http::{ServeOptions, serve};

/// An authority and a certificate for 127.0.0.1 in a folder.
fn files() -> (TempDir, TlsConfig) {
    let folder = tempfile::tempdir().unwrap();
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.not_after = date_time_ymd(2039, 5, 6);
    let authority_key = KeyPair::generate().unwrap();
    let ca = authority.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let mut own = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    own.not_after = date_time_ymd(2037, 2, 3);
    let certificate = own.signed_by(&key, &issuer).unwrap();
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let config = TlsConfig {
        ca: write("ca.pem", ca.pem()),
        certificate: write("own.pem", certificate.pem()),
        key: write("own.key", key.serialize_pem()),
    };
    (folder, config)
}

#[test]
fn no_file_is_no_tls_and_some_of_the_files_are_refused() {
    assert!(Tls::load(&TlsConfig::default()).unwrap().is_none());
    let (_folder, config) = files();
    assert!(Tls::load(&config).unwrap().is_some());
    for without in [
        TlsConfig { ca: PathBuf::new(), ..config.clone() },
        TlsConfig { certificate: PathBuf::new(), ..config.clone() },
        TlsConfig { key: PathBuf::new(), ..config.clone() },
    ] {
        assert!(matches!(Tls::load(&without), Err(TlsError::Incomplete)));
    }
}

#[test]
fn a_file_that_is_missing_or_of_another_kind_is_named() {
    let (folder, config) = files();
    let absent = folder.path().join("absent.pem");
    for wrong in [
        TlsConfig { ca: absent.clone(), ..config.clone() },
        TlsConfig { ca: config.key.clone(), ..config.clone() },
        TlsConfig { certificate: absent, ..config.clone() },
        TlsConfig { key: config.ca.clone(), ..config.clone() },
    ] {
        let error = Tls::load(&wrong).unwrap_err().to_string();
        let file = ["absent.pem", "own.key", "ca.pem"].iter().find(|file| error.contains(**file));
        assert!(file.is_some(), "{error}");
    }
}

#[test]
fn the_key_of_another_certificate_is_refused() {
    let ((_mine, mine), (_other, other)) = (files(), files());
    let mixed = TlsConfig { key: other.key, ..mine };
    assert!(matches!(Tls::load(&mixed), Err(TlsError::Unusable(_))));
}

#[test]
fn a_file_has_so_many_certificates() {
    let (_folder, config) = files();
    let one = fs::read_to_string(&config.ca).unwrap();
    fs::write(&config.ca, one.repeat(CERTIFICATES_MAX)).unwrap();
    assert!(Tls::load(&config).is_ok());
    fs::write(&config.ca, one.repeat(CERTIFICATES_MAX + 1)).unwrap();
    assert!(matches!(Tls::load(&config), Err(TlsError::TooMany { .. })));
}

/// The end of a certificate as a metric tells it.
fn told(config: &TlsConfig, of: &str) -> i64 {
    let mut registry = Registry::with_prefix("instantchat");
    Tls::load(config).unwrap().unwrap().register(&mut registry);
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
    let name = format!("instantchat_certificate_not_after_timestamp_seconds{{use=\"{of}\"}} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&name));
    line.unwrap_or_else(|| panic!("no {name} in\n{text}")).parse().unwrap()
}

#[test]
fn the_ends_of_the_certificates_are_told() {
    let (_folder, config) = files();
    let of = |year, month, day| date_time_ymd(year, month, day).unix_timestamp();
    let (own, authority) = (of(2037, 2, 3), of(2039, 5, 6));
    assert_eq!((told(&config, "fleet"), told(&config, "authority")), (own, authority));

    let text = |path: &Path| fs::read_to_string(path).unwrap();
    let both = text(&config.certificate) + &text(&config.ca);
    fs::write(&config.certificate, both.clone()).unwrap();
    assert_eq!(told(&config, "fleet"), own, "the first of a chain to end");
    fs::write(&config.ca, both).unwrap();
    assert_eq!(told(&config, "authority"), own, "the first of two authorities to end");
}

#[test]
fn what_is_no_certificate_between_its_lines_is_refused() {
    let (_folder, config) = files();
    let none = "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n";
    let chain = fs::read_to_string(&config.certificate).unwrap() + none;
    fs::write(&config.certificate, chain).unwrap();
    let error = Tls::load(&config).unwrap_err().to_string();
    assert!(error.contains("own.pem"), "{error}");
}

#[tokio::test]
async fn a_listener_with_tls_answers_whoever_believes_the_authority() {
    let ((_mine, mine), (_other, other)) = (files(), files());
    let tls = Tls::load(&mine).unwrap().unwrap();
    let stranger = Tls::load(&other).unwrap().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let options = ServeOptions { tls: Some(Arc::clone(&tls.server)), ..ServeOptions::default() };
    let routes = axum::Router::new().route("/", axum::routing::get(async || "here"));
    let lifecycle = Lifecycle::new();
    lifecycle.spawn(serve(listener, routes, options, lifecycle.clone()));

    let name = ServerName::try_from("127.0.0.1").unwrap();
    let shake = async |client: &Arc<ClientConfig>| {
        let stream = TcpStream::connect(address).await.unwrap();
        TlsConnector::from(Arc::clone(client)).connect(name.clone(), stream).await
    };
    assert!(shake(&stranger.client).await.is_err());
    let mut stream = shake(&tls.client).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut heard = String::new();
    stream.read_to_string(&mut heard).await.unwrap();
    assert!(heard.ends_with("here"), "{heard}");
}
