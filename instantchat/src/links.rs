//! What the three parts say to each other where a fleet has its listeners: plain calls.

use std::future::ready;
use std::sync::{Arc, OnceLock, Weak};

use aux_srv::{AuxServer, Reach};
use file_srv::FileServer;
use fleet::{Answer, Aux, Backend, CallError, Files, Release, Report};
use protocol::fleet::FileNotice;

/// aux-srv's way to the one backend and the one file server, whatever their addresses.
pub(crate) struct OneOfEach {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) files: Arc<dyn Files>,
}

impl Reach for OneOfEach {
    fn backend(&self, _: &str) -> Arc<dyn Backend> {
        Arc::clone(&self.backend)
    }

    fn files(&self, _: &str) -> Arc<dyn Files> {
        Arc::clone(&self.files)
    }
}

/// The backend's way to aux-srv, which is made after it.
#[derive(Default)]
pub(crate) struct OneRouter(OnceLock<Weak<AuxServer>>);

impl OneRouter {
    /// Tells where aux-srv is.
    pub(crate) fn is(&self, aux: &Arc<AuxServer>) {
        // A second call would be of the same process's aux-srv.
        let _ = self.0.set(Arc::downgrade(aux));
    }

    fn calls(&self) -> Option<Arc<dyn Aux>> {
        Some(self.0.get()?.upgrade()?.calls())
    }
}

impl Aux for OneRouter {
    fn report(&self, report: Report) -> Answer<'_, ()> {
        match self.calls() {
            Some(aux) => Box::pin(async move { aux.report(report).await }),
            None => Box::pin(ready(Err(CallError::Refused))),
        }
    }

    fn release(&self, release: Release) -> Answer<'_, ()> {
        match self.calls() {
            Some(aux) => Box::pin(async move { aux.release(release).await }),
            None => Box::pin(ready(Err(CallError::Refused))),
        }
    }
}

/// The backend's way to the file server.
pub(crate) struct OneFileServer(pub(crate) Arc<FileServer>);

impl backend::FileLink for OneFileServer {
    fn tell(&self, notice: FileNotice) {
        self.0.notice(&notice);
    }
}
