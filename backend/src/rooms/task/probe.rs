//! A post of the process's own, by which it sees that rooms work: applied, logged and sent like
//! everybody's.

use room::{Input, Join, Key, PeerId, Post, Request, SessionId};
use tokio::sync::oneshot;

use super::RoomTask;

/// The one peer of such a room, which has no connection.
const PROBER: PeerId = PeerId(u64::MAX);
const SESSION: SessionId = SessionId([0; 16]);

impl RoomTask {
    /// Posts, and answers once the post was sent to everybody.
    pub(super) fn probe(&mut self, answer: oneshot::Sender<bool>) {
        if self.room.online() == 0 {
            let (name, proof, resume) = (None, None, None);
            let join = Join { peer: PROBER, session: SESSION, name, proof, resume, entropy: 0 };
            self.apply(Input::Join(join), None);
        }
        let before = self.room.seq();
        let key = format!("{}", before.0 + 1);
        if let Some(key) = Key::new(&key) {
            let text = "still singing".to_owned();
            let post = Post { key, text, reply_to: None, file: None, preview: None };
            let request = Request::Post(post);
            self.apply(Input::Request { peer: PROBER, id: None, request }, None);
        }
        self.batch.probed(answer, self.room.seq() > before);
    }
}
