//! From the handshake to the room: the first frame, the room that may have to be made first, and
//! the password.

use std::sync::Arc;

use protocol::frame::{ClientFrame, Join};
use protocol::limits::PASSWORD_CHARS_MAX;
use protocol::token::Keep;
use protocol::{CloseCode, ErrorCode, RoomName};
use room::{Cursor, Epoch, Incarnation, Seq, SessionId, Verifier};
use tokio::sync::oneshot;

use super::hearing::Heard;
use super::{Arrival, Peer};
use crate::metrics::{JoinOutcome, Limited};
use crate::refused::Refused;
use crate::rooms::{Beginning, Command, Entered, Entering, RoomHandle, Way};
use crate::transport::json;

/// Tries to enter a room that ends, or asks for another proof, while somebody enters it.
const TRIES_MAX: u32 = 8;

/// Why a peer that asked to enter is not in the room.
enum NotIn {
    Refused(Refused),
    /// The room is between two places.
    Moving,
    /// The room ended meanwhile: it is looked for again.
    Gone,
}

impl From<Refused> for NotIn {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl Peer {
    /// Waits for the join and does it. None when the connection is closed instead.
    pub(super) async fn enter(&mut self, arrival: Arrival) -> Option<(Arc<RoomHandle>, bool)> {
        let join = self.first_frame().await?;
        let id = join.id;
        match self.join(&arrival, join).await {
            Ok(entered) => Some(entered),
            Err(NotIn::Refused(refused)) => {
                self.backend.metrics.joins.inc(json::outcome_of(refused.code));
                self.refuse(id, &refused);
                self.close(CloseCode::Policy, refused.code.as_str());
                None
            }
            Err(NotIn::Moving | NotIn::Gone) => {
                self.backend.metrics.joins.inc(JoinOutcome::Moved);
                self.send(&json::moving());
                self.close(CloseCode::Moving, CloseCode::Moving.as_str());
                None
            }
        }
    }

    /// The first frame that is a join.
    async fn first_frame(&mut self) -> Option<Join> {
        let backend = Arc::clone(&self.backend);
        let deadline = backend.clock.now().saturating_add(backend.config.peers.first_frame_ms);
        loop {
            let connection = &self.connection;
            let read = tokio::select! {
                read = self.reader.next(&connection.socket) => read,
                _ = connection.socket.drive_outbox(|| backend.clock.now()) => return None,
                () = backend.clock.sleep_until(deadline) => {
                    self.close(CloseCode::Idle, "no join came in time");
                    return None;
                }
                () = backend.lifecycle.soft_stopped() => {
                    self.close(CloseCode::GoingAway, CloseCode::GoingAway.as_str());
                    return None;
                }
            };
            let heard = match self.judge(read) {
                Heard::Frame(ClientFrame::Join(join)) => return Some(join),
                Heard::Frame(frame) => self.bad(frame.id(), "join comes first"),
                heard => heard,
            };
            match heard {
                Heard::Refused(id, refused) => self.refuse(id, &refused),
                Heard::End => return None,
                Heard::Frame(_) | Heard::Nothing => {}
            }
        }
    }

    async fn join(&self, arrival: &Arrival, join: Join) -> Result<(Arc<RoomHandle>, bool), NotIn> {
        let password = join.password.as_deref().filter(|password| !password.is_empty());
        if password.is_some_and(|password| password.chars().count() > PASSWORD_CHARS_MAX) {
            let detail = "a password has 200 characters at most";
            return Err(Refused::new(ErrorCode::TooLong, detail).into());
        }
        let entry = Entry { peer: self, arrival, join: &join, password };
        for _ in 0..TRIES_MAX {
            let (way, proof) = match self.backend.rooms.way(&self.backend, &arrival.admission)? {
                Way::Free => entry.make_room().await?,
                way => (way, None),
            };
            let Way::In(room) = way else { return Err(NotIn::Moving) };
            match entry.enter(&room, proof).await {
                Ok(live) => return Ok((room, live)),
                Err(NotIn::Gone) => {}
                Err(not_in) => return Err(not_in),
            }
        }
        Err(NotIn::Gone)
    }
}

/// One join.
struct Entry<'a> {
    peer: &'a Peer,
    arrival: &'a Arrival,
    join: &'a Join,
    password: Option<&'a str>,
}

impl Entry<'_> {
    /// Makes the room that does not exist: anew, or from what the client kept of a lost one. The
    /// proof is for the room that is there then.
    async fn make_room(&self) -> Result<(Way, Option<Verifier>), Refused> {
        let backend = &self.peer.backend;
        let keep = match &self.join.resume {
            None => None,
            Some(resume) => Some(self.open_keep(resume.keep.as_deref())?),
        };
        let (address, now) = (self.peer.connection.address, backend.clock.now());
        backend.rooms_created.take(address, now, 1).map_err(|retry_after_ms| {
            backend.metrics.rate_limited.inc(Limited::Rooms);
            Refused::rate_limited(retry_after_ms)
        })?;
        let made = self.make(keep.as_ref()).await;
        // A name that somebody else made meanwhile, or nobody, was not made by this address.
        if !matches!(&made, Ok((_, _, true))) {
            backend.rooms_created.give_back(address, 1);
        }
        made.map(|(way, proof, _)| (way, proof))
    }

    async fn make(&self, keep: Option<&Keep>) -> Result<(Way, Option<Verifier>, bool), Refused> {
        let backend = &self.peer.backend;
        let Arrival { name, session, admission } = self.arrival;
        let (creator, verifier, proof) = match keep {
            None => {
                let verifier = self.proof(service::random::bytes()).await?;
                (*session, verifier, verifier)
            }
            Some(keep) => {
                let creator = SessionId(keep.creator);
                let verifier =
                    keep.proof.map(|proof| Verifier { salt: proof.salt, hash: proof.hash });
                let proof = match verifier {
                    Some(verifier) if creator != *session => self.proof(verifier.salt).await?,
                    _ => None,
                };
                (creator, verifier, proof)
            }
        };
        let beginning = Beginning { name, admission, creator, verifier };
        let (way, made) = backend.rooms.create(backend, &beginning)?;
        if made {
            let outcome = if keep.is_some() { JoinOutcome::Restored } else { JoinOutcome::Created };
            backend.metrics.joins.inc(outcome);
        }
        // Whoever lost the race for the name has hashed under another salt than the room's: it is
        // asked for a proof like everybody else, and its attempt counts.
        Ok((way, proof.filter(|_| made), made))
    }

    /// What the client kept of the room. Without it a returning client makes no room.
    fn open_keep(&self, keep: Option<&str>) -> Result<Keep, Refused> {
        let (backend, name) = (&self.peer.backend, &self.arrival.name);
        keep.and_then(|keep| Keep::open(&backend.keys, keep, backend.clock.now()).ok())
            .filter(|keep| is_of(keep, name))
            .ok_or(Refused::new(ErrorCode::NotFound, "the room is gone"))
    }

    /// The hash of the password, if one was given.
    async fn proof(&self, salt: [u8; 16]) -> Result<Option<Verifier>, Refused> {
        let Some(password) = self.password else { return Ok(None) };
        let backend = &self.peer.backend;
        let address = self.peer.connection.address;
        let hashed = backend.hasher.hash(address, password, salt).await.inspect_err(|_| {
            backend.metrics.rate_limited.inc(Limited::Hashes);
        });
        hashed.map(Some)
    }

    /// Asks the room, with a proof when it wants one.
    async fn enter(&self, room: &RoomHandle, proof: Option<Verifier>) -> Result<bool, NotIn> {
        match self.ask(room, proof).await? {
            Entered::In { live } => Ok(live),
            Entered::Refused(refused) => Err(refused.into()),
            Entered::ProofNeeded(salt) => self.prove(room, salt).await,
        }
    }

    /// Tries the password, of which there may be so many wrong ones only.
    async fn prove(&self, room: &RoomHandle, salt: [u8; 16]) -> Result<bool, NotIn> {
        if self.password.is_none() {
            let refused = Refused::new(ErrorCode::WrongPassword, "the room has a password");
            return Err(refused.into());
        }
        let backend = &self.peer.backend;
        let (address, limits) = (self.peer.connection.address, &backend.config.passwords);
        self.begin_attempt(room)?;
        let right = || {
            room.attempts.was_right(address, limits);
            backend.wrong_passwords.give_back(address, 1);
        };
        let proof = self.proof(salt).await.inspect_err(|_| right())?;
        match self.ask(room, proof).await {
            Ok(Entered::In { live }) => {
                right();
                Ok(live)
            }
            Ok(Entered::Refused(refused)) => {
                if refused.code != ErrorCode::WrongPassword {
                    right();
                }
                Err(refused.into())
            }
            Ok(Entered::ProofNeeded(_)) | Err(_) => Err(NotIn::Gone),
        }
    }

    fn begin_attempt(&self, room: &RoomHandle) -> Result<(), Refused> {
        let backend = &self.peer.backend;
        let (address, now) = (self.peer.connection.address, backend.clock.now());
        let begun = backend.wrong_passwords.take(address, now, 1).and_then(|()| {
            let begun = room.attempts.begin(address, now, &backend.config.passwords);
            begun.inspect_err(|_| backend.wrong_passwords.give_back(address, 1))
        });
        begun.map_err(|retry_after_ms| {
            backend.metrics.rate_limited.inc(Limited::Passwords);
            Refused::rate_limited(retry_after_ms)
        })
    }

    async fn ask(&self, room: &RoomHandle, proof: Option<Verifier>) -> Result<Entered, NotIn> {
        let (answer, entered) = oneshot::channel();
        let connection = Arc::clone(&self.peer.connection);
        let join = room::Join {
            peer: connection.peer,
            session: self.arrival.session,
            name: self.join.name.clone(),
            proof,
            resume: self.join.resume.as_ref().map(|resume| Cursor {
                incarnation: Incarnation(resume.incarnation.0),
                epoch: Epoch(resume.epoch),
                seq: Seq(resume.seq),
            }),
            entropy: service::random::number(),
        };
        let command = Command::Join(Box::new(Entering { join, connection, answer }));
        room.inbox.send(command).await.map_err(|_| NotIn::Gone)?;
        entered.await.map_err(|_| NotIn::Gone)
    }
}

fn is_of(keep: &Keep, name: &RoomName) -> bool {
    keep.room == name.as_str()
}
