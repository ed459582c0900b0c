//! The templates of nginx: every variant is valid, and no value can bring a directive.

use tests::fleet::{render, rendered};

const GATEWAY: [(&str, &str); 1] = [("PUBLIC_HOSTS", "chat.example")];
const DIRECT: [(&str, &str); 1] = [("DIRECT_HOST", "b1.direct.example")];

#[test]
fn nginx_accepts_every_variant() {
    let gateway: [&[(&str, &str)]; 12] = [
        &[],
        &[("PUBLIC_HOSTS", "chat.example www.chat.example 192.0.2.1 [2001:db8::1]")],
        &[("FILE_SERVERS", "01=127.0.0.1:8120 02=127.0.0.1:8121 99=127.0.0.1:8120")],
        &[("REAL_IP_FROM", "10.0.0.0/24 2001:db8::/32")],
        &[("REAL_IP_FROM", "10.0.0.0/24"), ("REAL_IP_HEADER", "proxy_protocol")],
        &[("HTTP_LISTEN", "none"), ("STATUS_LISTEN", "none")],
        &[("HTTPS_LISTEN", "127.0.0.1:8443 [::1]:8443"), ("HTTP_LISTEN", "8080")],
        &[
            ("BACKEND_SCHEME", "https"),
            ("BACKEND_CA", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")),
            ("BACKEND_TLS_NAME", "backend.fleet"),
        ],
        &[("HSTS_SECONDS", "0"), ("PUBLIC_HTTPS_PORT", "8443")],
        &[("WORKER_PROCESSES", "4"), ("WORKER_CONNECTIONS", "512"), ("WORKER_FILES", "1024")],
        &[("NGINX_MODULES", "/nonexistent"), ("ACCESS_LOG", "off")],
        &[("UPLOAD_BODY_MAX", "512k"), ("REQUESTS_BURST", "1"), ("NGINX_USER", "root")],
    ];
    for variant in gateway {
        let mut variables = GATEWAY.to_vec();
        variables.retain(|(name, _)| !variant.iter().any(|(other, _)| other == name));
        variables.extend_from_slice(variant);
        // The file that stands for an authority above is none.
        if variant.iter().any(|(name, _)| *name == "BACKEND_CA") {
            assert!(rendered("gateway", &variables).status.success());
            continue;
        }
        let config = render("gateway", &variables);
        assert!(!config.contains("${"), "a placeholder is left: {config}");
    }
    let direct: [&[(&str, &str)]; 3] = [
        &[],
        &[("HTTP_LISTEN", "80 [::]:80"), ("PUBLIC_HTTPS_PORT", "8443")],
        &[("REAL_IP_FROM", "10.0.0.0/24"), ("BACKEND_HTTP", "10.1.0.7:8110")],
    ];
    for variant in direct {
        let config = render("direct", &[&DIRECT, variant].concat());
        assert!(!config.contains("${"), "a placeholder is left: {config}");
    }
}

#[test]
fn a_missing_value_is_named() {
    for (kind, variables, missing) in [
        ("gateway", vec![], "PUBLIC_HOSTS"),
        ("gateway", vec![("PUBLIC_HOSTS", "a.b"), ("BACKEND_SCHEME", "https")], "BACKEND_CA"),
        ("direct", vec![], "DIRECT_HOST"),
        (
            "direct",
            vec![("DIRECT_HOST", "a.b"), ("REAL_IP_HEADER", "proxy_protocol")],
            "REAL_IP_FROM",
        ),
    ] {
        let output = rendered(kind, &variables);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{variables:?}");
        assert!(error.contains(&format!("{missing} is missing")), "{error}");
        assert!(output.stdout.is_empty(), "nothing that nginx might take");
    }
}

#[test]
fn no_value_can_bring_a_directive() {
    let evil = [
        "x; return 200",
        "x;return",
        "x\nreturn 200",
        "chat.example\nserver_tokens on;",
        "x}",
        "${AUX_HTTP}",
        "$host",
        "$(id)",
        "`id`",
        "\"x\"",
        "'x'",
        "x#y",
        "a b;c",
        "*",
        "../x",
        "\\",
        "x\ty",
        "\u{430}\u{431}",
    ];
    let variables = [
        "PUBLIC_HOSTS",
        "AUX_HTTP",
        "FILE_SERVERS",
        "TLS_CERTIFICATE",
        "TLS_KEY",
        "HTTPS_LISTEN",
        "HTTP_LISTEN",
        "STATUS_LISTEN",
        "ACME_ROOT",
        "ASSETS_ROOT",
        "PAGES_ROOT",
        "RUNTIME_ROOT",
        "ACCESS_LOG",
        "REAL_IP_FROM",
        "REAL_IP_HEADER",
        "BACKEND_SCHEME",
        "UPLOAD_BODY_MAX",
        "CONNECTIONS_PER_ADDRESS",
        "REQUESTS_PER_SECOND",
        "REQUESTS_BURST",
        "HSTS_SECONDS",
        "PUBLIC_HTTPS_PORT",
        "WORKER_PROCESSES",
        "WORKER_CONNECTIONS",
        "WORKER_FILES",
        "NGINX_USER",
        "NGINX_MODULES",
    ];
    for (index, variable) in variables.into_iter().enumerate() {
        // All of them in the first, which may be several, and three at least in each other.
        for value in evil.iter().take(if index == 0 { evil.len() } else { 4 }) {
            let output =
                rendered("gateway", &[("PUBLIC_HOSTS", "chat.example"), (variable, value)]);
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(!output.status.success(), "{variable}={value:?} was taken");
            assert!(error.contains(&format!("{variable} is malformed")), "{value:?}: {error}");
            assert!(output.stdout.is_empty());
        }
    }
}

#[test]
fn what_the_environment_happens_to_hold_is_not_used() {
    let before = rendered("gateway", &GATEWAY).stdout;
    let stray =
        ["USER", "MODULES", "PROBLEMS", "HTTP2", "BROTLI", "STATUS_SERVER", "kind", "label"];
    let mut variables = GATEWAY.to_vec();
    variables.extend(stray.map(|name| (name, "return 200;")));
    assert!(rendered("gateway", &variables).stdout == before, "a stray variable was used");
}

/// Whoever writes into a connection that the other end closes has lost a request.
#[test]
fn nginx_lets_go_of_a_still_connection_before_the_daemons_do() {
    let config = render("gateway", &GATEWAY);
    let upstreams = config.split("upstream ").skip(1);
    let kept: Vec<u64> = upstreams
        .filter_map(|upstream| {
            let kept = upstream.split('}').next()?.split("keepalive_timeout ").nth(1)?;
            kept.split('s').next()?.parse().ok()
        })
        .collect();
    let daemons_ms = service::http::HttpLimits::default().header_timeout_ms;
    assert!(kept.len() == 2 && kept.iter().all(|s| s * 2_000 <= daemons_ms), "{kept:?} s");
}

#[test]
fn ports_and_numbers_of_file_servers_are_looked_at() {
    for (variable, value, said) in [
        ("AUX_HTTP", "127.0.0.1:65536", "no port 65536"),
        ("HTTPS_LISTEN", "70000", "no port 70000"),
        ("FILE_SERVERS", "01=127.0.0.1:1 01=127.0.0.1:2", "01 stands there twice"),
        ("FILE_SERVERS", "00=127.0.0.1:1", "begin with 01"),
        ("FILE_SERVERS", "1=127.0.0.1:1", "malformed"),
    ] {
        let output = rendered("gateway", &[("PUBLIC_HOSTS", "chat.example"), (variable, value)]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && error.contains(said), "{value}: {error}");
    }
}
