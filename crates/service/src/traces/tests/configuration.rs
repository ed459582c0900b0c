//! What is accepted as an endpoint and as a ratio, and how a refusal names the key.

use super::*;

#[derive(Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
struct Daemon {
    traces: TracesConfig,
}

fn load(variable: &str, value: &str) -> Result<TracesConfig, String> {
    let variables = [(variable.to_owned(), value.to_owned())];
    let loaded = crate::config::load::<Daemon>(None, "DAEMON", variables);
    loaded.map(|daemon| daemon.traces).map_err(|error| error.to_string())
}

#[test]
fn traces_are_off_by_default() {
    let config = TracesConfig::default();
    assert!(config.endpoint.is_empty());
    assert_eq!(f64::from(config.ratio), 0.01);
    assert_eq!(load("DAEMON__TRACES__ENDPOINT", ""), Ok(config));
}

#[test]
fn the_path_of_the_signal_is_appended_to_an_endpoint() {
    for (endpoint, traces) in [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("http://[::1]:4318/", "http://[::1]:4318/v1/traces"),
        ("https://collector.example/otlp", "https://collector.example/otlp/v1/traces"),
    ] {
        let config = load("DAEMON__TRACES__ENDPOINT", endpoint).unwrap();
        assert_eq!(config.endpoint.traces(), traces);
        assert_eq!(config.endpoint.is_encrypted(), endpoint.starts_with("https"));
        assert_eq!(String::from(config.endpoint), endpoint, "it is printed as it was written");
    }
}

#[test]
fn a_wrong_endpoint_is_refused_by_its_key_and_not_repeated() {
    for (endpoint, why) in [
        ("collector", InvalidTraces::NotAUrl),
        ("collector:4318", InvalidTraces::NotAUrl),
        ("grpc://collector:4317", InvalidTraces::NotAUrl),
        ("http://", InvalidTraces::NotAUrl),
        ("http://collector:99999", InvalidTraces::NotAUrl),
        ("http://collector:4318?token=hidden", InvalidTraces::NotAUrl),
        ("http://me:hidden@collector:4318", InvalidTraces::Credentials),
        ("http://hidden@collector:4318", InvalidTraces::Credentials),
        ("http://collector:4318/v1/traces/", InvalidTraces::Path),
    ] {
        let error = load("DAEMON__TRACES__ENDPOINT", endpoint).unwrap_err();
        assert!(error.contains("`traces.endpoint`"), "{endpoint}: {error}");
        assert!(error.contains(&why.to_string()), "{endpoint}: {error}");
        assert!(!error.contains("hidden"), "{error}");
    }
}

#[test]
fn a_ratio_is_from_0_to_1() {
    for (ratio, read) in [("0", 0.0), ("1", 1.0), ("0.001", 0.001)] {
        assert_eq!(f64::from(load("DAEMON__TRACES__RATIO", ratio).unwrap().ratio), read);
    }
    for ratio in ["-0.1", "1.1", ".nan", ".inf", "'0.5'", "all"] {
        let error = load("DAEMON__TRACES__RATIO", ratio).unwrap_err();
        assert!(error.contains("`traces.ratio`"), "{ratio}: {error}");
    }
}
