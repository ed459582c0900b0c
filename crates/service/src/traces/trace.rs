//! One trace under way: a piece of work, and the parts of it in their order.

use std::sync::Arc;

use super::Outlet;

/// What is known of one piece of work: a pointer, as those that are not traced carry its place too.
/// One that is dropped before its end is forgotten.
#[derive(Debug)]
pub struct Trace(Box<Known>);

#[derive(Debug)]
struct Known {
    outlet: Arc<Outlet>,
    whole: Span,
    /// The newest last.
    parts: Vec<Span>,
}

/// Something with a beginning and an end.
#[derive(Debug)]
pub(super) struct Span {
    pub(super) name: &'static str,
    /// Nanoseconds, by [`crate::Clock::nanos`].
    pub(super) began_ns: u64,
    pub(super) ended_ns: u64,
    /// What was counted. There are no texts here, so that none can get into a trace.
    pub(super) counts: Vec<(&'static str, u64)>,
}

impl Trace {
    pub(super) fn new(outlet: Arc<Outlet>, name: &'static str, began_ns: u64) -> Self {
        Self(Box::new(Known { outlet, whole: Span::new(name, began_ns), parts: Vec::new() }))
    }

    /// A part begins.
    pub fn enter(&mut self, name: &'static str) {
        self.enter_at(name, self.0.outlet.clock.nanos());
    }

    /// A part began then.
    pub fn enter_at(&mut self, name: &'static str, began_ns: u64) {
        self.0.parts.push(Span::new(name, began_ns));
    }

    /// The newest part ends, with what was counted in it.
    pub fn leave(&mut self, counts: &[(&'static str, u64)]) {
        let ended_ns = self.0.outlet.clock.nanos();
        if let Some(part) = self.0.parts.last_mut() {
            part.ended_ns = ended_ns;
            part.counts.extend_from_slice(counts);
        }
    }

    /// The whole ends, and goes to the collector.
    pub fn end(mut self) {
        let outlet = Arc::clone(&self.0.outlet);
        self.0.whole.ended_ns = outlet.clock.nanos();
        outlet.take(self);
    }

    /// The whole, and its parts in their order.
    pub(super) fn spans(&self) -> (&Span, &[Span]) {
        (&self.0.whole, &self.0.parts)
    }
}

impl Span {
    fn new(name: &'static str, began_ns: u64) -> Self {
        Self { name, began_ns, ended_ns: began_ns, counts: Vec::new() }
    }
}
