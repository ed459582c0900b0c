//! Calls by TLS: between those whom the fleet's authority has certified, and nobody else.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use fleet::{Backend, CallError, Caller, Guard, backend_routes};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use service::Clock;
use service::tls::{Tls, TlsConfig};
use tempfile::TempDir;

use crate::callee::Callee;
use crate::{RUN, Served, caller, keys};

/// An authority, and the TLS of a process that it has certified for a host.
fn tls(host: &str) -> Tls {
    let folder = tempfile::tempdir().unwrap();
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let ca = written(&folder, "ca.pem", &authority.self_signed(&authority_key).unwrap().pem());
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new([host.to_owned()]).unwrap();
    let own = own.signed_by(&key, &issuer).unwrap();
    let certificate = written(&folder, "own.pem", &own.pem());
    let key = written(&folder, "own.key", &key.serialize_pem());
    Tls::load(&TlsConfig { ca, certificate, key }).unwrap().unwrap()
}

fn written(folder: &TempDir, name: &str, text: &str) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

async fn served(tls: &Tls) -> Served {
    let guard = Guard::new(keys(), Clock::system());
    Served::new(backend_routes(Callee::new(), guard), Some(tls)).await
}

fn backend(tls: &Tls, served: &Served) -> Arc<dyn Backend> {
    let caller = Caller::new(keys(), Clock::system(), Some(tls)).unwrap();
    caller.backend(&served.address())
}

#[tokio::test]
async fn those_of_one_authority_call_each_other() {
    let tls = tls("127.0.0.1");
    let served = served(&tls).await;
    assert_eq!(backend(&tls, &served).delete(RUN, "tea".into()).await, Ok(true));
}

#[tokio::test]
async fn whoever_is_certified_by_another_authority_or_for_another_host_is_not_believed() {
    let (own, other, elsewhere) = (tls("127.0.0.1"), tls("127.0.0.1"), tls("backend-1"));
    for (caller, callee) in [(&own, &other), (&elsewhere, &elsewhere)] {
        let served = served(callee).await;
        let answer = backend(caller, &served).delete(RUN, "tea".into()).await;
        let Err(CallError::Bad(why)) = answer else { panic!("{answer:?}") };
        assert!(why.contains("certificate"), "{why}");
    }
}

#[tokio::test]
async fn a_plain_answer_to_tls_is_bad() {
    let served = Served::backend(&Callee::new()).await;
    let answer = backend(&tls("127.0.0.1"), &served).delete(RUN, "tea".into()).await;
    assert!(matches!(answer, Err(CallError::Bad(_))), "{answer:?}");
}

#[tokio::test]
async fn a_plain_question_to_tls_is_not_answered() {
    let served = served(&tls("127.0.0.1")).await;
    let answer = caller().backend(&served.address()).delete(RUN, "tea".into()).await;
    assert!(matches!(answer, Err(CallError::Bad(_) | CallError::Reset)), "{answer:?}");
}
