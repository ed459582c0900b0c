//! Passwords of rooms: hashed away from every task, by few threads of low priority, with a bound
//! on how many wait; and the limits on wrong ones.

mod attempts;

use std::net::IpAddr;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use argon2::{Algorithm, Argon2, Params, Version};
use prometheus_client::metrics::gauge::Gauge;
use protocol::ErrorCode;
use room::Verifier;
use service::rate::{ADDRESSES_MAX, AddressCounts};
use tokio::sync::oneshot;

use crate::config::PasswordsConfig;
use crate::refused::Refused;

pub(crate) use attempts::Attempts;

/// Memory of one hash in KiB, and passes over it: argon2id of RFC 9106 with one lane, at one of
/// the least settings that OWASP advises. It takes about 25 ms of one core; of the settings of that
/// strength this one needs the least memory.
const MEMORY_KIB: u32 = 12 << 10;
const PASSES: u32 = 3;
/// Cores per hashing thread.
const CORES_PER_THREAD: usize = 2;
/// The priority of the threads: whatever else is to be done comes first.
const NICE: i32 = 10;

/// The threads that hash.
#[derive(Debug)]
pub(crate) struct Hasher {
    jobs: SyncSender<Job>,
    /// What waits of each address.
    addresses: Arc<AddressCounts>,
    waiting: Gauge,
}

struct Job {
    password: String,
    salt: [u8; 16],
    answer: oneshot::Sender<Verifier>,
    waiting: Gauge,
}

impl Hasher {
    /// Starts the threads, which end with the value.
    pub(crate) fn new(limits: &PasswordsConfig, waiting: Gauge) -> Self {
        let (jobs, queue) = sync_channel(limits.waiting_max);
        let addresses = AddressCounts::new(limits.waiting_per_address_max, ADDRESSES_MAX);
        let queue = Arc::new(Mutex::new(queue));
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..cores.div_ceil(CORES_PER_THREAD) {
            let queue = Arc::clone(&queue);
            let started = thread::Builder::new().name("passwords".into()).spawn(move || {
                work(&queue);
            });
            if let Err(error) = started {
                tracing::error!(%error, "no thread for passwords");
            }
        }
        Self { jobs, addresses, waiting }
    }

    /// The hash of a password under a salt. Refused when too many wait already, of this address or
    /// of all.
    pub(crate) async fn hash(
        &self,
        address: IpAddr,
        password: &str,
        salt: [u8; 16],
    ) -> Result<Verifier, Refused> {
        let _place = self.addresses.enter(address).ok_or(Refused::rate_limited(BUSY_RETRY_MS))?;
        let (answer, hashed) = oneshot::channel();
        let (password, waiting) = (password.to_owned(), self.waiting.clone());
        waiting.inc();
        match self.jobs.try_send(Job { password, salt, answer, waiting }) {
            Ok(()) => {}
            Err(TrySendError::Full(job) | TrySendError::Disconnected(job)) => {
                job.waiting.dec();
                return Err(Refused::rate_limited(BUSY_RETRY_MS));
            }
        }
        hashed
            .await
            .map_err(|_| Refused::new(ErrorCode::Unavailable, "the password was not hashed"))
    }
}

/// Milliseconds in which the threads have worked off a good part of a full queue.
const BUSY_RETRY_MS: u64 = 1_000;

/// The life of one thread.
fn work(queue: &Mutex<Receiver<Job>>) {
    // Without the right to be nice it is merely less nice.
    let _ = rustix::process::nice(NICE);
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { password, salt, answer, waiting }) = job else { return };
        waiting.dec();
        // Whoever has gone meanwhile needs no hash.
        if !answer.is_closed()
            && let Some(hash) = argon2id(&password, &salt)
        {
            let _ = answer.send(Verifier { salt, hash });
        }
    }
}

fn argon2id(password: &str, salt: &[u8; 16]) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(hash.len())).ok()?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(password.as_bytes(), salt, &mut hash).ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests;
