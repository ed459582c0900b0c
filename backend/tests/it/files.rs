//! Files and previews: granted by the room's owner, carried by one message, told to the file
//! server.

use protocol::ErrorCode;
use protocol::fleet::FileNotice;
use protocol::frame::EventKind;
use protocol::token::{
    FileDescriptor, Grant, ImageDescriptor, Keyring, PreviewDescriptor, Session,
};
use protocol::wire::Id128;
use service::Clock;

use crate::hearing::next_event;
use crate::server::{Setting, TestServer, keys};

fn file(owner: Id128, id: &str) -> FileDescriptor {
    FileDescriptor {
        owner,
        id: id.into(),
        name: "tea.png".into(),
        media_type: "image/png".into(),
        size: 1_234,
        dimensions: Some((640, 480)),
        thumbnail: Some(format!("{id}-small").into()),
        drawing: true,
        expires: Clock::system().now() + 600_000,
    }
}

fn post(key: &str, file: &FileDescriptor, keys: &Keyring) -> client::Post {
    client::Post { key: key.into(), file: Some(file.sign(keys)), ..client::Post::default() }
}

#[tokio::test]
async fn a_file_goes_from_its_grant_into_one_message_and_away_with_it() {
    let server = TestServer::start().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let (mut bob, _) = server.member("tea", "Bob").await;
    let now = Clock::system().now();
    let grant = Grant::verify(&keys(), &ada.grant().await.unwrap(), now).unwrap();
    let session = Session::verify(&keys(), ada.session().unwrap()).unwrap();
    assert_eq!((grant.session, grant.bytes_max), (session.hash(&keys()), 25 << 20));
    assert!((now + 500_000..=now + 610_000).contains(&grant.expires));
    let file = file(grant.owner, "f1");
    let message = ada.post(post("k1", &file, &keys())).await.unwrap();
    match next_event(&mut bob).await.event {
        EventKind::Posted { file: Some(shown), text, .. } => {
            assert_eq!((&*shown.url, shown.width, &*text), ("/files/f1", Some(640), ""));
            assert_eq!(shown.thumbnail.as_deref(), Some("/files/f1-small"));
        }
        other => panic!("{other:?}"),
    }
    let again = ada.post(post("k2", &file, &keys())).await.unwrap_err();
    assert_eq!(again.code(), Some(ErrorCode::NoFile));
    ada.delete(message).await.unwrap();
    let files = vec!["f1".to_owned(), "f1-small".to_owned()];
    let owner = grant.owner;
    let expected = [
        FileNotice::Attached { owner, files: files.clone() },
        FileNotice::Released { owner, files },
    ];
    server.until("both are told", |server| server.told.files.lock().unwrap().len() == 2).await;
    assert_eq!(*server.told.files.lock().unwrap(), expected);
}

#[tokio::test]
async fn forged_expired_and_foreign_descriptors_are_no_files() {
    let server = TestServer::start().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    // The server's clock and this one may be a millisecond or two apart.
    let now = Clock::system().now();
    let owner = Grant::verify(&keys(), &ada.grant().await.unwrap(), now).unwrap().owner;
    let strangers = Keyring::new(b"a secret that is no fleet's at all", None).unwrap();
    let good = file(owner, "f1");
    let cases = [
        post("k1", &good, &strangers),
        post("k1", &FileDescriptor { expires: now - 1_000, ..good.clone() }, &keys()),
        post("k1", &file(Id128([1; 16]), "f1"), &keys()),
        client::Post { file: Some("nonsense".into()), ..post("k1", &good, &keys()) },
        client::Post { preview: Some(good.sign(&keys())), ..post("k1", &good, &keys()) },
    ];
    for case in cases {
        let error = ada.post(case).await.unwrap_err();
        assert_eq!(error.code(), Some(ErrorCode::NoFile));
    }
    assert_eq!(ada.post(post("k1", &good, &keys())).await.unwrap(), 1);
    // What was accepted once is answered as it was then, though its descriptor has expired.
    let expired = FileDescriptor { expires: now - 1_000, ..good };
    assert_eq!(ada.post(post("k1", &expired, &keys())).await.unwrap(), 1);
}

#[tokio::test]
async fn a_preview_is_carried_with_the_message() {
    let server = TestServer::start().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let now = Clock::system().now();
    let owner = Grant::verify(&keys(), &ada.grant().await.unwrap(), now).unwrap().owner;
    let preview = PreviewDescriptor {
        owner,
        id: "p1".into(),
        url: "https://tea.example/".into(),
        title: "Tea".into(),
        description: "All of it".into(),
        image: Some(ImageDescriptor { id: "i1".into(), width: 300, height: 200 }),
        expires: now + 600_000,
    };
    let text = "https://tea.example/".to_owned();
    let preview = Some(preview.sign(&keys()));
    ada.post(client::Post { key: "k1".into(), text, preview, ..Default::default() }).await.unwrap();
    match next_event(&mut ada).await.event {
        EventKind::Posted { preview: Some(shown), .. } => {
            assert_eq!(&*shown.title, "Tea");
            assert_eq!(&*shown.image.unwrap().url, "/files/i1");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn rooms_that_live_are_renewed_every_ten_minutes() {
    let (clock, hand) = Clock::manual(1_800_000_000_000);
    let server = TestServer::with(Setting { clock: clock.clone(), ..Setting::default() }).await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let owner = Grant::verify(&keys(), &ada.grant().await.unwrap(), clock.now()).unwrap().owner;
    hand.advance(10 * 60_000);
    let renewed = |server: &TestServer| {
        let expected = FileNotice::Renewed { owners: vec![owner] };
        server.told.files.lock().unwrap().contains(&expected)
    };
    server.until("the room is renewed", renewed).await;
}
