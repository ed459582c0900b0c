//! From an HTTP request to a socket, through both of hyper's servers, with
//! tungstenite as the client.

use std::convert::Infallible;

use futures_util::{SinkExt, StreamExt};
use http::Request;
use http_body_util::Empty;
use hyper::body::Incoming as Body;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::*;
use crate::transport::websocket::{Incoming, Limits, Reader, SUBPROTOCOL, accept, take};

#[derive(Clone, Copy)]
enum Server {
    Http1,
    Auto,
}

/// Serves one connection and gives what it was upgraded to.
async fn serve(server: Server) -> (SocketAddr, mpsc::Receiver<(TcpStream, Bytes)>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (upgraded, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let service = service_fn(move |request: Request<Body>| {
            let upgraded = upgraded.clone();
            async move {
                let (mut parts, _) = request.into_parts();
                let handshake = accept(&parts).unwrap();
                let upgrade = parts.extensions.remove::<OnUpgrade>().unwrap();
                tokio::spawn(async move {
                    upgraded.send(take(upgrade.await.unwrap()).unwrap()).await.unwrap();
                });
                Ok::<_, Infallible>(handshake.response::<Empty<Bytes>>())
            }
        });
        let io = TokioIo::new(stream);
        match server {
            Server::Http1 => {
                let builder = hyper::server::conn::http1::Builder::new();
                builder.serve_connection(io, service).with_upgrades().await.unwrap();
            }
            Server::Auto => {
                let builder = auto::Builder::new(TokioExecutor::new());
                builder.serve_connection_with_upgrades(io, service).await.unwrap();
            }
        }
    });
    (address, receiver)
}

fn limits() -> Limits {
    Limits { message_bytes_max: 1_000 }
}

#[tokio::test]
async fn a_client_is_upgraded_by_either_server() {
    for server in [Server::Http1, Server::Auto] {
        let (address, mut upgraded) = serve(server).await;
        let stream = TcpStream::connect(address).await.unwrap();
        let mut request = format!("ws://{address}/api/rooms/tea/ws").into_client_request().unwrap();
        let offer = http::HeaderValue::from_static(SUBPROTOCOL);
        request.headers_mut().insert("sec-websocket-protocol", offer);
        let (mut client, response) = within(client_async(request, stream)).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], SUBPROTOCOL);

        let (stream, leftover) = within(upgraded.recv()).await.unwrap();
        let socket = Socket::new(stream, LIMITS).unwrap();
        let mut reader = Reader::new(limits(), leftover);
        client.send(Message::text("ping me")).await.unwrap();
        let read = within(reader.next(&socket)).await.unwrap();
        assert_eq!(read, Some(Incoming::Text("ping me".into())));
        socket.push(frame::ping(b"now"), 0).unwrap();
        within(socket.drained(1, || 0)).await.unwrap();
        let received = within(client.next()).await.unwrap().unwrap();
        assert_eq!(received, Message::Ping("now".into()));
    }
}

#[tokio::test]
async fn frames_sent_with_the_handshake_are_not_lost() {
    for server in [Server::Http1, Server::Auto] {
        let (address, mut upgraded) = serve(server).await;
        let mut client = TcpStream::connect(address).await.unwrap();
        let request = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n\
            Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        let early = [request.as_bytes(), &[0x81, 0x82, 0, 0, 0, 0, b'h', b'i']].concat();
        client.write_all(&early).await.unwrap();
        let (stream, leftover) = within(upgraded.recv()).await.unwrap();
        let socket = Socket::new(stream, LIMITS).unwrap();
        let read = within(Reader::new(limits(), leftover).next(&socket)).await.unwrap();
        assert_eq!(read, Some(Incoming::Text("hi".into())));
    }
}
