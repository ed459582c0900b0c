//! What a peer says, taken apart into the texts that were posted. Pure.

use memchr::memmem;

use crate::dialect::Dialect;

/// Bytes of what is not whole yet. Texts have 10,000 at most.
const REST_BYTES_MAX: usize = 64 << 10;

/// A listener of one connection.
#[derive(Debug)]
pub(super) struct Ear {
    dialect: Dialect,
    /// What is not whole yet: NATS cuts its stream into messages wherever it likes.
    rest: Vec<u8>,
}

/// What was heard.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// One is in the room.
    Entered,
    /// A text that was posted.
    Text(String),
    /// This is to be said at once.
    Answer(&'static str),
    /// What nobody can make sense of, or a refusal.
    Broken(String),
}

impl Ear {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self { dialect, rest: Vec::new() }
    }

    /// Takes the payload of the next message.
    pub(super) fn take(&mut self, payload: &[u8]) -> Vec<Heard> {
        match self.dialect {
            Dialect::Plain => vec![Heard::Text(words(payload))],
            Dialect::SocketIo => self.packet(payload).into_iter().collect(),
            Dialect::Nats => {
                self.rest.extend(payload);
                let mut heard = Vec::new();
                while let Some((length, one)) = self.line() {
                    self.rest.drain(..length);
                    heard.extend(one);
                }
                if self.rest.len() > REST_BYTES_MAX {
                    self.rest.clear();
                    heard.push(Heard::Broken("a message without an end".into()));
                }
                heard
            }
        }
    }

    /// A packet of Engine.IO (its first digit) and Socket.IO (its second).
    fn packet(&self, payload: &[u8]) -> Option<Heard> {
        if payload == self.dialect.entered().as_bytes() {
            return Some(Heard::Entered);
        }
        if let Some(answer) = self.dialect.answer(payload) {
            return Some(Heard::Answer(answer));
        }
        match payload {
            [b'4', b'2', json @ ..] => Some(match serde_json::from_slice(json) {
                Ok((name, text)) if name == *"post" => Heard::Text(text),
                Ok::<(String, String), _>(_) | Err(_) => Heard::Broken(words(payload)),
            }),
            // The handshakes of both.
            [b'0', ..] | [b'4', b'0', ..] | [b'6', ..] => None,
            _ => Some(Heard::Broken(words(payload))),
        }
    }

    /// The first line of what is there, with the payload that it announces, if all of it is there:
    /// its bytes, and what it says.
    fn line(&self) -> Option<(usize, Option<Heard>)> {
        let end = memmem::find(&self.rest, b"\r\n")? + 2;
        let line = &self.rest[..end];
        if let Some(answer) = self.dialect.answer(line) {
            return Some((end, Some(Heard::Answer(answer))));
        }
        let said = line.trim_ascii_end();
        let heard = match said.split(|byte| *byte == b' ').next() {
            Some(b"MSG") => {
                let bytes = said.rsplit(|byte| *byte == b' ').next();
                let bytes: Option<usize> = bytes.and_then(|number| words(number).parse().ok());
                let Some(bytes) = bytes.filter(|bytes| *bytes <= REST_BYTES_MAX) else {
                    return Some((end, Some(Heard::Broken(words(said)))));
                };
                let text = self.rest.get(end..end + bytes)?;
                // The line's own end follows it.
                self.rest.get(end + bytes + 1)?;
                return Some((end + bytes + 2, Some(Heard::Text(words(text)))));
            }
            Some(b"INFO" | b"+OK") => None,
            _ if said == self.dialect.entered().as_bytes() => Some(Heard::Entered),
            _ => Some(Heard::Broken(words(said))),
        };
        Some((end, heard))
    }
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(of: &str) -> Heard {
        Heard::Text(of.into())
    }

    #[test]
    fn what_nats_says_is_heard_wherever_it_is_cut() {
        let stream = b"INFO {\"server_id\":\"A B\"}\r\nPONG\r\nMSG room.a 1 5\r\nhello\r\n\
                       PING\r\nMSG room.a 1 2\r\n\r\n\r\n-ERR 'Slow Consumer'\r\n";
        for size in 1..stream.len() {
            let mut ear = Ear::new(Dialect::Nats);
            let heard: Vec<Heard> = stream.chunks(size).flat_map(|part| ear.take(part)).collect();
            let expected = [
                Heard::Entered,
                text("hello"),
                Heard::Answer("PONG\r\n"),
                text("\r\n"),
                Heard::Broken("-ERR 'Slow Consumer'".into()),
            ];
            assert_eq!(heard, expected, "pieces of {size}");
        }
    }

    #[test]
    fn what_has_no_end_is_not_kept() {
        let mut ear = Ear::new(Dialect::Nats);
        let heard = ear.take(&vec![b'x'; REST_BYTES_MAX + 1]);
        assert_eq!(heard, [Heard::Broken("a message without an end".into())]);
        assert_eq!(ear.take(b"PONG\r\n"), [Heard::Entered]);
        let long = format!("MSG room.a 1 {}\r\n", usize::MAX);
        assert!(matches!(ear.take(long.as_bytes())[..], [Heard::Broken(_)]));
    }

    #[test]
    fn what_socket_io_says_is_heard() {
        let mut ear = Ear::new(Dialect::SocketIo);
        for (payload, heard) in [
            (r#"0{"sid":"x"}"#, vec![]),
            (r#"40{"sid":"y"}"#, vec![]),
            (r#"42["joined"]"#, vec![Heard::Entered]),
            (r#"42["post","hello"]"#, vec![text("hello")]),
            ("2", vec![Heard::Answer("3")]),
            ("41", vec![Heard::Broken("41".into())]),
            (r#"42["other","x"]"#, vec![Heard::Broken(r#"42["other","x"]"#.into())]),
        ] {
            assert_eq!(ear.take(payload.as_bytes()), heard, "{payload}");
        }
    }
}
