//! How often previews may be asked for, of whom and by whom.

use protocol::wire::Id128;

use crate::fixture::{TestServer, eventually, refusal};
use crate::sites::{Answer, Site, reaching};

#[tokio::test]
async fn a_host_is_asked_ten_times_a_minute() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    for number in 1..=10 {
        server.previewed(&site.page(&format!("/{number}"), "<title>A</title>")).await;
    }
    let url = site.page("/11", "<title>A</title>");
    let response = server.preview(&url).await;
    assert_eq!(refusal(response).await, (422, "no_preview".into()));
    assert!(server.metrics().contains(r#"outcome="host_busy"} 1"#));
    assert_eq!(site.asked().len(), 10);
    server.hand.advance(60_000);
    server.previewed(&url).await;
}

#[tokio::test]
async fn a_host_is_asked_twice_at_once() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    let (first, second) = (site.answers("/1", Answer::Silent), site.answers("/2", Answer::Silent));
    let third = site.page("/3", "<title>A</title>");
    let held = async { tokio::join!(server.preview(&first), server.preview(&second)) };
    let refused = async {
        eventually("two are under way", || site.asked().len() == 2).await;
        refusal(server.preview(&third).await).await
    };
    tokio::select! {
        _ = held => panic!("the silent ones answered"),
        told = refused => assert_eq!(told, (422, "no_preview".into())),
    }
    assert_eq!(site.asked().len(), 2);
}

#[tokio::test]
async fn all_fetches_together_have_a_limit() {
    let site = Site::new().await;
    let server = TestServer::that_reaches(&[site.address], |config| {
        config.previews.under_way_max = 1;
        config.previews.refusal_ms_min = 0;
    })
    .await;
    let silent = site.answers("/1", Answer::Silent);
    let page = site.page("/2", "<title>A</title>");
    let other = server.grant_with(|grant| grant.session = Id128([1; 16]));
    let refused = async {
        eventually("one is under way", || site.asked().len() == 1).await;
        refusal(server.preview_as(&other, &page).await).await
    };
    tokio::select! {
        _ = server.preview(&silent) => panic!("the silent one answered"),
        told = refused => assert_eq!(told, (422, "no_preview".into())),
    }
    assert!(server.metrics().contains(r#"outcome="busy"} 1"#));
}

#[tokio::test]
async fn a_session_asks_twenty_times_a_minute() {
    let site = Site::new().await;
    let server = TestServer::that_reaches(&[site.address], |config| {
        config.previews.address_rate.burst = 1_000;
    })
    .await;
    let url = site.page("/", "<title>A</title>");
    for _ in 0..20 {
        server.previewed(&url).await;
    }
    let response = server.preview(&url).await;
    assert_eq!(response.headers()["retry-after"], "60");
    assert_eq!(refusal(response).await, (429, "rate_limited".into()));
    let other = server.grant_with(|grant| grant.session = Id128([1; 16]));
    assert_eq!(server.preview_as(&other, &url).await.status(), 201);
    server.hand.advance(60_000);
    server.previewed(&url).await;
}

#[tokio::test]
async fn an_address_asks_twenty_times_at_once() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    let url = site.page("/", "<title>A</title>");
    for session in 0..=20 {
        let grant = server.grant_with(|grant| grant.session = Id128([session; 16]));
        let response = server.preview_as(&grant, &url).await;
        if session < 20 {
            assert_eq!(response.status(), 201);
        } else {
            assert_eq!(refusal(response).await, (429, "rate_limited".into()));
        }
    }
    server.hand.advance(3_000);
    server.previewed(&url).await;
}

#[tokio::test]
async fn previews_can_be_turned_off() {
    let site = Site::new().await;
    let server = TestServer::that_reaches(&[site.address], |config| {
        config.previews.enabled = false;
    })
    .await;
    let response = server.preview(&site.page("/", "<title>A</title>")).await;
    assert_eq!(refusal(response).await, (422, "no_preview".into()));
    assert!(site.asked().is_empty());
}
