//! What the kernel takes for it: a loop of `write` calls of one prepared frame, at the case's pace.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use crate::frames::text;

/// The key that every client of the benchmark sends, and what is appended to it (RFC 6455, 1.3).
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// Bytes of a request.
const REQUEST_BYTES_MAX: usize = 4_096;

/// Serves until the process is killed. Rooms take turns, each `pace` times a second.
pub(crate) fn serve(rooms: u32, pace: u32) -> anyhow::Result<()> {
    let listener = TcpListener::bind(std::env::var("BENCH_LISTEN")?)?;
    let (accepted, sockets) = mpsc::channel();
    std::thread::spawn(move || accept(&listener, &accepted));
    let text = text(u32::MAX % 100_000_000);
    let mut frame = vec![0x81, 126];
    frame.extend((text.len() as u16).to_be_bytes());
    frame.extend(text.as_bytes());
    let mut members: Vec<Vec<TcpStream>> = (0..rooms).map(|_| Vec::new()).collect();
    let every = Duration::from_secs(1) / (rooms * pace).max(1);
    let began = Instant::now();
    for turn in 0_u32.. {
        std::thread::sleep((began + every * turn).saturating_duration_since(Instant::now()));
        for (room, socket) in sockets.try_iter() {
            members[room as usize % rooms as usize].push(socket);
        }
        let room = turn % rooms;
        for socket in &mut members[room as usize] {
            // A client that is gone costs a call as well.
            let _ = socket.write(&frame);
        }
    }
    Ok(())
}

fn accept(listener: &TcpListener, accepted: &mpsc::Sender<(u32, TcpStream)>) {
    let digest = Sha1::digest(KEY.as_bytes());
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n\r\n",
        STANDARD.encode(digest)
    );
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { continue };
        let mut request = vec![0; REQUEST_BYTES_MAX];
        // The look whether somebody listens sends nothing.
        let Ok(read @ 1..) = stream.read(&mut request) else { continue };
        let path = String::from_utf8_lossy(&request[..read]);
        let room = path.split(['/', ' ']).find_map(|part| part.parse().ok()).unwrap_or_default();
        let _ = stream.set_nodelay(true);
        if stream.write_all(answer.as_bytes()).is_ok() && accepted.send((room, stream)).is_err() {
            return;
        }
    }
}
