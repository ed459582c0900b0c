//! Layers, their order, and errors that name what is wrong.

use super::*;
use serde::Deserialize;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Config {
    listen: String,
    backend_instances: Vec<String>,
    http: Http,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Http {
    header_timeout_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { listen: "127.0.0.1:1".into(), backend_instances: vec![], http: Http::default() }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self { header_timeout_ms: 10 }
    }
}

fn loaded(file: Option<&str>, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("app-config.yml");
    if let Some(text) = file {
        std::fs::write(&path, text).unwrap();
    }
    let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    load(file.map(|_| path.as_path()), "AUX_SRV", variables)
}

#[test]
fn the_environment_goes_over_the_file_and_the_file_over_the_defaults() {
    assert_eq!(loaded(None, &[]).unwrap(), Config::default());
    let file = "backendInstances: [a, b]\nhttp: {headerTimeoutMs: 20}\n";
    let config = loaded(Some(file), &[("AUX_SRV__HTTP__HEADER_TIMEOUT_MS", "30")]).unwrap();
    assert_eq!(config.backend_instances, ["a", "b"]);
    assert_eq!(config.http.header_timeout_ms, 30);
    assert_eq!(config.listen, "127.0.0.1:1");
}

#[test]
fn a_variable_may_hold_a_list_and_a_text_that_looks_like_a_number() {
    let variables = [("AUX_SRV__BACKEND_INSTANCES", "[a, b]"), ("AUX_SRV__LISTEN", "8080")];
    let config = loaded(None, &variables).unwrap();
    assert_eq!((config.listen.as_str(), config.backend_instances.len()), ("8080", 2));
}

#[test]
fn variables_of_others_are_nobodys_business() {
    assert_eq!(
        loaded(None, &[("AUX_SRVX__LISTEN", "x"), ("PATH", "y")]).unwrap(),
        Config::default()
    );
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    let error = loaded(Some("http: {headerTimeoutMS: 1}"), &[]).unwrap_err().to_string();
    assert!(
        error.contains("`http.headerTimeoutMS`, did you mean `http.headerTimeoutMs`?"),
        "{error}"
    );
    let error = loaded(Some("somethingElse: 1"), &[]).unwrap_err().to_string();
    assert!(error.ends_with("unknown key `somethingElse`"), "{error}");
    let error = loaded(None, &[("AUX_SRV__LISTN", "x")]).unwrap_err().to_string();
    assert!(error.contains("did you mean `listen`?"), "{error}");
}

#[test]
fn a_value_of_a_wrong_type_names_the_layer() {
    let error = loaded(Some("http: {headerTimeoutMs: soon}"), &[]).unwrap_err().to_string();
    assert!(error.contains("app-config.yml: `http.headerTimeoutMs`: invalid type"), "{error}");
    let error = loaded(None, &[("AUX_SRV__HTTP__HEADER_TIMEOUT_MS", "soon")]).unwrap_err();
    assert!(error.to_string().starts_with("AUX_SRV__HTTP__HEADER_TIMEOUT_MS"), "{error}");
}

#[test]
fn broken_yaml_and_missing_files_are_errors() {
    assert!(matches!(loaded(Some("a: [1,"), &[]), Err(ConfigError::Invalid { .. })));
    let missing = load::<Config>(Some(Path::new("nowhere.yml")), "X", []);
    assert!(matches!(missing, Err(ConfigError::Unreadable { .. })));
}

#[test]
fn a_file_over_a_mebibyte_is_refused() {
    let text = format!("listen: {}", "x".repeat(1 << 20));
    assert!(matches!(loaded(Some(&text), &[]), Err(ConfigError::TooLarge { .. })));
}

#[test]
fn an_empty_file_changes_nothing() {
    assert_eq!(loaded(Some(""), &[]).unwrap(), Config::default());
}
