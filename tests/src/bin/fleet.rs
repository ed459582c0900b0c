//! Starts a fleet for tests in other languages, prints one line of JSON that tells where
//! everything is, does what lines on standard input ask for, and ends with them.
//!
//! ```text
//! fleet [--backends N] [--file-servers N] [--direct] [--binaries FOLDER] [VARIABLE=VALUE …]
//!
//! kill backend-1        at once; stop and cont pause and resume
//! end backend-1         with SIGTERM, until it has ended
//! start backend-1       again, after either
//! add                   another backend, listed in aux-srv's file
//! list 1 3              backends that aux-srv's file lists from now on
//! where                 the line that was printed at the start, anew
//! ```
//! Each request is answered by one line: the JSON of `where`, or `{"error":"…"}`.
#![forbid(unsafe_code)]

use std::io::Write;
use std::net::SocketAddr;

use serde_json::{Value, json};
use tests::fleet::{DIRECT_DOMAIN, Fleet, HOST, Mode, Options};
use tokio::io::{AsyncBufReadExt, BufReader};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            say(&json!({ "error": error }))?;
            std::process::exit(64);
        }
    };
    let mut fleet = Fleet::start(options).await;
    say(&places(&fleet))?;
    let mut requests = BufReader::new(tokio::io::stdin()).lines();
    while let Some(request) = requests.next_line().await? {
        let words: Vec<&str> = request.split_whitespace().collect();
        match obey(&mut fleet, &words).await {
            Ok(()) => say(&places(&fleet))?,
            Err(error) => say(&json!({ "error": error }))?,
        }
    }
    Ok(())
}

fn options(arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options::default();
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} has no value"));
        match argument.as_str() {
            "--backends" => options.backends = number(&value()?)?,
            "--file-servers" => options.file_servers = number(&value()?)?,
            "--binaries" => options.binaries = value()?.into(),
            "--direct" => options.mode = Mode::Direct,
            other => match other.split_once('=') {
                Some((name, value)) => options = options.with(name, value),
                None => return Err(format!("`{other}` is not known")),
            },
        }
    }
    Ok(options)
}

async fn obey(fleet: &mut Fleet, words: &[&str]) -> Result<(), String> {
    match words {
        ["add"] => {
            fleet.add_backend().await;
        }
        ["list", numbers @ ..] => {
            let numbers = numbers.iter().map(|text| number(text)).collect::<Result<Vec<_>, _>>()?;
            if let Some(strange) = numbers.iter().find(|n| **n == 0 || **n > fleet.backends()) {
                return Err(format!("there is no backend {strange}"));
            }
            fleet.list_backends(&numbers);
        }
        ["where"] => {}
        [verb, name] => {
            let process = fleet.named(name).ok_or(format!("there is no {name}"))?;
            if process.runs() == (*verb == "start") {
                return Err(format!(
                    "{name} {}",
                    if *verb == "start" { "runs" } else { "has ended" }
                ));
            }
            match *verb {
                "kill" => process.kill(),
                "stop" => process.signal("STOP"),
                "cont" => process.signal("CONT"),
                "end" => {
                    process.signal("TERM");
                    process.ended().await;
                }
                "start" => fleet.start_again(name).await,
                _ => return Err(format!("`{verb}` is not known")),
            }
        }
        _ => return Err(format!("`{}` is not known", words.join(" "))),
    }
    Ok(())
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("`{text}` is not a number"))
}

/// Where everything is.
fn places(fleet: &Fleet) -> Value {
    let https = fleet.https();
    let numbers = 1..=fleet.backends();
    let direct = fleet.options().mode == Mode::Direct;
    let hosts = numbers.clone().filter(|_| direct).map(|number| {
        let (name, address) = fleet.direct_host(number);
        (name, json!(address))
    });
    let mut listeners = vec![("aux-srv".to_owned(), fleet.aux_listeners())];
    listeners.extend(numbers.map(|n| (format!("backend-{n}"), fleet.backend_listeners(n))));
    let files = 1..=fleet.file_servers();
    listeners.extend(files.map(|n| (format!("file-srv-{n}"), fleet.files_listeners(n))));
    let processes = fleet.processes().map(|process| {
        let known = listeners.iter().find(|(name, _)| name == process.name());
        let address = |index: usize| known.map(|(_, three)| three[index]);
        let place = json!({
            "pid": process.id(), "runs": process.runs(), "log": process.log(),
            "http": address(0), "admin": address(1), "fleet": address(2),
        });
        (process.name().to_owned(), place)
    });
    json!({
        "url": format!("https://{HOST}:{}", https.port()),
        "host": HOST,
        "https": https, "http": fleet.http(), "plain": fleet.plain(), "status": fleet.status(),
        "mode": if direct { "direct" } else { "gateway" },
        "directDomain": direct.then(|| format!("{DIRECT_DOMAIN}:{}", port(fleet.direct_host(1).1))),
        "directHosts": hosts.collect::<serde_json::Map<_, _>>(),
        "authority": fleet.authority(), "keyPin": fleet.key_pin(),
        "certificates": fleet.certificates(),
        "adminToken": fleet.admin_token(),
        "auxConfig": fleet.aux_config(), "folder": fleet.folder(),
        "processes": processes.collect::<serde_json::Map<_, _>>(),
    })
}

fn port(address: SocketAddr) -> u16 {
    address.port()
}

fn say(line: &Value) -> std::io::Result<()> {
    let mut output = std::io::stdout();
    writeln!(output, "{line}")?;
    output.flush()
}
