//! A second aux-srv, started by mistake: refused where it shares the first one's folder, and where it
//! does not, the first one says loudly that it is no longer the router, and splits no room.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use tests::fleet::Fleet;
use tests::http;
use tests::waiting::{DEADLINE, until, within};

use super::cast::{PATIENCE, enter, entered, options, owners, settled};
use super::pretenders::nowhere;

/// Another aux-srv with the configuration of the first.
struct Second {
    child: Child,
    admin: String,
    log: std::path::PathBuf,
}

impl Second {
    fn start(fleet: &Fleet, data: Option<&Path>, log: &Path) -> Self {
        let admin = nowhere();
        let file = std::fs::File::create(log).expect("its log");
        let mut command = Command::new(fleet.options().binaries.join("aux-srv"));
        command
            .arg("--config")
            .arg(fleet.aux_config())
            .env("FLEET_SECRET", fleet.secret())
            .env("ADMIN_TOKEN", fleet.admin_token())
            .env("AUX_SRV__HTTP__LISTEN", nowhere())
            .env("AUX_SRV__ADMIN__LISTEN", &admin)
            .env("AUX_SRV__FLEET__LISTEN", nowhere())
            .stdout(Stdio::null())
            .stderr(file);
        if let Some(data) = data {
            command.env("AUX_SRV__DATA_DIR", data);
        }
        let child = command.spawn().expect("aux-srv starts");
        Self { child, admin, log: log.into() }
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Second {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_second_router_in_the_same_folder_is_refused() {
    let fleet = settled(options(1)).await;
    let mut second = Second::start(&fleet, None, &fleet.folder().join("second.log"));
    let mut status = None;
    until("it ends", async || {
        status = second.child.try_wait().expect("its state is known");
        status.is_some()
    })
    .await;
    assert!(status.is_some_and(|status| status.code() == Some(1)), "{status:?}");
    assert!(second.said().contains("another router is using this folder"), "{}", second.said());
    entered(&fleet, "tea", "Ada").await;
}

#[tokio::test]
async fn of_two_routers_the_older_steps_back_loudly_and_no_room_is_split() {
    let fleet = settled(options(2)).await;
    let mut visitors = Vec::new();
    for number in 0..10 {
        visitors.push(entered(&fleet, &format!("room-{number}"), "Ada").await);
    }
    let data = fleet.folder().join("second-state");
    let second = Second::start(&fleet, Some(&data), &fleet.folder().join("second.log"));
    let first = fleet.aux_listeners()[1];
    within(PATIENCE, "the first is not ready any more", async || {
        let ready = http::get(first, "/readyz", &[]).await;
        ready.status == 503 && ready.text().contains("later run of the router")
    })
    .await;
    until("the first says so loudly", async || {
        let aux = fleet.processes().find(|process| process.name() == "aux-srv");
        let said = aux.map(|aux| aux.said()).unwrap_or_default();
        said.lines().any(|line| line.contains("ERROR") && line.contains("router"))
    })
    .await;
    until("the second is ready", async || {
        let admin = second.admin.parse().expect("an address");
        http::get(admin, "/readyz", &[]).await.status == 200
    })
    .await;

    // The first places nothing more, and the rooms go on where they are.
    for number in 0..5 {
        let refused = enter(&fleet, &format!("new-{number}"), "Ben").await;
        assert!(refused.is_err(), "a superseded router has placed a room");
    }
    for (client, _) in &mut visitors {
        let said = tokio::time::timeout(DEADLINE, client.say("k", "still here")).await;
        said.expect("an answer").expect("the room goes on");
    }
    let owners = owners(&fleet).await;
    assert!(owners.values().all(|owners| owners.len() == 1), "{owners:?}");
}
