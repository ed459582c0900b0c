//! Whether a connection does anything: one that never asks, or whose client takes nothing of its
//! answers, is ended. hyper has a deadline for headers that have begun, and for nothing else.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use http::Response;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

/// Header timeouts without any move after which a connection that has asked before is ended: a
/// minute by default, in which the slowest client takes some of an answer.
const STILL_MAX: u32 = 6;

/// What happens on one connection.
#[derive(Debug, Default)]
pub(super) struct Activity {
    /// Requests whose answer has not begun. How long that takes is for its route to bound.
    answering: AtomicUsize,
    /// Requests that came, and parts of answers that were taken.
    moves: AtomicU64,
}

impl Activity {
    /// Does a request, and sees what is taken of its answer.
    pub(super) async fn answer(
        self: Arc<Self>,
        answer: impl Future<Output = Result<Response<Body>, Infallible>>,
    ) -> Result<Response<Body>, Infallible> {
        let _answering = Answering::begin(&self);
        let response = answer.await?;
        Ok(response.map(|body| Body::new(Watched { body, activity: Arc::clone(&self) })))
    }

    /// Waits until the connection is of no more use: `patience` without a first request, or
    /// several times that without a move.
    pub(super) async fn ended(&self, patience: Duration) {
        let (mut seen, mut still) = (0, 0);
        loop {
            tokio::time::sleep(patience).await;
            let moves = self.moves.load(Ordering::Relaxed);
            if moves != seen || self.answering.load(Ordering::Relaxed) > 0 {
                (seen, still) = (moves, 0);
                continue;
            }
            still += 1;
            if moves == 0 || still >= STILL_MAX {
                return;
            }
        }
    }

    fn moved(&self) {
        self.moves.fetch_add(1, Ordering::Relaxed);
    }
}

/// One request without an answer.
struct Answering<'a>(&'a Activity);

impl<'a> Answering<'a> {
    fn begin(activity: &'a Activity) -> Self {
        activity.moved();
        activity.answering.fetch_add(1, Ordering::Relaxed);
        Self(activity)
    }
}

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.moved();
        self.0.answering.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The body of an answer.
struct Watched {
    body: Body,
    activity: Arc<Activity>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if polled.is_ready() {
            self.activity.moved();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
