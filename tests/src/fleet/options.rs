//! What a fleet consists of.

use std::path::PathBuf;

/// Which way room traffic takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Through the gateway.
    #[default]
    Gateway,
    /// To each backend's own node.
    Direct,
}

/// What a fleet consists of.
#[derive(Clone, Debug)]
pub struct Options {
    /// Backends at the start.
    pub backends: usize,
    /// File servers.
    pub file_servers: usize,
    /// The way of room traffic.
    pub mode: Mode,
    /// Variables of the environment, each for the daemons that its prefix names
    /// (`BACKEND__ROOMS__MAX`), or one of nginx's (`REQUESTS_BURST`).
    pub variables: Vec<(String, String)>,
    /// The folder of the daemons' binaries.
    pub binaries: PathBuf,
}

impl Default for Options {
    /// Three backends and two file servers, by the binaries under test.
    fn default() -> Self {
        Self {
            backends: 3,
            file_servers: 2,
            mode: Mode::default(),
            variables: Vec::new(),
            binaries: binaries(),
        }
    }
}

impl Options {
    /// The same, with a variable of the environment.
    #[must_use]
    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.variables.push((variable.into(), value.into()));
        self
    }

    /// A daemon's binary.
    pub(super) fn binary(&self, program: &str) -> PathBuf {
        let path = self.binaries.join(program);
        assert!(
            path.is_file(),
            "{program} is not in {}: `tests/run build` builds it",
            self.binaries.display()
        );
        path
    }
}

/// The folder of `INSTANTCHAT_BIN`, or the one in which this program was built.
fn binaries() -> PathBuf {
    if let Some(binary) = std::env::var_os("INSTANTCHAT_BIN") {
        return PathBuf::from(binary).parent().map(PathBuf::from).unwrap_or_default();
    }
    let this = std::env::current_exe().expect("the path of this program");
    let folder = this.parent().expect("a program is in a folder");
    // Tests are one folder deeper, in `deps`.
    if folder.ends_with("deps") { folder.parent().unwrap_or(folder).into() } else { folder.into() }
}
