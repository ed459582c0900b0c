//! TLS between processes: the files that an operator names, read and checked at the start.
//!
//! There is one root, the fleet's own authority, and one implementation of the cryptography. TLS
//! towards browsers is the edge's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use serde::{Deserialize, Serialize};
use tokio_rustls::rustls;

/// Certificates in one file.
const CERTIFICATES_MAX: usize = 100;

/// The PEM files of one process: all are named, or none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TlsConfig {
    /// The certificate of the fleet's authority.
    pub ca: PathBuf,
    /// This process's certificate, and those between it and the authority's.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Some files are named, but not all.
    #[error("`ca`, `certificate` and `key` are named together, or none of them")]
    Incomplete,
    /// A file cannot be read, or is no PEM of the right kind.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// Why.
        source: pem::Error,
    },
    /// A file has more certificates than any chain.
    #[error("{path}: more than {CERTIFICATES_MAX} certificates")]
    TooMany {
        /// The file.
        path: String,
    },
    /// What stands between the lines of PEM is no certificate.
    #[error("{path}: a certificate that cannot be read")]
    Unreadable {
        /// The file.
        path: String,
    },
    /// The files do not belong together, or are none that TLS takes.
    #[error("the certificate, its key or the authority's certificate cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
}

/// Both ends of TLS as one process has them.
#[derive(Clone, Debug)]
pub struct Tls {
    /// For its listener.
    pub server: Arc<ServerConfig>,
    /// For its calls.
    pub client: Arc<ClientConfig>,
    ends: Ends,
}

/// When certificates end, in seconds since 1970. Of several in a file it is the first to end.
#[derive(Clone, Copy, Debug)]
struct Ends {
    own: i64,
    authority: i64,
}

impl Tls {
    /// Reads the files; none when none is named.
    ///
    /// # Errors
    /// Not all files are named, one cannot be read, or they do not belong together.
    pub fn load(config: &TlsConfig) -> Result<Option<Self>, TlsError> {
        let files = [&config.ca, &config.certificate, &config.key];
        if files.iter().all(|file| file.as_os_str().is_empty()) {
            return Ok(None);
        }
        if files.iter().any(|file| file.as_os_str().is_empty()) {
            return Err(TlsError::Incomplete);
        }
        let (authorities, chain) = (certificates(&config.ca)?, certificates(&config.certificate)?);
        let ends = Ends {
            own: end(&config.certificate, &chain)?,
            authority: end(&config.ca, &authorities)?,
        };
        let mut roots = RootCertStore::empty();
        for certificate in authorities {
            roots.add(certificate)?;
        }
        let key = PrivateKeyDer::from_pem_file(&config.key)
            .map_err(|source| unreadable(&config.key, source))?;
        let server = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        Ok(Some(Self { server: Arc::new(server), client: Arc::new(client(roots)?), ends }))
    }

    /// Registers until when the certificates are good.
    pub fn register(&self, registry: &mut Registry) {
        let family = Family::<[(&'static str, &'static str); 1], Gauge>::default();
        for (of, at) in [("fleet", self.ends.own), ("authority", self.ends.authority)] {
            family.get_or_create(&[("use", of)]).set(at);
        }
        registry.register(
            "certificate_not_after_timestamp_seconds",
            "When this process's own certificate and the fleet's authority's end, since 1970",
            family,
        );
    }
}

/// The client's end, which believes these roots alone. Without any it calls nobody by TLS.
///
/// # Errors
/// The cryptography has no TLS 1.3.
pub fn client(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    Ok(ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Named here and nowhere else: a process with two of them has no default.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(path).map_err(|source| unreadable(path, source))?;
    let read: Vec<_> = read
        .take(CERTIFICATES_MAX + 1)
        .collect::<Result<_, _>>()
        .map_err(|source| unreadable(path, source))?;
    match read.len() {
        0 => Err(unreadable(path, pem::Error::NoItemsFound)),
        count if count > CERTIFICATES_MAX => {
            Err(TlsError::TooMany { path: path.display().to_string() })
        }
        _ => Ok(read),
    }
}

/// When the first of these certificates ends.
fn end(path: &Path, certificates: &[CertificateDer<'_>]) -> Result<i64, TlsError> {
    let end = |certificate: &CertificateDer<'_>| {
        let (_, read) = x509_parser::parse_x509_certificate(certificate).ok()?;
        Some(read.validity().not_after.timestamp())
    };
    let ends: Option<Vec<_>> = certificates.iter().map(end).collect();
    ends.and_then(|ends| ends.into_iter().min())
        .ok_or_else(|| TlsError::Unreadable { path: path.display().to_string() })
}

fn unreadable(path: &Path, source: pem::Error) -> TlsError {
    TlsError::File { path: path.display().to_string(), source }
}

#[cfg(test)]
mod tests;
