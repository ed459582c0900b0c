//! A fleet whose processes call each other by TLS, under an authority of its own.

use ::fleet::{CallError, Caller};
use protocol::token::Keyring;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use service::Clock;
use tempfile::TempDir;
use tests::fleet::Options;

use super::bad_days::cast::{entered, options, settled};

/// The fleet's authority, and one certificate for all processes of this host.
fn with_tls(mut options: Options, folder: &TempDir) -> Options {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().expect("a key");
    let ca = authority.self_signed(&authority_key).expect("an authority").pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().expect("a key");
    let own = CertificateParams::new(["127.0.0.1".to_owned()]).expect("an address");
    let certificate = own.signed_by(&key, &issuer).expect("a certificate").pem();
    for (name, text) in [("CA", ca), ("CERTIFICATE", certificate), ("KEY", key.serialize_pem())] {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("it is written");
        for daemon in ["AUX_SRV", "BACKEND", "FILE_SRV"] {
            let variable = format!("{daemon}__FLEET__TLS__{name}");
            options = options.with(&variable, &path.display().to_string());
        }
    }
    options
}

#[tokio::test]
async fn a_fleet_that_calls_by_tls_chats_and_answers_nobody_without() {
    let folder = tempfile::tempdir().expect("a folder");
    let fleet = settled(with_tls(options(2), &folder)).await;
    let (mut ada, _) = entered(&fleet, "tea", "Ada").await;
    let (mut ben, _) = entered(&fleet, "tea", "Ben").await;
    ada.say("k1", "hello").await.expect("Ada speaks");
    ben.say("k1", "hello").await.expect("Ben speaks");
    let keys = Keyring::new(fleet.secret().as_bytes(), None).expect("a secret");
    let plain = Caller::new(keys, Clock::system(), None).expect("a caller");
    let backend = plain.backend(&fleet.backend_address(1).to_string());
    let answer = backend.summary("tea".into()).await;
    assert!(matches!(answer, Err(CallError::Bad(_) | CallError::Reset)), "{answer:?}");
}
