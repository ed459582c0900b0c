//! Those who come to a fleet from outside: requests and members of rooms.

use std::net::SocketAddr;

use client::{Client, Options};
use protocol::SUBPROTOCOL;
use protocol::frame::{Join, Joined};
use tokio::net::TcpSocket;

use super::{Fleet, HOST, tunnel};
use crate::http::{self, Answer};

impl Fleet {
    /// A member of `room` that comes from the loopback address `from`, through the gateway.
    ///
    /// # Errors
    /// As `Client::join`.
    ///
    /// # Panics
    /// The tunnel does not accept.
    pub async fn member(
        &self,
        from: [u8; 4],
        room: &str,
        join: Join,
    ) -> Result<(Client, Joined), client::Error> {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((from, 0))).expect("a loopback address");
        let stream = socket.connect(self.plain()).await.expect("the tunnel accepts");
        let url = self.socket_url(room);
        let mut client = Client::connect_over(stream, &url, Options::default()).await?;
        let joined = client.join(join).await?;
        Ok((client, joined))
    }

    /// A member of `room` that comes from the loopback address `from`, in direct mode: asks for
    /// a ticket at the gateway, and goes with the pass to the node that it names.
    ///
    /// # Errors
    /// As `Client::join`.
    ///
    /// # Panics
    /// There is no ticket, or it names no node of this fleet.
    pub async fn direct_member(
        &self,
        from: [u8; 4],
        room: &str,
        join: Join,
    ) -> Result<(Client, Joined), client::Error> {
        let request = format!(
            "POST /api/rooms/{room}/ticket HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\
             Content-Length: 0\r\n\r\n"
        );
        let answer = http::exchange(self.plain(), request.as_bytes()).await;
        assert_eq!(answer.status, 200, "no ticket: {}", answer.text());
        let answer = answer.json();
        let url = answer["url"].as_str().expect("an address").replacen("wss://", "ws://", 1);
        let pass = answer["ticket"].as_str().expect("a pass");
        let named = |number: &usize| url.contains(&format!("//{}/", self.direct_host(*number).0));
        let number = (1..=self.backends()).find(named).expect("a node of this fleet");
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((from, 0))).expect("a loopback address");
        let stream = socket.connect(self.direct_plain(number).await).await;
        let stream = stream.expect("the tunnel accepts");
        let protocols = format!("{SUBPROTOCOL}, ticket.{pass}").parse().expect("a header");
        let mut options = Options::default();
        let name = "sec-websocket-protocol".parse().expect("a header's name");
        options.headers.push((name, protocols));
        let mut client = Client::connect_over(stream, &url, options).await?;
        let joined = client.join(join).await?;
        Ok((client, joined))
    }

    /// A tunnel to a backend's own node in direct mode.
    pub async fn direct_plain(&self, number: usize) -> SocketAddr {
        let (name, address) = self.direct_host(number);
        let name = name.split(':').next().unwrap_or_default();
        tunnel::open(address, name, self.authority()).await
    }

    /// The address of a room's WebSocket for clients that speak no TLS.
    pub fn socket_url(&self, room: &str) -> String {
        format!("ws://{}/api/rooms/{room}/ws", self.plain())
    }

    /// Asks the gateway with GET.
    pub async fn get(&self, path: &str) -> Answer {
        http::get(self.plain(), path, &[]).await
    }
}
