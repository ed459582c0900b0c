//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

use crate::config::Config;

/// Open a link and you are in the room: the whole chat in one process.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Args {
    /// The address to serve on; port 0 takes a free one [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// The address of /livez, /readyz and /metrics [default: 127.0.0.1:8081].
    #[arg(long, value_name = "ADDRESS")]
    admin_listen: Option<SocketAddr>,
    /// The folder of uploaded files and of this server's secret [default: ./data].
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// The configuration; every key is explained in the app-config.yml of the source tree.
    #[arg(long, value_name = "FILE", env = "INSTANTCHAT_CONFIG")]
    config: Option<PathBuf>,
    /// Print the configuration in force, without secrets, and exit.
    #[arg(long)]
    pub print_config: bool,
    /// Ask the process with this configuration whether it is ready: exit code 0, or 1.
    #[arg(long)]
    pub healthcheck: bool,
}

impl Args {
    /// The configuration in force: defaults, file, environment, flags.
    ///
    /// # Errors
    /// The file or the environment has an unknown key or a value of a wrong type.
    pub fn configuration(&self) -> Result<Config, service::config::ConfigError> {
        let mut config: Config =
            service::config::load(self.config.as_deref(), "INSTANTCHAT", variables())?;
        if let Some(listen) = self.listen {
            config.http.listen = listen;
        }
        if let Some(listen) = self.admin_listen {
            config.admin.listen = listen;
        }
        if let Some(folder) = &self.data_dir {
            config.data_dir.clone_from(folder);
        }
        Ok(config)
    }
}

/// The environment, less what is not text: no key of ours is that.
fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}
