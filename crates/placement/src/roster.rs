//! The list of backends as an operator writes it: checked before it takes effect, so that a broken edit
//! changes nothing.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::names::BackendName;

/// Backends of a fleet at most.
pub const BACKENDS_MAX: usize = 1_000;
/// Bytes of a host name.
const HOST_BYTES_MAX: usize = 253;
/// Bytes of one label of a host name.
const LABEL_BYTES_MAX: usize = 63;

/// What is wrong with a list. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// Not `host:port`.
    #[error("line {line}: `{text}` is not an address like `10.0.0.5:8081` or `backend-1:8081`")]
    BadAddress {
        /// The line.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// The same address twice.
    #[error("line {line}: `{text}` stands in line {first} already")]
    Duplicate {
        /// The line.
        line: usize,
        /// What stands there.
        text: String,
        /// Where it stands first.
        first: usize,
    },
    /// Too many lines.
    #[error("{count} backends are more than {BACKENDS_MAX}")]
    TooMany {
        /// How many.
        count: usize,
    },
}

/// The backends that these lines name.
///
/// # Errors
/// The first line that is wrong.
pub fn roster(lines: &[String]) -> Result<Vec<BackendName>, RosterError> {
    if lines.len() > BACKENDS_MAX {
        return Err(RosterError::TooMany { count: lines.len() });
    }
    let mut first_lines = BTreeMap::new();
    let mut names = Vec::new();
    for (text, line) in lines.iter().zip(1..) {
        let name =
            canonical(text).ok_or_else(|| RosterError::BadAddress { line, text: text.clone() })?;
        if let Some(first) = first_lines.insert(name.clone(), line) {
            return Err(RosterError::Duplicate { line, text: text.clone(), first });
        }
        names.push(BackendName::new(&name));
    }
    Ok(names)
}

/// An address in the one form in which two of them can be compared.
fn canonical(text: &str) -> Option<String> {
    let (host, port) = text.trim().rsplit_once(':')?;
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port = port.parse::<u16>().ok().filter(|port| digits && *port > 0)?;
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let address: std::net::Ipv6Addr = inner.parse().ok()?;
        return Some(format!("[{address}]:{port}"));
    }
    let host = host.to_ascii_lowercase();
    let is_numeric = host.rsplit('.').next()?.bytes().all(|byte| byte.is_ascii_digit());
    let good = if is_numeric {
        host.parse::<IpAddr>().is_ok_and(|ip| ip.is_ipv4() && !ip.is_unspecified())
    } else {
        is_host_name(&host)
    };
    good.then(|| format!("{host}:{port}"))
}

fn is_host_name(host: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let is_label = |label: &str| {
        (1..=LABEL_BYTES_MAX).contains(&label.len())
            && label.bytes().all(is_inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.len() <= HOST_BYTES_MAX && host.split('.').all(is_label)
}
