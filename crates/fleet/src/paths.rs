//! The path of each call.

/// [`crate::Backend::status`].
pub(crate) const STATUS: &str = "/fleet/status";
/// [`crate::Backend::summary`].
pub(crate) const SUMMARY: &str = "/fleet/rooms/summary";
/// [`crate::Backend::rooms`].
pub(crate) const ROOMS: &str = "/fleet/rooms/list";
/// [`crate::Backend::delete`].
pub(crate) const DELETE: &str = "/fleet/rooms/delete";
/// [`crate::Backend::announce`].
pub(crate) const ANNOUNCE: &str = "/fleet/announce";
/// [`crate::Aux::report`].
pub(crate) const REPORT: &str = "/fleet/report";
/// [`crate::Aux::release`].
pub(crate) const RELEASE: &str = "/fleet/release";
/// [`crate::Files::notices`].
pub(crate) const NOTICES: &str = "/fleet/notices";
/// [`crate::Files::facts`].
pub(crate) const FACTS: &str = "/fleet/facts";
