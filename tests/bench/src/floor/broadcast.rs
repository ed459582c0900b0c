//! A chat without features in axum: a channel per room, a task and a queue per member.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use axum::serve::ListenerExt;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::broadcast;

/// Messages that a member may be behind.
const BEHIND_MAX: usize = 1_024;

type Rooms = Arc<Mutex<HashMap<String, broadcast::Sender<Utf8Bytes>>>>;

/// Serves until the process is killed.
pub(crate) fn serve() -> anyhow::Result<()> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(std::env::var("BENCH_LISTEN")?).await?;
        let app = Router::new().route("/{room}", get(open)).with_state(Rooms::default());
        // As every server of this kind does: without it, answers wait for the peer's next word.
        let listener = listener.tap_io(|stream| {
            let _ = stream.set_nodelay(true);
        });
        Ok(axum::serve(listener, app).await?)
    })
}

async fn open(
    State(rooms): State<Rooms>,
    Path(room): Path<String>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let sender = {
        let mut rooms = rooms.lock().unwrap_or_else(PoisonError::into_inner);
        rooms.entry(room).or_insert_with(|| broadcast::channel(BEHIND_MAX).0).clone()
    };
    upgrade.on_upgrade(|socket| chat(socket, sender))
}

async fn chat(socket: WebSocket, sender: broadcast::Sender<Utf8Bytes>) {
    let mut receiver = sender.subscribe();
    let (mut sink, mut stream) = socket.split();
    let writing = tokio::spawn(async move {
        while let Ok(text) = receiver.recv().await {
            if sink.send(Message::Text(text)).await.is_err() {
                return;
            }
        }
    });
    while let Some(Ok(message)) = stream.next().await {
        if let Message::Text(text) = message {
            // Nobody hears it when all have left.
            let _ = sender.send(text);
        }
    }
    writing.abort();
}
