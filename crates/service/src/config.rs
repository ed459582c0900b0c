//! Configuration: defaults, then the file, then the environment, then flags.
//!
//! A file is YAML with the keys of the configuration's type in camel case. A variable of the
//! environment is the prefix and the path in upper snake case: `AUX_SRV__HTTP__LISTEN` is
//! `http.listen` of aux-srv. Its value is YAML, so that lists and numbers are possible.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_yaml::{Mapping, Value};

/// Bytes of a configuration file: one that is larger is not a configuration.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Why a configuration is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is too large.
    #[error("{path}: larger than 1 MiB")]
    TooLarge {
        /// The file.
        path: String,
    },
    /// A value is of a wrong type.
    #[error("{origin}: `{key}`: {source}")]
    WrongType {
        /// The file or the variable.
        origin: String,
        /// The key, with its path.
        key: String,
        /// What is wrong with its value.
        source: serde_yaml::Error,
    },
    /// The file is no YAML.
    #[error("{origin}: {source}")]
    Invalid {
        /// The file or the variable.
        origin: String,
        /// Why.
        source: serde_yaml::Error,
    },
    /// A key that no configuration has.
    #[error("{origin}: unknown key `{key}`{}", suggestion(.nearest))]
    UnknownKey {
        /// The file or the variable.
        origin: String,
        /// The key, with its path.
        key: String,
        /// The nearest key that there is.
        nearest: Option<String>,
    },
}

fn suggestion(nearest: &Option<String>) -> String {
    nearest.as_ref().map(|key| format!(", did you mean `{key}`?")).unwrap_or_default()
}

/// The configuration in force: `T::default()`, changed by the file and by the environment.
///
/// # Errors
/// The file cannot be read, or a layer has an unknown key or a value of a wrong type.
pub fn load<T: Default + Serialize + DeserializeOwned>(
    file: Option<&Path>,
    prefix: &str,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<T, ConfigError> {
    let invalid = |origin: &str| {
        let origin = origin.to_owned();
        move |source| ConfigError::Invalid { origin, source }
    };
    let mut merged = serde_yaml::to_value(T::default()).map_err(invalid("defaults"))?;
    if let Some(path) = file {
        let origin = path.display().to_string();
        let text = read(path)?;
        let layer: Value = serde_yaml::from_str(&text).map_err(invalid(&origin))?;
        merge(&mut merged, layer, &origin, "")?;
        // The type is checked layer by layer, so that an error names its layer.
        check::<T>(&merged, &origin)?;
    }
    let mut variables: Vec<_> = environment.into_iter().collect();
    variables.sort();
    for (name, value) in variables {
        let Some(path) = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix("__")) else {
            continue;
        };
        let layer = variable(&merged, path, &value).map_err(invalid(&name))?;
        merge(&mut merged, layer, &name, "")?;
        check::<T>(&merged, &name)?;
    }
    check(&merged, "configuration")
}

/// The environment, less what is not text: no key of ours is that.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

/// The configuration as YAML, for `--print-config`. Types of configurations hold no secrets.
///
/// # Errors
/// A value has no form in YAML.
pub fn print<T: Serialize>(config: &T) -> Result<String, serde_yaml::Error> {
    serde_yaml::to_string(config)
}

/// What is merged so far as its type; an error is the newest layer's.
fn check<T: DeserializeOwned>(merged: &Value, origin: &str) -> Result<T, ConfigError> {
    serde_path_to_error::deserialize(merged).map_err(|error| ConfigError::WrongType {
        origin: origin.to_owned(),
        key: error.path().to_string(),
        source: error.into_inner(),
    })
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let name = path.display().to_string();
    let unreadable = |source| ConfigError::Unreadable { path: name.clone(), source };
    if std::fs::metadata(path).map_err(unreadable)?.len() > FILE_BYTES_MAX {
        return Err(ConfigError::TooLarge { path: name });
    }
    std::fs::read_to_string(path).map_err(unreadable)
}

/// Lays a layer over what there is. A map goes key by key, anything else as a whole.
fn merge(base: &mut Value, layer: Value, origin: &str, path: &str) -> Result<(), ConfigError> {
    match (base, layer) {
        (_, Value::Null) => {}
        (Value::Mapping(base), Value::Mapping(layer)) => {
            for (key, value) in layer {
                let name = key.as_str().map_or_else(|| format!("{key:?}"), str::to_owned);
                let Some(below) = base.get_mut(name.as_str()) else {
                    return Err(ConfigError::UnknownKey {
                        origin: origin.to_owned(),
                        nearest: nearest(base, &name).map(|near| join(path, &near)),
                        key: join(path, &name),
                    });
                };
                merge(below, value, origin, &join(path, &name))?;
            }
        }
        (base, layer) => *base = layer,
    }
    Ok(())
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The layer that a variable is: a chain of maps with the value at its end.
fn variable(base: &Value, path: &str, value: &str) -> Result<Value, serde_yaml::Error> {
    let mut keys = Vec::new();
    let mut below = Some(base);
    for part in path.split("__") {
        let map = below.and_then(Value::as_mapping);
        let key = map
            .and_then(|map| map.keys().filter_map(Value::as_str).find(|key| upper(key) == part))
            .map_or_else(|| part.to_ascii_lowercase(), str::to_owned);
        below = map.and_then(|map| map.get(key.as_str()));
        keys.push(key);
    }
    let value = match below {
        Some(Value::String(_)) => Value::String(value.to_owned()),
        _ => serde_yaml::from_str(value)?,
    };
    Ok(keys.into_iter().rev().fold(value, |inner, key| {
        let mut map = Mapping::new();
        map.insert(Value::String(key), inner);
        Value::Mapping(map)
    }))
}

/// A key in camel case as a part of a variable's name.
fn upper(key: &str) -> String {
    let mut name = String::new();
    for c in key.chars() {
        if c.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(c.to_ascii_uppercase());
    }
    name
}

/// The key that is nearest to a wrong one, if any is near.
fn nearest(map: &Mapping, wrong: &str) -> Option<String> {
    map.keys()
        .filter_map(Value::as_str)
        .map(|key| (distance(key, wrong), key))
        .filter(|(distance, _)| *distance <= 1 + wrong.chars().count() / 3)
        .min()
        .map(|(_, key)| key.to_owned())
}

/// Levenshtein's distance, without regard to case.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(x != *y)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests;
