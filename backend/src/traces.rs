//! What a trace tells of a post: the parts of its way from the socket to everybody's.
//!
//! The numbers are of the batch that the post was in, as a room appends and sends a batch at once.

use room::Request;
use service::traces::{Trace, Traces};

use crate::rooms::Delivered;

/// The whole way, from when a frame was read until the last socket was served.
const POST: &str = "post";
/// The frame is judged and translated. Until the next part it waits in the room's inbox.
const READ: &str = "read/decode";
/// The room decides what follows from it.
const APPLY: &str = "apply";
/// The log takes the batch. Until the next part the room waits for its right, if it has to.
const APPEND: &str = "append";
/// The batch is written to the sockets, or to the outboxes of those that would block.
const FAN_OUT: &str = "fan-out";

/// Records that went to the log together.
const BATCH_SIZE: &str = "instantchat.batch_size";
/// Frames that were given to peers, and their bytes.
const DELIVERIES: &str = "instantchat.deliveries";
const BYTES: &str = "instantchat.bytes";

/// The trace of a request that was read then, if it is a post and among those that are traced.
pub(crate) fn read(traces: &Traces, read_ns: Option<u64>, request: &Request) -> Option<Trace> {
    let read_ns = read_ns.filter(|_| matches!(request, Request::Post(_)))?;
    let mut trace = traces.begin(POST, read_ns)?;
    trace.enter_at(READ, read_ns);
    trace.leave(&[]);
    Some(trace)
}

/// A traced post is about to be applied.
pub(crate) fn applies(mut trace: Trace) -> Trace {
    trace.enter(APPLY);
    trace
}

/// The traced posts of one batch: none, mostly.
#[derive(Debug, Default)]
pub(crate) struct Traced(Vec<Trace>);

impl Traced {
    /// A post was applied.
    pub(crate) fn applied(&mut self, trace: Option<Trace>) {
        if let Some(mut trace) = trace {
            trace.leave(&[]);
            self.0.push(trace);
        }
    }

    /// The batch is about to be appended.
    pub(crate) fn appends(&mut self) {
        self.0.iter_mut().for_each(|trace| trace.enter(APPEND));
    }

    /// It was, with so many records.
    pub(crate) fn appended(&mut self, records: usize) {
        self.0.iter_mut().for_each(|trace| trace.leave(&[(BATCH_SIZE, records as u64)]));
    }

    /// The batch is about to be sent.
    pub(crate) fn fans_out(&mut self) {
        self.0.iter_mut().for_each(|trace| trace.enter(FAN_OUT));
    }

    /// It was, and that is all.
    pub(crate) fn fanned_out(&mut self, delivered: &Delivered) {
        for mut trace in self.0.drain(..) {
            trace.leave(&[(DELIVERIES, delivered.frames), (BYTES, delivered.bytes)]);
            trace.end();
        }
    }
}
