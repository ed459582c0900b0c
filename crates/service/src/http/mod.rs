//! HTTP as every daemon serves it: connections with deadlines, errors as problem documents,
//! the client's address, sessions and origins.

mod activity;
mod address;
mod headers;
mod origin;
mod problem;
mod serve;
mod session;

pub use address::{ClientAddress, PeerAddress, TrustedProxies};
pub use headers::{CONTENT_SECURITY_POLICY, security_headers};
pub use origin::Origins;
pub use problem::Problem;
pub use serve::{ConnectionPlace, HttpLimits, ServeOptions, serve};
pub use session::{session_cookie, session_of};
