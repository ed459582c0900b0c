//! Starting: what is served where, and what is kept.

use std::os::unix::fs::PermissionsExt;

use super::http::get;
use super::program::{Program, run};

#[tokio::test]
async fn the_admin_listener_answers_and_the_public_one_does_not() {
    let program = Program::start().await;
    for path in ["/livez", "/readyz", "/metrics"] {
        assert_eq!(get(program.admin, path, &[]).await.status, 200, "{path}");
        let public = program.get(path).await;
        assert!(
            public.status == 404 || !public.text().contains("instantchat_"),
            "{path} is public: {}",
            public.status
        );
    }
    let metrics = get(program.admin, "/metrics", &[]).await.text();
    assert!(metrics.contains("instantchat_"), "{metrics}");
}

#[tokio::test]
async fn prometheus_finds_the_process_where_it_asks() {
    let program = Program::start().await;
    let found = get(program.admin, "/discovery", &[]).await;
    let targets = format!("\"targets\":[\"{}\"]", program.admin);
    assert!(found.text().contains(&targets), "{}", found.text());
    assert_ne!(program.get("/discovery").await.text(), found.text(), "it is public");
}

#[tokio::test]
async fn the_secret_is_made_once_and_readable_by_its_owner_alone() {
    let mut program = Program::start().await;
    let secrets = private_files(&program);
    assert!(!secrets.is_empty(), "no file with mode 0600 in {:?}", program.data());
    program.signal("TERM");
    assert!(program.ended().await.success());

    let again = Program::start_in(program.keep_data(), &[]).await;
    assert_eq!(private_files(&again), secrets, "the secret is kept");
}

/// Names and contents of the small files in the folder that only the owner may read.
fn private_files(program: &Program) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = std::fs::read_dir(program.data())
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| {
            let metadata = entry.metadata().expect("its metadata");
            metadata.is_file() && metadata.permissions().mode() & 0o777 == 0o600
        })
        .map(|entry| {
            let content = std::fs::read(entry.path()).expect("it is ours");
            (entry.file_name().to_string_lossy().into_owned(), content)
        })
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn it_prints_what_it_keeps_and_where() {
    let program = Program::start().await;
    let said = program.said();
    assert!(said.contains(&format!("http://{}", program.public)), "{said}");
    assert!(said.contains(&program.data().display().to_string()), "{said}");
}

#[tokio::test]
async fn an_address_in_use_is_a_clear_error() {
    let program = Program::start().await;
    let taken = program.public.to_string();
    let folder = tempfile::tempdir().expect("a folder");
    let output = run(&[
        "--listen",
        &taken,
        "--admin-listen",
        "127.0.0.1:0",
        "--data-dir",
        folder.path().to_str().expect("a UTF-8 path"),
    ]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(error.contains(&taken), "the address is named: {error}");
    assert!(!error.contains("panicked"), "{error}");
}
