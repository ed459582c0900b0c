//! The fleet and the visitors of these tests, and who owns which room, as the backends themselves
//! tell it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ::fleet::{CallError, Caller};
use client::{Client, Cursor, Error, Options as ClientOptions};
use protocol::ErrorCode;
use protocol::frame::{Join, Joined, Resume, ServerFrame};
use protocol::token::Keyring;
use service::Clock;
use tests::fleet::{Fleet, Options};
use tests::http;
use tests::waiting::{DEADLINE, until, within};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::Instant;

/// How long a fleet may take to do what takes it seconds by design.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How long a visitor waits who was not let in.
const AGAIN_AFTER: Duration = Duration::from_millis(50);
/// The time after the start in which a router places nothing, and some more.
const GRACE: Duration = Duration::from_secs(10);

/// So many backends, a file server, and no limit of an address in the way.
pub(in crate::fleet) fn options(backends: usize) -> Options {
    Options { backends, file_servers: 1, ..Options::default() }
        .with("AUX_SRV__LOOKUPS__BURST", "1000000")
        .with("AUX_SRV__PLACES__BURST", "1000000")
        .with("BACKEND__ADDRESSES__ROOMS_CREATED__BURST", "1000000")
        .with("BACKEND__ADDRESSES__CONNECTS__BURST", "1000000")
        .with("CONNECTIONS_PER_ADDRESS", "60000")
        .with("REQUESTS_PER_SECOND", "100000")
        .with("REQUESTS_BURST", "100000")
}

/// A fleet that places rooms.
pub(in crate::fleet) async fn settled(options: Options) -> Fleet {
    let fleet = Fleet::start(options).await;
    places_rooms(&fleet).await;
    fleet
}

/// Waits until the router is over the time in which it places nothing.
pub(super) async fn places_rooms(fleet: &Fleet) {
    within(GRACE + DEADLINE, "the router places rooms", async || {
        let room = format!("probe-{}", number());
        enter(fleet, &room, "Probe").await.is_ok()
    })
    .await;
}

/// Starts a router again that has ended, while other processes may be asleep.
pub(super) async fn start_router(fleet: &mut Fleet) {
    fleet.aux().spawn();
    let admin = fleet.aux_listeners()[1];
    until("aux-srv is ready", async || {
        TcpStream::connect(admin).await.is_ok()
            && http::get(admin, "/readyz", &[]).await.status == 200
    })
    .await;
}

/// A number that no one had before.
pub(super) fn number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A visitor from an address of its own.
pub(super) async fn enter(
    fleet: &Fleet,
    room: &str,
    name: &str,
) -> Result<(Client, Joined), Error> {
    fleet.member(address(), room, Join { name: Some(name.into()), ..Join::default() }).await
}

/// As `enter`, where it must work. A machine that does too much at once is late, and makes backends
/// look suspect, so that there may be nowhere to go for a moment: visitors try again by themselves.
pub(in crate::fleet) async fn entered(fleet: &Fleet, room: &str, name: &str) -> (Client, Joined) {
    let end = Instant::now() + PATIENCE;
    loop {
        match enter(fleet, room, name).await {
            Ok(entered) => return entered,
            Err(error) if !is_of_the_moment(&error) || Instant::now() > end => {
                panic!("{name} enters {room}: {error}");
            }
            Err(_) => tokio::time::sleep(AGAIN_AFTER).await,
        }
    }
}

fn is_of_the_moment(error: &Error) -> bool {
    matches!(error, Error::Timeout(_)) || error.code() == Some(ErrorCode::Unavailable)
}

/// A connection through the gateway.
pub(super) async fn connection(fleet: &Fleet) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind((address(), 0).into()).expect("a loopback address");
    socket.connect(fleet.plain()).await.expect("the tunnel accepts")
}

/// Comes back as browsers do: again and again, with what it holds.
pub(super) async fn back(fleet: &Fleet, client: &mut Client) -> Joined {
    let end = Instant::now() + PATIENCE;
    loop {
        match client.reconnect_over(connection(fleet).await).await {
            Ok(joined) => return joined,
            Err(error) if Instant::now() > end => panic!("not back: {error}"),
            Err(_) => tokio::time::sleep(AGAIN_AFTER).await,
        }
    }
}

/// As `back`, with the password that a browser keeps for the room.
pub(super) async fn back_with(
    fleet: &Fleet,
    room: &str,
    client: &mut Client,
    password: &str,
) -> Joined {
    let cursor = client.cursor().cloned().expect("it was in the room");
    let Cursor { incarnation, epoch, seq, keep } = cursor;
    let resume = Some(Resume { incarnation, epoch, seq, keep: Some(keep) });
    let end = Instant::now() + PATIENCE;
    loop {
        let options = ClientOptions {
            session: client.session().map(str::to_owned),
            ..ClientOptions::default()
        };
        let url = fleet.socket_url(room);
        let join =
            Join { resume: resume.clone(), password: Some(password.into()), ..Join::default() };
        let again = async {
            let mut client = Client::connect_over(connection(fleet).await, &url, options).await?;
            let joined = client.join(join).await?;
            Ok::<_, Error>((client, joined))
        };
        match again.await {
            Ok((again, joined)) => {
                *client = again;
                return joined;
            }
            Err(error) if Instant::now() > end => panic!("not back: {error}"),
            Err(_) => tokio::time::sleep(AGAIN_AFTER).await,
        }
    }
}

/// What a client hears until its connection ends, and how it ends.
pub(super) async fn until_closed(client: &mut Client) -> (Vec<ServerFrame>, Error) {
    let mut heard = Vec::new();
    let listening = async {
        loop {
            match client.receive().await {
                Ok(frame) => heard.push(frame),
                Err(error) => return error,
            }
        }
    };
    let error = tokio::time::timeout(PATIENCE, listening).await.expect("the connection ends");
    (heard, error)
}

/// The numbers of the backends that have each room, with its epoch there. Only those are asked that
/// answer: one that is paused or gone has nothing to say.
pub(super) async fn owners(fleet: &Fleet) -> BTreeMap<String, Vec<(usize, u64)>> {
    let mut owners: BTreeMap<String, Vec<(usize, u64)>> = BTreeMap::new();
    for number in 1..=fleet.backends() {
        for (room, epoch) in rooms(fleet, number).await.unwrap_or_default() {
            owners.entry(room).or_default().push((number, epoch));
        }
    }
    owners
}

/// The one backend that has a room.
pub(super) async fn owner(fleet: &Fleet, room: &str) -> usize {
    let owners = owners(fleet).await;
    match owners.get(room).map(Vec::as_slice) {
        Some([(number, _)]) => *number,
        other => panic!("{room} is owned by {other:?}"),
    }
}

/// Every room of a backend, page by page.
pub(super) async fn rooms(fleet: &Fleet, number: usize) -> Result<Vec<(String, u64)>, CallError> {
    const PAGE: u32 = 500;
    let keys = Keyring::new(fleet.secret().as_bytes(), None).expect("the fleet's secret is one");
    let caller = Caller::new(keys, Clock::system(), None).expect("a caller");
    let backend = caller.backend(&fleet.backend_address(number).to_string());
    let mut rooms = Vec::new();
    let mut after = None;
    loop {
        let page = backend.rooms(after.take(), PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        after = page.last().map(|row| row.room.clone());
        rooms.extend(page.into_iter().map(|row| (row.room.to_string(), row.epoch)));
        if is_last {
            return Ok(rooms);
        }
    }
}

/// Another loopback address for everybody.
fn address() -> [u8; 4] {
    let [_, high, middle, low] = number().to_be_bytes();
    [127, 2 + high, middle, low.max(1)]
}
