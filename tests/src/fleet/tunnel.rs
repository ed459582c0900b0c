//! A listener that puts TLS around what comes, for tests that write their own bytes and
//! clients that speak no TLS.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Opens one to `server`, whose certificate must be for `name`, and gives its address. It
/// ends with the test's runtime.
pub(super) async fn open(server: SocketAddr, name: &str, authority: &Path) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port of loopback");
    let address = listener.local_addr().expect("its address");
    let connector = connector(authority);
    let name = ServerName::try_from(name.to_owned()).expect("a name of the DNS");
    tokio::spawn(async move {
        while let Ok((stream, from)) = listener.accept().await {
            tokio::spawn(carry(stream, from.ip(), server, name.clone(), connector.clone()));
        }
    });
    address
}

fn connector(authority: &Path) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(authority).expect("the authority is PEM");
    roots.add(certificate).expect("the authority is one");
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// Carries bytes both ways, from the same address, until both sides have ended.
async fn carry(
    mut plain: TcpStream,
    from: IpAddr,
    server: SocketAddr,
    name: ServerName<'static>,
    connector: TlsConnector,
) {
    let connected = async {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(from, 0))?;
        let stream = socket.connect(server).await?;
        stream.set_nodelay(true)?;
        connector.connect(name, stream).await
    };
    // A side that is gone ends both, which is what its client sees.
    if let Ok(mut secret) = connected.await {
        let _ = tokio::io::copy_bidirectional(&mut plain, &mut secret).await;
    }
}
