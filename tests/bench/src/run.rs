//! One run of one case with one peer.

use std::time::{Duration, Instant};

use crate::case::{Case, Load};
use crate::machine::{Others, cpu, resident};
use crate::peer::Peer;
use crate::server::{Server, Setting};
use crate::swarm::Swarm;

/// Before anything counts.
const WARM_UP: Duration = Duration::from_secs(1);
/// What counts.
const MEASURED: Duration = Duration::from_secs(4);
/// A slow pace is looked at for longer.
const MEASURED_AT_PACE: Duration = Duration::from_secs(8);
/// Nothing comes for so long when a storm is over.
const QUIET: Duration = Duration::from_millis(300);
/// A run counts as disturbed when others used more than this part of a core.
const OTHERS_MAX: f64 = 0.15;
/// Tries for a quiet run; then the last is taken, and the report says so.
const TRIES: u32 = 3;

/// What a run says.
#[derive(Clone, Debug, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Measured {
    /// Processor seconds of the server for a million deliveries.
    pub(crate) cpu_seconds_per_million: Option<f64>,
    /// Deliveries in a second.
    pub(crate) deliveries_per_second: Option<f64>,
    /// From post to the last member, the 99th percentile, in milliseconds.
    pub(crate) p99_ms: Option<f64>,
    /// Resident bytes of the server for a member, beside what it has without any.
    pub(crate) bytes_per_member: Option<f64>,
    /// Seconds until all were in and nothing came any more.
    pub(crate) storm_seconds: Option<f64>,
    /// Kilobytes that the first member was sent in the storm.
    pub(crate) storm_kilobytes: Option<f64>,
    /// The part of one core that others used.
    pub(crate) others: f64,
}

/// Runs a case, again if others disturbed it.
pub(crate) async fn quiet(
    case: &Case,
    peer: Peer,
    setting: &Setting<'_>,
) -> anyhow::Result<Measured> {
    let mut measured = once(case, peer, setting).await?;
    for _ in 1..TRIES {
        if measured.others <= OTHERS_MAX {
            break;
        }
        measured = once(case, peer, setting).await?;
    }
    Ok(measured)
}

async fn once(case: &Case, peer: Peer, setting: &Setting<'_>) -> anyhow::Result<Measured> {
    let server = Server::start(case, peer, setting)?;
    let all = async {
        let (began, empty) = (Instant::now(), resident(server.pid())?);
        let swarm = Swarm::enter(case, peer, server.address).await?;
        match case.load {
            Load::UnderWay(_) => under_load(case, &server, &swarm, MEASURED).await,
            Load::Paced(_) => under_load(case, &server, &swarm, MEASURED_AT_PACE).await,
            Load::Idle => {
                swarm.quiet(QUIET).await;
                let more = resident(server.pid())?.saturating_sub(empty);
                let each = more as f64 / f64::from(case.connections());
                Ok(Measured { bytes_per_member: Some(each), ..Measured::default() })
            }
            Load::Storm => {
                let (ended, _, first) = swarm.quiet(QUIET).await;
                Ok(Measured {
                    storm_seconds: Some((ended - began).as_secs_f64()),
                    storm_kilobytes: Some(first as f64 / 1_000.0),
                    ..Measured::default()
                })
            }
        }
    };
    tokio::task::LocalSet::new().run_until(all).await
}

async fn under_load(
    case: &Case,
    server: &Server,
    swarm: &Swarm,
    time: Duration,
) -> anyhow::Result<Measured> {
    swarm.load(case, WARM_UP).await?;
    let own = std::process::id();
    let (others, before, own_before) = (Others::watch()?, cpu(server.pid())?, cpu(own)?);
    let began = Instant::now();
    let counted = swarm.load(case, time).await?;
    let took = began.elapsed();
    let (used, own_used) = (cpu(server.pid())? - before, cpu(own)? - own_before);
    anyhow::ensure!(counted.deliveries > 0, "nothing was delivered");
    let deliveries = counted.deliveries as f64;
    let at = counted.latencies.len().saturating_sub(1) * 99 / 100;
    Ok(Measured {
        cpu_seconds_per_million: Some(used.as_secs_f64() * 1e6 / deliveries),
        deliveries_per_second: Some(deliveries / took.as_secs_f64()),
        p99_ms: counted.latencies.get(at).map(|latency| latency.as_secs_f64() * 1e3),
        others: others.share(used + own_used)?,
        ..Measured::default()
    })
}
