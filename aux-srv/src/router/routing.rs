//! Where a room is: for the edge, for tickets, for pages.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fleet::{RoomFacts, RoomSummary};
use placement::{BackendName, PlaceError, Placement};
use protocol::RoomName;
use tokio::sync::Semaphore;

use super::FleetRouter;
use super::resolver::host_of;

/// How long an owner may take to tell of a room. A visitor waits for it.
const SUMMARY_MAX: Duration = Duration::from_millis(700);

/// Where a visitor of a room is sent.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// The owner and its term.
    pub(crate) placement: Placement,
    /// The owner's door, as the edge reaches it; none while its address is not known.
    pub(crate) door: Option<SocketAddr>,
    /// The owner's door, as browsers reach it in direct mode.
    pub(crate) direct_host: Option<String>,
}

/// A backend, and the places of those who ask it.
type Asked = (Arc<dyn fleet::Backend>, Arc<Semaphore>);

/// Why there is no answer about a room just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoRoute {
    /// No owner.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Who knows it was not heard yet, or does not answer.
    #[error("the room's owner is not known or does not answer")]
    Unheard,
}

impl FleetRouter {
    /// The owner of a room, which is placed now if it has none. One question after the other, so that
    /// all who come at once find the same owner.
    pub(crate) fn route(&self, room: &RoomName) -> Result<Route, NoRoute> {
        let now = self.now();
        let mut state = self.state();
        let placement = state.router.lookup(now, &room.shared())?;
        let known = state.known.get(&placement.owner.backend);
        let about = known.and_then(|known| known.about.as_ref());
        let name = placement.owner.backend.as_str();
        let door = about.and_then(|about| {
            Some(SocketAddr::new(self.resolver.address(&host_of(name))?, about.door_port))
        });
        let direct_host = about.and_then(|about| self.direct.as_ref()?.host(&about.direct_host));
        Ok(Route { placement, door, direct_host })
    }

    /// Whether a room is on record with an owner, so that finding it places nothing.
    pub(crate) fn has(&self, room: &RoomName) -> bool {
        self.state().router.owner(room.as_str()).is_some()
    }

    /// The room as its owner sees it; none if there is no such room.
    pub(crate) async fn summary(&self, room: &RoomName) -> Result<Option<RoomSummary>, NoRoute> {
        let Some((owner, places)) = self.owner(room)? else { return Ok(None) };
        let asked = async {
            let _place = places.acquire().await.map_err(|_| NoRoute::Unheard)?;
            owner.summary(room.shared()).await.map_err(|_| NoRoute::Unheard)
        };
        tokio::time::timeout(SUMMARY_MAX, asked).await.unwrap_or(Err(NoRoute::Unheard))
    }

    /// What holds for rooms; none before any backend was heard.
    pub(crate) fn room_facts(&self) -> Option<RoomFacts> {
        self.state().room_facts()
    }

    fn owner(&self, room: &RoomName) -> Result<Option<Asked>, NoRoute> {
        let state = self.state();
        if state.router.is_superseded() {
            return Err(PlaceError::Superseded.into());
        }
        let Some(owner) = state.router.owner(room.as_str()) else {
            // A backend that was not heard may have it.
            return if state.router.awaits_backends() { Err(NoRoute::Unheard) } else { Ok(None) };
        };
        let known = state.known.get(&owner.backend);
        Ok(known.map(|known| (Arc::clone(&known.call), Arc::clone(&known.summaries))))
    }

    /// The way to a backend of the fleet.
    pub(crate) fn backend(&self, name: &BackendName) -> Option<Arc<dyn fleet::Backend>> {
        self.state().known.get(name).map(|known| Arc::clone(&known.call))
    }
}
